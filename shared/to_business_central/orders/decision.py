"""What happens to a Shopify order: it gets its document, the document follows, or it is left out, kept or parked.

One function decides, by what is known of the order. What it has to know first, and is not known yet, it asks for
(Ask), so that nothing is looked up that does not matter: the risk where the card wants it, the plan where a document
is wanted, Business Central's document where there may be one. Border: decides only; nothing is read or sent.
"""
from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

from shared.business_central.operations import of_header, of_order, of_standing
from shared.business_central.order_execution import DocumentStays, Standing, compared
from shared.business_central.plan import SalesOrderPlan, plan_hash
from shared.business_central.rows import FoundDocument, SalesDocument
from shared.clock import from_iso
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.json_text import decoded
from shared.mapping.money import amounts_of
from shared.mapping.orders_to_import import NotSelected, asks_for_risk, held_for_risk, not_selected
from shared.shopify.reading import Record
from shared.shopify.records import Order
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.stores.links import Link, LinkState, Wish
from shared.sync.decision import Decision, Surroundings, What, leave, leave_out, refuse
from shared.texts import Sentence, sentence
from shared.to_business_central.orders.changes import header_changes, left_without
from shared.to_business_central.orders.following import (
    applied_link,
    conflict,
    conflict_of_figures,
    is_followed,
    order_hash,
)
from shared.to_business_central.orders.history import left_out_as_history
from shared.to_business_central.orders.lookup import Answer
from shared.to_business_central.orders.plan import LeftOut, document_key

_ABOUT_BILLING = frozenset((
    "refund-pending", "order-cancelled-but-paid", "account-missing", "total-mismatch", "tax-mismatch",
))
"""Refusals that say how an order would be billed, which one that has its document is not any more."""


class Ask(StrEnum):
    """What has to be known of an order before anything can be decided about it."""

    RISK = "risk"
    PLAN = "plan"
    DOCUMENT = "document"


class Terms(NamedTuple):
    """What counts beside the order. See decision.Surroundings."""

    card: ShopCard
    history_before: datetime
    settle_seconds: float
    now: datetime


class Known(NamedTuple):
    """An order, and what is known of it; None: it was not asked for yet.

    risk      levels of its risk assessments, or why they are not known
    plan      its document as it would be, that there is nothing to bill, or why it cannot be planned
    document  what stands under its number in Business Central, why that could not be asked, False: nothing stands there
    """

    record: Record
    link: Link
    risk: Iterable[str] | RecordRefused | None = None
    plan: SalesOrderPlan | LeftOut | ConnectorError | None = None
    document: Answer | Literal[False] | None = None

    @property
    def order(self) -> Order:
        """The record's typed order."""
        return order_of(self.record)


class Work(NamedTuple):
    """What carries a decision out: the plan, and the document it is about where there is one.

    sent  the header as it was last sent, "" where the document is not our own
    """

    plan: SalesOrderPlan
    standing: Standing | None = None
    sent: str = ""


OrderDecision = Decision[Work]


def order_of(record: Record) -> Order:
    """The record's typed order."""
    assert isinstance(record.value, Order)
    return record.value


def terms_of(around: Surroundings) -> Terms:
    """The terms of this moment."""
    return Terms(around.card, around.history_before, around.settle_seconds, around.clock.now())


def wished(link: Link, wish: Wish) -> Link:
    """The link with what the operator asks for now; what was asked for before holds if it goes further."""
    return link if wish in (Wish.NONE, link.wish) or link.wish is Wish.IN_ANY_CASE else link.with_(wish=wish)


def decide_order(known: Known, terms: Terms) -> OrderDecision | Ask:
    """What happens to the order, or what has to be known first."""
    link, order = known.link, known.order
    if (history := _history(order, link, terms)) is not None:
        return leave_out(link, history.reason)
    if link.state is LinkState.APPLIED and (changed := conflict(order, link, terms.card)) is not None:
        return refuse(link, changed)
    if _is_open(link) and (kept_out := _kept_out(known, terms)) is not None:
        return kept_out
    if not terms.card.auto_create_sales_documents:
        return _without_document(link)
    if link.state is LinkState.APPLIED and not link.wish and is_followed(order, link, terms.card):
        return leave(link, _stays(link))
    if known.plan is None:
        return Ask.PLAN
    if link.state is LinkState.APPLIED:
        return _followed(known, known.plan, terms)
    if isinstance(known.plan, ConnectorError):
        return refuse(link, known.plan)
    return _new(known, known.plan, terms)


# Whether it is taken


def _history(order: Order, link: Link, terms: Terms) -> LeftOut | None:
    """An order nobody knows that was closed before we began; one that was left out is nobody's still."""
    if link.wish or (link.etag and link.state is not LinkState.LEFT_OUT):
        return None
    return left_out_as_history(order, terms.history_before)


def _is_open(link: Link) -> bool:
    """Whether it may still be decided that the order is not taken: without a document, and none under way."""
    has_document = link.state in (LinkState.APPLIED, LinkState.SENDING) or bool(link.bc_id)
    return not has_document and link.wish is not Wish.IN_ANY_CASE


def _kept_out(known: Known, terms: Terms) -> OrderDecision | Ask | None:
    """Orders to Import: only an order without a document is left out; what happens to others is a change."""
    wanted = terms.card.orders_to_import
    why: NotSelected | None = not_selected(known.order, wanted, terms.now)
    if why is None and asks_for_risk(wanted):
        if known.risk is None:
            return Ask.RISK
        if isinstance(known.risk, RecordRefused):
            return refuse(known.link, known.risk)
        why = held_for_risk(known.order, known.risk)
    return leave_out(known.link, why) if why else None


