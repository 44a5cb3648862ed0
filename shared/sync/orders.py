"""Orders: new ones get their document, changed ones what may follow, others are left alone."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.business_central.executor import change_row
from shared.business_central.refusals import RowGone
from shared.errors import ConnectorError, RecordRefused
from shared.json_text import decoded
from shared.mapping.history import left_out_as_history
from shared.mapping.order_changes import content_hash, header_changes
from shared.mapping.plan import plan_hash
from shared.mapping.sales_orders import LeftOut
from shared.shopify.reading import Record
from shared.shopify.records import Order
from shared.sync.context import JobContext
from shared.sync.links import Link, LinkState
from shared.sync.order_creation import CLAIMED_AT_ONCE, PlannedOrder, applied_link, create_documents
from shared.sync.order_plans import OrderPlanner, order_of
from shared.sync.outcome import Outcome, Result, attempt, parked


def apply(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    """Bring new orders into Business Central, and what may follow of changed ones."""
    wanted, outcomes = [], []
    for record in records:
        if _is_history(order_of(record), links[record.number], context):
            outcomes.append(_left_out(links[record.number]))
        else:
            wanted.append(record)
    if not context.card.auto_create_sales_documents:
        return outcomes + [_imported(links[r.number]) for r in wanted]

    planner = OrderPlanner(wanted, context)
    new: list[PlannedOrder] = []
    for record in wanted:
        link = links[record.number]
        plan = attempt(f"order {record.number}", lambda record=record: planner.plan(order_of(record)))  # type: ignore[misc]
        if isinstance(plan, ConnectorError):
            outcomes.append(parked(link, plan))
        elif isinstance(plan, LeftOut):
            outcomes.append(_nothing_to_bill(link, plan))
        elif link.state is LinkState.APPLIED:
            outcomes.append(_follow(PlannedOrder(record, link, plan), context))
        else:
            new.append(PlannedOrder(record, link, plan))
    for start in range(0, len(new), CLAIMED_AT_ONCE):
        outcomes += create_documents(new[start : start + CLAIMED_AT_ONCE], context)
    return outcomes


def _is_history(order: Order, link: Link, context: JobContext) -> bool:
    """An order nobody knows that was closed before we began; one that was left out is nobody's still."""
    known = link.etag and link.state is not LinkState.LEFT_OUT
    return not known and left_out_as_history(order, context.history_before) is not None


def _left_out(link: Link) -> Outcome:
    return Outcome(link.with_(state=LinkState.LEFT_OUT), Result.LEFT_OUT)


def _imported(link: Link) -> Outcome:
    """Auto Create Sales Documents is off: the order is kept and shown, without a document."""
    if link.state is LinkState.APPLIED:
        return Outcome(link, Result.UNCHANGED)
    return Outcome(link.with_(state=LinkState.IMPORTED), Result.LEFT_OUT)


def _nothing_to_bill(link: Link, plan: LeftOut) -> Outcome:
    """No document for this order, or a conflict if it has one already."""
    if link.state is not LinkState.APPLIED:
        return _left_out(link)
    return parked(link, RecordRefused(
        "order-changed-after-processing", f"{plan.reason} {link.bc_number} was created before that."
    ))


def _follow(one: PlannedOrder, context: JobContext) -> Outcome:
    """A changed order that has its document: addresses follow, pieces and money are a conflict."""
    link, plan = one.link, one.plan
    if plan_hash(plan) == link.plan:
        return Outcome(link, Result.UNCHANGED)
    if link.lines and content_hash(plan) != link.lines:
        return parked(link, RecordRefused(
            "order-changed-after-processing",
            f"order {one.record.number}: pieces, prices or discounts changed after {link.bc_number} was created",
        ))
    changes = header_changes(decoded(link.header or "{}"), plan)
    if not changes or link.bc_set != "salesOrders":
        return Outcome(applied_link(link, one), Result.UNCHANGED)
    done = attempt(f"order {one.record.number}", lambda: _change(link, changes, context))
    if isinstance(done, ConnectorError):
        return parked(link, done)
    return Outcome(applied_link(link, one), Result.UPDATED if done else Result.UNCHANGED)


def _change(link: Link, changes: dict[str, object], context: JobContext) -> bool:
    try:
        return change_row(context.bc, "salesOrders", link.bc_id, changes)
    except RowGone:
        return False  # posted or deleted in Business Central: nothing of ours to change any more
