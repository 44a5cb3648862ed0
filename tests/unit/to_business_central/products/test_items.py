"""Shopify variants become Business Central items."""
from __future__ import annotations

from decimal import Decimal

import pytest

from shared.business_central.plan import ItemPlan
from shared.mapping.known import ItemLink
from shared.shops.card import ItemTemplate, SkuMapping, VendorItem
from shared.to_business_central.products.plan import RefusedVariant, item_plans
from tests.builders import a_card, a_product, a_variant, a_variant_row, an_item_row, cronus, shop_prices

V77 = VendorItem(vendor="30000", vendor_item_no="V-77", item_no="1000")
V77_RED = VendorItem(vendor="30000", vendor_item_no="V-77-RED", item_no="1000", variant_code="RED")
CREATING = {"auto_create_unknown_items": True}
CREATED_AS = "S7200000000001"


def unlinked(variant: str) -> None:
    return None


def plans_of(product, card, known=None, link=unlinked):
    return item_plans(product, card, known or cronus(), link, shop_prices())


def plan_of(product, card, known=None, link=unlinked):
    (plan,) = plans_of(product, card, known, link)
    return plan


def found(plan) -> tuple[str, str] | None:
    return (plan.item_number, plan.variant_code) if isinstance(plan, ItemPlan) else None


@pytest.mark.parametrize(
    ("mapping", "sku", "expected"),
    [
        pytest.param(SkuMapping.ITEM_NO, "1000", ("1000", ""), id="item-no"),
        pytest.param(SkuMapping.ITEM_NO, " freight ", ("FREIGHT", ""), id="item-no-in-small-letters"),
        pytest.param(SkuMapping.ITEM_NO, "1000|RED", None, id="item-no-takes-the-sku-whole"),
        pytest.param(SkuMapping.ITEM_NO, "", None, id="item-no-without-sku"),
        pytest.param(SkuMapping.VARIANT_CODE, "red", ("1000", "RED"), id="variant-code"),
        pytest.param(SkuMapping.VARIANT_CODE, "BLUE", None, id="variant-code-unknown"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "1000|RED", ("1000", "RED"), id="g2-item-and-variant"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "1000|BLUE", None, id="g2-variant-unknown"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "1001|RED", None, id="variant-of-another-item"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "1000", ("1000", ""), id="g2-item-alone"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "1000|RED|XL", None, id="three-parts-name-nothing"),
        pytest.param(SkuMapping.VENDOR_ITEM_NO, "v-77", ("1000", ""), id="g3-vendor-item-no"),
        pytest.param(SkuMapping.VENDOR_ITEM_NO, "V-77-RED", ("1000", "RED"), id="g3-vendor-item-no-of-a-variant"),
        pytest.param(SkuMapping.VENDOR_ITEM_NO, "1000", None, id="vendor-item-no-is-not-the-item-no"),
        pytest.param(SkuMapping.BAR_CODE, "3017620422003", ("1001", ""), id="bar-code"),
        pytest.param(SkuMapping.BAR_CODE, "1001", None, id="bar-code-is-not-the-item-no"),
        pytest.param(SkuMapping.NONE, "1000", None, id="blank-maps-nothing"),
    ],
)
def test_sku_mapping_finds(mapping, sku, expected):
    card = a_card(sku_mapping=mapping, vendor_items=(V77, V77_RED))

    assert found(plan_of(a_product(a_variant(sku=sku), vendor="30000"), card)) == expected


def test_g3_the_same_number_at_another_vendor_is_not_taken():
    card = a_card(sku_mapping=SkuMapping.VENDOR_ITEM_NO, vendor_items=(V77,))

    assert found(plan_of(a_product(a_variant(sku="V-77"), vendor="40000"), card)) is None


def test_a_variant_code_that_two_items_share_decides_nothing():
    known = cronus(item_variants=(a_variant_row("1000", "RED"), a_variant_row("1001", "RED")))

    assert found(plan_of(a_product(a_variant(sku="RED")), a_card(sku_mapping=SkuMapping.VARIANT_CODE), known)) is None


