"""What is forgotten every night: log entries, data captures, runs, and what other rooms keep for a time.

Each part is written down in the book of purges, and one that fails stops no other: its row says why, and the next
night goes on with it. Receipts of privacy requests are not touched: they have to outlast everything else.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from shared.clock import Clock, from_iso
from shared.journal.capture_purge import remove_captures
from shared.journal.captures import DataCaptures
from shared.journal.log_purge import LogPurges
from shared.journal.purges import CAPTURES, RUNS, Purge, Purges
from shared.stores.operations import Operations
from shared.stores.sync_runs import SyncRuns

RUNS_KEPT_DAYS = 90
_log = logging.getLogger(__name__)


class Further(NamedTuple):
    """What another room keeps for so many days, and how it is removed."""

    days: int
    remove: Callable[[Purge], None]


class Retention:
    """The parts of the night's work."""

    def __init__(
        self, book: Purges, clock: Clock, logs: LogPurges, captures: DataCaptures, runs: SyncRuns, *, capture_days: int,
        further: Mapping[str, Further] | None = None,
    ) -> None:
        self._book, self._clock = book, clock
        self._logs, self._captures, self._runs = logs, captures, runs
        self._capture_days, self._further = capture_days, further or {}

    def remove_expired(self, *, by: str) -> list[Purge]:
        """Carry out every part; the purges that came to their end."""
        parts: tuple[Callable[[], Purge], ...] = (
            partial(self._logs.remove_expired, by=by),
            partial(self._remove, CAPTURES, self._capture_days, partial(remove_captures, self._captures), by),
            partial(self._remove, RUNS, RUNS_KEPT_DAYS, self._remove_runs, by),
            *(partial(self._remove, what, part.days, part.remove, by) for what, part in self._further.items()),
        )
        return [done for part in parts if (done := _attempt(part)) is not None]

    def latest(self) -> list[Purge]:
        """What was removed, by a night or by somebody, newest first."""
        return self._book.latest()

    def _remove(self, what: str, days: int, remove: Callable[[Purge], None], by: str) -> Purge:
        self._book.finish_interrupted(what, remove)
        return self._book.carry_out(what, self._clock.now() - timedelta(days=days), remove, by=by)

    def _remove_runs(self, purge: Purge) -> None:
        purge.entries += self._runs.remove_before(from_iso(purge.before))


def remove_operations(operations: Operations, purge: Purge) -> None:
    """Carry out this purge of operations."""
    purge.entries += operations.remove_before(from_iso(purge.before))


def _attempt(part: Callable[[], Purge]) -> Purge | None:
    try:
        return part()
    except Exception:
        _log.exception("a part of the nightly removal failed; the next night goes on with it")
        return None
