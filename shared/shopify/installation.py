"""Whether our app is installed in the shop, and with which scopes.

Source: Shopify's Admin schema 2026-10, `currentAppInstallation`; "Uninstall app": a removed app's tokens answer 401;
Admin API, Order: only the orders of the last 60 days can be read without the scope read_all_orders.
Border: one question, no opinion.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from shared.errors import ConnectorError
from shared.shopify.client import ShopifyClient

READABLE = timedelta(days=60)
"""How old an order may be that every app can read."""

ALL_ORDERS = "read_all_orders"
"""The scope that older ones need."""


class _Scope(msgspec.Struct):
    handle: str


class _Installation(msgspec.Struct, rename="camel"):
    access_scopes: list[_Scope]


class _Answer(msgspec.Struct, rename="camel"):
    current_app_installation: _Installation


def granted_scopes(client: ShopifyClient) -> tuple[str, ...]:
    """The scopes of the installed app, sorted; raises what ShopifyClient.ask raises, also if it is not installed."""
    answer = client.ask("app_installation", type=_Answer, most_tries=2)
    return tuple(sorted(scope.handle for scope in answer.current_app_installation.access_scopes))


def holds(client: ShopifyClient, needs: Iterable[frozenset[str]]) -> bool:
    """Whether the app was granted one scope of each group; False where Shopify does not say.

    A write scope contains its read scope, and Shopify names only the write scope then.
    """
    try:
        granted = set(granted_scopes(client))
    except ConnectorError:
        return False
    granted |= {scope.replace("write_", "read_", 1) for scope in granted if scope.startswith("write_")}
    return all(group & granted for group in needs)