def test_without_a_separator_the_sku_is_the_item_number():
    card = a_card(sku_mapping=SkuMapping.ITEM_NO_AND_VARIANT_CODE, sku_field_separator="")

    assert found(plan_of(a_product(), card)) == ("1000", "")


def test_another_separator_splits_the_sku():
    card = a_card(sku_mapping=SkuMapping.ITEM_NO_AND_VARIANT_CODE, sku_field_separator="--")

    assert found(plan_of(a_product(a_variant(sku="1000--RED")), card)) == ("1000", "RED")


@pytest.mark.parametrize(
    ("settings", "sku", "expected"),
    [
        pytest.param({"sku_mapping": SkuMapping.NONE}, "", ("1001", ""), id="g4-blank-mapping"),
        pytest.param({"sku_mapping": SkuMapping.NONE, "find_mapping_by_barcode": False}, "", None, id="g4-off"),
        pytest.param({}, "UNKNOWN", ("1001", ""), id="fallback-of-another-mapping"),
        pytest.param({}, "1000", ("1000", ""), id="sku-comes-first"),
    ],
)
def test_g4_barcode_is_the_fallback(settings, sku, expected):
    product = a_product(a_variant(sku=sku, barcode="3017620422003"))

    assert found(plan_of(product, a_card(**settings))) == expected


def test_a_link_wins_over_the_sku():
    plan = plan_of(a_product(), a_card(), link={"7200000000001": ItemLink("1001")}.get)

    assert (plan.item_id, plan.item_number) == ("id-1001", "1001")


@pytest.mark.parametrize("link", [ItemLink("GONE"), ItemLink("1001", "GONE")])
def test_a_link_to_what_was_deleted_does_not_count(link):
    plan = plan_of(a_product(), a_card(), link={"7200000000001": link}.get)

    assert found(plan) == ("1000", "")


def test_an_existing_item_variant_is_given_with_its_id():
    card = a_card(sku_mapping=SkuMapping.ITEM_NO_AND_VARIANT_CODE)

    assert plan_of(a_product(a_variant(sku="1000|RED")), card) == ItemPlan(
        shopify_variant_id="7200000000001", item_id="id-1000", item_number="1000", item={},
        variant_id="id-1000-RED", variant_code="RED", variant={})


def test_g5_a_new_item_has_number_title_price_cost_and_the_template_s_values():
    template = ItemTemplate(general_product_posting_group="retail", inventory_posting_group="resale",
                            base_unit_of_measure="pcs", item_category="LAMP", tax_group="VAT20")
    variant = a_variant(sku="NEW-1", price="59.00", cost="31.50", barcode="3017620422010")

    plan = plan_of(a_product(variant), a_card(**CREATING, item_template=template))

    assert plan == ItemPlan(shopify_variant_id="7200000000001", item_id="", item_number="NEW-1", item={
        "number": "NEW-1", "displayName": "Lampe", "itemCategoryCode": "LAMP", "type": "Inventory",
        "gtin": "3017620422010", "taxGroupCode": "VAT20", "baseUnitOfMeasureCode": "PCS",
        "generalProductPostingGroupCode": "RETAIL", "inventoryPostingGroupCode": "RESALE",
    }, prices={"unitPrice": Decimal("59.00"), "unitCost": Decimal("31.50")})


