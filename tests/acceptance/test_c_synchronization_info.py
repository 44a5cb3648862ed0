"""Acceptance cases C: synchronization info and reset."""
from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.clock import iso
from shared.stores.synchronization_info import SynchronizationInfo
from tests.admin import Admin
from tests.house import House

pytestmark = pytest.mark.emulator

BRAZIL = {"address1": "Rua Augusta 1", "city": "São Paulo", "zip": "01304", "country_code": "BR"}
FIVE_MINUTES = 300


def last_sync_time(house: House, type: str) -> str:
    return house.connector.informations.get(house.shop, type).last_sync_time


def reset_orders(house: House) -> None:
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="Claire")


def lower_bounds(house: House) -> list[str]:
    """From when on Shopify was asked for a page of changes, run after run."""
    asked = [body["variables"] for body in house.sent("Shopify")]
    filters = [one["filter"] for one in asked if {"filter", "first"} <= one.keys()]
    return [text.split("'")[1] for text in filters]


def test_c1_without_a_row_every_customer_is_listed_and_the_row_is_created(house: House) -> None:
    house.customer(7101, updated_at="2009-05-05T08:00:00Z")
    house.customer(7102)

    run = house.sync("customers")

    assert lower_bounds(house) == ["2004-01-01T00:00:00Z"]
    assert run.counts["customers"].created == 2
    assert last_sync_time(house, "customers") == "2026-03-10T10:01:00Z"
    assert last_sync_time(house, "products") == ""


def test_c2_the_last_sync_time_is_the_start_of_a_run_and_not_its_end(house: House) -> None:
    house.customer(7101)
    house.shopify.fault("http_429", times=3, retry_after=120.0)
    house.shopify.fault("http_429", retry_after=90.0)

    run = house.run("customers")

    assert (run.started_at, run.ended_at) == ("2026-03-10T10:00:00.000000Z", "2026-03-10T10:07:30.000000Z")
    assert last_sync_time(house, "customers") == "2026-03-10T10:00:00Z"


def test_c2_what_changes_during_a_run_is_left_to_the_next_one(house: House) -> None:
    house.customer(7101)
    house.customer(7102, updated_at="2026-03-10T10:03:00Z")
    house.shopify.fault("http_429", times=4, retry_after=100.0)

    first = house.run("customers")
    second = house.sync("customers")

    assert first.counts["customers"].read == 1
    assert second.counts["customers"].created == 1
    assert house.link("customers", 7102).bc_number == "S7102"


def test_c2_a_run_that_fails_leaves_the_last_sync_time_where_it_was(house: House) -> None:
    house.sync("customers")
    house.shopify.fault("http_5xx", times=20, status=503)

    run = house.sync("customers")

    assert (run.state, run.error_code) == ("failed", "shopify-unavailable")
    assert last_sync_time(house, "customers") == "2026-03-10T10:01:00Z"


def test_c3_a_customer_that_cannot_be_written_is_parked_and_tried_again_without_a_change_in_shopify(
    house: House,
) -> None:
    house.customer(7101)
    house.customer(7102, addresses=[BRAZIL])
    house.customer(7103)

    run = house.sync("customers")

    assert (run.state, run.counts["customers"].created, run.counts["customers"].parked) == ("succeeded", 2, 1)
    assert house.link("customers", 7103).bc_number == "S7103"
    assert list(house.parked()) == [7102]
    assert house.parked()[7102].code == "country-unknown"
    assert last_sync_time(house, "customers") == "2026-03-10T10:01:00Z"

    house.bc.control.add("countriesRegions", {"code": "BR", "displayName": "Brazil"})
    house.clock.forward(FIVE_MINUTES)
    run = house.sync("customers")

    assert run.counts["customers"].created == 1
    assert house.bc.control.row("customers", "S7102")["country"] == "BR"
    assert not house.parked()


def test_c4_a_company_that_fails_does_not_keep_the_next_one_back(house: House) -> None:
    house.company(6301)
    house.company(6302, locations=[{"name": "Nowhere"}])
    house.company(6303)

    run = house.sync("companies")

    assert run.state == "succeeded"
    assert house.bc.control.row("customers", "C6301")["displayName"] == "Company 6301"
    assert house.bc.control.row("customers", "C6303")["displayName"] == "Company 6303"
    assert {number: record.code for number, record in house.parked().items()} == {6302: "customer-without-address"}
    assert last_sync_time(house, "companies") == "2026-03-10T10:01:00Z"


def test_c5_after_a_reset_the_next_run_asks_from_that_time(house: House) -> None:
    informations = house.connector.informations
    informations.save(SynchronizationInfo(
        shop=house.shop, type="customers", last_sync_time="2026-03-01T00:00:00Z"))

    informations.set_last_sync_time(house.shop, "customers", datetime(2026, 1, 1, tzinfo=UTC), by="Claire")
    house.sync("customers")

    assert lower_bounds(house) == ["2026-01-01T00:00:00Z"]
    assert last_sync_time(house, "customers") == "2026-03-10T10:01:00Z"


def test_c5_an_operator_sets_and_empties_the_time_through_the_admin_api(house: House, admin: Admin) -> None:
    admin("set_synchronization_info", {"last_sync_time": "2026-03-01T00:00:00Z"}, type="customers")

    status, shown = admin("set_synchronization_info", {"last_sync_time": "2026-01-01T01:00:00+01:00"}, type="customers")
    house.sync("customers")

    assert (status, shown["last_sync_time"], shown["changed_by"]) == (200, "2026-01-01T00:00:00Z", "admin")
    assert lower_bounds(house) == ["2026-01-01T00:00:00Z"]

    status, shown = admin("reset_synchronization_info", type="customers")
    house.sync("customers")

    assert (status, shown["last_sync_time"]) == (200, None)
    assert lower_bounds(house)[1:] == ["2004-01-01T00:00:00Z"]


