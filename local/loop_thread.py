"""An event loop in a thread of its own, for servers that live beside the code that asks them.

A simulator starts one for itself, or is given one that others share: tests keep one a process, for all their houses.
Border: starts, waits and ends; knows nothing of what is served.
"""
from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for other threads until `stop`."""

    def __init__(self, name: str) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], seconds: float = 30) -> T:
        """Do this on the loop and wait for it. Raises what it raises, TimeoutError after so many seconds."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def stop(self) -> None:
        """End the thread; whatever still runs on the loop is given up."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()
