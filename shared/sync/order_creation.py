"""Documents for new orders, exactly once.

Business Central has no idempotency key. So every order is looked up before anything else, then claimed, then sent;
`applied` is written after it, in chunks of a few orders. What is found is compared with what would be sent and
taken over when it is the same order; what differs is parked with both sides, and touched by nobody. Whoever finds
the claim of another attempt and no document sends again only when that request can no longer be under way.
"""
from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from shared.business_central.lookup import find_whole_documents
from shared.business_central.order_execution import DocumentStays, create_sales_order, once_sent, take_over
from shared.business_central.rows import FoundDocument, SalesDocument
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.journal.captures import capture_hash
from shared.mapping.money import amounts_of
from shared.mapping.order_changes import left_without
from shared.mapping.sales_orders import document_key
from shared.shopify.reading import Record
from shared.storage.lease import LeaseLost
from shared.stores.links import NOTHING_SENT, Link, LinkState
from shared.sync.context import JobContext
from shared.sync.order_claims import KIND, Claim, settled
from shared.sync.order_following import PlannedOrder, applied_link, follow, sent_link
from shared.sync.order_lookup import Answer, looked_up
from shared.sync.order_plans import order_of
from shared.sync.outcome import Outcome, Result, parked

_log = logging.getLogger(__name__)

CLAIMED_AT_ONCE = 20
"""Orders looked up in one question and claimed in one write; so many at most wait when their worker dies."""


def create_documents(chunk: Sequence[PlannedOrder], context: JobContext) -> list[Outcome]:
    """Look up, claim, create, keep. Links of documents are in storage when this returns or raises."""
    context.lease.check()
    there = looked_up({_key(one): one.link for one in chunk}, context.bc)
    claimed = _claimed([one for one in chunk if _key(one) not in there and _may_send(one.link, context)], context)

    def bring(one: PlannedOrder) -> Outcome:
        claim = Claim(claimed.get(one.record.number, one.link), context)
        try:
            return _brought(one, there.get(_key(one)), claim, context)
        except DocumentStays as problem:
            return parked(_linked(claim.link, problem.document, LinkState.PARKED), problem)
        except OutcomeUnknown as problem:
            return parked(claim.link, problem)
        except ConnectorError as problem:
            # Nothing of it is there. What concerns the run is raised below, once the others' documents are kept.
            return parked(claim.link.with_(state=LinkState.PARKED, **NOTHING_SENT), problem)
        except Exception as error:
            # Nobody knows how far it came: the claim must stand, or the order might be made twice.
            _log.exception("order %d failed", one.record.number)
            detail = f"{_key(one)}: {type(error).__name__}: {error}"
            return parked(claim.link, OutcomeUnknown("internal-error", detail))

    outcomes = context.side_by_side(bring, chunk)
    done = [outcome for outcome in outcomes if outcome.link.state is LinkState.APPLIED]
    links = {link.number: link for link in context.links(KIND).save([outcome.link for outcome in done])}
    _stop_if_run_is_over(outcomes, context)
    return [
        outcome._replace(link=links[outcome.link.number], saved=True) if outcome.link.number in links else outcome
        for outcome in outcomes
    ]


def leave_out(chunk: Sequence[tuple[Record, Link]], context: JobContext) -> list[Outcome]:
    """Orders with nothing to bill: no document, or a conflict where one is there already."""
    unsure = {document_key(order_of(record)): link for record, link in chunk if _may_be_there(link)}
    there = looked_up(unsure, context.bc) if unsure else {}
    return [_left_out(record, link, there, context) for record, link in chunk]


# One order


def _brought(one: PlannedOrder, there: Answer | None, claim: Claim, context: JobContext) -> Outcome:
    """The order's document: the one that is there already, else created."""
    if isinstance(there, RecordRefused):
        raise _not_asked(_key(one), one.link, there)
    if there is not None:
        return _taken_over(one, there, claim, context)
    if not _may_send(one.link, context):
        raise _not_to_be_found(_key(one), one.link)
    try:
        made = create_sales_order(context.bc, one.plan, claim.sending)
    except OutcomeUnknown:
        with once_sent(one.plan):
            found = find_whole_documents(context.bc, [_key(one)])
        if not found:
            raise
        return _taken_over(one._replace(link=claim.link), found[_key(one)], claim, context)
    link = applied_link(_linked(claim.link, made, LinkState.APPLIED), one, context)
    return Outcome(link, Result.CREATED, warning=made.warning, notice=one.plan.notice)


