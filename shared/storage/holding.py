"""What a place in storage holds of a shop and of a person, said once, by the module that writes there.

Removing a shop, erasing a person and handing out what is kept of one walk these declarations (privacy/holdings.py), so
that a new table cannot be forgotten: tests/test_holdings.py knows every place that the code uses. Whatever removes
nothing says why. Border: declarations, and removing a shop's rows by their keys.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from shared.storage.account import Storage
from shared.storage.row_removal import remove_of_shop
from shared.texts import sentence

ERASED = sentence("(erased on request of the person)")
"""What stands in the place of a text that named the person."""


class DataSubject(NamedTuple):
    """A person whom a privacy request is about, as each place is told of him.

    customers    every Shopify id of the customer
    orders       Shopify ids of the person's orders
    moved        ids of orders that were the person's and another customer's, one after the other; those not in `orders`
                 are the other's now
    at           now: UTC, ISO 8601
    is_named_in  whether a text speaks of the person
    unreadable   packs that nobody can unpack: whoever removes one adds its name
    """

    shop: str
    customers: frozenset[str]
    orders: frozenset[str]
    moved: frozenset[str]
    at: str
    is_named_in: Callable[[str], bool]
    unreadable: list[str]

    @property
    def records(self) -> set[tuple[str, str]]:
        """Type and id of the person's own records."""
        return {("customers", id) for id in self.customers} | {("orders", id) for id in self.orders}


class HandedOut(NamedTuple):
    """A part of what a data request is answered with: its heading in the file, and what stands below it."""

    heading: str
    of: Callable[[Storage, DataSubject], list[Any]]


class OfPerson(NamedTuple):
    """What an erasure removes or blots out, how many entries; and what a data request gets, or why nothing."""

    erase: Callable[[Storage, DataSubject], int]
    hand_out: HandedOut | str


class Holding(NamedTuple):
    """What one or two places in storage hold.

    name       what a receipt counts
    places     tables and containers; of those of an hour or a day what their names begin with
    of_shop    removes what is held of a shop, and says how many entries it was; or why it stays
    of_person  the same of a person
    """

    name: str
    places: tuple[str, ...]
    of_shop: Callable[[Storage, str], int] | str
    of_person: OfPerson | str


def rows_of(table: str) -> Callable[[Storage, str], int]:
    """Removes every row of a shop: those of the partition that is called like it, and of those `<shop>|…`."""
    return lambda storage, shop: remove_of_shop(storage.tables[table], shop)
