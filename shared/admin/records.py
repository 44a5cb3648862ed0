"""One record: what Shopify sent, what was decided and why, what stands in Business Central, and what happened to it.

Everything is read from what is kept; neither service is asked, so a record has its page while they are down. What
would happen to it now, a dry run of its newest capture says. Border: puts together what the stores hold.
"""
from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from shared.admin.lists import Cell, Movement, cells_of, movements
from shared.admin.skipped import SkippedView, view_of
from shared.admin.web_client import WebClient, web_client
from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.journal.captures import Captured, name_in
from shared.journal.json_tree import Node, tree
from shared.journal.log_entries import LogEntry
from shared.journal.log_mentions import mentions
from shared.json_text import decoded
from shared.shopify_ids import id_in
from shared.stores.links import Link, LinkState
from shared.stores.operations import Operation
from shared.stores.skipped_records import SkippedRecord
from shared.sync.decision import What
from shared.sync.known_as import KnownAs, document_key, known_as, names_in_calls
from shared.sync.record_type import AnyType, RecordType, types_of
from shared.telemetry import SIDE_BY_SIDE, beside
from shared.texts import Text, sentence

MOST_OPERATIONS = 50
"""Operations on the record that are shown."""

LOOKED_AT = 3
"""Captures, the newest first, around whose time log entries of the record are looked for."""

State = Literal["stands", "waits", "dismissed", "left-out", "kept", "under-way", "deleted", "erased", "seen", "unknown"]

