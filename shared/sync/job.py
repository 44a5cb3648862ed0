"""One job: bring one shop up to date, type by type, page by page.

Each type runs from its last synchronization time (less an overlap) to the start of the run by Shopify's
clock, oldest change first. The watermark moves only when every record up to there was applied or parked,
and only to the start of the run. Interrupted in any way, the next job goes on at the checkpoint.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from shared.clock import from_iso, iso
from shared.record_names import several_called
from shared.shopify.bulk import BulkRefused
from shared.shopify.client import ShopifyClient
from shared.shopify.cursors import Trail
from shared.shopify.failures import QueryFailed
from shared.shopify.reading import Page, Record, by_ids, changed_page
from shared.shopify_ids import key_of
from shared.storage.tables import RowChanged, RowExists
from shared.stores.skipped_records import is_decided_otherwise, is_due
from shared.stores.synchronization_info import SynchronizationInfo, SynchronizationInfos, since_of_next_run
from shared.sync.ahead import one_ahead
from shared.sync.context import JobContext
from shared.sync.deadline import Deadline
from shared.sync.gone import keep_out_of_reach
from shared.sync.in_bulk import PAGED, Asked, operation_to_read, pages_in_file, turn_to_pages
from shared.sync.outlook import Outlook
from shared.sync.page import apply_page
from shared.sync.pages_at_once import apply_pages
from shared.sync.record_type import RecordType
from shared.texts import Text

_CURSOR_KEEPS = timedelta(hours=1)
"""A cursor older than this is not trusted; the position (updatedAt) it stood at is used instead."""
_RESETS_IN_A_ROW = 5
_COMPLETE: Mapping[str, Any] = {
    "exact": False, "run_since": "", "run_until": "", "run_cursor": "", "run_position": "", "run_saved": "",
    "run_bulk": "", "last_outcome": "succeeded"}

_log = logging.getLogger(__name__)


class Overruled(Exception):
    """An operator set the last synchronization time meanwhile; this run's progress is void."""


def begin_type(
    informations: SynchronizationInfos, shop: str, type: str, *, now: datetime, reached: Callable[[], datetime],
    overlap: timedelta,
) -> SynchronizationInfo:
    """The type's row with the bounds of the run: those of an interrupted run, or new ones.

    `now` is our time; `reached` tells what Shopify's clock had come to then, and is asked for new bounds only.
    A reset that comes between is what the run begins with; Overruled if they do not end.
    """
    for _ in range(_RESETS_IN_A_ROW):
        info = informations.get(shop, type)
        bounded = with_bounds(informations, info, now=now, reached=reached, overlap=overlap)
        if cursor_keeps(info, now):
            return bounded
        with suppress(Overruled):
            return save_checkpoint(informations, bounded)
    raise Overruled(type)


def with_bounds(
    informations: SynchronizationInfos, info: SynchronizationInfo, *, now: datetime, reached: Callable[[], datetime],
    overlap: timedelta,
) -> SynchronizationInfo:
    """The row with the bounds that `begin_type` gives it, not stored yet."""
    if cursor_keeps(info, now):
        return informations.begun(info, from_iso(info.run_until))
    if info.run_until:
        since = from_iso(info.run_position or info.run_since)
        until = from_iso(info.run_until)
    else:
        until = reached()
        since = since_of_next_run(info, until, overlap)
    return informations.begun(info, until).with_(
        run_since=iso(since), run_until=iso(until), run_cursor="", run_saved=iso(now))


def cursor_keeps(info: SynchronizationInfo, now: datetime) -> bool:
    """Whether the saved place may be gone on from by its cursor; a place in a file is good as long as the file."""
    if info.run_until and is_in_bulk(info.run_bulk):
        return True
    return bool(info.run_until and info.run_saved) and now - from_iso(info.run_saved) <= _CURSOR_KEEPS


def run_type(
    one: RecordType,
    info: SynchronizationInfo,
    context: JobContext,
    informations: SynchronizationInfos,
    deadline: Deadline,
    progress: Callable[[], None],
    outlook: Outlook,
) -> None:
    """Everything of one type that changed, and the parked records that are due.

    OutOfTime between two pages when the budget is used up; Waiting while Shopify writes its file; Overruled after a
    reset; QueryFailed record-unreadable when the list leads back to a page that was read.
    """
    trail = Trail(several_called(one.name))

    def turned(page: Page) -> None:
        nonlocal info
        progress()
        if page.next_cursor:
            info = save_checkpoint(
                informations, info, run_cursor=trail.follow(page.next_cursor), run_saved=iso(context.clock.now()),
                run_position=iso(page.reached) if page.reached else info.run_position,
            )

    def read_by(what: str) -> None:
        nonlocal info
        info = save_checkpoint(informations, info, run_bulk=what, run_cursor="")

    asked = Asked(one.name, from_iso(info.run_since), from_iso(info.run_until))
    decided = info.run_bulk or (PAGED if info.run_cursor or info.run_position else "")
    read_through(one, asked, decided, info.run_cursor, context, deadline, turned=turned, read_by=read_by,
                 paged=lambda: pages(context.shopify, info, trail))
    _retry_parked(one, context, deadline, outlook)
    save_checkpoint(informations, info, **_COMPLETE, last_sync_time=info.run_until)


