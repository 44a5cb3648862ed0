"""Orders: each Shopify order into one sales order, exactly once.

Business Central has no idempotency key, so the link row is the claim: `sending` is written before
the POST and `applied` after it, in chunks of a few orders. Whoever finds `sending` looks the
document up by its external number first, and repeats the POST only when it is found nowhere and
the earlier request can no longer be under way.
"""
from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from shared.business_central.executor import (
    change_row,
    create_sales_order,
    once_sent,
    settle_total,
)
from shared.business_central.lookup import find_sales_documents
from shared.business_central.refusals import RowGone
from shared.business_central.rows import SalesDocument
from shared.clock import from_iso
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused
from shared.journal.captures import capture_hash
from shared.mapping.buyers import Buyer, ExistingBuyer, NewBuyer, buyer_of
from shared.mapping.order_changes import content_hash, header_changes
from shared.mapping.plan import SalesOrderPlan, plan_hash
from shared.mapping.sales_orders import LeftOut, sales_order_plan
from shared.shopify.reading import Record
from shared.shopify.records import Order, number_of
from shared.storage.lease import LeaseLost
from shared.storage.tables import RowChanged, RowExists
from shared.sync import customers
from shared.sync.context import JobContext
from shared.sync.links import Link, LinkState
from shared.sync.outcome import Outcome, Result, attempt, parked
from shared.sync.products import ItemLinks

_log = logging.getLogger(__name__)

KIND = "orders"
CLAIMED_AT_ONCE = 20


class _Planned(NamedTuple):
    """An order with its link and the plan for it."""

    record: Record
    link: Link
    plan: SalesOrderPlan


def apply(records: Sequence[Record], links: Mapping[int, Link], context: JobContext) -> list[Outcome]:
    """Bring new orders into Business Central, and what may follow of changed ones."""
    wanted, outcomes = [], []
    for record in records:
        if _is_history(_order(record), links[record.number], context):
            outcomes.append(Outcome(links[record.number].with_(state=LinkState.LEFT_OUT), Result.LEFT_OUT))
        else:
            wanted.append(record)
    if not context.card.auto_create_sales_documents:
        return outcomes + [_imported(links[r.number]) for r in wanted]

    planner = _Planner(wanted, context)
    new: list[_Planned] = []
    for record in wanted:
        link = links[record.number]
        plan = attempt(f"order {record.number}", lambda record=record: planner.plan(_order(record)))  # type: ignore[misc]
        if isinstance(plan, ConnectorError):
            outcomes.append(parked(link, plan))
        elif isinstance(plan, LeftOut):
            outcomes.append(_nothing_to_bill(link, plan))
        elif link.state is LinkState.APPLIED:
            outcomes.append(_follow(_Planned(record, link, plan), context))
        else:
            new.append(_Planned(record, link, plan))
    for start in range(0, len(new), CLAIMED_AT_ONCE):
        outcomes += _create(new[start : start + CLAIMED_AT_ONCE], context)
    return outcomes


def _order(record: Record) -> Order:
    assert isinstance(record.value, Order)
    return record.value


def _is_history(order: Order, link: Link, context: JobContext) -> bool:
    """An archived order nobody knows, from before the time we look back to."""
    known = link.etag and link.state is not LinkState.LEFT_OUT
    return order.closed and not known and order.created_at < context.history_before


def _imported(link: Link) -> Outcome:
    """Auto Create Sales Documents is off: the order is kept and shown, without a document."""
    if link.state is LinkState.APPLIED:
        return Outcome(link, Result.UNCHANGED)
    return Outcome(link.with_(state=LinkState.IMPORTED), Result.LEFT_OUT)


def _nothing_to_bill(link: Link, plan: LeftOut) -> Outcome:
    """No document for this order, or a conflict if it has one already."""
    if link.state is not LinkState.APPLIED:
        return Outcome(link.with_(state=LinkState.LEFT_OUT), Result.LEFT_OUT)
    return parked(link, RecordRefused(
        "order-changed-after-processing", f"{plan.reason} {link.bc_number} was created before that."
    ))


