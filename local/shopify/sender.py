"""Sends due webhooks over HTTP: one second to connect, five in all, redirects are failures.

Runs as a background task of the simulator's web application. The shop's clock says what is due, real time
how long an attempt may take. Source: Shopify: Webhooks, Delivery structure. Border: `webhooks` decides.
"""
from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import aiohttp
from aiohttp import web

from local.shopify.deliveries import Delivery
from local.shopify.webhooks import Webhooks

AT_ONCE = 16
LOOK_AGAIN = 0.05               # seconds between looks at the clock while something waits for its time


def _ring(loop: asyncio.AbstractEventLoop, bell: asyncio.Event) -> None:
    loop.call_soon_threadsafe(bell.set)


class Sender:
    """The connection pool, and a bell that rings when there is something to send."""

    def __init__(self, webhooks: Webhooks, connect_seconds: float = 1, total_seconds: float = 5) -> None:
        self.webhooks = webhooks
        self.timeout = aiohttp.ClientTimeout(total=total_seconds, sock_connect=connect_seconds)
        self._bell: asyncio.Event | None = None
        self._session: aiohttp.ClientSession | None = None
        self._places: asyncio.Semaphore | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def running(self, app: web.Application) -> AsyncIterator[None]:
        """The life of the sender, as an aiohttp cleanup context."""
        loop = asyncio.get_running_loop()
        self._bell, self._places = asyncio.Event(), asyncio.Semaphore(AT_ONCE)
        bell = self._bell
        self.webhooks.on_new = lambda: _ring(loop, bell)
        async with aiohttp.ClientSession() as self._session:
            self._start(self._forever())
            yield
            self.webhooks.on_new = lambda: None
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forever(self) -> None:
        assert self._bell
        while True:
            for delivery in self.webhooks.due():
                self._start(self._in_turn(delivery))
            self._bell.clear()
            try:
                waits = LOOK_AGAIN if self.webhooks.pending(at_once=False) else None
                await asyncio.wait_for(self._bell.wait(), waits)
            except TimeoutError:
                pass

    async def _in_turn(self, delivery: Delivery) -> None:
        assert self._places
        async with self._places:
            await self._send(delivery)

    async def _send(self, delivery: Delivery) -> None:
        assert self._session
        assert self._bell
        try:
            headers = delivery.headers(self.webhooks.secret_for(delivery))
            async with self._session.post(delivery.address, data=delivery.body, headers=headers,
                                          allow_redirects=False, timeout=self.timeout) as reply:
                await reply.read()
                outcome = str(reply.status)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            outcome = type(error).__name__
        self.webhooks.attempted(delivery, outcome)
        self._bell.set()                # it may have freed others, or must be tried again

    async def flush(self, order: str = "", seed: int = 1) -> list[Delivery]:
        """Try everything that waits once, one after another. `order`: "" as made, reversed or shuffled."""
        chosen = self.webhooks.claim_all()
        if order == "reversed":
            chosen.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(chosen)
        elif order:
            raise ValueError(f"unknown order {order!r}; known: reversed, shuffled")
        for delivery in chosen:
            await self._send(delivery)
        return chosen

    async def settle(self, seconds: float = 10) -> bool:
        """Wait until nothing is due or on its way; False when that took longer than `seconds`."""
        end = asyncio.get_running_loop().time() + seconds
        while self.webhooks.pending(at_once=True):
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(0.01)
        return True
