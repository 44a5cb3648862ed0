"""Looking up sales documents by their external number, many at once.

After an answer was lost, or when the links may be, this decides whether an order is written: it asks the primary
(`fresh`), and searches orders and what orders become (invoices, shipments). The external number is not unique in
Business Central. API v2.0 allows `or` on one property (Microsoft Learn, "OData known limitations").
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from shared.business_central.client import BusinessCentral
from shared.business_central.rows import SalesDocument
from shared.business_central.wire import Row, quoted

log = logging.getLogger(__name__)

DOCUMENT = "id,number,externalDocumentNumber,totalAmountIncludingTax"
_SETS = {
    "salesOrders": DOCUMENT,
    "salesInvoices": DOCUMENT,
    "salesShipments": "id,number,externalDocumentNumber",
}
_AT_ONCE = 20


def find_sales_documents(bc: BusinessCentral, keys: Sequence[str]) -> dict[str, SalesDocument]:
    """External document number -> its document; missing ones are left out, orders win over invoices.

    Of several documents with one number the first by number is taken, and a warning is logged.
    """
    found: dict[str, SalesDocument] = {}
    for start in range(0, len(keys), _AT_ONCE):
        wanted = keys[start : start + _AT_ONCE]
        for entity_set, select in _SETS.items():
            missing = [key for key in wanted if key not in found]
            if missing:
                found |= _in_set(bc, entity_set, select, missing)
    return found


def _in_set(bc: BusinessCentral, entity_set: str, select: str, keys: Sequence[str]) -> dict[str, SalesDocument]:
    # Business Central keeps the external number in capitals.
    condition = " or ".join(f"externalDocumentNumber eq {quoted(key.upper())}" for key in keys)
    by_key: defaultdict[str, list[Row]] = defaultdict(list)
    for row in bc.rows(entity_set, filter=condition, select=select, fresh=True):
        by_key[str(row["externalDocumentNumber"]).upper()].append(row)
    return {key: _first(entity_set, by_key[key.upper()]) for key in keys if key.upper() in by_key}


def _first(entity_set: str, rows: list[Row]) -> SalesDocument:
    rows = sorted(rows, key=lambda row: str(row["number"]))
    if len(rows) > 1:
        numbers = ", ".join(str(row["number"]) for row in rows)
        log.warning("several %s have the number %s: %s", entity_set, rows[0]["externalDocumentNumber"], numbers)
    return sales_document(entity_set, rows[0])


def sales_document(entity_set: str, row: Row) -> SalesDocument:
    """The document in a row of this entity set; a shipment has no total and counts as 0."""
    return SalesDocument(row["id"], row["number"], entity_set, Decimal(row.get("totalAmountIncludingTax") or 0))
