"""One running host of one app: wires HTTP, queues and timers together and stops them in order.

Rules: Microsoft Learn, "host.json reference" and "Azure Functions reliable event processing"; at the end the host
takes no new work, waits for what runs, and gives its locks back. Border: the parts know their rules; here is only
who gets what.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from aiohttp import web
from azure.core.exceptions import AzureError, HttpResponseError
from azure.functions import meta

from local.functions_host import queues
from local.functions_host.app_metadata import Binding, Function
from local.functions_host.clock import Clock, SystemClock
from local.functions_host.errors import HostError
from local.functions_host.http_front import Access, HttpFront
from local.functions_host.invocation import Invoker, text
from local.functions_host.queues import POISON, QueueListener
from local.functions_host.settings import DEFAULT_BODY_LIMIT_BYTES, HostOptions
from local.functions_host.singleton import BlobLock
from local.functions_host.storage import StorageAccounts
from local.functions_host.timers import TimerListener
from shared.ncrontab import Schedule, WrongSchedule, next_occurrence, parse_schedule

log = logging.getLogger("host")

_LAST_WORDS_SECONDS = 5.0


class Listener(Protocol):
    """What feeds a function on its own: a queue or a timer."""

    function: Function

    async def run(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class HostConfig:
    """How one host runs: its address, keys and limits."""

    host_id: str
    access: Access
    host: str = "127.0.0.1"
    port: int = 0
    grace: timedelta = timedelta(seconds=30)
    invisibility: timedelta = queues.INVISIBILITY
    threads: int | None = None
    body_limit: int = DEFAULT_BODY_LIMIT_BYTES


class FunctionsHost:
    """One running host of one app: `start()`, then `.url` answers; `stop()` ends it in order."""

    def __init__(
        self,
        functions: list[Function],
        *,
        options: HostOptions,
        config: HostConfig,
        settings: Mapping[str, str],
        clock: Clock | None = None,
    ) -> None:
        """Raises HostError when a route, a schedule or a storage connection of the app is wrong."""
        self.functions = functions
        self.url = ""
        self._options = options
        self._config = config
        self._clock = clock or SystemClock()
        self._storage = StorageAccounts(settings)
        self._invoker = Invoker(self._send_output, config.threads, options.function_timeout)
        self._front = HttpFront(
            functions,
            route_prefix=options.route_prefix,
            access=config.access,
            invoker=self._invoker,
            run_by_hand=self._run_by_hand,
            body_limit=config.body_limit,
        )
        self._runner = web.AppRunner(
            self._front.app,
            access_log=None,
            shutdown_timeout=config.grace.total_seconds() + _LAST_WORDS_SECONDS,
            # A compressed body reaches the function as it came, and a signed-in identity is a long header.
            auto_decompress=False,
            max_field_size=32_768,
        )
        self._queues: list[QueueListener] = []
        self._timers: list[TimerListener] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def running(self) -> list[str]:
        """The names of the functions that run now, once for each call."""
        return self._invoker.running

    @property
    def worker_ended(self) -> asyncio.Event:
        """Set when a function took too long: what was running has failed, and the process is to be started anew."""
        return self._invoker.worker_ended

    async def start(self) -> None:
        """Listen, poll and keep schedules. Raises HostError when the port or the storage cannot be used."""
        self._queues = [self._queue_listener(each) for each in self._with_trigger("queueTrigger")]
        self._timers = [self._timer_listener(each) for each in self._with_trigger("timerTrigger")]
        if self._timers:
            await self._create_host_container()
        await self._listen()
        self._tasks = [asyncio.create_task(_watched(each)) for each in self._listeners()]

    async def stop(self) -> list[str]:
        """Take no new work and wait for the running, at most the grace time.

        Returns the names of functions that were still running then.
        """
        for listener in self._listeners():
            listener.stop()
        ends = [asyncio.ensure_future(each) for each in (self._runner.cleanup(), self._front.finish())]
        work = [*ends, *self._tasks]
        _, pending = await asyncio.wait(work, timeout=self._config.grace.total_seconds())
        left = self._invoker.running
        for each in pending:
            each.cancel()
        # Being cancelled, a timer still gives its lock back.
        await asyncio.wait(work, timeout=_LAST_WORDS_SECONDS)
        self._invoker.close()
        await self._storage.close()
        return left

    def _listeners(self) -> list[Listener]:
        return [*self._queues, *self._timers]

    def _with_trigger(self, kind: str) -> list[Function]:
        return [each for each in self.functions if each.trigger["type"] == kind]

    def _queue_listener(self, function: Function) -> QueueListener:
        name, connection = function.trigger["queueName"], function.trigger["connection"]
        poison = None if name.endswith(POISON) else self._storage.queue(connection, name + POISON)
        return QueueListener(
            function,
            self._storage.queue(connection, name),
            poison,
            options=self._options.queues,
            invoker=self._invoker,
            invisibility=self._config.invisibility,
        )

    def _timer_listener(self, function: Function) -> TimerListener:
        container, host_id = self._storage.host_container(), self._config.host_id
        lock = container.get_blob_client(f"locks/{host_id}/{function.name}.Listener")
        return TimerListener(
            function,
            self._schedule(function),
            lock=BlobLock(lock, self._options.singleton.lock_period),
            status_blob=container.get_blob_client(f"timers/{host_id}/{function.name}/status"),
            invoker=self._invoker,
            clock=self._clock,
            recovery_interval=self._options.singleton.recovery_interval,
        )

    def _schedule(self, function: Function) -> Schedule:
        try:
            schedule = parse_schedule(function.trigger["schedule"])
            next_occurrence(schedule, self._clock.now())
        except WrongSchedule as error:
            raise HostError(f"Function {function.name}: {error}") from error
        return schedule

    async def _create_host_container(self) -> None:
        try:
            with contextlib.suppress(HttpResponseError):
                await self._storage.host_container().create_container()
        except AzureError as error:
            raise HostError(f"The storage behind AzureWebJobsStorage does not answer: {error.message}") from error

    async def _listen(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._config.host, self._config.port)
        try:
            await site.start()
        except OSError as error:
            raise HostError(f"Port {self._config.port} cannot be used: {error.strerror}") from error
        self.url = f"http://{self._config.host}:{self._runner.addresses[0][1]}"

    async def _send_output(self, binding: Binding, datum: meta.Datum) -> None:
        queue = self._storage.queue(binding["connection"], binding["queueName"])
        for body in queues.bodies(datum):
            await queues.send(queue, queues.encoded(body, self._options.queues.message_encoding))
        for listener in self._queues:
            if listener.queue.url == queue.url:
                listener.wake()

    async def _run_by_hand(self, function: Function, given: str) -> None:
        if function.trigger["type"] == "timerTrigger":
            timer = next(each for each in self._timers if each.function is function)
            await timer.run_once()
        else:
            now = json.dumps(self._clock.now().isoformat())
            moments = dict.fromkeys(("InsertionTime", "ExpirationTime", "NextVisibleTime"), meta.Datum(now, "json"))
            metadata = {
                "Id": text("by-hand"),
                "DequeueCount": meta.Datum("1", "json"),
                "PopReceipt": text(""),
            }
            await self._invoker.run(function, text(given), metadata | moments)


async def _watched(listener: Listener) -> None:
    try:
        await listener.run()
    except Exception:
        log.exception("%s has stopped listening because of a fault in the host", listener.function.name)
