"""What a shop card must satisfy, all at once, and the switches that exclude each other.

Rules: Microsoft's Shopify Connector, Shopify Shop Card; lengths from Microsoft Learn, "API v2.0".
Only what the card alone can tell is checked here: whether an account or customer exists, Business
Central is asked when it is used. The form of the shop's address is checked where it is entered.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from shared.business_central.rows import CodeTable
from shared.clock import from_iso
from shared.mapping.accounts import accounts_of
from shared.mapping.card_codes import codes_of, mappings_of
from shared.mapping.text import code, same_name
from shared.shop_card import CompanyMapping, CustomerMapping, NameSource, ShopCard, SkuMapping

EXCLUSIVE = (
    ("shopify_can_update_customers", "can_update_shopify_customers"),
    ("shopify_can_update_items", "can_update_shopify_products"),
)
"""Of each pair one at most is on, or the two systems would overwrite each other for ever."""

NUMBER_LENGTH = 20
CODE_LENGTH = 10
OPTION_LENGTH = 50
LARGEST_TOLERANCE = Decimal(1)
LARGEST_RATE = Decimal(100)
COUNTY_LENGTH = 10
LONGEST_HOLD_MINUTES = 7 * 24 * 60

_LONGER = (CodeTable.SALESPEOPLE, CodeTable.TAX_GROUPS)

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
_RATE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,5})?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_ISO_CURRENCY = re.compile(r"[A-Z]{3}")
_COMPANY = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SERVICE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,239}")


def with_exclusive_switches(old: ShopCard | None, new: ShopCard) -> ShopCard:
    """`new`, where switching one of a pair on switches the other off.

    `old` is the card as it was, None for a new one. Both switched on at once: Shopify's changes win.
    """
    changes: dict[str, bool] = {}
    for first, second in EXCLUSIVE:
        if getattr(new, first) and getattr(new, second):
            second_is_new = old is not None and getattr(old, first) and not getattr(old, second)
            changes[first if second_is_new else second] = False
    return msgspec.structs.replace(new, **changes)


def check_card(card: ShopCard) -> list[str]:
    """One sentence per violation, [] for a sound card."""
    return [sentence for rule in _RULES for sentence in rule(card)]


def _code(card: ShopCard) -> Iterator[str]:
    if not _CODE.fullmatch(card.code):
        yield "Code: 1 to 20 letters, digits, hyphens or underscores, beginning with a letter or digit."


def _enabled(card: ShopCard) -> Iterator[str]:
    if card.enabled and not (card.shopify_url and card.company_id):
        yield "Enabled: fill in Shopify Admin URL and Company first."


def _company(card: ShopCard) -> Iterator[str]:
    # It becomes part of an address that the token of Business Central is sent to.
    if card.company_id and not _COMPANY.fullmatch(card.company_id):
        yield "Company: its id in Business Central, e.g. 5d0c2a4f-51b2-4c5c-9e0b-7f3b1c2d4e5f."


def _customers(card: ShopCard) -> Iterator[str]:
    always_default = card.customer_mapping_type is CustomerMapping.DEFAULT_CUSTOMER
    if always_default and not card.default_customer_no:
        yield f'Default Customer No.: needed with Customer Mapping Type "{card.customer_mapping_type}".'
    if card.contact_source is NameSource.COMPANY_NAME:
        yield "Contact Source: a contact is a person, choose First+Last, Last+First or None."
    if {card.name_source, card.name_2_source, card.contact_source} == {NameSource.NONE}:
        yield "Name Source: with all three sources None no customer would have a name."


def _companies(card: ShopCard) -> Iterator[str]:
    always_default = card.company_mapping_type is CompanyMapping.DEFAULT_COMPANY
    if always_default and not card.default_company_no:
        yield f'Default Company No.: needed with Company Mapping Type "{card.company_mapping_type}".'


def _countries(card: ShopCard) -> Iterator[str]:
    rows = card.customer_setup_by_country_region
    for row in rows:
        name = row.name
        if not _COUNTRY.fullmatch(row.country_region_code):
            yield f"{name}: the country is Shopify's two-letter code, e.g. DE."
        for field, number in (("Default Customer No.", row.default_customer_no),
                              ("Tax Exempt Customer No.", row.tax_exempt_customer_no)):
            if len(number) > NUMBER_LENGTH:
                yield f"{name}: {field} has at most {NUMBER_LENGTH} characters."
        for field, area in (("Tax Area", row.tax_area_id), ("Tax Exempt Tax Area", row.tax_exempt_tax_area_id)):
            if area and not _COMPANY.fullmatch(area):
                yield f"{name}: {field} is its id in Business Central, e.g. 5d0c2a4f-51b2-4c5c-9e0b-7f3b1c2d4e5f."
        rates = [_percent(rate) for rate in row.tax_groups]
        if None in rates or len(set(rates)) < len(rates):
            yield f"{name}: Tax Groups are named by rates in per cent, each once, e.g. 5.5."
        if len(row.county_code) > COUNTY_LENGTH:
            yield f"{name}: the county is Shopify's code of a state or province, e.g. TX."
    for key in _doubles(row.key for row in rows):
        yield f'Customer Setup by Country/Region: "{key}" appears more than once.'
    for iso, bc_code in card.country_region_mapping.items():
        if not _COUNTRY.fullmatch(iso):
            yield f'Country/Region Mapping "{iso}": the country is Shopify\'s two-letter code, e.g. GR.'
        if not _is_code(bc_code, CODE_LENGTH):
            yield f'Country/Region Mapping "{iso}": a code of Business Central, at most {CODE_LENGTH} characters.'


def _percent(text: str) -> Decimal | None:
    """A rate such as 5.5; None for anything else."""
    return Decimal(text) if _RATE.fullmatch(text) and Decimal(text) <= LARGEST_RATE else None


def _items(card: ShopCard) -> Iterator[str]:
    needed = {
        "General Product Posting Group": card.item_template.general_product_posting_group,
        "Inventory Posting Group": card.item_template.inventory_posting_group,
        "Base Unit of Measure": card.item_template.base_unit_of_measure,
    }
    missing = [name for name, value in needed.items() if not value]
    if card.auto_create_unknown_items and missing:
        yield f"Item Template: Auto Create Unknown Items needs {', '.join(missing)}."
    template = card.item_template
    for name, text, length in (("General Product Posting Group", template.general_product_posting_group, NUMBER_LENGTH),
                               ("Inventory Posting Group", template.inventory_posting_group, NUMBER_LENGTH),
                               ("Base Unit of Measure", template.base_unit_of_measure, CODE_LENGTH),
                               ("Item Category", template.item_category, NUMBER_LENGTH)):
        if text and not _is_code(text, length):
            yield f"Item Template, {name}: a code of Business Central, at most {length} characters."
    if card.item_card_service and not _SERVICE_NAME.fullmatch(card.item_card_service):
        yield "Item Card Service: letters, digits and underscores, beginning with a letter or underscore."
    if card.sku_mapping is SkuMapping.ITEM_NO_AND_VARIANT_CODE and not card.sku_field_separator:
        yield f'SKU Field Separator: needed with SKU Mapping "{card.sku_mapping}".'
    if len(card.variant_option_name_for_uom) > OPTION_LENGTH:
        yield f"Variant Option Name for UoM: at most {OPTION_LENGTH} characters."


def _orders_to_import(card: ShopCard) -> Iterator[str]:
    wanted = card.orders_to_import
    if not wanted.financial_statuses:
        yield "Orders to Import: choose at least one financial status, or no order would ever come in."
    if not 0 <= wanted.hold_minutes <= LONGEST_HOLD_MINUTES:
        yield f"Orders to Import, Hold Minutes: between 0 and {LONGEST_HOLD_MINUTES} (a week)."
    for name, chosen, excluded in (("channel", wanted.channels, wanted.channels_excluded),
                                   ("tag", wanted.tags, wanted.tags_excluded)):
        if not all(text.strip() for text in (*chosen, *excluded)):
            yield f"Orders to Import: a {name} is empty."
        for both in sorted({same_name(text) for text in chosen} & {same_name(text) for text in excluded}):
            yield f'Orders to Import: the {name} "{both}" is both taken and excluded.'


def _numbers(card: ShopCard) -> Iterator[str]:
    numbers = {
        "Default Customer No.": card.default_customer_no,
        "Default Item No.": card.default_item_no,
        "Default Company No.": card.default_company_no,
        **accounts_of(card),
    }
    for setting, number in numbers.items():
        if len(number) > NUMBER_LENGTH:
            yield f"{setting}: at most {NUMBER_LENGTH} characters."


def _shipping_charges(card: ShopCard) -> Iterator[str]:
    for row in card.shipping_charges:
        if not row.title.strip() or not row.number.strip() or len(row.number) > NUMBER_LENGTH:
            yield f'Shipping Charges "{row.title}": needs a title and a number of at most {NUMBER_LENGTH} characters.'
    for title in _doubles(code(row.title) for row in card.shipping_charges):
        yield f'Shipping Charges: the title "{title}" appears more than once.'


def _vendor_items(card: ShopCard) -> Iterator[str]:
    for row in card.vendor_items:
        if not (row.vendor.strip() and row.vendor_item_no.strip() and row.item_no.strip()):
            yield f'Vendor Items "{row.vendor} {row.vendor_item_no}": needs vendor, vendor item no. and item no.'
        elif len(row.item_no) > NUMBER_LENGTH or (row.variant_code and not _is_code(row.variant_code, CODE_LENGTH)):
            yield (f'Vendor Items "{row.vendor} {row.vendor_item_no}": an item no. has at most {NUMBER_LENGTH} '
                   f"characters, a variant code {CODE_LENGTH}.")
    for vendor_item in _doubles(f"{code(row.vendor)} {code(row.vendor_item_no)}" for row in card.vendor_items):
        yield f'Vendor Items: "{vendor_item}" appears more than once.'


def _currencies(card: ShopCard) -> Iterator[str]:
    for iso, bc_code in card.currency_mapping.items():
        if not _ISO_CURRENCY.fullmatch(iso):
            yield f'Currency Mapping "{iso}": the currency is Shopify\'s three-letter ISO code, e.g. USD.'
        if not _is_code(bc_code, CODE_LENGTH):
            yield (f'Currency Mapping "{iso}": a code of Business Central, at most {CODE_LENGTH} characters; for the '
                   "local currency its own.")
    for twice in _doubles(code(bc_code) for bc_code in card.currency_mapping.values() if bc_code.strip()):
        yield f'Currency Mapping: "{twice}" stands for more than one currency.'


def _codes(card: ShopCard) -> Iterator[str]:
    for named, table, _ in codes_of(card):
        length = NUMBER_LENGTH if table in _LONGER else CODE_LENGTH
        if not _is_code(named.code, length):
            yield f"{named.setting}: a code of Business Central, at most {length} characters."
    for setting, mapping, _ in mappings_of(card):
        for name in _doubles(same_name(name) for name in mapping):
            yield f'{setting}: "{name}" appears more than once.'
        if not all(name.strip() for name in mapping):
            yield f"{setting}: a row has no name."


def _attributes(card: ShopCard) -> Iterator[str]:
    if not all(name.strip() for name in card.attributes_on_doc_lines):
        yield "Attributes on Doc. Lines: the name of an attribute is empty."
    for name in _doubles(same_name(name) for name in card.attributes_on_doc_lines):
        yield f'Attributes on Doc. Lines: "{name}" appears more than once.'
    if card.requested_delivery_date_attribute and not card.requested_delivery_date_attribute.strip():
        yield "Requested Delivery Date Attribute: blanks name no attribute; leave it empty for none."


def _dimensions(card: ShopCard) -> Iterator[str]:
    for row in card.document_dimensions:
        codes = (row.dimension_code, row.dimension_value_code)
        if not all(one.strip() and len(one) <= NUMBER_LENGTH for one in codes):
            yield (f'Document Dimensions "{row.dimension_code}": needs a dimension code and a dimension value code, at '
                   f"most {NUMBER_LENGTH} characters each.")
        if row.channel and not row.channel.strip():
            yield f'Document Dimensions "{row.dimension_code}": blanks name no channel; leave it empty for every one.'
        if row.country_region_code and not _COUNTRY.fullmatch(row.country_region_code):
            yield f'Document Dimensions "{row.dimension_code}": the country is Shopify\'s two-letter code, e.g. DE.'


def _tolerance(card: ShopCard) -> Iterator[str]:
    if not (card.rounding_tolerance.is_finite() and 0 <= card.rounding_tolerance <= LARGEST_TOLERANCE):
        yield f"Rounding Tolerance: between 0 and {LARGEST_TOLERANCE}; more would hide wrong totals."


def _logging_mode_until(card: ShopCard) -> Iterator[str]:
    try:
        from_iso(card.logging_mode_until or "2026-01-01T00:00:00Z")
    except (ValueError, OverflowError):
        yield "Logging Mode Until: a time with its time zone, e.g. 2026-03-10T18:00:00Z."


def _time_zone(card: ShopCard) -> Iterator[str]:
    try:
        ZoneInfo(card.time_zone)
    except (OSError, ValueError, KeyError):
        yield f'Time Zone: "{card.time_zone}" is not known; use a name such as Europe/Paris.'


def _is_code(text: str, length: int) -> bool:
    return bool(text.strip()) and len(text) <= length


def _doubles(texts: Iterable[str]) -> list[str]:
    """Texts that appear more than once, each named once."""
    listed = list(texts)
    return [text for text in dict.fromkeys(listed) if listed.count(text) > 1]


_RULES: tuple[Callable[[ShopCard], Iterator[str]], ...] = (
    _code, _company, _enabled, _logging_mode_until, _customers, _countries, _companies, _items, _orders_to_import,
    _numbers, _shipping_charges, _vendor_items, _currencies, _codes, _attributes, _dimensions, _tolerance, _time_zone,
)
