"""Applies changed records: reads by id what webhooks announced, many in one call, as it is now.

A row leaves the set only after its record was applied or parked, or is no longer there. What did not change and only
has to be captured comes last, and waits for the next run while storage takes no captures. A run that was woken by
webhooks does this alone; the scheduled run does it before it looks at the span of time.
"""
from __future__ import annotations

from collections.abc import Sequence

from shared.clock import iso
from shared.shopify.listing import IDS_PER_CALL
from shared.shopify.reading import by_ids
from shared.shopify_ids import key_of
from shared.stores.changed_records import UNCAPTURED, ChangedRecord, ChangedRecords
from shared.sync.context import JobContext
from shared.sync.deadline import Deadline
from shared.sync.gone import keep_out_of_reach
from shared.sync.page import apply_page
from shared.sync.record_type import RecordType


def apply_changed(one: RecordType, changed: ChangedRecords, context: JobContext, deadline: Deadline) -> None:
    """Everything of one type that was announced; OutOfTime between two calls when the budget is used up."""
    announced = changed.of(context.card.code, one.name)
    for start in range(0, len(announced), IDS_PER_CALL):
        if start:
            deadline.check()
        some, lost = announced[start : start + IDS_PER_CALL], context.run.captures_lost
        _apply_some(one, some, changed, context)
        if some[-1].why == UNCAPTURED and context.run.captures_lost > lost:
            break


def _apply_some(
    one: RecordType, announced: Sequence[ChangedRecord], changed: ChangedRecords, context: JobContext
) -> None:
    type, ids, began = one.name, [notice.id for notice in announced], context.clock.now()
    records = by_ids(context.shopify, type, ids)
    apply_page(one, records, context)
    missing = set(ids) - {record.id for record in records}
    told = {notice.id for notice in announced if notice.why.endswith("/delete")}
    out_of_reach = keep_out_of_reach(one, missing - told, context, began)
    _note_gone(type, sorted(missing - out_of_reach, key=key_of), context)
    context.lease.check()
    changed.remove(context.card.code, type, announced)


def _note_gone(type: str, gone: Sequence[str], context: JobContext) -> None:
    """Records that Shopify no longer has: nothing in Business Central is removed, the link remembers."""
    if not gone:
        return
    links = context.links(type)
    known = links.of(gone).values()
    links.save([link.with_(deleted_at=iso(context.clock.now()), capture="") for link in known])
    context.skipped.clear(context.card.code, type, list(context.skipped.among(context.card.code, type, gone)))
