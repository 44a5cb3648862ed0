"""Documents for new orders, exactly once.

Business Central has no idempotency key. So every order is looked up before anything else, then claimed, then sent;
`applied` is written after it, in chunks of a few orders. What is found is compared with what would be sent and
taken over when it is the same order; what differs is parked with both sides, and touched by nobody. Whoever finds
the claim of another attempt and no document sends again only when that request can no longer be under way.
"""
from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from shared.business_central.lookup import find_whole_documents
from shared.business_central.operations import carry_out
from shared.business_central.order_execution import DocumentStays, completed, create_sales_order, once_sent
from shared.business_central.plan import SalesOrderPlan
from shared.clock import iso_exact
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.journal.captures import capture_hash
from shared.storage.lease import LeaseLost
from shared.stores.links import NOTHING_SENT, Link, LinkState
from shared.sync.context import JobContext
from shared.sync.decision import RESULT, What
from shared.sync.outcome import Outcome, Result, attempt, parked, unforeseen
from shared.texts import sentence
from shared.to_business_central.orders.asking import Decided, decide, with_documents
from shared.to_business_central.orders.claims import NAME, Claim
from shared.to_business_central.orders.decision import Known, OrderDecision, linked, terms_of
from shared.to_business_central.orders.following import applied_link, sent_link
from shared.to_business_central.orders.plan import document_key

_log = logging.getLogger(__name__)

CLAIMED_AT_ONCE = 20
"""Orders looked up in one question and claimed in one write; so many at most wait when their worker dies."""


def create_documents(chunk: Sequence[Known], context: JobContext) -> list[Outcome]:
    """Look up, decide, claim, create, keep. Links of documents are in storage when this returns or raises."""
    context.lease.check()
    decided = [decide(one, terms_of(context)) for one in with_documents(chunk, context)]
    claimed = _claimed([one for one in decided if one.decision.what is What.CREATE], context)

    def bring(one: Decided) -> Outcome:
        claim = Claim(claimed.get(one.known.record.id, one.known.link), context)
        try:
            return _brought(one, claim, context)
        except DocumentStays as problem:
            return parked(linked(claim.link, problem.document, LinkState.PARKED), problem)
        except OutcomeUnknown as problem:
            return parked(claim.link, problem)
        except ConnectorError as problem:
            # Nothing of it is there. What concerns the run is raised below, once the others' documents are kept.
            return parked(claim.link.with_(state=LinkState.PARKED, **NOTHING_SENT), problem)
        except Exception as error:
            # Nobody knows how far it came: the claim must stand, or the order might be made twice.
            _log.exception("order %s failed", one.known.record.id)
            return parked(claim.link, OutcomeUnknown(
                "internal-error", unforeseen(document_key(one.known.order), error)))

    outcomes = context.side_by_side(bring, decided)
    done = [outcome for outcome in outcomes if outcome.link.state is LinkState.APPLIED]
    links = {link.id: link for link in context.links(NAME).save([outcome.link for outcome in done])}
    _stop_if_run_is_over(outcomes, context)
    return [
        outcome._replace(link=links[outcome.link.id], saved=True) if outcome.link.id in links else outcome
        for outcome in outcomes
    ]


# One order


def _brought(one: Decided, claim: Claim, context: JobContext) -> Outcome:
    """The order's document: the one that is there already, else created."""
    known, decision = one
    if decision.what is not What.CREATE or decision.plan is None:
        return _taken_over(known, decision, claim, context)
    plan = decision.plan.plan
    try:
        made = create_sales_order(context.bc, plan, claim.sending)
    except OutcomeUnknown:
        with once_sent(plan):
            found = find_whole_documents(context.bc, [plan.external_document_number])
        if not found:
            raise
        again = decide(
            known._replace(link=claim.link, document=found[plan.external_document_number]), terms_of(context))
        return _taken_over(*again, claim, context)
    link = applied_link(linked(claim.link, made, LinkState.APPLIED), known.order, plan, context.card)
    return Outcome(link, Result.CREATED, warning=made.warning, notice=plan.notice)


def _taken_over(known: Known, decision: OrderDecision, claim: Claim, context: JobContext) -> Outcome:
    """The order with the document that was found, completed if need be; raises DocumentStays where that is refused."""
    work = decision.plan
    if work is None or work.standing is None:
        return decision.outcome
    with once_sent(work.plan, but=RecordRefused):
        document = completed(context.bc, work.plan, work.standing, claim.sending)
        found = linked(_seen(known, claim.link, context), document, LinkState.APPLIED)
        applied = applied_link(found, known.order, work.plan, context.card)
        followed = followed_header(decision, context)
    if isinstance(followed, ConnectorError):
        return parked(applied.with_(plan="", header=work.sent), followed)
    return Outcome(applied, RESULT[decision.what], warning=document.warning)


def followed_header(decision: OrderDecision, context: JobContext) -> bool | ConnectorError:
    """Whether the header of a document that is there was changed, or why it was not."""
    name = sentence("order {number}", number=decision.link.id)
    changes = [one for one in decision.operations if one.key]
    results = [attempt(name, partial(carry_out, context.bc, one)) for one in changes]
    return next((one for one in results if isinstance(one, ConnectorError)), any(results))


# Links


def _claimed(orders: Sequence[Decided], context: JobContext) -> dict[str, Link]:
    """Their links in state `sending`, written at once, with what is about to be sent."""
    now = iso_exact(context.clock.now())
    claims = [
        sent_link(_seen(one.known, one.known.link, context), one.known.order, plan, context.card).with_(
            state=LinkState.SENDING, claimed_at=now, bc_id="", bc_number="", bc_set="", plan="", lines_at="",
        )
        for one in orders if (plan := _plan_of(one.decision)) is not None
    ]
    return {link.id: link for link in context.links(NAME).save(claims)}


def _plan_of(decision: OrderDecision) -> SalesOrderPlan | None:
    return decision.plan.plan if decision.plan else None


def _seen(known: Known, link: Link, context: JobContext) -> Link:
    """The link with the content and the card that this was planned with."""
    return link.with_(capture=capture_hash(known.record.raw), card=context.card_fingerprint)


def _stop_if_run_is_over(outcomes: Sequence[Outcome], context: JobContext) -> None:
    """Raise what concerns the whole run; claims of orders that were surely not stored are given up."""
    ending = [o.problem for o in outcomes if o.problem and not isinstance(o.problem, (RecordRefused, OutcomeUnknown))]
    for problem in ending:
        if isinstance(problem, LeaseLost):
            raise problem
    if ending:
        not_stored = [o.link for o in outcomes if o.problem and o.link.state is LinkState.PARKED]
        context.links(NAME).save([link.with_(capture="") for link in not_stored])
        raise ending[0]
