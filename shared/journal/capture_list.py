"""Lists of data captures: of one record, and of a time, newest first, fifty a page.

A record's captures come from its index rows. The list over time needs no index: the names of the packs hold
their time, and only those packs are opened that the page needs. Border: reads only; how captures are kept is
in captures.py.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import NamedTuple

import msgspec

from shared.clock import iso
from shared.errors import ConnectorError
from shared.journal.captures import Captured, DataCaptures, capture_id, name_of, place_of, written_at
from shared.json_text import decoded
from shared.record_names import one_called
from shared.shopify_ids import id_in, key_of
from shared.telemetry import side_by_side
from shared.texts import count, sentence

PAGE = 50
LARGEST_SELECTION = 5_000


class CaptureFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which captures are wanted. `record` is a Shopify id or a name; `since` and `until` are included."""

    shop: str
    types: tuple[str, ...]
    record: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """One capture of a list; `at` is UTC, to the second."""

    shop: str
    type: str
    id: str
    record_id: str
    name: str
    at: str


class CapturePage(NamedTuple):
    """Captures, newest first; more may follow while `continuation` is not empty."""

    captures: list[Capture]
    continuation: str


class _Identified(msgspec.Struct):
    id: str = ""


def list_captures(captures: DataCaptures, wanted: CaptureFilter, continuation: str = "") -> CapturePage:
    """One page of the captures wanted; ConnectorError input-invalid for a continuation that is none."""
    after = _read(continuation, wanted) if continuation else None
    found = [capture for capture, _ in islice(_walk(captures, wanted, after), PAGE + 1)]
    more = len(found) > PAGE
    return CapturePage(found[:PAGE], f"{found[PAGE - 1].type}:{found[PAGE - 1].id}" if more else "")


def selection(captures: DataCaptures, wanted: CaptureFilter) -> list[bytes]:
    """The payloads wanted as sent, newest first; ConnectorError input-invalid for more than 5,000."""
    found = list(islice(_walk(captures, wanted, None), LARGEST_SELECTION + 1))
    if len(found) > LARGEST_SELECTION:
        raise ConnectorError("input-invalid", sentence(
            "this selects more than {most} captures; choose a shorter time or a type", most=count(LARGEST_SELECTION)))
    return [raw if raw is not None else captures.raw(one.shop, one.type, one.id) for one, raw in found]


def latest_records(captures: DataCaptures, shop: str, type: str, most: int) -> list[bytes]:
    """The payloads of the records captured last, newest first, each as it was last; `most` captures are looked at."""
    found = islice(_walk(captures, CaptureFilter(shop=shop, types=(type,)), None), most)
    payloads: dict[str, bytes] = {}
    for one, raw in found:
        if raw is not None:
            payloads.setdefault(one.record_id, raw)
    return list(payloads.values())


def previous_of(captures: DataCaptures, shop: str, type: str, id: str) -> str:
    """The id of the capture before this one of the same record; ConnectorError not-found if it is the first."""
    record_id = record_id_of(captures.raw(shop, type, id))
    ids = [one.id for one in captures.of_record(shop, type, record_id)]
    later = ids.index(id) if id in ids else -1
    if later + 1 >= len(ids):
        raise ConnectorError("not-found", sentence(
            "capture {id} is the first one of {record}: nothing to compare with", id=id,
            record=one_called(type, id)))
    return ids[later + 1]


def record_id_of(raw: bytes) -> str:
    """The Shopify id of a captured record, "" if its JSON does not say."""
    try:
        return id_in(decoded(raw, type=_Identified).id.rpartition("/")[2]) or ""
    except msgspec.MsgspecError:
        return ""


_Found = tuple[Capture, bytes | None]
_Place = tuple[str, str]
"""(id, type): sorts as time does."""


def _walk(captures: DataCaptures, wanted: CaptureFilter, after: _Place | None) -> Iterator[_Found]:
    found = _of_record(captures, wanted) if wanted.record else _over_time(captures, wanted, after)
    return (one for one in found if after is None or _place(one[0]) < after)


def _of_record(captures: DataCaptures, wanted: CaptureFilter) -> Iterator[_Found]:
    listed: list[_Found] = []
    for type in wanted.types:
        for record_id in _record_ids(captures, wanted, type):
            listed += [(_capture(wanted.shop, type, one), None)
                       for one in captures.of_record(wanted.shop, type, record_id) if _within(one.blob, wanted)]
    return iter(sorted(listed, key=lambda one: _place(one[0]), reverse=True))


def _record_ids(captures: DataCaptures, wanted: CaptureFilter, type: str) -> Sequence[str]:
    """The records meant: an id says itself, and 1001 may be the name of an order too."""
    record = wanted.record.strip()
    ids = {*captures.named(wanted.shop, type, record), id_in(record)}
    return sorted(filter(None, ids), key=key_of)


def _over_time(captures: DataCaptures, wanted: CaptureFilter, after: _Place | None) -> Iterator[_Found]:
    of_types = side_by_side(partial(captures.packs, wanted.shop), wanted.types)
    packs = [(blob, type) for type, blobs in zip(wanted.types, of_types, strict=True) for blob in blobs
             if _within(blob, wanted)]
    for blob, type in sorted(packs, key=lambda pack: (capture_id(pack[0], 9999), pack[1]), reverse=True):
        if after is not None and (capture_id(blob, 0)[:27], type) > (after[0][:27], after[1]):
            continue
        for line, raw in reversed(list(enumerate(captures.lines(blob)))):
            one = Captured(record_id_of(raw), "", "", blob, line, name_of(raw))
            if one.record_id:  # a capture that was erased on a person's request is empty
                yield _capture(wanted.shop, type, one), raw


def _within(blob: str, wanted: CaptureFilter) -> bool:
    at = written_at(blob)
    since = wanted.since.replace(microsecond=0) if wanted.since else None
    return (since is None or since <= at) and (wanted.until is None or at <= wanted.until)


def _capture(shop: str, type: str, one: Captured) -> Capture:
    return Capture(
        shop=shop, type=type, id=one.id, record_id=one.record_id, name=one.name, at=iso(written_at(one.blob))
    )


def _place(capture: Capture) -> _Place:
    time, pack, line = capture.id.split("-")
    return f"{time}-{pack}-{int(line):04d}", capture.type


def _read(continuation: str, wanted: CaptureFilter) -> _Place:
    type, _, id = continuation.partition(":")
    try:
        blob, line = place_of(wanted.shop, type, id)
    except ConnectorError as error:
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of a list", continuation=repr(continuation[:60]))) from error
    if type not in wanted.types:
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of this list", continuation=repr(continuation[:60])))
    return f"{capture_id(blob, 0)[:27]}-{line:04d}", type
