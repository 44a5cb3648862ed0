"""Where a run goes on: failures, budgets, resets, and leases in the middle of it."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from local.business_central.faults import Fault
from shared.clock import from_iso, iso
from shared.errors import ConnectorError
from shared.exchange import Exchange
from shared.shopify.reading import EARLIEST, changed_page
from shared.shopify.shapes import SHAPES
from shared.storage.lease import TABLE as LEASES
from shared.storage.lease import Lease
from shared.stores.links import LinkState
from shared.sync.queue import SyncJob, request_sync
from shared.sync.run import run_sync
from tests.house import House, HouseStorage, a_house
from tests.integration.sync.seeded import a_shop_of, totals_in_bc, wanted_totals
from tests.integration.sync.trouble import WorkerDied, makes_orders


def watermark(house: House, type: str) -> str:
    return house.connector.informations.get(house.shop, type).last_sync_time


def orders_queries(house: House) -> list[dict[str, object]]:
    """The variables of every orders listing that Shopify got."""
    calls = house.shopify.stats.last_calls()
    return [call["variables"] for call in calls if call["operation"] == "OrdersChanged"]


def the_last_one_is_forbidden(house: House) -> None:
    """Business Central lets nobody in once the order comes that changed last: the pages before it are kept."""
    records = [stored.record for stored in house.shopify.shop_state.stored("orders")]
    last = max((one for one in records if not one["closed"]), key=lambda one: str(one["updatedAt"]))
    house.bc.faults.add(Fault("forbidden", method="POST", entity="salesOrders", times=None,
                              document=f"SHP-{last['id'].rsplit('/', 1)[-1]}"))


def test_a_run_that_fails_leaves_the_watermark_and_the_next_one_goes_on_at_the_checkpoint(house: House) -> None:
    a_shop_of(house, customers=10, products=10, orders=250, plain=True)
    house.sync("products", "customers")
    the_last_one_is_forbidden(house)

    failed = house.sync("orders")
    stopped_at = house.connector.informations.get(house.shop, "orders")
    house.bc.faults.clear()
    house.shopify.stats.reset()
    finished = house.sync("orders")

    assert (failed.state, failed.error_code) == ("failed", "bc-unauthorized")
    assert stopped_at.last_sync_time == ""
    assert stopped_at.run_cursor
    assert stopped_at.last_outcome == "bc-unauthorized"
    assert finished.state == "succeeded"
    assert orders_queries(house)[0]["after"] == stopped_at.run_cursor
    assert watermark(house, "orders") == stopped_at.run_until
    assert totals_in_bc(house) == wanted_totals(house)


def test_what_changes_while_a_run_is_interrupted_is_not_lost(house: House) -> None:
    house.order(5001)
    house.order(5002)
    house.bc.faults.add(Fault("forbidden", method="POST", entity="salesOrders", times=None))
    assert house.sync("orders").state == "failed"
    house.bc.faults.clear()

    house.order(5003)
    house.sync("orders")
    house.sync("orders")

    assert [len(house.documents(number)) for number in (5001, 5002, 5003)] == [1, 1, 1]


def test_an_old_checkpoint_is_not_trusted_but_its_position_is(house: House) -> None:
    a_shop_of(house, customers=5, products=5, orders=150, plain=True)
    house.sync("products", "customers")
    the_last_one_is_forbidden(house)
    assert house.sync("orders").state == "failed"
    stopped_at = house.connector.informations.get(house.shop, "orders")
    house.bc.faults.clear()
    house.shopify.stats.reset()

    house.clock.forward(2 * 3600)
    house.sync("orders")

    assert stopped_at.run_position
    assert orders_queries(house)[0]["after"] is None
    assert f"updated_at:>='{stopped_at.run_position}'" in str(orders_queries(house)[0]["filter"])
    assert totals_in_bc(house) == wanted_totals(house)


def test_a_worker_that_dies_right_after_an_order_was_stored_leaves_a_claim_and_no_double(house: House) -> None:
    """The first, full run is over: links are trusted, and the claim alone tells that there is something to find."""
    house.sync()
    house.order(5001)
    house.clock.forward(60)

    def dies(exchange: Exchange) -> None:
        if makes_orders(exchange):
            raise WorkerDied

    with pytest.raises(WorkerDied):
        run_sync(house.connector._replace(observe=dies), SyncJob(shop=house.shop, started_by="test"))
    stored = len(house.documents(5001))
    house.sync()

    assert stored == 1
    assert len(house.documents(5001)) == 1
    assert house.link("orders", 5001).state is LinkState.APPLIED


@pytest.fixture
def hasty_house(house_storage: HouseStorage) -> Iterator[House]:
    """A house whose runs are out of time after every page."""
    with a_house(house_storage, time_budget_seconds=0) as house:
        yield house


def test_out_of_time_a_run_hands_over_and_is_counted_as_one(hasty_house: House) -> None:
    a_shop_of(hasty_house, customers=10, products=10, orders=250, plain=True)
    hasty_house.clock.forward(60)

    first = run_sync(hasty_house.connector, SyncJob(shop=hasty_house.shop, started_by="test"))
    run = hasty_house.sync()

    assert first is not None
    assert first.state == "continuing"
    assert run.state == "succeeded"
    assert totals_in_bc(hasty_house) == wanted_totals(hasty_house)


def test_out_of_time_before_the_parked_records_that_are_due_a_run_tries_some_and_comes_to_its_end(
    hasty_house: House
) -> None:
    house, orders = hasty_house, range(5001, 5061)
    for number in orders:
        house.order(number, [{"sku": "unheard-of", "quantity": 1, "unit_price": "1.00"}])
    house.sync("orders")
    house.clock.forward(86_400)

    job, turns = SyncJob(shop=house.shop, started_by="test", types=("orders",)), 0
    run = run_sync(house.connector, job)
    while run is not None and run.state == "continuing" and (turns := turns + 1) < 5:
        run = run_sync(house.connector, msgspec.structs.replace(job, run=run.id))

    assert run is not None
    assert (run.state, turns) == ("succeeded", 1), "fifty, and ten"
    assert {one.tries for one in house.parked().values()} == {2}


def test_a_continued_run_keeps_its_start_as_watermark_and_adds_up_its_counts(hasty_house: House) -> None:
    a_shop_of(hasty_house, customers=5, products=5, orders=250, plain=True)

    run = hasty_house.sync()

    assert run.counts["orders"].read == 250
    assert watermark(hasty_house, "orders") == iso(from_iso(run.started_at))
    assert len(hasty_house.connector.runs.latest(hasty_house.shop)) == 1


def test_a_reset_during_a_run_wins(hasty_house: House) -> None:
    """The run's later checkpoints are void: the next run starts where the operator said."""
    a_shop_of(hasty_house, customers=5, products=5, orders=250, plain=True)
    connector, shop = hasty_house.connector, hasty_house.shop
    hasty_house.sync("products", "customers")
    hasty_house.clock.forward(60)
    first = run_sync(connector, SyncJob(shop=shop, started_by="test", types=("orders",)))
    assert first is not None
    assert first.state == "continuing"

    chosen = hasty_house.clock.now() - timedelta(days=1)
    connector.informations.set_last_sync_time(shop, "orders", chosen, by="operator")
    hasty_house.shopify.stats.reset()
    hasty_house.sync("orders")

    assert f"updated_at:>='{iso(chosen)}'" in str(orders_queries(hasty_house)[0]["filter"])


