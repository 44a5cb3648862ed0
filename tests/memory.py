"""Storage in memory: what the emulator does for a test, without its process, its wire and the SDK between.

It is held to the emulator by the same tests (tests/integration/storage/test_tables.py, test_blobs.py). A house on it
costs a third; whatever is about the wire (faults, hosts, two processes) takes the emulator. Rules: Microsoft Learn,
"Understanding the Table service data model", "Performing entity group transactions", "Querying tables and entities".
"""
from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from azure.core.exceptions import HttpResponseError

from shared.storage.account import Storage
from shared.storage.batches import BATCH_ROWS, Put, Row, typed
from shared.storage.blobs import Blobs
from shared.storage.queues import Queues
from shared.storage.retries import Refused
from shared.storage.tables import PAGE_ROWS, Continuation, RowChanged, RowExists, Table, Tables

PROPERTY_BYTES = 64 * 1024
FORBIDDEN_IN_KEYS = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[()]|[\w@]+)")
_WORDS = {"eq": "==", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<=", "and": "and", "or": "or", "not": "not",
          "true": "True", "false": "False", "(": "(", ")": ")"}


def storage_in_memory() -> Storage:
    """An account with nothing in it."""
    return Storage(MemoryTables(), MemoryBlobs(), MemoryQueues())


class MemoryTable(Table):
    """One table; it exists from its first write on."""

    def __init__(self, stamps: Callable[[], int]) -> None:
        self._stamps, self._lock = stamps, threading.RLock()
        self._held: dict[tuple[str, str], Row] = {}
        self.exists = False

    def get(self, partition: str, key: str) -> Row | None:
        with self._lock:
            found = self._held.get((partition, key))
            return dict(found) if found is not None else None

    def insert(self, row: Row) -> str:
        return self._one(Put("insert", row))

    def replace(self, row: Row, etag: str) -> str:
        return self._one(Put("replace", row, etag))

    def put(self, row: Row) -> str:
        return self._one(Put("put", row))

    def delete(self, partition: str, key: str, etag: str | None = None) -> None:
        with self._lock:
            if (partition, key) in self._held:
                self._one(Put("delete", {"PartitionKey": partition, "RowKey": key}, etag or ""))

    def page(
        self, filter: str, values: Mapping[str, Any], *, size: int, select: Sequence[str] | None,
        after: Continuation = None,
    ) -> tuple[list[Row], Continuation]:
        fits = _question(filter, values)
        start = (after["PartitionKey"], after["RowKey"]) if after else ("", "")
        with self._lock:
            keys = sorted(self._held, key=_key_order)
            found = [key for key in keys if _key_order(key) >= _key_order(start) and fits(self._held[key])]
            rows = [_selected(self._held[key], select) for key in found[:size]]
        following = found[min(size, PAGE_ROWS):][:1]
        return rows, {"PartitionKey": following[0][0], "RowKey": following[0][1]} if following else None

    def write(self, operations: Iterable[Put]) -> list[str]:
        puts, etags = list(operations), []
        for start in range(0, len(puts), BATCH_ROWS):
            etags += self._batch(puts[start : start + BATCH_ROWS])
        return etags

    def _one(self, put: Put) -> str:
        return self._batch([put])[0]

    def _batch(self, puts: Sequence[Put]) -> list[str]:
        keys = [(put.row["PartitionKey"], put.row["RowKey"]) for put in puts]
        if len(set(keys)) < len(keys):
            raise _refused("InvalidDuplicateRow")
        if len({partition for partition, _ in keys}) > 1:
            raise _refused("CommandsInBatchActOnDifferentPartitions")
        if any(FORBIDDEN_IN_KEYS.search(text) for key in keys for text in key):
            raise _refused("OutOfRangeInput")
        wanted = [_stored(put.row) for put in puts]
        with self._lock:
            self.exists = True
            for put, key in zip(puts, keys, strict=True):
                self._check(put, self._held.get(key), key[1])
            return [self._keep(put, key, row) for put, key, row in zip(puts, keys, wanted, strict=True)]

    def _check(self, put: Put, found: Row | None, key: str) -> None:
        if put.kind == "insert" and found is not None:
            raise RowExists(key)
        if put.kind in ("replace", "delete") and (found is None or put.etag not in ("", found["etag"])):
            raise RowChanged(key)

    def _keep(self, put: Put, key: tuple[str, str], row: Row) -> str:
        if put.kind == "delete":
            del self._held[key]
            return ""
        row["etag"] = f"W/\"{self._stamps()}\""
        self._held[key] = row
        return str(row["etag"])


