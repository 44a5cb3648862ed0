"""What a shop card must satisfy."""
from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from shared.shops.card import (
    ChargeType,
    CountrySetup,
    CustomerMapping,
    DocumentDimension,
    ItemTemplate,
    NameSource,
    OrdersToImport,
    ShippingCharge,
    ShopCard,
    VendorItem,
)
from shared.shops.card import SkuMapping as Sku
from shared.shops.card_rules import EXCLUSIVE, check_card, with_exclusive_switches
from shared.texts import said
from tests.builders import a_card

NO_NAMES = {"name_source": NameSource.NONE, "name_2_source": NameSource.NONE, "contact_source": NameSource.NONE}
EXPRESS = ShippingCharge("Express", ChargeType.ITEM, "FREIGHT")


@pytest.mark.parametrize(
    "card",
    [
        pytest.param(a_card(), id="acceptance-card"),
        pytest.param(ShopCard(code="FR", shopify_url=""), id="fresh-card"),
        pytest.param(a_card(enabled=True, auto_create_unknown_items=True), id="in-use"),
        pytest.param(a_card(currency_mapping={"USD": "US-D", "EUR": "EUR"}, shipping_charges=(EXPRESS,)),
                     id="mappings"),
        pytest.param(a_card(sku_field_separator=""), id="no-separator-where-none-is-needed"),
        pytest.param(a_card(item_template=ItemTemplate("G" * 20, "I" * 20, "B" * 10, "C" * 20, "T" * 20, "T" * 20),
                            vendor_items=(VendorItem("V" * 60, "N" * 60, "1" * 20, "V" * 10),)),
                     id="codes-as-long-as-allowed"),
        pytest.param(a_card(code="F" * 20, tip_account="1" * 20, currency_mapping={"USD": "U" * 10},
                            shipping_charges=(ShippingCharge("Express", ChargeType.ITEM, "1" * 20),)),
                     id="as-long-as-allowed"),
        pytest.param(a_card(item_card_service="Fiche_article2"), id="service"),
        pytest.param(a_card(rounding_tolerance=Decimal(0)), id="no-tolerance"),
        pytest.param(a_card(rounding_tolerance=Decimal(1)), id="largest-tolerance"),
    ],
)
def test_a_sound_card_has_no_violations(card):
    assert check_card(card) == []


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        pytest.param({"code": ""}, "Code:", id="no-code"),
        pytest.param({"code": "a/b"}, "Code:", id="code-that-cannot-be-a-key"),
        pytest.param({"code": "F" * 21}, "Code:", id="code-too-long"),
        pytest.param({"enabled": True, "company_id": ""}, "Enabled:", id="enabled-without-company"),
        *(pytest.param({"company_id": company}, "Company:", id=f"company-{number}") for number, company in enumerate((
            "CRONUS FR", "x)/../../../../PROD/api/v2.0/companies(y", "5d0c2a4f-51b2-4c5c-9e0b-7f3b1c2d4e5f\n",
            "{5d0c2a4f-51b2-4c5c-9e0b-7f3b1c2d4e5f}", "5d0c2a4f51b24c5c9e0b7f3b1c2d4e5f", "/", "..",
            "5d0c2a4f-51b2-4c5c-9e0b-7f3b1c2d4e5f)/customers(1", "٣d0c2a4f-51b2-4c5c-9e0b-7f3b1c2d4e5f",
        ))),
        pytest.param({"customer_mapping_type": CustomerMapping.DEFAULT_CUSTOMER, "default_customer_no": ""},
                     "Default Customer No.:", id="always-default-without-customer"),
        pytest.param({"contact_source": NameSource.COMPANY_NAME}, "Contact Source:", id="company-as-contact"),
        pytest.param(NO_NAMES, "Name Source:", id="no-name-at-all"),
        pytest.param({"auto_create_unknown_items": True, "item_template": ItemTemplate(inventory_posting_group="R")},
                     "Item Template: Auto Create Unknown Items needs General Product Posting Group, Base Unit",
                     id="creation-without-template"),
        *(pytest.param({"orders_to_import": wanted}, "Orders to Import", id=f"orders-to-import-{number}")
          for number, wanted in enumerate((
              OrdersToImport(financial_statuses=()), OrdersToImport(hold_minutes=-1),
              OrdersToImport(hold_minutes=10_081), OrdersToImport(tags=("vip", " ")),
              OrdersToImport(channels=("POS",), channels_excluded=(" pos",)),
          ))),
        pytest.param({"sku_mapping": Sku.ITEM_NO_AND_VARIANT_CODE, "sku_field_separator": ""},
                     "SKU Field Separator:", id="no-separator"),
        pytest.param({"attributes_on_doc_lines": ("Gift", " ")}, "Attributes on Doc. Lines:", id="blank-attribute"),
        pytest.param({"attributes_on_doc_lines": ("Gift", "gift")}, 'Attributes on Doc. Lines: "gift"',
                     id="attribute-twice"),
        pytest.param({"requested_delivery_date_attribute": " "}, "Requested Delivery Date Attribute:", id="blank-date"),
        pytest.param({"location_mapping": {" ": "EAST"}}, "Location Mapping:", id="location-without-name"),
        pytest.param({"payment_terms_mapping": {"": "30D"}}, "Payment Terms Mapping:", id="terms-without-name"),
        pytest.param({"document_dimensions": (DocumentDimension("DEPARTMENT", "WEB", channel=" "),)},
                     'Document Dimensions "DEPARTMENT"', id="blank-channel"),
        *(pytest.param({"item_card_service": name}, "Item Card Service:", id=f"service-{name}")
          for name in ("Item Card", "1Card", "Fiche-article", "Fiché", "a/b", "ItemCard\n")),
        pytest.param({"default_customer_no": "1" * 21}, "Default Customer No.:", id="customer-number-too-long"),
        pytest.param({"shipping_charges_account": "1" * 21}, "Shipping Charges Account:", id="shipping-too-long"),
        pytest.param({"tip_account": "1" * 21}, "Tip Account:", id="tip-account-too-long"),
        pytest.param({"sold_gift_card_account": "1" * 21}, "Sold Gift Card Account:", id="gift-card-too-long"),
        pytest.param({"cash_roundings_account": "1" * 21}, "Cash Roundings Account:", id="rounding-too-long"),
        pytest.param({"shipping_charges": (ShippingCharge("Express", ChargeType.ITEM, " "),)},
                     'Shipping Charges "Express"', id="charge-without-number"),
        pytest.param({"shipping_charges": (EXPRESS, ShippingCharge(" EXPRESS", ChargeType.ACCOUNT, "1"))},
                     'Shipping Charges: the title "EXPRESS"', id="charge-twice"),
        pytest.param({"vendor_items": (VendorItem("30000", "V-77", ""),)}, 'Vendor Items "30000 V-77"',
                     id="vendor-item-without-item"),
        pytest.param({"vendor_items": (VendorItem("30000", "V-77", "1"), VendorItem("30000", "v-77", "2"))},
                     'Vendor Items: "30000 V-77"', id="vendor-item-twice"),
        pytest.param({"customer_setup_by_country_region": (CountrySetup("Germany"),)},
                     'Customer Setup by Country/Region "Germany"', id="no-country-code"),
        pytest.param({"customer_setup_by_country_region": (CountrySetup("DE"), CountrySetup("DE", "C1"))},
                     'Customer Setup by Country/Region: "DE"', id="country-twice"),
        pytest.param({"customer_setup_by_country_region": (CountrySetup("DE", tax_area_id="EU"),)},
                     'Customer Setup by Country/Region "DE": Tax Area', id="tax-area-no-id"),
        pytest.param({"customer_setup_by_country_region": (CountrySetup("DE", tax_exempt_tax_area_id="EU"),)},
                     'Customer Setup by Country/Region "DE": Tax Exempt Tax Area', id="tax-exempt-tax-area-no-id"),
        pytest.param({"customer_setup_by_country_region": (CountrySetup("DE", tax_exempt_customer_no="C" * 21),)},
                     'Customer Setup by Country/Region "DE": Tax Exempt Customer No.', id="exempt-customer-too-long"),
        pytest.param({"customer_setup_by_country_region": (CountrySetup("US", county_code="TX"),
                                                           CountrySetup("US", county_code="tx "))},
                     'Customer Setup by Country/Region: "US-TX"', id="county-twice"),
        pytest.param({"customer_setup_by_country_region": (CountrySetup("US", county_code="California!"),)},
                     'Customer Setup by Country/Region "US-California!": the county', id="county-no-code"),
        *(pytest.param({"customer_setup_by_country_region": (CountrySetup("FR", tax_groups=groups),)},
                       'Customer Setup by Country/Region "FR": Tax Groups', id=f"tax-groups-{id}")
          for id, groups in {"no-number": {"TVA": "VAT20"}, "above-a-hundred": {"100.1": "VAT20"},
                             "negative": {"-1": "VAT20"}, "not-a-number": {"NaN": "VAT20"},
                             "twice": {"5.5": "VAT55", "5.50": "VAT20"}}.items()),
        pytest.param({"customer_setup_by_country_region": (CountrySetup("FR", tax_groups={"20": " "}),)},
                     'Tax Groups of Customer Setup by Country/Region "FR" "20"', id="tax-group-empty"),
        pytest.param({"country_region_mapping": {"Greece": "EL"}}, 'Country/Region Mapping "Greece"', id="no-iso-2"),
        pytest.param({"country_region_mapping": {"GR": " "}}, 'Country/Region Mapping "GR"', id="no-bc-country"),
        pytest.param({"country_region_mapping": {"GR": "G" * 11}}, 'Country/Region Mapping "GR"', id="bc-country-long"),
        pytest.param({"currency_mapping": {"usd": "US-D"}}, 'Currency Mapping "usd"', id="no-iso-code"),
        pytest.param({"currency_mapping": {"USD": "U" * 11}}, 'Currency Mapping "USD"', id="bc-code-too-long"),
        pytest.param({"currency_mapping": {"JPY": ""}}, 'Currency Mapping "JPY"', id="currency-mapped-to-nothing"),
        pytest.param({"currency_mapping": {"JPY": " "}}, 'Currency Mapping "JPY"', id="currency-mapped-to-a-blank"),
        pytest.param({"currency_mapping": {"JPY": "EURO", "EUR": "euro "}}, 'Currency Mapping: "EURO"',
                     id="two-currencies-of-one-code"),
        *(pytest.param({"item_template": ItemTemplate(**{field: "C" * length})}, f"Item Template, {name}:", id=field)
          for field, name, length in (
              ("general_product_posting_group", "General Product Posting Group", 21),
              ("inventory_posting_group", "Inventory Posting Group", 21),
              ("base_unit_of_measure", "Base Unit of Measure", 11), ("item_category", "Item Category", 21))),
        pytest.param({"item_template": ItemTemplate(item_category=" ")}, "Item Template, Item Category:",
                     id="blank-category"),
        *(pytest.param({"vendor_items": (VendorItem("30000", "V-77", *item),)},
                       'Vendor Items "30000 V-77": an item no.', id=f"vendor-items-{id}")
          for id, item in {"item-too-long": ("1" * 21,), "variant-too-long": ("1", "V" * 11),
                           "blank-variant": ("1", " ")}.items()),
        pytest.param({"default_location_code": "L" * 11}, "Default Location Code:", id="location-too-long"),
        pytest.param({"location_mapping": {"Lyon": " "}}, 'Location Mapping "Lyon":', id="location-without-code"),
        pytest.param({"location_mapping": {"Lyon": "EAST", "lyon ": "MAIN"}}, 'Location Mapping: "lyon"',
                     id="location-twice"),
        pytest.param({"payment_terms_mapping": {"A": "C" * 11}}, 'Payment Terms Mapping "A":', id="terms-too-long"),
        pytest.param({"shipment_method_mapping": {"A": "C" * 11}}, 'Shipment Method Mapping "A":', id="method-length"),
        pytest.param({"salesperson_code": "S" * 21}, "Salesperson Code:", id="salesperson-too-long"),
        *(pytest.param({"document_dimensions": (row,)}, 'Document Dimensions "', id=f"dimension-{number}")
          for number, row in enumerate((
              DocumentDimension("", "WEB"), DocumentDimension("AREA", " "), DocumentDimension("AREA", "7" * 21),
              DocumentDimension("AREA", "70", country_region_code="France")))),
        pytest.param({"rounding_tolerance": Decimal("-0.01")}, "Rounding Tolerance:", id="negative-tolerance"),
        pytest.param({"rounding_tolerance": Decimal("1.01")}, "Rounding Tolerance:", id="tolerance-too-large"),
        pytest.param({"rounding_tolerance": Decimal("NaN")}, "Rounding Tolerance:", id="tolerance-no-number"),
        pytest.param({"time_zone": "Paris"}, 'Time Zone: "Paris"', id="unknown-time-zone"),
        pytest.param({"time_zone": "../etc/passwd"}, "Time Zone:", id="time-zone-that-is-a-path"),
    ],
)
def test_each_violation_is_one_sentence_that_names_the_field(settings, begins):
    (sentence,) = sentences_of(a_card(**settings))

    assert sentence.startswith(begins)


