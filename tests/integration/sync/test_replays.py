"""Replays and dry runs of every type, and the lists of captures where something is missing."""
from __future__ import annotations

import json
from typing import Any

import pytest

from shared.errors import ConnectorError
from shared.journal.capture_list import CaptureFilter, list_captures, selection
from shared.record_types import TYPE_NAMES
from shared.sync.dry_run import DryRun
from shared.sync.replay import Replayed, plan_of_capture, replay
from tests.house import MARIE, House

NO_PHONE = MARIE | {"phone": None}


def newest(house: House, type: str, number: int) -> str:
    return house.connector.captures.of_record(house.shop, type, str(number))[0].id


def planned(house: House, type: str, number: int) -> DryRun:
    return plan_of_capture(house.connector, house.shop, type, newest(house, type, number))


def replayed(house: House, type: str, number: int, *, id: str = "") -> Replayed:
    return replay(house.connector, house.shop, type, id or newest(house, type, number), by="Claire")


def paths(plan: DryRun) -> list[tuple[str, str]]:
    return [(one.method, one.path.split("(")[0]) for one in plan.operations]


def all_of(house: House, **wanted: Any) -> CaptureFilter:
    return CaptureFilter(shop=house.shop, types=TYPE_NAMES, **wanted)


@pytest.mark.parametrize(("type", "set_up", "operation"), [
    ("customers", lambda house: house.customer(7101), ("POST", "customers")),
    ("products", lambda house: house.product(8001, "NEW-1"), ("POST", "items")),
    ("companies", lambda house: house.company(6301), ("POST", "customers")),
    ("orders", lambda house: house.order(5001), ("POST", "salesOrders")),
])
def test_a_dry_run_says_exactly_what_the_replay_then_sends(
    house: House, type: str, set_up: Any, operation: tuple[str, str],
) -> None:
    house.card(auto_create_unknown_items=True)
    number = set_up(house)
    house.sync(type)
    entity_set = {"products": "items", "companies": "customers", "orders": "salesOrders"}.get(type, type)
    link = house.link(type, number) if type != "products" else None
    made = link.bc_id if link else house.bc.control.row("items", "NEW-1")["id"]
    house.bc.control.remove(entity_set, made)
    if type == "orders":
        forget_link(house, type, number)
    house.exchanges.clear()

    plan = planned(house, type, number)
    assert paths(plan) == [operation]
    assert house.sent("Business Central") == []

    done = replayed(house, type, number)
    assert (done.result, house.sent("Shopify")) == ("created", [])
    (sent,) = house.sent("Business Central")
    assert sent == as_json(plan.operations[0].body)


def as_json(raw: Any) -> Any:
    return json.loads(bytes(raw))


def forget_link(house: House, type: str, number: int) -> None:
    house.connector.storage.tables["Links"].delete(f"{house.shop}|{type}", f"{number:020d}")


def test_a_dry_run_of_what_is_there_already_says_so(house: House) -> None:
    house.customer(7101)
    house.product(8001, "1000")
    house.order(5001)
    house.sync()

    for type, number in (("customers", 7101), ("products", 8001), ("orders", 5001)):
        plan = planned(house, type, number)  # type: ignore[arg-type]
        assert (plan.operations, plan.refused) == ([], [])
        assert "stay" in str(plan.note)


