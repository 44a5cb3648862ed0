"""Log entries that speak of one record: those in whose address or bodies one of its names stands.

Entries are kept by time, and no index leads from a record to them; whoever looks knows when the record was read or
tried, and only the minutes around these moments are looked through. So what is found costs the same however many
entries there are: some calls of storage, and some packs of long bodies. Border: reads only; rows and packs are
described in log_entries.py.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from shared.clock import from_iso
from shared.journal.log_entries import LogEntries, LogEntry, entry_of, hour_of, key_at, rows_of_hour
from shared.storage.tables import Row

AROUND = timedelta(minutes=3)
"""A run that read or tried the record at that moment called about it no longer before and after."""

MOST_ROWS = 150
"""Entries that are looked through around each moment."""

MOST_PACKS = 20
"""Packs of long bodies that are opened."""

MOST = 25
"""Entries that are found."""


def mentions(
    logs: LogEntries, shop: str, names: Sequence[str], moments: Sequence[datetime]
) -> list[LogEntry]:
    """The entries around these moments that hold one of these names as a whole word, newest first."""
    sought = [name for name in names if name]
    as_word = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in sought))

    def is_in(text: str) -> bool:
        # The pattern goes through a megabyte letter by letter, a search for a plain text does not.
        return any(name in text for name in sought) and as_word.search(text) is not None

    if not sought:
        return []
    bodies = _Bodies(logs)
    found: dict[str, LogEntry] = {}
    for row in _around(logs, shop, moments):
        if is_in(row["url"]) or any(is_in(text) for text in bodies.of(row)):
            entry = entry_of(row)
            found[entry.id] = entry
    return sorted(found.values(), key=lambda entry: entry.id, reverse=True)[:MOST]


def _around(logs: LogEntries, shop: str, moments: Sequence[datetime]) -> Iterator[Row]:
    question = "PartitionKey eq @shop and RowKey ge @first and RowKey le @last"
    for moment in moments:
        first, last = moment - AROUND, moment + AROUND
        left = MOST_ROWS
        for hour in sorted({hour_of(first), hour_of(last)}, reverse=True):
            values = {"shop": shop, "first": key_at(min(last, hour + timedelta(hours=1, microseconds=-1))),
                      "last": f"{key_at(max(first, hour))}~"}
            if left > 0:
                rows, _ = rows_of_hour(logs.tables, hour).page(question, values, size=left, select=None)
                left -= len(rows)
                yield from rows


class _Bodies:
    """The bodies of rows, those in packs too: each pack is opened once."""

    def __init__(self, logs: LogEntries) -> None:
        self._logs, self._packs = logs, dict[str, list[str]]()

    def of(self, row: Row) -> Iterator[str]:
        for which in ("request", "response"):
            line = row.get(f"{which}_line")
            if line is None:
                yield str(row.get(which, ""))
            else:
                lines = self._lines(row)
                yield lines[line] if line < len(lines) else ""

    def _lines(self, row: Row) -> list[str]:
        name: str = row["bodies"]
        if name not in self._packs and len(self._packs) < MOST_PACKS:
            self._packs[name] = self._logs.long_bodies(from_iso(row["at"]).date(), name)
        return self._packs.get(name, [])

