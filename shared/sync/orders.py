"""Orders: new ones get their document, changed ones what may follow, others are left alone."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.errors import ConnectorError, OutcomeUnknown
from shared.mapping.history import left_out_as_history
from shared.mapping.sales_orders import LeftOut
from shared.shopify.reading import Record
from shared.shopify.records import Order
from shared.sync.context import JobContext
from shared.sync.links import Link, LinkState
from shared.sync.order_creation import CLAIMED_AT_ONCE, conflict, create_documents, leave_out
from shared.sync.order_following import PlannedOrder, follow
from shared.sync.order_plans import OrderPlanner, order_of
from shared.sync.outcome import Outcome, Result, attempt, parked
from shared.sync.selecting import select, wished


def apply(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    """Bring new orders into Business Central, and what may follow of changed ones."""
    links = {number: wished(link, context.wish) for number, link in links.items()}
    history = {r.number for r in records if _is_history(order_of(r), links[r.number], context)}
    selected, not_selected = select([r for r in records if r.number not in history], links, context)
    return [_left_out(links[n]) for n in history] + not_selected + _bring(selected, links, context)


def _bring(wanted: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    if not context.card.auto_create_sales_documents:
        return [_imported(links[r.number]) for r in wanted]

    outcomes: list[Outcome] = []
    planner = OrderPlanner(wanted, context)
    new: list[PlannedOrder] = []
    nothing: list[tuple[Record, Link, LeftOut]] = []
    for record in wanted:
        link = links[record.number]
        plan = attempt(f"order {record.number}", lambda record=record: planner.plan(order_of(record)))  # type: ignore[misc]
        if isinstance(plan, ConnectorError):
            outcomes.append(parked(link, plan))
        elif isinstance(plan, LeftOut) and link.state is LinkState.APPLIED:
            outcomes.append(conflict(link, plan))
        elif isinstance(plan, LeftOut):
            nothing.append((record, link, plan))
        elif link.state is LinkState.APPLIED:
            outcomes.append(follow(PlannedOrder(record, link, plan), context))
        else:
            new.append(PlannedOrder(record, link, plan))
    for start in range(0, len(new), CLAIMED_AT_ONCE):
        outcomes += create_documents(new[start : start + CLAIMED_AT_ONCE], context)
    return outcomes + leave_out(nothing, context)


def _is_history(order: Order, link: Link, context: JobContext) -> bool:
    """An order nobody knows that was closed before we began; one that was left out is nobody's still."""
    known = link.etag and link.state is not LinkState.LEFT_OUT
    return not known and not link.wish and left_out_as_history(order, context.history_before) is not None


def _left_out(link: Link) -> Outcome:
    return Outcome(link.with_(state=LinkState.LEFT_OUT), Result.LEFT_OUT)


def _imported(link: Link) -> Outcome:
    """Auto Create Sales Documents is off: the order is kept and shown, without a document."""
    if link.state is LinkState.APPLIED:
        return Outcome(link, Result.UNCHANGED)
    if link.state is LinkState.SENDING:
        detail = f"order {link.number} was sent before Auto Create Sales Documents was switched off"
        return parked(link, OutcomeUnknown("outcome-unknown", detail))
    return Outcome(link.with_(state=LinkState.IMPORTED), Result.LEFT_OUT)