@pytest.mark.parametrize("time", ["", "2026-01-01", "2999-01-01T00:00:00Z", None], ids=str)
def test_c5_a_reset_that_is_refused_or_never_sent_changes_nothing(house: House, admin: Admin, time: str | None) -> None:
    admin("set_synchronization_info", {"last_sync_time": "2026-03-01T00:00:00Z"}, type="customers")

    status, problem = admin("set_synchronization_info", {"last_sync_time": time}, type="customers")

    assert (status, problem["type"]) == (400, "input-invalid")
    assert last_sync_time(house, "customers") == "2026-03-01T00:00:00Z"


def test_c6_after_a_reset_to_empty_open_orders_are_imported_and_archived_ones_are_not(house: House) -> None:
    house.sync("orders")
    reset_orders(house)
    house.order(5001)
    house.order(5002, closed_at="2026-03-09T18:00:00Z")

    run = house.sync("orders")

    assert run.counts["orders"].read == 2
    assert len(house.documents(5001)) == 1
    assert house.documents(5002) == []
    assert not house.parked()


def test_c6_after_a_reset_to_empty_an_archived_order_that_was_known_is_imported_all_the_same(house: House) -> None:
    house.order(5002, lines=[{"sku": "LATER", "quantity": 1, "unit_price": "25.00", "tax_rate": "0.055"}])
    house.sync("orders")
    assert house.parked()[5002].code == "item-not-found"
    house.change("orders", 5002, closed=True)
    house.bc.control.change("items", "1100", {"number": "LATER"})

    reset_orders(house)
    house.sync("orders")

    assert house.document(5002)["salesOrderLines"][0]["lineObjectNumber"] == "LATER"
    assert not house.parked()


def test_c6_a_reset_to_empty_makes_no_second_document_of_an_order_that_has_one(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    written = house.bc_writes()
    house.change("orders", 5001, closed=True)

    reset_orders(house)
    run = house.sync("orders")

    assert run.counts["orders"].unchanged == 1
    assert len(house.documents(5001)) == 1
    assert house.bc_writes() == written


def test_a_reset_to_a_time_that_no_run_has_come_to_says_what_would_never_be_read_and_wants_that_confirmed(
    house: House, admin: Admin,
) -> None:
    house.order(5001)
    house.sync("orders")
    reached = house.connector.informations.get(house.shop, "orders").last_sync_time
    house.clock.forward(3600)
    house.order(5002)
    house.clock.forward(3600)
    later = iso(house.clock.now())

    status, problem = admin("set_synchronization_info", {"last_sync_time": later}, type="orders")

    assert (status, problem["type"]) == (409, "confirmation-needed")
    assert f"were read up to {reached}" in problem["detail"]
    assert later in problem["detail"]
    assert house.connector.informations.get(house.shop, "orders").last_sync_time == reached
    house.sync("orders")
    assert [len(house.documents(number)) for number in (5001, 5002)] == [1, 1]


@pytest.mark.parametrize("confirm", ["", "yes", "2026-03-10T09:00:00Z"])
def test_what_a_reset_leaves_out_is_confirmed_by_the_time_that_was_read_up_to_and_nothing_else(
    house: House, admin: Admin, confirm: str,
) -> None:
    house.customer(7001)
    house.sync("customers")
    reached = house.connector.informations.get(house.shop, "customers").last_sync_time
    house.clock.forward(3600)
    wanted = {"last_sync_time": iso(house.clock.now())}

    refused, _ = admin("set_synchronization_info", wanted, {"confirm": confirm}, type="customers")
    taken, info = admin("set_synchronization_info", wanted, {"confirm": reached}, type="customers")

    assert (refused, taken, info["last_sync_time"]) == (409, 200, wanted["last_sync_time"])


@pytest.mark.parametrize("type", ["orders", "payouts"])
def test_what_a_first_run_has_not_come_to_the_end_of_is_left_out_on_a_word_only(
    house: House, admin: Admin, type: str
) -> None:
    house.order(5001)
    house.payout(901)
    house.shopify.fault("same_cursor", operation="OrdersChanged" if type == "orders" else "PayoutsSince")
    assert house.sync(type).state == "failed"
    wanted = {"last_sync_time": iso(house.clock.now())}

    status, problem = admin("set_synchronization_info", wanted, type=type)
    taken, _ = admin("set_synchronization_info", wanted, {"confirm": "2004-01-01T00:00:00Z"}, type=type)

    assert (status, problem["type"], taken) == (409, "confirmation-needed", 200)
    assert "confirm=2004-01-01T00:00:00Z" in problem["detail"]


def test_a_reset_that_reads_again_and_a_time_before_the_first_run_need_no_word(house: House, admin: Admin) -> None:
    begin, _ = admin("set_synchronization_info", {"last_sync_time": iso(house.clock.now())}, type="orders")
    house.sync("orders")
    reached = house.connector.informations.get(house.shop, "orders").last_sync_time
    house.clock.forward(60)

    again, _ = admin("set_synchronization_info", {"last_sync_time": reached}, type="orders")
    further, _ = admin("set_synchronization_info", {"last_sync_time": "2026-01-01T00:00:00Z"}, type="orders")
    back, problem = admin("set_synchronization_info", {"last_sync_time": reached}, type="orders")

    assert (begin, again, further) == (200, 200, 200)
    assert (back, problem["type"]) == (409, "confirmation-needed"), "the earlier reset waits for its run"
