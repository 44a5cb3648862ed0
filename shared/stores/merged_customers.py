"""Merged customers: whose id ended in whose, so that a person is found under every id that was theirs.

Source: Shopify, "Webhooks", customers/merge. Shopify forgets the id that was merged away and names only the one it
kept, in privacy requests too; what was captured before stands under the former one. Table MergedCustomers, partition =
shop, key = `<kept>|<merged away>`. A merge that failed is told as well and joins nobody. Border: rows; the intake
writes, privacy asks.
"""
from __future__ import annotations

from shared.shopify_ids import id_of_key, key_of
from shared.storage.holding import Holding, rows_of
from shared.storage.tables import Put, Table

TABLE = "MergedCustomers"


class MergedCustomers:
    """The rows of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, shop: str, kept: str, merged: str) -> None:
        """The second id is the first one's from now on."""
        if kept != merged:
            self._table.put({"PartitionKey": shop, "RowKey": f"{key_of(kept)}|{key_of(merged)}"})

    def into(self, shop: str, kept: str) -> tuple[str, ...]:
        """Every id that was merged into this one, also by way of another, sorted."""
        found: set[str] = set()
        waiting = [kept]
        while waiting:
            first = f"{key_of(waiting.pop())}|"
            rows = self._table.partition(shop, first, first + "~")
            following = {id_of_key(row["RowKey"].partition("|")[2]) for row in rows}
            waiting += following - found - {kept}
            found |= following
        return tuple(sorted(found - {kept}, key=key_of))

    def forget(self, shop: str, ids: tuple[str, ...]) -> None:
        """Nothing is known of these any more."""
        keys = list(map(key_of, ids))
        rows = [row for row in self._table.partition(shop) if set(row["RowKey"].split("|")) & set(keys)]
        self._table.write(Put("delete", row) for row in rows)


HOLDING = Holding(
    "merged customers", (TABLE,), of_shop=rows_of(TABLE),
    of_person="pairs of ids; they tell who is meant, so privacy/erasure.py forgets them last",
)
