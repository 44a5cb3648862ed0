"""Mark as resolved: a person says that an order's document is right as it stands in Business Central.

Shopify's present state counts as known from then on, addresses too, and the record leaves the skipped ones; the next
change in Shopify is a conflict again, or follows. Business Central is read and not changed. Every parked order with a
document can be resolved so, whatever parked it: that it changed afterwards, that another document was found under its
number, another tax. Border: what is known of an order's state is following.py.
"""
from __future__ import annotations

from collections.abc import Collection

import msgspec

from shared.business_central.comparison import texts_that_differ
from shared.business_central.plan import Body
from shared.business_central.rows import FoundDocument
from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError, RecordRefused
from shared.journal.captures import capture_hash
from shared.record_names import one_called
from shared.shopify.finding import order_by_id
from shared.shopify.records import Order
from shared.stores.links import Link, LinkState
from shared.stores.skipped_records import SkippedRecord
from shared.sync.context import JobContext
from shared.sync.operators_run import operators_run
from shared.sync.queue import check_ready
from shared.texts import Sentence, sentence
from shared.to_business_central.orders.decision import order_of
from shared.to_business_central.orders.following import accepted_link
from shared.to_business_central.orders.lookup import looked_up
from shared.to_business_central.orders.plan import document_key, header_texts


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """The order whose conflict was resolved.

    number  of its document in Business Central
    code    why it was parked
    differs names of the document's properties (addresses, phone, e-mail) that Shopify says otherwise, and that stay
    """

    run: str
    id: str
    name: str
    number: str
    code: str
    differs: list[str]


def resolve(connector: Connector, shop: str, id: str, confirm: str, *, by: str) -> Resolved:
    """Accept the document of a parked order as it stands.

    confirm  the document's number; the call without it names it
    ConnectorError: not-found (no such skipped record, or no such order any more), confirmation-needed,
    order-not-resolvable, sync-already-running, what check_ready and the clients of the two services raise.
    """
    card = connector.shops.get(shop)
    check_ready(connector, card)
    parked, link = _conflict(connector, shop, id)
    if not confirm:
        raise _unconfirmed(parked, link.bc_number)
    step = sentence("{who}, {order} marked as resolved", who=by, order=one_called("orders", id))
    with operators_run(connector, card, "orders", step) as context:
        parked, link = _conflict(connector, shop, id)
        order = _as_told(context, link)
        found = _document(context, order, link)
        if confirm not in _names(found, link):
            raise _unconfirmed(parked, found.document.number)
        texts = header_texts(order, card, context.directory, record=one_called("orders", id))
        _accept(context, _to(found, link), order, texts, sentence(
            "{time} {who}: resolved ({code})", time=context.clock.now(), who=by, code=parked.code))
        return Resolved(run=context.run.id, id=id, name=order.name, number=found.document.number,
                        code=parked.code, differs=texts_that_differ(found, texts))


def _conflict(connector: Connector, shop: str, id: str) -> tuple[SkippedRecord, Link]:
    """The skipped record and the order's link, where no request for its document may be under way."""
    parked = connector.skipped.get(shop, "orders", id)
    if parked is None or parked.left_out:
        raise ConnectorError("not-found", sentence(
            "{record} is not a skipped record of shop {shop}", record=one_called("orders", id), shop=shop))
    link = connector.links(shop, "orders").one(id)
    if link.state is LinkState.SENDING:
        raise _not_resolvable(id, sentence(
            "it was sent at {time} without an answer; the next tries settle that", time=from_iso(link.claimed_at)))
    return parked, link


def _as_told(context: JobContext, link: Link) -> Order:
    """The order as Shopify has it now, which is as it was parked: nobody accepts what nobody was told."""
    record = order_by_id(context.shopify, link.id)
    if record.value is None:
        raise _not_resolvable(link.id, sentence("Shopify does not give it: {reason}", reason=record.problem))
    if capture_hash(record.raw) != link.capture:
        raise _not_resolvable(link.id, sentence(
            "it changed in Shopify since it was parked; synchronize it, and see what is said of it then"))
    return order_of(record)


def _document(context: JobContext, order: Order, link: Link) -> FoundDocument:
    key = document_key(order)
    found = looked_up({key: link}, context.bc).get(key)
    if isinstance(found, RecordRefused):
        raise found
    if found is None:
        raise _not_resolvable(link.id, sentence(
            "Business Central has no document of it; put right what is said of it, and {order} is created", order=key))
    if found.document.entity_set == "salesOrders" and len(found.numbers) > 1:
        raise _not_resolvable(link.id, sentence(
            "{documents} are all open under its number {order}; delete all but one",
            documents=", ".join(found.numbers), order=key))
    return found


def _names(found: FoundDocument, link: Link) -> Collection[str]:
    """By which numbers a person may mean the document: a posted one also by that of the order it was."""
    return found.numbers if found.document.entity_set == "salesOrders" else (link.bc_number, *found.numbers)


def _to(found: FoundDocument, link: Link) -> Link:
    document = found.document
    return link.with_(bc_id=document.id, bc_number=document.number, bc_set=document.entity_set)


def _accept(context: JobContext, link: Link, order: Order, texts: Body, decision: Sentence) -> None:
    """The link first: a skipped record without a reason is cleared by its next try, one that is missing never comes
    back."""
    accepted = accepted_link(link, order, context.card, texts)
    context.links("orders").save([accepted.with_(decision=decision)])
    context.skipped.clear(context.card.code, "orders", [link.id])
    counts = context.counts("orders")
    counts.read, counts.unchanged = counts.read + 1, counts.unchanged + 1


def _unconfirmed(parked: SkippedRecord, document: str) -> ConnectorError:
    id = document or sentence("the number of its document")
    return ConnectorError("confirmation-needed", sentence(
        "order {number} is parked as {code}. This says that {document} is right as it stands in Business Central, "
        "whatever Shopify's order says now; confirm={confirm} does it", number=parked.id, code=parked.code,
        document=document or sentence("its document"), confirm=id))


def _not_resolvable(id: str, why: Sentence) -> ConnectorError:
    return ConnectorError("order-not-resolvable", sentence(
        "{record!c} cannot be marked as resolved: {why}.", record=one_called("orders", id), why=why),
        record=one_called("orders", id))
