"""The lease of a shop: whoever synchronizes it, or changes what is kept of it, does so alone."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.storage.lease import Lease, LeaseTaken
from shared.texts import sentence


class ShopTaken(ConnectorError):
    """Somebody else holds the shop; `until` says how long at least (UTC, ISO 8601)."""

    def __init__(self, shop: str, until: str) -> None:
        super().__init__("sync-already-running", sentence("shop {code} is being synchronized", code=shop))
        self.until = until

    def seconds_left(self, connector: Connector) -> float:
        """Until the lease may be free, 1 at least."""
        return max((from_iso(self.until) - connector.clock.now()).total_seconds() + 1, 1)


@contextmanager
def shop_lease(connector: Connector, shop: str) -> Iterator[Lease]:
    """Hold the shop for the block; ShopTaken if somebody else does."""
    with ExitStack() as stack:
        try:
            lease = stack.enter_context(
                connector.leases.held(_name(shop), seconds=connector.settings.lease_seconds))
        except LeaseTaken as taken:
            raise ShopTaken(shop, taken.until) from taken
        yield lease


def is_taken(connector: Connector, shop: str) -> bool:
    """Whether somebody holds the shop at this moment."""
    return bool(connector.leases.until(_name(shop)))


def check_free(connector: Connector, shop: str) -> None:
    """ShopTaken if somebody holds the shop at this moment."""
    if until := connector.leases.until(_name(shop)):
        raise ShopTaken(shop, until)


def _name(shop: str) -> str:
    return f"sync-{shop}"
