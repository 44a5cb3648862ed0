"""A person in the data captures: found in every pack of the shop, and blotted out there and in the index.

The packs are read rather than the index: the index knows a record's number, not whom an order is for, and a pack
may have lost its index rows in a crash. Border: captures only.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shared.journal.capture_list import record_of
from shared.journal.captures import CONTAINER, TABLE
from shared.privacy.packs import blot, lines_of
from shared.privacy.subject import Traces
from shared.storage.account import Storage
from shared.storage.tables import Put, Table

BLOTTED = b"{}"


class Found(NamedTuple):
    """One captured record that speaks of the person."""

    blob: str
    line: int
    kind: str
    number: int
    raw: bytes


def find(storage: Storage, shop: str, traces: Traces) -> Iterator[Found]:
    """Every captured record of the shop that speaks of the person."""
    for blob in storage.blobs.names(CONTAINER, f"{shop}/"):
        for line, raw in enumerate(lines_of(storage.blobs, CONTAINER, blob)):
            if traces.are_in(raw.decode("utf-8", "replace")):
                yield Found(blob, line, blob.split("/")[1], record_of(raw), raw)


def blot_out(storage: Storage, shop: str, found: list[Found]) -> None:
    """Make them unreadable and unfindable."""
    for blob in sorted({one.blob for one in found}):
        blot(storage.blobs, CONTAINER, blob, {one.line for one in found if one.blob == blob}, BLOTTED)
    gone = {(one.blob, one.line) for one in found}
    for kind, number in sorted({(one.kind, one.number) for one in found}):
        _remove_index(storage.tables[TABLE], f"{shop}|{kind}", number, gone)


def _remove_index(table: Table, partition: str, number: int, gone: set[tuple[str, int]]) -> None:
    first = f"{number:020d}|"
    rows = [row for row in table.partition(partition, first, first + "~") if (row["blob"], row["line"]) in gone]
    table.write(Put("delete", row) for row in rows)
