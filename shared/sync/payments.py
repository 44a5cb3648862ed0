"""Payouts and disputes of one shop: read, captured and kept. Nothing of them goes to Business Central.

They have no time of change, so each run reads two things: what is new, then by id those that may still change and
those that could not be read before. New are the ids above the greatest one of the last complete run, kept or parked;
after an operator's reset everything from the time that was set, or everything. A shop without Shopify Payments, or a
token without the scopes, ends the type as not used and stops nobody.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from shared.clock import iso
from shared.errors import ConnectorError
from shared.journal.captures import capture_hash
from shared.json_text import decoded
from shared.misfits import misfit
from shared.record_names import one_called, several_called
from shared.shopify.cursors import Trail
from shared.shopify.failures import QueryFailed
from shared.shopify.isolating import check_service, is_a_records
from shared.shopify.listing import Sent, SentPage, not_read
from shared.shopify.payments import PAYMENT_SHAPES, PaymentsNotUsed, payments_by_ids, payments_page
from shared.shopify.records import id_of
from shared.shopify_ids import key_of
from shared.stores.payments import Payments
from shared.stores.skipped_records import SkippedRecord, is_due, parked_again
from shared.stores.synchronization_info import SynchronizationInfo, SynchronizationInfos
from shared.sync.capturing import capture_sent, last_hash
from shared.sync.context import JobContext
from shared.sync.deadline import Deadline
from shared.sync.job import save_checkpoint
from shared.sync.outlook import Outlook
from shared.sync.record_type import KeptType
from shared.texts import Sentence, sentence

_log = logging.getLogger(__name__)

_AT_REST: Mapping[str, Any] = {"run_since": "", "run_until": "", "run_cursor": "", "run_position": "", "run_saved": ""}


def read_payments(
    one: KeptType,
    kept: Payments[Any],
    info: SynchronizationInfo,
    context: JobContext,
    informations: SynchronizationInfos,
    deadline: Deadline,
    progress: Callable[[], None],
    outlook: Outlook,
) -> None:
    """Everything of one type that is new or may have changed.

    OutOfTime between two pages when the budget is used up; Overruled after a reset.
    """
    type = one.name
    try:
        seen: set[str] = set()
        for page in _pages(type, info, context):
            seen |= _take(one, page.sent, kept, context)
            context.lease.check()
            progress()
            if page.next_cursor:
                info = save_checkpoint(
                    informations, info, run_cursor=page.next_cursor, run_saved=iso(context.clock.now()))
                deadline.check()
        _read_again(one, _may_change(type, kept, context, outlook) - seen, kept, context)
    except PaymentsNotUsed as reason:
        context.counts(type)
        unused = _unused(info, reason)
        if unused != outlook.infos[type]:
            save_checkpoint(informations, unused)
        return
    save_checkpoint(
        informations, info, last_sync_time=info.run_until, exact=False, last_outcome="succeeded",
        last_id=_newest(type, info, kept, context), **_AT_REST)


def pass_payments(
    one: KeptType, kept: Payments[Any], info: SynchronizationInfo, context: JobContext, outlook: Outlook
) -> None:
    """A type of which nothing is new: those that may have changed, and nothing else."""
    context.counts(one.name)
    try:
        _read_again(one, _may_change(one.name, kept, context, outlook), kept, context)
    except PaymentsNotUsed as reason:
        outlook.rest(_unused(info, reason))
        return
    outlook.rest(info.with_(last_sync_time=info.run_until, last_outcome="succeeded", **_AT_REST))


def _newest(type: str, info: SynchronizationInfo, kept: Payments[Any], context: JobContext) -> str:
    """The greatest id that was read, kept or parked."""
    shop = context.card.code
    return max(info.last_id, kept.newest(shop), *(one.id for one in context.skipped.of(shop, type)), key=key_of)


def _unused(info: SynchronizationInfo, reason: PaymentsNotUsed) -> SynchronizationInfo:
    return info.with_(last_outcome=sentence("not used: {reason}", reason=reason.sentence), **_AT_REST)


def _pages(type: str, info: SynchronizationInfo, context: JobContext) -> Iterator[SentPage]:
    """From the saved cursor on; from the beginning where Shopify does not take it any more."""
    cursor: str | None = info.run_cursor or None
    since = info.last_sync_time if info.exact else ""

    def read(cursor: str | None) -> SentPage:
        return payments_page(context.shopify, type, after=info.last_id, since=since, cursor=cursor)

    try:
        page = read(cursor)
    except QueryFailed as problem:
        if cursor is None:
            raise
        _log.info("%s of %s begin anew, not at the saved cursor: %s", type, info.shop, problem)
        cursor = None
        page = read(cursor)
    trail = Trail(several_called(type), cursor)
    yield page
    while page.next_cursor:
        page = read(trail.follow(page.next_cursor))
        yield page


def _may_change(type: str, kept: Payments[Any], context: JobContext, outlook: Outlook) -> set[str]:
    """Ids of those that may still change, and of those that could not be read and are due again.

    One that waits for its next try is not among them. Whether a dismissed one has changed is seen by reading it only.
    """
    shop, now = context.card.code, context.clock.now()
    parked = {one.id: one for one in context.skipped.of(shop, type)} if type in outlook.parked else {}
    due = {id for id, one in parked.items() if is_due(one, now) and one.run != context.run.id}
    waiting = {id for id, one in parked.items() if not one.dismissed_at} - due
    return set(kept.open(shop)) - waiting | due


def _read_again(one: KeptType, ids: Collection[str], kept: Payments[Any], context: JobContext) -> None:
    """Read these by id; a parked one that Shopify no longer has leaves the list."""
    if not ids:
        return
    shop, type, sent = context.card.code, one.name, payments_by_ids(context.shopify, one.name, sorted(ids, key=key_of))
    gone = set(ids) - _take(one, sent, kept, context)
    context.skipped.clear(shop, type, list(context.skipped.among(shop, type, sorted(gone, key=key_of))))


def _take(one: KeptType, sent: Sent, kept: Payments[Any], context: JobContext) -> set[str]:
    """Capture and keep what is new or changed, park what cannot be read; the ids of all of them.

    The capture comes first, so that a crash is harmless.
    """
    type, began = one.name, context.clock.now()
    ids = [*sent.given, *sent.lost]
    before = kept.of(context.card.code, ids)
    parked = context.skipped.among(context.card.code, type, ids)
    fresh = {id: raw for id, raw in sent.given.items()
             if id not in before or before[id].sent != capture_hash(raw)}
    whole, unread = _whole(type, fresh, context)
    erased = {id for id, raw in whole.items() if _is_about_erased(raw, context)}
    lost = _capture(type, {n: raw for n, raw in whole.items() if n not in erased}, parked, context)
    rows, problems = _read(one, {id: fresh[id] for id in whole}, lost)
    rows |= {n: msgspec.structs.replace(row, order_id="", order_name="") for n, row in rows.items() if n in erased}
    problems |= unread | sent.lost
    kept.save(context.card.code, rows.values())
    stand = context.skipped.among(context.card.code, type, list(problems))
    context.skipped.park([_parked(type, id, problem, stand.get(id), context, began)
                          for id, problem in problems.items() if not _is_dismissed(stand.get(id))])
    context.skipped.clear(context.card.code, type, [id for id in parked if id not in problems])
    counts = context.counts(type)
    counts.read += len(ids)
    counts.created += len(rows.keys() - before.keys())
    counts.updated += len(rows.keys() & before.keys())
    counts.unchanged += len(sent.given) - len(fresh)
    counts.parked += len(problems)
    counts.skipped += len(problems)
    return set(ids)


class _Named(msgspec.Struct):
    id: str


class _AboutOrder(msgspec.Struct):
    order: _Named | None = None


def _is_about_erased(raw: bytes, context: JobContext) -> bool:
    """Whether it is about one order (disputes are), and that was erased on a person's request: nobody is told which."""
    try:
        order = decoded(raw, type=_AboutOrder).order
        return order is not None and context.redacted.holds("orders", id_of(order.id))
    except (ValueError, msgspec.DecodeError):
        return False


