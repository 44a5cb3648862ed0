"""Runs that somebody asked for and that have not begun: whoever asks again meanwhile is told that one is on its way.

Table AskedRuns, partition = shop, key = the run's types. Two who ask at one moment want to insert the
same row, and one of them does. Border: rows; the queue is sync/queue.py.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from shared.clock import Clock, from_iso, iso_exact
from shared.errors import ConnectorError
from shared.storage.holding import Holding, rows_of
from shared.storage.tables import Row, RowChanged, RowExists, Table

TABLE = "AskedRuns"
_LOST = timedelta(minutes=2)
"""A run that has not begun so long after it should is taken for lost; one too many finds nothing to do."""


class AskedRuns:
    """Those of all shops."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    @contextmanager
    def claimed(self, shop: str, types: Sequence[str]) -> Iterator[bool]:
        """Whether the block is to send a run of these types; False: one that reads as much is on its way.

        A block that fails has sent none.
        """
        ours = self._claim(shop, types)
        try:
            yield ours
        except ConnectorError:
            if ours:
                self.begun(shop, types)
            raise

    def begun(self, shop: str, types: Sequence[str]) -> None:
        """The run reads from now on: what is asked for later needs another one."""
        self._table.delete(shop, _key(types))

    def postponed(self, shop: str, types: Sequence[str], seconds: float) -> None:
        """The run found the shop busy: it comes again then."""
        self._table.put(self._row(shop, types, seconds))

    def _claim(self, shop: str, types: Sequence[str]) -> bool:
        now, rows = self._clock.now(), list(self._table.partition(shop))
        if any(set(types) <= _types(row) and now < from_iso(row["lost_at"]) for row in rows):
            return False
        lost = [row["etag"] for row in rows if row["RowKey"] == _key(types)]
        try:
            if lost:
                self._table.replace(self._row(shop, types), lost[0])
            else:
                self._table.insert(self._row(shop, types))
        except (RowExists, RowChanged):
            return False
        return True

    def _row(self, shop: str, types: Sequence[str], seconds: float = 0) -> Row:
        lost_at = self._clock.now() + timedelta(seconds=seconds) + _LOST
        return {"PartitionKey": shop, "RowKey": _key(types), "lost_at": iso_exact(lost_at)}


def _types(row: Row) -> set[str]:
    return set(str(row["RowKey"]).split(","))


def _key(types: Sequence[str]) -> str:
    return ",".join(sorted(set(types)))


HOLDING = Holding("asked runs", (TABLE,), of_shop=rows_of(TABLE), of_person="types of records, and nobody's name")
