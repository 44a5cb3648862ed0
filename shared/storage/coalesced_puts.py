"""Rows that several threads put at the same time go out together.

While one batch is on its way the next one gathers, so the more callers there are, the fewer calls of storage each
of them costs. The first caller of a batch writes it; all of them return when their row is stored, or raise what
storage raised. Rules of batches: tables.py.
"""
from __future__ import annotations

import threading
from concurrent.futures import Future

from shared.storage.tables import Put, Row, Table


class _Batch:
    """Rows by partition and key: a row that is put twice is written once."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self.callers = 0
        self.done: Future[None] = Future()


class CoalescedPuts:
    """Puts rows of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._gathering = _Batch()

    @property
    def waiting(self) -> int:
        """Callers of the batch that gathers now."""
        return self._gathering.callers

    def put(self, row: Row) -> None:
        """Write the row whatever is there; returns when it is stored."""
        with self._lock:
            batch = self._gathering
            writes = batch.callers == 0
            batch.callers += 1
            batch.rows[row["PartitionKey"], row["RowKey"]] = row
        if writes:
            with self._turn:
                with self._lock:
                    self._gathering = _Batch()
                self._write(batch)
        batch.done.result()

    def _write(self, batch: _Batch) -> None:
        try:
            for partition in sorted({partition for partition, _ in batch.rows}):
                self._put([row for (its, _), row in batch.rows.items() if its == partition])
        except BaseException as error:
            batch.done.set_exception(error)
        else:
            batch.done.set_result(None)

    def _put(self, rows: list[Row]) -> None:
        if len(rows) == 1:
            self._table.put(rows[0])
        else:
            self._table.write(Put("put", row) for row in rows)
