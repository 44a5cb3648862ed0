"""Looks which types have anything new, in one question: of a shop where nothing changed nothing more is read.

Each search is that of the list that would be read, for its first id alone and without an upper bound. So what it finds
nothing for is an empty list, and an index of Shopify's that lags hides the same from both: what comes late is met
through the overlap of the next span, as ever. A type that is not told of, for want of a scope or an account, is not
known to be empty. Border: one question; what is not read because of the answer is decided by whoever asks.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import msgspec

from shared.errors import ConnectorError
from shared.shopify.client import ShopifyClient
from shared.shopify.documents import document
from shared.shopify.listing import Search
from shared.shopify.shop_info import read_shop_id

_OF_THE_QUESTION = ("access-scope-changed", "record-unreadable", "shopify-refused", "shopify-unavailable")
"""Refusals that a smaller question may not meet."""


class Look(NamedTuple):
    """Shopify's id of the shop, a GID, and the types for which nothing was found."""

    shop: str
    empty: frozenset[str] = frozenset()


class _Id(msgspec.Struct):
    id: str


class _Nodes(msgspec.Struct):
    nodes: list[_Id]


class _Shop(msgspec.Struct):
    shop: _Id


class _Told(msgspec.Struct):
    """A list, by itself or `found` within the account of Shopify Payments."""

    nodes: list[_Id] | None = None
    found: _Nodes | None = None

    def is_empty(self) -> bool:
        """Whether there is a list with nothing in it."""
        return (self.found.nodes if self.found else self.nodes) == []


@cache
def types_asked() -> tuple[str, ...]:
    """The types that the question knows: it has a variable $…Asked for each."""
    return tuple(re.findall(r"\$(\w+)Asked:", document("anything_new").text))


def look(client: ShopifyClient, searches: Mapping[str, Search]) -> Look:
    """Which shop it is, and which of these types have nothing; none is asked for that the token may not read.

    Where the question itself is refused, the shop is asked alone, and nothing is known of any type. Raises what
    ShopifyClient.ask raises of the whole service.
    """
    asked = {type: search for type, search in searches.items()
             if type in types_asked() and all(map(client.may_read, search.needs))}
    if not asked:
        return Look(read_shop_id(client))
    variables = {f"{type}Asked": type in asked for type in types_asked()} | {
        type: search.filter for type, search in asked.items()}
    try:
        answer = client.ask("anything_new", variables, most_tries=1)
        shop, told = answer.read(_Shop).shop.id, answer.read(dict[str, _Told | None])
    except ConnectorError as problem:
        if problem.code not in _OF_THE_QUESTION:
            raise
        return Look(read_shop_id(client))
    return Look(shop, frozenset(type for type in asked if (one := told.get(type)) is not None and one.is_empty()))
