"""An order that the app may no longer read is not taken for one that was deleted."""
from __future__ import annotations

import pytest

from shared.stores.links import LinkState
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import House

CREATED = "2026-03-10T10:00:00Z"
UNKNOWN_ITEM = [{"sku": "LATER", "quantity": 1, "unit_price": "25.00", "tax_rate": "0.055"}]


@pytest.fixture
def narrow(house: House) -> House:
    """A house whose app lacks read_all_orders, with one parked and one applied order made today."""
    house.connector.tokens.keep(house.shop, house.shopify.few_scopes_token)
    house.order(5001, lines=UNKNOWN_ITEM, created_at=CREATED)
    house.order(5002, created_at=CREATED)
    house.sync()
    assert {number: one.code for number, one in house.parked().items()} == {5001: "item-not-found"}
    return house


def days_later(house: House, days: int, hours: int = 0) -> None:
    house.clock.forward((days * 24 + hours) * 3600)
    house.connector.skipped.make_all_due(house.shop, house.clock.now())


def announce(house: House, *numbers: int, topic: str = "orders/updated") -> None:
    for number in numbers:
        house.connector.changed.add(house.shop, "orders", str(number), topic)
    assert run_sync(house.connector, SyncJob(shop=house.shop, started_by="webhook", only_changed=True)) is not None


def test_a_parked_order_older_than_60_days_stays_parked_and_names_the_scope(narrow: House) -> None:
    first = narrow.parked()[5001].first_at
    days_later(narrow, 61)

    run = narrow.sync("orders")

    parked = narrow.parked()[5001]
    assert (run.state, parked.code, parked.first_at) == ("succeeded", "order-out-of-reach", first)
    assert "read_all_orders" in parked.detail
    assert parked.tries == 2


def test_it_goes_through_once_the_scope_is_granted(narrow: House) -> None:
    narrow.bc.control.change("items", "1100", {"number": "LATER"})
    days_later(narrow, 61)
    narrow.sync("orders")

    narrow.connector.tokens.keep(narrow.shop, narrow.shopify.token)
    days_later(narrow, 1)
    narrow.sync("orders")

    assert len(narrow.documents(5001)) == 1
    assert narrow.parked() == {}


@pytest.mark.parametrize(("days", "scope"), [(59, False), (61, True)], ids=["young", "with the scope"])
def test_a_parked_order_that_could_be_read_and_is_not_there_was_deleted(
    narrow: House, days: int, scope: bool
) -> None:
    if scope:
        narrow.connector.tokens.keep(narrow.shop, narrow.shopify.token)
    narrow.shopify.shop_state.delete("orders", 5001)
    days_later(narrow, days)

    narrow.sync("orders")

    assert narrow.parked() == {}


def test_an_order_whose_age_nobody_knows_any_more_stays_parked(narrow: House) -> None:
    narrow.connector.captures.blobs.remove("captures", narrow.connector.captures.packs(narrow.shop, "orders"))
    narrow.shopify.shop_state.delete("orders", 5001)
    days_later(narrow, 3)

    narrow.sync("orders")

    assert narrow.parked()[5001].code == "order-out-of-reach"


def test_a_change_to_an_old_order_that_cannot_be_read_is_parked_and_its_link_stays(narrow: House) -> None:
    days_later(narrow, 61)

    announce(narrow, 5001, 5002, 9999)

    assert {number: one.code for number, one in narrow.parked().items()} == dict.fromkeys(
        (5001, 5002), "order-out-of-reach")
    link = narrow.link("orders", 5002)
    assert (link.state, link.deleted_at) == (LinkState.APPLIED, "")
    assert link.capture


def test_an_old_order_of_which_shopify_says_that_it_was_deleted_is_gone(narrow: House) -> None:
    days_later(narrow, 61)

    announce(narrow, 5001, 5002, topic="orders/delete")

    assert narrow.parked() == {}
    assert narrow.link("orders", 5002).deleted_at
