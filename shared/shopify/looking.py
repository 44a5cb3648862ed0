"""Looks which types have anything new, in one question: of a shop where nothing changed nothing more is read.

Each search is that of the list that would be read, for its first id alone and without an upper bound. So what it finds
nothing for is an empty list, and an index of Shopify's that lags hides the same from both: what comes late is met
through the overlap of the next span, as ever. A type that is not told of, for want of a scope or an account, is not
known to be empty. Border: one question; what is not read because of the answer is decided by whoever asks.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from shared.errors import ConnectorError
from shared.shopify.client import ShopifyClient
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


class _Account(msgspec.Struct):
    payouts: _Nodes | None = None
    disputes: _Nodes | None = None


class _Answer(msgspec.Struct, rename="camel"):
    shop: _Id
    products: _Nodes | None = None
    customers: _Nodes | None = None
    companies: _Nodes | None = None
    orders: _Nodes | None = None
    payouts_account: _Account | None = None
    disputes_account: _Account | None = None

    def found(self) -> dict[str, _Nodes | None]:
        """What was found of each type."""
        payouts, disputes = self.payouts_account or _Account(), self.disputes_account or _Account()
        return {
            "products": self.products, "customers": self.customers, "companies": self.companies, "orders": self.orders,
            "payouts": payouts.payouts, "disputes": disputes.disputes,
        }


TYPES = tuple(_Answer(_Id("")).found())
"""The types that the question knows."""


def look(client: ShopifyClient, searches: Mapping[str, Search]) -> Look:
    """Which shop it is, and which of these types have nothing; none is asked for that the token may not read.

    Where the question itself is refused, the shop is asked alone, and nothing is known of any type. Raises what
    ShopifyClient.ask raises of the whole service.
    """
    asked = {type: search for type, search in searches.items()
             if type in TYPES and all(map(client.may_read, search.needs))}
    if not asked:
        return Look(read_shop_id(client))
    variables = {f"{type}Asked": type in asked for type in TYPES} | {
        type: search.filter for type, search in asked.items()}
    try:
        answer = client.ask("anything_new", variables, type=_Answer, most_tries=1)
    except ConnectorError as problem:
        if problem.code not in _OF_THE_QUESTION:
            raise
        return Look(read_shop_id(client))
    found = answer.found()
    empty = (type for type in asked if (some := found[type]) is not None and not some.nodes)
    return Look(answer.shop.id, frozenset(empty))
