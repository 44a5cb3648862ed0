"""Page after page, so that Business Central never waits for us: while pages are being brought, the next one is planned,
and goes out once the first of them is kept.

What is planned is captured and looked up; who buys is there. It is brought by a thread, so that the requests of two
pages wait for Business Central's five slots at any time, and kept in the order of the pages by the one thread that
counts, keeps and saves the place: where the pages of a run stand is never beyond a page that is not kept. A record that
comes again while an earlier page of it is being brought waits for that one. Where no page is being brought, one goes
out together with the next: look-ups of a page wait for a slot, so behind a single page every one would be planned only
when the slots are empty, and the run would never come out of that. Once a page meets what concerns more than a record,
no page sends anything further. See docs/decisions/0056.
"""
from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing

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
        under_way = _UnderWay(threads, context, turned)
        try:
            for page in pages:
                under_way.make_way(page)
                planned = planned_page(one, page.records, context)
                under_way.add(page, planned)
                if one.planned is None or not page.next_cursor:
                    under_way.end()
                if page.next_cursor:
                    deadline.check()
            under_way.end()
        except Exception:
            under_way.end()
            raise


class _PageAtWork:
    """A page that is planned, and what becomes of it once it is being brought."""

    def __init__(self, page: Page, planned: PlannedPage) -> None:
        self.page, self.planned = page, planned
        self._done: Future[list[Outcome]] | None = None

    def begin(self, threads: Executor, stop: Stop) -> None:
        """Bring it, if that is not begun."""
        self._done = self._done or beside(threads, _carry_out, self.planned.carry_out, stop)

    @property
    def is_brought(self) -> bool:
        """Whether it is, or has failed."""
        return self._done is not None and self._done.done()

    def outcomes(self) -> list[Outcome]:
        """What became of its records, once that is known; raises what ended it."""
        assert self._done is not None, "it was begun"
        return self._done.result()


class _UnderWay:
    """The pages that are planned and not kept, in their order."""

    def __init__(self, threads: Executor, context: JobContext, turned: Callable[[Page], None]) -> None:
        self._threads, self._context, self._turned = threads, context, turned
        self._pages, self._stop = deque[_PageAtWork](), Stop()

    def make_way(self, page: Page) -> None:
        """End those that the page waits for before it is planned."""
        while self._pages and (self._stop.problem or self._meets(page)):
            self._end_first()

    def add(self, page: Page, planned: PlannedPage) -> None:
        """Put it behind the others, once there is room; begin it unless it is the only one."""
        while self._pages and (self._stop.problem or len(self._pages) == AT_ONCE or self._pages[0].is_brought):
            self._end_first()
        self._pages.append(_PageAtWork(page, planned))
        if len(self._pages) == AT_ONCE:
            self._begin()

    def end(self) -> None:
        """Bring and keep all."""
        while self._pages:
            self._end_first()

    def _begin(self) -> None:
        for one in self._pages:
            one.begin(self._threads, self._stop)

    def _meets(self, page: Page) -> bool:
        """Whether it has a record of theirs: that was changed meanwhile."""
        return not {record.id for record in page.records}.isdisjoint(
            record.id for other in self._pages for record in other.page.records)

    def _end_first(self) -> None:
        """Wait for the first page and keep it. If that fails the others are kept too, but the place stays before it."""
        self._begin()
        first = self._pages.popleft()
        try:
            self._keep(first)
            self._context.lease.check()
            self._turned(first.page)
        except Exception:
            self._keep_what_came()
            raise

    def _keep_what_came(self) -> None:
        while self._pages:
            try:
                self._keep(self._pages.popleft())
            except ConnectorError as problem:
                _log.info("a page that was being brought is not kept: %s", problem)
            except Exception:
                _log.exception("a page that was being brought is not kept")

    def _keep(self, one: _PageAtWork) -> None:
        """It was ready a while ago perhaps: the shop may be another worker's by now."""
        outcomes = what_came(one.planned, one.outcomes, self._context)
        self._context.lease.check()
        kept_page(one.planned, outcomes, self._context)


def _carry_out(work: Work, stop: Stop) -> list[Outcome]:
    try:
        return work(stop)
    except ConnectorError as problem:
        stop.because(problem)
        raise
