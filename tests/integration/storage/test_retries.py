"""Calls of a storage account that fails: what is tried again, what is looked up, and what is raised."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from local.azurite import Azurite
from local.storage_faults import Kind
from local.storage_proxy import StorageProxy, storage_proxy
from shared.errors import ServiceUnavailable
from shared.storage.account import Storage, storage_from_connection_string
from shared.storage.lease import Lease, held
from shared.storage.retries import Retries
from shared.storage.tables import Put, RowChanged, RowExists, Table
from tests.manual_clock import ManualClock

KINDS: list[Kind] = ["429", "503", "dropped", "lost", "timeout"]


@pytest.fixture
def door(azurite: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(azurite.connection_string) as proxy:
        yield proxy


@pytest.fixture
def storage(door: StorageProxy) -> Storage:
    return storage_from_connection_string(
        door.connection_string, Retries(tries=3, first_wait_seconds=0.01, timeout_seconds=1)
    )


@pytest.fixture
def table(storage: Storage) -> Table:
    """A table with row 1 in it."""
    table = storage.tables[f"T{uuid4().hex[:20]}"]
    table.put(a_row("1", n=1))
    return table


def a_row(key: str, **values: object) -> dict[str, object]:
    return {"PartitionKey": "p", "RowKey": key} | values


def stored(table: Table) -> dict[str, object]:
    return {row["RowKey"]: row["n"] for row in table.partition("p")}


WRITES: dict[str, tuple[Callable[[Table, str], object], dict[str, int]]] = {
    "put": (lambda table, etag: table.put(a_row("1", n=2)), {"1": 2}),
    "insert": (lambda table, etag: table.insert(a_row("2", n=2)), {"1": 1, "2": 2}),
    "replace": (lambda table, etag: table.replace(a_row("1", n=2, gone=None), etag), {"1": 2}),
    "delete": (lambda table, etag: table.delete("p", "1", etag), {}),
    "batch": (lambda table, etag: table.write(
        [Put("insert", a_row("2", n=2)), Put("replace", a_row("1", n=3), etag)]), {"1": 3, "2": 2}),
    "batch of deletes": (lambda table, etag: table.write([Put("delete", a_row("1"), etag)]), {}),
}


@pytest.mark.parametrize("write, outcome", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_write_that_fails_once_is_written_once(
    table: Table, door: StorageProxy, kind: Kind, write: Callable[[Table, str], object], outcome: dict[str, int]
) -> None:
    seen = table.get("p", "1")
    assert seen is not None
    door.faults.add(kind, "Table", times=1)

    write(table, seen["etag"])

    assert door.faults.met == {kind: 1}
    assert stored(table) == outcome


def test_the_etag_of_a_write_that_was_looked_up_is_the_row_s(table: Table, door: StorageProxy) -> None:
    door.faults.add("lost", "Table", times=1)

    etag = table.insert(a_row("2", n=2))

    assert table.replace(a_row("2", n=3), etag)


def test_a_row_of_somebody_else_is_not_taken_for_ours_after_a_failure(table: Table, door: StorageProxy) -> None:
    seen = table.get("p", "1")
    assert seen is not None
    table.put(a_row("1", n=7))

    door.faults.add("lost", "Table", times=1)
    with pytest.raises(RowExists):
        table.insert(a_row("1", n=2))
    door.faults.add("503", "Table", times=1)
    with pytest.raises(RowChanged):
        table.replace(a_row("1", n=2), seen["etag"])

    assert stored(table) == {"1": 7}


def test_a_row_that_is_equal_but_was_there_before_is_not_ours_without_a_failure(table: Table) -> None:
    with pytest.raises(RowExists):
        table.insert(a_row("1", n=1))


@pytest.mark.parametrize("kind", KINDS)
def test_what_keeps_failing_is_storage_unavailable_after_the_last_try(door: StorageProxy, kind: Kind) -> None:
    storage = storage_from_connection_string(door.connection_string, Retries(3, 0.01, timeout_seconds=0.2))
    door.faults.add(kind)

    for call in (
        lambda: storage.tables["Shops"].get("shop", "FR"),
        lambda: list(storage.tables["Shops"].partition("shop")),
        lambda: storage.tables.names("Log"),
        lambda: storage.blobs.write("captures", "a", b"1", "text/plain"),
        lambda: storage.blobs.read("captures", "a"),
        lambda: storage.blobs.names("captures"),
        lambda: storage.queues.send("sync-jobs", "x"),
    ):
        before = len(door.calls)
        with pytest.raises(ServiceUnavailable) as failed:
            call()
        assert failed.value.code == "storage-unavailable"
        assert len(door.calls) - before == 3


def test_blobs_and_queues_get_over_a_failure(storage: Storage, door: StorageProxy) -> None:
    container, queue = f"c{uuid4().hex[:20]}", f"q{uuid4().hex[:20]}"
    for kind in KINDS:
        door.faults.add(kind, times=1)
        storage.blobs.write(container, f"{kind}/a", b"1", "text/plain")
        door.faults.add(kind, times=1)
        assert storage.blobs.read(container, f"{kind}/a") == b"1"
        door.faults.add(kind, times=1)
        assert kind in storage.blobs.folders(container)
        door.faults.add(kind, times=1)
        storage.queues.send(queue, "x")

    assert door.faults.met == dict.fromkeys(KINDS, 4)


def test_who_may_not_is_told_at_once(storage: Storage, door: StorageProxy) -> None:
    door.refuse = lambda call: True

    with pytest.raises(ServiceUnavailable, match="403: refused by the proxy"):
        storage.tables["Shops"].get("shop", "FR")

    assert len(door.calls) == 1


# Leases


def test_a_lease_that_cannot_be_renewed_is_held_until_its_end_and_then_given_up(
    storage: Storage, door: StorageProxy
) -> None:
    clock = ManualClock()
    lease = Lease(storage.tables["Leases"], f"sync-{uuid4().hex}", 60, clock)
    lease.acquire()
    door.faults.add("503")

    clock.forward(59)
    lease.renew()
    lease.check()
    clock.forward(1)
    lease.renew()

    with pytest.raises(Exception, match="another worker took over"):
        lease.check()


def test_a_lease_that_could_not_be_renewed_once_is_renewed_the_next_time(
    storage: Storage, door: StorageProxy
) -> None:
    clock = ManualClock()
    lease = Lease(storage.tables["Leases"], f"sync-{uuid4().hex}", 60, clock)
    lease.acquire()
    door.faults.add("503", times=3)

    for _ in range(6):
        clock.forward(20)
        lease.renew()

    lease.check()


def test_a_lease_that_cannot_be_given_back_spoils_nothing(storage: Storage, door: StorageProxy) -> None:
    with held(storage.tables["Leases"], f"sync-{uuid4().hex}", seconds=60, clock=ManualClock()):
        door.faults.add("503")


def test_a_queue_that_somebody_else_was_quicker_to_make_takes_the_message(door: StorageProxy, storage: Storage) -> None:
    """To be made again it answers 204, which the SDK raises, and which does not mean: later."""
    name = f"q-{uuid4().hex}"
    storage.queues.send(name, "first")
    door.calls.clear()
    door.faults.add("404", "Queue", f"{name}/messages", times=1, code="QueueNotFound")

    storage.queues.send(name, "second")

    assert [(call.method, call.target) for call in door.calls] == [
        ("POST", f"{name}/messages"), ("PUT", name), ("POST", f"{name}/messages")]
