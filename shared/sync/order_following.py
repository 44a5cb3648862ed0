"""What follows an order that has its document: addresses do; goods, money and the buyer are a conflict."""
from __future__ import annotations

from typing import NamedTuple

import msgspec

from shared.business_central.executor import change_row
from shared.business_central.refusals import RowGone
from shared.errors import ConnectorError, RecordRefused
from shared.json_text import decoded
from shared.mapping.money import amounts_of
from shared.mapping.order_changes import Made, change_since, content_hash, header_changes, made_by
from shared.mapping.plan import Body, SalesOrderPlan, plan_hash
from shared.shop_card import ShopCard
from shared.shopify.reading import Record
from shared.shopify.records import Order
from shared.stores.links import Link, LinkState
from shared.sync.context import JobContext
from shared.sync.order_plans import order_of
from shared.sync.outcome import Outcome, Result, attempt, parked


class PlannedOrder(NamedTuple):
    """An order with its link and the plan for it."""

    record: Record
    link: Link
    plan: SalesOrderPlan


def conflict(order: Order, link: Link, card: ShopCard) -> RecordRefused | None:
    """Why an order that has its document has to be looked at by a person; asked before anything is planned."""
    return change_since(Made(content=link.sold, refunds=link.refunds, cancelled=link.cancelled), order,
                        link.bc_number, amounts_of(order, card))


def conflict_of_figures(plan: SalesOrderPlan, link: Link) -> RecordRefused | None:
    """The same by the little that a link of an earlier version keeps, None for any other."""
    if link.sold or not link.lines or content_hash(plan) == link.lines:
        return None
    record = f"order {link.number}"
    sentence = f"{record.capitalize()}: pieces, prices or discounts changed after {link.bc_number} was created."
    return RecordRefused("order-changed-after-processing", sentence, record=record)


def accepted_link(link: Link, order: Order, card: ShopCard, texts: Body) -> Link:
    """The link with Shopify's present state as known: *Mark as resolved*.

    texts  names, addresses, phone and e-mail as the order says them now (sales_orders.header_texts)

    The document is the person's business: nothing of it is changed, now or by the next run. Refunds that are there
    count as dealt with. What changes in Shopify from now on follows, or is a conflict again.
    """
    made = made_by(order, amounts_of(order, card))
    return link.with_(
        state=LinkState.APPLIED, plan="", lines="", sold=made.content, refunds=made.refunds, cancelled=made.cancelled,
        header=msgspec.json.encode(texts).decode(),
    )


def follow(one: PlannedOrder, context: JobContext) -> Outcome:
    """An order that is still what its document was made by: addresses follow."""
    link, plan = one.link, one.plan
    if plan_hash(plan) == link.plan and link.sold:
        return Outcome(link, Result.UNCHANGED)
    if (changed := conflict_of_figures(plan, link)) is not None:
        return parked(link, changed)
    changes = header_changes(decoded(link.header or "{}"), plan) if plan_hash(plan) != link.plan else {}
    if not changes or link.bc_set != "salesOrders":
        return Outcome(applied_link(link, one, context), Result.UNCHANGED)
    done = attempt(f"order {one.record.number}", lambda: _change(link, changes, context))
    if isinstance(done, ConnectorError):
        return parked(link, done)
    return Outcome(applied_link(link, one, context), Result.UPDATED if done else Result.UNCHANGED)


def applied_link(link: Link, one: PlannedOrder, context: JobContext) -> Link:
    """The link with what was applied, to recognise it the next time."""
    return sent_link(link, one, context).with_(plan=plan_hash(one.plan))


def sent_link(link: Link, one: PlannedOrder, context: JobContext) -> Link:
    """The link with what is sent, to compare with what will be found, and with the order later."""
    order = order_of(one.record)
    made = made_by(order, amounts_of(order, context.card))
    return link.with_(
        lines=content_hash(one.plan), sold=made.content, refunds=made.refunds, cancelled=made.cancelled,
        header=msgspec.json.encode(one.plan.header).decode(),
    )


def _change(link: Link, changes: dict[str, object], context: JobContext) -> bool:
    try:
        return change_row(context.bc, "salesOrders", link.bc_id, changes)
    except RowGone:
        return False  # posted or deleted in Business Central: nothing of ours to change any more
