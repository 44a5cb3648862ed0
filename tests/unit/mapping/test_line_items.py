"""The item, and the unit of measure, that an order line sells."""
from __future__ import annotations

import pytest

from shared.errors import RecordRefused
from shared.mapping.known import ItemLink
from shared.mapping.line_items import ItemOfLine, item_not_found, item_of_line
from shared.shopify.records import Gid
from shared.shops.card import SkuMapping, VendorItem
from shared.texts import said, sentence
from tests.builders import a_card, a_line, an_item_row, cronus

V77 = VendorItem(vendor="30000", vendor_item_no="V-77", item_no="1000")
COUNTED = cronus(items=(an_item_row("1000", base_unit_of_measure_code="PCS"), an_item_row("1001"),
                        an_item_row("MISC", base_unit_of_measure_code="KG"), an_item_row("OLD", blocked=True)))
GONE = {"variant": None, "product": None}
OPTION = "CONDITIONNEMENT"
BY_UNIT = {"uom_as_variant": True, "variant_option_name_for_uom": "Conditionnement"}


def unlinked(variant: str) -> None:
    return None


def refusal_of(line, card, link=None):
    with pytest.raises(RecordRefused) as refused:
        item_of_line(line, card, COUNTED, lambda variant: link)
    return refused.value


@pytest.mark.parametrize(
    ("line", "mapping", "link", "expected"),
    [
        pytest.param({"sku": "1000"}, SkuMapping.ITEM_NO, None, ItemOfLine("1000"), id="by-sku"),
        pytest.param({"sku": "V-77", "vendor": "30000"}, SkuMapping.VENDOR_ITEM_NO, None, ItemOfLine("1000"),
                     id="g3-by-vendor-and-sku"),
        pytest.param({"sku": "1000|RED"}, SkuMapping.ITEM_NO_AND_VARIANT_CODE, None,
                     ItemOfLine("1000", "id-1000-RED"), id="with-item-variant"),
        pytest.param({"sku": "changed"}, SkuMapping.ITEM_NO, ItemLink("1001"), ItemOfLine("1001"), id="by-link"),
        pytest.param({"sku": "1000"}, SkuMapping.ITEM_NO, ItemLink("GONE"), ItemOfLine("1000"), id="link-is-gone"),
        pytest.param({"sku": "1000", "variant": None, "product": None}, SkuMapping.ITEM_NO, ItemLink("1001"),
                     ItemOfLine("1000"), id="custom-line-by-sku"),
    ],
)
def test_item_of_an_order_line(line, mapping, link, expected):
    card = a_card(sku_mapping=mapping, vendor_items=(V77,))

    assert item_of_line(a_line(**line), card, cronus(), lambda variant: link) == expected


def test_an_order_line_with_a_blocked_item_is_refused():
    with pytest.raises(RecordRefused, match=r"Item 1000 \(SKU 1000\) is blocked") as refused:
        item_of_line(a_line(), a_card(), cronus(items=(an_item_row("1000", blocked=True),)), unlinked)

    assert refused.value.code == "item-blocked"


def test_an_order_line_with_an_unknown_sku_names_it():
    with pytest.raises(RecordRefused, match="SKU A-1") as refused:
        item_of_line(a_line(sku="A-1"), a_card(), cronus(), unlinked)

    assert refused.value.code == "item-not-found"


def test_an_order_line_without_sku_says_so():
    with pytest.raises(RecordRefused, match=r'order line "Line 1" \(no SKU, SKU Mapping Item No\.\)') as refused:
        item_of_line(a_line(sku=None), a_card(), cronus(), unlinked)

    assert refused.value.code == "item-not-found"


@pytest.mark.parametrize("gone", [
    pytest.param(GONE, id="custom-line"),
    pytest.param({"variant": None, "product": Gid(id="gid://shopify/Product/1")}, id="deleted-variant"),
])
@pytest.mark.parametrize("sku", [None, "GONE-1"])
def test_a_line_that_shopify_has_no_variant_for_goes_onto_the_default_item(gone, sku):
    line = a_line(sku=sku, **gone)

    assert item_of_line(line, a_card(default_item_no="misc"), COUNTED, unlinked) == ItemOfLine("MISC", unit="KG")


def test_the_default_item_does_not_take_what_the_sku_names():
    line = a_line(sku="1000", **GONE)

    assert item_of_line(line, a_card(default_item_no="MISC"), COUNTED, unlinked) == ItemOfLine("1000", unit="PCS")


def test_the_default_item_does_not_take_a_variant_that_is_only_not_mapped_yet():
    refused = refusal_of(a_line(sku="A-1"), a_card(default_item_no="MISC"))

    assert refused.code == "item-not-found"
    assert "Auto Create Unknown Items" in refused.detail


