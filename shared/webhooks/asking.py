"""Asks Shopify before a webhook is believed that would end a connection or erase a shop.

The signature covers the body alone, and those bodies are always the same: whoever recorded one delivery can send it
again, at any time and under any header. So the shop's own access is tried. Source: Shopify, "Uninstall app" (a removed
app's tokens end at once) and "API response status codes" (401 a dead token, 404 no such shop; 402 and 423 a shop that
is frozen or locked, 403 a lacking right: neither says that the app is gone). A dead token alone says nothing: it may
have ended by itself (AccessTokens.is_gone). Border: questions; nothing is believed or done here.
"""
from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shopify.failures import ShopMoved
from shared.shopify.installation import granted_scopes
from shared.shops.card import ShopCard
from shared.texts import NOTHING, Sentence, sentence

ENDED = ("access-token-missing", "reconnect-required", "shop-disconnected")
"""There is no access any more: none is kept, or Shopify refuses it and its renewal."""

SILENT = ("shopify-refused",)
"""A frozen or locked shop answers nobody, whatever the token: a removal that was believed before decides."""


class Standing(StrEnum):
    """What Shopify says of the app in a shop."""

    INSTALLED = "installed"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class Asked(NamedTuple):
    """The answer; `reason` says why it is not "installed", `scopes` what is granted if it is."""

    standing: Standing
    reason: Sentence = NOTHING
    scopes: tuple[str, ...] = ()


def ask_shopify(connector: Connector, shop: str, host: str) -> Asked:
    """Whether the shop's access works; a shop whose card was removed is asked at this store."""
    card = connector.shops.readable(shop) or ShopCard(code=shop, shopify_url=f"https://{host}")
    client = connector.shopify(card)
    try:
        return Asked(Standing.INSTALLED, scopes=granted_scopes(client))
    except ConnectorError as problem:
        removed = _says_removed(connector, shop, problem)
        return Asked(Standing.REMOVED if removed else Standing.UNKNOWN, sentence(
            "{code}: {reason}", code=problem.code, reason=problem.sentence))
    finally:
        client.close()


def _says_removed(connector: Connector, shop: str, problem: ConnectorError) -> bool:
    if problem.code in SILENT:
        return connector.tokens.was_removed(shop)
    if problem.code in ENDED:
        try:
            return connector.tokens.is_gone(shop)
        except ConnectorError:
            return False
    return problem.code == "shop-url-invalid" and not isinstance(problem, ShopMoved)
