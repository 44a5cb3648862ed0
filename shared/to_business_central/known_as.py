"""What one record has become in Business Central, and by what names calls to the two services speak of it.

A product has no document of its own: each of its variants is an item. Border: reads links; what they hold is
stores/links.py.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.connector import Connector
from shared.shopify.reading import kept_record
from shared.shopify.records import Product, id_of
from shared.stores.links import ITEMS, Link
from shared.to_business_central.orders.plan import document_key_of


class KnownAs(NamedTuple):
    """The record's own link, blank if it was never met; of a product those of its variants, by SKU."""

    link: Link
    variants: list[tuple[str, Link]]


def known_as(connector: Connector, shop: str, kind: str, id: str, newest: bytes) -> KnownAs:
    """What is known of a record; newest: its last capture, b"" where there is none."""
    link = connector.links(shop, kind).one(id)
    value = kept_record(kind, newest).value if newest and kind == "products" else None
    if not isinstance(value, Product):
        return KnownAs(link, [])
    skus = {id_of(one.id): one.sku or one.title for one in value.variants.nodes}
    items = connector.links(shop, ITEMS).of(skus)
    return KnownAs(link, [(skus[id], items[id]) for id in skus if id in items])


def names_in_calls(kind: str, id: str, gid: str, known: KnownAs) -> Sequence[str]:
    """The words that stand for the record in addresses and bodies; gid: Shopify's name of it, "" if not known."""
    keys = [document_key_of(id)] if kind == "orders" else []
    return [*keys, *_there((gid, known.link.bc_id)), *_there(link.bc_id for _, link in known.variants)]


def _there(names: Iterable[str]) -> list[str]:
    return [name for name in names if name]
