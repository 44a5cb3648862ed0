"""The time that schedules go by; tests bring a clock of their own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Protocol

# A machine that slept wakes up with a wall clock that has jumped: look at it at least this often.
_LONGEST_NAP_SECONDS = 30.0


class Clock(Protocol):
    """Now, and a way to wait for later; UTC."""

    def now(self) -> datetime: ...

    async def sleep_until(self, when: datetime) -> None: ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, when: datetime) -> None:
        while (remaining := (when - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(remaining, _LONGEST_NAP_SECONDS))


async def time_has_come(clock: Clock, when: datetime, halt: asyncio.Event) -> bool:
    """Wait for a time: True once it is there, False as soon as `halt` is set."""
    if halt.is_set():
        return False
    waits = {asyncio.ensure_future(clock.sleep_until(when)), asyncio.ensure_future(halt.wait())}
    _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in pending:
        each.cancel()
    return not halt.is_set()


async def pause(seconds: float, halt: asyncio.Event) -> None:
    """Wait in real time, ending early when `halt` is set."""
    try:
        await asyncio.wait_for(halt.wait(), seconds)
    except TimeoutError:
        return