def test_all_violations_are_named_at_once():
    sentences = sentences_of(a_card(code="", time_zone="Paris", rounding_tolerance=Decimal(2)))

    assert [sentence.split(":")[0] for sentence in sentences] == ["Code", "Rounding Tolerance", "Time Zone"]


def sentences_of(card):
    """What is wrong with a card, in English."""
    return [str(one.sentence) for one in check_card(card)]


@pytest.mark.parametrize("pair", EXCLUSIVE, ids=["customers", "items"])
@pytest.mark.parametrize("switched_on", [0, 1], ids=["from-shopify", "to-shopify"])
def test_f15_switching_one_of_a_pair_on_switches_the_other_off(pair, switched_on):
    on, off = pair[switched_on], pair[1 - switched_on]
    old = a_card(**{off: True})

    new = with_exclusive_switches(old, msgspec.structs.replace(old, **{on: True}))

    assert (getattr(new, on), getattr(new, off)) == (True, False)


@pytest.mark.parametrize("pair", EXCLUSIVE, ids=["customers", "items"])
def test_f15_of_two_switched_on_at_once_shopify_s_changes_win(pair):
    for old in (None, a_card()):
        new = with_exclusive_switches(old, a_card(**dict.fromkeys(pair, True)))

        assert [getattr(new, name) for name in pair] == [True, False]


def test_a_card_without_a_pair_on_stays_as_it_is():
    card = a_card(can_update_shopify_customers=True, shopify_can_update_items=True)

    assert with_exclusive_switches(a_card(), card) == card


def test_a_violation_names_its_field_and_is_told_in_french_with_the_fields_french_name():
    (wrong,) = check_card(a_card(company_id="", enabled=True))

    assert wrong.field == "enabled"
    assert said(wrong.sentence, "fr") == (
        "Activé\u00a0: remplir d’abord URL Administration Shopify et Société.")


def test_a_violation_of_a_row_names_the_row_in_french_too():
    (wrong,) = check_card(a_card(location_mapping={"Lyon": " "}))

    assert wrong.field == "location_mapping"
    assert said(wrong.sentence, "fr") == (
        "Mappage des emplacements «\u00a0Lyon\u00a0»\u00a0: un code de Business Central, 10 caractères au plus.")
