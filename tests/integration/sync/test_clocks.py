"""Clocks that differ: ours, storage's and Shopify's. Nothing is lost, nothing is made twice, and the run says so."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from local.azurite import Azurite
from local.business_central.faults import Fault
from local.storage_proxy import StorageProxy, storage_proxy
from shared.clock import from_iso
from shared.connector import Connector
from shared.exchange import Exchange
from shared.root import build_connector
from shared.storage.account import storage_from_connection_string
from shared.storage.lease import TABLE as LEASES
from shared.storage.lease import Lease, LeaseLost, LeaseTaken
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from shared.told_clock import ToldClock
from tests.admin import admin_api
from tests.house import House, a_house
from tests.integration.sync.trouble import makes_orders
from tests.manual_clock import AnotherClock

LAG = 5
"""Seconds after which Shopify's search sees a change."""


@pytest.fixture
def door(azurite: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(azurite.connection_string) as proxy:
        yield proxy


@pytest.fixture
def house(door: StorageProxy) -> Iterator[House]:
    """A house whose storage goes by the house's clock."""
    with a_house(door.connection_string) as house:
        door.now = house.clock.now
        yield house


def a_worker(house: House, ahead_seconds: float) -> Connector:
    """A connector on another machine, whose clock is so far ahead; wired as the one in Azure is."""
    clock = ToldClock(AnotherClock(house.clock, ahead_seconds))
    storage = storage_from_connection_string(house.settings.storage_connection, clock=clock)
    return build_connector(house.settings, clock=clock, storage=storage)


def arrived(house: House) -> Counter[str]:
    """How often each order is in Business Central."""
    return Counter(row["externalDocumentNumber"] for row in house.bc.state.table("salesOrders").rows.values())


def watermark(house: House) -> datetime:
    return from_iso(house.connector.informations.get(house.shop, "orders").last_sync_time)


# Ours and Shopify's


@pytest.mark.parametrize("ahead", [-900, -610, -61, -1, 0, 1, 61, 595, 610, 740, 760, 900])
def test_no_order_is_lost_whatever_our_clock_says(house: House, ahead: int) -> None:
    """Orders are made just before, at and after the moments at which runs begin and at which the index is behind."""
    house.shopify.clock.ahead_seconds = -ahead
    house.shopify.fault("search_lag", seconds=LAG)
    house.run("orders")

    number, pauses = 5000, (0, 1, LAG - 1, 1, 30, 200, 1, 400)
    for pause in pauses:
        house.clock.forward(pause)
        number += 1
        house.order(number)
        house.run("orders")
        assert watermark(house) <= house.shopify.clock.now()
    house.clock.forward(LAG + 1)
    house.run("orders")

    assert arrived(house) == Counter(f"SHP-{one}" for one in range(5001, number + 1))


def test_with_a_clock_that_is_behind_an_order_does_not_wait(house: House) -> None:
    house.shopify.clock.ahead_seconds = 900
    house.run("orders")
    house.order(5001)

    house.sync("orders")

    assert arrived(house) == Counter(["SHP-5001"])


def test_a_last_time_that_an_earlier_version_kept_ahead_of_shopify_loses_nothing_more(house: House) -> None:
    house.run("orders")
    informations = house.connector.informations
    info = informations.get(house.shop, "orders")
    ahead = house.clock.now().replace(hour=12)
    informations.save(info.with_(last_sync_time=ahead.isoformat()))
    house.order(5001)

    house.sync("orders")

    assert arrived(house) == Counter(["SHP-5001"])
    assert watermark(house) == house.clock.now()


def test_an_interrupted_run_is_taken_up_by_a_machine_with_another_clock(house: House) -> None:
    for order in range(5001, 5131):
        house.order(order)
    house.clock.forward(60)
    began = house.clock.now()
    hasty = a_worker(house, 700)._replace(settings=structs.replace(house.settings, time_budget_seconds=0))
    run = run_sync(hasty, SyncJob(shop=house.shop, started_by="test", types=("orders",)))
    assert run is not None
    assert run.state == "continuing"

    done = run_sync(a_worker(house, -700), SyncJob(
        shop=house.shop, started_by="test", run=run.id, types=("orders",)))

    assert done is not None
    assert done.state == "succeeded"
    assert arrived(house) == Counter(f"SHP-{one}" for one in range(5001, 5131))
    assert watermark(house) == began


# Ours and storage's


@pytest.mark.parametrize("ahead", [700, 61, -700])
def test_a_worker_with_another_clock_does_not_take_a_live_lease(house: House, ahead: int) -> None:
    """It comes while the first one is about to send its orders: none of them is made twice."""
    house.run("orders")
    for order in range(5001, 5011):
        house.order(order)
    house.clock.forward(60)
    first, second = a_worker(house, 0), a_worker(house, ahead)
    job = SyncJob(shop=house.shop, started_by="test", types=("orders",))
    came: list[object] = []

    def comes_in_between(exchange: Exchange) -> None:
        if makes_orders(exchange):
            came.append(run_sync(second, job))

    run = run_sync(first._replace(observe=comes_in_between), job)

    assert run is not None
    assert run.state == "succeeded"
    assert came
    assert set(came) == {None}
    assert arrived(house) == Counter(f"SHP-{one}" for one in range(5001, 5011))


@pytest.mark.parametrize("ahead", [700, -700])
def test_a_lease_ends_for_everybody_at_the_same_moment(house: House, ahead: int) -> None:
    first, second = a_worker(house, ahead), a_worker(house, -ahead)
    held = Lease(first.storage.tables[LEASES], f"sync-{house.shop}", 60, first.clock)
    held.acquire()
    held.renew()

    def taken_by_the_second() -> bool:
        try:
            Lease(second.storage.tables[LEASES], f"sync-{house.shop}", 60, second.clock).acquire()
        except LeaseTaken:
            return False
        return True

    house.clock.forward(57)
    early = taken_by_the_second()
    house.clock.forward(6)

    assert (early, taken_by_the_second()) == (False, True)


def test_a_worker_that_stood_still_past_its_lease_asks_before_it_goes_on(house: House) -> None:
    first, second = a_worker(house, 0), a_worker(house, 0)
    slept = Lease(first.storage.tables[LEASES], f"sync-{house.shop}", 60, first.clock)
    slept.acquire()
    house.clock.forward(61)
    Lease(second.storage.tables[LEASES], f"sync-{house.shop}", 60, second.clock).acquire()

    with pytest.raises(LeaseLost):
        slept.check()


def test_a_worker_that_stood_still_and_was_not_missed_goes_on(house: House) -> None:
    first = a_worker(house, 0)
    slept = Lease(first.storage.tables[LEASES], f"sync-{house.shop}", 60, first.clock)
    slept.acquire()
    house.clock.forward(61)

    slept.check()

    with pytest.raises(LeaseTaken):
        Lease(first.storage.tables[LEASES], f"sync-{house.shop}", 60, first.clock).acquire()


def test_an_order_in_doubt_is_sent_again_when_the_time_has_passed_and_not_when_a_clock_says_so(house: House) -> None:
    """Claimed by a machine whose clock is right; the one that retries is 700 seconds ahead."""
    house.run("orders")
    house.order(5001)
    house.clock.forward(60)
    house.bc.faults.add(Fault("drop_request", method="POST", entity="salesOrders", times=1))
    job = SyncJob(shop=house.shop, started_by="test", types=("orders",))
    run_sync(a_worker(house, 0), job)
    ahead = a_worker(house, 700)

    def retried() -> int:
        house.connector.skipped.make_all_due(house.shop, house.clock.now())
        before = arrived(house).total()
        run_sync(ahead, job)
        return arrived(house).total() - before

    early = retried()
    house.clock.forward(house.settings.bc_settle_seconds + 5)

    assert (early, retried()) == (0, 1)


# It is said


def test_a_skew_beyond_a_minute_stands_on_the_run_and_in_health(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.shopify.clock.ahead_seconds = -100
    worker = a_worker(house, 700)

    run = run_sync(worker, SyncJob(shop=house.shop, started_by="test", types=("orders",)))
    monkeypatch.setattr("shared.root.connector", lambda: worker)
    with admin_api(house, monkeypatch) as admin:
        _, shown = admin("get_run", id=run.id if run else "")
        _, health = admin("health")

    assert shown["clock_ahead"] == health["clock_ahead"]
    assert 698 <= shown["clock_ahead"]["storage"] <= 702
    assert 797 <= shown["clock_ahead"]["shopify"] <= 803


def test_clocks_that_agree_to_a_minute_are_not_worth_a_word(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = a_worker(house, 30)

    run = run_sync(worker, SyncJob(shop=house.shop, started_by="test", types=("orders",)))
    monkeypatch.setattr("shared.root.connector", lambda: worker)
    with admin_api(house, monkeypatch) as admin:
        _, health = admin("health")

    assert run is not None
    assert (run.clock_ahead, health) == ({}, {"status": "ok"})


# Wired as in Azure


def test_without_a_clock_of_its_own_a_connector_goes_by_storages(
    house: House, door: StorageProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a process builds from its settings: the machine's clock, set right by what storage answers."""
    monkeypatch.setattr("shared.root.SystemClock", lambda: AnotherClock(house.clock, 700))
    connector = build_connector(house.settings)

    connector.shops.get(house.shop)

    assert abs(connector.clock.now() - house.clock.now()) < timedelta(seconds=2)
