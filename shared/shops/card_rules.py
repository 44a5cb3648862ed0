"""What a shop card must satisfy, all at once, and the switches that exclude each other.

Rules: Microsoft's Shopify Connector, Shopify Shop Card; lengths from Microsoft Learn, "API v2.0".
Only what the card alone can tell is checked here: whether an account or customer exists, Business
Central is asked when it is used. The form of the shop's address is checked where it is entered.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from shared.business_central.rows import CodeTable
from shared.clock import from_iso
from shared.errors import ConnectorError
from shared.mapping.accounts import accounts_of
from shared.mapping.card_codes import codes_of, mappings_of
from shared.mapping.text import code, same_name
from shared.shops.card import CompanyMapping, CustomerMapping, NameSource, ShopCard, SkuMapping
from shared.shops.card_fields import caption, part
from shared.texts import Sentence, Text, sentence, together

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

_OF_TEMPLATE = {
    "general_product_posting_group": NUMBER_LENGTH, "inventory_posting_group": NUMBER_LENGTH,
    "base_unit_of_measure": CODE_LENGTH, "item_category": NUMBER_LENGTH,
}
"""Codes of Item Template, with their lengths."""

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


class Wrong(NamedTuple):
    """What a field of the card must not hold, as a sentence that begins with the field's caption.

    place  the row of its list that is meant, from 0; None for the field itself
    """

    field: str
    sentence: Sentence
    place: int | None = None


class CardRefused(ConnectorError):
    """shop-card-invalid: a card that must not be stored, with what is wrong at which field."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__("shop-card-invalid", together((one.sentence for one in wrong), "; "))
        self.wrong = list(wrong)


def check_card(card: ShopCard) -> list[Wrong]:
    """One for each violation, [] for a sound card."""
    return [wrong for rule in _RULES for wrong in rule(card)]


def wrong(
    text: str, /, field: str, *, row: str | None = None, place: int | None = None, part: Text = "", **values: object,
) -> Wrong:
    """A text of the catalogues behind the caption of the field, and the row, with its place, or the part that is meant.
    """
    named: dict[str, object] = {"field": caption(field), "what": sentence(text, **values)}
    if row is not None:
        return Wrong(field, sentence('{field} "{row}": {what}', row=row, **named), place)
    if part:
        return Wrong(field, sentence("{field}, {part}: {what}", part=part, **named))
    return Wrong(field, sentence("{field}: {what}", **named))


def _code(card: ShopCard) -> Iterator[Wrong]:
    if not _CODE.fullmatch(card.code):
        yield wrong("1 to 20 letters, digits, hyphens or underscores, beginning with a letter or digit.", "code")


def _enabled(card: ShopCard) -> Iterator[Wrong]:
    if card.enabled and not (card.shopify_url and card.company_id):
        yield wrong("fill in {url} and {company} first.", "enabled", url=caption("shopify_url"),
                    company=caption("company_id"))


def _company(card: ShopCard) -> Iterator[Wrong]:
    # It becomes part of an address that the token of Business Central is sent to.
    if card.company_id and not _COMPANY.fullmatch(card.company_id):
        yield wrong("its id in Business Central, e.g. 5d0c2a4f-51b2-4c5c-9e0b-7f3b1c2d4e5f.", "company_id")


def _customers(card: ShopCard) -> Iterator[Wrong]:
    always_default = card.customer_mapping_type is CustomerMapping.DEFAULT_CUSTOMER
    if always_default and not card.default_customer_no:
        yield _needed_with("default_customer_no", "customer_mapping_type", card.customer_mapping_type)
    if card.contact_source is NameSource.COMPANY_NAME:
        yield wrong("a contact is a person, choose First+Last, Last+First or None.", "contact_source")
    if {card.name_source, card.name_2_source, card.contact_source} == {NameSource.NONE}:
        yield wrong("with all three sources None no customer would have a name.", "name_source")


def _companies(card: ShopCard) -> Iterator[Wrong]:
    always_default = card.company_mapping_type is CompanyMapping.DEFAULT_COMPANY
    if always_default and not card.default_company_no:
        yield _needed_with("default_company_no", "company_mapping_type", card.company_mapping_type)


