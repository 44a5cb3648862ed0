"""What was asked of the simulated shop: figures for tests and benchmarks, and the last calls."""
from __future__ import annotations

import threading
from collections import Counter, deque
from typing import Any

KEPT_CALLS = 1000
Call = dict[str, Any]


class Stats:
    """Counters since the start or the last reset. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self.calls = self.throttled = self.requested_points = self.actual_points = 0
            self.min_available: float | None = None
            self.by_operation: Counter[str] = Counter()
            self._log: deque[Call] = deque(maxlen=KEPT_CALLS)

    def count(self, call: Call) -> None:
        """`call`: operation, query, variables, requested, actual (filled in by `spend`), app."""
        with self._lock:
            self.calls += 1
            self.by_operation[call["operation"] or "anonymous"] += 1
            self._log.append(call)

    def throttle(self, call: Call) -> None:
        with self._lock:
            self.throttled += 1
            call["throttled"] = True

    def spend(self, call: Call, actual: int) -> None:
        with self._lock:
            self.requested_points += call["requested"]
            self.actual_points += actual
            call["actual"] = actual

    def lowest(self, available: float) -> None:
        with self._lock:
            self.min_available = available if self.min_available is None else min(self.min_available, available)

    def figures(self) -> Call:
        with self._lock:
            return {"calls": self.calls, "requested_points": self.requested_points,
                    "actual_points": self.actual_points, "throttled": self.throttled,
                    "by_operation": dict(self.by_operation), "min_available": self.min_available}

    def last_calls(self) -> list[Call]:
        with self._lock:
            return [dict(call) for call in self._log]
