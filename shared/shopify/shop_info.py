"""What Shopify says of the shop itself: name, currency, taxes, plan, served API versions.

Source: Shopify's Admin schema 2026-10, `shop` and `publicApiVersions`. Border: questions, no opinion.
"""
from __future__ import annotations

import msgspec

from shared.shopify.client import ShopifyClient
from shared.shopify.records import ShopPrices


class ShopPlan(msgspec.Struct, frozen=True, rename="camel"):
    public_display_name: str
    partner_development: bool
    shopify_plus: bool


class Shop(msgspec.Struct, frozen=True, rename="camel"):
    """The shop's own facts; `currency_code` and `taxes_included` decide how orders are booked."""

    id: str
    name: str
    myshopify_domain: str
    email: str
    currency_code: str
    enabled_presentment_currencies: list[str]
    ships_to_countries: list[str]
    iana_timezone: str
    taxes_included: bool
    tax_shipping: bool
    plan: ShopPlan


class ApiVersion(msgspec.Struct, frozen=True):
    handle: str
    supported: bool


class ShopInfo(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of shop_info: the shop and the API versions Shopify knows."""

    shop: Shop
    public_api_versions: list[ApiVersion]


class _Answer(msgspec.Struct, frozen=True):
    shop: ShopPrices


class _Id(msgspec.Struct, frozen=True):
    id: str


class _Named(msgspec.Struct, frozen=True):
    shop: _Id


def read_shop_id(client: ShopifyClient) -> str:
    """Shopify's id of the shop, a GID: the one thing of it that never changes. Raises what ShopifyClient.ask raises.

    It is also the least that Shopify can be asked, and the answer tells Shopify's time.
    """
    return client.ask("shop_id", type=_Named).shop.id


def read_shop_prices(client: ShopifyClient) -> ShopPrices:
    """Ask the shop how it states its prices; raises what ShopifyClient.ask raises."""
    return client.ask("shop_prices", type=_Answer).shop


def read_shop_info(client: ShopifyClient) -> ShopInfo:
    """Ask the shop about itself; raises what ShopifyClient.ask raises."""
    return client.ask("shop_info", type=ShopInfo)
