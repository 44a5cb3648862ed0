"""Much at once comes in bulk: Shopify is asked for a file, which is read when it is there.

A first load, a reset or a back-fill is counted first, and where bulk is worth it an operation is begun and its id kept.
Nobody waits for it in an invocation: the type is left for later (Waiting), and the run looks again. An operation that
is refused, fails, or stands still leads back to pages once and for all; so what a span is read by is decided at most
twice. What is read, in which order of steps and past which crash, is job.py's. See docs/decisions/0049.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.clock import from_iso, iso
from shared.errors import ConnectorError
from shared.record_names import several_called
from shared.shopify import bulk
from shared.shopify.bulk import BulkRefused, Operation
from shared.shopify.bulk_worth import worth_it
from shared.shopify.counting import count_changed
from shared.shopify.failures import QueryFailed
from shared.shopify.reading import EARLIEST, Page
from shared.shopify.shapes import SHAPES
from shared.stores.sync_runs import Awaited
from shared.sync.ahead import one_ahead
from shared.sync.context import JobContext
from shared.texts import sentence

PAGED = "pages"
"""What a span is read by that is never read in bulk again."""

STANDS_STILL = timedelta(hours=1)
"""An operation that has written nothing for so long is given up; Shopify itself lets it run for ten days."""

_SOONEST, _LATEST = timedelta(seconds=10), timedelta(seconds=60)
_log = logging.getLogger(__name__)


class Waiting(Exception):
    """Shopify works on the file; the run looks again later."""


class Asked(NamedTuple):
    """Records of a type that were changed from `since` to `until`, both UTC, and satisfy `also`."""

    type: str
    since: datetime
    until: datetime
    also: str = ""


def operation_to_read(asked: Asked, by: str, context: JobContext, keep: Callable[[str], None]) -> Operation | None:
    """The operation whose file is to be read now; None: the span is read page by page.

    by    what the span is read by: the id of an operation, PAGED, "" = not decided
    keep  keeps another answer to that for good
    Waiting as long as Shopify works on it; raises what ShopifyClient.ask raises of the whole service.
    """
    if by == PAGED or not (by or _is_worth_it(asked, context)):
        return None
    try:
        operation = bulk.state(context.shopify, by) if by else _begun(asked, context, keep)
        if not operation.is_over:
            _wait(asked.type, operation, context)
    except (BulkRefused, QueryFailed) as problem:
        turn_to_pages(asked.type, problem, context, keep)
        return None
    context.run.awaits.pop(asked.type, None)
    return operation


def turn_to_pages(type: str, why: ConnectorError, context: JobContext, keep: Callable[[str], None]) -> None:
    """Read the span page by page from now on, from its start; the run says why."""
    _log.warning("%s of %s do not come in bulk: %s", type, context.card.code, why)
    context.run.awaits.pop(type, None)
    context.run.note(sentence(
        "{types} were read page by page, not in bulk: {why}", types=several_called(type), why=why.sentence))
    keep(PAGED)


def pages_in_file(type: str, operation: Operation, at: str, context: JobContext) -> Iterator[Page]:
    """The records of the operation from a place in its file on ("" = from its start); the next page is read ahead.

    BulkRefused where they are to be read page by page instead; raises what ShopifyClient.ask raises of the whole
    service.
    """
    pages: Any = bulk.pages(context.shopify, type, operation, size=SHAPES[type].page_size,
                            left=context.left_file, at=at or None)
    try:
        yield from one_ahead(pages)
    finally:
        pages.close()


def pause(awaited: Iterator[Awaited], now: datetime) -> timedelta:
    """How long until a look: the longer Shopify has been at work, the longer."""
    longest = max((now - from_iso(one.since) for one in awaited), default=_SOONEST)
    return min(max(longest / 4, _SOONEST), _LATEST)


def abandon(type: str, awaited: Awaited, context: JobContext) -> None:
    """Nobody wants the file any more: a reset came between. If it cannot be stopped it ends by itself."""
    context.run.awaits.pop(type, None)
    _stop(awaited.id, context)


def _stop(id: str, context: JobContext) -> None:
    try:
        bulk.cancel(context.shopify, id)
    except ConnectorError as problem:
        _log.info("the bulk operation %s of %s cannot be stopped: %s", id, context.card.code, problem)


def _is_worth_it(asked: Asked, context: JobContext) -> bool:
    if not context.in_bulk or asked.type not in SHAPES:
        return False
    since = None if asked.since <= EARLIEST else asked.since
    try:
        count = count_changed(context.shopify, asked.type, since, asked.also)
    except QueryFailed as problem:
        _log.info("%s of %s cannot be counted: %s", asked.type, context.card.code, problem)
        return False
    rate = context.shopify.budget.restore_rate
    return count is not None and rate is not None and count.count > 0 and worth_it(asked.type, count.count, rate)


def _begun(asked: Asked, context: JobContext, keep: Callable[[str], None]) -> Operation:
    operation = bulk.start(context.shopify, asked.type, asked.since, asked.until, asked.also)
    keep(operation.id)
    return operation


def _wait(type: str, operation: Operation, context: JobContext) -> None:
    """Waiting; BulkRefused for an operation that stands still, which is cancelled."""
    now, before = context.clock.now(), context.run.awaits.get(type)
    stands = before is not None and before.id == operation.id and before.lines == operation.object_count
    awaited = Awaited(
        id=operation.id, since=iso(operation.created_at), lines=operation.object_count,
        moved=before.moved if before and stands else iso(now))
    if now - from_iso(awaited.moved) >= STANDS_STILL:
        _stop(operation.id, context)
        raise BulkRefused(sentence(
            "The bulk operation {id} has not come any further for an hour", id=operation.id))
    context.run.awaits[type] = awaited
    raise Waiting(type)