@pytest.mark.parametrize("sku", [None, "GONE-1"])
def test_without_a_default_item_the_sentence_names_the_line_and_that_setting_only(sku):
    refused = refusal_of(a_line(sku=sku, name="Engraving", **GONE), a_card(auto_create_unknown_items=True))

    assert refused.code == "item-not-found"
    assert 'order line "Engraving"' in refused.detail
    assert "Default Item No. on the shop card" in refused.detail
    assert "Auto Create" not in refused.detail


@pytest.mark.parametrize(("number", "code"), [("NOWHERE", "item-not-found"), ("OLD", "item-blocked")])
def test_a_default_item_that_cannot_be_sold_is_named_with_its_setting(number, code):
    refused = refusal_of(a_line(sku=None, **GONE), a_card(default_item_no=number))

    assert (refused.code, f"Default Item No. names item {number}" in refused.detail) == (code, True)


# Units of measure


@pytest.mark.parametrize(
    ("settings", "link", "title", "unit"),
    [
        pytest.param({}, ItemLink("1000"), "BOX", "PCS", id="linked-as-the-only-variant"),
        pytest.param({}, None, "PCS", "PCS", id="title-names-the-base-unit"),
        pytest.param({}, None, "Rouge / L", "PCS", id="title-names-no-unit"),
        pytest.param({}, None, None, "PCS", id="no-title"),
        pytest.param(BY_UNIT, ItemLink("1000", unit="BOX", unit_option=OPTION), "Boîte", "BOX", id="linked"),
        pytest.param(BY_UNIT, ItemLink("1000", unit_option=OPTION), "Rouge", "PCS", id="linked-without-unit"),
        pytest.param(BY_UNIT, ItemLink("1000"), "Rouge / BOX", "BOX", id="linked-before-it-was-switched-on"),
        pytest.param(BY_UNIT, None, "box", "BOX", id="title-alone"),
        pytest.param(BY_UNIT, None, "Default Title", "PCS", id="only-variant"),
        pytest.param({"uom_as_variant": True}, ItemLink("1000", unit="KG", unit_option="UNIT OF MEASURE"), "KG", "KG",
                     id="microsofts-name-of-the-option"),
    ],
)
def test_the_unit_of_a_line(settings, link, title, unit):
    found = item_of_line(a_line(variant_title=title), a_card(**settings), COUNTED, lambda variant: link)

    assert found == ItemOfLine("1000", unit=unit)


@pytest.mark.parametrize(
    ("settings", "link", "title"),
    [
        pytest.param({}, ItemLink("1000", unit_unclear=True), "PCS", id="its-product-is-unclear"),
        pytest.param({}, None, "BOX", id="title-names-another-unit"),
        pytest.param({}, None, "Rouge / box", id="as-one-of-two"),
        pytest.param({}, ItemLink("1000", unit="BOX", unit_option=OPTION), "BOX", id="switched-off-since"),
        pytest.param(BY_UNIT, ItemLink("1000", unit_unclear=True), "Palette", id="option-with-an-unknown-unit"),
        pytest.param(BY_UNIT, None, "Palette", id="unlinked-and-no-known-unit"),
        pytest.param(BY_UNIT, None, "KG / BOX", id="two-units"),
    ],
)
def test_a_line_whose_unit_nobody_can_say_is_refused(settings, link, title):
    refused = refusal_of(a_line(variant_title=title, name="Desk"), a_card(**settings), link)

    assert refused.code == "unit-unclear"
    assert 'order line "Desk"' in refused.detail
    assert "item 1000" in refused.detail


@pytest.mark.parametrize(("settings", "title", "unit"), [
    pytest.param(BY_UNIT, "BOX", "BOX", id="it-names-the-unit"),
    pytest.param(BY_UNIT, "Rouge", "PCS", id="it-names-none"),
    pytest.param({}, "Rouge", "PCS", id="off-and-it-names-none"),
])
def test_of_a_deleted_variant_the_title_says_the_unit(settings, title, unit):
    found = item_of_line(a_line(variant_title=title, **GONE), a_card(**settings), COUNTED, unlinked)

    assert found == ItemOfLine("1000", unit=unit)


def test_a_deleted_box_is_not_booked_as_a_piece():
    assert refusal_of(a_line(variant_title="BOX", **GONE), a_card()).code == "unit-unclear"


def test_an_item_that_is_not_found_is_told_in_french_with_the_french_names_of_the_settings():
    refused = item_not_found(sentence('order line "{line}"', line="Desk"), "DESK", a_card())

    assert "Ligne de commande «\u00a0Desk\u00a0»" in said(refused.sentence, "fr")
    assert "Créer automatiquement des articles inconnus" in said(refused.sentence, "fr")
    assert "Modèle article" in said(refused.sentence, "fr")
