"""The points budget of one app in one shop: how long to wait before a request.

Source: "Shopify API rate limits": a bucket refills at a steady rate; the requested cost must be in it
before Shopify runs a query, and what the query did not use is given back. Each answer tells the state
of the bucket, so nothing here is hard-coded. Border: only calculates; the client waits and sends.
"""
from __future__ import annotations

import math
from datetime import datetime

import msgspec

# Rounding on either side must not turn an exact wait into a refusal.
MARGIN_SECONDS = 0.01
SMALLEST_SHARE = 0.1


class ThrottleStatus(msgspec.Struct, frozen=True):
    """The bucket as an answer shows it: points, points, points per second."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class PointsBudget:
    """What we know of the bucket between two answers. Not locked: the client asks one at a time."""

    def __init__(self) -> None:
        self._status: ThrottleStatus | None = None
        self._seen_at: datetime | None = None
        self._share = 1.0

    def available(self, now: datetime) -> float | None:
        """Points in the bucket at `now`; None before the first answer."""
        if self._status is None or self._seen_at is None:
            return None
        elapsed = max(0.0, (now - self._seen_at).total_seconds())
        restored = self._status.currently_available + elapsed * self._status.restore_rate
        return min(self._status.maximum_available, restored)

    @property
    def restore_rate(self) -> float | None:
        """Points that come back in a second; None before the first answer."""
        return self._status.restore_rate if self._status else None

    def wait_seconds(self, cost: float, now: datetime) -> float:
        """Seconds until the bucket holds `cost` points: 50 there, 50 per second, 150 wanted -> 2.

        0 when nothing is known yet. A cost above the whole bucket waits for a full one; Shopify
        itself then refuses the query.
        """
        available = self.available(now)
        if available is None or self._status is None:
            return 0.0
        missing = min(cost, self._status.maximum_available) - available
        if missing <= 0:
            return 0.0
        rate = max(self._status.restore_rate, 1.0) * self._share
        return math.ceil(missing / rate * 1000) / 1000 + MARGIN_SECONDS

    def answered(self, status: ThrottleStatus, now: datetime) -> None:
        """Shopify ran a query and showed the bucket: believe it, and trust the full rate again."""
        self._status, self._seen_at = status, now
        self._share = min(1.0, self._share * 2)

    def throttled(self, cost: float, status: ThrottleStatus | None, now: datetime) -> None:
        """Shopify refused `cost` points. If we counted enough of them, somebody else spends too:
        from then on count on half of the refill, until queries pass again."""
        expected = self.available(now)
        if expected is not None and expected >= cost:
            self._share = max(SMALLEST_SHARE, self._share / 2)
        if status is not None:
            self._status, self._seen_at = status, now