@pytest.mark.parametrize(
    ("mapping", "sku", "expected"),
    [
        pytest.param(SkuMapping.ITEM_NO, "new-1", ("NEW-1", ""), id="item-no"),
        pytest.param(SkuMapping.ITEM_NO, "N" * 20, ("N" * 20, ""), id="item-no-of-20"),
        pytest.param(SkuMapping.ITEM_NO, "N" * 21, (CREATED_AS, ""), id="sku-too-long"),
        pytest.param(SkuMapping.ITEM_NO, "bleu & co", (CREATED_AS, ""), id="sku-not-clean"),
        pytest.param(SkuMapping.ITEM_NO, None, (CREATED_AS, ""), id="no-sku"),
        pytest.param(SkuMapping.NONE, "NEW-1", (CREATED_AS, ""), id="blank"),
        pytest.param(SkuMapping.VENDOR_ITEM_NO, "V-99", (CREATED_AS, ""), id="vendor-item-no"),
        pytest.param(SkuMapping.BAR_CODE, "3017620422010", (CREATED_AS, ""), id="bar-code"),
        pytest.param(SkuMapping.VARIANT_CODE, "blue", ("S7300000000001", "BLUE"), id="variant-code-under-the-product"),
        pytest.param(SkuMapping.VARIANT_CODE, "B" * 11, (CREATED_AS, ""), id="variant-code-too-long"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "NEW|BLUE", ("NEW", "BLUE"), id="both"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "NEW", ("NEW", ""), id="first-part-only"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "NEW|" + "B" * 11, (CREATED_AS, ""), id="second-too-long"),
        pytest.param(SkuMapping.ITEM_NO_AND_VARIANT_CODE, "A|B|C", (CREATED_AS, ""), id="three-parts"),
    ],
)
def test_what_each_sku_mapping_creates(mapping, sku, expected):
    plan = plan_of(a_product(a_variant(sku=sku)), a_card(**CREATING, sku_mapping=mapping))

    assert found(plan) == expected
    assert plan.item["number"] == expected[0]
    wanted = {"itemNumber": expected[0], "code": expected[1], "description": "Default Title"} if expected[1] else {}
    assert plan.variant == wanted


@pytest.mark.parametrize(
    ("mapping", "sku", "barcode", "gtin"),
    [
        pytest.param(SkuMapping.BAR_CODE, "3017620422010", None, "3017620422010", id="the-sku-is-one"),
        pytest.param(SkuMapping.BAR_CODE, "3017620422010", "96385074", "3017620422010", id="the-sku-comes-first"),
        pytest.param(SkuMapping.BAR_CODE, "LAMP-1", "3017620422027", "3017620422027", id="the-sku-is-none"),
        pytest.param(SkuMapping.BAR_CODE, "301762042201", "3017620422027", "301762042201", id="twelve-digits"),
        pytest.param(SkuMapping.BAR_CODE, "30176204220", "96385074", "96385074", id="eleven-digits-are-none"),
        pytest.param(SkuMapping.BAR_CODE, None, "3017620422027", "3017620422027", id="no-sku"),
        pytest.param(SkuMapping.ITEM_NO, "NEW-1", "3017620422027", "3017620422027", id="item-no"),
        pytest.param(SkuMapping.VENDOR_ITEM_NO, "V-99", "3017620422027", "3017620422027", id="vendor-item-no"),
        pytest.param(SkuMapping.NONE, "3017620422010", "3017620422027", "3017620422027", id="blank"),
    ],
)
def test_a_new_item_keeps_the_barcode(mapping, sku, barcode, gtin):
    plan = plan_of(a_product(a_variant(sku=sku, barcode=barcode)), a_card(**CREATING, sku_mapping=mapping))

    assert plan.item["gtin"] == gtin


@pytest.mark.parametrize("barcode", ["12345", "ABCDEFGH", "123456789012345"])
def test_a_barcode_that_is_no_gtin_is_left_out(barcode):
    plan = plan_of(a_product(a_variant(sku="NEW-1", barcode=barcode)), a_card(**CREATING))

    assert "gtin" not in plan.item


def test_a_new_variant_of_an_existing_item_creates_the_variant_only():
    card = a_card(**CREATING, sku_mapping=SkuMapping.ITEM_NO_AND_VARIANT_CODE)

    plan = plan_of(a_product(a_variant(sku="1000|BLUE", title="Bleu")), card)

    assert (plan.item_id, plan.item) == ("id-1000", {})
    assert plan.variant == {"itemNumber": "1000", "code": "BLUE", "description": "Bleu"}


