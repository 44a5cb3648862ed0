"""History: orders that were over before the connector began with the shop.

An archived order that was closed before the shop's first synchronization of orders was dealt with by other means, and
a document for it would be a second one. One that was closed later had nobody but us to see to it. Source of the
fields: Shopify, Order.closed and Order.closedAt ("the date and time when the order was closed"; null while it is open).
"""
from __future__ import annotations

from datetime import datetime

from shared.shopify.records import Order
from shared.texts import sentence
from shared.to_business_central.orders.plan import LeftOut


def left_out_as_history(order: Order, began: datetime) -> LeftOut | None:
    """Why an order that nobody knows yet gets no document, None if it is to have one.

    began  UTC, when the shop's first synchronization of orders began; the order's whole seconds count for it
    """
    if not order.closed or order.closed_at is None or order.closed_at >= began:
        return None
    return LeftOut(sentence(
        "{order} was closed on {closed}, before the shop's first synchronization of orders on {began}.",
        order=order.name, closed=order.closed_at, began=began))
