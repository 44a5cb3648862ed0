"""Acceptance cases G: products and items. G11 (tariff number) has a file of its own."""
from __future__ import annotations

from decimal import Decimal

import pytest

from local.business_central.control import add_rows
from tests.house import House

VARIANT = 8200000001001
"""The first variant of product 8200000001, in the numbering of the simulated shop."""

PRODUCT = 8200000001
FIVE_MINUTES = 300


def items(house: House) -> int:
    """How many items Business Central has."""
    return house.bc.control.totals()["items"]


def item_line(house: House, number: int) -> tuple[str, str]:
    """Item number and variant code of the first line of an order's document."""
    line = house.document(number)["salesOrderLines"][0]
    variants = house.bc.state.rows("itemVariants")
    codes = {variant["id"]: variant["code"] for variant in variants}
    return line["lineObjectNumber"], codes.get(line["itemVariantId"], "")


def linked_to(house: House) -> tuple[str, str]:
    """Item number and variant code that the first variant is linked to."""
    link = house.link("items", VARIANT)
    return link.bc_number, link.bc_variant


@pytest.mark.parametrize("sku", ["1000|RED", "1000|red"])
def test_g2_item_no_and_variant_code_are_the_two_parts_of_the_sku(house: House, sku: str) -> None:
    add_rows(house.bc.control, {"itemVariants": [{"itemNumber": "1000", "code": "RED", "description": "Red desk"}]})
    house.card(sku_mapping="Item No. + Variant Code", sku_field_separator="|")
    house.product(PRODUCT, sku)
    house.order(5001, lines=[{"sku": sku, "quantity": 1, "unit_price": "120.00"}])

    house.sync()

    assert linked_to(house) == ("1000", "RED")
    assert item_line(house, 5001) == ("1000", "RED")
    assert not house.parked()


def test_g2_a_variant_code_that_the_item_does_not_have_is_not_mapped(house: House) -> None:
    add_rows(house.bc.control, {"itemVariants": [{"itemNumber": "1001", "code": "BLUE"}]})
    house.card(sku_mapping="Item No. + Variant Code", sku_field_separator="|")
    house.product(PRODUCT, "1000|BLUE")
    house.order(5001, lines=[{"sku": "1000|BLUE", "quantity": 1, "unit_price": "120.00"}])

    house.sync()

    assert linked_to(house) == ("", "")
    assert {number: record.code for number, record in house.parked().items()} == {
        PRODUCT: "item-not-found", 5001: "item-not-found"}
    assert house.documents(5001) == []


@pytest.mark.parametrize(("vendor", "item"), [("30000", "1001"), ("40000", "")])
def test_g3_a_vendor_item_no_is_an_item_only_together_with_its_vendor(house: House, vendor: str, item: str) -> None:
    house.card(sku_mapping="Vendor Item No.",
               vendor_items=[{"vendor": "30000", "vendor_item_no": "V-77", "item_no": "1001"}])
    house.product(PRODUCT, "V-77", vendor=vendor)
    house.order(5001, lines=[{"sku": "V-77", "quantity": 1, "unit_price": "10.55", "tax_rate": "0.055"}])

    house.sync()

    assert linked_to(house) == (item, "")
    assert [item_line(house, 5001)] == [("1001", "")] if item else house.documents(5001) == []
    assert sorted(house.parked()) == ([] if item else [5001, PRODUCT])


def test_g4_with_a_blank_mapping_the_barcode_finds_the_item(house: House) -> None:
    house.card(sku_mapping="", find_mapping_by_barcode=True)
    house.product(PRODUCT, "SPREAD", variant={"barcode": "3017620422003"})
    house.order(5001, lines=[{"sku": "SPREAD", "quantity": 1, "unit_price": "10.55", "tax_rate": "0.055"}])

    house.sync()

    assert linked_to(house) == ("1001", "")
    assert item_line(house, 5001) == ("1001", "")


def test_g4_with_find_mapping_by_barcode_off_the_variant_stays_unmapped(house: House) -> None:
    house.card(sku_mapping="", find_mapping_by_barcode=False)
    house.product(PRODUCT, "SPREAD", variant={"barcode": "3017620422003"})

    house.sync("products")

    assert linked_to(house) == ("", "")
    assert house.parked()[PRODUCT].code == "item-not-found"


