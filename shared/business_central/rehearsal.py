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
from shared.business_central.refusals import CREATED_WITHOUT
from shared.business_central.wire import Row, quoted
from shared.errors import ConnectorError
from shared.texts import Sentence, Text, sentence, together

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


def trial_line(line_type: str, number: str) -> Body:
    """One piece of an item ("Item") or an amount on a G/L account ("Account")."""
    return {"lineType": line_type, "lineObjectNumber": number, "description": "Set-up check",
            "quantity": 1, "unitPrice": 1}


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
        return ConnectorError("outcome-unknown", sentence(
            "Business Central did not show the lines of the trial and their tax."))
    return judged(whole_document("salesOrders", [{**row, "number": ORDER}]), plan)


_STAND_INS = {
    CUSTOMER: sentence("of a new customer"), ITEM: sentence("of a new item"), ORDER: sentence("a trial"),
}
_TRIED = {
    "customer {number}": sentence("a new customer"), "item {item}": sentence("a new item"),
    CREATED_WITHOUT.text: sentence("{customer!c} would be created without {field}: no rule for table 18 fits it."),
}
"""Sentences as they are said of what does not exist yet."""


def without_trial_numbers(what: Sentence) -> Sentence:
    """The sentence about a customer, an item and an order that do not exist yet."""
    values = {name: _without(value) for name, value in what.values.items()}
    tried = values != what.values and what.text in _TRIED
    return Sentence(_TRIED[what.text].text if tried else what.text, values)


def _without(value: Text) -> Text:
    if isinstance(value, Sentence):
        return without_trial_numbers(value)
    number = next((number for number in _STAND_INS if number in value), "")
    if not number:
        return value
    before, _, behind = value.partition(number)
    return together([before, _STAND_INS[number], _without(behind)], "")


def sweep(bc: BusinessCentral) -> list[Sentence]:
    """Remove what a trial left behind; what was found. Nothing, wherever a snapshot batch is rolled back."""
    left: list[Sentence] = []
    for document in find_sales_documents(bc, [ORDER]).values():
        if document.entity_set == "salesOrders" and bc.remove("salesOrders", document.id):
            left.append(sentence("sales order {number}", number=document.number))
    customer, item = sentence("customer {number}", number=CUSTOMER), sentence("item {item}", item=ITEM)
    for entity_set, named, number in (("customers", customer, CUSTOMER), ("items", item, ITEM)):
        for row in list(bc.rows(entity_set, filter=f"number eq {quoted(number)}", select="id", fresh=True)):
            if bc.remove(entity_set, row["id"]):
                left.append(named)
    return left
