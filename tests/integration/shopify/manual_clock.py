"""A clock that moves only when somebody sleeps on it or moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ManualClock:
    """`slept` lists every wait in seconds, in order."""

    def __init__(self, moment: datetime = datetime(2026, 3, 10, 10, tzinfo=UTC)) -> None:
        self._moment = moment
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds)

    def move(self, seconds: float) -> None:
        self._moment += timedelta(seconds=seconds)
