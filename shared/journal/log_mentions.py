"""Log entries that speak of one record: those in whose address or bodies one of its names stands.

Entries are kept by time, and no index leads from a record to them; whoever looks knows when the record was read or
tried, and only the minutes around these moments are looked through. So what is found costs the same however many
entries there are: some calls of storage, and some packs of long bodies. Border: reads only; rows and packs are
described in log_entries.py.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice
from typing import NamedTuple

from shared.clock import from_iso
from shared.journal.log_entries import LogEntries, LogEntry, entry_of, hour_of, key_at, rows_of_hour
from shared.storage.tables import Row
from shared.telemetry import side_by_side

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
    rows = list(chain.from_iterable(side_by_side(partial(_around, logs, shop), _spans(moments))))
    bodies = _opened(logs, [row for row in rows if not is_in(row["url"])])
    found = {entry.id: entry for entry in (
        entry_of(row) for row in rows if is_in(row["url"]) or any(map(is_in, _bodies_of(row, bodies))))}
    return sorted(found.values(), key=lambda entry: entry.id, reverse=True)[:MOST]


class _Span(NamedTuple):
    """Minutes that are looked through; most: rows of them."""

    first: datetime
    last: datetime
    most: int


def _spans(moments: Sequence[datetime]) -> list[_Span]:
    """The minutes around these moments, newest first; those of two that lie close together once, for what is read is
    tried at once."""
    found: list[_Span] = []
    for moment in sorted(moments, reverse=True):
        span = _Span(moment - AROUND, moment + AROUND, MOST_ROWS)
        if found and moment >= found[-1].first:
            later = found.pop()
            span = _Span(span.first, later.last, later.most + MOST_ROWS)
        found.append(span)
    return found


def _around(logs: LogEntries, shop: str, span: _Span) -> list[Row]:
    question = "PartitionKey eq @shop and RowKey ge @first and RowKey le @last"
    found: list[Row] = []
    hour = hour_of(span.last)
    while hour >= hour_of(span.first) and len(found) < span.most:
        values = {"shop": shop, "first": key_at(min(span.last, hour + timedelta(hours=1, microseconds=-1))),
                  "last": f"{key_at(max(span.first, hour))}~"}
        rows, _ = rows_of_hour(logs.tables, hour).page(question, values, size=span.most - len(found), select=None)
        found, hour = found + rows, hour - timedelta(hours=1)
    return found


def _opened(logs: LogEntries, rows: Sequence[Row]) -> dict[str, list[str]]:
    """The packs of long bodies that these rows name, each opened once, by its name."""
    named = {str(row["bodies"]): from_iso(row["at"]).date() for row in rows if row.get("bodies")}
    packs = list(islice(named.items(), MOST_PACKS))
    opened = side_by_side(lambda pack: logs.long_bodies(pack[1], pack[0]), packs)
    return {name: lines for (name, _), lines in zip(packs, opened, strict=True)}


def _bodies_of(row: Row, packs: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for which in ("request", "response"):
        line = row.get(f"{which}_line")
        if line is None:
            yield str(row.get(which, ""))
        else:
            lines = packs.get(str(row["bodies"]), ())
            yield lines[line] if line < len(lines) else ""
