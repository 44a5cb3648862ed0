"""How a shop states its prices: asked of Shopify when an item is to get one, kept for replays, which do not ask.
"""
from __future__ import annotations

from functools import cache
from threading import Lock

from shared.mapping.prices import AskShopPrices
from shared.shopify.client import ShopifyClient
from shared.shopify.records import ShopPrices
from shared.shopify.shop_info import read_shop_prices
from shared.shops.card import ShopCard
from shared.shops.store import Shops


def asked_once(shopify: ShopifyClient, card: ShopCard, shops: Shops) -> AskShopPrices:
    """Asks Shopify the first time it is called, and keeps the answer; any thread may call."""
    lock = Lock()

    @cache
    def ask() -> ShopPrices:
        prices = read_shop_prices(shopify)
        shops.keep_prices(card, prices.currency_code, prices.taxes_included)
        return prices

    def once() -> ShopPrices:
        with lock:
            return ask()

    return once


def as_kept(card: ShopCard, shops: Shops) -> AskShopPrices:
    """What Shopify said the last time it was asked, None if it never was."""

    @cache
    def kept() -> ShopPrices | None:
        found = shops.prices(card)
        return found and ShopPrices(currency_code=found[0], taxes_included=found[1])

    return kept