_WHAT = {
    LinkState.APPLIED: What.LEAVE, LinkState.SENDING: What.CREATE, LinkState.LEFT_OUT: What.LEAVE_OUT,
    LinkState.IMPORTED: What.KEEP,
}
_STATE: dict[LinkState, State] = {
    LinkState.APPLIED: "stands", LinkState.SENDING: "under-way", LinkState.LEFT_OUT: "left-out",
    LinkState.IMPORTED: "kept",
}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in Business Central for the record, or for the variant with this SKU.

    set      the page of the API: salesOrders, customers, items …; variant: code of the item variant
    address  of the row in Business Central's web client; "" where there is no way to it
    """

    sku: str
    set: str
    number: str
    id: str
    variant: str
    address: str


class CaptureLine(msgspec.Struct, frozen=True, kw_only=True):
    """One capture of the record; at: UTC, ISO 8601."""

    id: str
    at: str


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the record's history; at: UTC, ISO 8601, of a next try in the future.

    what      captured, skipped (the first time), tried (the last time), next-try, dismissed, sent, deleted, operation
    name      of an operation, as the audit has it; by: who did it; outcome: how it ended
    detail    a note, or the capture's id
    """

    at: str
    what: Literal["captured", "skipped", "tried", "next-try", "dismissed", "sent", "deleted", "operation"]
    by: str = ""
    name: str = ""
    detail: str = ""
    outcome: str = ""


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a shop; `name` is what people call it, "" where that is not known.

    state     how it stands, in a word
    decided   what was decided about it last (sync/decision.py); null where it was never decided
    decision  what an operator decided about its document, with time and name
    tax_apart the rates at which the document's tax is apart from Shopify's
    skipped   why it waits, or is left out, with what to do
    history   newest first
    entries   log entries that speak of it, newest first, of the last captures and the last try
    document  number that marks the order's document in a confirmation; "" where there is none
    may       what can be done with it: sync, retry, dismiss, resolve, create-again, replay
    """

    shop: str
    type: str
    id: str
    name: str
    state: State
    decided: What | None
    decision: Text
    tax_apart: str
    stands: list[Standing]
    skipped: SkippedView | None
    captures: list[CaptureLine]
    history: list[Happened]
    entries: list[LogEntry]
    document: str
    may: list[str]


class RecordPage(msgspec.Struct, frozen=True, kw_only=True):
    """One record for reading. tree: what its newest capture holds, None where none is kept or it is no JSON.

    kept       the fields of its row, of a type that is kept in rows
    movements  balance transactions of a payout
    """

    record: RecordView
    tree: Node | None
    size: int
    kept: list[Cell]
    movements: list[Movement]


class _Identified(msgspec.Struct):
    id: str = ""


def get_record(
    connector: Connector, shop: str, type: str, id: str, *, language: str, with_calls: bool = True
) -> RecordView:
    """One record, also one that nobody knows; ConnectorError not-found for what cannot be one, shop-unknown."""
    return look_at(connector, shop, type, id, language=language, with_calls=with_calls).record


def look_at(
    connector: Connector, shop: str, type: str, id: str, *, language: str, with_calls: bool = True
) -> RecordPage:
    """One record for reading; ConnectorError not-found for what cannot be one, shop-unknown.

    with_calls  look for the log entries about it too, which takes as long as all the rest
    """
    if id_in(id) is None or type not in connector.types.names:
        raise ConnectorError("not-found", sentence(
            "{type} {id} is no record: say a type and Shopify's id", type=type[:20], id=id[:20]))
    kept = _kept(connector, connector.shops.known(shop), type, id)
    captures, newest, link = kept.captures, kept.newest, kept.link
    its_type = types_of(connector).by_name[type]
    known = known_as(connector, shop, its_type, link, newest)
    skipped = view_of(kept.parked, language, kept.there) if kept.parked else None
    view = RecordView(
        shop=shop, type=type, id=id, name=name_in(captures), state=_state(connector, type, kept, skipped),
        decided=_decided(connector, type, link, skipped, captures), decision=link.decision,
        tax_apart=link.tax_apart, stands=_stands(known, kept.there), skipped=skipped,
        captures=[CaptureLine(id=one.id, at=one.at) for one in captures],
        history=_history(kept, skipped),
        entries=_entries(connector, shop, type, id, newest, known, skipped, captures) if with_calls else [],
        document=link.bc_number if document_key(its_type, id) else "",
        may=_may(its_type, link, skipped, captures))
    return RecordPage(
        record=view, tree=tree(newest.decode(errors="replace")) if newest else None, size=len(newest),
        kept=kept.cells, movements=movements(newest))


class _Kept(NamedTuple):
    """What storage holds of a record; newest: what the newest capture holds, there: Business Central of its shop."""

    captures: list[Captured]
    newest: bytes
    link: Link
    parked: SkippedRecord | None
    erased: bool
    operations: list[Operation]
    cells: list[Cell]
    there: WebClient


def _kept(connector: Connector, shop: str, type: str, id: str) -> _Kept:
    """All of it, asked for side by side."""
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="record") as lanes:
        captured = beside(lanes, _captured, connector, shop, type, id)
        link = beside(lanes, connector.links(shop, type).one, id)
        parked = beside(lanes, connector.skipped.get, shop, type, id)
        erased = beside(lanes, connector.redacted.has, shop, type, id)
        done = beside(lanes, connector.operations.page, shop=shop, about=(type, id), size=MOST_OPERATIONS)
        cells = beside(lanes, cells_of, connector, shop, type, id)
        there = beside(lanes, web_client, connector, connector.shops.readable(shop))
    return _Kept(*captured.result(), link.result(), parked.result(), erased.result(), done.result().operations,
                 cells.result(), there.result())


def _captured(connector: Connector, shop: str, type: str, id: str) -> tuple[list[Captured], bytes]:
    """The record's captures, and what the newest one holds; nothing if it has just been removed."""
    captures = connector.captures.of_record(shop, type, id)
    try:
        return captures, connector.captures.payload(captures[0]) if captures else b""
    except ConnectorError:
        return captures, b""


def _state(connector: Connector, type: str, kept: _Kept, skipped: SkippedView | None) -> State:
    link, captures = kept.link, kept.captures
    if kept.erased:
        return "erased"
    if link.deleted_at:
        return "deleted"
    if skipped is not None:
        return "dismissed" if skipped.dismissed_at else "left-out" if skipped.left_out else "waits"
    if link.state in _STATE:
        return _STATE[link.state]
    if not captures:
        return "unknown"
    return "kept" if not _is_brought(connector, type) else "seen"


