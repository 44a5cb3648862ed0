"""Faults that tests order in advance, each for a number of times.

kind            what the next calls meet                                          parameters (default)
http_429        status 429 with Retry-After                                       retry_after (2.0)
http_5xx        an HTML page with status 500, 502 or 503                          status (502)
throttled       THROTTLED, whatever the bucket holds
internal_error  data null and INTERNAL_SERVER_ERROR with a request id
drop_connection the connection is closed without an answer                        after_work (false)
delay           the answer comes late; its points stay reserved meanwhile         seconds (0.2)
access_revoked  401, errors as a string                                           lasts until cleared
missing_scope   the token lacks `scope`                                           scope; lasts until cleared
token_5xx       an HTML page in place of a token answer, nothing done             status (502)
token_lost      the connection is closed after the token work is done
webhook_double  the next webhook is sent twice, with one id
webhook_never   the next webhook is never sent
webhook_late    the next webhook is held back, its payload grows old              seconds (60)
webhook_swapped the next webhook is sent after the one that follows it
bulk_failed     the next bulk operation fails, the first lines are its partial data  lines (0), code
search_lag      lists show changes only after `seconds`                           seconds (5); lasts until cleared
"""
from __future__ import annotations

import threading
from typing import Any

LASTING = {"access_revoked", "missing_scope", "search_lag"}
KINDS = LASTING | {"http_429", "http_5xx", "throttled", "internal_error", "drop_connection", "delay", "token_5xx",
                   "token_lost", "webhook_double", "webhook_never", "webhook_late", "webhook_swapped",
                   "bulk_failed"}


class Faults:
    """The faults still to come. Thread-safe."""

    def __init__(self) -> None:
        self._waiting: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def add(self, kind: str, times: int = 1, **parameters: Any) -> None:
        """ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(sorted(KINDS))}")
        with self._lock:
            self._waiting.append({"kind": kind, "times": times, **parameters})

    def clear(self, kind: str | None = None) -> None:
        with self._lock:
            self._waiting = [f for f in self._waiting if kind is not None and f["kind"] != kind]

    def take(self, kind: str) -> dict[str, Any] | None:
        """The next fault of this kind; counts it down unless it lasts until cleared."""
        if not self._waiting:
            return None
        with self._lock:
            fault = next((f for f in self._waiting if f["kind"] == kind), None)
            if fault and kind not in LASTING:
                fault["times"] -= 1
                if fault["times"] <= 0:
                    self._waiting.remove(fault)
            return fault

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(f) for f in self._waiting]
