"""Rows of one entity set under several keys: read on first use, kept current, safe for several threads.

Border: knows nothing of Business Central; directory.py says what is read and what the keys are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, Protocol, TypeVar


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Listed = TypeVar("Listed", bound=_HasId)


class KeyedRows(Generic[Listed]):
    """read gives all rows; rank orders rows that share a key; keys: name -> key of a row ("" = none).

    A frozenset is several keys, under each of which the row is found.
    """

    def __init__(
        self,
        read: Callable[[], Iterable[Listed]],
        rank: Callable[[Listed], str],
        keys: Mapping[str, Callable[[Listed], Hashable]],
    ) -> None:
        self._read = read
        self._rank = rank
        self._keys = keys
        self._lock = threading.RLock()
        self._rows: dict[str, Listed] | None = None
        self._found: dict[tuple[str, Hashable], list[Listed]] = {}

    def all(self, name: str, key: Hashable) -> list[Listed]:
        """The rows with this key under this name, by rank; none for an empty key."""
        with self._lock:
            self._load()
            return sorted(self._found.get((name, key), ()), key=self._rank) if key else []

    def first(self, name: str, key: Hashable) -> Listed | None:
        """The lowest-ranking row with this key, or None."""
        rows = self.all(name, key)
        return rows[0] if rows else None

    def remember(self, row: Listed) -> None:
        """Take a row in, in place of what was known under its id."""
        with self._lock:
            rows = self._load()
            known = rows.get(row.id)
            if known is not None:
                for each in self._entries(known):
                    self._found[each].remove(known)
            self._add(rows, row)

    def _load(self) -> dict[str, Listed]:
        if self._rows is None:
            self._found.clear()
            rows: dict[str, Listed] = {}
            for row in self._read():
                self._add(rows, row)
            self._rows = rows
        return self._rows

    def _add(self, rows: dict[str, Listed], row: Listed) -> None:
        rows[row.id] = row
        for each in self._entries(row):
            self._found.setdefault(each, []).append(row)

    def _entries(self, row: Listed) -> list[tuple[str, Hashable]]:
        pairs = [(name, key_of(row)) for name, key_of in self._keys.items()]
        several = [(name, keys if isinstance(keys, frozenset) else (keys,)) for name, keys in pairs]
        return [(name, key) for name, keys in several for key in keys if key]
