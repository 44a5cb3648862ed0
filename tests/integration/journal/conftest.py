"""A log of its own: one emulator for the tests of this folder, behind a door that counts, and emptied for each."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from local.azurite import Azurite, start_azurite
from local.storage_proxy import StorageProxy, storage_proxy
from shared.exchange import Exchange
from shared.journal.log_entries import CONTAINERS, TABLES, LogEntries
from shared.storage.account import storage_from_connection_string
from tests.manual_clock import ManualClock


@pytest.fixture(scope="package")
def emulator() -> Iterator[Azurite]:
    with start_azurite() as running:
        yield running


@pytest.fixture
def door(emulator: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(emulator.connection_string) as proxy:
        yield proxy


@pytest.fixture
def logs(emulator: Azurite, door: StorageProxy) -> LogEntries:
    """An empty log, seen through the door."""
    straight = storage_from_connection_string(emulator.connection_string)
    for name in straight.tables.names(TABLES):
        straight.tables.drop(name)
    for name in straight.blobs.containers(CONTAINERS):
        straight.blobs.drop(name)
    return LogEntries(storage_from_connection_string(door.connection_string))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def a_call(at: datetime, **fields: Any) -> Exchange:
    """A call of Shopify that went well, but for what is said."""
    start: dict[str, Any] = {
        "direction": "Shopify", "method": "POST", "url": "https://demo-fr.myshopify.com/admin/api/2026-10/graphql.json",
        "status": 200, "description": "OK", "seconds": 0.25, "request": '{"query":"{ shop { name } }"}',
        "response": '{"data":{}}', "request_id": "req-1",
    }
    return Exchange(at=at, **(start | fields))


def write(logs: LogEntries, shop: str, *calls: Exchange, run: str = "") -> None:
    """Put these calls into the log, in this order."""
    logs.write(shop, run, list(enumerate(calls)))