def test_a_dry_run_shows_a_conflict_and_a_changed_address(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.clock.forward(60)
    house.change("orders", 5001, shipping_address=MARIE | {"address1": "36 quai de Béthune"})
    house.sync("orders")
    before = house.connector.captures.of_record(house.shop, "orders", "5001")[1].id

    back = plan_of_capture(house.connector, house.shop, "orders", before)
    assert paths(back) == [("PATCH", "salesOrders")]
    assert as_json(back.operations[0].body)["shipToAddressLine1"] == MARIE["address1"]

    house.clock.forward(60)
    house.change("orders", 5001, line_quantities={"0": 3})
    house.sync("orders")
    assert [one.code for one in planned(house, "orders", 5001).refused] == ["order-changed-after-processing"]


def test_a_replay_never_makes_a_second_document(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    written = house.bc_writes()

    assert replayed(house, "orders", 5001).result == "unchanged"
    forget_link(house, "orders", 5001)
    assert replayed(house, "orders", 5001).result == "unchanged"

    assert len(house.documents(5001)) == 1
    assert house.bc_writes() == written
    assert len(house.connector.captures.of_record(house.shop, "orders", "5001")) == 1


def test_a_replay_that_is_refused_says_why_and_parks_the_record(house: House) -> None:
    house.order(5001, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.sync("orders")

    done = replayed(house, "orders", 5001)

    assert (done.result, done.code, done.number) == ("parked", "item-not-found", "")
    assert "LATER" in str(done.detail)
    assert house.parked()[5001].tries == 2


def test_a_replay_that_needs_a_customer_without_a_capture_writes_nothing_and_says_so(house: House) -> None:
    house.card(customer_import_from_shopify="With Order Import", auto_create_unknown_customers=False,
               default_customer_no="")
    house.customer(7101)
    house.order(5001, email="jean7101@example.fr", customer=7101, shipping_address=NO_PHONE)
    house.sync("orders")
    assert house.parked()[5001].code == "customer-missing"
    house.card(auto_create_unknown_customers=True)
    house.clock.forward(60)
    written = house.bc_writes()

    with pytest.raises(ConnectorError, match="customer 7101") as refused:
        replayed(house, "orders", 5001)

    assert (refused.value.code, house.bc_writes()) == ("not-found", written)
    newest_run = house.connector.runs.latest(house.shop)[0]
    assert (newest_run.state, newest_run.error_code) == ("failed", "not-found")


def test_a_replay_is_a_run_of_the_history_with_its_author(house: House) -> None:
    house.customer(7101)
    house.sync("customers")

    done = replayed(house, "customers", 7101)

    run = house.connector.runs.get(house.shop, done.run)
    assert (run.state, str(run.started_by), run.shopify_calls) == ("succeeded", "Claire, replay of customer 7101", 0)


def test_a_disabled_shop_and_an_environment_that_may_not_call_out_replay_nothing(house: House) -> None:
    house.customer(7101)
    house.sync("customers")
    house.card(enabled=False)
    with pytest.raises(ConnectorError, match="shop-disabled"):
        replayed(house, "customers", 7101)

    house.card(enabled=True)
    house.connector.permission.allow(False, by="test")
    try:
        with pytest.raises(ConnectorError, match="http-requests-not-allowed"):
            planned(house, "customers", 7101)
    finally:
        house.connector.permission.allow(True, by="test")


def test_captures_are_found_by_name_whatever_its_capitals_and_sign(house: House) -> None:
    house.order(5001, name="#FR1001")
    house.company(6301, name="Radium SA")
    house.sync()

    for record, id in (("#FR1001", "5001"), ("fr1001", "5001"), ("5001", "5001"), (" radium sa ", "6301")):
        found = list_captures(house.connector.captures, all_of(house, record=record)).captures
        assert [one.record_id for one in found] == [id]
    assert list_captures(house.connector.captures, all_of(house, record="1001")).captures == []


@pytest.mark.parametrize("continuation", ["x", ":", "orders:x", "orders:", "coupons:20260310100100-1f2e3d4c5b6a-0"])
def test_a_continuation_of_another_list_is_refused(house: House, continuation: str) -> None:
    with pytest.raises(ConnectorError, match="input-invalid"):
        list_captures(house.connector.captures, all_of(house), continuation)


def test_a_capture_whose_pack_is_gone_is_not_found_and_the_list_goes_on(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.clock.forward(60)
    house.order(5002)
    house.sync("orders")
    (gone,) = house.connector.captures.of_record(house.shop, "orders", "5001")
    house.connector.storage.blobs.remove("captures", [gone.blob])

    with pytest.raises(ConnectorError, match="not-found"):
        house.connector.captures.raw(house.shop, "orders", gone.id)
    with pytest.raises(ConnectorError, match="not-found"):
        house.connector.captures.payload(gone)
    found = list_captures(house.connector.captures, all_of(house)).captures
    assert [one.record_id for one in found] == ["5002"]
    assert len(selection(house.connector.captures, all_of(house))) == 1


def test_a_replay_that_cannot_know_the_shops_currency_leaves_the_price_to_the_next_run(house: House) -> None:
    house.product(8001, "NEW-1")
    house.sync("products")
    house.card(auto_create_unknown_items=True)
    house.exchanges.clear()

    done = replayed(house, "products", 8001)

    assert (done.result, done.code, house.sent("Shopify")) == ("parked", "item-price-missing", [])
    assert house.bc.control.row("items", "NEW-1")["unitPrice"] == 0

    house.clock.forward(24 * 3600)
    house.sync("products")

    assert house.bc.control.row("items", "NEW-1")["unitPrice"] == 59
    assert not house.parked()


def test_a_dry_run_creates_a_buyer_without_an_address_with_the_orders(house: House) -> None:
    house.customer(7101, addresses=[])
    house.order(5001, customer=7101, email="jean7101@example.fr", shipping_address=NO_PHONE)
    house.order(5002, customer=7101, email="jean7101@example.fr", shipping_address=None)
    house.card(auto_create_sales_documents=False)
    house.sync("customers", "orders")
    house.card(auto_create_sales_documents=True)

    plan = planned(house, "orders", 5001)
    assert paths(plan) == [("POST", "customers"), ("POST", "salesOrders")]
    assert as_json(plan.operations[0].body)["addressLine1"] == MARIE["address1"]

    (operation,) = planned(house, "orders", 5002).operations
    assert as_json(operation.body)["customerNumber"] == "C-WEB"


def test_a_contact_of_a_company_comes_in_when_an_operator_asks_for_it(house: House) -> None:
    house.customer(7003, email="buy@spalt.example")
    house.company(503, name="Spalt AG", contacts=[7003])
    house.sync("customers")

    assert paths(planned(house, "customers", 7003)) == [("POST", "customers")]
    assert replayed(house, "customers", 7003).number == "S7003"