def _countries(card: ShopCard) -> Iterator[Wrong]:
    rows = card.customer_setup_by_country_region
    for place, row in enumerate(rows):
        of_row = partial(wrong, field="customer_setup_by_country_region", row=row.written, place=place)
        if not _COUNTRY.fullmatch(row.country_region_code):
            yield of_row("the country is Shopify's two-letter code, e.g. DE.")
        for each, number in (("default_customer_no", row.default_customer_no),
                             ("tax_exempt_customer_no", row.tax_exempt_customer_no)):
            if len(number) > NUMBER_LENGTH:
                yield of_row("{name} has at most {length} characters.", name=part(each), length=NUMBER_LENGTH)
        for each, area in (("tax_area_id", row.tax_area_id), ("tax_exempt_tax_area_id", row.tax_exempt_tax_area_id)):
            if area and not _COMPANY.fullmatch(area):
                yield of_row("{name} is its id in Business Central, e.g. 5d0c2a4f-51b2-4c5c-9e0b-7f3b1c2d4e5f.",
                             name=part(each))
        rates = [_percent(rate) for rate in row.tax_groups]
        if None in rates or len(set(rates)) < len(rates):
            yield of_row("{name} are named by rates in per cent, each once, e.g. 5.5.", name=part("tax_groups"))
        if len(row.county_code) > COUNTY_LENGTH:
            yield of_row("the county is Shopify's code of a state or province, e.g. TX.")
    for key in _doubles(row.key for row in rows):
        yield wrong('"{name}" appears more than once.', "customer_setup_by_country_region", name=key)
    for place, (iso, bc_code) in enumerate(card.country_region_mapping.items()):
        of_row = partial(wrong, field="country_region_mapping", row=iso, place=place)
        if not _COUNTRY.fullmatch(iso):
            yield of_row("the country is Shopify's two-letter code, e.g. GR.")
        if not _is_code(bc_code, CODE_LENGTH):
            yield of_row("a code of Business Central, at most {length} characters.", length=CODE_LENGTH)


def _needed_with(field: str, other: str, choice: str) -> Wrong:
    return wrong('needed with {setting} "{choice}".', field, setting=caption(other), choice=choice)


def _too_long(field: str, length: int) -> Wrong:
    return wrong("at most {length} characters.", field, length=length)


def _percent(text: str) -> Decimal | None:
    """A rate such as 5.5; None for anything else."""
    return Decimal(text) if _RATE.fullmatch(text) and Decimal(text) <= LARGEST_RATE else None


def _items(card: ShopCard) -> Iterator[Wrong]:
    needed = ("general_product_posting_group", "inventory_posting_group", "base_unit_of_measure")
    missing = [part(name) for name in needed if not getattr(card.item_template, name)]
    if card.auto_create_unknown_items and missing:
        yield wrong("{setting} needs {parts}.", "item_template", setting=caption("auto_create_unknown_items"),
                    parts=together(missing, ", "))
    for name, length in _OF_TEMPLATE.items():
        text = getattr(card.item_template, name)
        if text and not _is_code(text, length):
            yield wrong("a code of Business Central, at most {length} characters.", "item_template", part=part(name),
                        length=length)
    if card.item_card_service and not _SERVICE_NAME.fullmatch(card.item_card_service):
        yield wrong("letters, digits and underscores, beginning with a letter or underscore.", "item_card_service")
    if card.sku_mapping is SkuMapping.ITEM_NO_AND_VARIANT_CODE and not card.sku_field_separator:
        yield _needed_with("sku_field_separator", "sku_mapping", card.sku_mapping)
    if len(card.variant_option_name_for_uom) > OPTION_LENGTH:
        yield _too_long("variant_option_name_for_uom", OPTION_LENGTH)


def _orders_to_import(card: ShopCard) -> Iterator[Wrong]:
    wanted = card.orders_to_import
    if not wanted.financial_statuses:
        yield wrong("choose at least one financial status, or no order would ever come in.", "orders_to_import")
    if not 0 <= wanted.hold_minutes <= LONGEST_HOLD_MINUTES:
        yield wrong("between 0 and {most} (a week).", "orders_to_import", part=part("hold_minutes"),
                    most=LONGEST_HOLD_MINUTES)
    for empty, doubled, chosen, excluded in (
        (sentence("a channel is empty."), sentence('the channel "{name}" is both taken and excluded.'),
         wanted.channels, wanted.channels_excluded),
        (sentence("a tag is empty."), sentence('the tag "{name}" is both taken and excluded.'),
         wanted.tags, wanted.tags_excluded),
    ):
        if not all(text.strip() for text in (*chosen, *excluded)):
            yield wrong(empty.text, "orders_to_import")
        for both in sorted({same_name(text) for text in chosen} & {same_name(text) for text in excluded}):
            yield wrong(doubled.text, "orders_to_import", name=both)


def _numbers(card: ShopCard) -> Iterator[Wrong]:
    for field in ("default_customer_no", "default_item_no", "default_company_no", *accounts_of(card)):
        if len(getattr(card, field)) > NUMBER_LENGTH:
            yield _too_long(field, NUMBER_LENGTH)


def _shipping_charges(card: ShopCard) -> Iterator[Wrong]:
    for place, row in enumerate(card.shipping_charges):
        if not row.title.strip() or not row.number.strip() or len(row.number) > NUMBER_LENGTH:
            yield wrong("needs a title and a number of at most {length} characters.", "shipping_charges",
                        row=row.title, place=place, length=NUMBER_LENGTH)
    for title in _doubles(code(row.title) for row in card.shipping_charges):
        yield wrong('the title "{title}" appears more than once.', "shipping_charges", title=title)


