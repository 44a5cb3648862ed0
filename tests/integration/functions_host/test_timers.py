"""Timer functions of the local host, by a clock that the test moves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from azure.storage.blob import BlobClient

from local.azurite import Azurite
from local.functions_host.app_metadata import read_functions
from local.functions_host.host import FunctionsHost, HostConfig
from local.functions_host.http_front import Access
from local.functions_host.settings import HostOptions, SingletonOptions
from local.functions_host.singleton import BlobLock
from local.functions_host.storage import HOST_CONTAINER

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOURLY = "0 0 * * * *"


class ManualClock:
    """Stands still until it is moved; `idle` comes back once every timer waits for a time to come."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._moved = asyncio.Event()
        self._waiting: list[datetime] = []

    def now(self) -> datetime:
        return self._now

    async def sleep_until(self, when: datetime) -> None:
        self._waiting.append(when)
        try:
            while self._now < when:
                await self._moved.wait()
        finally:
            self._waiting.remove(when)

    def jump(self, to: datetime) -> None:
        """Move without waking anybody: time that passes while a function runs."""
        self._now = to

    async def move(self, to: datetime, timers: int = 1) -> None:
        self._now = to
        self._moved.set()
        self._moved = asyncio.Event()
        await self.idle(timers)

    async def idle(self, timers: int = 1) -> None:
        async with asyncio.timeout(20):
            while len(self._waiting) != timers or any(when <= self._now for when in self._waiting):
                await asyncio.sleep(0.01)


class Scene:
    """One timer function on the emulator: hosts of it, and its runs as (time, past due)."""

    def __init__(self, azurite: Azurite) -> None:
        self.clock = ManualClock()
        self.runs: list[tuple[datetime, bool]] = []
        self.on_run: Callable[[], None] = lambda: None
        self._storage = azurite.connection_string
        self._host_id = f"timers-{uuid.uuid4().hex[:12]}"

    @contextlib.asynccontextmanager
    async def host(
        self, schedule: str = HOURLY, retry: dict[str, str] | None = None, **options: Any
    ) -> AsyncIterator[None]:
        settings = {"AzureWebJobsStorage": self._storage}
        functions = read_functions(self._app(schedule, retry, options), settings, Path("app"))
        quick = HostOptions(singleton=SingletonOptions(recovery_interval=timedelta(seconds=0.1)))
        config = HostConfig(host_id=self._host_id, access=Access("key", "master"))
        host = FunctionsHost(functions, options=quick, config=config, settings=settings, clock=self.clock)
        await host.start()
        try:
            yield
        finally:
            assert await host.stop() == []

    def _app(self, schedule: str, retry: dict[str, str] | None, options: dict[str, Any]) -> func.FunctionApp:
        app = func.FunctionApp()

        def tick(timer: func.TimerRequest) -> None:
            self.runs.append((self.clock.now(), timer.past_due))
            self.on_run()

        timer = app.timer_trigger(arg_name="timer", schedule=schedule, **options)(tick)
        if retry:
            app.retry(**retry)(timer)
        return app

    def status(self) -> dict[str, str] | None:
        path = f"timers/{self._host_id}/tick/status"
        blob = BlobClient.from_connection_string(self._storage, HOST_CONTAINER, path)
        return json.loads(blob.download_blob().readall()) if blob.exists() else None


@pytest.fixture
def scene(azurite: Azurite) -> Scene:
    return Scene(azurite)


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[BlobLock]:
    """The locks that a host tried and did not get, once for each try."""
    refused: list[BlobLock] = []
    acquire = BlobLock.acquire

    async def noted(lock: BlobLock) -> bool:
        if not (got := await acquire(lock)):
            refused.append(lock)
        return got

    monkeypatch.setattr(BlobLock, "acquire", noted)
    return refused


