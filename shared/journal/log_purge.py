"""Forgetting log entries: all of them, or those older than some days; of every shop, or of one.

As on the page "Shopify Log Entries": the cut lies at the present time of day, and an entry of that very moment
goes too. For every shop, whole hours go by dropping their table and whole days by dropping their container, one call
each; of the hour of the cut the rows go, and of its day the packed bodies that no remaining entry needs. The tables
are shared by the shops, so the entries of one shop go row by row in every hour, a call for a hundred: that costs by
the entry, not by the day.
Border: never touches the rows of after the cut; the book is kept by purges.py.
"""
from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import chain
from sys import maxsize

from shared.clock import Clock, from_iso
from shared.errors import ConnectorError
from shared.journal.log_entries import (
    CONTAINERS,
    TABLES,
    LogEntries,
    container_of,
    days_of,
    drop_hour,
    hour_of,
    hours_of,
    key_at,
    rows_of_hour,
)
from shared.journal.purges import LOG_ENTRIES, Purge, Purges
from shared.storage.row_removal import pages_of_keys, remove_rows
from shared.storage.tables import Row
from shared.telemetry import SIDE_BY_SIDE, carried
from shared.texts import count, sentence

MOST_COUNTED = 10_000
_ROWS_OF_A_CALL = 100
"""A call that brings more of them counts as several."""

LONGEST_RETENTION_DAYS = 3650


class LogPurges:
    """Removes log entries. `shop` is a shop's code; "" stands for all shops."""

    def __init__(self, logs: LogEntries, book: Purges, clock: Clock, retention_days: int = 7) -> None:
        self._logs, self._book, self._clock = logs, book, clock
        self.retention_days = retention_days

    def remove_expired(self, *, by: str) -> Purge:
        """What happens every night: finish what was interrupted, then remove what the retention does not keep."""
        self._book.finish_interrupted(LOG_ENTRIES, self._remove)
        return self.remove_older_than(self.retention_days, by=by)

    def remove_older_than(self, days: int, *, by: str, shop: str = "") -> Purge:
        """Remove what is `days` old or older; ConnectorError input-invalid below 1 or above 3650 days."""
        if not 1 <= days <= LONGEST_RETENTION_DAYS:
            raise ConnectorError("input-invalid", sentence(
                "days must be 1 to {most}, not {days}", most=LONGEST_RETENTION_DAYS, days=days))
        before = self._clock.now() - timedelta(days=days)
        return self._book.carry_out(LOG_ENTRIES, before, self._remove, by=by, shop=shop)

    def remove_all(self, confirm: int | None, *, by: str, shop: str = "") -> Purge:
        """Remove everything there is now, if `confirm` is the number of entries.

        ConnectorError confirmation-needed names the number; counting stops at 10,000.
        """
        now, (number, more) = self._clock.now(), self.count(shop)
        if confirm != number:
            entries = sentence("at least {number} log entries" if more else "{number} log entries",
                               number=count(number))
            raise ConnectorError("confirmation-needed", sentence(
                "this removes {entries} of shop {shop}; confirm={confirm} does it" if shop
                else "this removes {entries}; confirm={confirm} does it", entries=entries, shop=shop, confirm=number))
        return self._book.carry_out(LOG_ENTRIES, now, self._remove, by=by, shop=shop)

    def remove_until(self, moment: datetime, *, by: str, shop: str = "") -> Purge:
        """Remove what is of this moment or older; ConnectorError input-invalid for one that is still to come."""
        if moment > self._clock.now():
            raise ConnectorError("input-invalid", sentence(
                "{time} lies in the future", time=moment))
        return self._book.carry_out(LOG_ENTRIES, moment, self._remove, by=by, shop=shop)

    def count(
        self, shop: str = "", until: datetime | None = None, *, most_calls: int | None = None
    ) -> tuple[int, bool]:
        """How many log entries there are, of this moment or older, and whether there may be more.

        Counting stops at 10,000, and after so many calls of storage. Hours are asked side by side, as for a list.
        """
        from shared.journal.log_list import wider  # whoever removes by night does not list

        hours = [hour for hour in self._hours() if until is None or hour <= until]
        number, calls, width = 0, maxsize if most_calls is None else most_calls, 1
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="log count") as lanes:
            while hours:
                together, hours = hours[:width], hours[width:]
                pages = [self._keys(hour, shop, until) for hour in together]
                for first, others in zip(lanes.map(carried(next), pages), pages, strict=True):
                    for rows in chain([first], others):
                        number, calls = number + len(rows), calls - 1 - len(rows) // _ROWS_OF_A_CALL
                        if number >= MOST_COUNTED:
                            return MOST_COUNTED, True
                        if calls <= 0:
                            return number, True
                width = wider(width, calls)
        return number, False

    def _keys(self, hour: datetime, shop: str, until: datetime | None) -> Iterator[list[Row]]:
        """The keys of an hour's entries, of this moment or older, page by page."""
        question, values = ("PartitionKey eq @shop", {"shop": shop}) if shop else ("PartitionKey ge @any", {"any": ""})
        if until is not None and hour == hour_of(until):
            question, values = f"{question} and RowKey ge @first", values | {"first": key_at(until)}
        return pages_of_keys(rows_of_hour(self._logs.tables, hour), question, values)

    def latest(self, limit: int = 50) -> list[Purge]:
        """What was removed, newest first."""
        return self._book.latest(limit)

    def _remove(self, purge: Purge) -> None:
        if purge.shop:
            self._remove_of_shop(purge)
        else:
            self._remove_of_all(purge)

    def _remove_of_all(self, purge: Purge) -> None:
        before = from_iso(purge.before)
        last = hour_of(before)
        for hour in self._hours():
            if hour < last:
                drop_hour(self._logs.tables, hour)
                purge.hours += 1
        for day in self._days():
            if day < last.date():
                self._logs.blobs.drop(container_of(day))
        purge.entries += remove_rows(rows_of_hour(self._logs.tables, last), key_at(before))
        purge.bodies += self._remove_bodies(last.date(), self._packs_before(last.date(), before))

    def _remove_of_shop(self, purge: Purge) -> None:
        before = from_iso(purge.before)
        last = hour_of(before)
        for hour in self._hours():
            if hour <= last:
                first = key_at(before) if hour == last else ""
                purge.entries += remove_rows(rows_of_hour(self._logs.tables, hour), first, purge.shop)
        for day in self._days():
            if day <= last.date():
                packs = self._packs_before(day, before) if day == last.date() else self._packs(day)
                purge.bodies += self._remove_bodies(day, [pack for pack in packs if shop_of(pack) == purge.shop])

    def _packs(self, day: date) -> list[str]:
        return self._logs.blobs.names(container_of(day))

    def _packs_before(self, day: date, before: datetime) -> list[str]:
        """The packs whose newest entry lies before the cut; a pack's name begins with that time."""
        last = f"{before:%H%M%S%f}~"
        return [name for name in self._packs(day) if name <= last]

    def _remove_bodies(self, day: date, packs: list[str]) -> int:
        self._logs.blobs.remove(container_of(day), packs)
        return len(packs)

    def _hours(self) -> list[datetime]:
        return hours_of(self._logs.tables.names(TABLES))

    def _days(self) -> list[date]:
        return days_of(self._logs.blobs.containers(CONTAINERS))


def shop_of(pack: str) -> str:
    """The shop whose bodies a pack holds: <time>-<shop>-<random>.jsonl.gz"""
    return pack.partition("-")[2].rpartition("-")[0]
