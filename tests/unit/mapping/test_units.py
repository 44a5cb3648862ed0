"""In which unit of measure the variants of a product are sold."""
from __future__ import annotations

import pytest

from shared.business_central.plan import ItemPlan
from shared.mapping.known import ItemLink
from shared.shopify.records import SelectedOption
from shared.shops.card import SkuMapping
from shared.to_business_central.products.plan import item_plans
from tests.builders import a_card, a_product, a_variant, an_item_row, cronus, shop_prices

BY_UNIT = {"uom_as_variant": True, "variant_option_name_for_uom": "Unit"}


def the_product(*variants):
    """Variants of SKU 1000 as (option name, value), or with a SKU of their own."""
    nodes = [
        a_variant(number, sku=(more or ("1000",))[0], title=value,
                  selected_options=[SelectedOption(name=option, value=value)])
        for number, (option, value, *more) in enumerate(variants, start=1)]
    return a_product(*nodes, title="Desk")


def plans_of(product, links=None, **settings):
    items = (an_item_row("1000", base_unit_of_measure_code="PCS"), an_item_row("1001", base_unit_of_measure_code="KG"))
    known = cronus(items=items, units=frozenset({"PCS", "BOX", "KG", "L"}))
    plans = item_plans(product, a_card(**settings), known, (links or {}).get, shop_prices())
    assert all(isinstance(plan, ItemPlan) for plan in plans)
    return plans


@pytest.mark.parametrize(
    ("settings", "variants", "units"),
    [
        pytest.param(BY_UNIT, [("Unit", "PCS"), ("Unit", "BOX")], ["PCS", "BOX"], id="pieces-and-boxes"),
        pytest.param(BY_UNIT, [("unit", "box")], ["BOX"], id="in-whatever-capitals"),
        pytest.param(BY_UNIT, [("Colour", "BOX"), ("Colour", "Red")], ["", ""], id="another-option"),
        pytest.param({"uom_as_variant": True}, [("Unit of Measure", "KG")], ["KG"], id="microsofts-name"),
        pytest.param({"variant_option_name_for_uom": "Unit"}, [("Unit", "PCS")], [""], id="switched-off"),
    ],
)
def test_the_option_of_the_card_says_the_unit(settings, variants, units):
    plans = plans_of(the_product(*variants), **settings)

    assert [(plan.item_number, plan.unit, plan.unclear_unit) for plan in plans] == [
        ("1000", unit, None) for unit in units]


@pytest.mark.parametrize("value", ["Palette", "Box of 12 pieces"])
def test_a_value_that_is_no_unit_of_business_central_is_unclear_and_the_others_are_not(value):
    unknown, known = plans_of(the_product(("Unit", value), ("Unit", "BOX")), **BY_UNIT)

    assert f'"{value.upper()}" of Desk is no unit of measure' in str(unknown.unclear_unit)
    assert known.unclear_unit is None


def test_variants_of_one_product_that_lead_to_one_item_are_unclear_while_no_option_says_units():
    pcs, box, own = plans_of(the_product(("Unit", "PCS"), ("Unit", "BOX"), ("Unit", "KG", "1001")))

    assert 'The variants "PCS" and "BOX" of Desk lead to item 1000' in str(pcs.unclear_unit)
    assert box.unclear_unit == pcs.unclear_unit
    assert own.unclear_unit is None


def test_variants_that_lead_to_variants_of_their_own_are_clear_and_those_that_share_one_are_not():
    product = the_product(("Size", "A", "1000|RED"), ("Size", "B", "1000"), ("Size", "C", "1000|RED"))

    red, plain, again = plans_of(product, sku_mapping=SkuMapping.ITEM_NO_AND_VARIANT_CODE)

    assert [bool(plan.unclear_unit) for plan in (red, plain, again)] == [True, False, True]
    assert "item 1000, variant RED" in str(red.unclear_unit)


@pytest.mark.parametrize(
    ("value", "sku", "link", "unclear"),
    [
        pytest.param("BOX", "1000", None, True, id="another-unit"),
        pytest.param("box", "1000", None, True, id="in-small-letters"),
        pytest.param("BOX", "1000", ItemLink("1000", unit_unclear=True), True, id="still-unclear"),
        pytest.param("BOX", "1000", ItemLink("1000"), False, id="settled-before"),
        pytest.param("BOX", "NEW-BOX", None, False, id="an-item-made-of-it"),
        pytest.param("KG", "1001", None, False, id="the-items-own-unit"),
        pytest.param("Large", "1000", None, False, id="no-unit"),
        pytest.param("L", "1000", None, False, id="a-size-not-a-litre"),
    ],
)
def test_a_variant_that_names_another_unit_than_the_item_it_was_found_to_be_is_unclear(value, sku, link, unclear):
    (plan,) = plans_of(the_product(("Unit", value, sku)), links={"1": link} if link else {},
                       auto_create_unknown_items=True)

    assert bool(plan.unclear_unit) is unclear
    if unclear:
        assert f'"{value.upper()}" of Desk leads to item 1000, which is counted in PCS' in str(plan.unclear_unit)
