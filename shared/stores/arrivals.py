"""Arrivals: how many orders each hour brought that had never been seen before, for the overview's picture.

Table Arrivals, one row a shop and type: counts by UTC hour, of the last days only. Whoever holds the shop's lease adds
to it, once an invocation, so a picture of a million orders costs one small row. What the process was counting when it
was killed is not made up for: nothing is decided by these figures.
"""
from __future__ import annotations

import statistics
from datetime import datetime, timedelta

import msgspec

from shared.clock import Clock, from_iso, iso
from shared.json_text import decoded
from shared.storage.holding import Holding, rows_of
from shared.storage.tables import Table

TABLE = "Arrivals"
HOURS = 24
"""Shown: the hour that is under way, and those before it."""

_DAYS_KEPT = 15
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Hour(msgspec.Struct, frozen=True):
    """One hour, by its beginning, UTC, ISO 8601.

    count  how many arrived
    usual  the median of the same hour of the days before; None where nothing is known of them
    """

    at: str
    count: int
    usual: float | None


class Arrivals:
    """The rows of all shops."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def add(self, shop: str, type: str, count: int) -> None:
        """So many more in this hour; by whoever holds the shop's lease."""
        now = self._clock.now()
        known = self._counts(shop, type)
        this = iso(_hour_of(now))
        known[this] = known.get(this, 0) + count
        kept = {at: known[at] for at in sorted(known) if from_iso(at) > now - _DAYS_KEPT * _DAY}
        self._table.put({"PartitionKey": shop, "RowKey": type, "hours": msgspec.json.encode(kept).decode()})

    def of(self, shop: str, type: str) -> list[Hour]:
        """The last HOURS hours, oldest first; one call of storage."""
        known, this = self._counts(shop, type), _hour_of(self._clock.now())
        since = min(map(from_iso, known), default=this)
        hours = [this - _HOUR * back for back in reversed(range(HOURS))]
        return [Hour(iso(at), known.get(iso(at), 0), _usual(known, at, since)) for at in hours]

    def _counts(self, shop: str, type: str) -> dict[str, int]:
        row = self._table.get(shop, type)
        return decoded(row["hours"], type=dict[str, int]) if row else {}


def _usual(known: dict[str, int], at: datetime, since: datetime) -> float | None:
    before = [at - _DAY * days for days in range(1, _DAYS_KEPT)]
    counts = [known.get(iso(one), 0) for one in before if one >= since]
    return statistics.median(counts) if counts else None


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


HOLDING = Holding("arrivals", (TABLE,), of_shop=rows_of(TABLE), of_person="numbers of orders by the hour")
