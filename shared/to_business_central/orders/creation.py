"""Documents for new orders, exactly once.

Business Central has no idempotency key. So every order is looked up before anything else, then claimed, then sent;
`applied` is written after it. Several orders go out in one request, each a transaction of its own there: the answer
says of each what became of it. Where no answer comes, or none about one of them, those are looked up by their numbers
before anything else, as a single order is. What is found is compared with what would be sent and taken over when it is
the same order; what differs is parked with both sides, and touched by nobody. Whoever finds the claim of another
attempt and no document sends again only when that request can no longer be under way.
"""
from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial

from shared.business_central.client import BatchRefused, TurnedAway
from shared.business_central.operations import carry_out
from shared.business_central.order_execution import (
    DocumentStays,
    completed,
    create_sales_order,
    create_together,
    made_sales_order,
    once_sent,
    weight,
)
from shared.business_central.plan import SalesOrderPlan
from shared.business_central.rows import FoundDocument
from shared.business_central.wire import Row
from shared.clock import iso_exact
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.storage.lease import LeaseLost
from shared.stores.links import NOTHING_SENT, Link, LinkState
from shared.sync.context import JobContext
from shared.sync.decision import RESULT, What
from shared.sync.outcome import Outcome, Result, attempt, parked, unforeseen
from shared.sync.stop import Stop
from shared.texts import sentence
from shared.to_business_central.orders.asking import Decided, decide, with_documents
from shared.to_business_central.orders.claims import NAME, Claim, before_orders
from shared.to_business_central.orders.decision import Known, OrderDecision, linked, terms_of
from shared.to_business_central.orders.following import applied_link, sent_link
from shared.to_business_central.orders.lookup import looked_up
from shared.to_business_central.orders.parcels import packed
from shared.to_business_central.orders.plan import document_key

_log = logging.getLogger(__name__)

SENT_AT_ONCE = 20
"""Orders of one request at most; so many wait when its answer is lost or its worker dies."""

Said = Row | FoundDocument | ConnectorError
"""What is known of an order that was sent with others: the row that was made of it, the document that stands under its
number though no answer said so, or why there is none."""


def looked_up_and_decided(orders: Sequence[Known], context: JobContext) -> list[Decided]:
    """What happens to each, by what stands under its number; nothing is claimed yet."""
    context.lease.check()
    return [decide(one, terms_of(context)) for one in with_documents(orders, context)]


def create_documents(decided: Sequence[Decided], context: JobContext, stop: Stop) -> list[Outcome]:
    """Claim, create, keep. Links of documents are in storage when this returns or raises."""
    delivered = context.side_by_side(partial(_delivered, stop=stop, context=context), _parcels(decided, context))
    outcomes = [outcome for parcel in delivered for outcome in parcel or ()]
    _stop_if_run_is_over(outcomes, stop.problem if None in delivered else None, context)
    place = {one.known.record.id: at for at, one in enumerate(decided)}
    return sorted(outcomes, key=lambda outcome: place[outcome.link.id])


# Parcels: orders that are sent in one request


def _parcels(decided: Sequence[Decided], context: JobContext) -> list[list[Decided]]:
    """What is to be created in parcels that keep Business Central busy alike; everything else alone."""
    new = [(one, plan) for one in decided if (plan := _to_create(one)) is not None]
    parcels = packed([weight(plan) for _, plan in new], lanes=context.bc.lanes,
                     heaviest=context.bc.pace.lines_at_once, most=SENT_AT_ONCE)
    return [[new[at][0] for at in parcel] for parcel in parcels] + [
        [one] for one in decided if _to_create(one) is None]


def _delivered(parcel: Sequence[Decided], stop: Stop, context: JobContext) -> list[Outcome] | None:
    """What became of the orders of a parcel; None where that stopped, or was to stop before it."""
    if stop.problem:
        return None
    new = [one for one in parcel if _to_create(one) is not None]
    try:
        links = _claimed(new, context)
        claims = {one.known.record.id: Claim(links.get(one.known.record.id, one.known.link), context) for one in parcel}
        said = _sent_together(new, claims, context) if len(new) > 1 else {}
        outcomes = _kept([_outcome(one, claims[id], said.get(id), context)
                          for one in parcel for id in [one.known.record.id]], context)
    except ConnectorError as problem:
        stop.because(problem)
        return None
    for ending in _ending(outcomes):
        stop.because(ending)
    return outcomes


def _sent_together(
    new: Sequence[Decided], claims: Mapping[str, Claim], context: JobContext
) -> dict[str, Said]:
    """What became of each; those that may be sent by themselves are left out."""
    plans = {one.known.record.id: plan for one in new if (plan := _to_create(one)) is not None}
    keys = {id: plan.external_document_number for id, plan in plans.items()}
    told: Mapping[str, Row | ConnectorError]
    try:
        told = create_together(
            context.bc, list(plans.values()), lambda: before_orders([claims[id] for id in plans], context))
    except ConnectorError as problem:
        told = dict.fromkeys(keys.values(), problem)
    except Exception as error:
        _log.exception("orders %s failed", ", ".join(plans))
        told = {key: OutcomeUnknown("internal-error", unforeseen(key, error)) for key in keys.values()}
    said: dict[str, Said] = {id: told[key] for id, key in keys.items()}
    doubtful = [id for id, one in said.items() if isinstance(one, (OutcomeUnknown, BatchRefused))]
    there = _looked_for([plans[id] for id in doubtful], [claims[id].link for id in doubtful], context)
    said |= {id: there[keys[id]] for id in doubtful if keys[id] in there}
    return {id: one for id, one in said.items() if not isinstance(one, (TurnedAway, BatchRefused))}


