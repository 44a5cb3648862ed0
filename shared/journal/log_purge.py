"""Forgetting log entries: all of them, or those older than some days.

As on the page "Shopify Log Entries": the cut lies at the present time of day, and an entry of that very moment
goes too. Whole days go by dropping their table and their container, one call each; of the day of the cut the rows
go, and the packed bodies that no remaining entry needs. What is to be removed is written down first, so that a
purge that was interrupted is finished by the next one. Border: never touches the rows of after the cut.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from uuid import uuid4

import msgspec

from shared.clock import Clock, from_iso
from shared.errors import ConnectorError
from shared.journal.log_entries import CONTAINERS, TABLES, LogEntries, container_of, days_of, key_at, table_of
from shared.storage.tables import Continuation, Put, Row, RowChanged, Table

TABLE = "LogPurges"
MOST_COUNTED = 10_000
LONGEST_RETENTION_DAYS = 3650
_END_OF_TIME = 10**17
_PARTITION = "purge"


class LogPurge(msgspec.Struct, kw_only=True):
    """One purge: everything up to `before` (UTC, ISO 8601, included). `entries` counts those of the day of the cut."""

    number: str
    by: str
    before: str
    started_at: str
    ended_at: str = ""
    days: int = 0
    entries: int = 0
    bodies: int = 0


class LogPurges:
    """Purges, done and to be finished."""

    def __init__(self, logs: LogEntries, clock: Clock, retention_days: int = 7) -> None:
        self._logs, self._clock = logs, clock
        self.retention_days = retention_days
        self._table = logs.tables[TABLE]

    def remove_expired(self, *, by: str) -> LogPurge:
        """What happens every night: finish what was interrupted, then remove what the retention does not keep."""
        self._finish_interrupted()
        return self.remove_older_than(self.retention_days, by=by)

    def remove_older_than(self, days: int, *, by: str) -> LogPurge:
        """Remove what is `days` old or older; ConnectorError input-invalid below 1 or above 3650 days."""
        if not 1 <= days <= LONGEST_RETENTION_DAYS:
            raise ConnectorError("input-invalid", f"days must be 1 to {LONGEST_RETENTION_DAYS}, not {days}")
        return self._carry_out(self._begin(self._clock.now() - timedelta(days=days), by))

    def remove_all(self, confirm: int | None, *, by: str) -> LogPurge:
        """Remove everything there is now, if `confirm` is the number of entries.

        ConnectorError confirmation-needed names the number; counting stops at 10,000.
        """
        now, number = self._clock.now(), self.count()
        if confirm != number:
            most = "at least " if number == MOST_COUNTED else ""
            raise ConnectorError(
                "confirmation-needed", f"this removes {most}{number:,} log entries; confirm={number} does it"
            )
        return self._carry_out(self._begin(now, by))

    def count(self) -> int:
        """How many log entries there are, at most 10,000."""
        number = 0
        for day in self._days_of_tables():
            for rows in _pages(self._logs.tables[table_of(day)], "PartitionKey ge @first", {"first": ""}):
                number += len(rows)
                if number >= MOST_COUNTED:
                    return MOST_COUNTED
        return number

    def latest(self, limit: int = 50) -> list[LogPurge]:
        """What was removed, newest first."""
        return [_purge(row) for row in islice(self._table.partition(_PARTITION), limit)]

    def _finish_interrupted(self) -> None:
        rows = list(self._table.rows("PartitionKey eq @p and ended_at eq @open", {"p": _PARTITION, "open": ""}))
        for row in rows:
            self._carry_out(_purge(row))

    def _begin(self, before: datetime, by: str) -> LogPurge:
        now = self._clock.now()
        number = f"{_END_OF_TIME - int(now.timestamp() * 1_000_000):017d}-{uuid4().hex[:4]}"
        purge = LogPurge(number=number, by=by, before=_text(before), started_at=_text(now))
        self._save(purge)
        return purge

    def _carry_out(self, purge: LogPurge) -> LogPurge:
        before = from_iso(purge.before)
        last = before.date()
        for day in self._days_of_tables():
            if day < last:
                self._logs.tables.drop(table_of(day))
                purge.days += 1
        for day in days_of(self._logs.blobs.containers(CONTAINERS), CONTAINERS):
            if day < last:
                self._logs.blobs.drop(container_of(day))
        purge.entries += _remove_rows(self._logs.tables[table_of(last)], key_at(before))
        purge.bodies += self._remove_bodies(last, before)
        purge.ended_at = _text(self._clock.now())
        self._save(purge)
        return purge

    def _remove_bodies(self, day: date, before: datetime) -> int:
        """Remove the packs whose newest entry lies before the cut; a pack's name begins with that time."""
        last = f"{before:%H%M%S%f}~"
        gone = [name for name in self._logs.blobs.names(container_of(day)) if name <= last]
        self._logs.blobs.remove(container_of(day), gone)
        return len(gone)

    def _days_of_tables(self) -> list[date]:
        return days_of(self._logs.tables.names(TABLES), TABLES)

    def _save(self, purge: LogPurge) -> None:
        fields = msgspec.structs.asdict(purge)
        self._table.put(fields | {"PartitionKey": _PARTITION, "RowKey": fields.pop("number")})


def _remove_rows(table: Table, first: str) -> int:
    """Remove the rows from this key on, of every shop; how many there were."""
    removed = 0
    for shop in _partitions(table):
        question = "PartitionKey eq @shop and RowKey ge @first"
        for rows in _pages(table, question, {"shop": shop, "first": first}):
            try:
                table.write(Put("delete", row) for row in rows)
            except RowChanged:  # another purge is at work: one row after the other, missing ones are fine
                for row in rows:
                    table.delete(shop, row["RowKey"])
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


def _pages(table: Table, question: str, values: dict[str, str]) -> Iterator[list[Row]]:
    """The keys of all rows that fit, by the thousand."""
    after: Continuation = None
    while True:
        rows, after = table.page(question, values, size=1000, select=("PartitionKey", "RowKey"), after=after)
        yield rows
        if after is None:
            return


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _purge(row: Row) -> LogPurge:
    return msgspec.convert(row | {"number": row["RowKey"]}, LogPurge)
