"""One page of records: recognise, capture, apply, keep. Repeating a page changes nothing.

The order of the steps is what makes a crash harmless: the capture comes before anything is done
with a record, Business Central before the links, the links before the checkpoint. What comes before Business Central
has its turn may be done while other pages are being brought (pages_at_once.py).
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.clock import from_iso, iso
from shared.errors import ConnectorError, ServiceUnavailable
from shared.journal.captures import capture_hash, name_of
from shared.mapping.orders_to_import import HELD, NotSelected
from shared.shopify.reading import Record
from shared.stores.links import Link, LinkState, Wish
from shared.stores.skipped_records import DISMISSED_BY, SkippedRecord, left_out_again, parked_again
from shared.stores.sync_runs import Counts
from shared.sync.capturing import capture
from shared.sync.context import JobContext
from shared.sync.decision import Surroundings
from shared.sync.naming import names_of
from shared.sync.outcome import Outcome, Result, parked, unreadable
from shared.sync.record_type import RecordType, Work
from shared.sync.restoring import checked
from shared.sync.stop import Stop
from shared.texts import sentence

LEFT_ALONE = sentence(
    "It was erased on a person's request, and has not changed since; even_if_left_out takes an order in any case.")
_SETTLED = (LinkState.APPLIED, LinkState.LEFT_OUT, LinkState.IMPORTED, LinkState.PARKED)
"""States in which an unchanged record is left alone; a parked one is tried again when it is due."""


class PlannedPage(NamedTuple):
    """A page whose records are captured.

    fresh      those that are new or changed
    new        the ids of those that had no link
    links      of all of them, by id; whoever keeps one before the page is kept says no more than is so: `captured`
    captured   the hash of what Shopify sent, "" where that could not be kept
    carry_out  what is left to be done with `fresh`
    began      when it was looked at: what an operator decides since about one of them stands
    """

    one: RecordType
    fresh: list[Record]
    new: Sequence[str]
    links: Mapping[str, Link]
    captured: Mapping[str, str]
    carry_out: Work
    began: datetime


def apply_page(
    one: RecordType, page: Sequence[Record], context: JobContext, *, again: bool = False, began: datetime | None = None
) -> list[Outcome]:
    """Bring one page of one type into Business Central and count it; what became of those that were applied.

    again  applies records too that look unchanged since they were last seen
    began  when it was known that they are to be tried; now, unless it is given
    """
    planned = planned_page(one, page, context, again=again, began=began)
    return kept_page(planned, what_came(planned, lambda: planned.carry_out(Stop()), context), context)


def planned_page(
    one: RecordType, page: Sequence[Record], context: JobContext, *, again: bool = False, began: datetime | None = None
) -> PlannedPage:
    """The page with all that can be done before its records are brought; arguments as for apply_page."""
    type, began = one.name, began or context.clock.now()
    every = list({record.id: record for record in page}.values())
    stored = context.links(type).of(record.id for record in every)
    erased = [record.id for record in every if left_alone(one, record, stored, context)]
    records = [record for record in every if record.id not in erased]
    _leave_alone(type, erased, context)
    new = [record.id for record in records if record.id not in stored]
    if records and (again or context.look_first):
        stored = checked(one, records, stored, context)
    links = {r.id: stored.get(r.id, Link(id=r.id)) for r in records}
    hashes = {r.id: capture_hash(r.raw) for r in records}
    fresh = [r for r in records if again or not _settled(links[r.id], hashes[r.id], context.card_fingerprint)]
    lost = capture(type, [r for r in fresh if r.raw and links[r.id].capture != hashes[r.id]], context)
    captured = {**hashes, **dict.fromkeys(lost, "")}
    links |= {r.id: links[r.id].with_(capture=captured[r.id]) for r in fresh}
    readable = [r for r in fresh if r.value is not None]
    return PlannedPage(one, fresh, new, links, captured, _work(one, readable, links, context), began)


def _work(one: RecordType, records: Sequence[Record], links: Mapping[str, Link], context: JobContext) -> Work:
    if not records:
        return lambda stop: []
    context.lease.check()
    return one.planned(records, links, context) if one.planned else lambda stop: one.apply(records, links, context)


def what_came(page: PlannedPage, work: Callable[[], list[Outcome]], context: JobContext) -> list[Outcome]:
    """What `work` gives. If it raises, the page's records that have a link now were seen: nobody counts them later."""
    try:
        return work()
    except Exception:
        with suppress(ServiceUnavailable):
            context.first_seen[page.one.name] += len(context.links(page.one.name).of(page.new))
        raise


def kept_page(page: PlannedPage, applied: Sequence[Outcome], context: JobContext) -> list[Outcome]:
    """Keep and count what became of the page's records; of those that cannot be read too."""
    if not page.links:
        return []
    one, fresh = page.one, page.fresh
    unread = [parked(page.links[r.id], unreadable(one.name, r)) for r in fresh if r.value is None]
    outcomes = [_seen(outcome, page.captured, context.card_fingerprint) for outcome in (*unread, *applied)]
    # Before the links: a record whose link says that it is settled is not met again.
    context.names.remember(context.card.code, names_of(one, fresh, outcomes))
    _keep(page, outcomes, {r.id: r.raw for r in fresh}, context)
    context.first_seen[one.name] += len(page.new)
    applied_now = {r.id for r in fresh}
    settled = [link for id, link in page.links.items() if id not in applied_now]
    _count(context.counts(one.name), outcomes, settled)
    context.run.warn(told for outcome in outcomes for told in (outcome.warning, outcome.notice) if told)
    return outcomes


