"""Is an order in Business Central already? Asked for every order that is about to be sent, fifty at once.

Links may be lost, another card may have brought the same store's orders, an earlier answer may not have come:
only Business Central knows. A look-up that is refused is no answer about any order: its halves are then asked, and the
order whose own look-up is refused is not sent.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from shared.business_central.client import BusinessCentral
from shared.business_central.lookup import find_sales_documents, find_whole_documents, read_whole_order
from shared.business_central.rows import FoundDocument
from shared.errors import RecordRefused
from shared.shopify.reading import Record
from shared.shopify.records import Order
from shared.stores.links import Link, LinkState
from shared.sync.decision import Surroundings
from shared.to_business_central.orders.plan import document_key

Answer = FoundDocument | RecordRefused


def looked_up(orders: Mapping[str, Link], bc: BusinessCentral) -> dict[str, Answer]:
    """External document number -> what stands under it, or why it could not be asked; missing: it is not there.

    A document that a link remembers is found by its id too, should somebody have given it another external number.
    Raises what concerns more than one order (Business Central does not answer, sign-in).
    """
    found = _found(list(orders), bc)
    for key, link in orders.items():
        if key not in found and _remembers(link) and (order := _remembered(link, bc)) is not None:
            found[key] = order
    return found


def _found(keys: Sequence[str], bc: BusinessCentral) -> dict[str, Answer]:
    try:
        return dict(find_whole_documents(bc, keys))
    except RecordRefused as problem:
        if len(keys) == 1:
            return {keys[0]: problem}
        half = len(keys) // 2
        return _found(keys[:half], bc) | _found(keys[half:], bc)


def _remembers(link: Link) -> bool:
    return bool(link.bc_id) and link.bc_set == "salesOrders" and link.state is not LinkState.LOST


def _remembered(link: Link, bc: BusinessCentral) -> Answer | None:
    try:
        return read_whole_order(bc, link.bc_id)
    except RecordRefused as problem:
        return problem


def gone_orders(records: Sequence[Record], links: Mapping[str, Link], around: Surroundings) -> set[str]:
    """Those without a document under their number, an invoice and a shipment counted, nor by the id of theirs."""
    keys = {r.id: document_key(r.value) for r in records if isinstance(r.value, Order)}
    there = _there(list(keys.values()), around)
    return {id for id, key in keys.items() if key not in there and not _is_there(links[id], around)}


def _there(keys: Sequence[str], around: Surroundings) -> Collection[str]:
    """The numbers that have a document, or may have one: a look-up that is refused does not say that it is gone."""
    try:
        return find_sales_documents(around.bc, keys)
    except RecordRefused:
        return keys if len(keys) == 1 else [key for key in keys if _there([key], around)]


def _is_there(link: Link, around: Surroundings) -> bool:
    """By its id: somebody may have given the document another external number."""
    if not (link.bc_id and link.bc_set):
        return False
    try:
        return around.bc.read(link.bc_set, link.bc_id, select="id", fresh=True) is not None
    except RecordRefused:
        return True
