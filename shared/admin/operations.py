"""The book of operations, read."""
from __future__ import annotations

from datetime import datetime

import msgspec

from shared.connector import Connector
from shared.stores.operations import Operation


class OperationsView(msgspec.Struct, frozen=True, kw_only=True):
    """Operations, newest first; ask again with `continuation` while it is not null."""

    operations: list[Operation]
    continuation: str | None


def list_operations(
    connector: Connector, *, shop: str = "", operation: str = "", since: datetime | None = None,
    continuation: str = "",
) -> OperationsView:
    """Of one shop, of one name, since a time; also of shops that are no more. ConnectorError input-invalid."""
    page = connector.operations.page(shop=shop, operation=operation, since=since, continuation=continuation)
    return OperationsView(operations=page.operations, continuation=page.continuation or None)
