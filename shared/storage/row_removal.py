"""Removing rows of a journal's table by key: a call for a thousand keys, and one for a hundred rows.

The keys of a journal are inverted times, so what is older is what has a greater key. Border: rows; which ones go is
said by the caller.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from shared.storage.tables import Continuation, Put, Row, RowChanged, Table


def remove_rows(table: Table, first: str, shop: str = "") -> int:
    """Remove the rows with this key or a greater one, of one shop or of every one; how many there were."""
    return sum(_remove_of_shop(table, first, one) for one in ([shop] if shop else _partitions(table)))


def remove_of_shop(table: Table, shop: str) -> int:
    """Remove all rows of the partitions `<shop>` and `<shop>|…`; how many there were."""
    removed = remove_rows(table, "", shop)
    question, values = "PartitionKey ge @first and PartitionKey lt @last", {"first": f"{shop}|", "last": f"{shop}|~"}
    for rows in pages_of_keys(table, question, values):
        for partition, of_one in groupby(rows, lambda row: str(row["PartitionKey"])):
            remove_keys(table, partition, [row["RowKey"] for row in of_one])
        removed += len(rows)
    return removed


def remove_keys(table: Table, partition: str, keys: Iterable[str]) -> None:
    """Remove these rows of one partition; missing ones are fine, and cost a call each instead of a hundredth."""
    rows: list[Row] = [{"PartitionKey": partition, "RowKey": key} for key in keys]
    try:
        table.write(Put("delete", row) for row in rows)
    except RowChanged:  # somebody else is at work, or was interrupted here before
        for row in rows:
            table.delete(partition, row["RowKey"])


def pages_of_keys(table: Table, question: str, values: dict[str, str]) -> Iterator[list[Row]]:
    """The keys of all rows that fit, by the thousand."""
    after: Continuation = None
    while True:
        rows, after = table.page(question, values, size=1000, select=("PartitionKey", "RowKey"), after=after)
        yield rows
        if after is None:
            return


def _remove_of_shop(table: Table, first: str, shop: str) -> int:
    removed = 0
    for rows in pages_of_keys(table, "PartitionKey eq @shop and RowKey ge @first", {"shop": shop, "first": first}):
        remove_keys(table, shop, [row["RowKey"] for row in rows])
        removed += len(rows)
    return removed


def _partitions(table: Table) -> Iterator[str]:
    """The shops of a table, by one call each: the first row after the last one of the shop before."""
    shop = ""
    while True:
        rows, after = table.page("PartitionKey gt @shop", {"shop": shop}, size=1, select=("PartitionKey",))
        while not rows and after:
            rows, after = table.page(
                "PartitionKey gt @shop", {"shop": shop}, size=1, select=("PartitionKey",), after=after
            )
        if not rows:
            return
        shop = rows[0]["PartitionKey"]
        yield shop
