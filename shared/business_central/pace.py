"""How long Business Central takes for the lines of a document, learnt from its answers; how many to send at once.

A batch holds one slot of the service for the time of all its parts, is cancelled after eight minutes (Microsoft Learn,
"Operational limits for Business Central online"), and while it works nobody knows what of it is done. So it is to last
some seconds, whatever company this is: long enough for the way there and back not to count, far below the eight
minutes, the two minutes that an answer is waited for, and the lease.
Border: arithmetic; orders/parcels.py packs by it.
"""

from __future__ import annotations

import threading

SECONDS_AT_ONCE = 20.0
"""What one request may be planned to take."""
HEADER = 2
"""A header takes as long as so many lines."""
_AT_FIRST = 0.3
_LEAST = 0.005


class Pace:
    """Seconds per line as last seen; safe for several threads."""

    def __init__(self) -> None:
        self._seconds_per_line = _AT_FIRST
        self._one_by_one = False
        self._lock = threading.Lock()

    @property
    def lines_at_once(self) -> float:
        """How many lines, headers counted as HEADER of them, one request may hold."""
        with self._lock:
            return 1.0 if self._one_by_one else SECONDS_AT_ONCE / self._seconds_per_line

    def took(self, lines: float, seconds: float) -> None:
        """A request with so many lines was answered after so many seconds: slower counts at once, faster by half."""
        with self._lock:
            seen = max(seconds / lines, _LEAST)
            self._seconds_per_line = seen if seen > self._seconds_per_line else (seen + self._seconds_per_line) / 2

    def lost(self) -> None:
        """A request got no answer: half as much goes into the next ones."""
        with self._lock:
            self._seconds_per_line *= 2

    def refused(self) -> None:
        """No batch is taken here: from now on each goes alone."""
        with self._lock:
            self._one_by_one = True
