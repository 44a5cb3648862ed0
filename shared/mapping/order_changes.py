"""What may still follow an order that is already in Business Central, and what may not.

Rules: Microsoft's Shopify Connector (conflict after processing). Addresses within a country, phone and e-mail follow
Shopify; so does another state, unless the card has a row for one of the two. Who buys, where to, goods, pieces, prices,
discounts, taxes and totals do not, nor do refunds and cancellations: somebody may have shipped by them, so a change
there is a conflict for a person to resolve. What is compared is Shopify's own (order_content.py): changing the shop
card is no conflict.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from shared.clock import iso
from shared.errors import RecordRefused
from shared.mapping.money import Amounts, amounts_of
from shared.mapping.order_content import content_of, differences, side_of, written
from shared.mapping.plan import Body, SalesOrderPlan
from shared.mapping.refunds import is_creditable, is_pending, numbers, told
from shared.shop_card import ShopCard
from shared.shopify.records import Order, Refund, number_of

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
        content=written(content_of(order, amounts)), refunds=",".join(map(str, numbers(order))),
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
    known = {int(number) for number in made.refunds.split(",") if number}
    fresh = [refund for refund in order.refunds if number_of(refund.id) not in known]
    given = [refund for refund in fresh if is_creditable(refund, amounts) or is_pending(order)]
    now = content_of(order, _billed_in(made, order, amounts))
    changed = differences(made.content, now, card) if made.content else []
    cancelled = iso(order.cancelled_at) if order.cancelled_at else ""
    if cancelled and not made.cancelled:
        code, what = "order-cancelled-after-processing", f"was cancelled on {cancelled}"
    elif given:
        code, what = "order-refunded-after-processing", "was refunded"
    elif changed:
        code, what = "order-changed-after-processing", "changed"
    else:
        return None
    since = f"after {document} was created" if made.content else (
        f"and {document} was created by an earlier version, which may have billed it in full")
    sentence = f"Order {number_of(order.id)} ({order.name}) {what} {since}."
    return _refusal(code, [sentence, _refunds(given, order, amounts), _changes(changed)], order)


def left_without(order: Order, document: str, amounts: Amounts) -> RecordRefused:
    """An order of which nothing is left, and its document was found in Business Central."""
    what, code = "changed", "order-changed-after-processing"
    given = [refund for refund in order.refunds if is_creditable(refund, amounts)]
    if order.cancelled_at:
        what, code = f"was cancelled on {iso(order.cancelled_at)}", "order-cancelled-after-processing"
    elif given:
        what, code = "was refunded", "order-refunded-after-processing"
    sentence = f"Order {number_of(order.id)} ({order.name}) {what} and has nothing left; {document} stands for it."
    return _refusal(code, [sentence, _refunds(given, order, amounts)], order)


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


def _refunds(refunds: Iterable[Refund], order: Order, amounts: Amounts) -> str:
    named = "; ".join(told(refund, order, amounts) for refund in refunds)
    pending = " The money is not final yet." if named and is_pending(order) else ""
    return f"{named[:1].upper()}{named[1:]}.{pending}" if named else ""


def _changes(changed: list[str]) -> str:
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    return f"Changed (then → now): {'; '.join(changed[:_NAMED])}{more}." if changed else ""


def _refusal(code: str, sentences: Iterable[str], order: Order) -> RecordRefused:
    return RecordRefused(code, " ".join(filter(None, sentences)), record=f"order {number_of(order.id)}")


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
