"""A person in the log entries: an entry that speaks of the person keeps its facts and loses its texts.

Bodies lie in the rows, or packed one a line in the day's container (shared/journal/log_entries.py). Border: log
entries of one shop, all days that are kept.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

import msgspec

from shared.journal.log_entries import CONTAINERS, TABLES, container_of, days_of, hours_of, rows_of_hour
from shared.json_text import decoded
from shared.privacy.packs import Packs
from shared.storage.account import Storage
from shared.storage.holding import ERASED, DataSubject, Holding, OfPerson
from shared.storage.row_removal import remove_rows
from shared.storage.tables import Put, Row, Table

_TEXTS = ("request", "response", "request_preview", "response_preview", "url", "description")
_LINES = ("request_line", "response_line")


def erase(storage: Storage, whom: DataSubject) -> int:
    """Blot the person out of every entry of the shop; how many spoke of the person."""
    return sum(
        _erase_day(storage, whom, container_of(day), [rows_of_hour(storage.tables, hour) for hour in hours])
        for day, hours in groupby(hours_of(storage.tables.names(TABLES)), datetime.date)
    )


def remove_all(storage: Storage, shop: str) -> int:
    """Remove every entry of the shop with its bodies; how many entries."""
    hours = hours_of(storage.tables.names(TABLES))
    entries = sum(remove_rows(rows_of_hour(storage.tables, hour), "", shop) for hour in hours)
    for container in containers(storage):
        storage.blobs.remove(container, packs_of(storage, shop, container))
    return entries


def packs_of(storage: Storage, shop: str, container: str) -> list[str]:
    """The packs of one shop in a day's container: <time>-<shop>-<random>.jsonl.gz"""
    return [name for name in storage.blobs.names(container) if name.partition("-")[2].rpartition("-")[0] == shop]


def containers(storage: Storage) -> list[str]:
    """The containers of long bodies, of every day."""
    return [container_of(day) for day in days_of(storage.blobs.containers(CONTAINERS))]


def _erase_day(storage: Storage, whom: DataSubject, container: str, tables: Iterable[Table]) -> int:
    packs = Packs(storage.blobs, container)
    in_packs = {
        (name, line) for name in packs_of(storage, whom.shop, container)
        for line, raw in enumerate(packs.lines_of(name)) if whom.is_named_in(_text(raw))
    }
    found = [(table, [row for row in table.partition(whom.shop) if _speaks(row, whom, in_packs)]) for table in tables]
    in_packs |= {place for _, rows in found for row in rows for place in _places(row)}
    for name in sorted({name for name, _ in in_packs}):
        blotted = {line for pack, line in in_packs if pack == name}
        packs.blot(name, blotted, msgspec.json.encode(str(ERASED)))
    for table, rows in found:
        table.write(Put("put", row | {key: str(ERASED) for key in _TEXTS if key in row}) for row in rows)
    packs.remove_unreadable()
    whom.unreadable.extend(sorted(packs.unreadable))
    return sum(len(rows) for _, rows in found)


def _speaks(row: Row, whom: DataSubject, in_packs: set[tuple[str, int]]) -> bool:
    return any(whom.is_named_in(row[key]) for key in _TEXTS if key in row) or any(p in in_packs for p in _places(row))


def _places(row: Row) -> Iterator[tuple[str, int]]:
    return ((row["bodies"], row[key]) for key in _LINES if key in row)


def _text(raw: bytes) -> str:
    """A packed body: a JSON string, so that what is escaped in the pack is searched as it was sent."""
    try:
        return decoded(raw, type=str)
    except msgspec.DecodeError:
        return raw.decode("utf-8", "replace")


HOLDING = Holding(
    "log entries", (TABLES, CONTAINERS), of_shop=remove_all,
    of_person=OfPerson(erase, "what Shopify sent is among the captures; what Business Central said is the merchant's"),
)
