"""The list of log entries: filtered, newest first, fifty a page, over shops and hours.

Each shop's entries of an hour lie in key order, newest first, so a page costs one call per shop and hour it has to
look at, however many entries there are. While the page does not fill, more and more hours are asked side by side:
a quiet shop has many that hold nothing. What a filter can say to storage it says there; a text in the address or
request id is looked for here. A request that had to look at too much ends early: then a page is short, even empty,
and its continuation goes on where it stopped. Border: reads only; rows and keys are described in log_entries.py.
"""
from __future__ import annotations

import hashlib
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec

from shared.errors import ConnectorError
from shared.journal.log_entries import (
    FIELDS,
    TABLES,
    LogEntries,
    LogEntry,
    entry_of,
    hour_of,
    hours_of,
    key_at,
    rows_of_hour,
)
from shared.json_text import decoded
from shared.storage.tables import Continuation, Row, Table
from shared.telemetry import SIDE_BY_SIDE, side_by_side
from shared.texts import sentence

PAGE = 50
MOST_CALLS = 200
"""About how many calls of storage one page takes at most, beside one for each shop: more hours than a week has."""

_SCANNED_AT_ONCE = 1000
_LONGEST_TOKEN = 1_000_000
"""Of what a continuation is unpacked to; a place takes some hundred bytes."""
_ROWS_OF_A_CALL = 100
"""A call that brings more, to look for a text in them, counts as several."""


class LogFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted; None and "" leave a question open. `since` and `until` are included."""

    shop: str = ""
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
    """Where a shop's list goes on within an hour: from this key, or at storage's own continuation from there."""

    first: str = ""
    after: Continuation = None
    ended: bool = False


class _Token(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """What a continuation holds, packed: the hour, each shop's place in it, and a check of these and of the filters."""

    hour: Annotated[datetime, msgspec.Meta(tz=True)]
    places: dict[str, _Place]
    check: str = ""


def list_log_entries(
    logs: LogEntries, shops: Sequence[str], wanted: LogFilter, continuation: str = "", *, most_calls: int = MOST_CALLS
) -> LogPage:
    """One page of the entries of `wanted.shop`, or of all `shops`; ConnectorError input-invalid for a continuation of
    another list. A list goes on with the shops it began with: one that was added since stands in the next list."""
    shops = [wanted.shop] if wanted.shop else shops
    token = _read_token(continuation, wanted)
    if token:
        there = set(shops)
        shops = [shop for shop in token.places if shop in there]
    hours = [hour for hour in hours_of(logs.tables.names(TABLES))
             if _is_asked_for(hour, wanted) and not (token and hour > token.hour)]
    places = {token.hour: token.places} if token else {}
    found: list[LogEntry] = []
    calls, width = most_calls + len(shops), 1
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="log list") as lanes:
        while hours:
            together, hours = hours[:width], hours[width:]
            asked = [_hour(logs, at, shops, wanted, places.get(at, {})) for at in together]
            not_ended = [stream for hour in asked for stream in hour.streams if not stream.ended]
            calls -= sum(side_by_side(_Stream.fetch, not_ended, lanes))
            for hour in asked:
                calls = _collect(hour.streams, found, calls)
                if len(found) >= PAGE or not hour.is_listed():
                    return LogPage(found, _write_token(hour.at, hour.places(), wanted))
            if hours and calls <= 0:
                return LogPage(found, _write_token(hour.at, hour.places(), wanted))
            width = wider(width, calls, len(shops))
    return LogPage(found, "")