def _decided(
    connector: Connector, type: str, link: Link, skipped: SkippedView | None, captures: list[Captured]
) -> What | None:
    if skipped is not None:
        return What.LEAVE_OUT if skipped.left_out else What.REFUSE
    if not _is_brought(connector, type):
        return What.KEEP if captures else None
    return _WHAT.get(link.state) if link.etag else None


def _is_brought(connector: Connector, type: str) -> bool:
    return isinstance(types_of(connector).by_name[type], RecordType)


def _stands(known: KnownAs, there: WebClient) -> list[Standing]:
    return [_standing(sku, link, there) for sku, link in [("", known.link), *known.variants] if link.bc_number]


def _standing(sku: str, link: Link, there: WebClient) -> Standing:
    return Standing(
        sku=sku, set=link.bc_set, number=link.bc_number, id=link.bc_id, variant=link.bc_variant,
        address=there.record(link.bc_set, link.bc_number))


def _history(kept: _Kept, skipped: SkippedView | None) -> list[Happened]:
    link = kept.link
    found = [Happened(at=one.at, what="captured", detail=one.id) for one in kept.captures]
    if link.state is LinkState.SENDING:
        found.append(Happened(at=link.claimed_at, what="sent"))
    if link.deleted_at:
        found.append(Happened(at=link.deleted_at, what="deleted"))
    if skipped is not None:
        found += _of_skipped(skipped, kept.operations)
    found += map(_of_operation, kept.operations)
    return sorted(found, key=lambda one: from_iso(one.at), reverse=True)


def _of_skipped(one: SkippedView, operations: Sequence[Operation]) -> list[Happened]:
    """operations: on this record alone. The book says of one that was about others too only how many they were."""
    found = [Happened(at=one.first_at, what="skipped")]
    if one.tries > 1:
        found.append(Happened(at=one.last_at, what="tried"))
    if one.retried_at and not any((each.at, each.by) == (one.retried_at, one.retried_by) for each in operations):
        found.append(Happened(
            at=one.retried_at, what="operation", by=one.retried_by, name="retry_skipped_records", outcome="done"))
    if one.dismissed_at:
        found.append(Happened(at=one.dismissed_at, what="dismissed", by=one.dismissed_by, detail=one.note))
    elif one.next_try:
        found.append(Happened(at=one.next_try, what="next-try"))
    return found


def _of_operation(one: Operation) -> Happened:
    return Happened(at=one.at, what="operation", by=one.by, name=one.operation, outcome=one.outcome, detail=one.code)


def _entries(
    connector: Connector, shop: str, type: str, id: str, newest: bytes, known: KnownAs,
    skipped: SkippedView | None, captures: list[Captured],
) -> list[LogEntry]:
    moments: list[datetime] = [from_iso(one.at) for one in captures[:LOOKED_AT]]
    moments += [from_iso(skipped.last_at)] if skipped is not None else []
    names = names_in_calls(types_of(connector).by_name[type], id, _gid(newest), known)
    return mentions(connector.logs, shop, names, moments)


def _gid(newest: bytes) -> str:
    try:
        return decoded(newest, type=_Identified).id if newest else ""
    except msgspec.MsgspecError:
        return ""


def _may(
    its_type: AnyType, link: Link, skipped: SkippedView | None, captures: list[Captured]
) -> list[str]:
    orders = isinstance(its_type, RecordType) and its_type.document_key is not None
    allowed = {
        "retry": skipped is not None,
        "dismiss": skipped is not None and not skipped.dismissed_at and not skipped.left_out,
        "sync": orders,
        "resolve": orders and skipped is not None and not skipped.left_out and link.state is not LinkState.SENDING,
        "create-again": orders and bool(link.bc_number) and link.state is not LinkState.SENDING,
        "replay": bool(captures) and isinstance(its_type, RecordType),
    }
    return [name for name, may in allowed.items() if may]
