"""Changed records: what webhooks said, as a set; and one message that wakes the shop's job for many of them.

With them stand the records whose capture storage did not take: they are to be read again, though nobody changed them.

Table ChangedRecords, partition `<shop>|<type>`, key = Shopify id: a record that is announced five times, twice by
the same delivery or in the wrong order is one row. A row goes when its record was applied or parked, and only if
nobody touched it since it was read (its etag). Row (`<shop>`, "wake") says that a message is on its way: until it
becomes visible every further notice is covered by it. Border: rows and the queue; records are read by changed.py.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.clock import Clock, from_iso, iso, iso_exact
from shared.shopify_ids import id_of_key, key_of
from shared.storage.account import Storage
from shared.storage.coalesced_puts import CoalescedPuts
from shared.storage.holding import DataSubject, Holding, OfPerson, rows_of
from shared.storage.tables import Put, Row, RowChanged, RowExists, Table

TABLE = "ChangedRecords"
UNCAPTURED = "uncaptured"
"""Why a record is to be read that did not change."""
_WAKE = "wake"
_SKEW = timedelta(seconds=2)
"""How far the clocks of two instances may differ."""

_LATE = timedelta(seconds=5)
"""A message that should have been seen so long ago is taken for lost and sent again; one too many does nothing."""


class ChangedRecord(NamedTuple):
    """One row as it was read; `why` is the topic that announced it last, or UNCAPTURED."""

    id: str
    etag: str
    why: str = ""


class ChangedRecords:
    """The set, of all shops."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock
        self._puts = CoalescedPuts(table)

    def add(self, shop: str, type: str, id: str, why: str) -> None:
        """This record changed; `why` is the topic, for whoever looks at the row."""
        self._puts.put(self._row(shop, type, id, why))

    def add_uncaptured(self, shop: str, type: str, ids: Iterable[str]) -> None:
        """What Shopify sent of these could not be kept."""
        self._table.write(Put("put", self._row(shop, type, id, UNCAPTURED)) for id in ids)

    def of(self, shop: str, type: str) -> list[ChangedRecord]:
        """What is to be read, by id; what did not change comes last."""
        rows = self._table.partition(f"{shop}|{type}")
        found = [ChangedRecord(id_of_key(row["RowKey"]), row["etag"], row.get("why", "")) for row in rows]
        return sorted(found, key=lambda one: one.why == UNCAPTURED)

    def types(self, shop: str) -> frozenset[str]:
        """The types of which something is to be read: one call of storage, and one more for each of them."""
        return frozenset(self._types(shop))

    def remove(self, shop: str, type: str, done: Sequence[ChangedRecord]) -> None:
        """These were applied or parked; rows that were touched meanwhile stay."""
        deletes = [Put("delete", _key(shop, type, one.id), one.etag) for one in done]
        try:
            self._table.write(deletes)
        except RowChanged:  # nothing of that batch went: one after the other
            for delete in deletes:
                self._remove_one(delete)

    @contextmanager
    def meanwhile(self, shop: str, type: str, id: str, why: str) -> Iterator[None]:
        """In the set for the block: should this worker die in it, the next run reads the record as it is then.

        What the block raises leaves it there too; what webhooks announced before or meanwhile stays.
        """
        ours: list[ChangedRecord] = []
        with suppress(RowExists):
            ours.append(ChangedRecord(id, self._table.insert(self._row(shop, type, id, why))))
        yield
        self.remove(shop, type, ours)

    def _row(self, shop: str, type: str, id: str, why: str) -> Row:
        return _key(shop, type, id) | {"why": why, "noticed_at": iso(self._clock.now())}

    def _types(self, shop: str) -> Iterator[str]:
        question, last, end = "PartitionKey gt @last and PartitionKey lt @end", f"{shop}|", f"{shop}|~"
        while row := next(self._table.rows(question, {"last": last, "end": end}, page_rows=1), None):
            last = str(row["PartitionKey"])
            yield last.partition("|")[2]

    def _remove_one(self, delete: Put) -> None:
        try:
            self._table.delete(delete.row["PartitionKey"], delete.row["RowKey"], delete.etag)
        except RowChanged:
            return


class Waking:
    """Sends one message per shop and span of time, however many notices come, from however many instances.

    delay_seconds  how long a message stays invisible: the span in which notices are gathered
    """

    def __init__(self, table: Table, clock: Clock, delay_seconds: float) -> None:
        self._table, self._clock, self._delay = table, clock, timedelta(seconds=delay_seconds)
        self._covered: dict[str, datetime] = {}

    def wake(self, shop: str, send: Callable[[float], None]) -> None:
        """`send(seconds)` a message with this delay, unless one that covers this moment is on its way.

        What this process knows to be under way costs no call of storage.
        """
        now = self._clock.now()
        if now < self._covered.get(shop, now):
            return
        row = self._table.get(shop, _WAKE)
        if row is None or now >= from_iso(row["at"]) + _LATE:
            self._announce(shop, row, self._delay, send)
        else:
            # The job has yet to call `awake`, and reads the set after that; surely not before this moment.
            self._covered[shop] = from_iso(row["at"]) - _SKEW

    def postpone(self, shop: str, seconds: float, send: Callable[[float], None]) -> None:
        """The woken job found the shop busy: it comes again then."""
        self._announce(shop, self._table.get(shop, _WAKE), timedelta(seconds=seconds), send)

    def awake(self, shop: str) -> None:
        """The job is about to read the set: what is announced from now on needs a new message."""
        self._table.delete(shop, _WAKE)

    def _announce(self, shop: str, found: Row | None, delay: timedelta, send: Callable[[float], None]) -> None:
        at = self._clock.now() + delay
        row: Row = {"PartitionKey": shop, "RowKey": _WAKE, "at": iso_exact(at)}
        try:
            if found is None:
                self._table.insert(row)
            else:
                self._table.replace(row, found["etag"])
        except (RowExists, RowChanged):
            return  # somebody else sends
        send(delay.total_seconds())
        self._covered[shop] = at


def _key(shop: str, type: str, id: str) -> Row:
    return {"PartitionKey": f"{shop}|{type}", "RowKey": key_of(id)}


def _forget_customer(storage: Storage, whom: DataSubject) -> int:
    """Whoever was erased is not read again because of what was announced before; orders have to be booked."""
    table = storage.tables[TABLE]
    keys = [_key(whom.shop, "customers", id) for id in whom.customers]
    found = [row for key in keys if (row := table.get(key["PartitionKey"], key["RowKey"]))]
    for row in found:
        table.delete(row["PartitionKey"], row["RowKey"])
    return len(found)


HOLDING = Holding(
    "changed records", (TABLE,), of_shop=rows_of(TABLE),
    of_person=OfPerson(_forget_customer, "ids only, for the minutes until the next run"),
)
