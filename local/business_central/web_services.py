"""Pages published as OData V4 web services, beside API v2.0: page 30, Item Card, as far as it is used.

Rules: Microsoft Learn, "Publishing pages as web services" and "OData web services" (the company by its name, the row
by the page's key, property names are captions with `_`). A service answers under the name it was published with; the
table webServices says which are: {"id": name, "page": 30}. A PATCH sets the tariff number; anything else is refused.
Border: one operation from path to answer, as operations.py for the API; no sockets, no tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import errors
from .contract import Row
from .faults import Aim
from .operations import Answer, Operation, Operations, check_etag
from .state import etag_of

ROOT = "ODataV4"
ITEM_CARD = 30
PUBLISHED = "webServices"
TARIFF_NUMBERS = "tariffNumbers"
LONGEST_CODE = 20

_PATH = re.compile(
    r"^Company\('(?P<company>(?:[^']|'')*)'\)/(?P<service>\w+)(?:\((?:No=)?'(?P<key>(?:[^']|'')*)'\))?$"
)

# Property of the page -> its value on the item's row.
SHOWN: dict[str, Callable[[Row], Any]] = {
    "No": lambda row: row["number"],
    "Description": lambda row: row["displayName"],
    "Blocked": lambda row: row["blocked"],
    "GTIN": lambda row: row["gtin"],
    "Base_Unit_of_Measure": lambda row: row["baseUnitOfMeasureCode"],
    "Item_Category_Code": lambda row: row["itemCategoryCode"],
    "Unit_Cost": lambda row: row["unitCost"],
    "Unit_Price": lambda row: row["unitPrice"],
    # Tables written before there were tariff numbers have none.
    "Tariff_No": lambda row: row.get("tariffNo", ""),
}


@dataclass(frozen=True)
class _Address:
    service: str
    number: str | None


class WebServices:
    """Answers requests to published pages on the state of the API's own operations."""

    def __init__(self, operations: Operations) -> None:
        self.operations, self.state = operations, operations.state

    def run(self, operation: Operation) -> Answer:
        """Carry out one request below the web services' root. Raises BcError; then nothing has changed."""
        address = self._address(operation.path)
        self.operations.statistics.operation(operation.method, address.service)
        self.operations.strike(Aim(operation.method, address.service), "Item")
        if operation.method == "GET":
            return self._read(operation, address)
        if operation.method != "PATCH" or address.number is None:
            raise errors.method_not_allowed(address.service)
        with self.state.transaction():
            return self._change(operation, address)

    def _address(self, path: str) -> _Address:
        match = _PATH.match(path)
        if match is None:
            raise errors.segment_unknown(path.rpartition("/")[2])
        company = _plain(match["company"])
        if not any(row["name"] == company for row in self.state.rows("companies")):
            raise errors.company_unknown(company)
        published = self.state.row(PUBLISHED, match["service"])
        if published is None or published["page"] != ITEM_CARD:
            raise errors.segment_unknown(match["service"])
        return _Address(match["service"], None if match["key"] is None else _plain(match["key"]).upper())

    # --- reading

    def _read(self, operation: Operation, address: _Address) -> Answer:
        reader = self.operations.reader(operation)
        wanted = _selected(operation.options, address)
        if address.number is not None:
            found = reader.find("items", "number", address.number)
            return Answer(200, _shown(_one(found, address.number), wanted))
        rows = sorted(reader.rows("items"), key=lambda row: str(row["number"]))
        top = operation.options.get("$top", "")
        return Answer(200, {"value": [_shown(row, wanted) for row in (rows[: int(top)] if top.isdigit() else rows)]})

    # --- writing

    def _change(self, operation: Operation, address: _Address) -> Answer:
        row = _one(self.state.find("items", "number", address.number), address.number)
        check_etag(operation, row, needed=True)
        if not isinstance(operation.body, dict):
            raise errors.bad_request("The request body must be a JSON object.")
        for name in operation.body:
            _check_writable(name, address.service)
        changed = row | {"tariffNo": self._tariff(operation.body.get("Tariff_No", SHOWN["Tariff_No"](row)))}
        return Answer(200, _shown(self.state.replace("items", changed), tuple(SHOWN)))

    def _tariff(self, value: Any) -> str:
        if not isinstance(value, str):
            raise errors.wrong_type("Tariff_No", value, "Edm.String")
        if len(value) > LONGEST_CODE:
            raise errors.too_long(value, LONGEST_CODE)
        code = value.strip().upper()
        if code and not self.state.one(TARIFF_NUMBERS, "code", code):
            raise errors.not_related("Tariff No.", "Item", code, "Tariff Number")
        return code


def _plain(literal: str) -> str:
    """What stands between the quotes of an OData text: O''Neil -> O'Neil."""
    return literal.replace("''", "'")


def _selected(options: dict[str, str], address: _Address) -> tuple[str, ...]:
    allowed = {"$select"} if address.number is not None else {"$select", "$top"}
    for name in options.keys() - allowed:
        raise errors.query_syntax(f"The query option '{name}' is not supported.")
    names = tuple(name.strip() for name in options.get("$select", "").split(",") if name.strip())
    for name in names:
        _check_known(name, address.service)
    return names or tuple(SHOWN)


def _check_known(name: str, service: str) -> None:
    if name not in SHOWN:
        raise errors.bad_request("Could not find a property named '{name}' on type 'NAV.{service}'.",
                                 name=name, service=service)  # fmt: skip


def _check_writable(name: str, service: str) -> None:
    _check_known(name, service)
    if name != "Tariff_No":
        raise errors.BcError(501, "BadRequest_MethodNotImplemented", "Changing {name} is not supported here.",
                             name=name)  # fmt: skip


def _one(found: list[Row], number: str | None) -> Row:
    if not found:
        raise errors.not_found("Item", f"No.='{number}'")
    return found[0]


def _shown(row: Row, names: tuple[str, ...]) -> Row:
    return {"@odata.etag": etag_of(row), **{name: SHOWN[name](row) for name in names}}
