"""A clock that a test moves by hand: sleeping takes no time and is written down."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class ManualClock:
    """Starts on 10 March 2026, 10:00 UTC; `sleeps` are the waits asked for, in seconds, zeros left out."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
        self._lock = threading.Lock()
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.sleeps.append(seconds)
            self.forward(seconds)

    def forward(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)


class AnotherClock:
    """The clock of another machine: so many seconds ahead of that one (less than 0: behind)."""

    def __init__(self, clock: ManualClock, ahead_seconds: float) -> None:
        self._clock, self._ahead = clock, timedelta(seconds=ahead_seconds)

    def now(self) -> datetime:
        return self._clock.now() + self._ahead

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)
