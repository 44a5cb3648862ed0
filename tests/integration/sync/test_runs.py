"""Runs over an unchanged shop, over a changed one, over bad roads, and through a small bucket."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from local.business_central.faults import Fault
from shared.stores.sync_runs import SyncRun
from tests.house import House, a_house
from tests.integration.sync.seeded import a_shop_of, totals_in_bc, wanted_totals
from tests.memory import storage_in_memory


def test_a_second_run_over_an_unchanged_shop_writes_nothing(house: House) -> None:
    a_shop_of(house, customers=30, products=15, orders=60)
    first = house.sync()
    writes = house.bc_writes()

    house.clock.forward(300)
    second = house.sync()

    assert first.state == second.state == "succeeded"
    assert first.counts["orders"].created > 40
    assert house.bc_writes() == writes
    assert second.bc_writes == 0


def test_a_full_run_over_an_unchanged_shop_writes_nothing_either(house: House) -> None:
    a_shop_of(house, customers=30, products=15, orders=60)
    first = house.sync()
    writes = house.bc_writes()

    for type in first.types:
        house.connector.informations.set_last_sync_time(house.shop, type, None, by="test")
    again = house.sync()

    assert [again.counts[k].read for k in again.types] == [first.counts[k].read for k in again.types]
    assert again.counts["orders"].unchanged == first.counts["orders"].created
    assert house.bc_writes() == writes


def test_after_changing_some_records_the_next_run_applies_exactly_those(house: House) -> None:
    a_shop_of(house, customers=30, products=15, orders=60, plain=True)
    house.card(shopify_can_update_customers=True, shopify_can_update_items=True)
    house.sync()
    house.clock.forward(3600)
    state = house.shopify.shop_state
    open_orders = [s for s in state.stored("orders") if not s.record["closed"]]
    customers, orders, products = state.stored("customers")[:4], open_orders[:5], state.stored("products")[:3]
    for stored in customers:
        state.patch("customers", stored.spec["id"], {"email": f"new{stored.spec['id']}@example.fr"})
    for stored in orders:
        address = stored.spec["shipping_address"] | {"address1": "8 quai du Port"}
        state.patch("orders", stored.spec["id"], {"shipping_address": address})
    for stored in products:
        state.patch("products", stored.spec["id"], {"title": f"Renamed {stored.spec['id']}"})
    before = Counter(house.bc.stats.as_json()["by_entity"].get("salesOrders", {}))

    run = house.sync()

    assert {type: counts.updated for type, counts in run.counts.items()} == {
        "products": 3, "customers": 4, "companies": 0, "orders": 5, "payouts": 0, "disputes": 0,
    }
    assert {type: counts.created for type, counts in run.counts.items()} == dict.fromkeys(run.types, 0)
    after = Counter(house.bc.stats.as_json()["by_entity"]["salesOrders"])
    assert after["PATCH"] - before["PATCH"] == 5
    addresses = [house.document(s.spec["id"])["shipToAddressLine1"] for s in orders]
    assert addresses == ["8 quai du Port"] * 5


def test_on_bad_roads_every_order_arrives_exactly_once(house: House) -> None:
    """5 % of the answers to POSTs lost after the commit, bursts of 429, a replica 5 s late, French texts."""
    a_shop_of(house, customers=20, products=15, orders=150, plain=True)
    faults = house.bc.faults
    faults.french, faults.replica_lag = True, 5.0
    faults.add(Fault("drop_response_after_commit", method="POST", times=None, probability=0.05))
    faults.add(Fault("status", status=429, times=40, probability=0.1, retry_after=1))
    faults.add(Fault("status", status=429, times=40, probability=0.1))

    runs = [house.sync()]
    while house.parked():
        house.clock.forward(1200)
        runs.append(house.sync())
        assert len(runs) < 12, house.parked()

    assert {run.state for run in runs} == {"succeeded"}, runs
    assert totals_in_bc(house) == wanted_totals(house)
    assert house.bc.stats.as_json()["writes"] > len(wanted_totals(house))


def test_shopify_at_its_worst_costs_time_but_no_record(house: House) -> None:
    a_shop_of(house, customers=20, products=15, orders=60, plain=True)
    house.shopify.fault("throttled", 2)
    house.shopify.fault("http_429", 2)
    house.shopify.fault("http_5xx", 2)
    house.shopify.fault("drop_connection", 1)
    house.shopify.fault("internal_error", 1)

    runs = [house.sync()]
    while runs[-1].state != "succeeded" and len(runs) < 6:
        runs.append(house.sync())

    assert runs[-1].state == "succeeded", runs[-1]
    assert totals_in_bc(house) == wanted_totals(house)


@pytest.fixture(scope="module")
def big_run() -> Iterator[House]:
    """1,000 orders of three lines under the standard bucket, on a clock that only waiting moves."""
    with a_house(storage_in_memory()) as house:
        a_shop_of(house, customers=10, products=10, orders=1000, plain=True)
        yield house


def test_a_thousand_orders_pass_the_standard_bucket_without_being_throttled(big_run: House) -> None:
    big_run.sync("products", "customers")
    big_run.clock.forward(60)
    started = big_run.clock.now()

    run = big_run.sync("orders")

    waited = (big_run.clock.now() - started).total_seconds() - 60
    costs = [(e.requested_cost or 0, e.actual_cost or 0) for e in big_run.exchanges
             if e.direction == "Shopify"][-run.shopify_calls:]
    assert run.counts["orders"].created == 1000
    assert run.throttled == 0
    assert run.shopify_calls <= 15
    assert run.shopify_points / 1000 <= 12
    assert waited <= 1.15 * least_wait(costs, bucket=2000, restore=100) + 1


def least_wait(costs: list[tuple[float, float]], *, bucket: float, restore: float) -> float:
    """Seconds a perfect client waits: the requested points must be there, the unused ones come back."""
    available, waited = bucket, 0.0
    for requested, actual in costs:
        wait = max(0.0, (requested - available) / restore)
        waited += wait
        available = min(bucket, available + wait * restore) - actual
    return waited


def test_a_run_that_finds_nothing_writes_its_row_at_the_beginning_and_at_the_end(
    house: House, monkeypatch: pytest.MonkeyPatch,
) -> None:
    house.order(5001)
    house.sync()
    house.clock.forward(3600)
    house.sync()
    states, save = list[str](), house.connector.runs.save

    def noted(run: SyncRun) -> None:
        states.append(run.state)
        save(run)

    monkeypatch.setattr(house.connector.runs, "save", noted)
    house.clock.forward(3600)
    house.sync()

    kept = house.connector.runs.latest(house.shop, 1)[0]
    assert states == ["running", "succeeded"]
    assert (kept.shopify_calls > 0, set(kept.counts)) == (True, set(house.connector.types.names))


def test_how_far_a_run_has_come_is_written_with_what_it_brings(
    house: House, monkeypatch: pytest.MonkeyPatch,
) -> None:
    house.order(5001)
    seen, save = list[int](), house.connector.runs.save

    def noted(run: SyncRun) -> None:
        seen.append(sum(counts.read for counts in run.counts.values()))
        save(run)

    monkeypatch.setattr(house.connector.runs, "save", noted)
    house.sync()

    assert 1 in seen[:-1]
