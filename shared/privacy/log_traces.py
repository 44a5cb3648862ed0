"""A person in the log entries: an entry that speaks of the person keeps its facts and loses its texts.

Bodies lie in the rows, or packed one a line in the day's container (shared/journal/log_entries.py). Border: log
entries of one shop, all days that are kept.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import msgspec

from shared.journal.log_entries import CONTAINERS, TABLES, container_of, days_of, hours_of, table_of
from shared.json_text import decoded
from shared.privacy.packs import Packs
from shared.privacy.traces import Traces
from shared.storage.account import Storage
from shared.storage.tables import Put, Row, Table

ERASED = "(erased on request of the person)"
_TEXTS = ("request", "response", "request_preview", "response_preview", "url", "description")
_LINES = ("request_line", "response_line")


class Erased(NamedTuple):
    """How many entries spoke of the person, and the packs that could not be unpacked and went as a whole."""

    entries: int
    unreadable: tuple[str, ...]


def erase(storage: Storage, shop: str, traces: Traces) -> Erased:
    """Blot the person out of every entry of the shop."""
    days = [
        _erase_day(storage, shop, traces, container_of(day), [storage.tables[table_of(hour)] for hour in hours])
        for day, hours in groupby(hours_of(storage.tables.names(TABLES)), datetime.date)
    ]
    return Erased(sum(day.entries for day in days), tuple(name for day in days for name in day.unreadable))


def packs_of(storage: Storage, shop: str, container: str) -> list[str]:
    """The packs of one shop in a day's container: <time>-<shop>-<random>.jsonl.gz"""
    return [name for name in storage.blobs.names(container) if name.partition("-")[2].rpartition("-")[0] == shop]


def containers(storage: Storage) -> list[str]:
    """The containers of long bodies, of every day."""
    return [container_of(day) for day in days_of(storage.blobs.containers(CONTAINERS))]


def _erase_day(storage: Storage, shop: str, traces: Traces, container: str, tables: Iterable[Table]) -> Erased:
    packs = Packs(storage.blobs, container)
    in_packs = {
        (name, line) for name in packs_of(storage, shop, container)
        for line, raw in enumerate(packs.lines_of(name)) if traces.are_in(_text(raw))
    }
    found = [(table, [row for row in table.partition(shop) if _speaks(row, traces, in_packs)]) for table in tables]
    in_packs |= {place for _, rows in found for row in rows for place in _places(row)}
    for name in sorted({name for name, _ in in_packs}):
        blotted = {line for pack, line in in_packs if pack == name}
        packs.blot(name, blotted, msgspec.json.encode(ERASED))
    for table, rows in found:
        table.write(Put("put", row | {key: ERASED for key in _TEXTS if key in row}) for row in rows)
    packs.remove_unreadable()
    return Erased(sum(len(rows) for _, rows in found), tuple(sorted(packs.unreadable)))


def _speaks(row: Row, traces: Traces, in_packs: set[tuple[str, int]]) -> bool:
    return any(traces.are_in(row[key]) for key in _TEXTS if key in row) or any(p in in_packs for p in _places(row))


def _places(row: Row) -> Iterator[tuple[str, int]]:
    return ((row["bodies"], row[key]) for key in _LINES if key in row)


def _text(raw: bytes) -> str:
    """A packed body: a JSON string, so that what is escaped in the pack is searched as it was sent."""
    try:
        return decoded(raw, type=str)
    except msgspec.DecodeError:
        return raw.decode("utf-8", "replace")