class MemoryTables(Tables):
    """The tables of one account."""

    def __init__(self) -> None:
        stamps = count(1)
        self._made: dict[str, MemoryTable] = {}
        self._new = lambda: MemoryTable(lambda: next(stamps))

    def __getitem__(self, name: str) -> Table:
        return self._made.setdefault(name, self._new())

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name, table in self._made.items() if table.exists and name.startswith(prefix))

    def drop(self, name: str) -> None:
        if name in self._made:
            self._made[name]._held.clear()
            self._made[name].exists = False


class MemoryBlobs(Blobs):
    """The containers of one account, each a name's bytes and content type."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, tuple[bytes, str]]] = {}

    def write(self, container: str, name: str, data: bytes, content_type: str) -> None:
        self._held.setdefault(container, {})[name] = bytes(data), content_type

    def read(self, container: str, name: str) -> bytes | None:
        return self._held.get(container, {}).get(name, (None, ""))[0]

    def names(self, container: str, prefix: str = "") -> list[str]:
        return sorted(name for name in list(self._held.get(container, {})) if name.startswith(prefix))

    def folders(self, container: str, prefix: str = "") -> list[str]:
        rests = (name.removeprefix(prefix) for name in self.names(container, prefix))
        return sorted({rest.partition("/")[0] for rest in rests if "/" in rest})

    def remove(self, container: str, names: Sequence[str]) -> None:
        for name in names:
            self._held.get(container, {}).pop(name, None)

    def containers(self, prefix: str) -> list[str]:
        return sorted(name for name in self._held if name.startswith(prefix))

    def drop(self, container: str) -> None:
        self._held.pop(container, None)


class MemoryQueues(Queues):
    """What was sent, by queue, oldest first: (text, seconds until it is visible)."""

    def __init__(self) -> None:
        self.sent: dict[str, list[tuple[str, int]]] = {}

    def send(self, queue: str, text: str, *, delay_seconds: int = 0) -> None:
        self.sent.setdefault(queue, []).append((text, delay_seconds))


def _stored(row: Row) -> Row:
    """What storage keeps of a row: no nulls; ValueError for a number that it has no type for."""
    kept = {name: value for name, value in typed(row).items() if not name.endswith("@odata.type")}
    if any(isinstance(value, str) and len(value.encode("utf-16-le")) > PROPERTY_BYTES for value in kept.values()):
        raise _refused("PropertyValueTooLarge")
    return kept


def _selected(row: Row, select: Sequence[str] | None) -> Row:
    return {name: value for name, value in row.items() if select is None or name in select or name == "etag"}


def _question(filter: str, values: Mapping[str, Any]) -> Callable[[Row], bool]:
    """An OData filter as a function of a row; a property that a row has not fits nothing but its absence."""
    words, names = [], []
    for token in _TOKEN.findall(filter):
        if token in _WORDS:
            words.append(_WORDS[token])
        elif token[0] == "@":
            words.append(repr(_comparable(values[token[1:]])))
        elif token[0] == "'":
            words.append(repr(_comparable(token[1:-1].replace("''", "'"))))
        elif token.isdigit():
            words.append(token)
        else:
            names.append(token)
            words.append(f"comparable(row[{token!r}])")
    compiled = compile(" ".join(words) or "True", "filter", "eval")

    def fits(row: Row) -> bool:
        return all(name in row for name in names) and eval(compiled, {"comparable": _comparable, "row": row})

    return fits


def _key_order(key: tuple[str, str]) -> tuple[bytes, bytes]:
    return _comparable(key[0]), _comparable(key[1])


def _comparable(value: Any) -> Any:
    """Texts are compared by their UTF-16 units."""
    return value.encode("utf-16-be", "surrogatepass") if isinstance(value, str) else value


def _refused(word: str) -> Refused:
    error = HttpResponseError(f"{word}: refused")
    error.code, error.status_code = word, 400  # type: ignore[attr-defined]
    return Refused(error)