@pytest.mark.parametrize("orders", [1, 250], ids=["in-its-last-page", "with-pages-to-come"])
def test_a_reset_in_the_middle_of_a_page_wins_over_the_run_that_applies_it(house: House, orders: int) -> None:
    a_shop_of(house, customers=5, products=5, orders=orders, plain=True)
    connector, shop = house.connector, house.shop
    house.sync("products", "customers")
    chosen = house.clock.now() - timedelta(days=1)

    def resets(exchange: Exchange) -> None:
        if makes_orders(exchange):
            connector.informations.set_last_sync_time(shop, "orders", chosen, by="operator")

    house.clock.forward(60)
    run_sync(connector._replace(observe=resets), SyncJob(shop=shop, started_by="test", types=("orders",)))
    info = connector.informations.get(shop, "orders")

    assert (info.last_sync_time, info.run_until) == (iso(chosen), "")
    house.shopify.stats.reset()
    house.sync("orders")
    assert f"updated_at:>='{iso(chosen)}'" in str(orders_queries(house)[0]["filter"])


def test_r5_a_second_run_of_a_shop_is_refused_while_one_is_going_on(house: House) -> None:
    other = Lease(house.connector.storage.tables[LEASES], f"sync-{house.shop}", 60, house.clock)
    other.acquire()

    with pytest.raises(ConnectorError) as refused:
        request_sync(house.connector, house.shop, started_by="test")
    ignored = run_sync(house.connector, SyncJob(shop=house.shop, started_by="test"))

    assert refused.value.code == "sync-already-running"
    assert ignored is None
    other.release()
    assert house.sync().state == "succeeded"


