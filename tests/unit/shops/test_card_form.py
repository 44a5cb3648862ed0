"""The form of a shop card: whatever stands on a card survives it, and what is typed becomes a value or a mistake."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from shared.shops.card import (
    ChargeType,
    CountrySetup,
    DocumentDimension,
    FinancialStatus,
    ItemTemplate,
    LoggingMode,
    OrdersToImport,
    ShippingCharge,
    ShopCard,
    SkuMapping,
    VendorItem,
)
from shared.shops.card_dependence import off
from shared.shops.card_fields import FIELDS, PARTS
from shared.shops.card_form import Control, Kind, control_of, enumerations, texts_of, typed

CARD = ShopCard("FR", "https://demo-fr.myshopify.com")
FULL = ShopCard(
    "FR", "https://demo-fr.myshopify.com", enabled=True, logging_mode=LoggingMode.ALL,
    logging_mode_until="2026-03-10T19:00:00+01:00",
    customer_setup_by_country_region=(
        CountrySetup("US", tax_liable=False, tax_groups={"5.5": "VAT55", "0": "NOVAT"}, county_code="TX"),
        CountrySetup("DE", default_customer_no="C1")),
    country_region_mapping={"GR": "EL"}, sku_mapping=SkuMapping.VENDOR_ITEM_NO, sku_field_separator=" ",
    item_template=ItemTemplate(base_unit_of_measure="PCS"),
    vendor_items=(VendorItem("Wörks & <b>", "A\nB", "1000"), VendorItem(" ", "2", "3", "4")),
    location_mapping={"Entrepôt": "EAST", "": ""},
    orders_to_import=OrdersToImport(financial_statuses=(FinancialStatus.PAID,), tags=("a", "b c"), hold_minutes=30),
    attributes_on_doc_lines=("Gift message", "Engraving"), document_dimensions=(DocumentDimension("D", "V"),),
    shipping_charges=(ShippingCharge("Express", ChargeType.ITEM, "1"),), rounding_tolerance=Decimal("0.050"),
)


def leaves(control: Control) -> list[Control]:
    inside = [*control.parts, *(part for row in control.rows for part in row)]
    return [leaf for part in inside for leaf in leaves(part)] or [control]


@pytest.mark.parametrize("card", [CARD, FULL], ids=["empty", "full"])
def test_a_form_that_is_sent_back_as_it_was_changes_nothing(card: ShopCard) -> None:
    came = typed(card, texts_of(card))

    assert (came.changes, came.wrong, came.draft) == ({}, [], card)


def test_a_field_of_which_nothing_was_sent_keeps_what_it_has() -> None:
    assert typed(FULL, {"tip_account": "4010"}).changes == {"tip_account": "4010"}


@pytest.mark.parametrize("sent, changes", [
    ({"enabled": "on"}, {"enabled": True}),
    ({"find_mapping_by_barcode": ""}, {"find_mapping_by_barcode": False}),
    ({"sku_mapping": "Bar Code"}, {"sku_mapping": "Bar Code"}),
    ({"rounding_tolerance": "0,25"}, {"rounding_tolerance": "0.25"}),
    ({"attributes_on_doc_lines": "Gift\r\n\r\nEngraving "}, {"attributes_on_doc_lines": ["Gift", "Engraving "]}),
    ({"location_mapping.7.from": "Lyon", "location_mapping.7.to": "EAST", "location_mapping.8.from": "",
      "location_mapping.8.to": " "}, {"location_mapping": {"Lyon": "EAST"}}),
    ({"shipping_charges.0.title": "Express", "shipping_charges.0.type": "Item", "shipping_charges.0.number": "1",
      "shipping_charges.1.title": "", "shipping_charges.1.type": "G/L Account", "shipping_charges.1.number": ""},
     {"shipping_charges": [{"title": "Express", "type": "Item", "number": "1"}]}),
])
def test_what_is_typed_becomes_the_fields_value_and_empty_rows_nothing(
    sent: dict[str, str], changes: dict[str, Any]
) -> None:
    came = typed(CARD, sent)

    assert (came.changes, came.wrong) == (changes, [])


def test_all_rows_that_are_emptied_are_gone() -> None:
    emptied = {name: "" for name in texts_of(FULL) if name.startswith("vendor_items.")}

    assert typed(FULL, emptied).changes == {"vendor_items": []}


@pytest.mark.parametrize("sent, field, said", [
    ({"rounding_tolerance": "a lot"}, "rounding_tolerance", "Rounding Tolerance: a number, not “a lot”."),
    ({"rounding_tolerance": ""}, "rounding_tolerance", "Rounding Tolerance: a number, not “”."),
    ({"orders_to_import.hold_minutes": "1.5"}, "orders_to_import",
     "Orders to Import, Hold Minutes: a number, not “1.5”."),
    ({"sku_mapping": "Whatever"}, "sku_mapping", "SKU Mapping: choose a value of the list."),
    ({"currency_mapping.0.from": "GBP", "currency_mapping.0.to": "A", "currency_mapping.1.from": "GBP",
      "currency_mapping.1.to": "B"}, "currency_mapping", 'Currency Mapping: "GBP" appears more than once.'),
])
def test_what_is_no_value_is_told_at_its_field_and_stays_in_the_form(
    sent: dict[str, str], field: str, said: str
) -> None:
    came = typed(CARD, {**sent, "tip_account": "4010"})

    assert [(one.field, str(one.sentence)) for one in came.wrong] == [(field, said)]
    assert came.changes == {"tip_account": "4010"}
    assert sent.items() <= dict(came.texts).items()


@pytest.mark.parametrize("name", ["vendor_items.x.vendor", "vendor_items.99999999999999999999.vendor",
                                  "vendor_items", "vendor_items.-1.vendor", "vendor_items.².vendor", "no_such_field"])
def test_names_that_no_form_has_change_nothing(name: str) -> None:
    came = typed(CARD, {name: "x"})

    assert (came.changes, came.wrong) == ({}, [])


def test_the_key_of_the_card_is_not_typed() -> None:
    assert typed(CARD, {"code": "OTHER"}).draft.code == "FR"


def test_a_list_has_one_empty_row_and_more_for_whoever_asks() -> None:
    texts = texts_of(FULL)

    assert [row[0].value for row in control_of("vendor_items", texts).rows] == ["Wörks & <b>", " ", ""]
    assert len(control_of("vendor_items", texts, more="vendor_items").rows) == 6


def test_every_leaf_of_every_field_has_a_caption_and_a_name_of_its_own() -> None:
    names = [leaf.name for field in FIELDS for leaf in leaves(control_of(field, texts_of(FULL)))]

    assert len(set(names)) == len(names)
    assert {name for name in names if name.split(".")[0] not in FIELDS} == set()
    assert all(str(caption) for caption in PARTS.values())


def test_a_field_that_is_added_to_the_card_is_in_the_form_by_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    larger = msgspec.defstruct("ShopCard", [("brand_new", bool, False)], bases=(ShopCard,), frozen=True)
    monkeypatch.setattr("shared.shops.card_form.ShopCard", larger)
    monkeypatch.setitem(FIELDS, "brand_new", FIELDS["enabled"])

    card = larger("FR", "https://demo-fr.myshopify.com")
    came = typed(card, {"brand_new": "on"})

    assert control_of("brand_new", texts_of(card)).kind is Kind.SWITCH
    assert (came.changes, came.draft.brand_new) == ({"brand_new": True}, True)  # type: ignore[attr-defined]


def test_the_enumerations_of_the_card_are_found_wherever_they_stand() -> None:
    names = {one.__name__ for one in enumerations()}

    assert {"LoggingMode", "FinancialStatus", "HighRiskOrders", "ChargeType"} <= names


# What decides nothing


@pytest.mark.parametrize("fields, field, why", [
    ({}, "logging_mode_until", "Only with Logging Mode “All”."),
    ({}, "sku_field_separator", "Only with SKU Mapping “Item No. + Variant Code”."),
    ({}, "item_template", "Only while Auto Create Unknown Items is on."),
    ({"customer_mapping_type": "Always take the default customer"}, "auto_create_unknown_customers",
     "Not with Customer Mapping Type “Always take the default customer”."),
    ({"customer_import_from_shopify": "None"}, "customer_mapping_type",
     "Not with Customer Import from Shopify “None”."),
    ({}, "can_update_shopify_products", "The connector only reads from Shopify at present."),
])
def test_a_field_that_decides_nothing_says_on_what_it_depends(fields: dict[str, str], field: str, why: str) -> None:
    card = msgspec.convert(msgspec.to_builtins(CARD) | fields, ShopCard)

    assert str(off(card)[field]) == why


@pytest.mark.parametrize("fields, field", [
    ({"logging_mode": "All"}, "logging_mode_until"), ({"sku_mapping": "Vendor Item No."}, "vendor_items"),
    ({"auto_create_unknown_items": True}, "item_template"),
    # Whoever has switched it on over the API can switch it off again.
    ({"can_update_shopify_products": True}, "can_update_shopify_products"),
])
def test_a_field_decides_once_the_other_one_says_so(fields: dict[str, Any], field: str) -> None:
    card = msgspec.convert(msgspec.to_builtins(CARD) | fields, ShopCard)

    assert field not in off(card)


def test_only_fields_of_the_card_are_off_and_every_other_one_can_be_changed() -> None:
    assert set(off(CARD)) <= set(FIELDS)
    assert {"shopify_url", "company_id", "enabled", "tip_account"}.isdisjoint(off(CARD))


@pytest.mark.parametrize("field, what", [
    ("can_update_shopify_customers", "a customer"), ("can_update_shopify_products", "an item")])
def test_a_help_says_what_is_changed_where_without_the_field_before_it(field: str, what: str) -> None:
    assert str(FIELDS[field].help) == f"{what} that changes in Business Central is changed in Shopify."
    assert [name for name, one in FIELDS.items() if "other direction" in str(one.help)] == []
