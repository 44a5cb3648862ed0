"""Two workers, a reset or a message in the wrong moment: the run ends in a word of its own, and what waits goes on."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

import msgspec
import pytest

from local.azurite import Azurite
from local.storage_proxy import StorageCall, StorageProxy, storage_proxy
from shared.clock import iso
from shared.connector import Connector
from shared.exchange import Exchange
from shared.storage.lease import TABLE as LEASES
from shared.storage.lease import Lease
from shared.stores.links import TABLE as LINKS
from shared.stores.links import Links
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import QUEUE, SyncJob
from shared.sync.run import run_sync
from tests.house import House, a_house
from tests.integration.sync.trouble import makes_orders, retried

ORDERS = range(5001, 5131)


@pytest.fixture
def door(azurite: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(azurite.connection_string) as proxy:
        yield proxy


@pytest.fixture
def house(door: StorageProxy) -> Iterator[House]:
    """Storage behind a door that tells of every call before it passes."""
    with a_house(door.connection_string) as house:
        yield house


def hasty(house: House) -> Connector:
    """Out of time after every page."""
    return house.connector._replace(settings=msgspec.structs.replace(house.settings, time_budget_seconds=0))


def a_waiting_run(house: House, orders: Iterable[int] = ORDERS) -> SyncRun:
    """A run of orders that stopped after its first page and has sent its message."""
    for order in orders:
        house.order(order)
    house.clock.forward(60)
    run = run_sync(hasty(house), SyncJob(shop=house.shop, started_by="test", types=("orders",)))
    assert run is not None
    assert run.state == "continuing"
    return run


def goes_on(run: SyncRun) -> SyncJob:
    return SyncJob(shop=run.shop, started_by="test", run=run.id, types=("orders",))


def messages(door: StorageProxy) -> int:
    """Messages that were sent so far."""
    return sum(call.method == "POST" and call.target.startswith(f"{QUEUE}/messages") for call in door.calls)


def arrived(house: House) -> Counter[str]:
    return Counter(row["externalDocumentNumber"] for row in house.bc.state.table("salesOrders").rows.values())


# A reset while a run begins


@pytest.mark.parametrize("resets", [1, 3])
def test_a_run_begins_with_a_reset_that_comes_while_it_begins(
    house: House, door: StorageProxy, resets: int
) -> None:
    house.order(5001)
    house.sync("orders")
    chosen = house.clock.now() - timedelta(days=1)
    left = [*range(resets)]

    def resets_before_the_bounds_are_saved(call: StorageCall) -> bool:
        if call.method in ("PUT", "PATCH") and "SynchronizationInfo" in call.target and left:
            left.pop()
            door.refuse = lambda call: False
            house.connector.informations.set_last_sync_time(house.shop, "orders", chosen, by="operator")
            door.refuse = resets_before_the_bounds_are_saved
        return False

    door.refuse = resets_before_the_bounds_are_saved
    house.shopify.stats.reset()
    run = house.sync("orders")

    listings = [call["variables"] for call in house.shopify.stats.last_calls() if call["operation"] == "OrdersChanged"]
    assert left == []
    assert (run.state, run.error_code) == ("succeeded", "")
    assert f"updated_at:>='{iso(chosen)}'" in str(listings[0]["filter"])


def test_resets_without_end_leave_the_run_without_this_type_and_the_next_one_takes_it(
    house: House, door: StorageProxy
) -> None:
    house.order(5001)
    on = True

    def resets_always(call: StorageCall) -> bool:
        nonlocal on
        if on and call.method in ("PUT", "PATCH", "POST") and "SynchronizationInfo" in call.target:
            on = False
            house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="operator")
            on = True
        return False

    door.refuse = resets_always
    run = house.sync("orders")
    door.refuse = lambda call: False

    assert (run.state, run.error_code, arrived(house)) == ("succeeded", "", Counter())
    house.sync("orders")
    assert arrived(house) == Counter(["SHP-5001"])


# Another worker writes the same link first


@pytest.mark.parametrize("type, links, known", [
    ("products", "items", False), ("products", "products", False), ("products", "products", True),
    ("customers", "customers", False), ("customers", "customers", True),
])
def test_a_worker_that_finds_a_link_written_by_another_one_ends_as_overtaken(
    house: House, door: StorageProxy, type: str, links: str, known: bool
) -> None:
    house.card(auto_create_unknown_items=True, shopify_can_update_items=True, shopify_can_update_customers=True)
    house.product(8001, "NEW-1")
    house.customer(7001)
    table = Links(house.connector.storage.tables[LINKS], house.shop, links)
    if known:
        house.sync(type)
        number, name = (8001, "title") if type == "products" else (7001, "first_name")
        house.change(type, number, **{name: "Renamed"})
    number = 7001 if type == "customers" else 8001
    if links == "items":
        (variant,) = house.shopify.shop_state.record("products", 8001)["variants"]  # type: ignore[index]
        number = int(variant["id"].rsplit("/", 1)[-1])
    busy = False

    def another_worker(call: StorageCall) -> bool:
        nonlocal busy
        if call.target == "Links" and not busy:
            busy = True
            found = table.one(str(number))
            table.save([found.with_(plan="another worker's")])
            door.refuse = lambda call: False
        return False

    door.refuse = another_worker
    run = house.sync(type)

    assert (run.state, run.error_code) == ("failed", "sync-already-running")
    assert "another worker" in str(run.error_detail)
    door.refuse = lambda call: False
    assert house.sync(type).state == "succeeded"


# A run that waits to go on meets another one


def test_a_message_that_meets_a_taken_lease_comes_again_and_its_run_goes_on(
    house: House, door: StorageProxy
) -> None:
    run = a_waiting_run(house)
    other = Lease(house.connector.storage.tables[LEASES], f"sync-{house.shop}", 60, house.clock)
    other.acquire()
    sent = messages(door)

    met = run_sync(house.connector, goes_on(run))
    waits = house.connector.runs.get(house.shop, run.id)
    other.release()
    done = run_sync(house.connector, goes_on(run))

    assert met is None
    assert (messages(door) - sent, waits.state) == (1, "continuing")
    assert done is not None
    assert (done.state, arrived(house)) == ("succeeded", Counter(f"SHP-{order}" for order in ORDERS))


@pytest.mark.parametrize("part", ["first", "whose worker died"])
def test_a_back_fill_that_meets_a_taken_lease_comes_again(house: House, door: StorageProxy, part: str) -> None:
    job = SyncJob(shop=house.shop, started_by="Claire", types=("orders",),
                  created_since="2026-02-01T00:00:00Z", created_until="2026-03-01T00:00:00Z")
    if part != "first":
        dead = house.connector.runs.begin(
            house.shop, ["orders"], job.started_by, created=(job.created_since, job.created_until))
        job = msgspec.structs.replace(job, run=dead.id)
    other = Lease(house.connector.storage.tables[LEASES], f"sync-{house.shop}", 60, house.clock)
    other.acquire()
    sent = messages(door)

    met = run_sync(house.connector, job)
    waits = messages(door) > sent
    other.release()
    done = run_sync(house.connector, job)

    assert (met, waits) == (None, True)
    assert done is not None
    assert done.state == "succeeded"


def test_a_second_copy_of_the_message_is_dropped_while_the_run_goes_on(house: House, door: StorageProxy) -> None:
    run = a_waiting_run(house)
    copies: list[SyncRun | None] = []
    sent = messages(door)

    def comes_twice(exchange: Exchange) -> None:
        if makes_orders(exchange):
            copies.append(run_sync(house.connector, goes_on(run)))

    done = run_sync(house.connector._replace(observe=comes_twice), goes_on(run))

    assert done is not None
    assert (done.state, {*copies}, messages(door) - sent) == ("succeeded", {None}, 0)
    assert arrived(house) == Counter(f"SHP-{order}" for order in ORDERS)


def test_a_worker_that_comes_to_when_another_one_has_brought_its_run_to_the_end_leaves_it_at_that(
    door: StorageProxy
) -> None:
    """It stood still past its lease; the message came again, and the other one went on with the same run."""
    with a_house(door.connection_string, bc_concurrency=1) as house:
        orders = ORDERS[:110]
        run = a_waiting_run(house, orders)
        others: list[SyncRun | None] = []

        def stands_still(exchange: Exchange) -> None:
            if makes_orders(exchange) and not others:
                house.clock.forward(house.settings.lease_seconds + 1)
                others.append(run_sync(house.connector, goes_on(run)))

        run_sync(house.connector._replace(observe=stands_still), goes_on(run))

        shown = house.connector.runs.get(house.shop, run.id)
        assert [one and one.state for one in others] == ["succeeded"]
        assert (shown.state, shown.error_code, shown.counts["orders"].read) == ("succeeded", "", len(orders))
        house.clock.forward(house.settings.bc_settle_seconds)
        retried(house)
        assert arrived(house) == Counter(f"SHP-{order}" for order in orders)


def test_a_run_that_failed_and_is_taken_up_by_a_copy_of_its_message_says_nothing_of_failing(house: House) -> None:
    run = a_waiting_run(house)
    house.bc.control.add_fault(kind="status", status=503, times=None)
    failed = run_sync(house.connector, goes_on(run))
    house.bc.faults.clear()
    at_work: list[SyncRun] = []

    def looks(exchange: Exchange) -> None:
        at_work.append(house.connector.runs.get(house.shop, run.id))

    done = run_sync(house.connector._replace(observe=looks), goes_on(run))

    assert failed is not None
    assert (failed.state, failed.error_code) == ("failed", "bc-unavailable")
    assert {(one.state, one.ended_at, one.error_code) for one in at_work} == {("running", "", "")}
    assert done is not None
    assert (done.state, done.error_code, done.error_detail, done.failing_since) == ("succeeded", "", "", "")
    assert arrived(house) == Counter(f"SHP-{order}" for order in ORDERS)


def test_a_run_that_another_one_takes_over_is_shown_as_interrupted_and_its_message_does_nothing(house: House) -> None:
    run = a_waiting_run(house)

    scheduled = run_sync(house.connector, SyncJob(shop=house.shop, started_by="schedule"))
    late = run_sync(house.connector, goes_on(run))

    shown = house.connector.runs.get(house.shop, run.id)
    assert scheduled is not None
    assert (scheduled.state, shown.state, late) == ("succeeded", "interrupted", None)
    assert shown.ended_at
    assert arrived(house) == Counter(f"SHP-{order}" for order in ORDERS)


def test_a_run_of_other_types_takes_nothing_over(house: House) -> None:
    run = a_waiting_run(house)

    run_sync(house.connector, SyncJob(shop=house.shop, started_by="test", types=("products",)))

    assert house.connector.runs.get(house.shop, run.id).state == "continuing"
    done = run_sync(house.connector, goes_on(run))
    assert done is not None
    assert done.state == "succeeded"