def wider(width: int, calls: int, shops: int = 1) -> int:
    """How many hours are asked together after so many: twice as many, up to eight calls side by side, and no more than
    the calls that are left are for."""
    return max(min(2 * width, SIDE_BY_SIDE // max(shops, 1), -(-calls // max(shops, 1))), 1)


def _collect(streams: Sequence[_Stream], found: list[LogEntry], calls: int) -> int:
    """Merge one hour's entries of all shops into `found`, up to a page; the calls that are left."""
    while len(found) < PAGE:
        for stream in streams:
            while not stream.waiting and not stream.ended:
                if calls <= 0:
                    return calls
                calls -= stream.fetch()
        ahead = [stream for stream in streams if stream.waiting]
        if not ahead:
            break
        newest = min(ahead, key=lambda stream: str(stream.waiting[0]["RowKey"]))
        found.append(entry_of(newest.waiting.pop(0)))
    return calls


class _Stream:
    """One shop's entries of one hour, fetched page by page."""

    def __init__(self, table: Table, hour: datetime, shop: str, wanted: LogFilter, place: _Place) -> None:
        self.shop, self.waiting, self.ended = shop, list[Row](), place.ended
        self._table, self._text, self._place = table, wanted.text.lower(), place
        self._filter, self._values = _question(hour, shop, wanted, place.first)

    def fetch(self) -> int:
        """Ask storage for the next rows; how many calls that counts as."""
        rows, after, calls = self._searched() if self._text else (*self._page(PAGE, FIELDS), 1)
        self._place.after, self.ended = after, after is None
        self.waiting += rows
        return calls

    def _searched(self) -> tuple[list[Row], Continuation, int]:
        """The rows of the next thousand that hold the text; of most of them no more is read than where it may stand."""
        rows, after = self._page(_SCANNED_AT_ONCE, ("RowKey", "url", "request_id"))
        hits = {row["RowKey"] for row in rows if self._text in f"{row['url']}\n{row['request_id']}".lower()}
        whole = self._page(_SCANNED_AT_ONCE, FIELDS)[0] if hits else []
        return [row for row in whole if row["RowKey"] in hits], after, max(len(rows) // _ROWS_OF_A_CALL, 1)

    def _page(self, size: int, select: Sequence[str]) -> tuple[list[Row], Continuation]:
        return self._table.page(self._filter, self._values, size=size, select=select, after=self._place.after)

    def place(self) -> _Place:
        """Where the next request goes on."""
        if self.waiting:
            return _Place(str(self.waiting[0]["RowKey"]))
        return _Place(self._place.first, self._place.after, self.ended)


class _Hour(NamedTuple):
    """The entries of one hour, a stream for each shop."""

    at: datetime
    streams: list[_Stream]

    def is_listed(self) -> bool:
        """Whether nothing of it is left."""
        return all(stream.ended and not stream.waiting for stream in self.streams)

    def places(self) -> dict[str, _Place]:
        """Where the next request goes on."""
        return {stream.shop: stream.place() for stream in self.streams}


def _hour(logs: LogEntries, at: datetime, shops: Sequence[str], wanted: LogFilter, places: dict[str, _Place]) -> _Hour:
    table = rows_of_hour(logs.tables, at)
    return _Hour(at, [_Stream(table, at, shop, wanted, places.get(shop, _Place())) for shop in shops])


def _question(hour: datetime, shop: str, wanted: LogFilter, first: str) -> tuple[str, dict[str, Any]]:
    """The filter for storage and its values."""
    values: dict[str, Any] = {"shop": shop}
    terms = ["PartitionKey eq @shop"]
    if wanted.until and hour_of(wanted.until) == hour:
        first = max(first, key_at(wanted.until))
    if first:
        terms.append("RowKey ge @first")
        values["first"] = first
    if wanted.since and hour_of(wanted.since) == hour:
        terms.append("RowKey le @last")
        values["last"] = key_at(wanted.since) + "~"
    for name in ("has_error", "status", "direction", "run"):
        value = getattr(wanted, name)
        if value not in (None, ""):
            terms.append(f"{name} eq @{name}")
            values[name] = value
    return " and ".join(terms), values


def _is_asked_for(hour: datetime, wanted: LogFilter) -> bool:
    too_old = wanted.since is not None and hour < hour_of(wanted.since)
    too_new = wanted.until is not None and hour > wanted.until
    return not too_old and not too_new


def _check(hour: datetime, places: dict[str, _Place], wanted: LogFilter) -> str:
    return hashlib.sha256(msgspec.json.encode((hour, places, wanted))).hexdigest()[:16]


def _write_token(hour: datetime, places: dict[str, _Place], wanted: LogFilter) -> str:
    token = _Token(hour, places, _check(hour, places, wanted))
    return urlsafe_b64encode(zlib.compress(msgspec.json.encode(token))).decode().rstrip("=")


def _read_token(text: str, wanted: LogFilter) -> _Token | None:
    if not text:
        return None
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        token = decoded(zlib.decompressobj().decompress(packed, _LONGEST_TOKEN), type=_Token)
        given = _check(token.hour, token.places, wanted) == token.check
    except (ValueError, msgspec.MsgspecError, zlib.error):
        given = False
    if not given:
        raise ConnectorError("input-invalid", sentence("continuation was not given by a list with these filters"))
    return token
