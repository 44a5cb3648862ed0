"""The sliding window of requests: never more than so many in any five minutes.

Rule: Microsoft Learn, "Operational limits for Business Central online": 6,000 OData requests per user in a
sliding window of five minutes. We stay below it, so that waiting happens before a request and not after
a refusal. The count knows this process only; what others send with the same sign-in ends in a 429.
Border: pure arithmetic; the caller brings the time and does the waiting, under a lock of its own.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

SPAN = timedelta(minutes=5)
DEFAULT_LIMIT = 5_400


class RequestWindow:
    """The moments at which the last `limit` requests were allowed to leave."""

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._moments: deque[datetime] = deque(maxlen=limit)

    def reserve(self, now: datetime, requests: int = 1) -> timedelta:
        """Take the next free places and say how long to wait from `now` until the last of them."""
        for _ in range(requests):
            moment = self._next_free(now)
            self._moments.append(moment)
        return max(self._moments[-1] - now, timedelta(0))

    def _next_free(self, now: datetime) -> datetime:
        latest = max(now, self._moments[-1]) if self._moments else now
        full = len(self._moments) == self._moments.maxlen
        return max(latest, self._moments[0] + SPAN) if full else latest
