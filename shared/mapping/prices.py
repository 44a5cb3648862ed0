"""Unit price and unit cost of a new item: in the company's own currency, and in the shop's price mode.

Rules: Microsoft's Shopify Connector, Create Item: prices are converted by the exchange rate of the day and rounded to
the company's smallest unit. Item.Table.al: a price that includes VAT needs *VAT Bus. Posting Gr. (Price)* of Sales &
Receivables Setup. What cannot be said rightly is left empty and owed: a wrong price is worse than none, and the
lines of orders bring their own.
"""
from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import msgspec

from shared.business_central.plan import Body
from shared.errors import ConnectorError
from shared.mapping.known import KnownSetup
from shared.mapping.money import Amounts, wanted_currency
from shared.mapping.text import code
from shared.shopify.records import ShopPrices, Variant
from shared.shops.card import ShopCard
from shared.texts import Sentence, sentence

AskShopPrices = Callable[[], ShopPrices | None]
"""Asked only when an item is to get its price; None where it is not known."""


class ItemPrices(msgspec.Struct, frozen=True):
    """Properties that hold the prices, or why there are none."""

    body: Body = {}
    missing: Sentence | None = None


def item_prices(variant: Variant, shop: ShopPrices | None, card: ShopCard, setup: KnownSetup) -> ItemPrices:
    """Price, price mode and cost of the variant's item. A cost is never with tax."""
    if shop is None:
        return ItemPrices(missing=sentence("how the shop states its prices was never asked; retry the product."))
    cost = variant.inventory_item.unit_cost
    stated = {"unitPrice": (variant.price, shop.currency_code)}
    if cost:
        stated["unitCost"] = (cost.amount, cost.currency_code)
    local = {name: _in_local_currency(amount, iso, card, setup) for name, (amount, iso) in stated.items()}
    foreign = dict.fromkeys(stated[name][1] for name, amount in local.items() if amount is None)
    if foreign:
        return ItemPrices(missing=sentence(
            "Shopify's prices are in {currencies}, and Business Central has no exchange rate for that currency today.",
            currencies=" + ".join(foreign)))
    mode = {"priceIncludesTax": True} if shop.taxes_included and variant.price else {}
    return ItemPrices(body={**mode, **local})


def price_group_missing(refused: ConnectorError) -> Sentence:
    """Why Business Central took no price that includes tax, with its own sentence."""
    return sentence("Shopify's prices include tax, and VAT Bus. Posting Gr. (Price) on the page Sales & Receivables "
                    "Setup is not filled in, or has no VAT Posting Setup: {answer}", answer=refused.sentence)


def _in_local_currency(amount: Decimal, iso: str, card: ShopCard, setup: KnownSetup) -> Decimal | None:
    """The amount as it stands where the currency is the company's own; None without an exchange rate."""
    wanted = wanted_currency(iso, card)
    if not amount or wanted == code(setup.local_currency):
        return amount
    value = setup.local_value(wanted)
    return None if value is None else Amounts(setup.local_currency, presentment=False).rounded(amount * value)
