"""Orders to Import: which orders that have no document yet the shop card lets in, and why the others are left out.

Microsoft's Shopify Connector has the same as filters of its report Sync Orders from Shopify. Sources: Shopify, enums
OrderDisplayFinancialStatus and RiskAssessmentResult; Order.sourceName; Order.app. Deciding only: nothing is final, an
order that is left out is decided again when it changes, when its time comes and when the card selects otherwise.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from shared.mapping.text import same_name
from shared.shopify.records import Order, PaymentTerms
from shared.shops.card import HighRiskOrders, OrdersToImport
from shared.shops.card_fields import part
from shared.texts import Sentence, sentence

LEFT_OUT = "order-left-out"
HELD = "order-held"

_NOTHING_TO_PAY = {
    "VOIDED": sentence("its payment was voided: nothing is to be paid for it"),
    "EXPIRED": sentence("its payment was not made in time and expired"),
}


class NotSelected(msgspec.Struct, frozen=True):
    """Why an order is not taken now.

    code   LEFT_OUT: until it changes, or the card does; HELD: until a moment comes
    until  UTC, when a held one is decided again; None if nobody can tell
    """

    code: str
    sentence: Sentence
    until: datetime | None = None


def not_selected(order: Order, wanted: OrdersToImport, now: datetime) -> NotSelected | None:
    """Why this order is not taken at `now`, by all that the order itself tells; None if it is."""
    reasons = (_status(order, wanted), _test(order, wanted), _channel(order, wanted), _tags(order, wanted))
    reason = next(filter(None, reasons), None)
    if reason:
        return NotSelected(LEFT_OUT, sentence("Order {order} is left out: {reason}.", order=order.name, reason=reason))
    until = order.created_at + timedelta(minutes=wanted.hold_minutes)
    if not wanted.hold_minutes or now >= until:  # made later than our clock is no reason to hold it
        return None
    why = sentence("Order {order} is held until {until}: {setting} is {minutes}.", order=order.name,
                   until=until, setting=part("hold_minutes"), minutes=wanted.hold_minutes)
    return NotSelected(HELD, why, until)


def asks_for_risk(wanted: OrdersToImport) -> bool:
    """Whether the card wants to know how risky orders are; Shopify is asked for it apart."""
    return wanted.high_risk_orders is HighRiskOrders.HOLD


def held_for_risk(order: Order, levels: Iterable[str]) -> NotSelected | None:
    """Why an order is held by the levels of its risk assessments; None if it is not.

    An assessment that is still pending may become a high one.
    """
    known = set(levels)
    if "HIGH" in known:
        return NotSelected(HELD, sentence("Order {order} is held: Shopify shows a high risk for it.", order=order.name))
    if "PENDING" in known:
        return NotSelected(HELD, sentence("Order {order} is held: its risk is still being assessed.", order=order.name))
    return None


def selection_of(wanted: OrdersToImport) -> str:
    """The choice as a text; orders that were left out by another are decided again."""
    return msgspec.json.encode(wanted).decode()


def channels_of(order: Order) -> list[str]:
    """The names of the channel an order came by: the app's, and the source's."""
    return [name for name in (order.app.name if order.app else "", order.source_name or "") if name]


def _status(order: Order, wanted: OrdersToImport) -> Sentence | None:
    status = order.display_financial_status
    if status in _NOTHING_TO_PAY:
        return _NOTHING_TO_PAY[status]
    chosen = {one.name for one in wanted.financial_statuses}
    if status is None or status in chosen or (status == "PENDING" and _on_account(order)):
        return None
    return sentence("its financial status is {status}, which the shop card does not take", status=status)


def _on_account(order: Order) -> bool:
    """Whether the buyer pays later by agreement. Nothing says that its payment will ever come before the goods do."""
    of_company = order.purchasing_entity is not None and order.purchasing_entity.company is not None
    return of_company or isinstance(order.payment_terms, PaymentTerms)


def _test(order: Order, wanted: OrdersToImport) -> Sentence | None:
    return sentence("it is a test order") if order.test and not wanted.import_test_orders else None


def _channel(order: Order, wanted: OrdersToImport) -> Sentence | None:
    names = channels_of(order)
    found = {same_name(name) for name in names}
    shown = " / ".join(names) or sentence("not known")
    if wanted.channels and not found & {same_name(name) for name in wanted.channels}:
        return sentence("its channel ({channel}) is none of those of the shop card", channel=shown)
    if found & {same_name(name) for name in wanted.channels_excluded}:
        return sentence("its channel ({channel}) is excluded", channel=shown)
    return None


def _tags(order: Order, wanted: OrdersToImport) -> Sentence | None:
    found = {same_name(tag): tag for tag in order.tags}
    if wanted.tags and not found.keys() & {same_name(tag) for tag in wanted.tags}:
        return sentence("it has none of the tags of the shop card")
    excluded = found.keys() & {same_name(tag) for tag in wanted.tags_excluded}
    return sentence('its tag "{tag}" is excluded', tag=found[min(excluded)]) if excluded else None
