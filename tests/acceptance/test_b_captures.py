"""Acceptance cases B: data captures, through the admin API."""
from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import Any

import msgspec
import pytest

from tests.admin import Admin
from tests.house import House

pytestmark = pytest.mark.emulator


def listed(admin: Admin, **query: str) -> list[dict[str, Any]]:
    status, page = admin("list_data_captures", query=query)
    assert status == 200, page
    captures: list[dict[str, Any]] = page["captures"]
    return captures


def test_b1_with_logging_disabled_an_order_is_captured_with_each_line_charge_transaction_and_fulfilment(
    house: House, admin: Admin,
) -> None:
    house.card(logging_mode="Disabled")
    house.order(5001, [{"sku": "1000", "quantity": 2, "unit_price": "120.00"},
                       {"sku": "1001", "quantity": 1, "unit_price": "10.55"}],
                shipping=[{"title": "Express", "price": "12.00"}], fulfilled=True)

    house.sync("orders")

    (capture,) = listed(admin, record="5001")
    _, parts = admin("list_data_capture_parts", type="orders", id=capture["id"])
    assert (capture["type"], capture["record_id"], capture["name"]) == ("orders", "5001", "#5001")
    kinds = Counter(part["type"] for part in parts)
    assert kinds.items() >= {"LineItem": 2, "ShippingLine": 1, "OrderTransaction": 1, "Fulfillment": 1,
                             "FulfillmentOrder": 1, "FulfillmentOrderLineItem": 2}.items()
    for part in parts:
        status, shown = admin("get_data_capture", type="orders", id=capture["id"],
                              query={"part": f"{part['type']}/{part['id']}"})
        assert (status, shown["id"]) == (200, f"gid://shopify/{part['type']}/{part['id']}")


def test_b2_an_order_read_twice_unchanged_has_one_capture_and_with_a_note_two(house: House, admin: Admin) -> None:
    house.order(5001)
    house.sync("orders")
    house.sync("orders")
    assert len(listed(admin, record="5001")) == 1

    house.clock.forward(60)
    house.change("orders", 5001, note="Merci")
    house.sync("orders")

    assert len(listed(admin, record="5001")) == 2


def test_b3_contents_a_b_a_in_turn_are_three_captures(house: House, admin: Admin) -> None:
    house.customer(7101, updated_at="2026-03-10T10:00:00Z")
    for note in (None, "B", None):
        house.change("customers", 7101, note=note, updated_at="2026-03-10T10:00:00Z")
        house.sync("customers")

    captures = listed(admin, record="7101")

    assert len(captures) == 3
    newest, second, oldest = (admin("get_data_capture", type="customers", id=one["id"])[1] for one in captures)
    assert newest == oldest != second


def test_b5_a_payout_that_was_scheduled_and_then_paid_has_two_captures_the_newest_first(
    house: House, admin: Admin,
) -> None:
    house.payout(7001, status="SCHEDULED")
    house.sync("payouts")
    house.sync("payouts")
    house.change("payouts", 7001, status="PAID")
    house.sync("payouts")

    captures = listed(admin, record="7001", type="payouts")

    shown = [admin("get_data_capture", type="payouts", id=one["id"])[1] for one in captures]
    assert [one["status"] for one in shown] == ["PAID", "SCHEDULED"]
    assert [one["id"] for one in shown[0]["balanceTransactions"]] == [
        "gid://shopify/ShopifyPaymentsBalanceTransaction/7001000"]
    _, parts = admin("list_data_capture_parts", type="payouts", id=captures[0]["id"])
    assert [(one["type"], one["id"]) for one in parts] == [("ShopifyPaymentsBalanceTransaction", "7001000")]


def test_b6_every_record_that_is_read_has_a_capture(house: House, admin: Admin) -> None:
    house.customer(7101)
    house.product(8001, "1000")
    house.company(6301)
    house.dispute(9001)

    house.sync()

    assert {(one["type"], one["record_id"]) for one in listed(admin)} == {
        ("customers", "7101"), ("products", "8001"), ("companies", "6301"), ("disputes", "9001"),
    }


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_payout_cannot_be_replayed_since_it_does_not_go_to_business_central(
    house: House, admin: Admin, dry_run: bool,
) -> None:
    house.payout(7001)
    house.sync("payouts")
    (capture,) = listed(admin, type="payouts")

    status, problem = admin("replay_data_capture", {"dry_run": dry_run}, type="payouts", id=capture["id"])

    assert (status, problem["type"]) == (400, "input-invalid")
    assert "payouts do not go to Business Central" in problem["detail"]


def test_b7_a_capture_is_shown_indented_and_downloaded_as_sent_with_every_digit(
    house: House, admin: Admin,
) -> None:
    house.order(7200000000001, [{"sku": "1000", "quantity": 1, "unit_price": "12.30"}])
    house.sync("orders")
    (capture,) = listed(admin, record="7200000000001")

    shown = admin.raw("get_data_capture", type="orders", id=capture["id"])
    saved = admin.raw("download_data_capture", type="orders", id=capture["id"])

    assert b'\n  "id": "gid://shopify/Order/7200000000001",\n' in shown.get_body()
    assert msgspec.json.format(shown.get_body(), indent=-1) == saved.get_body()
    assert saved.headers["Content-Disposition"] == (
        f'attachment; filename="Orders_7200000000001_{capture["id"]}.json"')
    sent = [e.response for e in house.exchanges if e.direction == "Shopify" and "7200000000001" in e.response]
    assert saved.get_body().decode() in sent[0]


