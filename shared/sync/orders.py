"""Orders: new ones get their document, changed ones what may follow, others are left alone."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.errors import ConnectorError, OutcomeUnknown
from shared.mapping.history import left_out_as_history
from shared.mapping.money import amounts_of
from shared.mapping.order_changes import left_without
from shared.mapping.plan import SalesOrderPlan
from shared.mapping.sales_orders import LeftOut
from shared.shopify.reading import Record
from shared.shopify.records import Order
from shared.stores.links import Link, LinkState
from shared.sync.context import JobContext
from shared.sync.order_creation import CLAIMED_AT_ONCE, create_documents, leave_out
from shared.sync.order_following import PlannedOrder, conflict, follow
from shared.sync.order_plans import OrderPlanner, order_of
from shared.sync.outcome import Outcome, Result, attempt, parked
from shared.sync.selecting import select, wished

_ABOUT_BILLING = frozenset((
    "refund-pending", "order-cancelled-but-paid", "account-missing", "total-mismatch", "tax-mismatch",
))
"""Refusals that say how an order would be billed, which one that has its document is not any more."""


def apply(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    """Bring new orders into Business Central, and what may follow of changed ones."""
    links = {number: wished(link, context.wish) for number, link in links.items()}
    history = {r.number for r in records if _is_history(order_of(r), links[r.number], context)}
    changed = {r.number: problem for r in records if (problem := _conflict(r, links[r.number], context)) is not None}
    others = [r for r in records if r.number not in history and r.number not in changed]
    selected, not_selected = select(others, links, context)
    outcomes = [*(_left_out(links[n]) for n in history), *(parked(links[n], why) for n, why in changed.items())]
    return outcomes + not_selected + _bring(selected, links, context)


def _bring(wanted: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    if not context.card.auto_create_sales_documents:
        return [_imported(links[r.number]) for r in wanted]

    outcomes: list[Outcome] = []
    planner = OrderPlanner(wanted, context)
    new: list[PlannedOrder] = []
    nothing: list[tuple[Record, Link]] = []
    for record in wanted:
        link = links[record.number]
        plan = attempt(f"order {record.number}", lambda record=record: planner.plan(order_of(record)))  # type: ignore[misc]
        if link.state is LinkState.APPLIED:
            outcomes.append(_followed(record, link, plan, context))
        elif isinstance(plan, ConnectorError):
            outcomes.append(parked(link, plan))
        elif isinstance(plan, LeftOut):
            nothing.append((record, link))
        else:
            new.append(PlannedOrder(record, link, plan))
    for start in range(0, len(new), CLAIMED_AT_ONCE):
        outcomes += create_documents(new[start : start + CLAIMED_AT_ONCE], context)
    return outcomes + leave_out(nothing, context)


def _conflict(record: Record, link: Link, context: JobContext) -> ConnectorError | None:
    if link.state is not LinkState.APPLIED:
        return None
    return attempt(f"order {record.number}", lambda: conflict(order_of(record), link, context.card))


def _followed(record: Record, link: Link, plan: SalesOrderPlan | LeftOut | ConnectorError,
              context: JobContext) -> Outcome:
    """An order that has its document and is no conflict: it is what the document was made by, or was accepted."""
    if isinstance(plan, SalesOrderPlan):
        return follow(PlannedOrder(record, link, plan), context)
    if link.sold and (isinstance(plan, LeftOut) or plan.code in _ABOUT_BILLING):
        return Outcome(link, Result.UNCHANGED)
    if isinstance(plan, LeftOut):
        order = order_of(record)
        return parked(link, left_without(order, link.bc_number, amounts_of(order, context.card)))
    return parked(link, plan)


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
