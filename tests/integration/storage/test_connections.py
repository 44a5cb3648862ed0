"""Many threads of one process ask storage at once, and none of its connections is thrown away."""
from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from local.azurite import Azurite
from local.storage_proxy import StorageCall, StorageProxy, storage_proxy
from shared.storage.account import Storage, storage_from_connection_string
from shared.storage.retries import Retries

AT_ONCE = 40

CALLS: dict[str, Callable[[Storage, str], object]] = {
    "tables": lambda storage, key: storage.tables["Crowd"].get("p", key),
    "blobs": lambda storage, key: storage.blobs.read("crowd", key),
    "queues": lambda storage, key: storage.queues.send("crowd", key),
}


class Overflow(logging.Handler):
    """Keeps what urllib3 says when a connection finds no place to stay."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.warnings: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.warnings.append(record.getMessage())


@pytest.fixture
def overflow() -> Iterator[Overflow]:
    logger, overflow = logging.getLogger("urllib3.connectionpool"), Overflow()
    logger.addHandler(overflow)
    yield overflow
    logger.removeHandler(overflow)


@pytest.fixture
def crowd(azurite: Azurite) -> Iterator[StorageProxy]:
    """The door through which the crowd goes."""
    with storage_proxy(azurite.connection_string) as proxy:
        yield proxy


@pytest.mark.parametrize("service", CALLS)
def test_every_thread_keeps_its_connection(crowd: StorageProxy, overflow: Overflow, service: str) -> None:
    storage = storage_from_connection_string(crowd.connection_string, Retries(tries=1))
    storage.tables["Crowd"].put({"PartitionKey": "p", "RowKey": "0"})
    storage.blobs.write("crowd", "0", b"x", "text/plain")
    storage.queues.send("crowd", uuid4().hex)
    all_there = threading.Barrier(AT_ONCE, timeout=30)

    def refuse_nobody_but_let_all_come_first(call: StorageCall) -> bool:
        all_there.wait()
        return False

    crowd.refuse = refuse_nobody_but_let_all_come_first

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda number: CALLS[service](storage, str(number)), range(AT_ONCE)))

    assert overflow.warnings == []

