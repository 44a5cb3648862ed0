"""A run that finds nothing costs a handful of calls; and what it leaves out loses nothing."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from local.azurite import Azurite
from local.storage_proxy import StorageProxy, storage_proxy
from shared.clock import from_iso, iso
from shared.stores.synchronization_info import SynchronizationInfo
from tests.house import House, a_house

WRITES = {"POST", "PUT", "MERGE", "PATCH"}


@pytest.fixture
def door(azurite: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(azurite.connection_string) as proxy:
        yield proxy


def settled(house: House) -> None:
    """Everything was brought, and nothing is within the overlap any more."""
    house.product(101, "1000")
    house.customer(701)
    house.order(5001)
    for _ in range(2):
        house.clock.forward(3600)
        assert house.run().state == "succeeded"
    house.clock.forward(3600)


def infos(house: House) -> dict[str, SynchronizationInfo]:
    return house.connector.informations.of(house.shop)


def asked(house: House) -> list[str]:
    """The operations that Shopify was asked since the last call of this."""
    names = [call.request.split("query ")[1].split("(")[0].split(" ")[0]
             for call in house.exchanges if call.direction == "Shopify"]
    house.exchanges.clear()
    return names


def test_a_run_that_finds_nothing_asks_shopify_once_and_storage_twenty_times_at_most(door: StorageProxy) -> None:
    with a_house(door.connection_string) as house:
        settled(house)
        asked(house)
        door.calls.clear()

        run = house.run()

        calls = list(door.calls)
    written = sorted(call.target.partition("(")[0] for call in calls if call.method in WRITES)
    assert (run.state, set(run.counts)) == ("succeeded", set(run.types))
    assert run.shopify_calls == 1
    assert len(calls) <= 20, calls
    assert written == ["Leases", "SyncRuns", "SyncRuns", "SynchronizationInfo"]


def test_a_shop_without_payments_is_not_written_down_as_such_again_and_again(door: StorageProxy) -> None:
    with a_house(door.connection_string) as house:
        house.shopify.shop_state.payments_account = None
        settled(house)
        told = infos(house)["payouts"]
        door.calls.clear()

        house.run()

        assert infos(house)["payouts"] == told
        written = sorted(call.target.partition("(")[0] for call in door.calls if call.method in WRITES)
    assert "not used" in str(told.last_outcome)
    assert written == ["Leases", "SyncRuns", "SyncRuns", "SynchronizationInfo"]


def test_times_move_with_a_run_that_finds_nothing(house: House) -> None:
    settled(house)
    before = infos(house)

    run = house.run()

    after, began = infos(house), iso(from_iso(run.started_at))
    assert {type: info.last_sync_time for type, info in after.items()} == dict.fromkeys(before, began)
    assert all(info == before[type].with_(last_sync_time=info.last_sync_time, etag=info.etag)
               for type, info in after.items())


@pytest.mark.parametrize("type", ["products", "customers", "companies", "orders", "payouts", "disputes"])
def test_a_type_with_something_new_is_read_and_no_other(house: House, type: str) -> None:
    settled(house)
    put = {"products": lambda: house.product(102, "1001"), "customers": lambda: house.customer(702),
           "companies": lambda: house.company(801), "orders": lambda: house.order(5002),
           "payouts": lambda: house.payout(901), "disputes": lambda: house.dispute(951)}
    put[type]()
    asked(house)

    run = house.sync()

    lists = [name for name in asked(house) if name.endswith(("Changed", "Since"))]
    assert {name for name, counts in run.counts.items() if counts.read} == {type}
    assert {name.removesuffix("Changed").removesuffix("Since").lower() for name in lists} == {type}


def test_what_shopifys_index_shows_late_is_met_through_the_overlap(house: House) -> None:
    settled(house)
    house.shopify.service.faults.add("search_lag", seconds=120)
    house.order(5002)

    blind = house.sync()
    house.clock.forward(120)
    seeing = house.sync()

    assert (blind.counts["orders"].read, blind.shopify_calls) == (0, 1)
    assert seeing.counts["orders"].created == 1


def test_a_look_that_shopify_refuses_costs_no_record(house: House) -> None:
    settled(house)
    house.order(5002)
    house.shopify.service.faults.add("internal_error")

    run = house.sync()

    assert (run.state, run.counts["orders"].created) == ("succeeded", 1)


def test_a_type_that_the_token_may_not_read_is_told_as_ever_and_the_others_are_quiet(house: House) -> None:
    settled(house)
    house.shopify.service.faults.add("missing_scope", scope="read_products")

    run = house.sync()

    assert (run.state, run.error_code) == ("failed", "access-scope-changed")
    assert infos(house)["products"].last_outcome == "access-scope-changed"


def test_a_reset_during_a_run_that_finds_nothing_wins_and_the_other_types_move_on(house: House) -> None:
    settled(house)
    to = house.clock.now() - timedelta(days=30)
    before, of = infos(house), house.connector.skipped.of

    def reset_meanwhile(shop: str, type: str | None = None):  # type: ignore[no-untyped-def]
        if infos(house)["orders"].last_sync_time != iso(to):
            house.connector.informations.set_last_sync_time(house.shop, "orders", to, by="test")
        return of(shop, type)

    house.connector.skipped.of = reset_meanwhile  # type: ignore[method-assign]
    run = house.run()

    after = infos(house)
    assert run.state == "succeeded"
    assert (after["orders"].last_sync_time, after["orders"].exact) == (iso(to), True)
    assert all(from_iso(after[type].last_sync_time) > from_iso(before[type].last_sync_time)
               for type in after if type != "orders")


def test_a_parked_record_that_is_due_is_tried_though_nothing_changed(house: House) -> None:
    house.order(5001, [{"sku": "NOBODY", "quantity": 1, "unit_price": "10.00"}])
    house.sync()
    assert 5001 in house.parked()
    house.clock.forward(3600)
    house.run()
    tries = house.parked()[5001].tries

    house.clock.forward(2 * 3600)
    run = house.run()

    assert house.parked()[5001].tries == tries + 1
    assert run.counts["orders"].parked == 1


def test_an_announced_record_of_a_shop_where_the_look_found_nothing_is_read(house: House) -> None:
    settled(house)
    house.shopify.service.faults.add("search_lag", seconds=600)
    house.order(5002)
    house.connector.changed.add(house.shop, "orders", "5002", "orders/create")

    run = house.sync()

    assert run.counts["orders"].created == 1
    assert not house.connector.changed.types(house.shop)


def test_a_dispute_that_may_still_change_is_read_again_though_none_is_new(house: House) -> None:
    settled(house)
    house.dispute(951, status="NEEDS_RESPONSE")
    house.sync()
    house.change("disputes", 951, status="WON")
    house.clock.forward(3600)

    run = house.run()

    assert run.counts["disputes"].updated == 1


def test_the_types_that_something_was_announced_of_are_found_among_neighbours(house: House) -> None:
    changed, shop = house.connector.changed, house.shop
    for other in (f"{shop}2", f"{shop}-A", shop[:-1]):
        changed.add(other, "customers", "1", "customers/update")
    changed.add(shop, "orders", "5001", "orders/create")
    changed.add(shop, "orders", "5002", "orders/create")
    changed.add(shop, "products", "7", "products/update")

    found = changed.types(shop)

    assert found == {"orders", "products"}


def test_a_time_that_a_fast_clock_kept_hides_nothing_from_the_look(house: House) -> None:
    settled(house)
    ahead = infos(house)["orders"].with_(last_sync_time=iso(house.clock.now() + timedelta(hours=1)))
    house.connector.informations.save(ahead)
    house.order(5002)

    run = house.sync()

    assert run.counts["orders"].created == 1
