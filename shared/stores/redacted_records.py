"""Redacted records: whose data was erased on their request, so that reading again does not bring them back.

A run looks a little further back than it must, and a reset much further: both would capture a person again who was
erased meanwhile. What has not changed since is left alone; what has is new business. An order that was never brought to
Business Central is no other's to leave out: the sale has to be booked. Table RedactedRecords, partition = shop, key =
`<type>|<hash of the id>`: no id and nothing else of a person. Border: rows; page.py asks, the erasure writes.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.clock import from_iso, iso_exact
from shared.storage.holding import Holding, rows_of
from shared.storage.tables import Put, Row, Table

TABLE = "RedactedRecords"


class RedactedRecords:
    """The rows of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def remember(self, shop: str, type: str, ids: Iterable[str], at: datetime) -> None:
        """These were erased at this moment."""
        text = iso_exact(at)
        self._table.write(Put("put", _key(shop, type, id) | {"at": text}) for id in sorted(set(ids)))

    def has(self, shop: str, type: str, id: str) -> bool:
        """Whether the record was erased on request, whatever happened since; one call of storage."""
        key = _key(shop, type, id)
        return self._table.get(key["PartitionKey"], key["RowKey"]) is not None

    def of(self, shop: str) -> RedactedOfShop:
        """The shop's, read when they are first asked for."""
        return RedactedOfShop(self._table, shop)


class RedactedOfShop:
    """The rows of one shop as one job sees them: the job holds the shop, so nobody is erased meanwhile."""

    def __init__(self, table: Table, shop: str) -> None:
        self._table, self._shop = table, shop
        self._known: dict[str, datetime] | None = None

    def unchanged_since(self, type: str, id: str, updated_at: datetime | None) -> bool:
        """Whether the record was erased on request, and Shopify says that it has not changed since."""
        at = self._rows().get(_key(self._shop, type, id)["RowKey"])
        return at is not None and updated_at is not None and updated_at <= at

    def holds(self, type: str, id: str) -> bool:
        """Whether the record was erased on request, whatever happened since."""
        return _key(self._shop, type, id)["RowKey"] in self._rows()

    def lift(self, type: str, ids: Sequence[str]) -> None:
        """These are back: somebody who was erased has bought again."""
        for id in ids:
            key = _key(self._shop, type, id)
            if self._rows().pop(key["RowKey"], None) is not None:
                self._table.delete(key["PartitionKey"], key["RowKey"])

    def _rows(self) -> dict[str, datetime]:
        if self._known is None:
            self._known = {row["RowKey"]: from_iso(row["at"]) for row in self._table.partition(self._shop)}
        return self._known


def _key(shop: str, type: str, id: str) -> Row:
    return {"PartitionKey": shop, "RowKey": f"{type}|{hashlib.sha256(f'{shop}|{type}|{id}'.encode()).hexdigest()}"}


HOLDING = Holding(
    "redacted records", (TABLE,), of_shop=rows_of(TABLE),
    of_person="hashes of ids, written by the erasure itself so that later runs leave the person alone",
)
