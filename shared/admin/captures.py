"""Data captures: list them, look at one or a part of it, compare two, download, apply one again."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import msgspec

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.journal import capture_list, json_parts
from shared.journal.capture_list import Capture, CaptureFilter, record_id_of
from shared.journal.captures import name_in
from shared.journal.json_parts import Difference, Pair, Part
from shared.journal.json_tree import LONGEST_VALUE, Node, tree
from shared.packed_lines import packed
from shared.record_names import one_called
from shared.shopify_ids import id_in
from shared.stores.sync_runs import span_of
from shared.sync import replay as replaying
from shared.sync.dry_run import DryRun, Refusal
from shared.sync.record_type import types_of
from shared.sync.replay import Replayed
from shared.texts import Sentence, sentence

MOST_CHANGES = 200
"""Differences of two captures that are shown."""

MOST_PAIRS = 1500
"""Values of two captures that are shown side by side."""


class CapturesView(msgspec.Struct, frozen=True, kw_only=True):
    """Captures, newest first; ask again with `continuation` while it is not null."""

    captures: list[Capture]
    continuation: str | None


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """Two captures of a record, by id, and what differs."""

    before: str
    after: str
    differences: list[Difference]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A difference for reading: JSON as sent, "" where there is none on that side."""

    path: str
    before: str
    after: str


class CapturePage(msgspec.Struct, frozen=True, kw_only=True):
    """One capture for reading. before: id of the one before of the record, "" if it is the first; changes since then.

    at          when it was captured, UTC, ISO 8601
    left_out    how many changes are not among them
    others      further captures of the record, newest first
    replayable  whether such records go to Business Central
    """

    shop: str
    type: str
    id: str
    at: str
    record_id: str
    size: int
    tree: Node | None
    before: str
    changes: list[Change]
    left_out: int
    others: list[CaptureLine]
    replayable: bool


class CaptureLine(msgspec.Struct, frozen=True, kw_only=True):
    """One capture of a record, for a choice; at: UTC, ISO 8601."""

    id: str
    at: str


class PairShown(msgspec.Struct, frozen=True, kw_only=True):
    """A value of two captures for reading: JSON as sent, "" where there is none on that side."""

    path: str
    change: str
    before: str
    after: str


class SideBySide(msgspec.Struct, frozen=True, kw_only=True):
    """Two captures of a record, or none if there are not two.

    captures  all of the record, newest first
    pairs     what differs and what is the same, in the order of the later text
    differs   how many of them differ; left_out: how many are not shown
    """

    shop: str
    type: str
    id: str
    name: str
    captures: list[CaptureLine]
    before: CaptureLine | None
    after: CaptureLine | None
    pairs: list[PairShown]
    differs: int
    left_out: int


class PlannedWrite(msgspec.Struct, frozen=True, kw_only=True):
    """One write of a dry run, its body as a tree."""

    method: str
    path: str
    body: Node | None


