"""The book of purges: what is to be removed is written down first, and what was removed afterwards.

So a purge that was interrupted is known, and the next one of its kind finishes it. Table LogPurges, partition
`purge`, row key = inverted time, so that the newest come first. Border: knows nothing of what is removed.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import msgspec

from shared.clock import Clock, iso_exact
from shared.storage.tables import Row, Table

TABLE = "LogPurges"
LOG_ENTRIES, CAPTURES, RUNS, LINKS = "log entries", "captures", "runs", "links"
_END_OF_TIME = 10**17
_PARTITION = "purge"


class Purge(msgspec.Struct, kw_only=True):
    """One purge: everything of `what` up to `before` (UTC, ISO 8601, included), of one shop or ("") of all.

    hours    of log entries: hours that went as a whole
    days     of captures: days that went as a whole
    entries  rows, of log entries those of the hour of the cut only; links
    bodies   packs of bodies or captures
    problem  why it did not come to its end; the next night goes on with it
    """

    id: str
    by: str
    before: str
    started_at: str
    what: str = LOG_ENTRIES
    shop: str = ""
    ended_at: str = ""
    hours: int = 0
    days: int = 0
    entries: int = 0
    bodies: int = 0
    problem: str = ""


class Purges:
    """Purges, done and to be finished."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def carry_out(
        self, what: str, before: datetime, remove: Callable[[Purge], None], *, by: str, shop: str = ""
    ) -> Purge:
        """Write down a purge, let `remove` do it, and write down that it is done; raises what `remove` raises."""
        now = self._clock.now()
        id = f"{_END_OF_TIME - int(now.timestamp() * 1_000_000):017d}-{uuid4().hex[:4]}"
        purge = Purge(id=id, by=by, before=iso_exact(before), started_at=iso_exact(now), what=what, shop=shop)
        self._save(purge)
        return self._finish(purge, remove)

    def finish_interrupted(self, what: str, remove: Callable[[Purge], None]) -> None:
        """Carry out once more what was begun and did not end."""
        rows = list(self._table.rows("PartitionKey eq @p and ended_at eq @open", {"p": _PARTITION, "open": ""}))
        for purge in map(_purge, rows):
            if purge.what == what:
                self._finish(purge, remove)

    def latest(self, limit: int = 50) -> list[Purge]:
        """What was removed, newest first."""
        return list(map(_purge, self._table.first(limit, "PartitionKey eq @p", {"p": _PARTITION})))

    def _finish(self, purge: Purge, remove: Callable[[Purge], None]) -> Purge:
        try:
            remove(purge)
        except Exception as error:
            purge.problem = str(error)[:500]
            self._save(purge)
            raise
        purge.problem, purge.ended_at = "", iso_exact(self._clock.now())
        self._save(purge)
        return purge

    def _save(self, purge: Purge) -> None:
        fields = msgspec.structs.asdict(purge)
        self._table.put(fields | {"PartitionKey": _PARTITION, "RowKey": fields.pop("id")})


def _purge(row: Row) -> Purge:
    return msgspec.convert(row | {"id": row["RowKey"]}, Purge)
