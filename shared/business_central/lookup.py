"""Looking up sales documents by their external number, many at once.

Before a new order is sent, and after an answer was lost, this decides whether it is written: it asks the primary
(`fresh`), and searches orders and what orders become (invoices, shipments). The external number is not unique in
Business Central. API v2.0 allows `or` on one property (Microsoft Learn, "OData known limitations").
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from shared.business_central.client import BusinessCentral
from shared.business_central.rows import FoundDocument, SalesDocument
from shared.business_central.wire import Row, plain, quoted

log = logging.getLogger(__name__)

DOCUMENT = "id,number,externalDocumentNumber,totalAmountIncludingTax"
_SETS = {
    "salesOrders": DOCUMENT,
    "salesInvoices": DOCUMENT,
    "salesShipments": "id,number,externalDocumentNumber",
}
_LINES = {
    "salesOrders": "salesOrderLines",
    "salesInvoices": "salesInvoiceLines",
    "salesShipments": "salesShipmentLines",
}
_TYPES = {"G/L Account": "Account"}
"""A shipment line calls an account by its longer name."""
_AT_ONCE = 50
"""Numbers that one filter asks for. Business Central documents no limit; its address stays below 4,096 characters, and
one that is refused is asked again in halves (to_business_central/orders/lookup.py)."""


def find_sales_documents(bc: BusinessCentral, keys: Sequence[str]) -> dict[str, SalesDocument]:
    """External document number -> its document; missing ones are left out, orders win over invoices.

    Of several documents with one number the first by number is taken, and a warning is logged.
    """
    asked = partial(_asked, bc, whole=False)
    with bc.in_one_turn():
        return {key: _first(entity_set, rows) for key, entity_set, rows in _found(keys, asked)}


def find_whole_documents(bc: BusinessCentral, keys: Sequence[str]) -> dict[str, FoundDocument]:
    """External document number -> all that its documents of one set hold; missing ones are left out.

    Where nothing is there, which is the usual case, it costs what find_sales_documents costs.
    """
    asked = partial(_asked, bc, whole=True)
    with bc.in_one_turn():
        return {key: whole_document(entity_set, rows) for key, entity_set, rows in _found(keys, asked)}


def read_whole_order(bc: BusinessCentral, id: str) -> FoundDocument | None:
    """The open sales order with this id and its lines, whatever external number it has by now."""
    row = bc.read("salesOrders", id, expand=_LINES["salesOrders"], fresh=True)
    return whole_document("salesOrders", [row]) if row else None


def _found(
    keys: Sequence[str], asked: Callable[[str, Sequence[str]], Iterator[Row]]
) -> Iterator[tuple[str, str, list[Row]]]:
    """Key, entity set and rows by number; a key is asked for set by set until it is found."""
    for start in range(0, len(keys), _AT_ONCE):
        missing = list(keys[start : start + _AT_ONCE])
        for entity_set in _SETS:
            if not missing:
                break
            by_key: defaultdict[str, list[Row]] = defaultdict(list)
            for row in asked(entity_set, missing):
                by_key[str(row["externalDocumentNumber"]).upper()].append(row)
            there = [key for key in missing if key.upper() in by_key]
            missing = [key for key in missing if key.upper() not in by_key]
            for key in there:
                yield key, entity_set, sorted(by_key[key.upper()], key=lambda row: str(row["number"]))


def _asked(bc: BusinessCentral, entity_set: str, keys: Sequence[str], *, whole: bool) -> Iterator[Row]:
    # Business Central keeps the external number in capitals.
    condition = " or ".join(f"externalDocumentNumber eq {quoted(key.upper())}" for key in keys)
    select, expand = ("", _LINES[entity_set]) if whole else (_SETS[entity_set], "")
    return bc.rows(entity_set, filter=condition, select=select, expand=expand, fresh=True)


def _first(entity_set: str, rows: list[Row]) -> SalesDocument:
    if len(rows) > 1:
        numbers = ", ".join(str(row["number"]) for row in rows)
        log.warning("several %s have the number %s: %s", entity_set, rows[0]["externalDocumentNumber"], numbers)
    return sales_document(entity_set, rows[0])


def whole_document(entity_set: str, rows: list[Row]) -> FoundDocument:
    """All that these rows, with their lines, hold."""
    first = sales_document(entity_set, rows[0])
    total = sum((sales_document(entity_set, row).total_amount_including_tax for row in rows), Decimal(0))
    return FoundDocument(
        document=SalesDocument(first.id, first.number, entity_set, total),
        numbers=tuple(str(row["number"]) for row in rows),
        header=rows[0],
        lines=tuple(_line(line) for row in rows for line in row.get(_LINES[entity_set], ())),
    )


def _line(row: Row) -> Row:
    type = plain(str(row["lineType"]))
    return {**row, "lineType": _TYPES.get(type, type)}


def sales_document(entity_set: str, row: Row) -> SalesDocument:
    """The document in a row of this entity set; a shipment has no total and counts as 0."""
    return SalesDocument(row["id"], row["number"], entity_set, Decimal(row.get("totalAmountIncludingTax") or 0))
