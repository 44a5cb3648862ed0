"""The points bucket of one app in one shop (Shopify: API rate limits, calculated query costs).

A query reserves its full requested cost before it runs; the difference to the actual cost is given back
afterwards. The bucket refills by the clock it is given, so tests move time by hand.
"""
from __future__ import annotations

import threading
from datetime import datetime

from local.shopify.state import Clock

# plan: (bucket, points restored per second)
PLANS = {"standard": (2000, 100), "advanced": (4000, 200), "plus": (20000, 1000), "enterprise": (40000, 2000)}


class Bucket:
    """Leaky bucket, full at start. Thread-safe."""

    def __init__(self, plan: str, clock: Clock) -> None:
        self.maximum, self.restore_rate = PLANS[plan]
        self.available = float(self.maximum)
        self._clock, self._filled_at, self._lock = clock, clock.now(), threading.Lock()

    def reserve(self, points: int) -> bool:
        """Take `points` if they are there; False (and nothing taken) otherwise."""
        with self._lock:
            self._refill()
            if points > self.available:
                return False
            self.available -= points
            return True

    def give_back(self, points: int) -> None:
        with self._lock:
            self.available = min(float(self.maximum), self.available + points)

    def status(self) -> dict[str, float]:
        """throttleStatus as Shopify answers it."""
        with self._lock:
            self._refill()
            return {"maximumAvailable": float(self.maximum), "currentlyAvailable": int(self.available),
                    "restoreRate": float(self.restore_rate)}

    def _refill(self) -> None:
        now: datetime = self._clock.now()
        passed = max(0.0, (now - self._filled_at).total_seconds())
        self.available = min(float(self.maximum), self.available + passed * self.restore_rate)
        self._filled_at = now
