"""Applies changed records: reads by id what webhooks announced, many in one call, as it is now.

A row leaves the set only after its record was applied or parked, or is no longer there. A run that was woken by
webhooks does this alone; the scheduled run does it before it looks at the span of time.
"""
from __future__ import annotations

from collections.abc import Sequence

from shared.clock import iso
from shared.shopify.kinds import Kind
from shared.shopify.listing import IDS_PER_CALL
from shared.shopify.reading import by_ids
from shared.stores.changed_records import ChangedRecord, ChangedRecords
from shared.sync.context import JobContext
from shared.sync.gone import keep_out_of_reach, out_of_reach
from shared.sync.job import APPLY, Deadline
from shared.sync.page import apply_page


def apply_changed(kind: Kind, changed: ChangedRecords, context: JobContext, deadline: Deadline) -> None:
    """Everything of one kind that was announced; OutOfTime between two calls when the budget is used up."""
    announced = changed.of(context.card.code, kind)
    for start in range(0, len(announced), IDS_PER_CALL):
        if start:
            deadline.check()
        _apply_some(kind, announced[start : start + IDS_PER_CALL], changed, context)


def _apply_some(
    kind: Kind, announced: Sequence[ChangedRecord], changed: ChangedRecords, context: JobContext
) -> None:
    numbers = [one.number for one in announced]
    records = by_ids(context.shopify, kind, numbers)
    apply_page(kind, APPLY[kind], records, context)
    missing = set(numbers) - {record.number for record in records}
    told = {one.number for one in announced if one.why.endswith("/delete")}
    unread = out_of_reach(kind, missing - told, context)
    keep_out_of_reach(kind, unread, context)
    _note_gone(kind, sorted(missing - set(unread)), context)
    context.lease.check()
    changed.remove(context.card.code, kind, announced)


def _note_gone(kind: Kind, gone: Sequence[int], context: JobContext) -> None:
    """Records that Shopify no longer has: nothing in Business Central is removed, the link remembers."""
    if not gone:
        return
    links = context.links(kind)
    known = links.of(gone).values()
    links.save([link.with_(deleted_at=iso(context.clock.now()), capture="") for link in known])
    context.skipped.clear(context.card.code, kind, list(context.skipped.among(context.card.code, kind, gone)))
