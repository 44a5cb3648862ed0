"""Which records are meant by what somebody looks for: a name, an SKU, an e-mail address, an id, a number.

What was looked for is told to nobody: not to the audit, not to a log, not in an address. Everything is found by rows
that are kept, so a search is a handful of short queries, whatever there is. Border: finds; each record's page is
records.py.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec

from shared.connector import Connector
from shared.journal.captures import name_in
from shared.shopify_ids import id_in
from shared.telemetry import side_by_side

MOST = 50
"""Records that are listed."""

_IN_AN_ADDRESS = re.compile(r"(?:gid://shopify/|https?://).*?/(\d{1,20})/?(?:[?#].*)?", re.ASCII)
_DOCUMENT = re.compile(r"SHP-(\d{1,20})", re.ASCII | re.IGNORECASE)

_Key = tuple[str, str, str]
"""Shop, type, Shopify id."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is meant; name: what people call it, "" where that is not known."""

    shop: str
    type: str
    id: str
    name: str


class SearchView(msgspec.Struct, frozen=True, kw_only=True):
    """more: whether there are others; order: what to synchronize if nothing was found and it may be an order's name."""

    hits: list[Hit]
    more: bool
    order: str


def search(connector: Connector, text: str) -> SearchView:
    """The records of all shops that are meant."""
    wanted = text.strip()
    shops = connector.shops.codes()
    if not wanted or not shops:
        return SearchView(hits=[], more=False, order="")
    found = _found(connector, shops, wanted)
    hits = side_by_side(partial(_hit, connector), found[:MOST])
    return SearchView(hits=hits, more=len(found) > MOST, order="" if "@" in wanted else wanted[:40])


def _found(connector: Connector, shops: Sequence[str], wanted: str) -> list[_Key]:
    id, types = _id(wanted), connector.types.names
    questions: list[Callable[[], list[_Key]]] = [partial(_called, connector, shop, wanted) for shop in shops]
    questions += [partial(_named, connector, shop, type, wanted) for shop in shops for type in types]
    if id is not None:
        questions += [partial(_known, connector, shop, type, id) for shop in shops for type in types]
    if (document := _DOCUMENT.fullmatch(wanted)) and (order := id_in(document[1])):
        questions += [partial(_known, connector, shop, "orders", order) for shop in shops]
    return _each_once(side_by_side(_asked, questions))


def _asked(question: Callable[[], list[_Key]]) -> list[_Key]:
    return question()


def _id(wanted: str) -> str | None:
    """The id that the text is, or that an address of Shopify's admin ends with."""
    address = _IN_AN_ADDRESS.fullmatch(wanted)
    return id_in(address[1] if address else wanted)


def _called(connector: Connector, shop: str, wanted: str) -> list[_Key]:
    return [(shop, one.type, one.id) for one in connector.names.called(shop, wanted, MOST + 1)]


def _named(connector: Connector, shop: str, type: str, wanted: str) -> list[_Key]:
    return [(shop, type, id) for id in connector.captures.named(shop, type, wanted)[: MOST + 1]]


def _known(connector: Connector, shop: str, type: str, id: str) -> list[_Key]:
    """The record of this id, if it was ever met."""
    is_known = bool(connector.links(shop, type).one(id).etag) or bool(
        connector.captures.of_record(shop, type, id)) or connector.skipped.get(shop, type, id) is not None
    return [(shop, type, id)] if is_known else []


def _each_once(found: Iterable[list[_Key]]) -> list[_Key]:
    return list(dict.fromkeys(key for several in found for key in several))


def _hit(connector: Connector, key: _Key) -> Hit:
    shop, type, id = key
    return Hit(shop=shop, type=type, id=id, name=name_in(connector.captures.of_record(shop, type, id)))
