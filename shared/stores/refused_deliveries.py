"""Deliveries with a wrong signature: counted, and nothing else of them is kept.

A stranger can send as many as he likes, so counting must not cost a call of storage each: a process adds up and
writes at most once a minute. What an instance had not written when it ended is missing: the number is a least.
Table RefusedDeliveries, partition = UTC day, key = the process.
"""
from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from uuid import uuid4

from shared.clock import Clock
from shared.storage.holding import Holding
from shared.storage.tables import Table

TABLE = "RefusedDeliveries"
_WRITE_EVERY = timedelta(minutes=1)


class RefusedDeliveries:
    """The counter of this process, and what all of them wrote."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock
        self._process = uuid4().hex[:12]
        self._lock = threading.Lock()
        self._day, self._count = "", 0
        self._written_at: datetime | None = None

    def add(self) -> None:
        """One more."""
        now = self._clock.now()
        with self._lock:
            day = f"{now:%Y-%m-%d}"
            self._count = self._count + 1 if day == self._day else 1
            if day == self._day and self._written_at is not None and now - self._written_at < _WRITE_EVERY:
                return
            self._day, self._written_at = day, now
            row = {"PartitionKey": day, "RowKey": self._process, "count": self._count}
        self._table.put(row)

    def per_day(self) -> dict[str, int]:
        """UTC day -> at least so many, of the days that had any."""
        days: Counter[str] = Counter()
        for row in self._table.rows("PartitionKey ge @first", {"first": ""}):
            days[row["PartitionKey"]] += row["count"]
        return dict(days)


HOLDING = Holding(
    "refused deliveries", (TABLE,), of_shop="numbers a day, of all shops together",
    of_person="it counts, and names nobody",
)
