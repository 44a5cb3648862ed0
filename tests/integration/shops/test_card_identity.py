"""A card is about one store and one company: it does not move with what it synchronized, and has no double."""
from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import SystemClock
from shared.errors import ConnectorError
from shared.storage.lease import TABLE as LEASE_TABLE
from shared.storage.lease import held
from shared.stores.links import Link, LinkState
from tests.admin import Admin
from tests.house import House

ELSEWHERE = "0f5a1f3e-9d5f-4a51-8f77-0b3f1f0c9a11"
OTHER_STORE = "demo-de.myshopify.com"


def refused(house: House, shop: str = "", **changes: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as problem:
        house.connector.shops.save(shop or house.shop, changes)
    return problem.value


def stored(house: House) -> tuple[str, str]:
    card = house.connector.shops.get(house.shop)
    return card.host, card.company_id


# A card that was synchronized stays where it is


@pytest.mark.parametrize("change", [
    {"company_id": ELSEWHERE}, {"shopify_url": OTHER_STORE}, {"company_id": "", "enabled": False},
    {"company_id": ELSEWHERE, "shopify_url": OTHER_STORE},
], ids=["company", "store", "no company", "both"])
def test_a_card_with_links_is_not_about_another_store_or_company(house: House, change: dict[str, Any]) -> None:
    house.customer(7101)
    house.sync("customers")
    before = stored(house)

    problem = refused(house, **change)

    assert problem.code == "shop-card-moved"
    assert f"POST /api/shops/{house.shop}/forget-links" in problem.detail
    assert stored(house) == before


def test_a_card_that_was_synchronized_without_finding_anything_does_not_take_its_times_elsewhere(house: House) -> None:
    house.sync("orders")
    assert refused(house, shopify_url=OTHER_STORE).code == "shop-card-moved"

    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="Claire")
    assert refused(house, shopify_url=OTHER_STORE).code == "shop-card-moved"


def test_a_card_that_was_never_synchronized_may_change_both(house: House) -> None:
    house.connector.informations.set_last_sync_time(house.shop, "orders", house.clock.now(), by="Claire")

    house.card(company_id=ELSEWHERE, shopify_url=OTHER_STORE, enabled=False)

    assert stored(house) == (OTHER_STORE, ELSEWHERE)


def test_another_spelling_of_the_same_store_and_company_is_no_move(house: House) -> None:
    house.sync("orders")
    store = house.shopify.shop.removesuffix(".myshopify.com")

    house.card(shopify_url=f"https://admin.shopify.com/store/{store.upper()}/orders",
               company_id=house.bc.company.upper())

    assert stored(house)[0] == house.shopify.shop


def test_a_card_made_anew_under_the_code_of_a_removed_one_takes_over_its_links_only_with_its_store_and_company(
    house: House,
) -> None:
    house.customer(7101)
    house.sync("customers")
    house.connector.shops.remove(house.shop)

    assert refused(house, shopify_url=house.shopify.shop, company_id=ELSEWHERE).code == "shop-card-moved"
    assert refused(house, shopify_url=OTHER_STORE).code == "shop-card-moved"

    house.card()
    assert stored(house) == (house.shopify.shop, house.bc.company)


def test_the_api_refuses_a_move_with_the_way_out_and_changes_nothing(house: House, admin: Admin) -> None:
    house.customer(7101)
    house.sync("customers")

    status, problem = admin("save_shop", {"company_id": ELSEWHERE, "name_source": "None"})

    assert (status, problem["type"]) == (409, "shop-card-moved")
    assert house.connector.shops.get(house.shop).name_source == "Company Name"


# Two cards


def a_second_card(house: House, **changes: Any) -> str:
    code = f"{house.shop}-B"
    house.connector.shops.save(code, {
        "shopify_url": house.shopify.shop, "company_id": house.bc.company, "enabled": False, **changes})
    return code


@pytest.mark.parametrize("url", ["{shop}", "https://{shop}/", "  {SHOP} ", "https://admin.shopify.com/store/{name}/"])
def test_a_second_card_of_one_store_into_one_company_cannot_be_enabled(house: House, url: str) -> None:
    shop = house.shopify.shop
    spelt = url.format(shop=shop, SHOP=shop.upper(), name=shop.removesuffix(".myshopify.com"))

    with pytest.raises(ConnectorError) as problem:
        a_second_card(house, shopify_url=spelt, company_id=house.bc.company.upper(), enabled=True)

    assert problem.value.code == "shop-card-twice"
    assert house.shop in problem.value.detail


