"""Acceptance cases C8 and C9, and what a full reset restores: deleted in Business Central, created again."""
from __future__ import annotations

from typing import Any

import pytest

from shared.stores.links import LinkState
from tests.house import MARIE, House

pytestmark = pytest.mark.emulator

TYPES = ("products", "customers", "orders")


def reset(house: House, *types: str) -> None:
    for type in types:
        house.connector.informations.set_last_sync_time(house.shop, type, None, by="Claire")


def rows(house: House, entity_set: str) -> list[dict[str, Any]]:
    return list(house.bc.state.table(entity_set).rows.values())


def reads(house: House) -> int:
    return sum(e.direction == "Business Central" and e.method == "GET" for e in house.exchanges)


def test_c8_a_full_reset_over_500_unchanged_customers_reads_500_and_writes_nothing(house: House) -> None:
    for number in range(7001, 7501):
        house.customer(number)
    house.sync("customers")
    written, before = house.bc_writes(), reads(house)

    reset(house, "customers")
    run = house.sync("customers")

    assert (run.counts["customers"].read, run.counts["customers"].unchanged) == (500, 500)
    assert house.bc_writes() == written
    assert reads(house) - before <= 5


def test_c9_a_matched_customer_deleted_in_bc_is_created_again_and_linked_anew(house: House) -> None:
    house.customer(7101, email="marie@example.fr")
    house.sync("customers")
    assert house.link("customers", 7101).bc_number == "C00010"
    house.bc.control.remove("customers", "C00010")

    reset(house, "customers")
    run = house.sync("customers")

    assert run.counts["customers"].created == 1
    assert house.bc.control.row("customers", "S7101")["email"] == "marie@example.fr"
    assert house.link("customers", 7101).bc_number == "S7101"


def test_c9_without_a_reset_nothing_is_created_again(house: House) -> None:
    house.customer(7101)
    house.sync("customers")
    house.bc.control.remove("customers", "S7101")

    run = house.sync("customers")

    assert run.bc_writes == 0
    with pytest.raises(KeyError):
        house.bc.control.row("customers", "S7101")


def test_c9_a_customer_who_came_with_an_order_is_restored_although_others_are_not_imported(house: House) -> None:
    house.card(customer_import_from_shopify="With Order Import")
    house.customer(7101)
    house.customer(7102)
    house.order(5001, email="jean7101@example.fr", customer=7101, shipping_address=MARIE | {"phone": None})
    house.sync(*TYPES)
    assert house.link("customers", 7101).bc_number == "S7101"
    house.bc.control.remove("salesOrders", house.document(5001)["id"])
    house.bc.control.remove("customers", "S7101")

    reset(house, "customers")
    house.sync("customers")

    assert house.bc.control.row("customers", "S7101")["email"] == "jean7101@example.fr"
    assert house.link("customers", 7102).state is LinkState.LEFT_OUT


def test_after_a_reset_of_three_types_what_was_deleted_is_back_and_nothing_is_doubled_or_written_twice(
    house: House,
) -> None:
    house.card(auto_create_unknown_items=True)
    for n in range(12):
        house.product(8000 + n, f"SKU-{n:02}")
        house.customer(7000 + n)
        house.order(5000 + n, [{"sku": f"SKU-{n:02}", "quantity": 1, "unit_price": "59.00"}],
                    email=f"jean{7000 + n}@example.fr", customer=7000 + n)
    house.sync(*TYPES)
    assert house.parked() == {}
    before = {name: len(rows(house, name)) for name in ("items", "customers", "salesOrders")}
    for n in range(5):
        house.bc.control.remove("salesOrders", house.document(5000 + n)["id"])
        house.bc.control.remove("customers", f"S{7000 + n}")
        house.bc.control.remove("items", f"SKU-{n:02}")

    reset(house, *TYPES)
    run = house.sync(*TYPES)

    assert [(run.counts[type].created, run.counts[type].unchanged) for type in TYPES] == [(5, 7)] * 3
    assert run.bc_writes == 15
    assert {name: len(rows(house, name)) for name in before} == before
    for n in range(12):
        assert house.document(5000 + n)["customerNumber"] == f"S{7000 + n}"
        assert house.lines(5000 + n, "lineObjectNumber") == [(f"SKU-{n:02}",)]
    assert house.parked() == {}


def test_links_of_orders_are_checked_many_at_once(house: House) -> None:
    for number in range(5000, 5100):
        house.order(number)
    house.sync("orders")
    before = reads(house)

    reset(house, "orders")
    run = house.sync("orders")

    assert (run.counts["orders"].unchanged, run.bc_writes) == (100, 0)
    assert reads(house) - before <= 8


def test_a_posted_order_is_not_taken_for_a_deleted_one(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    order = house.document(5001)
    house.bc.control.remove("salesOrders", order["id"])
    house.bc.control.add("salesInvoices", {
        "id": order["id"], "number": "SI1", "externalDocumentNumber": "SHP-5001", "customerNumber": "C00010",
    })

    reset(house, "orders")
    run = house.sync("orders")

    assert (run.counts["orders"].unchanged, run.bc_writes) == (1, 0)
    assert house.documents(5001) == []


def test_the_item_of_one_variant_comes_back_and_the_other_stays_as_it_is(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    house.product(8001, "RED", variant={"price": "10.00"})
    house.shopify.shop_state.put("products", {"id": 8002, "title": "Two", "variants": [
        {"sku": "BLUE", "price": "10.00", "options": {"Colour": "Blue"}},
        {"sku": "GREEN", "price": "11.00", "options": {"Colour": "Green"}},
    ]})
    house.sync("products")
    blue = house.bc.control.row("items", "BLUE")["id"]
    house.bc.control.remove("items", "GREEN")

    reset(house, "products")
    run = house.sync("products")

    assert (run.counts["products"].created, run.bc_writes) == (1, 1)
    assert house.bc.control.row("items", "BLUE")["id"] == blue
    assert house.bc.control.row("items", "GREEN")["unitPrice"] == 11


def test_an_item_that_may_not_be_created_again_is_parked_with_the_reason(house: House) -> None:
    house.product(8001, "1001")
    house.sync("products")
    house.bc.control.remove("items", "1001")

    reset(house, "products")
    house.sync("products")

    assert house.parked()[8001].code == "item-not-found"


def test_an_order_in_conflict_is_made_anew_once_its_document_is_deleted_and_it_is_retried(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.clock.forward(60)
    house.change("orders", 5001, line_quantities={"0": 3})
    house.sync("orders")
    assert house.parked()[5001].code == "order-changed-after-processing"

    house.bc.control.remove("salesOrders", house.document(5001)["id"])
    house.connector.skipped.make_due(house.shop, "orders", "5001", house.clock.now())
    house.sync("orders")

    assert house.lines(5001, "quantity") == [(3,)]
    assert house.parked() == {}
