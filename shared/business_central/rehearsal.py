"""Would Business Central take this? Trial customers and orders in a batch that is rolled back.

Rules: Microsoft Learn, "Use OData batch" (Isolation: snapshot: all or nothing), "API v2.0". The trial's numbers
are ours alone, so what an environment did not roll back is found and removed. Numbers drawn from a number
series for the trial order may be skipped. Border: knows nothing of Shopify; what is tried is decided outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.business_central.client import BatchRequest, BusinessCentral
from shared.business_central.lookup import find_sales_documents, whole_document
from shared.business_central.order_execution import judged
from shared.business_central.plan import Body, SalesOrderPlan
from shared.business_central.wire import Row, quoted
from shared.errors import ConnectorError

CUSTOMER = "S9999999999999999"
ITEM = "S9999999999999998"
ORDER = "SHP-SET-UP-CHECK"
_LINES = "salesOrderLines"


def trial_customer(country: str, more: Mapping[str, Any] = {}) -> BatchRequest:
    """A new customer in this country, as our rules make them; `more` of its properties."""
    body = {"number": CUSTOMER, "displayName": "Set-up check", "country": country, **more}
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


def trial_of(plan: SalesOrderPlan, customer: str) -> BatchRequest:
    """The order of a plan for this customer, without what it says of people, answered with its lines."""
    header = {name: value for name, value in plan.header.items() if not _is_personal(name)}
    body = {**header, "customerNumber": customer, "externalDocumentNumber": ORDER}
    return BatchRequest("POST", f"salesOrders?$expand={_LINES}", {**body, _LINES: list(plan.lines)})


def _is_personal(name: str) -> bool:
    address = name.startswith(("sellTo", "shipTo")) and not name.endswith("Country")
    return address or name in ("email", "phoneNumber")


def trial_line(kind: str, number: str) -> Body:
    """One piece of an item ("Item") or an amount on a G/L account ("Account")."""
    return {"lineType": kind, "lineObjectNumber": number, "description": "Set-up check", "quantity": 1, "unitPrice": 1}


def rehearse(bc: BusinessCentral, operations: Sequence[BatchRequest]) -> ConnectorError | None:
    """The first refusal, None when all would be taken. Raises what concerns more than these rows."""
    return bc.rehearse(operations).refused


def rehearse_order(
    bc: BusinessCentral, operations: Sequence[BatchRequest], plan: SalesOrderPlan
) -> ConnectorError | None:
    """What an order of this plan would meet, None when it would be right; the last of these operations is its trial."""
    refused, rows = bc.rehearse(operations)
    return refused or judged_trial(rows[-1], plan)


def judged_trial(row: Row, plan: SalesOrderPlan) -> ConnectorError | None:
    """What is wrong with the total and the tax of the row that a trial answered with; None where nothing is."""
    if _LINES not in row:
        return ConnectorError("outcome-unknown", "Business Central did not show the lines of the trial and their tax.")
    return judged(whole_document("salesOrders", [{**row, "number": "a trial"}]), plan)


def without_trial_numbers(detail: str) -> str:
    """The sentence about a customer and item that do not exist yet."""
    detail = detail.replace(f"Customer {CUSTOMER} was created", "A new customer would be created")
    detail = detail.replace(f"customer {CUSTOMER}", "a new customer").replace(f"item {ITEM}", "a new item")
    return detail.replace(CUSTOMER, "of a new customer").replace(ITEM, "of a new item")


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
