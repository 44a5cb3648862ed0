"""The tax group of a line: only where the shop card says which one lines of a rate have, else Business Central's own.

Rules: Microsoft Learn, "API v2.0", salesOrderLine: taxCode is the VAT product posting group, or the tax group where
sales tax is used. It prices an item's line anew where prices include tax (AL: Sales Line, "VAT Prod. Posting Group"),
so it stands right behind the object. Shopify's own taxCode is not asked for: the field is deprecated. Border: pure.
"""
from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from shared.business_central.plan import Body
from shared.business_central.rows import CodeTable
from shared.mapping.buyers import setup_of
from shared.mapping.card_codes import CardCode, id_of, tax_group_of
from shared.mapping.known import KnownSetup
from shared.mapping.text import code
from shared.shopify.records import Order
from shared.shops.card import ShopCard
from shared.texts import Text

TaxGroups = Mapping[Decimal | None, CardCode]
"""Rate in per cent -> the tax group that the card names for it; no row has the rate None, which nobody tells."""


def tax_groups_of(order: Order, card: ShopCard) -> TaxGroups:
    """What the row of the country says that the goods go to."""
    setup = setup_of(order, card)
    return {Decimal(rate): tax_group_of(setup, rate) for rate in setup.tax_groups}


def with_tax_group(line: Body, named: CardCode | None, known: KnownSetup, *, record: Text) -> Body:
    """The line with this tax group, if one is named; RecordRefused(code-unknown) where Business Central lacks it."""
    if named is None:
        return line
    id_of(named, CodeTable.TAX_GROUPS, known, record=record)
    target = {name: line[name] for name in ("lineType", "lineObjectNumber")}
    return {**target, "taxCode": code(named.code), **line}
