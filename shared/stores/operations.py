"""Operations: what an operator did, on which shop, what it changed, and how it ended.

Table Operations, partition `operations`, row key = inverted time, so that the newest come first. A row is written
before anything is changed, and again with the end; one whose process ended in between keeps an empty outcome. What
names something that is not there (status 404) was no operation: its row goes. Secrets and people's data are not told
to this book: whoever writes gives field names, and values of set-up only.
"""
from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from shared.clock import Clock, iso
from shared.errors import ConnectorError, ServiceUnavailable
from shared.json_text import decoded
from shared.storage.account import Storage
from shared.storage.holding import DataSubject, Holding, OfPerson
from shared.storage.row_removal import remove_rows
from shared.storage.tables import Row, Table
from shared.texts import sentence

TABLE = "Operations"
OPERATIONS = "operations"
"""What the book of purges calls them."""

PAGE = 100
DONE, REFUSED, FAILED = "done", "refused", "failed"
_PARTITION = OPERATIONS
_END_OF_TIME = 10**17
_LONGEST_VALUE = 500
_LONGEST = 30_000
_ID = re.compile(r"\d{17}-[0-9a-f]{4}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,50}", re.ASCII)
"""What may be a shop's code; whatever else stands in a path is not kept."""

_log = logging.getLogger(__name__)


class Operation(msgspec.Struct, kw_only=True):
    """One thing that an operator did; times are UTC, ISO 8601.

    operation  its name, which is that of the function of the API
    shop       its code; "" for what concerns the whole app
    type, record_id  the type, and Shopify's id of the record, that it is about; "" for none
    before, after  what changed: field -> value; of a call that was refused the fields that it wanted to change
    outcome    done, refused (by a rule, `code` says which), failed (nobody foresaw it); "" while it is under way, and
               for ever if its process ended
    """

    id: str
    at: str
    by: str
    operation: str
    shop: str = ""
    type: str = ""
    record_id: str = ""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    outcome: str = ""
    code: str = ""

    def changed(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Note what differs between the two; a value that is long is cut."""
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        self.before = {name: _short(before[name]) for name in names if name in before}
        self.after = {name: _short(after[name]) for name in names if name in after}


class OperationsPage(NamedTuple):
    """Operations, newest first; more may follow while `continuation` is not empty."""

    operations: list[Operation]
    continuation: str


class Operations:
    """The book."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    @contextmanager
    def recorded(
        self, operation: str, *, by: str, shop: str = "", type: str = "", record_id: str = ""
    ) -> Iterator[Operation]:
        """Carry out an operation within the block, which may add what it is about and what it changed."""
        now = self._clock.now()
        one = Operation(id=f"{_key_at(now)}-{uuid4().hex[:4]}", at=iso(now), by=by, operation=operation,
                        shop=shop if _CODE.fullmatch(shop) else "", type=type, record_id=record_id)
        self._save(one)
        try:
            yield one
        except ConnectorError as problem:
            if problem.problem.status == 404:
                self._table.delete(_PARTITION, one.id)
            else:
                self._end(one, REFUSED, problem.code)
            raise
        except Exception:
            self._end(one, FAILED, "internal-error")
            raise
        self._end(one, DONE)

    def page(
        self, *, shop: str = "", operation: str = "", about: tuple[str, str] | None = None,
        since: datetime | None = None, continuation: str = "", size: int = PAGE,
    ) -> OperationsPage:
        """What was done, newest first; about: type and id of a record. ConnectorError input-invalid for a continuation
        that is none."""
        question, values = "PartitionKey eq @p and RowKey gt @after", {"p": _PARTITION, "after": _after(continuation)}
        if since is not None:
            question, values = f"{question} and RowKey le @last", values | {"last": f"{_key_at(since)}~"}
        if shop:
            question, values = f"{question} and shop eq @shop", values | {"shop": shop}
        if operation:
            question, values = f"{question} and operation eq @operation", values | {"operation": operation}
        if about:
            question, values = f"{question} and record eq @record", values | {"record": _record(*about)}
        found = list(map(_operation, self._table.first(size + 1, question, values)))
        return OperationsPage(found[:size], found[size - 1].id if len(found) > size else "")

    def remove_before(self, moment: datetime) -> int:
        """Forget what was done up to this moment; how many operations."""
        return remove_rows(self._table, _key_at(moment), _PARTITION)

    def _end(self, one: Operation, outcome: str, code: str = "") -> None:
        one.outcome, one.code = outcome, code
        try:
            self._save(one)
        except ServiceUnavailable:  # what was done is done: the caller has to hear that, and the row stays open
            _log.exception("how %s of shop %s ended could not be written down", one.operation, one.shop)

    def _save(self, one: Operation) -> None:
        self._table.put(_row(one))


def _row(one: Operation) -> Row:
    fields = msgspec.structs.asdict(one)
    fields |= {name: _text(fields[name]) for name in ("before", "after")}
    record = _record(fields.pop("type"), fields.pop("record_id"))
    return fields | {"PartitionKey": _PARTITION, "RowKey": fields.pop("id"), "record": record}


def _operation(row: Row) -> Operation:
    told = {name: decoded(row[name]) for name in ("before", "after")}
    type, _, record_id = row.get("record", "").partition(" ")
    return msgspec.convert(row | told | {"id": row["RowKey"], "type": type, "record_id": record_id}, Operation)


def _record(type: str, id: str) -> str:
    """Type and id as a row holds them, in one column."""
    return f"{type} {id}".rstrip()


def _text(values: dict[str, Any]) -> str:
    """The values as JSON; their names alone where they are too long for a property."""
    text = msgspec.json.encode(values).decode()
    return text if len(text) <= _LONGEST else msgspec.json.encode(dict.fromkeys(values, "…")).decode()


def _short(value: Any) -> Any:
    plain = msgspec.to_builtins(value)
    text = plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
    return plain if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _key_at(moment: datetime) -> str:
    return f"{_END_OF_TIME - int(moment.astimezone(UTC).timestamp() * 1_000_000):017d}"


def _after(continuation: str) -> str:
    if continuation and not _ID.fullmatch(continuation):
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of a list", continuation=repr(continuation[:60])))
    return continuation


def _forget_records(storage: Storage, whom: DataSubject) -> int:
    """Operations on the person's records no longer say on which."""
    told = [one for one in _of_shop(storage, whom.shop) if (one.type, one.record_id) in whom.records]
    for one in told:
        one.type, one.record_id = "", ""
        storage.tables[TABLE].put(_row(one))
    return len(told)


def _forget_details(storage: Storage, shop: str) -> int:
    """Of operations on the shop remains who did what, when and how it ended."""
    told = [one for one in _of_shop(storage, shop) if one.type or one.before or one.after]
    for one in told:
        one.type, one.record_id, one.before, one.after = "", "", {}, {}
        storage.tables[TABLE].put(_row(one))
    return len(told)


def _of_shop(storage: Storage, shop: str) -> list[Operation]:
    rows = storage.tables[TABLE].rows("PartitionKey eq @p and shop eq @shop", {"p": _PARTITION, "shop": shop})
    return list(map(_operation, rows))


HOLDING = Holding(
    "operations", (TABLE,), of_shop=_forget_details,
    of_person=OfPerson(_forget_records, "they are about what an operator did, and name a record by its id only"),
)
