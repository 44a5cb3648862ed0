"""The control API: what a test or a developer may see and set that the real API does not offer.

`Control` is used in-process; `handle` is the same over HTTP under /_control, JSON, without authentication, because
the server listens on the loopback interface only:

    GET stats   POST stats/reset   GET totals   GET orders?externalDocumentNumber=…
    GET | POST faults   DELETE faults[/id]   PATCH switches | limits | service-times
    GET | PATCH | DELETE {table}/{number, code or id}   POST {table}   POST template-rules

Tables are the entity sets and what the API does not show: numberSeries, templateRules, vatPostingSetup
(id `DOMESTIC|VAT20`), salesSetup (id `SETUP`), generalPostingSetup, stock, balances, tariffNumbers,
webServices (id = name of the service). Border: no API rule lives here.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from . import customers, items, templates
from .contract import CONTRACT, Row, check_body
from .entities import BEHAVIOURS, PLAIN
from .faults import Fault, Faults
from .odata_query import NO_OPTIONS, Query, render
from .state import State
from .statistics import Statistics
from .throttle import Limits


@dataclass
class ServiceTimes:
    """Seconds the service works: per GET, per header (or any other write) and per document line."""

    get: float = 0.0
    header: float = 0.0
    line: float = 0.0
    number_series_lock: bool = False


@dataclass
class Control:
    """Everything adjustable. Methods are safe to call from another thread while the server runs."""

    state: State
    faults: Faults
    statistics: Statistics
    limits: Limits
    times: ServiceTimes
    lock: threading.RLock

    def totals(self) -> dict[str, int]:
        """Rows per entity set that has any."""
        with self.lock:
            return {name: len(table.rows) for name, table in self.state.tables.items()
                    if name in CONTRACT and table.rows}  # fmt: skip

    def orders(self, external_document_number: str) -> list[Row]:
        """Open orders carrying this reference, with lines and totals; two of them are a duplicate."""
        query = Query(expand={"salesOrderLines": NO_OPTIONS})
        with self.lock:
            found = self.state.find("salesOrders", "externalDocumentNumber", external_document_number.upper())
            return [render(self.state, CONTRACT["salesOrders"], row, query, {}) for row in found]

    def add_fault(self, **settings: Any) -> Fault:
        """Turn a fault on; see faults.Fault for the settings."""
        return self.faults.add(Fault(**settings))

    def row(self, name: str, key: str) -> Row:
        """A stored row by number, code or id, with what the API does not show. Raises KeyError."""
        with self.lock:
            table = self.state.table(name)
            for prop in ("number", "code"):
                found = self.state.find(name, prop, key) if prop in table.indexes else []
                if found:
                    return found[0]
            return table.rows[key]

    def change(self, name: str, key: str, values: Row) -> Row:
        """Set properties of a row past all checks, as somebody in the user interface would; a new number renames."""
        with self.lock, self.state.transaction():
            row = self.row(name, key)
            changed = row | _stored(name, values)
            if "number" in values and name == "items":
                items.rename(self.state, row, values["number"])
            if "number" in values and name == "customers":
                customers.rename(self.state, row["number"], values["number"])
            if name == "customers" and {"vatBusPostingGroup", "taxAreaId"} & set(values):
                customers.set_tax_area(self.state, changed, from_id="taxAreaId" in values)
            return self.state.replace(name, changed)

    def add(self, name: str, values: Row) -> Row:
        """Insert a row past all checks; `template-rules` take set, criteria and values."""
        with self.lock, self.state.transaction():
            if name == "template-rules":
                return templates.define(self.state, values.get("set", "customers"), values["values"],
                                        values.get("criteria"))  # fmt: skip
            blanks = CONTRACT[name].new_row() if name in CONTRACT else {}
            return self.state.insert(name, {**blanks, **_stored(name, values)})

    def remove(self, name: str, key: str) -> None:
        """Take a row away past all checks."""
        with self.lock, self.state.transaction():
            self.state.delete(name, self.row(name, key)["id"])

    # --- over HTTP

    def handle(self, method: str, path: list[str], options: dict[str, str], body: Any) -> tuple[int, Any]:
        """Answer one control request: (status, JSON)."""
        try:
            return 200, self._route(method, path, options, body or {})
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            return 400, {"error": f"{type(problem).__name__}: {problem}"}

    def _route(self, method: str, path: list[str], options: dict[str, str], body: Row) -> Any:
        match (method, path):
            case ("GET", ["stats"]):
                return self.statistics.as_json()
            case ("POST", ["stats", "reset"]):
                self.statistics.reset()
                return {}
            case ("GET", ["totals"]):
                return self.totals()
            case ("GET", ["orders"]):
                return {"value": self.orders(options["externalDocumentNumber"])}
            case ("GET", ["faults"]):
                return {"value": [asdict(fault) for fault in self.faults.rules], **self._switches()}
            case ("POST", ["faults"]):
                return asdict(self.add_fault(**_plain(body)))
            case ("DELETE", ["faults", *rest]):
                self.faults.clear(int(rest[0]) if rest else None)
                return {}
            case ("PATCH", ["switches"]):
                _set(self.faults, body, ("replica_lag", "french", "ignore_posting"))
                return self._switches()
            case ("PATCH", ["limits"]):
                return _set(self.limits, body, tuple(f.name for f in fields(Limits)))
            case ("PATCH", ["service-times"]):
                return _set(self.times, body, tuple(f.name for f in fields(ServiceTimes)))
            case ("GET", [name, key]):
                return self.row(name, key)
            case ("PATCH", [name, key]):
                return self.change(name, key, body)
            case ("DELETE", [name, key]):
                self.remove(name, key)
                return {}
            case ("POST", [name]):
                return self.add(name, body)
        raise ValueError(f"no control route {method} /{'/'.join(path)}")

    def _switches(self) -> Row:
        return {"replica_lag": self.faults.replica_lag, "french": self.faults.french,
                "ignore_posting": self.faults.ignore_posting}  # fmt: skip


def _plain(body: Row) -> Row:
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in body.items()}


def _set(target: Any, body: Row, allowed: tuple[str, ...]) -> Row:
    for name, value in _plain(body).items():
        if name not in allowed:
            raise KeyError(name)
        setattr(target, name, value)
    return {name: getattr(target, name) for name in allowed}


def _stored(name: str, values: Row) -> Row:
    """JSON whole numbers become Decimals where the contract says decimal."""
    properties = CONTRACT[name].properties if name in CONTRACT else {}
    return {
        prop: Decimal(value) if prop in properties and properties[prop].type == "decimal" else value
        for prop, value in values.items()
    }


def add_rows(control: Control, content: dict[str, list[Row]]) -> None:
    """Add rows by the API's own rules (numbers, templates); what the API does not know is set on the row after."""
    for name, rows in content.items():
        entity = CONTRACT[name]
        for row in rows:
            known = {prop: value for prop, value in row.items() if prop in entity.properties}
            with control.lock, control.state.transaction():
                added = BEHAVIOURS.get(name, PLAIN).insert(control.state, entity, check_body(entity, known), None, {})
            hidden = {prop: value for prop, value in row.items() if prop not in entity.properties}
            if hidden:
                control.change(name, added["id"], hidden)