def _taken_over(one: PlannedOrder, found: FoundDocument, claim: Claim, context: JobContext) -> Outcome:
    """The order with the document that was found; raises DocumentStays where it is not the same order.

    If it is our own (a link keeps a header of what it sent only), what Shopify changed since follows.
    """
    link, plan = one.link, one.plan
    ours = link.state is LinkState.SENDING or bool(link.header and link.bc_id == found.document.id)
    sent = link.header if ours else ""
    with once_sent(plan, but=RecordRefused):
        document = take_over(
            context.bc, plan, found, ours=ours, texts=not sent, settled=settled(link.lines_at, context),
            sending=claim.sending,
        )
        linked = _linked(_seen(one, claim.link, context), document, LinkState.APPLIED)
        applied = applied_link(linked, one, context)
        result = Result.CREATED if ours else Result.UNCHANGED
        if not sent:
            return Outcome(applied, result, warning=document.warning)
        followed = follow(one._replace(link=applied.with_(plan="", header=sent)), context)
    return followed if followed.problem else followed._replace(result=result, warning=document.warning)


def _left_out(record: Record, link: Link, there: Mapping[str, Answer], context: JobContext) -> Outcome:
    key = document_key(order_of(record))
    found = there.get(key)
    if isinstance(found, RecordRefused):
        return parked(link, _not_asked(key, link, found))
    if found is not None:
        order = order_of(record)
        stands = left_without(order, found.document.number, amounts_of(order, context.card))
        return parked(_linked(link, found.document, LinkState.PARKED), stands)
    if not _may_send(link, context):
        return parked(link, _not_to_be_found(key, link))
    return Outcome(link.with_(state=LinkState.LEFT_OUT), Result.LEFT_OUT)


def _not_asked(key: str, link: Link, answer: RecordRefused) -> ConnectorError:
    if link.state is LinkState.SENDING:
        return OutcomeUnknown("outcome-unknown", f"{key} was sent and could not be looked up: {answer.detail}")
    return RecordRefused(answer.code, f"{key} could not be looked up, so it was not sent: {answer.detail}")


def _not_to_be_found(key: str, link: Link) -> OutcomeUnknown:
    return OutcomeUnknown("outcome-unknown", f"{key} was sent at {link.claimed_at} and is not to be found yet")


def _may_send(link: Link, context: JobContext) -> bool:
    """Whether no earlier request for this order can be under way."""
    return link.state is not LinkState.SENDING or settled(link.claimed_at, context)


def _may_be_there(link: Link) -> bool:
    """Never met (or its link was lost), sent before, or remembered."""
    return not link.etag or link.state is LinkState.SENDING or bool(link.bc_id)


def _key(one: PlannedOrder) -> str:
    return one.plan.external_document_number


# Links


def _claimed(orders: Sequence[PlannedOrder], context: JobContext) -> dict[int, Link]:
    """Their links in state `sending`, written at once, with what is about to be sent."""
    now = context.clock.now().isoformat()
    claims = [
        sent_link(_seen(one, one.link, context), one, context).with_(
            state=LinkState.SENDING, claimed_at=now, bc_id="", bc_number="", bc_set="", plan="", lines_at="",
        )
        for one in orders
    ]
    return {link.number: link for link in context.links(KIND).save(claims)}


def _seen(one: PlannedOrder, link: Link, context: JobContext) -> Link:
    """The link with the content and the card that this was planned with."""
    return link.with_(capture=capture_hash(one.record.raw), card=context.card_fingerprint)


def _linked(link: Link, document: SalesDocument, state: LinkState) -> Link:
    return link.with_(state=state, bc_id=document.id, bc_number=document.number, bc_set=document.entity_set)


def _stop_if_run_is_over(outcomes: Sequence[Outcome], context: JobContext) -> None:
    """Raise what concerns the whole run; claims of orders that were surely not stored are given up."""
    ending = [o.problem for o in outcomes if o.problem and not isinstance(o.problem, (RecordRefused, OutcomeUnknown))]
    for problem in ending:
        if isinstance(problem, LeaseLost):
            raise problem
    if ending:
        not_stored = [o.link for o in outcomes if o.problem and o.link.state is LinkState.PARKED]
        context.links(KIND).save([link.with_(capture="") for link in not_stored])
        raise ending[0]