def play(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def test_a_timer_runs_at_its_times_and_remembers_them(scene: Scene) -> None:
    async def story() -> None:
        async with scene.host():
            await scene.clock.idle()
            first = scene.status()
            await scene.clock.move(at(0.9))
            await scene.clock.move(at(1))
            await scene.clock.move(at(2))

        assert scene.runs == [(at(1), False), (at(2), False)]
        assert first == {
            "Last": "0001-01-01T00:00:00+00:00",
            "Next": at(1).isoformat(),
            "LastUpdated": NOON.isoformat(),
        }
        assert scene.status() == {
            "Last": at(2).isoformat(),
            "Next": at(3).isoformat(),
            "LastUpdated": at(2).isoformat(),
        }

    play(story())


def test_slots_missed_while_no_host_ran_become_one_run_that_is_past_due(scene: Scene) -> None:
    async def story() -> None:
        async with scene.host():
            await scene.clock.idle()
        scene.clock.jump(at(3.5))
        async with scene.host():
            await scene.clock.idle()
            await scene.clock.move(at(4))

        assert scene.runs == [(at(3.5), True), (at(4), False)]

    play(story())


@pytest.mark.parametrize("runs_before", [0, 1])
def test_a_changed_schedule_makes_nothing_past_due(scene: Scene, runs_before: int) -> None:
    async def story() -> None:
        async with scene.host():
            await scene.clock.idle()
            await scene.clock.move(at(runs_before))
        scene.clock.jump(at(3.5))
        async with scene.host("0 15 * * * *"):
            await scene.clock.idle()

        assert len(scene.runs) == runs_before

    play(story())


def test_without_a_monitor_nothing_is_past_due(scene: Scene) -> None:
    async def story() -> None:
        async with scene.host(use_monitor=False):
            await scene.clock.idle()
        scene.clock.jump(at(3.5))
        async with scene.host(use_monitor=False):
            await scene.clock.idle()

        assert scene.runs == []
        assert scene.status() is None

    play(story())


def test_a_schedule_of_several_slots_a_minute_is_not_remembered(scene: Scene) -> None:
    async def story() -> None:
        async with scene.host("*/20 * * * * *"):
            await scene.clock.idle()
            await scene.clock.move(NOON + timedelta(seconds=20))

        assert len(scene.runs) == 1
        assert scene.status() is None

    play(story())


def test_run_on_startup_runs_once_at_the_start_and_is_not_past_due(scene: Scene) -> None:
    async def story() -> None:
        async with scene.host(run_on_startup=True):
            await scene.clock.idle()

        assert scene.runs == [(NOON, False)]

    play(story())


def test_slots_that_pass_during_a_run_become_one_run_directly_after_it(scene: Scene) -> None:
    def take_long_the_first_time() -> None:
        if len(scene.runs) == 1:
            scene.clock.jump(at(4.25))

    async def story() -> None:
        scene.on_run = take_long_the_first_time
        async with scene.host():
            await scene.clock.idle()
            await scene.clock.move(at(1))
            await scene.clock.move(at(5))

        assert scene.runs == [(at(1), False), (at(4.25), False), (at(5), False)]

    play(story())


def test_a_failing_run_is_not_repeated_before_its_next_time(scene: Scene) -> None:
    def fail() -> None:
        raise ValueError("as told")

    async def story() -> None:
        scene.on_run = fail
        async with scene.host():
            await scene.clock.idle()
            await scene.clock.move(at(1))
            await scene.clock.move(at(2))

        assert scene.runs == [(at(1), False), (at(2), False)]

    play(story())


def test_a_retry_policy_repeats_a_failing_run(scene: Scene) -> None:
    def fail_twice() -> None:
        if len(scene.runs) < 3:
            raise ValueError("as told")

    async def story() -> None:
        scene.on_run = fail_twice
        policy = {"strategy": "fixed_delay", "max_retry_count": "5", "delay_interval": "00:00:00"}
        async with scene.host(retry=policy):
            await scene.clock.idle()
            await scene.clock.move(at(1))

        assert scene.runs == [(at(1), False)] * 3

    play(story())


def test_of_two_hosts_one_runs_the_timer_and_the_other_takes_over_when_it_ends(
    scene: Scene, refusals: list[BlobLock]
) -> None:
    async def story() -> None:
        first, second = scene.host(), scene.host()
        await first.__aenter__()
        await scene.clock.idle()
        await second.__aenter__()
        async with asyncio.timeout(20):
            while len(refusals) < 2:  # the second has tried the lock, more than once
                await asyncio.sleep(0.01)
        await scene.clock.move(at(1))
        runs_of_two_hosts = list(scene.runs)
        await first.__aexit__(None, None, None)
        await scene.clock.idle()
        await scene.clock.move(at(2))
        await second.__aexit__(None, None, None)

        assert runs_of_two_hosts == [(at(1), False)]
        assert scene.runs == [(at(1), False), (at(2), False)]

    play(story())
