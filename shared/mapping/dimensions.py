"""The dimensions of a sales order, by shop, channel and country.

Only Business Central's two global dimensions: shortcutDimension1Code and 2Code of a header pass to the lines that
follow it in the same request. dimensionSetLines of a header reach no line, so that the ledger entries of the sale would
be without (docs/decisions/0030-global-dimensions-only.md). Border: pure.
"""
from __future__ import annotations

from functools import partial

from shared.business_central.plan import Body
from shared.errors import RecordRefused
from shared.mapping.buyers import country_of
from shared.mapping.known import KnownSetup
from shared.mapping.orders_to_import import channels_of
from shared.mapping.refusals import all_or_refusal
from shared.mapping.text import code, same_name
from shared.shopify.records import Order
from shared.shops.card import DocumentDimension, ShopCard
from shared.shops.card_fields import row_of
from shared.texts import Text, sentence


def dimensions(order: Order, card: ShopCard, known: KnownSetup, record: Text) -> Body:
    """Of each dimension the value of the first row of the card that fits, the first global dimension first.

    RecordRefused(code-unknown) with every row that names what Business Central does not have.
    """
    rows: dict[str, DocumentDimension] = {}
    for row in card.document_dimensions:
        if _fits(row, order):
            rows.setdefault(code(row.dimension_code), row)
    steps = [partial(property_of, row, known, record=record) for row in rows.values()]
    names = all_or_refusal(steps, record=record)
    values = [code(row.dimension_value_code) for row in rows.values()]
    return dict(sorted(zip(names, values, strict=True)))


def property_of(row: DocumentDimension, known: KnownSetup, *, record: Text) -> str:
    """The header's property that takes this row's value; RecordRefused(code-unknown) for what is not there."""
    setting = row_of("document_dimensions", row.dimension_code)
    codes = [code(dimension) for dimension in known.global_dimensions]
    if not row.dimension_code.strip() or code(row.dimension_code) not in codes:
        raise RecordRefused("code-unknown", sentence(
            "{record!c} needs {setting} of the shop card: it is no global dimension of Business Central (page General "
            "Ledger Setup), and only those two reach the lines of a document.", record=record, setting=setting),
            record=record)
    if not known.knows_dimension_value(row.dimension_code, row.dimension_value_code):
        raise RecordRefused("code-unknown", sentence(
            "{record!c} needs {setting} of the shop card: {value} is none of its values in Business Central (page "
            "Dimensions).", record=record, setting=setting, value=row.dimension_value_code), record=record)
    return f"shortcutDimension{codes.index(code(row.dimension_code)) + 1}Code"


def _fits(row: DocumentDimension, order: Order) -> bool:
    channel, country = same_name(row.channel), code(row.country_region_code)
    of_channel = not channel or channel in map(same_name, channels_of(order))
    return of_channel and (not country or country == code(country_of(order)))
