"""What the company holds: tables of rows, their indexes, transactions, versions and recent history.

A row is a dict that is never changed in place: a write puts a new dict. The undo journal of a transaction is
therefore a list of (table, id, previous row), and the same list, kept with its time, answers "what did this
look like n seconds ago" for the read replica (Microsoft Learn: "Using read scale-out").
Border: no API names or rules beyond which properties are indexed and unique.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from . import errors
from .contract import CONTRACT, Row

# Sets that are two views of one table.
PHYSICAL = {"customerPaymentJournals": "journals", "customerPayments": "journalLines"}

DOCUMENT_LINES = ("salesOrderLines", "salesInvoiceLines", "salesCreditMemoLines", "salesShipmentLines")
UNIQUE: dict[str, tuple[str, ...]] = {
    **{name: ("number",) for name, entity in CONTRACT.items() if "number" in entity.properties},
    **{name: ("code",) for name, entity in CONTRACT.items() if "code" in entity.properties},
    **dict.fromkeys(DOCUMENT_LINES, ("documentId", "sequence")),
    "itemVariants": ("itemNumber", "code"),
    "dimensionValues": ("dimensionId", "code"),
    "journals": ("template", "code"),
    "journalLines": ("journalId", "lineNumber"),
}

INDEXED = (
    "number", "code", "externalDocumentNumber", "documentId", "customerNumber", "billToCustomerNumber",
    "orderNumber", "itemId", "itemVariantId", "itemNumber", "journalId", "invoiceNumber", "documentNumber",
    "email", "phoneNumber", "gtin",
)  # fmt: skip

HISTORY = 200_000


class Clock(Protocol):
    """Tells the time: an aware datetime in UTC."""

    def now(self) -> datetime: ...


class Reader(Protocol):
    """What a query needs: rows by id, by an indexed value, or all of them."""

    def row(self, name: str, row_id: str) -> Row | None: ...
    def find(self, name: str, prop: str, value: Any) -> list[Row]: ...
    def rows(self, name: str) -> Iterable[Row]: ...


class Table:
    """Rows by id, with indexes kept in step by `put`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: dict[str, Row] = {}
        self.unique = UNIQUE.get(name, ())
        self.keys: dict[tuple[Any, ...], str] = {}
        entity = CONTRACT.get(name)
        self.indexes: dict[str, dict[Any, dict[str, None]]] = {
            prop: {} for prop in INDEXED if entity is None or prop in entity.properties
        }

    def put(self, row_id: str, new: Row | None) -> Row | None:
        """Store a row, or take it away with None; returns what was there."""
        old = self.rows.pop(row_id, None) if new is None else self.rows.get(row_id)
        if new is not None:
            self.rows[row_id] = new
        self._index(row_id, old, new)
        return old

    def _index(self, row_id: str, old: Row | None, new: Row | None) -> None:
        for prop, index in self.indexes.items():
            before = old.get(prop) if old else None
            after = new.get(prop) if new else None
            if before == after:
                continue
            if before is not None:
                bucket = index[before]
                del bucket[row_id]
                if not bucket:
                    del index[before]
            if after is not None:
                index.setdefault(after, {})[row_id] = None
        if self.unique:
            self._index_key(row_id, old, new)

    def _index_key(self, row_id: str, old: Row | None, new: Row | None) -> None:
        if old and self.keys.get(self.key(old)) == row_id:
            del self.keys[self.key(old)]
        if new:
            self.keys[self.key(new)] = row_id

    def key(self, row: Row) -> tuple[Any, ...]:
        return tuple(row.get(prop) for prop in self.unique)

    def key_text(self, row: Row) -> str:
        return ",".join(f"{prop}='{row.get(prop)}'" for prop in self.unique)


