"""What a change of a record means in webhook topics.

One change may mean several: a new order is also its transactions, a patch may cancel, refund, ship and
update at once. All of them share one event. A company's locations and contacts have topics of their own, and their
change is none of the company. Seeding and loading mean nothing.
Source: Shopify: Webhook topics. Border: records in, (topic, body) out; who gets them is `webhooks`.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator

from local.shopify.order_payloads import (
    edit_payload,
    fulfillment_payload,
    order_payload,
    refund_payload,
    transaction_payload,
)
from local.shopify.payloads import (
    Payload,
    company_contact_payload,
    company_location_payload,
    company_payload,
    customer_payload,
    number_of,
    product_payload,
)
from local.shopify.records import Record
from local.shopify.state import ShopState

Event = tuple[str, Payload]


def events_of(state: ShopState, type: str, before: Record | None, after: Record | None) -> list[Event]:
    """The topics (as headers write them, ``orders/create``) and bodies of one change; none for a payout or dispute."""
    if type == "companies":
        return list(_company_events(state, before, after))
    if type != "orders" and type not in BODIES:
        return []
    if after is None:
        assert before is not None
        return [(f"{type}/delete", {"id": number_of(before["id"])})]
    if type == "orders":
        return list(_order_events(state, before, after))
    verb = "create" if before is None else "update"
    return [(f"{type}/{verb}", BODIES[type](state, after))]


def _customer(state: ShopState, record: Record) -> Payload:
    orders = [o.record for o in state.orders_of(number_of(record["id"]) or 0)]
    return customer_payload(record, state.card, orders)


BODIES: dict[str, Callable[[ShopState, Record], Payload]] = {
    "customers": _customer,
    "products": lambda state, record: product_payload(record, state.card),
}
PARTS_OF_COMPANIES: dict[str, tuple[str, Callable[[Record, Record, Record], Payload]]] = {
    "locations": ("company_locations", company_location_payload),
    "contacts": ("company_contacts", company_contact_payload),
}


def _company_events(state: ShopState, before: Record | None, after: Record | None) -> Iterator[Event]:
    company = after or before
    assert company is not None
    earlier, later = before or _NO_COMPANY, after or _NO_COMPANY
    if _own(earlier) != _own(later):
        verb = "delete" if after is None else "update" if before else "create"
        yield f"companies/{verb}", company_payload(company, state.card)
    for name, (noun, body) in PARTS_OF_COMPANIES.items():
        for verb, parts in (("create", _new(earlier, later, name)), ("update", _changed(earlier, later, name)),
                            ("delete", _new(later, earlier, name))):
            yield from ((f"{noun}/{verb}", body(part, company, state.card)) for part in parts)


_NO_COMPANY: Record = {"locations": [], "contacts": []}


def _own(company: Record) -> Record:
    return {key: value for key, value in _undated(company).items() if key not in PARTS_OF_COMPANIES}


def _order_events(state: ShopState, before: Record | None, after: Record) -> Iterator[Event]:
    shop = state.card
    customer = state.by_gid(after["customer"]) if after["customer"] else None
    body = order_payload(after, shop, customer)
    earlier: Record = before or {"lineItems": [], "transactions": [], "refunds": [], "fulfillments": []}
    yield ("orders/updated" if before else "orders/create"), body
    if after["cancelledAt"] and not earlier.get("cancelledAt"):
        yield "orders/cancelled", body
    if after["displayFinancialStatus"] == "PAID" != earlier.get("displayFinancialStatus"):
        yield "orders/paid", body
    if after["displayFulfillmentStatus"] == "FULFILLED" and not earlier["fulfillments"]:
        yield "orders/fulfilled", body
    if before and _is_edited(before, after):
        yield "orders/edited", edit_payload(before, after, shop)
    for transaction in _new(earlier, after, "transactions"):
        yield "order_transactions/create", transaction_payload(transaction, after, shop)
    for refund in _new(earlier, after, "refunds"):
        yield "refunds/create", refund_payload(refund, after, shop)
    for fulfillment in _new(earlier, after, "fulfillments"):
        yield "fulfillments/create", fulfillment_payload(fulfillment, after, shop)
    for fulfillment in _changed(earlier, after, "fulfillments"):
        yield "fulfillments/update", fulfillment_payload(fulfillment, after, shop)


def _new(before: Record, after: Record, name: str) -> list[Record]:
    known = {child["id"] for child in before[name]}
    return [child for child in after[name] if child["id"] not in known]


def _changed(before: Record, after: Record, name: str) -> list[Record]:
    known = {child["id"]: _undated(child) for child in before[name]}
    return [child for child in after[name] if child["id"] in known and known[child["id"]] != _undated(child)]


def _undated(child: Record) -> Record:
    return {key: value for key, value in child.items() if key not in ("createdAt", "updatedAt")}


def _is_edited(before: Record, after: Record) -> bool:
    """Quantities changed by an edit; a refund takes pieces off as well, but is none."""
    def pieces(order: Record) -> list[int]:
        return [line["quantity"] for line in order["lineItems"]]

    current = [line["currentQuantity"] for line in before["lineItems"]] != [
        line["currentQuantity"] for line in after["lineItems"]]
    refunded = len(before["refunds"]) != len(after["refunds"])
    return pieces(before) != pieces(after) or (current and not refunded)