def _vendor_items(card: ShopCard) -> Iterator[Wrong]:
    for place, row in enumerate(card.vendor_items):
        of_row = partial(wrong, field="vendor_items", row=f"{row.vendor} {row.vendor_item_no}", place=place)
        if not (row.vendor.strip() and row.vendor_item_no.strip() and row.item_no.strip()):
            yield of_row("needs vendor, vendor item no. and item no.")
        elif len(row.item_no) > NUMBER_LENGTH or (row.variant_code and not _is_code(row.variant_code, CODE_LENGTH)):
            yield of_row("an item no. has at most {length} characters, a variant code {variant}.",
                         length=NUMBER_LENGTH, variant=CODE_LENGTH)
    for vendor_item in _doubles(f"{code(row.vendor)} {code(row.vendor_item_no)}" for row in card.vendor_items):
        yield wrong('"{name}" appears more than once.', "vendor_items", name=vendor_item)


def _currencies(card: ShopCard) -> Iterator[Wrong]:
    for place, (iso, bc_code) in enumerate(card.currency_mapping.items()):
        of_row = partial(wrong, field="currency_mapping", row=iso, place=place)
        if not _ISO_CURRENCY.fullmatch(iso):
            yield of_row("the currency is Shopify's three-letter ISO code, e.g. USD.")
        if not _is_code(bc_code, CODE_LENGTH):
            yield of_row("a code of Business Central, at most {length} characters; for the local currency its own.",
                         length=CODE_LENGTH)
    for twice in _doubles(code(bc_code) for bc_code in card.currency_mapping.values() if bc_code.strip()):
        yield wrong('"{code}" stands for more than one currency.', "currency_mapping", code=twice)


def _codes(card: ShopCard) -> Iterator[Wrong]:
    for named, table, _, place in codes_of(card):
        length = NUMBER_LENGTH if table in _LONGER else CODE_LENGTH
        if not _is_code(named.code, length):
            yield Wrong(named.field, sentence("{setting}: a code of Business Central, at most {length} characters.",
                                              setting=named.setting, length=length), place)
    for mapping in mappings_of(card):
        for name in _doubles(same_name(name) for name in mapping.rows):
            yield Wrong(mapping.field, sentence(
                '{setting}: "{name}" appears more than once.', setting=mapping.setting, name=name), mapping.place)
        if not all(name.strip() for name in mapping.rows):
            nameless = sentence("{setting}: a row has no name.", setting=mapping.setting)
            yield Wrong(mapping.field, nameless, mapping.place)


def _attributes(card: ShopCard) -> Iterator[Wrong]:
    if not all(name.strip() for name in card.attributes_on_doc_lines):
        yield wrong("the name of an attribute is empty.", "attributes_on_doc_lines")
    for name in _doubles(same_name(name) for name in card.attributes_on_doc_lines):
        yield wrong('"{name}" appears more than once.', "attributes_on_doc_lines", name=name)
    if card.requested_delivery_date_attribute and not card.requested_delivery_date_attribute.strip():
        yield wrong("blanks name no attribute; leave it empty for none.", "requested_delivery_date_attribute")


def _dimensions(card: ShopCard) -> Iterator[Wrong]:
    for place, row in enumerate(card.document_dimensions):
        codes = (row.dimension_code, row.dimension_value_code)
        of_row = partial(wrong, field="document_dimensions", row=row.dimension_code, place=place)
        if not all(one.strip() and len(one) <= NUMBER_LENGTH for one in codes):
            yield of_row("needs a dimension code and a dimension value code, at most {length} characters each.",
                         length=NUMBER_LENGTH)
        if row.channel and not row.channel.strip():
            yield of_row("blanks name no channel; leave it empty for every one.")
        if row.country_region_code and not _COUNTRY.fullmatch(row.country_region_code):
            yield of_row("the country is Shopify's two-letter code, e.g. DE.")


def _tolerance(card: ShopCard) -> Iterator[Wrong]:
    if not (card.rounding_tolerance.is_finite() and 0 <= card.rounding_tolerance <= LARGEST_TOLERANCE):
        yield wrong("between 0 and {most}; more would hide wrong totals.", "rounding_tolerance", most=LARGEST_TOLERANCE)


def _logging_mode_until(card: ShopCard) -> Iterator[Wrong]:
    try:
        from_iso(card.logging_mode_until or "2026-01-01T00:00:00Z")
    except (ValueError, OverflowError):
        yield wrong("a time with its time zone, e.g. 2026-03-10T18:00:00Z.", "logging_mode_until")


def _time_zone(card: ShopCard) -> Iterator[Wrong]:
    try:
        ZoneInfo(card.time_zone)
    except (OSError, ValueError, KeyError):
        yield wrong('"{zone}" is not known; use a name such as Europe/Paris.', "time_zone", zone=card.time_zone)


def _is_code(text: str, length: int) -> bool:
    return bool(text.strip()) and len(text) <= length


def _doubles(texts: Iterable[str]) -> list[str]:
    """Texts that appear more than once, each named once."""
    listed = list(texts)
    return [text for text in dict.fromkeys(listed) if listed.count(text) > 1]


_RULES: tuple[Callable[[ShopCard], Iterator[Wrong]], ...] = (
    _code, _company, _enabled, _logging_mode_until, _customers, _countries, _companies, _items, _orders_to_import,
    _numbers, _shipping_charges, _vendor_items, _currencies, _codes, _attributes, _dimensions, _tolerance, _time_zone,
)
