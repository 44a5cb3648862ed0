"""Documents for new orders, exactly once.

Business Central has no idempotency key, so the link row is the claim: `sending` is written before
the POST and `applied` after it, in chunks of a few orders. Whoever finds `sending` looks the
document up by its external number first, and repeats the POST only when it is found nowhere and
the earlier request can no longer be under way.
"""
from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.business_central.executor import create_sales_order, once_sent, settle_total
from shared.business_central.lookup import find_sales_documents
from shared.business_central.rows import SalesDocument
from shared.clock import from_iso
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.journal.captures import capture_hash
from shared.mapping.order_changes import content_hash
from shared.mapping.plan import SalesOrderPlan, plan_hash
from shared.shopify.reading import Record
from shared.storage.lease import LeaseLost
from shared.storage.tables import RowChanged, RowExists
from shared.sync.context import JobContext
from shared.sync.links import Link, LinkState
from shared.sync.outcome import Outcome, Result, parked

_log = logging.getLogger(__name__)

KIND = "orders"
CLAIMED_AT_ONCE = 20
"""Orders claimed in one write; so many at most wait when their worker dies."""


class PlannedOrder(NamedTuple):
    """An order with its link and the plan for it."""

    record: Record
    link: Link
    plan: SalesOrderPlan


def create_documents(chunk: Sequence[PlannedOrder], context: JobContext) -> list[Outcome]:
    """Claim, create, keep. Links of documents are in storage when this returns or raises."""
    context.lease.check()
    there = find_sales_documents(context.bc, [_key(one) for one in chunk if _may_be_there(one, context)])
    claimed = _save([_claim(one, context) for one in chunk], context)

    def create(pair: tuple[PlannedOrder, Link]) -> tuple[SalesDocument, Result] | ConnectorError:
        one, claim = pair
        try:
            return _document(one, claim, there.get(_key(one)), context)
        except ConnectorError as problem:
            return problem  # one that concerns the run is raised below, once the others' documents are kept
        except Exception as error:
            # Nobody knows how far it came: the claim must stand, or the order might be made twice.
            _log.exception("order %d failed", one.record.number)
            return OutcomeUnknown("internal-error", f"{_key(one)}: {type(error).__name__}: {error}")

    results = context.side_by_side(create, list(zip(chunk, claimed, strict=True)))
    outcomes = [_result(one, link, result) for one, link, result in zip(chunk, claimed, results, strict=True)]
    done = [outcome for outcome in outcomes if outcome.problem is None]
    links = {link.number: link for link in _save([outcome.link for outcome in done], context)}
    _stop_if_run_is_over(outcomes, context)
    return [
        outcome._replace(link=links[outcome.link.number], saved=True) if outcome.problem is None else outcome
        for outcome in outcomes
    ]


def _stop_if_run_is_over(outcomes: Sequence[Outcome], context: JobContext) -> None:
    """Raise what concerns the whole run; claims of orders that were surely not stored are given up."""
    ending = [o for o in outcomes if o.problem and not isinstance(o.problem, (RecordRefused, OutcomeUnknown))]
    if not ending:
        return
    refused = [o.link for o in outcomes if o.problem and not isinstance(o.problem, OutcomeUnknown)]
    _save([link.with_(capture="") for link in refused], context)
    assert ending[0].problem is not None
    raise ending[0].problem


def _claim(one: PlannedOrder, context: JobContext) -> Link:
    """The link in state `sending`; an earlier claim keeps its time."""
    earlier = one.link.claimed_at if one.link.state is LinkState.SENDING else ""
    return one.link.with_(
        state=LinkState.SENDING, claimed_at=earlier or context.clock.now().isoformat(),
        capture=capture_hash(one.record.raw), card=context.card_fingerprint,
    )


def _key(one: PlannedOrder) -> str:
    return one.plan.external_document_number


def _may_be_there(one: PlannedOrder, context: JobContext) -> bool:
    """Sent before without an answer, or a run that does not trust the links."""
    return one.link.state is LinkState.SENDING or context.look_first


def _document(
    one: PlannedOrder, claimed: Link, there: SalesDocument | None, context: JobContext
) -> tuple[SalesDocument, Result]:
    """The order's document: the one that is there already, else created."""
    sent_before = one.link.state is LinkState.SENDING
    if there is not None:
        # What a run without links finds may have been edited since: it is taken as it is.
        return (_settled(there, one, context), Result.CREATED) if sent_before else (there, Result.UNCHANGED)
    if sent_before and context.clock.now() < _certain_at(claimed, context):
        raise OutcomeUnknown(
            "outcome-unknown", f"{_key(one)} was sent at {claimed.claimed_at} and is not to be found yet"
        )
    try:
        made = create_sales_order(context.bc, one.plan)
    except OutcomeUnknown:
        with once_sent(one.plan):
            found = find_sales_documents(context.bc, [_key(one)])
        if not found:
            raise
        made = found[_key(one)]
    return _settled(made, one, context), Result.CREATED


def _settled(document: SalesDocument, one: PlannedOrder, context: JobContext) -> SalesDocument:
    with once_sent(one.plan):
        return settle_total(context.bc, document, one.plan)


def _certain_at(claimed: Link, context: JobContext) -> datetime:
    """From then on a request sent at the claim can no longer be under way."""
    return from_iso(claimed.claimed_at) + timedelta(seconds=context.settle_seconds)


def _result(
    one: PlannedOrder, claimed: Link, result: tuple[SalesDocument, Result] | ConnectorError
) -> Outcome:
    if isinstance(result, OutcomeUnknown):
        return parked(claimed, result)
    if isinstance(result, ConnectorError):
        return parked(claimed.with_(state=LinkState.PARKED), result)
    document, what = result
    link = claimed.with_(
        state=LinkState.APPLIED, bc_id=document.id, bc_number=document.number, bc_set=document.entity_set,
    )
    return Outcome(applied_link(link, one), what)


def applied_link(link: Link, one: PlannedOrder) -> Link:
    """The link with what was applied, to recognise it the next time."""
    return link.with_(
        plan=plan_hash(one.plan), lines=content_hash(one.plan), header=msgspec.json.encode(one.plan.header).decode()
    )


def _save(links: Sequence[Link], context: JobContext) -> list[Link]:
    try:
        return context.links(KIND).save(links)
    except (RowChanged, RowExists) as error:
        raise LeaseLost("sync-already-running", f"another worker changed orders of {context.card.code}") from error
