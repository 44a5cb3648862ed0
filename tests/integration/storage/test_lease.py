"""One worker at a time."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from shared.storage.account import Storage
from shared.storage.lease import TABLE, Lease, LeaseLost, LeaseTaken, held
from shared.storage.tables import Table
from tests.manual_clock import ManualClock


@pytest.fixture
def table(storage: Storage) -> Table:
    return storage.tables[TABLE]


@pytest.fixture
def name() -> str:
    return f"sync-{uuid4().hex}"


def test_a_second_worker_is_turned_away_until_the_first_gives_back(table: Table, name: str) -> None:
    clock = ManualClock()

    with held(table, name, seconds=60, clock=clock), pytest.raises(LeaseTaken, match="2026-03-10T10:01:00"):
        Lease(table, name, 60, clock).acquire()

    with held(table, name, seconds=60, clock=clock) as lease:
        lease.check()


def test_a_dead_worker_blocks_no_longer_than_its_lease_lasts(table: Table, name: str) -> None:
    clock = ManualClock()
    dead = Lease(table, name, 60, clock)
    dead.acquire()

    clock.forward(59)
    with pytest.raises(LeaseTaken):
        Lease(table, name, 60, clock).acquire()
    clock.forward(1)
    Lease(table, name, 60, clock).acquire()

    dead.renew()
    with pytest.raises(LeaseLost):
        dead.check()


def test_a_renewed_lease_lasts_longer(table: Table, name: str) -> None:
    clock = ManualClock()
    lease = Lease(table, name, 60, clock)
    lease.acquire()
    clock.forward(50)

    lease.renew()
    clock.forward(50)

    lease.check()
    with pytest.raises(LeaseTaken):
        Lease(table, name, 60, clock).acquire()


def test_of_many_workers_at_once_exactly_one_wins(table: Table, name: str) -> None:
    clock = ManualClock()

    def try_it(_: int) -> bool:
        try:
            Lease(table, name, 60, clock).acquire()
        except LeaseTaken:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(try_it, range(16))) == 1


def test_whoever_lost_the_lease_does_not_take_it_from_the_next_one(table: Table, name: str) -> None:
    clock = ManualClock()
    late = Lease(table, name, 60, clock)
    late.acquire()
    clock.forward(61)
    successor = Lease(table, name, 60, clock)
    successor.acquire()

    late.release()

    successor.renew()
    successor.check()
