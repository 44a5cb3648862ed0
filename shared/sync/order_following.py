"""What follows an order that has its document: addresses do, pieces and money are a conflict."""
from __future__ import annotations

from typing import NamedTuple

import msgspec

from shared.business_central.executor import change_row
from shared.business_central.refusals import RowGone
from shared.errors import ConnectorError, RecordRefused
from shared.json_text import decoded
from shared.mapping.order_changes import content_hash, header_changes
from shared.mapping.plan import SalesOrderPlan, plan_hash
from shared.shopify.reading import Record
from shared.sync.context import JobContext
from shared.sync.links import Link
from shared.sync.outcome import Outcome, Result, attempt, parked


class PlannedOrder(NamedTuple):
    """An order with its link and the plan for it."""

    record: Record
    link: Link
    plan: SalesOrderPlan


def follow(one: PlannedOrder, context: JobContext) -> Outcome:
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
        return Outcome(applied_link(link, plan), Result.UNCHANGED)
    done = attempt(f"order {one.record.number}", lambda: _change(link, changes, context))
    if isinstance(done, ConnectorError):
        return parked(link, done)
    return Outcome(applied_link(link, plan), Result.UPDATED if done else Result.UNCHANGED)


def applied_link(link: Link, plan: SalesOrderPlan) -> Link:
    """The link with what was applied, to recognise it the next time."""
    return sent_link(link, plan).with_(plan=plan_hash(plan))


def sent_link(link: Link, plan: SalesOrderPlan) -> Link:
    """The link with what is sent, to compare with what will be found."""
    return link.with_(lines=content_hash(plan), header=msgspec.json.encode(plan.header).decode())


def _change(link: Link, changes: dict[str, object], context: JobContext) -> bool:
    try:
        return change_row(context.bc, "salesOrders", link.bc_id, changes)
    except RowGone:
        return False  # posted or deleted in Business Central: nothing of ours to change any more