def test_a_variant_created_before_its_link_was_lost_is_not_created_again():
    known = cronus(items=(an_item_row("S7300000000001"), an_item_row("1000")),
                   item_variants=(a_variant_row("1000", "RED"), a_variant_row("S7300000000001", "RED")))

    plan = plan_of(a_product(a_variant(sku="RED")), a_card(**CREATING, sku_mapping=SkuMapping.VARIANT_CODE), known)

    assert plan == ItemPlan(
        shopify_variant_id="7200000000001", item_id="id-S7300000000001", item_number="S7300000000001", item={},
        variant_id="id-S7300000000001-RED", variant_code="RED", variant={})


def test_each_of_several_variants_is_an_item_named_after_both_titles():
    product = a_product(a_variant(1, sku="L-R", title="Rouge"), a_variant(2, sku="L-B", title="Bleu"))

    plans = plans_of(product, a_card(**CREATING))

    assert [(plan.item_number, plan.item["displayName"]) for plan in plans] == [
        ("L-R", "Lampe - Rouge"), ("L-B", "Lampe - Bleu")]


def test_item_variants_of_one_new_item_share_its_body():
    product = a_product(a_variant(1, sku="R", title="Rouge"), a_variant(2, sku="B", title="Bleu", barcode="12345678"))

    red, blue = plans_of(product, a_card(**CREATING, sku_mapping=SkuMapping.VARIANT_CODE))

    assert red.item == blue.item
    assert red.item["displayName"] == "Lampe"
    assert (red.variant_code, blue.variant_code) == ("R", "B")


def test_a_title_is_cut_to_100_characters():
    plan = plan_of(a_product(a_variant(sku="NEW-1"), title="é" * 140), a_card(**CREATING))

    assert plan.item["displayName"] == "é" * 100


@pytest.mark.parametrize(
    ("allowed", "title", "expected"),
    [
        pytest.param(True, "Lampe", {"displayName": "Lampe"}, id="g7-new-title"),
        pytest.param(True, "Item 1000", {}, id="same-title"),
        pytest.param(True, "é" * 140, {"displayName": "é" * 100}, id="a-long-title-is-cut"),
        pytest.param(False, "Lampe", {}, id="not-allowed"),
    ],
)
def test_g7_an_existing_item_takes_a_new_title_but_never_the_price(allowed, title, expected):
    product = a_product(a_variant(price="61.00", cost="1.00"), title=title)

    assert plan_of(product, a_card(shopify_can_update_items=allowed)).item == expected


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="g8-creation-off"),
        pytest.param(CREATING | {"item_template": ItemTemplate()}, id="no-template"),
        pytest.param(CREATING | {"item_template": ItemTemplate(general_product_posting_group="RETAIL",
                                                                inventory_posting_group="RESALE")}, id="no-unit"),
    ],
)
def test_g8_item_not_found_names_the_sku_and_both_settings(settings):
    refused = plan_of(a_product(a_variant(sku="NEW-1")), a_card(**settings))

    assert isinstance(refused, RefusedVariant)
    assert refused.shopify_variant_id == "7200000000001"
    assert refused.reason.code == "item-not-found"
    assert refused.reason.record == "variant 7200000000001 of Lampe"
    for named in ("SKU NEW-1", "Auto Create Unknown Items", "Item Template"):
        assert named in refused.reason.detail


def test_one_refused_variant_does_not_stop_the_others():
    product = a_product(a_variant(1, sku="NEW-1"), a_variant(2, sku="1000"))

    refused, plan = plans_of(product, a_card())

    assert isinstance(refused, RefusedVariant)
    assert plan.item_number == "1000"


def test_g10_a_gift_card_product_is_no_item():
    assert plans_of(a_product(is_gift_card=True), a_card(**CREATING)) == ()
