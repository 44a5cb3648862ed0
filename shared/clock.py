"""Time, injected: everything that needs "now" or waits takes a Clock.

All times are UTC and aware, and stand at rest as 2026-03-10T10:00:00Z, with six more digits where it counts what came
first within a second; `iso`, `iso_exact` and `from_iso` are the only place that knows this form. Rows of before
2026-11-28 have others (+00:00, milliseconds), which `from_iso` reads as well. Whose time counts for what:
docs/decisions/0020-whose-clock.md.
"""
from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the connector asks of time; tests pass a clock that they move by hand."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds (0 or less returns at once)."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


def iso(moment: datetime) -> str:
    """`moment` as 2026-03-10T10:00:00Z (UTC, whole seconds, cut not rounded)."""
    return _utc(moment, "seconds")


def iso_exact(moment: datetime) -> str:
    """`moment` as 2026-03-10T10:00:00.123456Z (UTC, always six digits, so that texts sort as times do)."""
    return _utc(moment, "microseconds")


def from_iso(text: str) -> datetime:
    """The moment written in `text` (ISO 8601 with an offset or Z); ValueError without one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write UTC as 2026-03-10T10:00:00Z")
    return moment.astimezone(UTC)


def _utc(moment: datetime, digits: str) -> str:
    """Not strftime: its years have fewer than four digits before the year 1000."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=digits) + "Z"
