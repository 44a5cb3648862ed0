"""Limits per client: requests executing at once, requests waiting, requests in a sliding window.

Rules: Microsoft Learn, "Operational limits for Business Central online": 5 executing, 95 queued, 6,000 in five
minutes per user, a service principal counting as a user; beyond that 429 Application_TooManyRequests. A request, also a
whole batch, may work eight minutes, then its session is cancelled: 408.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import errors
from .state import Clock


@dataclass
class Limits:
    """May be changed while the server runs."""

    executing: int = 5
    queued: int = 95
    requests: int = 6000
    window_seconds: float = 300.0
    operation_seconds: float = 480.0
    retry_after: int | None = None


@dataclass
class Lane:
    """What one client has under way."""

    executing: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    recent: deque[datetime] = field(default_factory=deque)


class Throttle:
    """Keeps one lane per client."""

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self.clock, self.limits = clock, limits
        self.lanes: dict[str, Lane] = {}

    @asynccontextmanager
    async def slot(self, client: str) -> AsyncIterator[None]:
        """Wait for an execution slot and hold it. Raises 429 when the window or the queue is full."""
        lane = self.lanes.setdefault(client, Lane())
        self._count(lane)
        await self._enter(lane)
        try:
            yield
        finally:
            self._leave(lane)

    def _count(self, lane: Lane) -> None:
        now = self.clock.now()
        oldest = now - timedelta(seconds=self.limits.window_seconds)
        while lane.recent and lane.recent[0] <= oldest:
            lane.recent.popleft()
        if len(lane.recent) >= self.limits.requests:
            raise errors.too_many_requests(len(lane.recent) + 1, self.limits.requests)
        lane.recent.append(now)

    async def _enter(self, lane: Lane) -> None:
        if lane.executing < self.limits.executing:
            lane.executing += 1
            return
        if len(lane.waiting) >= self.limits.queued:
            maximum = self.limits.executing + self.limits.queued
            raise errors.too_many_requests(maximum + 1, maximum)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.waiting.append(turn)
        await turn

    def _leave(self, lane: Lane) -> None:
        """Hand the slot to the next in the queue, or give it back."""
        while lane.waiting:
            turn = lane.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        lane.executing -= 1
