"""Skipped records: what could not be applied, why, and when it is tried again.

Table SkippedRecords, partition = shop, key = `<kind>|<id>`: one row a record however often it
fails. The wait before the next try doubles from five minutes to a day. A row disappears when its
record goes through.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from shared.clock import from_iso
from shared.storage.tables import Put, Row, Table

TABLE = "SkippedRecords"
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=1)


class SkippedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One parked record; times are UTC, ISO 8601."""

    shop: str
    kind: str
    number: int
    code: str
    detail: str
    tries: int
    first_at: str
    last_at: str
    next_try: str
    run: str = ""


def next_try(tries: int, now: datetime) -> datetime:
    """When a record that failed `tries` times (1 or more) is due again."""
    doubled: timedelta = _FIRST_WAIT * 2 ** min(tries - 1, 20)
    return now + min(doubled, _LONGEST_WAIT)


class SkippedRecords:
    """The parked records of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, shop: str, kind: str | None = None) -> Iterator[SkippedRecord]:
        """All of a shop, or of one of its types."""
        first, last = ("", "\uffff") if kind is None else (f"{kind}|", f"{kind}|~")
        return map(_skipped, self._table.partition(shop, first, last))

    def park(self, records: Iterable[SkippedRecord]) -> None:
        """Write the rows, all of one shop."""
        self._table.write(Put("put", _row(record)) for record in records)

    def make_due(self, shop: str, kind: str, number: int, now: datetime) -> bool:
        """Let the record be tried in the next run; False if it is not parked."""
        key = _key(shop, kind, number)
        row = self._table.get(key["PartitionKey"], key["RowKey"])
        if row is None:
            return False
        self._table.put(row | {"next_try": now.isoformat(timespec="seconds")})
        return True

    def clear(self, shop: str, kind: str, numbers: list[int]) -> None:
        """The records went through: their rows go."""
        self._table.write(Put("delete", _key(shop, kind, number)) for number in numbers)


def is_due(record: SkippedRecord, now: datetime) -> bool:
    """Whether its next try has come."""
    return from_iso(record.next_try) <= now


def _row(record: SkippedRecord) -> Row:
    fields: Row = msgspec.to_builtins(record)
    del fields["shop"], fields["kind"], fields["number"]
    return _key(record.shop, record.kind, record.number) | fields


def _key(shop: str, kind: str, number: int) -> Row:
    return {"PartitionKey": shop, "RowKey": f"{kind}|{number:020d}"}


def _skipped(row: Row) -> SkippedRecord:
    kind, _, number = row["RowKey"].partition("|")
    return msgspec.convert(row | {"shop": row["PartitionKey"], "kind": kind, "number": int(number)}, SkippedRecord)
