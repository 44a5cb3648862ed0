"""What one record has become in Business Central, and by what names calls to the two services speak of it.

A product has no document of its own: each of its variants is an item. Border: reads links (stores/links.py); what a
record becomes is said by its type (record_type.py).
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shared.connector import Connector
from shared.shopify.reading import kept_record
from shared.stores.links import ITEMS, Link
from shared.sync.record_type import AnyType, RecordType


class KnownAs(NamedTuple):
    """The record's own link, blank if it was never met; of a product those of its variants, by SKU."""

    link: Link
    variants: list[tuple[str, Link]]


def known_as(connector: Connector, shop: str, one: AnyType, link: Link, newest: bytes) -> KnownAs:
    """What is known of the record of this link; newest: its last capture, b"" where there is none."""
    if not newest or not isinstance(one, RecordType) or one.items is None:
        return KnownAs(link, [])
    names = one.items(kept_record(one.name, newest).value)
    items = connector.links(shop, ITEMS).of(names)
    return KnownAs(link, [(names[id], items[id]) for id in names if id in items])


def document_key(one: AnyType, id: str) -> str:
    """The external number of the document that a record becomes, "" where it becomes none."""
    return one.document_key(id) if isinstance(one, RecordType) and one.document_key else ""


def names_in_calls(one: AnyType, id: str, gid: str, known: KnownAs) -> Sequence[str]:
    """The words that stand for the record in addresses and bodies; gid: Shopify's name of it, "" if not known."""
    return _there((document_key(one, id), gid, known.link.bc_id, *(link.bc_id for _, link in known.variants)))


def _there(names: Iterable[str]) -> list[str]:
    return [name for name in names if name]
