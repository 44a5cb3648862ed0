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
from shared.shop_card import ShopCard


class CardCode(msgspec.Struct, frozen=True):
    """A code, and the setting that names it: `Location Mapping "Lyon"`."""

    code: str
    setting: str


def mapped(setting: str, mapping: Mapping[str, str], names: Iterable[str]) -> CardCode | None:
    """What a mapping of the card says to the first of these names that it holds; None if it holds none."""
    rows = {same_name(name): CardCode(code, f'{setting} "{name}"') for name, code in mapping.items()}
    return next((rows[same_name(name)] for name in names if same_name(name) in rows), None)


def id_of(named: CardCode, table: CodeTable, known: KnownSetup, *, record: str) -> str:
    """The id of the row with this code; RecordRefused(code-unknown), which names the setting, if there is none."""
    id = known.id_of_code(table, named.code)
    if id is None:
        raise RecordRefused(
            "code-unknown",
            f"{record.capitalize()} needs {named.setting} of the shop card: {named.code} is not in Business Central "
            f"({_PAGES[table]}).",
            record=record,
        )
    return id


class NamedCode(NamedTuple):
    """A code of the card with its table; `always`: every order needs it, not only some."""

    named: CardCode
    table: CodeTable
    always: bool = False


def codes_of(card: ShopCard) -> list[NamedCode]:
    """All codes that the card names; its dimensions are in document_details.py."""
    single = (
        NamedCode(CardCode(card.default_location_code, "Default Location Code"), CodeTable.LOCATIONS, always=True),
        NamedCode(CardCode(card.salesperson_code, "Salesperson Code"), CodeTable.SALESPEOPLE, always=True),
        NamedCode(CardCode(card.item_template.tax_group, "Tax Group of Item Template"), CodeTable.TAX_GROUPS),
        NamedCode(CardCode(card.item_template.tax_group_not_taxable, "Tax Group, Not Taxable of Item Template"),
                  CodeTable.TAX_GROUPS),
    )
    rows = [NamedCode(CardCode(code, f'{setting} "{name}"'), table)
            for setting, mapping, table in mappings_of(card) for name, code in mapping.items()]
    return [one for one in single if one.named.code] + rows


def mappings_of(card: ShopCard) -> list[tuple[str, Mapping[str, str], CodeTable]]:
    """The mappings from names of Shopify's to codes: caption, rows, table of the codes."""
    return [
        ("Location Mapping", card.location_mapping, CodeTable.LOCATIONS),
        ("Payment Terms Mapping", card.payment_terms_mapping, CodeTable.PAYMENT_TERMS),
        ("Shipment Method Mapping", card.shipment_method_mapping, CodeTable.SHIPMENT_METHODS),
        *((f"Tax Groups of {row.name}", row.tax_groups, CodeTable.TAX_GROUPS)
          for row in card.customer_setup_by_country_region),
    ]


_PAGES = {
    CodeTable.LOCATIONS: "page Locations",
    CodeTable.PAYMENT_TERMS: "page Payment Terms",
    CodeTable.SHIPMENT_METHODS: "page Shipment Methods",
    CodeTable.SALESPEOPLE: "page Salespeople/Purchasers",
    CodeTable.TAX_GROUPS: "page VAT Product Posting Groups, or Tax Groups where sales tax is used",
}