def _whole(
    type: str, fresh: Mapping[str, bytes], context: JobContext
) -> tuple[dict[str, bytes], dict[str, Sentence]]:
    """(complete records, why others could not be completed), by number."""
    whole, unread = {}, {}
    for id, raw in fresh.items():
        try:
            whole[id] = PAYMENT_SHAPES[type].whole(context.shopify, id, raw)
        except ConnectorError as problem:
            if not is_a_records(problem):
                raise
            check_service(context.shopify, problem)
            unread[id] = not_read(problem)
    return whole, unread


def _capture(
    type: str, whole: Mapping[str, bytes], parked: Mapping[str, SkippedRecord], context: JobContext
) -> frozenset[str]:
    """Keep what was sent; the ids that storage did not take.

    Parked ones have no row that knows their hash, so their last capture is asked.
    """
    known = {id: last_hash(type, id, context) for id in parked}
    changed = [(id, raw) for id, raw in whole.items() if known.get(id) != capture_hash(raw)]
    return capture_sent(type, changed, context)


def _read(
    one: KeptType, fresh: Mapping[str, bytes], lost: frozenset[str]
) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """(rows of those that could be read, why the others could not), by id.

    A row whose capture was lost has no hash: it is read again, and then captured.
    """
    rows, problems = {}, {}
    for id, raw in fresh.items():
        hash = "" if id in lost else capture_hash(raw)
        try:
            row = one.row(decoded(raw, type=PAYMENT_SHAPES[one.name].struct), hash)
            if row.id != id:
                problems[id] = sentence("Shopify gives {number} in its place.", number=row.id)
                continue
            rows[id] = row
        except msgspec.ValidationError as error:
            problems[id] = sentence(
                "The record has an unexpected form: {error}", error=misfit(error, sentence("the record")))
    return rows, problems


def _is_dismissed(before: SkippedRecord | None) -> bool:
    return before is not None and bool(before.dismissed_at)


def _parked(
    type: str, id: str, problem: Sentence, before: SkippedRecord | None, context: JobContext, began: datetime
) -> SkippedRecord:
    return parked_again(
        before, shop=context.card.code, type=type, id=id, code="record-unreadable",
        why=sentence("{record}: {reason}", record=one_called(type, id), reason=problem),
        now=context.clock.now(), run=context.run.id, began=began,
    )
