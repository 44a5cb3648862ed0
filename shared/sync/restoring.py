"""After a reset: which applied records Business Central no longer has, asked in bulk.

A run that does not trust the links (a full one, or one from a time an operator set) looks at every link
it meets, whether its record changed or not; so does the retry of a parked record. Customers and items
are compared with the tables the job has read anyway; orders are looked up by their external number,
twenty a call, among orders, invoices and shipments, so that a posted order is not taken for a deleted
one, and by its id, should its external number have been changed. A record that is gone gets the state
`lost`, and its type creates it again.
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from shared.business_central.lookup import find_sales_documents
from shared.errors import RecordRefused
from shared.mapping.sales_orders import document_key
from shared.shopify.reading import Record
from shared.shopify.records import Order, Product, number_of
from shared.stores.links import ITEMS, NOTHING_SENT, Link, LinkState
from shared.sync.decision import Surroundings
from shared.sync.products import item_link


def checked(
    kind: str, records: Sequence[Record], links: Mapping[int, Link], around: Surroundings
) -> dict[int, Link]:
    """`links` of one page, those whose record is gone from Business Central in state `lost`."""
    applied = [r for r in records if r.number in links and links[r.number].state is LinkState.APPLIED]
    gone = _GONE[kind](applied, links, around) if applied else set()
    return {number: _lost(link) if number in gone else link for number, link in links.items()}


def _lost(link: Link) -> Link:
    return link.with_(state=LinkState.LOST, bc_id="", bc_number="", bc_set="", plan="", **NOTHING_SENT)


def _gone_customers(records: Sequence[Record], links: Mapping[int, Link], around: Surroundings) -> set[int]:
    return {r.number for r in records if around.directory.customer_by_id(links[r.number].bc_id) is None}


def _gone_products(records: Sequence[Record], links: Mapping[int, Link], around: Surroundings) -> set[int]:
    """Products of which any variant has lost its item or item variant."""
    variants = {r.number: _variants(r) for r in records}
    items = around.links(ITEMS).of(variant for several in variants.values() for variant in several)

    def is_there(variant: int) -> bool:
        link = items.get(variant)
        return link is not None and item_link(link, around.directory) is not None

    return {number for number, several in variants.items() if not all(map(is_there, several))}


def _gone_orders(records: Sequence[Record], links: Mapping[int, Link], around: Surroundings) -> set[int]:
    keys = {r.number: document_key(r.value) for r in records if isinstance(r.value, Order)}
    there = _there(list(keys.values()), around)
    return {number for number, key in keys.items() if key not in there and not _is_there(links[number], around)}


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


def _variants(record: Record) -> list[int]:
    product = record.value
    if not isinstance(product, Product) or product.is_gift_card:
        return []
    return [number_of(variant.id) for variant in product.variants.nodes]


_GONE: Mapping[str, Callable[[Sequence[Record], Mapping[int, Link], Surroundings], set[int]]] = {
    "products": _gone_products,
    "customers": _gone_customers,
    "companies": _gone_customers,
    "orders": _gone_orders,
}
