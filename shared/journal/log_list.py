"""The list of log entries: filtered, newest first, fifty a page, over shops and days.

Each shop's entries of a day lie in key order, newest first, so a page costs one call per shop and day it has to
look at, however many entries there are. What a filter can say to storage it says there; a text in the address or
request id is looked for here. A request that had to look at too much ends early: then a page is short, even empty,
and its continuation goes on where it stopped. Border: reads only; rows and keys are described in log_entries.py.
"""
from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from shared.errors import ConnectorError
from shared.journal.log_entries import FIELDS, TABLES, LogEntries, LogEntry, days_of, entry_of, key_at, table_of
from shared.storage.tables import Continuation, Row, Table

PAGE = 50
MOST_CALLS = 30
"""Calls of storage for one page, beside one for each shop."""

_SCANNED_AT_ONCE = 1000


class LogFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted; None and "" leave a question open. `since` and `until` are included."""

    since: datetime | None = None
    until: datetime | None = None
    has_error: bool | None = None
    status: int | None = None
    direction: str = ""
    text: str = ""
    run: str = ""


class LogPage(msgspec.Struct, frozen=True):
    """Entries, newest first; more may follow while `continuation` is not empty."""

    entries: list[LogEntry]
    continuation: str


class _Place(msgspec.Struct, array_like=True):
    """Where a shop's list goes on within a day: from this key, or at storage's own continuation from there."""

    first: str = ""
    after: Continuation = None
    ended: bool = False


class _Token(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """What a continuation holds: the day, each shop's place in it, and a check of these and of the filters."""

    day: date
    places: dict[str, _Place]
    check: str = ""


def list_log_entries(
    logs: LogEntries, shops: Sequence[str], wanted: LogFilter, continuation: str = "", *, most_calls: int = MOST_CALLS
) -> LogPage:
    """One page of the shops' entries; ConnectorError input-invalid for a continuation of another list."""
    token = _read_token(continuation, shops, wanted)
    found: list[LogEntry] = []
    calls = most_calls + len(shops)
    for day in days_of(logs.tables.names(TABLES), TABLES):
        if not _is_asked_for(day, wanted) or (token and day > token.day):
            continue
        places = token.places if token and day == token.day else {}
        streams = [_Stream(logs.tables[table_of(day)], day, shop, wanted, places.get(shop, _Place())) for shop in shops]
        calls = _collect(streams, found, calls)
        if calls <= 0 or len(found) >= PAGE:
            return LogPage(found, _write_token(day, {s.shop: s.place() for s in streams}, shops, wanted))
    return LogPage(found, "")


def _collect(streams: Sequence[_Stream], found: list[LogEntry], calls: int) -> int:
    """Merge one day's entries of all shops into `found`, up to a page; the calls that are left."""
    while len(found) < PAGE:
        for stream in streams:
            while not stream.waiting and not stream.ended:
                if calls <= 0:
                    return 0
                stream.fetch()
                calls -= 1
        ahead = [stream for stream in streams if stream.waiting]
        if not ahead:
            break
        newest = min(ahead, key=lambda stream: str(stream.waiting[0]["RowKey"]))
        found.append(entry_of(newest.waiting.pop(0)))
    return calls


class _Stream:
    """One shop's entries of one day, fetched page by page."""

    def __init__(self, table: Table, day: date, shop: str, wanted: LogFilter, place: _Place) -> None:
        self.shop, self.waiting, self.ended = shop, list[Row](), place.ended
        self._table, self._text, self._place = table, wanted.text.lower(), place
        self._filter, self._values = _question(day, shop, wanted, place.first)
        self._last = ""

    def fetch(self) -> None:
        """Ask storage for the next rows."""
        size = _SCANNED_AT_ONCE if self._text else PAGE
        rows, after = self._table.page(
            self._filter, self._values, size=size, select=FIELDS, after=self._place.after
        )
        self._place.after, self.ended = after, after is None
        self.waiting += [row for row in rows if self._text in f"{row['url']}\n{row['request_id']}".lower()]

    def place(self) -> _Place:
        """Where the next request goes on."""
        if self.waiting:
            return _Place(str(self.waiting[0]["RowKey"]))
        return _Place(self._place.first, self._place.after, self.ended)


def _question(day: date, shop: str, wanted: LogFilter, first: str) -> tuple[str, dict[str, Any]]:
    """The filter for storage and its values."""
    values: dict[str, Any] = {"shop": shop}
    terms = ["PartitionKey eq @shop"]
    if wanted.until and wanted.until.astimezone(UTC).date() == day:
        first = max(first, key_at(wanted.until))
    if first:
        terms.append("RowKey ge @first")
        values["first"] = first
    if wanted.since and wanted.since.astimezone(UTC).date() == day:
        terms.append("RowKey le @last")
        values["last"] = key_at(wanted.since) + "~"
    for name in ("has_error", "status", "direction", "run"):
        value = getattr(wanted, name)
        if value not in (None, ""):
            terms.append(f"{name} eq @{name}")
            values[name] = value
    return " and ".join(terms), values


def _is_asked_for(day: date, wanted: LogFilter) -> bool:
    too_old = wanted.since is not None and day < wanted.since.astimezone(UTC).date()
    too_new = wanted.until is not None and day > wanted.until.astimezone(UTC).date()
    return not too_old and not too_new


def _check(day: date, places: dict[str, _Place], shops: Sequence[str], wanted: LogFilter) -> str:
    return hashlib.sha256(msgspec.json.encode((day, places, shops, wanted))).hexdigest()[:16]


def _write_token(day: date, places: dict[str, _Place], shops: Sequence[str], wanted: LogFilter) -> str:
    token = _Token(day, places, _check(day, places, shops, wanted))
    return urlsafe_b64encode(msgspec.json.encode(token)).decode().rstrip("=")


def _read_token(text: str, shops: Sequence[str], wanted: LogFilter) -> _Token | None:
    if not text:
        return None
    try:
        token = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Token)
        given = _check(token.day, token.places, shops, wanted) == token.check
    except (ValueError, msgspec.MsgspecError):
        given = False
    if not given:
        raise ConnectorError("input-invalid", "continuation was not given by a list with these filters")
    return token
