"""Harmonized system codes become tariff numbers."""
from __future__ import annotations

import pytest

from shared.business_central.plan import ItemPlan
from shared.mapping.known import ItemLink
from shared.shopify.records import InventoryItem
from shared.shops.card import SkuMapping
from shared.to_business_central.products.plan import item_plans
from shared.to_business_central.products.tariffs import tariff_number
from tests.builders import a_card, a_product, a_variant, cronus, shop_prices

SERVICE = {"item_card_service": "ItemCard"}
CREATING = {**SERVICE, "auto_create_unknown_items": True}
UPDATING = {**SERVICE, "shopify_can_update_items": True}
FIRST, SECOND = "7200000000001", "7200000000002"


def with_code(code, *, id=FIRST, sku="1000"):
    inventory = InventoryItem(id=f"gid://shopify/InventoryItem/{id}", harmonized_system_code=code)
    return a_variant(id, sku=sku, inventory_item=inventory)


def numbers(product, card, links=None):
    """The tariff number of each plan, in Shopify's order."""
    plans = item_plans(product, card, cronus(), (links or {}).get, shop_prices())
    return [plan.tariff if isinstance(plan, ItemPlan) else None for plan in plans]


@pytest.mark.parametrize(
    ("code", "number"),
    [
        pytest.param("8471.30", "847130", id="g11-point"),
        pytest.param("8471 30-00", "84713000", id="blank-and-hyphen"),
        pytest.param("847130", "847130", id="digits"),
        pytest.param(None, "", id="none"),
        pytest.param("", "", id="empty"),
        pytest.param("n/a", "", id="no-digit"),
        pytest.param("8" * 20, "8" * 20, id="as-long-as-the-field"),
        pytest.param("8" * 21, "", id="longer-than-the-field"),
    ],
)
def test_a_tariff_number_is_the_digits_of_the_code(code, number):
    assert tariff_number(with_code(code)) == number


@pytest.mark.parametrize(
    ("settings", "sku", "link", "number"),
    [
        pytest.param(CREATING, "NEW-1", None, "847130", id="new-item"),
        pytest.param(UPDATING, "1000", None, "847130", id="updates-allowed"),
        pytest.param(SERVICE, "1000", None, "", id="updates-off"),
        pytest.param(SERVICE, "1000", ItemLink("1000", tariff_owed=True), "847130", id="owed-since-it-was-new"),
        pytest.param({**CREATING, **UPDATING, "item_card_service": ""}, "NEW-1", None, "", id="no-service"),
        pytest.param(SERVICE, "NEW-1", None, None, id="refused-variant"),
    ],
)
def test_it_is_set_on_a_new_item_and_changed_where_updates_are_allowed(settings, sku, link, number):
    product = a_product(with_code("8471.30", sku=sku))

    assert numbers(product, a_card(**settings), {FIRST: link} if link else {}) == [number]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param(("8471.30", "9403.30"), ["847130", ""], id="the-first-speaks"),
        pytest.param((None, "9403.30"), ["", "940330"], id="the-first-with-a-code-speaks"),
    ],
)
def test_variants_that_share_an_item_give_it_one_number(codes, expected):
    product = a_product(with_code(codes[0], sku="RED"), with_code(codes[1], id=SECOND, sku="BLUE"))
    card = a_card(**CREATING, sku_mapping=SkuMapping.VARIANT_CODE)

    assert numbers(product, card, {FIRST: ItemLink("1001"), SECOND: ItemLink("1001")}) == ["", ""]
    assert numbers(product, a_card(**UPDATING), {FIRST: ItemLink("1001"), SECOND: ItemLink("1001")}) == expected


def test_variants_with_items_of_their_own_give_each_its_number():
    product = a_product(with_code("8471.30", sku="NEW-1"), with_code("9403.30", id=SECOND, sku="NEW-2"))

    assert numbers(product, a_card(**CREATING)) == ["847130", "940330"]