class State:
    """All tables of the one company, read and written in transactions."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.tables: dict[str, Table] = {}
        self.version = 114_007_148_000_000_000
        self._undo: list[tuple[str, str, Row | None]] = []
        self._depth = 0
        self._commits = 0
        self._history: deque[tuple[datetime, str, str, Row | None]] = deque(maxlen=HISTORY)

    # --- reading

    def table(self, name: str) -> Table:
        name = PHYSICAL.get(name, name)
        if name not in self.tables:
            self.tables[name] = Table(name)
        return self.tables[name]

    def row(self, name: str, row_id: str) -> Row | None:
        return self.table(name).rows.get(row_id)

    def rows(self, name: str) -> Iterable[Row]:
        return self.table(name).rows.values()

    def find(self, name: str, prop: str, value: Any) -> list[Row]:
        """Rows whose indexed property has this value."""
        table = self.table(name)
        return [table.rows[row_id] for row_id in table.indexes[prop].get(value, ())]

    def one(self, name: str, prop: str, value: Any) -> Row | None:
        found = self.find(name, prop, value)
        return found[0] if found else None

    def count(self, name: str) -> int:
        return len(self.table(name).rows)

    # --- writing

    def insert(self, name: str, row: Row) -> Row:
        """Add a row; gives it an id, a version and the time. Raises 'already exists' on a used key."""
        table = self.table(name)
        row.setdefault("id", "")
        if row["id"].strip("0-") == "":
            row["id"] = str(uuid4())
        self._check_unique(table, row)
        return self._put(table, row)

    def replace(self, name: str, row: Row) -> Row:
        """Put a new version of a row that exists."""
        table = self.table(name)
        self._check_unique(table, row)
        return self._put(table, row)

    def touch(self, name: str, row_id: str) -> Row:
        """A new version of a row with nothing else changed."""
        return self._put(self.table(name), dict(self.table(name).rows[row_id]))

    def delete(self, name: str, row_id: str) -> None:
        table = self.table(name)
        self._undo.append((table.name, row_id, table.put(row_id, None)))

    def _check_unique(self, table: Table, row: Row) -> None:
        holder = table.keys.get(table.key(row)) if table.unique else None
        if holder is not None and holder != row["id"]:
            caption = CONTRACT[table.name].table if table.name in CONTRACT else table.name
            raise errors.already_exists(caption, table.key_text(row))

    def _put(self, table: Table, row: Row) -> Row:
        self.version += 1
        row["version"] = self.version
        row["lastModifiedDateTime"] = self.timestamp()
        self._undo.append((table.name, row["id"], table.put(row["id"], row)))
        return row

    # --- transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside, or none. An inner transaction that fails takes back its own writes only."""
        mark, commits = len(self._undo), self._commits
        self._depth += 1
        try:
            yield
        except BaseException:
            # What was committed meanwhile stays; all that came after it is ours.
            self._roll_back(mark if commits == self._commits else 0)
            raise
        finally:
            self._depth -= 1
        if self._depth == 0:
            self.commit()

    def commit(self) -> None:
        """Make everything so far final, even inside an outer transaction (AL's Commit)."""
        moment = self.clock.now()
        self._history.extend((moment, *change) for change in self._undo)
        self._undo.clear()
        self._commits += 1

    def settle(self) -> None:
        """Forget the recent past: the replica has caught up with everything so far."""
        self._history.clear()

    def _roll_back(self, mark: int) -> None:
        while len(self._undo) > mark:
            name, row_id, previous = self._undo.pop()
            self.tables[name].put(row_id, previous)

    # --- time

    def timestamp(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def today(self) -> str:
        return self.clock.now().date().isoformat()

    def as_of(self, seconds_ago: float) -> Reader:
        """The tables as they were: today's rows under the previous images of everything younger."""
        oldest = self.clock.now() - timedelta(seconds=seconds_ago)
        earlier: dict[str, dict[str, Row | None]] = {}
        for moment, name, row_id, previous in reversed(self._history):
            if moment <= oldest:
                break
            earlier.setdefault(name, {})[row_id] = previous
        return Replica(self, earlier)


class Replica:
    """A Reader over an earlier moment."""

    def __init__(self, state: State, earlier: dict[str, dict[str, Row | None]]) -> None:
        self._state, self._earlier = state, earlier

    def row(self, name: str, row_id: str) -> Row | None:
        earlier = self._earlier.get(PHYSICAL.get(name, name), {})
        return earlier[row_id] if row_id in earlier else self._state.row(name, row_id)

    def rows(self, name: str) -> Iterable[Row]:
        earlier = self._earlier.get(PHYSICAL.get(name, name), {})
        kept = [row for row in self._state.rows(name) if row["id"] not in earlier]
        return kept + [row for row in earlier.values() if row is not None]

    def find(self, name: str, prop: str, value: Any) -> list[Row]:
        earlier = self._earlier.get(PHYSICAL.get(name, name), {})
        kept = [row for row in self._state.find(name, prop, value) if row["id"] not in earlier]
        return kept + [row for row in earlier.values() if row is not None and row.get(prop) == value]


def etag_of(row: Row) -> str:
    """The weak ETag of a row's version, in the form Business Central uses."""
    text = f"'20;{row['version']};00;'"
    return f'W/"{base64.b64encode(text.encode()).decode()}"'
