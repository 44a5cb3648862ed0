"""Comment lines at the head of a sales order: what belongs to the document and has no field in API v2.0.

Rules: Microsoft's Shopify Connector (order number on the document's line; the note goes into Work Description, which
API v2.0 lacks; attributes of orders and lines are kept in tables of its own, "Shpfy Order Attribute" and "Shpfy Order
Line Attribute", and come on no document); Microsoft Learn, "API v2.0", salesOrderLine (description: 100 characters). A
long text takes as many lines as it needs. Comment lines go out with the order and never again: a document that is there
gets no other note.
"""
from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from shared.business_central.plan import Body
from shared.business_central.rows import LENGTHS
from shared.mapping.text import same_name, tidy, wrapped
from shared.shopify.records import Attribute, Order
from shared.shops.card import PoNumberHandling, ShopCard


def comment_lines(order: Order, card: ShopCard) -> list[Body]:
    """That it is a test, order number, PO number, note and attributes, as far as the card wants them."""
    length = LENGTHS["salesOrderLines"]["description"]
    return [{"lineType": "Comment", "description": line}
            for text in _texts(order, card) for line in wrapped(text, length)]


def _texts(order: Order, card: ShopCard) -> Iterator[str]:
    if order.test:
        yield "Shopify test order: nothing was paid."
    if card.shopify_order_no_on_doc_line:
        yield f"Shopify Order No. {order.name}"
    if order.po_number and card.po_number_handling is PoNumberHandling.COMMENT_LINE:
        yield f"PO No. {order.po_number}"
    if card.note_on_doc_lines:
        yield order.note or ""
    wanted = set(map(same_name, card.attributes_on_doc_lines))
    yield from _told(order.custom_attributes, wanted)
    for line in order.line_items.nodes:
        if line.current_quantity:
            yield from (f"{line.name}, {text}" for text in _told(line.custom_attributes, wanted))


def _told(attributes: Sequence[Attribute], wanted: Collection[str]) -> Iterator[str]:
    return (f"{one.key}: {one.value}" for one in attributes if same_name(one.key) in wanted and tidy(one.value))
