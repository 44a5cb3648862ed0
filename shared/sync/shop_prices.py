"""How a shop states its prices: asked of Shopify when an item is to get one, kept for replays, which do not ask.

Table Shops, row (`prices`, shop): of the store that the card pointed to then.
"""
from __future__ import annotations

from functools import cache
from threading import Lock

from shared.mapping.prices import AskShopPrices
from shared.shopify.client import ShopifyClient
from shared.shopify.records import ShopPrices
from shared.shopify.shop_info import read_shop_prices
from shared.shops.card import ShopCard
from shared.storage.tables import Table

PARTITION = "prices"


def asked_once(shopify: ShopifyClient, card: ShopCard, table: Table) -> AskShopPrices:
    """Asks Shopify the first time it is called, and keeps the answer; any thread may call."""
    lock = Lock()

    @cache
    def ask() -> ShopPrices:
        prices = read_shop_prices(shopify)
        table.put({"PartitionKey": PARTITION, "RowKey": card.code, "host": card.host,
                   "currency": prices.currency_code, "taxes_included": prices.taxes_included})
        return prices

    def once() -> ShopPrices:
        with lock:
            return ask()

    return once


def as_kept(card: ShopCard, table: Table) -> AskShopPrices:
    """What Shopify said the last time it was asked, None if it never was."""

    @cache
    def kept() -> ShopPrices | None:
        row = table.get(PARTITION, card.code)
        if row is None or row["host"] != card.host:
            return None
        return ShopPrices(currency_code=row["currency"], taxes_included=row["taxes_included"])

    return kept
