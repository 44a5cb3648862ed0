"""One worker at a time changes a shop's access, whichever instance it runs on.

Two refreshes at once would use up each other's refresh token; a refresh and a new access would
overwrite each other. Whoever comes second waits, reads again and mostly finds the work done.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shared.clock import Clock
from shared.errors import ServiceUnavailable
from shared.storage.lease import Lease, LeaseTaken
from shared.storage.tables import Table
from shared.texts import sentence

LEASE_SECONDS = 60.0
"""Longer than the slowest token call with its repetition."""

_PAUSE_SECONDS = 0.1
_MOST_PAUSES = 650


@contextmanager
def access_lease(leases: Table, shop: str, clock: Clock) -> Iterator[None]:
    """Hold the shop's access for the block; ServiceUnavailable if it is not free within a minute."""
    lease = Lease(leases, f"access-{shop}", LEASE_SECONDS, clock)
    for _ in range(_MOST_PAUSES):
        try:
            lease.acquire()
            break
        except LeaseTaken:
            clock.sleep(_PAUSE_SECONDS)
    else:
        raise ServiceUnavailable("shopify-unavailable", sentence(
            "another worker keeps renewing the access of shop {shop}", shop=shop))
    try:
        yield
    finally:
        lease.release()