def test_a_second_card_is_refused_when_it_is_enabled_later_or_comes_to_the_store_or_company_later(
    house: House,
) -> None:
    code = a_second_card(house)
    assert refused(house, code, enabled=True).code == "shop-card-twice"

    house.connector.shops.save(code, {"company_id": str(uuid4()), "enabled": True})
    assert refused(house, code, company_id=house.bc.company).code == "shop-card-twice"

    house.connector.shops.save(code, {"shopify_url": OTHER_STORE})
    house.connector.shops.save(code, {"company_id": house.bc.company})
    assert refused(house, code, shopify_url=house.shopify.shop).code == "shop-card-twice"


def test_a_second_card_may_take_over_once_the_first_is_off(house: House) -> None:
    code = a_second_card(house)
    house.card(enabled=False)

    assert house.connector.shops.save(code, {"enabled": True}).enabled
    assert refused(house, enabled=True).code == "shop-card-twice"


# Forgetting the links


def synchronized(house: House) -> int:
    """One customer, one order, one parked order; the number of links."""
    house.customer(7101)
    house.order(5001)
    house.order(5002, lines=[{"sku": "UNKNOWN", "quantity": 1, "unit_price": "1.00"}])
    house.sync("customers", "orders")
    return 3


def test_forgetting_needs_the_number_of_links_and_says_what_goes(house: House, admin: Admin) -> None:
    number = synchronized(house)

    for confirm in ({}, {"confirm": ""}, {"confirm": "2"}):
        status, problem = admin("forget_links", query=confirm)
        assert (status, problem["type"]) == (409, "confirmation-needed")
        assert f"confirm={number}" in problem["detail"]
    assert house.link("orders", 5001).state is LinkState.APPLIED


def test_what_is_forgotten_is_told_written_down_and_switches_the_card_off(house: House, admin: Admin) -> None:
    number = synchronized(house)

    status, told = admin("forget_links", query={"confirm": str(number)})

    assert status == 200
    assert told["removed"] == {
        "links": 3, "synchronization_times": 2, "skipped_records": 1, "announced_records": 0, "payouts": 0,
        "disputes": 0, "merged_customers": 0, "record_names": 5,
    }
    purge = house.connector.retention.latest()[0]
    assert (purge.what, purge.shop, purge.by, purge.entries) == ("links", house.shop, told["by"], 3)
    assert house.connector.shops.get(house.shop).enabled is False
    assert house.parked() == {}
    assert house.connector.runs.latest(house.shop)


def test_after_forgetting_the_card_may_move(house: House, admin: Admin) -> None:
    admin("forget_links", query={"confirm": str(synchronized(house))})

    house.card(company_id=ELSEWHERE, shopify_url=OTHER_STORE)

    assert stored(house) == (OTHER_STORE, ELSEWHERE)


def test_after_forgetting_nothing_is_doubled_in_the_same_company(house: House, admin: Admin) -> None:
    admin("forget_links", query={"confirm": str(synchronized(house))})
    customers = len(house.bc.state.table("customers").rows)

    house.card(enabled=True)
    house.sync("customers", "orders")

    assert len(house.documents(5001)) == 1
    assert house.link("orders", 5001).state is LinkState.APPLIED
    assert len(house.bc.state.table("customers").rows) == customers


def test_links_are_not_forgotten_while_the_shop_is_being_synchronized(house: House, admin: Admin) -> None:
    number = synchronized(house)
    leases = house.connector.storage.tables[LEASE_TABLE]

    with held(leases, f"sync-{house.shop}", seconds=600, clock=SystemClock()):
        status, problem = admin("forget_links", query={"confirm": str(number)})

    assert (status, problem["type"]) == (409, "sync-already-running")
    assert house.link("orders", 5001).state is LinkState.APPLIED


def test_an_order_that_may_still_arrive_is_not_forgotten(house: House, admin: Admin) -> None:
    links = house.connector.links(house.shop, "orders")
    sent = house.connector.clock.now() + timedelta(days=3650)
    links.save([Link(id="5001", state=LinkState.SENDING, claimed_at=sent.isoformat())])

    _, problem = admin("forget_links", query={"confirm": "1"})

    assert problem["type"] == "outcome-unknown"
    assert house.link("orders", 5001).state is LinkState.SENDING


def test_the_links_of_a_removed_card_can_be_forgotten_and_those_of_no_card_cannot(house: House, admin: Admin) -> None:
    number = synchronized(house)
    house.connector.shops.remove(house.shop)

    status, _ = admin("forget_links", query={"confirm": str(number)})
    nobody, problem = admin("forget_links", query={"confirm": "0"}, shop="NOBODY")

    assert status == 200
    assert (nobody, problem["type"]) == (404, "shop-unknown")
    house.connector.shops.save(house.shop, {"shopify_url": OTHER_STORE})
