"""By what people look a record up: e-mail address, SKU or barcode, number in Business Central.

Names of orders, products and companies (#1001) lead there too, from the captures (journal/captures.py). Table
RecordNames, partition = shop, key = `<hash of the name>|<type>|<id>`: a name is found by one short query however many
there are, and none stands in a row. What a name was does not go when the record has another; it leads to the same
record. Border: rows; which names a record has, its type says.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from shared.shopify_ids import id_of_key, key_of
from shared.storage.account import Storage
from shared.storage.holding import DataSubject, Holding, OfPerson, rows_of
from shared.storage.tables import Put, Row, Table

TABLE = "RecordNames"
_DIGITS = 32


class What(StrEnum):
    """What a name is."""

    EMAIL = "e-mail"
    SKU = "sku"
    NUMBER = "number"


class RecordName(NamedTuple):
    """A name of one record."""

    what: What
    name: str
    type: str
    id: str


class Found(NamedTuple):
    """A record that has a name."""

    type: str
    id: str


class RecordNames:
    """The names of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def remember(self, shop: str, names: Iterable[RecordName]) -> None:
        """These lead to their records; a hundred in a call of storage."""
        rows = {_key(one.name, one.type, one.id): one.what for one in names if one.name.strip()}
        self._table.write(
            Put("put", {"PartitionKey": shop, "RowKey": key, "what": what.value}) for key, what in sorted(rows.items()))

    def called(self, shop: str, name: str, most: int) -> list[Found]:
        """The records of this name, at most so many; capitals and blanks around it do not matter."""
        first = f"{_hash(name)}|"
        question = "PartitionKey eq @p and RowKey ge @a and RowKey le @b"
        rows, _ = self._table.page(question, {"p": shop, "a": first, "b": first + "~"}, size=most, select=None)
        return [_found(row) for row in rows]


def _key(name: str, type: str, id: str) -> str:
    return f"{_hash(name)}|{type}|{key_of(id)}"


def _hash(name: str) -> str:
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()[:_DIGITS]


def _found(row: Row) -> Found:
    _, type, key = row["RowKey"].split("|")
    return Found(type, id_of_key(key))


def _erase(storage: Storage, whom: DataSubject) -> int:
    """Names of the customer go; of orders, which stay linked, the e-mail address alone. Those of an order that is
    another customer's now go too: whose address it was, a hash does not say."""
    table = storage.tables[TABLE]
    gone = [row for row in table.partition(whom.shop) if _is_of(_found(row), row["what"], whom)]
    table.write(Put("delete", row) for row in gone)
    return len(gone)


def _is_of(one: Found, what: str, whom: DataSubject) -> bool:
    if one.type == "orders":
        return one.id in whom.orders | whom.moved and what == What.EMAIL
    return one.type == "customers" and one.id in whom.customers


HOLDING = Holding(
    "record names", (TABLE,), of_shop=rows_of(TABLE),
    of_person=OfPerson(_erase, "hashes of addresses and numbers that the captures and links hand out"),
)