def test_b8_an_order_parked_for_an_unknown_item_is_replayed_after_the_repair_without_asking_shopify(
    house: House, admin: Admin,
) -> None:
    house.order(5001, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00", "tax_rate": "0.055"}])
    house.sync("orders")
    assert house.parked()[5001].code == "item-not-found"
    house.bc.control.change("items", "1100", {"number": "LATER"})
    (capture,) = listed(admin, record="#5001")
    asked = house.shopify.stats.calls

    status, replayed = admin("replay_data_capture", type="orders", id=capture["id"])

    assert (status, replayed["result"], replayed["number"]) == (200, "created", house.document(5001)["number"])
    assert house.shopify.stats.calls == asked
    assert house.parked() == {}
    assert len(listed(admin, record="5001")) == 1
    assert house.sync("orders").bc_writes == 0


def test_b8_a_dry_run_shows_the_operations_and_writes_nothing(house: House, admin: Admin) -> None:
    house.card(customer_import_from_shopify="With Order Import")
    house.customer(7101)
    house.order(5001, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00", "tax_rate": "0.055"}],
                email="jean7101@example.fr", customer=7101, shipping_address=None, billing_address=None)
    house.sync("customers", "orders")
    house.bc.control.remove("customers", "S7101")
    (capture,) = listed(admin, record="#5001")
    path = {"type": "orders", "id": capture["id"]}
    status, plan = admin("replay_data_capture", {"dry_run": True}, **path)
    assert (status, plan["result"], plan["refused"][0]["code"]) == (200, "parked", "item-not-found")
    house.bc.control.change("items", "1100", {"number": "LATER"})
    written, parked = house.bc_writes(), house.parked()

    status, plan = admin("replay_data_capture", {"dry_run": True}, **path)

    assert [(one["method"], one["path"]) for one in plan["operations"]] == [
        ("POST", "customers"), ("POST", "salesOrders"),
    ]
    customer, order = (one["body"] for one in plan["operations"])
    assert customer["number"] == order["customerNumber"] == "S7101"
    assert order["salesOrderLines"][0]["lineObjectNumber"] == "LATER"
    assert (house.bc_writes(), house.parked()) == (written, parked)

    admin("replay_data_capture", {"dry_run": False}, **path)
    assert house.document(5001)["customerNumber"] == "S7101"


def test_a_replay_does_not_start_while_the_shop_is_being_synchronized(house: House, admin: Admin) -> None:
    house.order(5001)
    house.sync("orders")
    (capture,) = listed(admin, record="5001")
    house.connector.storage.tables["Leases"].put({
        "PartitionKey": f"sync-{house.shop}", "RowKey": "lease", "owner": "other", "until": "2999-01-01T00:00:00Z",
    })

    status, problem = admin("replay_data_capture", type="orders", id=capture["id"])

    assert (status, problem["type"]) == (409, "sync-already-running")


def test_two_captures_of_an_order_are_compared_path_by_path(house: House, admin: Admin) -> None:
    house.order(5001)
    house.sync("orders")
    house.clock.forward(60)
    house.change("orders", 5001, note="Merci", line_quantities={"0": 3})
    house.sync("orders")
    after, before = (one["id"] for one in listed(admin, record="5001"))

    status, compared = admin("compare_data_captures", type="orders", id=after)

    assert (status, compared["before"], compared["after"]) == (200, before, after)
    found = {one["path"]: (one["change"], one["before"], one["after"]) for one in compared["differences"]}
    assert found["note"] == ("changed", None, "Merci")
    (quantity,) = (path for path in found if path.endswith(".currentQuantity"))
    assert quantity.startswith("lineItems.nodes[LineItem/")
    assert found[quantity] == ("changed", 2, 3)
    assert admin("compare_data_captures", type="orders", id=before)[1]["type"] == "not-found"
    assert admin("compare_data_captures", type="orders", id=before, query={"with": after})[0] == 200


def test_captures_of_a_time_come_newest_first_fifty_a_page_over_types_and_packs(house: House, admin: Admin) -> None:
    for number in range(7001, 7061):
        house.customer(number)
    house.sync("customers")
    for number in range(5001, 5031):
        house.order(number)
    house.sync("orders")

    _, first = admin("list_data_captures")
    _, second = admin("list_data_captures", query={"continuation": first["continuation"]})

    assert (len(first["captures"]), len(second["captures"]), second["continuation"]) == (50, 40, None)
    everything = first["captures"] + second["captures"]
    assert [one["type"] for one in everything] == ["orders"] * 30 + ["customers"] * 60
    assert len({(one["type"], one["record_id"]) for one in everything}) == 90
    assert len(listed(admin, type="orders")) == 30
    assert len(listed(admin, **{"from": "2026-03-10T10:02:00Z"})) == 30
    assert listed(admin, to="2026-03-10T10:00:59Z") == []


def test_a_selection_is_downloaded_as_one_compressed_file_of_lines(house: House, admin: Admin) -> None:
    house.order(5001)
    house.order(5002)
    house.customer(7101)
    house.sync()

    answer = admin.raw("download_data_captures", query={"type": "orders"})

    lines = gzip.decompress(answer.get_body()).split(b"\n")
    assert sorted(json.loads(line)["name"] for line in lines) == ["#5001", "#5002"]
    assert answer.headers["Content-Disposition"].endswith('.jsonl.gz"')
