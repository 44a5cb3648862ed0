"""Looking up documents by their external number, many at once.

After an answer was lost, or when the links may be, this decides whether an order is written: it
asks the primary (`fresh`), and searches orders and what orders become (invoices, shipments). API
v2.0 allows `or` on one property (Microsoft Learn, "OData known limitations").
"""
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from shared.business_central.client import BusinessCentral
from shared.business_central.rows import SalesDocument
from shared.business_central.wire import quoted

_SETS = {
    "salesOrders": "id,number,externalDocumentNumber,totalAmountIncludingTax",
    "salesInvoices": "id,number,externalDocumentNumber,totalAmountIncludingTax",
    "salesShipments": "id,number,externalDocumentNumber",
}
_AT_ONCE = 20


def find_sales_documents(bc: BusinessCentral, keys: Sequence[str]) -> dict[str, SalesDocument]:
    """External document number -> its document; missing ones are left out, orders win over invoices.

    Of several documents with one number the first by number is taken.
    """
    found: dict[str, SalesDocument] = {}
    for start in range(0, len(keys), _AT_ONCE):
        wanted = keys[start : start + _AT_ONCE]
        for entity_set, select in _SETS.items():
            missing = [key for key in wanted if key not in found]
            if missing:
                found = _in_set(bc, entity_set, select, missing) | found
    return found


def _in_set(bc: BusinessCentral, entity_set: str, select: str, keys: Sequence[str]) -> dict[str, SalesDocument]:
    condition = " or ".join(f"externalDocumentNumber eq {quoted(key)}" for key in keys)
    rows = bc.rows(entity_set, filter=condition, select=select, fresh=True)
    found: dict[str, SalesDocument] = {}
    for row in sorted(rows, key=lambda row: str(row["number"])):
        total = Decimal(row.get("totalAmountIncludingTax") or 0)
        document = SalesDocument(row["id"], row["number"], entity_set, total)
        found.setdefault(str(row["externalDocumentNumber"]), document)
    return found
