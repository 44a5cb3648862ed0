"""What a link keeps of the order its document was made by, and whether the order is that still."""
from __future__ import annotations

import hashlib

import msgspec

from shared.business_central.plan import Body, SalesOrderPlan, plan_hash
from shared.errors import RecordRefused
from shared.mapping.money import amounts_of
from shared.shopify.records import Order
from shared.shops.card import ShopCard
from shared.stores.links import Link, LinkState
from shared.texts import sentence
from shared.to_business_central.orders.changes import Made, change_since, content_hash, made_by


def conflict(order: Order, link: Link, card: ShopCard) -> RecordRefused | None:
    """Why an order that has its document has to be looked at by a person; asked before anything is planned."""
    return change_since(Made(content=link.sold, refunds=link.refunds, cancelled=link.cancelled), order,
                        link.bc_number, card)


def conflict_of_figures(plan: SalesOrderPlan, link: Link) -> RecordRefused | None:
    """The same by the little that a link of an earlier version keeps, None for any other."""
    if link.sold or not link.lines or content_hash(plan) == link.lines:
        return None
    record = sentence("order {number}", number=link.id)
    return RecordRefused("order-changed-after-processing", sentence(
        "{record!c}: pieces, prices or discounts changed after {document} was created.", record=record,
        document=link.bc_number), record=record)


_NOT_FOLLOWED = ("updated_at", "note", "tags", "closed", "closed_at", "display_financial_status",
                 "display_fulfillment_status")
"""What of an order no document follows once it is there: comment lines go out with it and never again."""


def is_followed(order: Order, link: Link, card: ShopCard) -> bool:
    """Whether the document has all of the order that it would follow, so that nothing needs to be planned."""
    return bool(link.plan and link.sold) and link.order == order_hash(order, card)


def order_hash(order: Order, card: ShopCard) -> str:
    """SHA-256 of the order and the card, without what no document follows."""
    said = {name: getattr(order, name) for name in order.__struct_fields__ if name not in _NOT_FOLLOWED}
    asked = {name: value for name, value in said.items() if value is not msgspec.UNSET}
    return hashlib.sha256(msgspec.json.encode((asked, card))).hexdigest()


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


def applied_link(link: Link, order: Order, plan: SalesOrderPlan, card: ShopCard) -> Link:
    """The link with what was applied, to recognise it the next time."""
    return sent_link(link, order, plan, card).with_(plan=plan_hash(plan), order=order_hash(order, card))


def sent_link(link: Link, order: Order, plan: SalesOrderPlan, card: ShopCard) -> Link:
    """The link with what is sent, to compare with what will be found, and with the order later."""
    made = made_by(order, amounts_of(order, card))
    return link.with_(
        lines=content_hash(plan), sold=made.content, refunds=made.refunds, cancelled=made.cancelled,
        header=msgspec.json.encode(plan.header).decode(),
    )
