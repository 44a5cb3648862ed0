"""Waiting for what another process does in its own time."""
from __future__ import annotations

import time
from collections.abc import Callable

GIVEN_UP_AFTER = 90.0


def wait_until(true: Callable[[], object], seconds: float = GIVEN_UP_AFTER) -> None:
    """Look ten times a second until it is so; AssertionError when it did not come to that in so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)