def _without_document(link: Link) -> OrderDecision:
    """Auto Create Sales Documents is off: the order is kept and shown, without a document."""
    setting = caption("auto_create_sales_documents")
    if link.state is LinkState.APPLIED:
        return leave(link, sentence("{what!c} stays as it is: {setting} is off.", what=link.bc_number, setting=setting))
    if link.state is LinkState.SENDING:
        return refuse(link, OutcomeUnknown("outcome-unknown", sentence(
            "order {number} was sent before {setting} was switched off", number=link.id, setting=setting)))
    why = sentence("{setting} is off: the order is kept, without a document.", setting=setting)
    return Decision(What.KEEP, link.with_(state=LinkState.IMPORTED), why=why)


# An order that has its document


def _stays(link: Link) -> Sentence:
    return sentence("{what!c} stays as it is.", what=link.bc_number)


def _followed(known: Known, plan: SalesOrderPlan | LeftOut | ConnectorError, terms: Terms) -> OrderDecision:
    """It is no conflict: it is what the document was made by, or was accepted."""
    link, stays = known.link, _stays(known.link)
    if isinstance(plan, SalesOrderPlan):
        return _addresses(known, plan, terms)
    if link.sold and (isinstance(plan, LeftOut) or plan.code in _ABOUT_BILLING):
        return leave(link, stays)
    if isinstance(plan, LeftOut):
        return refuse(link, left_without(known.order, link.bc_number, amounts_of(known.order, terms.card)))
    return refuse(link, plan)


def _addresses(known: Known, plan: SalesOrderPlan, terms: Terms) -> OrderDecision:
    link, stays = known.link, _stays(known.link)
    if plan_hash(plan) == link.plan and link.sold:
        return leave(link.with_(order=order_hash(known.order, terms.card)), stays)
    if (changed := conflict_of_figures(plan, link)) is not None:
        return refuse(link, changed)
    changes = header_changes(decoded(link.header or "{}"), plan) if plan_hash(plan) != link.plan else {}
    if not changes or link.bc_set != "salesOrders":
        return leave(applied_link(link, known.order, plan, terms.card), stays)
    return Decision(What.CHANGE, link, Work(plan), of_header(link.bc_id, changes), why=stays)


# An order without one


def _new(known: Known, plan: SalesOrderPlan | LeftOut, terms: Terms) -> OrderDecision | Ask:
    link, key = known.link, document_key(known.order)
    if isinstance(plan, LeftOut) and not _may_be_there(link):
        return leave_out(link, plan.reason)
    if known.document is None:
        return Ask.DOCUMENT
    if isinstance(known.document, RecordRefused):
        return refuse(link, _not_asked(key, link, known.document))
    if known.document:
        return _there(known, plan, known.document, terms)
    if not may_send(link, terms):
        return refuse(link, OutcomeUnknown("outcome-unknown", sentence(
            "{order} was sent at {time} and is not to be found yet", order=key, time=from_iso(link.claimed_at))))
    if isinstance(plan, LeftOut):
        return leave_out(link, plan.reason)
    return Decision(What.CREATE, link, Work(plan), of_order(plan))


def _there(known: Known, plan: SalesOrderPlan | LeftOut, found: FoundDocument, terms: Terms) -> OrderDecision:
    """The order with the document that was found.

    If that is our own (a link keeps a header of what it sent only), what Shopify changed since follows.
    """
    link = known.link
    if isinstance(plan, LeftOut):
        stands = left_without(known.order, found.document.number, amounts_of(known.order, terms.card))
        return refuse(linked(link, found.document, LinkState.PARKED), stands)
    ours = link.state is LinkState.SENDING or bool(link.header and link.bc_id == found.document.id)
    sent = link.header if ours else ""
    try:
        standing = compared(plan, found, ours=ours, texts=not sent, settled=is_settled(link.lines_at, terms))
    except DocumentStays as problem:
        return refuse(linked(link, problem.document, LinkState.PARKED), problem)
    except OutcomeUnknown as problem:
        return refuse(link, problem)
    changes = header_changes(decoded(sent), plan) if sent and found.document.entity_set == "salesOrders" else {}
    operations = (*of_standing(standing), *of_header(found.document.id, changes))
    why = sentence("{order} is there as {document}, and stays as it is.", order=plan.external_document_number,
                   document=found.document.number)
    return Decision(What.FINISH if ours else What.ADOPT, link, Work(plan, standing, sent), operations, why=why)


def linked(link: Link, document: SalesDocument, state: LinkState) -> Link:
    """The link to this document."""
    return link.with_(state=state, bc_id=document.id, bc_number=document.number, bc_set=document.entity_set,
                      tax_apart=document.tax_apart)


def _not_asked(key: str, link: Link, answer: RecordRefused) -> ConnectorError:
    if link.state is LinkState.SENDING:
        return OutcomeUnknown("outcome-unknown", sentence(
            "{order} was sent and could not be looked up: {reason}", order=key, reason=answer.sentence))
    return RecordRefused(answer.code, sentence(
        "{order} could not be looked up, so it was not sent: {reason}", order=key, reason=answer.sentence))


def may_send(link: Link, terms: Terms) -> bool:
    """Whether no earlier request for this order can be under way."""
    return link.state is not LinkState.SENDING or is_settled(link.claimed_at, terms)


def is_settled(stamp: str, terms: Terms) -> bool:
    """Whether a request sent at this stamp ("" for none) can no longer be under way."""
    return not stamp or terms.now >= from_iso(stamp) + timedelta(seconds=terms.settle_seconds)


def _may_be_there(link: Link) -> bool:
    """Never met (or its link was lost), sent before, or remembered."""
    return not link.etag or link.state is LinkState.SENDING or bool(link.bc_id)