def test_g5_an_unknown_sku_becomes_an_item_with_its_title_price_cost_and_the_templates_groups(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    before = items(house)
    house.product(PRODUCT, "NEW-1", title="Lampe", variant={"price": "59.00", "cost": "31.50"})

    run = house.sync("products")
    house.sync("products")

    created = house.bc.control.row("items", "NEW-1")
    assert created["displayName"] == "Lampe"
    assert (created["unitPrice"], created["unitCost"]) == (Decimal("59.00"), Decimal("31.50"))
    groups = ("generalProductPostingGroupCode", "inventoryPostingGroupCode", "baseUnitOfMeasureCode")
    assert [created[group] for group in groups] == ["RETAIL", "RESALE", "PCS"]
    assert run.counts["products"].items_created == 1
    assert items(house) == before + 1
    assert linked_to(house) == ("NEW-1", "")


def test_g5_the_created_item_can_be_sold(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    house.product(PRODUCT, "NEW-1", title="Lampe")
    house.order(5001, lines=[{"sku": "NEW-1", "quantity": 1, "unit_price": "59.00"}])

    house.sync()

    assert item_line(house, 5001) == ("NEW-1", "")
    assert house.total(5001) == Decimal("59.00")


@pytest.mark.parametrize(("allowed", "title"), [(True, "Grande lampe"), (False, "Lampe")])
def test_g7_an_existing_items_price_stays_and_its_title_follows_if_updates_are_allowed(
    house: House, allowed: bool, title: str,
) -> None:
    house.card(auto_create_unknown_items=True, shopify_can_update_items=allowed)
    house.product(PRODUCT, "NEW-1", title="Lampe", variant={"price": "59.00"})
    house.sync("products")

    house.change("products", PRODUCT, title="Grande lampe", variants=[{"sku": "NEW-1", "price": "61.00"}])
    house.sync("products")

    item = house.bc.control.row("items", "NEW-1")
    assert (item["unitPrice"], item["displayName"]) == (Decimal("59.00"), title)
    assert house.sent("Business Central", "PATCH") == ([{"displayName": title}] if allowed else [])


def test_g8_with_creation_off_the_refusal_names_the_sku_and_both_settings(house: House) -> None:
    house.card(auto_create_unknown_items=False)
    before = items(house)
    house.product(PRODUCT, "NEW-1")

    house.sync("products")

    skipped = house.parked()[PRODUCT]
    assert skipped.code == "item-not-found"
    assert "SKU NEW-1" in skipped.detail
    assert "SKU Mapping Item No." in skipped.detail
    assert "Auto Create Unknown Items" in skipped.detail
    assert items(house) == before


@pytest.mark.parametrize("repair", ["switch creation on", "add the item by hand"])
def test_g8_after_success_the_error_clears(house: House, repair: str) -> None:
    house.product(PRODUCT, "NEW-1")
    house.sync("products")
    assert list(house.parked()) == [PRODUCT]

    if repair == "switch creation on":
        house.card(auto_create_unknown_items=True)
    else:
        add_rows(house.bc.control, {"items": [{"number": "NEW-1", "displayName": "Lampe"}]})
    house.clock.forward(FIVE_MINUTES)
    house.sync("products")

    assert linked_to(house) == ("NEW-1", "")
    assert not house.parked()


def test_g8_one_unknown_variant_does_not_keep_the_others_of_its_product_back(house: House) -> None:
    house.product(PRODUCT, "", variants=[{"sku": "NEW-1"}, {"sku": "1000"}, {"sku": "NEW-2"}])

    house.sync("products")

    assert house.link("items", VARIANT + 1).bc_number == "1000"
    skipped = house.parked()[PRODUCT]
    assert "NEW-1" in skipped.detail
    assert "NEW-2" in skipped.detail


def test_g10_a_gift_card_product_is_never_listed(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    before = items(house)
    house.product(PRODUCT, "GIFT-50", gift_card=True)
    house.product(8200000002, "NEW-1")

    run = house.sync("products")

    assert run.counts["products"].read == 1
    assert house.connector.captures.of_record(house.shop, "products", str(PRODUCT)) == []
    assert items(house) == before + 1


