"""Page after page, so that Business Central never waits for us: while pages are being brought, the next one is planned,
and goes out once the first of them is kept.

What is planned is captured and looked up; who buys is there. It is brought by a thread, so that the requests of two
pages wait for Business Central's five slots at any time, and kept in the order of the pages by the one thread that
counts, keeps and saves the place: where the pages of a run stand is never beyond a page that is not kept. A record that
comes again while an earlier page of it is being brought waits for that one. Once a page meets what concerns more than a
record, no page sends anything further. See docs/decisions/0056.
"""
from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple

from shared.errors import ConnectorError
from shared.shopify.reading import Page
from shared.sync.context import JobContext
from shared.sync.deadline import Deadline
from shared.sync.outcome import Outcome
from shared.sync.page import PlannedPage, kept_page, planned_page, what_came
from shared.sync.record_type import RecordType, Work
from shared.sync.stop import Stop
from shared.telemetry import beside

AT_ONCE = 2
"""Pages that are being brought: one that has nearly all of its answers, and one that fills the slots meanwhile."""

_log = logging.getLogger(__name__)


class _UnderWay(NamedTuple):
    page: Page
    planned: PlannedPage
    done: Future[list[Outcome]]


def apply_pages(
    one: RecordType, source: Iterator[Page], context: JobContext, deadline: Deadline, turned: Callable[[Page], None]
) -> None:
    """Bring every page into Business Central; `turned` is called with each once it is kept, in their order.

    OutOfTime when the budget is used up before the last one is planned, once those that are planned are kept. Whatever
    else is raised, pages before it are kept as well as that is possible.
    """
    with (
        closing(source) as pages,  # type: ignore[type-var]
        ThreadPoolExecutor(AT_ONCE, thread_name_prefix="page") as threads,
    ):
        under_way, stop = deque[_UnderWay](), Stop()
        try:
            for page in pages:
                while under_way and (stop.problem or _meets(page, under_way)):
                    _end_first(under_way, context, turned)
                planned = planned_page(one, page.records, context)
                while under_way and (stop.problem or len(under_way) == AT_ONCE):
                    _end_first(under_way, context, turned)
                under_way.append(_UnderWay(page, planned, beside(threads, _carry_out, planned.carry_out, stop)))
                if one.planned is None or not page.next_cursor:
                    _end_all(under_way, context, turned)
                if page.next_cursor:
                    deadline.check()
            _end_all(under_way, context, turned)
        except Exception:
            _end_all(under_way, context, turned)
            raise


def _carry_out(work: Work, stop: Stop) -> list[Outcome]:
    try:
        return work(stop)
    except ConnectorError as problem:
        stop.because(problem)
        raise


def _meets(page: Page, under_way: Iterable[_UnderWay]) -> bool:
    """Whether it has a record of theirs: that was changed meanwhile."""
    return not {record.id for record in page.records}.isdisjoint(
        record.id for other in under_way for record in other.page.records)


def _end_all(under_way: deque[_UnderWay], context: JobContext, turned: Callable[[Page], None]) -> None:
    while under_way:
        _end_first(under_way, context, turned)


def _end_first(under_way: deque[_UnderWay], context: JobContext, turned: Callable[[Page], None]) -> None:
    """Wait for the first page and keep it. If that fails the others are kept too, but the place stays before it."""
    first = under_way.popleft()
    try:
        _keep(first, context)
        context.lease.check()
        turned(first.page)
    except Exception:
        _keep_what_came(under_way, context)
        raise


def _keep_what_came(under_way: deque[_UnderWay], context: JobContext) -> None:
    while under_way:
        try:
            _keep(under_way.popleft(), context)
        except ConnectorError as problem:
            _log.info("a page that was being brought is not kept: %s", problem)
        except Exception:
            _log.exception("a page that was being brought is not kept")


def _keep(one: _UnderWay, context: JobContext) -> None:
    """It was ready a while ago perhaps: the shop may be another worker's by now."""
    outcomes = what_came(one.planned, one.done.result, context)
    context.lease.check()
    kept_page(one.planned, outcomes, context)
