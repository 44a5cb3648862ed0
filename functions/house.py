"""The connector of this process, for triggers; what makes it is imported at the first call, not at a cold start."""
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.connector import Connector


def connector() -> Connector:
    """The connector; it asks storage for nothing (shared/root.py)."""
    from shared import root

    return root.connector()


def ready_connector() -> Connector:
    """The same, once storage has said that this version can read it; ConnectorError storage-layout."""
    from shared import root

    return root.ready_connector()