def left_alone(one: RecordType, record: Record, stored: Mapping[str, Link], around: Surroundings) -> bool:
    """Whether it was erased on a person's request and is as it was.

    What is still to be booked is not left out, nor what an operator wants in any case, also while it is parked.
    """
    if one.is_booked:
        link = stored.get(record.id)
        if link is None or link.state not in _SETTLED or around.wish is Wish.IN_ANY_CASE:
            return False
        if link.state is LinkState.PARKED and link.wish is Wish.IN_ANY_CASE:
            return False
    return around.redacted.unchanged_since(one.name, record.id, record.updated_at)


def _leave_alone(type: str, ids: Sequence[str], context: JobContext) -> None:
    """Count them; one that an operator had tried again is dismissed again, or each run would read it."""
    counts = context.counts(type)
    counts.read, counts.skipped = counts.read + len(ids), counts.skipped + len(ids)
    counts.left_out += len(ids)
    now = iso(context.clock.now())
    context.skipped.park(
        msgspec.structs.replace(one, dismissed_at=now, dismissed_by=str(DISMISSED_BY), note=str(LEFT_ALONE))
        for one in context.skipped.among(context.card.code, type, ids).values() if not one.dismissed_at
    )


def _settled(link: Link, hash: str, card: str) -> bool:
    return link.state in _SETTLED and link.capture == hash and link.card == card


def _seen(outcome: Outcome, hashes: Mapping[str, str], card: str) -> Outcome:
    """Remember what was captured ("" if it could not be) and with which card it was mapped."""
    return outcome._replace(link=outcome.link.with_(capture=hashes[outcome.link.id], card=card, deleted_at=""))


def _keep(page: PlannedPage, outcomes: Sequence[Outcome], sent: Mapping[str, bytes], context: JobContext) -> None:
    type = page.one.name
    rows = context.skipped.among(context.card.code, type, [outcome.link.id for outcome in outcomes])
    # Before the links: a link that says parked is left alone, so its row must be there to bring it back.
    context.skipped.park([
        _skipped(page, outcome.link, outcome.problem, rows.get(outcome.link.id), sent[outcome.link.id], context)
        for outcome in outcomes if outcome.problem is not None
    ])
    context.skipped.park([
        _left_out(page, outcome.link, outcome.not_selected, rows.get(outcome.link.id), sent[outcome.link.id], context)
        for outcome in outcomes if outcome.not_selected is not None
    ])
    context.links(type).save([o.link for o in outcomes])
    waiting = {o.link.id for o in outcomes if o.problem is not None or o.not_selected is not None}
    passed = [o.link.id for o in outcomes if o.link.id in rows.keys() - waiting]
    context.skipped.clear(context.card.code, type, passed)


def _skipped(
    page: PlannedPage, link: Link, problem: ConnectorError, before: SkippedRecord | None, raw: bytes,
    context: JobContext,
) -> SkippedRecord:
    settled = None
    if link.state is LinkState.SENDING:
        settled = from_iso(link.claimed_at) + timedelta(seconds=context.settle_seconds)
    return parked_again(
        before, shop=context.card.code, type=page.one.name, id=link.id, code=problem.code, why=problem.sentence,
        now=context.clock.now(), run=context.run.id, due=settled, name=name_of(raw), began=page.began,
    )


def _left_out(
    page: PlannedPage, link: Link, why: NotSelected, before: SkippedRecord | None, raw: bytes, context: JobContext
) -> SkippedRecord:
    return left_out_again(
        before, shop=context.card.code, type=page.one.name, id=link.id, code=why.code, why=why.sentence,
        selection=page.one.selection(context.card),
        now=context.clock.now(), run=context.run.id, name=name_of(raw), began=page.began,
        waits=why.code == HELD, until=why.until,
    )


def _count(counts: Counts, outcomes: Sequence[Outcome], settled: Sequence[Link]) -> None:
    applied = sum(link.state is LinkState.APPLIED for link in settled)
    counts.read += len(outcomes) + len(settled)
    counts.unchanged += applied + sum(o.result is Result.UNCHANGED for o in outcomes)
    counts.created += sum(o.result is Result.CREATED for o in outcomes)
    counts.updated += sum(o.result is Result.UPDATED for o in outcomes)
    counts.parked += sum(o.result is Result.PARKED for o in outcomes)
    counts.tax_warnings += sum(bool(o.warning) for o in outcomes)
    counts.skipped += len(settled) - applied + sum(o.result in (Result.PARKED, Result.LEFT_OUT) for o in outcomes)
    counts.left_out += sum(link.state in (LinkState.LEFT_OUT, LinkState.IMPORTED) for link in settled)
    counts.left_out += sum(o.result is Result.LEFT_OUT for o in outcomes)
