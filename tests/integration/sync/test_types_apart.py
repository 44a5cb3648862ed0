"""A type of which nothing can be read: those that need it wait, the others go on, and the run says which it was."""
from __future__ import annotations

from typing import Any

import pytest

from local.business_central.faults import Fault
from shared.exchange import Exchange
from shared.record_types import TYPE_NAMES
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import House

NUMBERS = {"products": 4001, "customers": 7001, "companies": 501, "orders": 5001, "payouts": 901, "disputes": 951}
LISTS = {"products": "ProductsChanged", "customers": "CustomersChanged", "companies": "CompaniesChanged",
         "orders": "OrdersChanged", "payouts": "PayoutsSince", "disputes": "DisputesSince"}
GO_ON = {
    "products": ["customers", "companies", "payouts", "disputes"],
    "customers": ["products", "payouts", "disputes"],
    "companies": ["products", "customers", "payouts", "disputes"],
    "orders": ["products", "customers", "companies", "payouts", "disputes"],
    "payouts": ["products", "customers", "companies", "orders", "disputes"],
    "disputes": ["products", "customers", "companies", "orders", "payouts"],
}


@pytest.fixture
def shop(house: House) -> House:
    """One record of each type."""
    house.product(NUMBERS["products"], "1000")
    house.customer(NUMBERS["customers"])
    house.company(NUMBERS["companies"])
    house.order(NUMBERS["orders"])
    house.payout(NUMBERS["payouts"])
    house.dispute(NUMBERS["disputes"])
    return house


def came(run: SyncRun) -> list[str]:
    return [type for type in TYPE_NAMES if type in run.counts and run.counts[type].read]


@pytest.mark.parametrize("type", TYPE_NAMES)
def test_what_does_not_need_a_type_whose_list_leads_nowhere_goes_on(shop: House, type: str) -> None:
    shop.shopify.fault("same_cursor", operation=LISTS[type])

    run = shop.sync()

    assert (run.state, run.error_code) == ("failed", "record-unreadable")
    assert f"Shopify's next page of {type}" in str(run.error_detail)
    assert [one for one in came(run) if one != type] == GO_ON[type]
    outcomes = {one: shop.connector.informations.get(shop.shop, one).last_outcome for one in GO_ON[type]}
    assert outcomes == dict.fromkeys(GO_ON[type], "succeeded")

    shop.shopify.clear_faults()
    shop.clock.forward(7200)

    assert (shop.run().state, len(shop.documents(NUMBERS["orders"])), shop.parked()) == ("succeeded", 1, {})


@pytest.mark.parametrize(("scope", "going_on"), [
    ("read_products", ["customers", "companies", "payouts", "disputes"]),
    ("read_orders", ["products", "customers", "companies", "payouts", "disputes"]),
])
def test_a_lost_scope_stops_what_it_opens_and_what_needs_that(shop: House, scope: str, going_on: list[str]) -> None:
    shop.shopify.fault("missing_scope", scope=scope)

    run = shop.sync()

    assert (run.state, run.error_code, came(run)) == ("failed", "access-scope-changed", going_on)
    assert scope in str(run.error_detail)


def test_of_two_types_that_cannot_be_read_the_run_names_the_first(shop: House) -> None:
    shop.shopify.fault("same_cursor", operation=LISTS["payouts"])
    shop.shopify.fault("same_cursor", operation=LISTS["customers"])

    run = shop.sync()

    assert "Shopify's next page of customers" in str(run.error_detail)
    infos = {type: shop.connector.informations.get(shop.shop, type).last_outcome for type in ("customers", "payouts")}
    assert infos == {"customers": "record-unreadable", "payouts": "record-unreadable"}


def test_announced_products_that_are_denied_keep_no_announced_customer_waiting(shop: House) -> None:
    shop.sync()
    shop.shopify.fault("missing_scope", scope="read_products")
    for type in ("products", "customers", "orders"):
        shop.change(type, NUMBERS[type], tags=["new"])
        shop.connector.changed.add(shop.shop, type, str(NUMBERS[type]), f"{type}/update")

    run = run_sync(shop.connector, SyncJob(shop=shop.shop, started_by="webhook", only_changed=True))

    assert run is not None
    assert (run.state, came(run)) == ("failed", ["customers"])
    left = [type for type in ("products", "customers", "orders") if shop.connector.changed.of(shop.shop, type)]
    assert left == ["products", "orders"], "they are read when the scope is back"


@pytest.mark.parametrize(("fault", "options"), [("http_5xx", {"status": 503}), ("drop_connection", {})])
def test_a_shopify_that_answers_nothing_is_not_asked_for_type_after_type(
    shop: House, fault: str, options: dict[str, Any]
) -> None:
    asked = list[str]()

    def goes_dead(exchange: Exchange) -> None:
        asked.append(exchange.request)
        if "query ProductsChanged" in exchange.request:
            shop.shopify.fault(fault, times=1000, **options)

    shop.shopify.fault("internal_error", record=f"Product/{NUMBERS['products']}")
    shop.connector = shop.connector._replace(observe=goes_dead)

    run = shop.sync()

    assert (run.state, run.error_code, came(run)) == ("failed", "shopify-unavailable", [])
    assert not any("query CustomersChanged" in request for request in asked)


def test_a_business_central_that_refuses_us_ends_the_run(shop: House) -> None:
    shop.bc.faults.add(Fault("forbidden", method="GET", entity="items", times=None))

    run = shop.sync()

    assert (run.state, run.error_code) == ("failed", "bc-unauthorized")
    assert not {"customers", "payouts"} & set(came(run))
