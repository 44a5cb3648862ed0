"""How long in all somebody waits for a service that does not answer as it should.

A run has all the time there is; whoever looks at a page has not, and Azure ends an answer after 230 seconds (Microsoft
Learn, "Azure Functions HTTP trigger", Limits). Pure.
"""
from __future__ import annotations

import threading
from math import inf


class Patience:
    """Seconds that may be spent on tries that failed and on the pauses after them. Safe for several threads."""

    def __init__(self, seconds: float = inf) -> None:
        self.seconds, self._left, self._lock = seconds, seconds, threading.Lock()

    def lasts(self, seconds: float) -> bool:
        """Whether there is so much left; it is spent."""
        with self._lock:
            self._left -= seconds
            return self._left >= 0
