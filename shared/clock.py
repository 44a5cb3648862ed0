"""Time, injected: everything that needs "now" or waits takes a Clock.

All times are UTC and aware. Shopify's and our stored times have whole seconds, written as
2026-03-10T10:00:00Z; `iso` and `from_iso` are the only place that knows this form. Whose time counts for what:
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
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> datetime:
    """The moment written in `text` (ISO 8601 with an offset or Z); ValueError without one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write UTC as 2026-03-10T10:00:00Z")
    return moment.astimezone(UTC)
