"""Codes of Business Central that the shop card names: locations, terms, methods, tax groups.

Most documents hold the id behind a code. A code that Business Central does not know is never left out silently: it
parks what needs it, and names the setting. Border: pure; what a code is for is decided by the callers.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from shared.business_central.rows import CodeTable
from shared.errors import RecordRefused
from shared.mapping.known import KnownSetup
from shared.mapping.text import same_name
from shared.shops.card import CountrySetup, ShopCard
from shared.shops.card_fields import caption, part, row_of
from shared.texts import Sentence, Text, sentence


class CardCode(msgspec.Struct, frozen=True):
    """A code, the field of the card that names it, and what a sentence calls it: `Location Mapping "Lyon"`."""

    code: str
    field: str
    setting: Sentence


def code_of_field(field: str, code: str) -> CardCode:
    """The code that a field holds alone."""
    return CardCode(code, field, caption(field))


def mapped(field: str, mapping: Mapping[str, str], names: Iterable[str]) -> CardCode | None:
    """What a mapping of the card says to the first of these names that it holds; None if it holds none."""
    rows = {same_name(name): CardCode(code, field, row_of(field, name)) for name, code in mapping.items()}
    return next((rows[same_name(name)] for name in names if same_name(name) in rows), None)


def tax_group_of(row: CountrySetup, rate: str) -> CardCode:
    """The tax group that a row of Customer Setup by Country/Region names for a rate."""
    setting = sentence('{part} of {row} "{name}"', part=part("tax_groups"), row=row.name, name=rate)
    return CardCode(row.tax_groups[rate], "customer_setup_by_country_region", setting)


def id_of(named: CardCode, table: CodeTable, known: KnownSetup, *, record: Text) -> str:
    """The id of the row with this code; RecordRefused(code-unknown), which names the setting, if there is none."""
    id = known.id_of_code(table, named.code)
    if id is None:
        raise RecordRefused("code-unknown", sentence(
            "{record!c} needs {setting} of the shop card: {code} is not in Business Central ({page}).",
            record=record, setting=named.setting, code=named.code, page=_PAGES[table]), record=record)
    return id


class NamedCode(NamedTuple):
    """A code of the card with its table; `always`: every order needs it, not only some; place: its row, from 0."""

    named: CardCode
    table: CodeTable
    always: bool = False
    place: int | None = None


class CodeMapping(NamedTuple):
    """A mapping from names of Shopify's to codes: its field, what a sentence calls it, its rows, their table.

    place  the row of the field, from 0, that the mapping is in; None where the field is the mapping
    """

    field: str
    setting: Sentence
    rows: Mapping[str, str]
    table: CodeTable
    place: int | None = None


def codes_of(card: ShopCard) -> list[NamedCode]:
    """All codes that the card names; its dimensions are in document_details.py."""
    single = (
        NamedCode(code_of_field("default_location_code", card.default_location_code), CodeTable.LOCATIONS, always=True),
        NamedCode(code_of_field("salesperson_code", card.salesperson_code), CodeTable.SALESPEOPLE, always=True),
        NamedCode(_of_template("tax_group", card.item_template.tax_group), CodeTable.TAX_GROUPS),
        NamedCode(_of_template("tax_group_not_taxable", card.item_template.tax_group_not_taxable),
                  CodeTable.TAX_GROUPS),
    )
    rows = [NamedCode(CardCode(code, mapping.field, sentence('{field} "{name}"', field=mapping.setting, name=name)),
                      mapping.table, place=place if mapping.place is None else mapping.place)
            for mapping in mappings_of(card) for place, (name, code) in enumerate(mapping.rows.items())]
    return [one for one in single if one.named.code] + rows


def _of_template(name: str, code: str) -> CardCode:
    setting = sentence("{part} of {field}", part=part(name), field=caption("item_template"))
    return CardCode(code, "item_template", setting)


def mappings_of(card: ShopCard) -> list[CodeMapping]:
    """The mappings from names of Shopify's to codes."""
    fields = {"location_mapping": CodeTable.LOCATIONS, "payment_terms_mapping": CodeTable.PAYMENT_TERMS,
              "shipment_method_mapping": CodeTable.SHIPMENT_METHODS}
    return [
        *(CodeMapping(field, caption(field), getattr(card, field), table) for field, table in fields.items()),
        *(CodeMapping("customer_setup_by_country_region",
                      sentence("{part} of {field}", part=part("tax_groups"), field=row.name), row.tax_groups,
                      CodeTable.TAX_GROUPS, place)
          for place, row in enumerate(card.customer_setup_by_country_region)),
    ]


_PAGES = {
    CodeTable.LOCATIONS: sentence("page Locations"),
    CodeTable.PAYMENT_TERMS: sentence("page Payment Terms"),
    CodeTable.SHIPMENT_METHODS: sentence("page Shipment Methods"),
    CodeTable.SALESPEOPLE: sentence("page Salespeople/Purchasers"),
    CodeTable.TAX_GROUPS: sentence("page VAT Product Posting Groups, or Tax Groups where sales tax is used"),
}
