"""What may still follow an order that is already in Business Central, and what may not.

Rules: Microsoft's Shopify Connector (conflict after processing). Addresses within a country, phone and e-mail follow
Shopify; so does another state, unless the card has a row for one of the two. Who buys, where to, goods, pieces, prices,
discounts, taxes and totals do not, nor do refunds and cancellations: somebody may have shipped by them, so a change
there is a conflict for a person to resolve. What is compared is Shopify's own (content.py): changing the shop
card is no conflict.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from shared.business_central.plan import Body, SalesOrderPlan
from shared.clock import iso
from shared.errors import RecordRefused
from shared.mapping.money import Amounts, amounts_of
from shared.shopify.records import Order, Refund, id_of
from shared.shops.card import ShopCard
from shared.texts import Sentence, sentence, together
from shared.to_business_central.orders.content import content_of, differences, side_of, written
from shared.to_business_central.orders.refunds import ids, is_creditable, is_pending, told

_NAMED = 6

FOLLOWS = frozenset((
    "shipToName", "shipToContact", "phoneNumber", "email",
    *(f"{role}{part}" for role in ("sellTo", "shipTo")
      for part in ("AddressLine1", "AddressLine2", "City", "Country", "State", "PostCode")),
))
"""Header properties that may be changed on a sales order that exists."""


def header_changes(present: Body, plan: SalesOrderPlan) -> Body:
    """The properties to change, in sending order.

    `present` is the header as last sent, or the sales order as Business Central shows it: both use
    the same property names.
    """
    return {name: value for name, value in plan.header.items()
            if name in FOLLOWS and value != present.get(name, "")}


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What an order's document was made by, or what a person accepted since; as texts, to be kept with the link.

    content    who buys what for how much (order_content.written); "" = kept by a version that did not know it
    refunds    ids of the refunds that the document nets already, ascending, with commas between them. A credit memo
               may be made for any other refund of the order, never for these: revenue would be reduced twice
    cancelled  UTC, when the order was cancelled; "" = it was not
    """

    content: str = ""
    refunds: str = ""
    cancelled: str = ""


def made_by(order: Order, amounts: Amounts) -> Made:
    """The order's present state, as what its document was made by.

    Also what *Mark as resolved* keeps: Shopify's present state is then known and no conflict, and all present refunds
    count as dealt with in Business Central.
    """
    return Made(
        content=written(content_of(order, amounts)), refunds=",".join(ids(order)),
        cancelled=iso(order.cancelled_at) if order.cancelled_at else "",
    )


def change_since(made: Made, order: Order, document: str, card: ShopCard) -> RecordRefused | None:
    """Why an order that has its document is a conflict, None if it is still what the document was made by.

    document  Business Central's number of it
    card      the order is compared in the currency it was billed in, and its state of delivery by the rows
    An order of which no content was kept (an earlier version billed it) is a conflict where anything was given back or
    it was cancelled: its document may bill that in full. Else nothing can be said here (see content_hash).
    """
    amounts = amounts_of(order, card)
    known = set(made.refunds.split(","))
    fresh = [refund for refund in order.refunds if id_of(refund.id) not in known]
    given = [refund for refund in fresh if is_creditable(refund, amounts) or is_pending(order)]
    now = content_of(order, _billed_in(made, order, amounts))
    changed = differences(made.content, now, card) if made.content else []
    if order.cancelled_at and not made.cancelled:
        code, what = "order-cancelled-after-processing", sentence("was cancelled on {day}", day=order.cancelled_at)
    elif given:
        code, what = "order-refunded-after-processing", sentence("was refunded")
    elif changed:
        code, what = "order-changed-after-processing", sentence("changed")
    else:
        return None
    since = sentence(
        "after {document} was created" if made.content
        else "and {document} was created by an earlier version, which may have billed it in full", document=document)
    conflict = sentence("Order {number} ({name}) {what} {since}.", number=id_of(order.id), name=order.name,
                        what=what, since=since)
    return _refusal(code, [conflict, _refunds(given, order, amounts), _changes(changed)], order)


def left_without(order: Order, document: str, amounts: Amounts) -> RecordRefused:
    """An order of which nothing is left, and its document was found in Business Central."""
    what, code = sentence("changed"), "order-changed-after-processing"
    given = [refund for refund in order.refunds if is_creditable(refund, amounts)]
    if order.cancelled_at:
        what = sentence("was cancelled on {day}", day=order.cancelled_at)
        code = "order-cancelled-after-processing"
    elif given:
        what, code = sentence("was refunded"), "order-refunded-after-processing"
    conflict = sentence("Order {number} ({name}) {what} and has nothing left; {document} stands for it.",
                        number=id_of(order.id), name=order.name, what=what, document=document)
    return _refusal(code, [conflict, _refunds(given, order, amounts)], order)


def content_hash(plan: SalesOrderPlan) -> str:
    """SHA-256 of the figures of a plan: all that versions before kept of an order to compare.

    Kept still, for whoever goes back to such a version.
    """
    content = (
        plan.header["currencyCode"], plan.header["pricesIncludeTax"], _plain(plan.expected_total),
        [[_plain(Decimal(line[name])) for name in ("quantity", "unitPrice", "discountAmount")]
         for line in plan.lines if line["lineType"] != "Comment"],
    )
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _billed_in(made: Made, order: Order, amounts: Amounts) -> Amounts:
    """The side of the money the document was billed in, whatever the card says by now."""
    side = side_of(made.content)
    if side is None or side == amounts.presentment:
        return amounts
    return Amounts(order.presentment_currency_code if side else order.currency_code, presentment=side)


def _refunds(refunds: Iterable[Refund], order: Order, amounts: Amounts) -> Sentence | None:
    named = [told(refund, order, amounts) for refund in refunds]
    return sentence("{refunds!c}. The money is not final yet." if is_pending(order) else "{refunds!c}.",
                    refunds=together(named, "; ")) if named else None


def _changes(changed: Sequence[Sentence]) -> Sentence | None:
    more = len(changed) - _NAMED
    return sentence("Changed (then → now): {changes} and {more} more." if more > 0
                    else "Changed (then → now): {changes}.",
                    changes=together(changed[:_NAMED], "; "), more=more) if changed else None


def _refusal(code: str, sentences: Iterable[Sentence | None], order: Order) -> RecordRefused:
    return RecordRefused(code, together(one for one in sentences if one is not None),
                         record=sentence("order {number}", number=id_of(order.id)))


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
