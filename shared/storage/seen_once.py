"""A table for somebody who looks at it once: what he has read he does not ask for again, and sees one state of it.

Border: reads only, and lives as long as he looks.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from shared.storage.tables import Row


class Readable(Protocol):
    """What can be read of a table."""

    def get(self, partition: str, key: str) -> Row | None:
        """The row, or None."""
        ...

    def partition(self, partition: str, first: str = "", last: str = "\uffff") -> Iterable[Row]:
        """The rows of one partition between two keys, both included."""
        ...


class SeenOnce:
    """Rows as they were when they were first asked for."""

    def __init__(self, table: Readable) -> None:
        self._table = table
        self._rows = dict[tuple[str, str], Row | None]()
        self._partitions = dict[tuple[str, str, str], list[Row]]()

    def get(self, partition: str, key: str) -> Row | None:
        """The row, or None."""
        place = (partition, key)
        if place not in self._rows:
            self._rows[place] = self._table.get(*place)
        return self._rows[place]

    def partition(self, partition: str, first: str = "", last: str = "\uffff") -> Iterable[Row]:
        """The rows of one partition between two keys, both included."""
        place = (partition, first, last)
        if place not in self._partitions:
            self._partitions[place] = list(self._table.partition(*place))
        return self._partitions[place]
