"""Rows of one entity set under several keys: asked for by key, or all read where that takes fewer requests.

What is known is kept for a job and kept current; safe for several threads. A table of more than MOST_ROWS is never held
in memory: where the service cannot find rows by a key itself, an index of that key is read, 24 bytes a row.
Border: knows nothing of Business Central; directory.py says what is read and what the keys are.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

MOST_ROWS = 20_000
"""Rows of one table that a job keeps, some 20 MB."""


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Listed = TypeVar("Listed", bound=_HasId)
Given = TypeVar("Given", bound=_HasId, covariant=True)


class Source(Protocol[Given]):
    """Where the rows are.

    page_rows  rows that one request reads of the whole table
    """

    page_rows: int

    def count(self) -> int:
        """How many rows there are; one request."""
        ...

    def whole(self, columns: Sequence[str] = ()) -> Iterable[Given]:
        """All rows, with these columns only."""
        ...

    def requests(self, property: str, texts: Iterable[str]) -> list[list[str]]:
        """These texts in groups of those that one request may ask for; without those that no row can have."""
        ...

    def having(self, property: str, texts: Sequence[str]) -> Iterable[Given]:
        """The rows that have one of these texts there; one request."""
        ...


@dataclass(frozen=True)
class Key(Generic[Listed]):
    """One way to find rows.

    of        a row's key ("" = none); a frozenset is several, under each of which the row is found
    property  by which the service finds it; "" if it cannot, since keys are compared in a form of our own
    text      what that property is, of a key
    unique    no two rows have the same
    columns   what the key is made of, where the whole table has to be looked through
    """

    of: Callable[[Listed], Hashable]
    property: str = ""
    text: Callable[[Any], str] = str
    unique: bool = False
    columns: tuple[str, ...] = ()


Missing = tuple[object, str, Hashable]
"""The KeyedRows that was asked, the name and the key."""


class Notes(threading.local):
    """What a thread found missing while it notes, and took for not there instead of asking; None while it asks."""

    missing: list[Missing] | None = None


class KeyedRows(Generic[Listed]):
    """rank orders rows that share a key; keys: name -> how rows are found by it, among them "id", that of each row."""

    def __init__(
        self, source: Source[Listed], rank: Callable[[Listed], str], keys: Mapping[str, Key[Listed]], notes: Notes,
    ) -> None:
        self._source, self._rank, self._keys, self._notes = source, rank, keys, notes
        self._lock = threading.RLock()
        self._rows: dict[str, Listed] = {}
        self._found: dict[tuple[str, Hashable], list[Listed]] = {}
        self._asked: set[tuple[str, Hashable]] = set()
        self._indexes: dict[str, _Index] = {}
        self._entered = frozenset(name for name, one in keys.items() if one.property)
        self._requests = 0
        self._size: int | None = None
        self.is_whole = False

    def all(self, name: str, key: Hashable) -> list[Listed]:
        """The rows with this key under this name, by rank; none for an empty key."""
        with self._lock:
            if not key:
                return []
            if not self._is_known(name, key):
                if self._notes.missing is not None:
                    self._notes.missing.append((self, name, key))
                    return []
                self.learn(name, [key])
            return sorted(self._found.get((name, key), ()), key=self._rank)

    def first(self, name: str, key: Hashable) -> Listed | None:
        """The lowest-ranking row with this key, or None."""
        rows = self.all(name, key)
        return rows[0] if rows else None

    def learn(self, name: str, keys: Iterable[Hashable]) -> None:
        """Make sure that these keys are known, in as few requests as that takes."""
        with self._lock:
            missing = [key for key in dict.fromkeys(keys) if key and not self._is_known(name, key)]
            if missing and self._keys[name].property:
                self._ask(name, missing)
            elif missing:
                self._look_through(name, missing)

    def remember(self, row: Listed) -> None:
        """Take a row in, in place of what was known under its id."""
        with self._lock:
            known = self._rows.get(row.id)
            before = self._entries(known, self._entered) if known is not None else []
            entries = self._entries(row, self._entered)
            for each in before:
                self._found[each].remove(known)  # type: ignore[arg-type]
            self._rows[row.id] = row
            for each in entries:
                self._found.setdefault(each, []).append(row)

    def _is_known(self, name: str, key: Hashable) -> bool:
        one = self._keys[name]
        there = one.unique and bool(self._found.get((name, key)))
        return self.is_whole or there or self._mark(name, key) in self._asked

    def _mark(self, name: str, key: Hashable) -> tuple[str, Hashable]:
        one = self._keys[name]
        return (one.property, one.text(key)) if one.property else (name, key)

    def _ask(self, name: str, keys: Sequence[Hashable]) -> None:
        one = self._keys[name]
        groups = self._source.requests(one.property, dict.fromkeys(map(one.text, keys)))
        if self._is_whole_cheaper(self._requests + len(groups)):
            self._read_whole()
            return
        for texts in groups:
            self._requests += 1
            self._take(self._source.having(one.property, texts))
        self._asked |= {self._mark(name, key) for key in keys}

    def _is_whole_cheaper(self, requests: int) -> bool:
        """Whether asking by key will have taken more requests than the whole table does; one is worth no counting."""
        return requests > 1 and self._count() <= MOST_ROWS and ceil(self._count() / self._source.page_rows) <= requests

    def _look_through(self, name: str, keys: Sequence[Hashable]) -> None:
        if self._count() <= MOST_ROWS:
            self._read_whole()
            return
        if name not in self._indexes:
            self._read_indexes(self._keys[name].columns)
        self._learn_by_id({id for key in keys for id in self._indexes[name].ids(key)})
        self._asked |= {self._mark(name, key) for key in keys}

    def _learn_by_id(self, ids: set[str]) -> None:
        """Ask for these rows; the table is read through where that takes fewer requests: a telephone number that stands
        for "none" may be that of ten thousand."""
        groups = self._source.requests("id", ids)
        if len(groups) <= ceil(self._count() / self._source.page_rows):
            self.learn("id", ids)
        else:
            self._take(row for row in self._source.whole() if row.id.lower() in ids)

    def _read_indexes(self, columns: tuple[str, ...]) -> None:
        """An index of every key that is made of these columns; what is known is found by these keys from now on."""
        made = {name: _Index() for name, one in self._keys.items() if one.columns == columns}
        for row in self._source.whole(columns):
            for name, index in made.items():
                for key in self._several(self._keys[name].of(row)):
                    index.add(key, row.id)
        self._enter_under(self._entered | made.keys())
        self._indexes |= {name: index.in_order() for name, index in made.items()}

    def _read_whole(self) -> None:
        self._take(self._source.whole())
        self._enter_under(frozenset(self._keys))
        self.is_whole = True

    def _enter_under(self, names: frozenset[str]) -> None:
        """Let every row be found under these names. A key may have to be asked for, and that may fail: then all stays
        as it was."""
        found: dict[tuple[str, Hashable], list[Listed]] = {}
        for row in self._rows.values():
            for each in self._entries(row, names):
                found.setdefault(each, []).append(row)
        self._found, self._entered = found, names

    def _take(self, rows: Iterable[Listed]) -> None:
        for row in rows:
            self.remember(row)

    def _count(self) -> int:
        if self._size is None:
            self._size = self._source.count()
        return self._size

    def _entries(self, row: Listed, names: frozenset[str]) -> list[tuple[str, Hashable]]:
        """The keys under these names that it is found by."""
        return [(name, key) for name in names for key in self._several(self._keys[name].of(row))]

    def _several(self, keys: Hashable) -> list[Hashable]:
        return [key for key in (keys if isinstance(keys, frozenset) else (keys,)) if key]


class _Index:
    """Keys and ids of rows. Keys are kept as hashes: two that share one are told apart by the rows themselves."""

    def __init__(self) -> None:
        self._hashes, self._ids = array("q"), bytearray()

    def add(self, key: Hashable, id: str) -> None:
        """Take in a row; before in_order()."""
        self._hashes.append(hash(key))
        self._ids += UUID(id).bytes

    def in_order(self) -> _Index:
        """The same, to be asked."""
        made = _Index()
        for at in sorted(range(len(self._hashes)), key=self._hashes.__getitem__):
            made._hashes.append(self._hashes[at])
            made._ids += self._ids[16 * at : 16 * at + 16]
        return made

    def ids(self, key: Hashable) -> list[str]:
        """The ids of the rows that may have this key."""
        wanted, found = hash(key), list[str]()
        at = bisect_left(self._hashes, wanted)
        while at < len(self._hashes) and self._hashes[at] == wanted:
            found.append(str(UUID(bytes=bytes(self._ids[16 * at : 16 * at + 16]))))
            at += 1
        return found
