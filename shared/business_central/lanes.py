"""How many requests may be under way at once: all at first, half as many after a 429, slowly more after good answers.

Rule: Microsoft Learn, "Operational limits for Business Central online": five OData requests per user are worked on at
once, further ones wait, and what comes on top is answered 429. Others may sign in as the same user (another shop,
another app), so what is left for us is found out and not set.
Who asks before a page is sent goes before those that send: the next page waits for it, and so would the lanes.
Border: counts; who sends what is transport.py's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

_GROWS_AFTER = 20
"""So many good answers open one more lane again."""


class Turn(NamedTuple):
    """A request under way; `halvings` says how often lanes had been closed when it began."""

    halvings: int


class Lanes:
    """Lanes for requests; safe for several threads.

    most  open at once at the best
    """

    def __init__(self, most: int) -> None:
        self._most = self._open = most
        self._under_way = self._good = self._halvings = self._asking = 0
        self._kept = threading.local()
        self._changed = threading.Condition()

    @property
    def open(self) -> int:
        """How many may be under way at once now."""
        with self._changed:
            return self._open

    @contextmanager
    def one(self, *, asks: bool = False) -> Iterator[Turn]:
        """Hold a lane for the block; waits until one is free. Who only `asks` has the first that is."""
        if getattr(self._kept, "one", False):
            yield Turn(self._halvings)
            return
        with self._changed:
            self._asking += asks
            self._changed.wait_for(lambda: self._under_way < self._open and (asks or not self._asking))
            self._asking -= asks
            self._under_way += 1
            turn = Turn(self._halvings)
            self._changed.notify_all()
        try:
            yield turn
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep one lane for all that this thread asks within the block: else it waits for each question anew."""
        with self.one(asks=True):
            self._kept.one = True
            try:
                yield
            finally:
                self._kept.one = False

    def turned_away(self, turn: Turn) -> None:
        """It was answered 429. Requests that were under way together and are turned away together halve once."""
        with self._changed:
            if turn.halvings == self._halvings:
                self._open, self._good, self._halvings = max(1, self._open // 2), 0, self._halvings + 1

    def answered(self) -> None:
        """An answer that is none of these."""
        with self._changed:
            self._good += 1
            if self._good >= _GROWS_AFTER and self._open < self._most:
                self._open, self._good = self._open + 1, 0
                self._changed.notify_all()