def test_a_run_that_died_is_shown_as_interrupted(house: House) -> None:
    dead = house.connector.runs.begin(house.shop, ["orders"], "test")

    house.sync()

    assert house.connector.runs.get(house.shop, dead.id).state == "interrupted"


def test_an_overlap_is_read_again_and_costs_no_write(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    writes = house.bc_writes()

    run = house.sync("orders")

    assert run.counts["orders"].read == 1
    assert run.counts["orders"].unchanged == 1
    assert house.bc_writes() == writes


def test_a_request_sent_without_an_answer_is_not_repeated_before_it_is_certain(house: House) -> None:
    """The order is neither there nor refused: the claim stands until Business Central must have ended."""
    house.order(5001)
    house.bc.faults.add(Fault("drop_request", method="POST", entity="salesOrders", times=1))

    first = house.sync("orders")
    early = house.sync("orders")
    posts_early = posts(house)
    house.clock.forward(house.settings.bc_settle_seconds)
    late = house.sync("orders")

    assert [run.counts["orders"].created for run in (first, early, late)] == [0, 0, 1]
    assert posts_early == 0
    assert len(house.documents(5001)) == 1
    assert house.parked() == {}


def posts(house: House) -> int:
    """Sales orders that Business Central was asked to create and did."""
    made = house.bc.stats.as_json()["by_entity"].get("salesOrders", {})
    return int(made.get("POST", 0))


def test_a_record_that_changes_while_it_is_read_does_not_move_the_runs_position_past_the_next_ones(
    house: House,
) -> None:
    many = [{"sku": "1000", "quantity": 1, "unit_price": "1.00"}] * 30
    for number in (5001, 5002, 5003):
        house.order(number, many if number == 5002 else None)
        house.clock.forward(60)
    for operation in ("OrderLinesNext", "OrdersById"):
        house.shopify.fault(
            "odd_field", record="Order/5002", operation=operation, field="updatedAt", value="2026-03-11T00:00:00Z")
    client = house.connector.shopify(house.connector.shops.get(house.shop))

    page = changed_page(client, "orders", since=EARLIEST, until=house.clock.now(), page_size=2)

    assert [record.id for record in page.records] == ["5001", "5002"]
    assert page.records[1].updated_at == from_iso("2026-03-11T00:00:00Z")
    assert page.reached is not None
    assert page.reached <= from_iso("2026-03-10T10:01:00Z")


@pytest.mark.parametrize("told", ["2026-03-09T12:00:00Z", "2026-03-10T10:09:59Z", "2099-01-01T00:00:00Z"],
                         ids=["older than all", "newer than all", "in the future"])
def test_a_run_that_goes_on_at_its_position_misses_no_order_behind_one_that_shows_another_time_than_it_is_listed_by(
    house: House, told: str,
) -> None:
    size = SHAPES["orders"].page_size
    orders = range(5001, 5003 + size)
    for number in orders:
        house.order(number, updated_at=f"2026-03-10T09:{(number - 5001) // 60:02}:{(number - 5001) % 60:02}Z")
    house.shopify.fault("odd_field", record="Order/5003", field="updatedAt", value=told)
    house.clock.forward(600)
    hasty = house.connector._replace(settings=msgspec.structs.replace(house.settings, time_budget_seconds=0))
    begun = run_sync(hasty, SyncJob(shop=house.shop, started_by="test", types=("orders",)))
    assert begun is not None
    assert (begun.state, begun.counts["orders"].created) == ("continuing", size)

    house.clock.forward(2 * 3600)
    run = house.run("orders")

    assert (run.state, run.counts["orders"].created) == ("succeeded", 2)
    assert all(len(house.documents(number)) == 1 for number in orders)


def test_a_time_outside_the_span_that_is_read_is_no_place_in_it(house: House) -> None:
    house.order(5001)
    house.order(5002)
    house.shopify.fault("odd_field", record="Order/5001", field="updatedAt", value="2099-01-01T00:00:00Z")
    client = house.connector.shopify(house.connector.shops.get(house.shop))

    page = changed_page(client, "orders", since=EARLIEST, until=house.clock.now(), page_size=1)

    assert ([record.id for record in page.records], page.reached) == (["5001"], None)
    assert page.next_cursor