def _looked_for(
    plans: Sequence[SalesOrderPlan], links: Sequence[Link], context: JobContext
) -> dict[str, FoundDocument | ConnectorError]:
    """External document number -> the document of an order that was sent, why that is not known; missing: none."""
    if not plans:
        return {}
    asked = {plan.external_document_number: link for plan, link in zip(plans, links, strict=True)}
    there: Mapping[str, FoundDocument | ConnectorError]
    try:
        there = looked_up(asked, context.bc)
    except ConnectorError as problem:
        there = dict.fromkeys(asked, problem)
    return {key: _not_known(key, one) if isinstance(one, ConnectorError) else one for key, one in there.items()}


def _not_known(key: str, why: ConnectorError) -> OutcomeUnknown:
    return OutcomeUnknown("outcome-unknown", sentence(
        "{order} was sent; what became of it is not known: {reason}", order=key, reason=why.sentence))


# One order


def _outcome(one: Decided, claim: Claim, said: Said | None, context: JobContext) -> Outcome:
    try:
        return _brought(one, claim, said, context)
    except DocumentStays as problem:
        return parked(linked(claim.link, problem.document, LinkState.PARKED), problem)
    except OutcomeUnknown as problem:
        return parked(claim.link, problem)
    except ConnectorError as problem:
        # Nothing of it is there. What concerns the run is raised once the others' documents are kept.
        return parked(claim.link.with_(state=LinkState.PARKED, **NOTHING_SENT), problem)
    except Exception as error:
        # Nobody knows how far it came: the claim must stand, or the order might be made twice.
        _log.exception("order %s failed", one.known.record.id)
        return parked(claim.link, OutcomeUnknown(
            "internal-error", unforeseen(document_key(one.known.order), error)))


def _brought(one: Decided, claim: Claim, said: Said | None, context: JobContext) -> Outcome:
    """The order's document: the one that is there already, the one that was made with others, else created."""
    known, plan = one.known, _to_create(one)
    if plan is None:
        return _taken_over(known, one.decision, claim, context)
    if isinstance(said, ConnectorError):
        raise said
    if isinstance(said, FoundDocument):
        return _recognised(known, said, claim, context)
    try:
        made = (create_sales_order(context.bc, plan, claim.sending) if said is None
                else made_sales_order(context.bc, plan, said, claim.sending))
    except OutcomeUnknown:
        there = _looked_for([plan], [claim.link], context).get(plan.external_document_number)
        if there is None:
            raise
        if isinstance(there, ConnectorError):
            raise there from None
        return _recognised(known, there, claim, context)
    link = applied_link(linked(claim.link, made, LinkState.APPLIED), known.order, plan, context.card)
    return Outcome(link, Result.CREATED, warning=made.warning, notice=plan.notice)


def _recognised(known: Known, found: FoundDocument, claim: Claim, context: JobContext) -> Outcome:
    """The order with the document that came of a request whose answer did not come."""
    again = decide(known._replace(link=claim.link, document=found), terms_of(context))
    return _taken_over(*again, claim, context)


def _taken_over(known: Known, decision: OrderDecision, claim: Claim, context: JobContext) -> Outcome:
    """The order with the document that was found, completed if need be; raises DocumentStays where that is refused."""
    work = decision.plan
    if work is None or work.standing is None:
        return decision.outcome
    with once_sent(work.plan, but=RecordRefused):
        document = completed(context.bc, work.plan, work.standing, claim.sending)
        found = linked(_seen(claim.link, context), document, LinkState.APPLIED)
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
    if not orders:
        return {}
    now = iso_exact(context.clock.now())
    claims = [
        sent_link(_seen(one.known.link, context), one.known.order, plan, context.card).with_(
            state=LinkState.SENDING, claimed_at=now, bc_id="", bc_number="", bc_set="", plan="", lines_at="",
        )
        for one in orders if (plan := _to_create(one)) is not None
    ]
    return {link.id: link for link in context.links(NAME).save(claims)}


def _to_create(one: Decided) -> SalesOrderPlan | None:
    """The plan of an order that is to be created."""
    decision = one.decision
    return decision.plan.plan if decision.what is What.CREATE and decision.plan else None


def _kept(outcomes: Sequence[Outcome], context: JobContext) -> list[Outcome]:
    """The outcomes, with the links of documents in storage: without a card, so that an order whose page is not kept,
    with its names and all, is met again."""
    done = [outcome.link.with_(card="") for outcome in outcomes if outcome.link.state is LinkState.APPLIED]
    links = {link.id: link for link in context.links(NAME).save(done)} if done else {}
    return [outcome._replace(link=links.get(outcome.link.id, outcome.link)) for outcome in outcomes]


def _seen(link: Link, context: JobContext) -> Link:
    """The link with the card that this was planned with; it has what was captured of it already."""
    return link.with_(card=context.card_fingerprint)


def _ending(outcomes: Sequence[Outcome]) -> list[ConnectorError]:
    """Their problems that concern more than one order."""
    return [one.problem for one in outcomes
            if one.problem is not None and not isinstance(one.problem, (RecordRefused, OutcomeUnknown))]


def _stop_if_run_is_over(
    outcomes: Sequence[Outcome], besides: ConnectorError | None, context: JobContext
) -> None:
    """Raise what concerns the whole run; claims of orders that were surely not stored are given up."""
    ending = _ending(outcomes) + ([besides] if besides else [])
    for problem in ending:
        if isinstance(problem, LeaseLost):
            raise problem
    if ending:
        not_stored = [o.link for o in outcomes if o.problem and o.link.state is LinkState.PARKED]
        context.links(NAME).save([link.with_(capture="") for link in not_stored])
        raise ending[0]