class _Planner:
    """Maps the orders of a page; buyers and items they need are made sure of first, in bulk."""

    def __init__(self, records: Sequence[Record], context: JobContext) -> None:
        self._context = context
        orders = [_order(record) for record in records]
        buyers = {number_of(order.customer.id) for order in orders if order.customer}
        stored = context.links(customers.KIND).of(buyers)
        self._numbers = {number: link.bc_number for number, link in stored.items() if link.bc_number}
        self._items = ItemLinks(context)
        self._items.prepare([
            number_of(line.variant.id) for order in orders for line in order.line_items.nodes if line.variant
        ])
        looked_up = list(self._look_up(orders))
        customers.link_found(
            {number: buyer.customer_number for number, buyer in looked_up
             if isinstance(buyer, ExistingBuyer) and buyer.is_own}, context)
        self._brought_in = customers.bring_in(
            sorted({number for number, buyer in looked_up if isinstance(buyer, NewBuyer)}), context)

    def plan(self, order: Order) -> SalesOrderPlan | LeftOut:
        """The order's plan; raises what parks it."""
        context = self._context
        return sales_order_plan(
            order, context.card, context.directory, self._customer(order), self._items.link_of_variant
        )

    def _customer(self, order: Order) -> str:
        buyer = buyer_of(order, self._context.card, self._context.directory, self._numbers.get)
        if not isinstance(buyer, NewBuyer):
            return buyer.customer_number
        made = self._brought_in.get(buyer.shopify_customer_id)
        if isinstance(made, ConnectorError):
            raise RecordRefused(made.code, made.detail, record=made.record)
        if made is None:
            raise RecordRefused(
                "customer-missing", f"Shopify customer {buyer.shopify_customer_id} of {order.name} does not exist"
            )
        return made

    def _look_up(self, orders: Sequence[Order]) -> Iterator[tuple[int, Buyer]]:
        """The buyers of the orders that have a Shopify customer, with its id; without those that park their order."""
        context = self._context
        for order in orders:
            if order.customer is None:
                continue
            buyer = attempt(
                order.name, lambda order=order: buyer_of(  # type: ignore[misc]
                    order, context.card, context.directory, self._numbers.get)
            )
            if not isinstance(buyer, ConnectorError):
                yield number_of(order.customer.id), buyer


def _create(chunk: Sequence[_Planned], context: JobContext) -> list[Outcome]:
    """Claim, create, keep. Links of documents are in storage when this returns or raises."""
    context.lease.check()
    there = find_sales_documents(context.bc, [_key(one) for one in chunk if _may_be_there(one, context)])
    claimed = _save([_claim(one, context) for one in chunk], context)

    def create(pair: tuple[_Planned, Link]) -> tuple[SalesDocument, Result] | ConnectorError:
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


def _claim(one: _Planned, context: JobContext) -> Link:
    """The link in state `sending`; an earlier claim keeps its time."""
    earlier = one.link.claimed_at if one.link.state is LinkState.SENDING else ""
    return one.link.with_(
        state=LinkState.SENDING, claimed_at=earlier or context.clock.now().isoformat(),
        capture=capture_hash(one.record.raw), card=context.card_fingerprint,
    )


def _key(one: _Planned) -> str:
    return one.plan.external_document_number


def _may_be_there(one: _Planned, context: JobContext) -> bool:
    """Sent before without an answer, or a run that does not trust the links."""
    return one.link.state is LinkState.SENDING or context.look_first


def _document(
    one: _Planned, claimed: Link, there: SalesDocument | None, context: JobContext
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


def _settled(document: SalesDocument, one: _Planned, context: JobContext) -> SalesDocument:
    with once_sent(one.plan):
        return settle_total(context.bc, document, one.plan)


def _certain_at(claimed: Link, context: JobContext) -> datetime:
    """From then on a request sent at the claim can no longer be under way."""
    return from_iso(claimed.claimed_at) + timedelta(seconds=context.settle_seconds)


def _result(
    one: _Planned, claimed: Link, result: tuple[SalesDocument, Result] | ConnectorError
) -> Outcome:
    if isinstance(result, OutcomeUnknown):
        return parked(claimed, result)
    if isinstance(result, ConnectorError):
        return parked(claimed.with_(state=LinkState.PARKED), result)
    document, what = result
    link = claimed.with_(
        state=LinkState.APPLIED, bc_id=document.id, bc_number=document.number, bc_set=document.entity_set,
    )
    return Outcome(_applied(link, one), what)


def _follow(one: _Planned, context: JobContext) -> Outcome:
    """A changed order that has its document: addresses follow, pieces and money are a conflict."""
    link, plan = one.link, one.plan
    if plan_hash(plan) == link.plan:
        return Outcome(link, Result.UNCHANGED)
    if link.lines and content_hash(plan) != link.lines:
        return parked(link, RecordRefused(
            "order-changed-after-processing",
            f"order {one.record.number}: pieces, prices or discounts changed after {link.bc_number} was created",
        ))
    changes = header_changes(msgspec.json.decode(link.header or "{}"), plan)
    if not changes or link.bc_set != "salesOrders":
        return Outcome(_applied(link, one), Result.UNCHANGED)
    done = attempt(f"order {one.record.number}", lambda: _change(link, changes, context))
    if isinstance(done, ConnectorError):
        return parked(link, done)
    return Outcome(_applied(link, one), Result.UPDATED if done else Result.UNCHANGED)


def _change(link: Link, changes: dict[str, object], context: JobContext) -> bool:
    try:
        return change_row(context.bc, "salesOrders", link.bc_id, changes)
    except RowGone:
        return False  # posted or deleted in Business Central: nothing of ours to change any more


def _applied(link: Link, one: _Planned) -> Link:
    return link.with_(
        plan=plan_hash(one.plan), lines=content_hash(one.plan), header=msgspec.json.encode(one.plan.header).decode()
    )


def _save(links: Sequence[Link], context: JobContext) -> list[Link]:
    try:
        return context.links(KIND).save(links)
    except (RowChanged, RowExists) as error:
        raise LeaseLost("sync-already-running", f"another worker changed orders of {context.card.code}") from error
