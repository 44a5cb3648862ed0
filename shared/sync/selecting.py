"""Orders to Import, as far as it has to be done: which orders of a page the shop card selects.

Only an order that has no document, and of which none may be under way, can be left out: what happens to the others is
a change, whatever the card selects by now. Risk is asked for where the card wants it, and only for the orders that
nothing else leaves out. Border: the decision itself is mapping/orders_to_import.py.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.errors import RecordRefused
from shared.mapping.orders_to_import import NotSelected, asks_for_risk, held_for_risk, not_selected
from shared.shopify.reading import Record
from shared.shopify.risks import read_risks
from shared.stores.links import Link, LinkState, Wish
from shared.sync.context import JobContext
from shared.sync.order_plans import order_of
from shared.sync.outcome import Outcome, Result, parked


def wished(link: Link, wish: Wish) -> Link:
    """The link with what the operator asks for now; what was asked for before holds if it goes further."""
    return link if wish in (Wish.NONE, link.wish) or link.wish is Wish.IN_ANY_CASE else link.with_(wish=wish)


def select(
    records: Sequence[Record], links: Mapping[int, Link], context: JobContext
) -> tuple[list[Record], list[Outcome]]:
    """The orders to go on with, and what became of the others."""
    reasons = _reasons([record for record in records if _is_open(links[record.number])], context)
    outcomes = [
        Outcome(links[number].with_(state=LinkState.LEFT_OUT), Result.LEFT_OUT, not_selected=why)
        if isinstance(why, NotSelected) else parked(links[number], why)
        for number, why in reasons.items()
    ]
    return [record for record in records if record.number not in reasons], outcomes


def _is_open(link: Link) -> bool:
    """Whether it may still be decided that the order is not taken."""
    has_document = link.state in (LinkState.APPLIED, LinkState.SENDING) or bool(link.bc_id)
    return not has_document and link.wish is not Wish.IN_ANY_CASE


def _reasons(records: Sequence[Record], context: JobContext) -> dict[int, NotSelected | RecordRefused]:
    """Why the card does not select them; RecordRefused where that cannot be decided."""
    wanted, now = context.card.orders_to_import, context.clock.now()
    decided = {record.number: not_selected(order_of(record), wanted, now) for record in records}
    reasons: dict[int, NotSelected | RecordRefused] = {number: why for number, why in decided.items() if why}
    if asks_for_risk(wanted):
        reasons |= _held([record for record in records if record.number not in reasons], context)
    return reasons


def _held(records: Sequence[Record], context: JobContext) -> dict[int, NotSelected | RecordRefused]:
    """Those that are held for their risk, and those whose risk is not known."""
    risks = read_risks(context.shopify, [record.number for record in records])
    held = {r.number: why for r in records if (why := held_for_risk(order_of(r), risks.levels[r.number]))}
    return held | {number: _unassessed(number, why) for number, why in risks.lost.items()}


def _unassessed(number: int, why: str) -> RecordRefused:
    name = f"orders {number}"
    return RecordRefused("record-unreadable", f"{name}: the card wants its risk. {why}", record=name)
