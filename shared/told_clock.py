"""The clock of another service, told by the Date of its answers.

Whose time counts for what, and why: docs/decisions/0020-whose-clock.md.
"""
from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from shared.clock import Clock

WORTH_TELLING = timedelta(minutes=1)
"""Clocks of machines that are looked after differ by less."""

_BELIEVABLE = timedelta(days=1)
"""Storage refuses a caller who is a quarter of an hour off; a Date further away than this is no skew but nonsense."""


class ToldClock:
    """Another service's clock, as the Date of its answers tells it; our own until the first one.

    A Date has whole seconds and was written some time between question and answer (RFC 9110, 6.6.1), so an answer
    leaves a span for the difference. A difference within that span stays as it is: clocks that agree are left alone,
    and a slow answer moves nothing. Safe for several threads.

    own    the clock that is set right, unless by more than a day
    ahead  by how much `own` is ahead of theirs
    last   the latest Date; their clock had surely come so far
    """

    def __init__(self, own: Clock) -> None:
        self.own, self.ahead = own, timedelta(0)
        self.last: datetime | None = None
        self._lock = threading.Lock()

    def told(self, date: str | None, asked_at: datetime) -> None:
        """The Date header of an answer to what was asked at that moment of `own`; one that cannot be read says
        nothing."""
        answered_at = self.own.now()
        theirs = _http_date(date)
        if theirs is None:
            return
        with self._lock:
            least, most = asked_at - theirs - timedelta(seconds=1), answered_at - theirs
            self.ahead = min(max(self.ahead, least), most)
            self.last = theirs

    def now(self) -> datetime:
        """The present moment by their clock."""
        return self._theirs(self.own.now())

    def sleep(self, seconds: float) -> None:
        self.own.sleep(seconds)

    def reached(self, moment: datetime) -> datetime:
        """A moment of `own` by their clock, and nothing that their clock may not have come to yet."""
        theirs = self._theirs(moment)
        return theirs if self.last is None else min(theirs, self.last)

    def _theirs(self, moment: datetime) -> datetime:
        return moment - self.ahead if abs(self.ahead) <= _BELIEVABLE else moment


def ahead_of(clock: Clock) -> timedelta:
    """By how much the machine is ahead of the clock that we go by."""
    return clock.ahead if isinstance(clock, ToldClock) else timedelta(0)


def _http_date(text: str | None) -> datetime | None:
    """The moment of `Tue, 10 Mar 2026 10:00:00 GMT`, None if it is none."""
    try:
        moment = parsedate_to_datetime(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