def read_through(
    one: RecordType, asked: Asked, by: str, cursor: str, context: JobContext, deadline: Deadline, *,
    turned: Callable[[Page], None], read_by: Callable[[str], None], paged: Callable[[], Iterator[Page]],
) -> None:
    """Apply what is asked for, in bulk or page by page.

    by, read_by  what the span is read by, and how another answer to that is kept (in_bulk.py)
    turned       keeps where the next page begins, once a page is applied
    Raises OutOfTime, Waiting, and BulkRefused never.
    """
    operation = operation_to_read(asked, by, context, read_by)
    if operation is not None:
        at = cursor if is_in_bulk(by) else ""
        try:
            apply_pages(one, pages_in_file(one.name, operation, at, context), context, deadline, turned)
            return
        except BulkRefused as problem:
            turn_to_pages(one.name, problem, context, read_by)
    apply_pages(one, paged(), context, deadline, turned)


def is_in_bulk(by: str) -> bool:
    """Whether a span is read by an operation's file."""
    return by not in ("", PAGED)


def pass_type(
    one: RecordType, info: SynchronizationInfo, context: JobContext, deadline: Deadline, outlook: Outlook
) -> None:
    """A type of which nothing changed: the parked records that are due, and nothing else."""
    context.counts(one.name)
    _retry_parked(one, context, deadline, outlook)
    outlook.rest(info.with_(**_COMPLETE, last_sync_time=info.run_until))


def pages(
    shopify: ShopifyClient, info: SynchronizationInfo, trail: Trail, *, also: str = ""
) -> Iterator[Page]:
    """The pages of the run, of records that satisfy `also`; while one is being applied the next one is fetched.

    `trail` learns where they begin. Where Shopify does not take the saved cursor any more, the position it stood at is
    used at once.
    """
    type, cursor = info.type, info.run_cursor or None
    since, until = from_iso(info.run_since), from_iso(info.run_until)

    def read(cursor: str | None) -> Page:
        return changed_page(shopify, type, since=since, until=until, cursor=cursor, also=also)

    try:
        page = read(cursor)
    except QueryFailed as problem:
        if cursor is None:
            raise
        _log.info("%s of %s go on at their position, not at the saved cursor: %s", type, info.shop, problem)
        since, cursor = from_iso(info.run_position) if info.run_position else since, None
        page = read(cursor)
    if cursor:
        trail.follow(cursor)

    def listed(page: Page) -> Iterator[Page]:
        yield page
        while page.next_cursor:
            page = read(page.next_cursor)
            yield page

    yield from one_ahead(listed(page))


def _retry_parked(one: RecordType, context: JobContext, deadline: Deadline, outlook: Outlook) -> None:
    if not outlook.parked.get(one.name):
        return
    shop, type, now = context.card.code, one.name, context.clock.now()
    selection = one.selection(context.card)
    due = [s.id for s in context.skipped.of(shop, type)
           if (is_due(s, now) or is_decided_otherwise(s, selection)) and s.run != context.run.id]
    for start in range(0, len(due), 50):
        ids = due[start : start + 50]
        if start:
            # Not before the first ones: a last page that takes the whole time would be all that a run ever comes to.
            deadline.check()
            ids = [id for id, row in context.skipped.among(shop, type, ids).items() if not row.dismissed_at]
        records: list[Record] = by_ids(context.shopify, type, ids)
        apply_page(one, records, context, again=True, began=now)
        missing = set(ids) - {record.id for record in records}
        context.skipped.clear(shop, type, sorted(missing - keep_out_of_reach(one, missing, context, now), key=key_of))


def save_checkpoint(
    informations: SynchronizationInfos, info: SynchronizationInfo, **changes: Text | bool
) -> SynchronizationInfo:
    """The row with these changes, as stored; Overruled when an operator changed it meanwhile."""
    try:
        return informations.save(info.with_(**changes))
    except (RowChanged, RowExists) as error:
        raise Overruled(info.type) from error
