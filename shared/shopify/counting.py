"""How many records of a type Shopify has that a run would read; asked, never estimated.

Source: Shopify's Admin schema 2026-10: ordersCount, customersCount and productsCount take a search, companiesCount
takes none, and payouts and disputes are not counted at all. Border: a number and whether it is exact.
"""
from __future__ import annotations

from datetime import datetime

import msgspec

from shared.shopify.client import ShopifyClient
from shared.shopify.reading import EARLIEST, span
from shared.shopify.shapes import SHAPES

_EXACT = "EXACT"


class Count(msgspec.Struct, frozen=True):
    """count, and precision EXACT or AT_LEAST."""

    count: int
    precision: str

    @property
    def is_exact(self) -> bool:
        """Whether there are no more than these."""
        return self.precision == _EXACT


class _Answer(msgspec.Struct, frozen=True):
    found: Count


def count_changed(client: ShopifyClient, type: str, since: datetime | None, also: str = "") -> Count | None:
    """How many records of a type were changed since a moment (None: ever); None where Shopify does not count them so.

    also  a further condition, in Shopify's search syntax

    Raises what ShopifyClient.ask raises.
    """
    shape = SHAPES.get(type)
    if shape and shape.count:
        wanted = span(since or EARLIEST, None, f"{shape.filter} {also}")
        return client.ask(shape.count, {"filter": wanted}, type=_Answer).found
    if shape and shape.count_all and since is None:
        return client.ask(shape.count_all, type=_Answer).found
    return None
