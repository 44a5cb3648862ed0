"""Unlink and create again: the document that an order is linked to is given up, and a new one is made of the order.

Nothing is doubled by it. A document is found by its id as long as the link knows it, and by the order's external
document number always (lookup.py). So an operator deletes it in Business Central first, or gives it another
External Document No. to keep it, and confirms here that it is not this order's any more. Whatever still carries the
order's number stops it: posted documents keep theirs.
"""
from __future__ import annotations

from shared.business_central.comparison import kind_of
from shared.business_central.lookup import find_whole_documents
from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.record_names import one_called
from shared.shopify.finding import order_by_id
from shared.shopify.reading import Record
from shared.stores.links import NOTHING_SENT, Link, LinkState, Wish
from shared.sync.context import JobContext
from shared.sync.operators_run import operators_run
from shared.sync.queue import check_ready
from shared.texts import Sentence, sentence
from shared.to_business_central.orders.decision import order_of
from shared.to_business_central.orders.one_order import Synchronized, applied_now
from shared.to_business_central.orders.plan import document_key


def create_again(connector: Connector, shop: str, id: str, confirm: str, *, by: str) -> Synchronized:
    """Forget which document an order has, and create one as Shopify's order is now.

    confirm  the number of the document that is given up; the call without it names it
    ConnectorError: not-found (the order has no document, or Shopify no such order), confirmation-needed,
    document-still-there, outcome-unknown, sync-already-running, what check_ready and the two services' clients raise.
    """
    card = connector.shops.get(shop)
    check_ready(connector, card)
    link = _confirmed(connector, shop, id, confirm)
    order, instead = one_called("orders", id), link.bc_number
    step = sentence("{who}, {order} created again instead of {number}", who=by, order=order, number=instead)
    with operators_run(connector, card, "orders", step) as context:
        link = _confirmed(connector, shop, id, confirm)
        record = _read(context, id)
        _check_nothing_has_its_number(context, record)
        with connector.changed.meanwhile(shop, "orders", id, str(step)):
            decision = sentence(
                "{time} {who}: created again instead of {number}", time=context.clock.now(), who=by, number=instead)
            context.links("orders").save([_unlinked(link, decision)])
            return applied_now(record, context._replace(wish=Wish.IN_ANY_CASE))


def _confirmed(connector: Connector, shop: str, id: str, confirm: str) -> Link:
    """The order's link, if `confirm` is the number of its document."""
    link = connector.links(shop, "orders").one(id)
    if link.state is LinkState.SENDING:
        raise ConnectorError("outcome-unknown", sentence(
            "order {number} was sent at {time} without an answer: wait until a synchronization has settled it",
            number=id, time=from_iso(link.claimed_at)))
    if not link.bc_number:
        raise ConnectorError("not-found", sentence(
            "order {number} of shop {shop} has no document: synchronize it", number=id, shop=shop))
    if confirm != link.bc_number:
        raise ConnectorError("confirmation-needed", sentence(
            "order {number} is {document} in Business Central. This forgets that, and creates a document as "
            "Shopify's order is now. Delete {document} there first, or give it another External Document No.; "
            "confirm={document} does it", number=id, document=link.bc_number))
    return link


def _read(context: JobContext, id: str) -> Record:
    record = order_by_id(context.shopify, id)
    if record.value is None:
        raise ConnectorError("record-unreadable", sentence(
            "{record}: {reason}", record=one_called("orders", id), reason=record.problem),
            record=one_called("orders", id))
    return record


def _check_nothing_has_its_number(context: JobContext, record: Record) -> None:
    key = document_key(order_of(record))
    found = find_whole_documents(context.bc, [key]).get(key)
    if found is None:
        return
    numbers = ", ".join(found.numbers)
    way_out = sentence("delete it, or give it another External Document No., and repeat this")
    if found.document.entity_set != "salesOrders":
        way_out = sentence("a posted document keeps its number. Correct it by a credit memo, make the new document by "
                           "hand, and mark the order as resolved if it is parked")
    raise ConnectorError("document-still-there", sentence(
        "{document!c} {numbers} in Business Central still has the External Document No. {key} and would be found "
        "again: {way_out}.", document=kind_of(found), numbers=numbers, key=key, way_out=way_out),
        record=one_called("orders", record.id))


def _unlinked(link: Link, decision: Sentence) -> Link:
    """Known and without a document; not as it was seen, so that whoever meets it applies it."""
    return link.with_(state=LinkState.PARKED, bc_id="", bc_number="", bc_set="", plan="", lines_at="", claimed_at="",
                      capture="", card="", decision=decision, **NOTHING_SENT)
