"""Would Business Central take this? Trial customers and orders in a batch that is rolled back.

Rules: Microsoft Learn, "Use OData batch" (Isolation: snapshot: all or nothing), "API v2.0". The trial's numbers
are ours alone, so what an environment did not roll back is found and removed. Numbers drawn from a number
series for the trial order may be skipped. Border: knows nothing of Shopify; what is tried is decided outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.business_central.client import BatchRequest, BusinessCentral
from shared.business_central.lookup import find_sales_documents
from shared.business_central.wire import quoted
from shared.errors import ConnectorError
from shared.mapping.plan import Body

CUSTOMER = "S9999999999999999"
ITEM = "S9999999999999998"
ORDER = "SHP-SET-UP-CHECK"


def trial_customer(country: str) -> BatchRequest:
    """A new customer in this country, as our rules make them."""
    body = {"number": CUSTOMER, "displayName": "Set-up check", "country": country}
    return BatchRequest("POST", "customers", body)


def trial_item(body: Body) -> BatchRequest:
    """A new item with these values."""
    return BatchRequest("POST", "items", {"number": ITEM, "displayName": "Set-up check", **body})


def trial_order(customer: str, currency: str, day: date, lines: Sequence[Body]) -> BatchRequest:
    """An order of this customer with these lines."""
    return BatchRequest("POST", "salesOrders", {
        "customerNumber": customer, "externalDocumentNumber": ORDER, "currencyCode": currency,
        "pricesIncludeTax": True, "orderDate": day.isoformat(), "salesOrderLines": list(lines),
    })  # fmt: skip


def trial_line(kind: str, number: str) -> Body:
    """One piece of an item ("Item") or an amount on a G/L account ("Account")."""
    return {"lineType": kind, "lineObjectNumber": number, "description": "Set-up check", "quantity": 1, "unitPrice": 1}


def rehearse(bc: BusinessCentral, operations: Sequence[BatchRequest]) -> ConnectorError | None:
    """The first refusal, None when all would be taken. Raises what concerns more than these rows."""
    return bc.rehearse(operations)


def sweep(bc: BusinessCentral) -> list[str]:
    """Remove what a trial left behind; what was found. Nothing, wherever a snapshot batch is rolled back."""
    left: list[str] = []
    for document in find_sales_documents(bc, [ORDER]).values():
        if document.entity_set == "salesOrders" and bc.remove("salesOrders", document.id):
            left.append(f"sales order {document.number}")
    for entity_set, name, number in (("customers", "customer", CUSTOMER), ("items", "item", ITEM)):
        for row in list(bc.rows(entity_set, filter=f"number eq {quoted(number)}", select="id", fresh=True)):
            if bc.remove(entity_set, row["id"]):
                left.append(f"{name} {number}")
    return left
