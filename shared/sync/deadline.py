"""When a job has to hand over to a fresh message."""
from __future__ import annotations

from datetime import timedelta

from shared.clock import Clock


class OutOfTime(Exception):
    """The time budget is used up; the checkpoint says where to go on."""


class Deadline:
    """When the job has to hand over to a fresh message."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._end = clock, clock.now() + timedelta(seconds=seconds)

    def check(self) -> None:
        """OutOfTime once the budget is used up."""
        if self._clock.now() >= self._end:
            raise OutOfTime