class PlanPage(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay would do, for reading."""

    result: str
    writes: list[PlannedWrite]
    refused: list[Refusal]
    note: Sentence


def look_at(connector: Connector, shop: str, type: str, id: str) -> CapturePage:
    """One capture for reading, with what changed since the one before; ConnectorError not-found."""
    whole = raw(connector, shop, type, id)
    lines = _lines(connector, shop, type, record_id_of(whole))
    before = _before(lines, id)
    found = _changes(raw(connector, shop, type, before), whole) if before else []
    return CapturePage(
        shop=shop, type=type, id=id, record_id=record_id_of(whole), size=len(whole),
        at=next((one.at for one in lines if one.id == id), ""),
        tree=tree(whole.decode(errors="replace")), before=before,
        changes=found[:MOST_CHANGES], left_out=max(len(found) - MOST_CHANGES, 0),
        others=[one for one in lines if one.id != id],
        replayable=type in types_of(connector).brought)


def side_by_side(
    connector: Connector, shop: str, type: str, record: str, before: str, after: str
) -> SideBySide:
    """Two captures of a record, by id; "" stands for the newest, and for the one before it.

    ConnectorError not-found for a record without captures, and for a capture that is none of its.
    """
    number = id_in(record)
    kept = connector.captures.of_record(shop, known_type(connector, type), number) if number is not None else []
    if not kept:
        raise ConnectorError("not-found", sentence(
            "no capture of {record} is kept", record=one_called(type, record[:20])))
    lines = [CaptureLine(id=one.id, at=one.at) for one in kept]
    name = name_in(kept)
    later, earlier = _chosen(lines, before, after)
    pairs = [] if earlier is None else _pairs(
        raw(connector, shop, type, earlier.id), raw(connector, shop, type, later.id))
    return SideBySide(
        shop=shop, type=type, id=record, name=name, captures=lines, before=earlier, after=later if earlier else None,
        pairs=[_pair(one) for one in pairs[:MOST_PAIRS]], differs=sum(one.change != "same" for one in pairs),
        left_out=max(len(pairs) - MOST_PAIRS, 0))


def _chosen(lines: list[CaptureLine], before: str, after: str) -> tuple[CaptureLine, CaptureLine | None]:
    """The later and the earlier one, whichever way round they were chosen."""
    later = _line(lines, after) if after else lines[0]
    place = lines.index(later)
    earlier = _line(lines, before) if before else next(iter(lines[place + 1:] or lines[:place]), None)
    if earlier is not None and lines.index(earlier) < place:
        later, earlier = earlier, later
    return later, earlier


def _line(lines: list[CaptureLine], id: str) -> CaptureLine:
    for one in lines:
        if one.id == id:
            return one
    raise ConnectorError("not-found", sentence("{id} is not a capture of this record", id=repr(id[:60])))


def _lines(connector: Connector, shop: str, type: str, record_id: str) -> list[CaptureLine]:
    return [CaptureLine(id=one.id, at=one.at) for one in connector.captures.of_record(shop, type, record_id)]


def _pairs(before: bytes, after: bytes) -> list[Pair]:
    """Value by value; what is no JSON is one value."""
    try:
        return list(json_parts.side_by_side(before, after))
    except msgspec.DecodeError:
        return [Pair("", "changed", before, after)]


def _pair(one: Pair) -> PairShown:
    before, after = (_short(side.decode(errors="replace")) for side in (one.before, one.after))
    return PairShown(path=one.path, change=one.change, before=before, after=after)


def plan(connector: Connector, shop: str, type: str, id: str, *, by: str) -> PlanPage:
    """What a replay would do, for reading; ConnectorError as sync/replay.py."""
    planned = dry_run(connector, shop, type, id, by=by)
    writes = [PlannedWrite(method=one.method, path=one.path, body=tree(bytes(one.body).decode()))
              for one in planned.operations]
    return PlanPage(result=planned.result, writes=writes, refused=planned.refused, note=planned.note)


def _before(lines: list[CaptureLine], id: str) -> str:
    """The capture before this one, "" if it is the first."""
    ids = [one.id for one in lines]
    place = ids.index(id) + 1 if id in ids else 0
    return ids[place] if place < len(ids) else ""


def _changes(before: bytes, after: bytes) -> list[Change]:
    """What differs; what is no JSON is one value."""
    try:
        return [_change(one) for one in json_parts.differences(before, after)]
    except msgspec.DecodeError:
        return [Change(path="", before=_short(before.decode(errors="replace")),
                       after=_short(after.decode(errors="replace")))]


def _change(one: Difference) -> Change:
    before, after = (bytes(side).decode(errors="replace") for side in (one.before, one.after))
    return Change(path=one.path, before="" if one.change == "added" else _short(before),
                  after="" if one.change == "removed" else _short(after))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def list_captures(connector: Connector, wanted: CaptureFilter, continuation: str) -> CapturesView:
    """Those that fit; ConnectorError input-invalid for a continuation that is none."""
    page = capture_list.list_captures(connector.captures, wanted, continuation)
    return CapturesView(captures=page.captures, continuation=page.continuation or None)


def packed_selection(connector: Connector, wanted: CaptureFilter) -> bytes:
    """What Shopify sent of all that fit, one record a line, in gzip; ConnectorError input-invalid for too many."""
    return packed(capture_list.selection(connector.captures, wanted))


def wanted(
    connector: Connector, shop: str, *, type: str = "", record: str = "", since: datetime | None = None,
    until: datetime | None = None, run: str = "",
) -> CaptureFilter:
    """Which captures of a shop are asked for; those of a run by its span. ConnectorError not-found for a run."""
    if run:
        since, until = span_of(connector.runs.get(shop, run))
    return CaptureFilter(
        shop=shop, types=(type,) if type else connector.types.names, record=record, since=since, until=until)


def raw(connector: Connector, shop: str, type: str, id: str) -> bytes:
    """A capture as Shopify sent it; ConnectorError not-found."""
    return connector.captures.raw(shop, known_type(connector, type), id)


def indented(connector: Connector, shop: str, type: str, id: str, part: str) -> bytes:
    """A capture, or a part of it, for reading; ConnectorError not-found, record-unreadable."""
    whole = raw(connector, shop, type, id)
    with _json_of(id):
        return json_parts.indented(json_parts.part(whole, part) if part else whole)


def parts(connector: Connector, shop: str, type: str, id: str) -> list[Part]:
    """Which parts a capture has; ConnectorError not-found, record-unreadable."""
    whole = raw(connector, shop, type, id)
    with _json_of(id):
        return json_parts.parts(whole)


def file_name(type: str, id: str, raw: bytes) -> str:
    """What a downloaded capture is called."""
    return f"{type.capitalize()}_{record_id_of(raw)}_{id}.json"


def compare(connector: Connector, shop: str, type: str, id: str, other: str) -> ComparisonView:
    """A capture with another one of the record, or ("") the one before; ConnectorError not-found, input-invalid,
    record-unreadable."""
    after = raw(connector, shop, type, id)
    other = other or capture_list.previous_of(connector.captures, shop, known_type(connector, type), id)
    before = raw(connector, shop, type, other)
    if record_id_of(before) != record_id_of(after):
        raise ConnectorError("input-invalid", sentence(
            "{other} and {id} are captures of two different records", other=other[:60], id=id[:60]))
    with _json_of(id):
        return ComparisonView(before=other, after=id, differences=json_parts.differences(before, after))


@contextmanager
def _json_of(id: str) -> Iterator[None]:
    try:
        yield
    except (msgspec.DecodeError, RecursionError):
        raise ConnectorError("record-unreadable", sentence(
            "capture {id} cannot be read as JSON: download it", id=id[:60])) from None


def known_type(connector: Connector, type: str) -> str:
    """The type; ConnectorError not-found for one that is none."""
    if type not in connector.types.names:
        raise ConnectorError("not-found", sentence(
            "{type} is not one of {types}", type=repr(type[:50]), types=', '.join(connector.types.names)))
    return type


def dry_run(connector: Connector, shop: str, type: str, id: str, *, by: str) -> DryRun:
    """What a replay would do; ConnectorError as sync/replay.py."""
    type = known_type(connector, type)
    with connector.operations.recorded("replay_data_capture", by=by, shop=shop, type=type) as operation:
        operation.after = {"dry_run": True}
        planned = replaying.plan_of_capture(connector, shop, type, id)
        operation.after |= {"capture": id}
    return planned


def replay(connector: Connector, shop: str, type: str, id: str, *, by: str) -> Replayed:
    """Apply one capture; ConnectorError as sync/replay.py."""
    type = known_type(connector, type)
    with connector.operations.recorded("replay_data_capture", by=by, shop=shop, type=type) as operation:
        operation.after, operation.record_id = {"dry_run": False}, record_id_of(raw(connector, shop, type, id))
        done = replaying.replay(connector, shop, type, id, by=by)
        operation.after |= {"capture": id, "run": done.run, "result": done.result, "number": done.number}
    return done
