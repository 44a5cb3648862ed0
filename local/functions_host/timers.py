"""Timer functions: run at their times, once over all hosts, and once for what was missed.

Rules: Microsoft Learn, "Timer trigger for Azure Functions" (useMonitor, runOnStartup, past due, scale-out to
multiple instances, retry policies). The status blob `timers/<host id>/<function>/status` remembers the last and the
next time. Slots that pass while the function runs collapse into one run directly after it; a failing run is not
repeated before its next slot. Border: what time it is comes from the clock given.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError
from azure.functions import meta
from azure.storage.blob.aio import BlobClient

from local.functions_host.app_metadata import Function, RetryPolicy
from local.functions_host.clock import Clock, pause, time_has_come
from local.functions_host.errors import FunctionFailed
from local.functions_host.invocation import Invoker
from local.functions_host.settings import parse_time_span
from local.functions_host.singleton import BlobLock
from shared.ncrontab import Schedule, next_occurrence

log = logging.getLogger("host.timers")

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Status:
    """What the status blob remembers; `last` is 0001-01-01 before the first run."""

    last: datetime
    next: datetime
    updated: datetime

    def to_json(self) -> str:
        moments = {"Last": self.last, "Next": self.next, "LastUpdated": self.updated}
        return json.dumps({name: moment.isoformat() for name, moment in moments.items()})

    @staticmethod
    def from_json(content: str | bytes) -> Status:
        values = json.loads(content)
        return Status(*(datetime.fromisoformat(values[name]) for name in ("Last", "Next", "LastUpdated")))


class TimerListener:
    """Keeps the schedule of one function: `run()` until `stop()`, then it ends with the running call."""

    def __init__(
        self,
        function: Function,
        schedule: Schedule,
        *,
        lock: BlobLock,
        status_blob: BlobClient,
        invoker: Invoker,
        clock: Clock,
        recovery_interval: timedelta = timedelta(seconds=5),
    ) -> None:
        self.function = function
        self._schedule = schedule
        self._lock = lock
        self._status_blob = status_blob
        self._invoker = invoker
        self._clock = clock
        self._recovery_interval = recovery_interval
        self._stopping = asyncio.Event()
        self._halt = asyncio.Event()
        self._status: Status | None = None

    def stop(self) -> None:
        """Start no more."""
        self._stopping.set()
        self._halt.set()

    async def run(self) -> None:
        """Keep the schedule whenever this host holds the lock."""
        while not self._stopping.is_set():
            if not await self._lock.acquire():
                await pause(self._recovery_interval.total_seconds(), self._stopping)
                continue
            await self._serve()

    async def _serve(self) -> None:
        self._halt = asyncio.Event()
        if self._stopping.is_set():
            self._halt.set()
        keeping = asyncio.create_task(self._lock.renew(self._halt))
        try:
            await self._keep_schedule()
        finally:
            self._halt.set()
            await keeping
            await self._lock.release()

    async def _keep_schedule(self) -> None:
        now = self._clock.now()
        due = next_occurrence(self._schedule, now)
        if await self._has_missed_a_slot(now):
            due = await self._fire(now, past_due=True)
        elif self.function.trigger.get("runOnStartup"):
            due = await self._fire(now)
        while await time_has_come(self._clock, due, self._halt):
            due = await self._fire(due)

    async def _fire(self, due: datetime, past_due: bool = False) -> datetime:
        """Run once and return when to run again; a slot that has passed meanwhile means now."""
        await self.run_once(past_due)
        upcoming, now = next_occurrence(self._schedule, due), self._clock.now()
        await self._remember(Status(due, upcoming, now))
        return max(upcoming, now)

    async def run_once(self, past_due: bool = False) -> None:
        """One run, repeated as the function's retry policy says."""
        policy = self.function.retry
        for attempt in itertools.count():
            try:
                await self._invoker.run(self.function, self._request(past_due), {}, retry=attempt)
                return
            except FunctionFailed:
                # A count of -1 means: for ever.
                if policy is None or attempt == policy.max_retry_count or self._halt.is_set():
                    return
                await pause(retry_pause(policy, attempt), self._halt)

    def _request(self, past_due: bool) -> meta.Datum:
        status = json.loads(self._status.to_json()) if self._status else None
        content = {"IsPastDue": past_due, "ScheduleStatus": status, "Schedule": {"AdjustForDST": True}}
        return meta.Datum(json.dumps(content), "json")

    def _is_monitored(self, now: datetime) -> bool:
        # A schedule with several slots a minute is not worth remembering.
        second = next_occurrence(self._schedule, next_occurrence(self._schedule, now))
        return bool(self.function.trigger.get("useMonitor", True)) and second > now + timedelta(minutes=1)

    async def _has_missed_a_slot(self, now: datetime) -> bool:
        if not self._is_monitored(now):
            return False
        self._status = await self._recall()
        if self._status is None or self._schedule_has_changed(self._status):
            await self._remember(Status(_NEVER, next_occurrence(self._schedule, now), now))
            return False
        return now > self._status.next

    def _schedule_has_changed(self, status: Status) -> bool:
        if status.last == _NEVER:
            return status.next != next_occurrence(self._schedule, status.updated)
        return status.next != next_occurrence(self._schedule, status.last)

    async def _recall(self) -> Status | None:
        try:
            content = await (await self._status_blob.download_blob()).readall()
            return Status.from_json(content)
        except (AzureError, ValueError, KeyError):
            return None

    async def _remember(self, status: Status) -> None:
        if not self._is_monitored(status.updated):
            return
        self._status = status
        try:
            await self._status_blob.upload_blob(status.to_json().encode(), overwrite=True)
        except AzureError as error:
            log.warning("the status of %s was not saved: %s", self.function.name, error.message.splitlines()[0])


def retry_pause(policy: RetryPolicy, attempt: int) -> float:
    """Seconds before the next try of a run; `attempt` counts the failures so far from 0."""
    if policy.strategy.lower().startswith("fixed"):
        return parse_time_span(policy.delay_interval).total_seconds()
    low, high = (parse_time_span(each).total_seconds() for each in (policy.minimum_interval, policy.maximum_interval))
    doubled: float = low * 2**attempt
    return min(high, doubled)
