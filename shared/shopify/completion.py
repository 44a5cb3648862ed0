"""Completes a record: fetches what did not fit on its first pages and puts it in its place.

Works on the JSON as Shopify sent it: parts are moved, never re-written, so every digit stays. Paging
inside a record is no snapshot: each further page names the parent's `updatedAt`, and if that moved,
`ParentChanged` says that the record must be read anew. Source: GraphQL Admin API reference,
"Paginating results with GraphQL". Border: knows connections and refunds, not what lines mean.
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import NamedTuple

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.misfits import misfit
from shared.shopify.client import ShopifyClient
from shared.shopify.cursors import Trail
from shared.shopify.failures import QueryFailed
from shared.shopify.isolating import Kin, in_parts
from shared.shopify.listing import Named
from shared.shopify.records import Moment, PageInfo
from shared.shopify.shapes import REFUND_OVERFLOWS, AnyRecord, Overflow, Shape
from shared.texts import as_said, sentence

REFUNDS_PER_CALL = 50
MOST_PAGES = 100
"""Of one list within a record, 250 entries each: Shopify's longest has 2,048. A record is read in one go, without a
look at the time, so its end must be sure."""

Parts = dict[str, msgspec.Raw]


class ParentChanged(Exception):
    """The record was changed, or deleted, between two of its pages."""


class Head(msgspec.Struct, rename="camel"):
    """What every record is known by. `refunds` is there for orders only."""

    id: str
    updated_at: Moment
    refunds: list[msgspec.Raw] | None = None


class _Connection(msgspec.Struct, rename="camel"):
    page_info: PageInfo
    nodes: list[msgspec.Raw]


class _Parent(msgspec.Struct, rename="camel"):
    id: str
    updated_at: Moment
    connection: _Connection


class _NextPage(msgspec.Struct):
    parent: _Parent | None


def head_of(raw: bytes) -> Head:
    """Id and time of a record's JSON; QueryFailed("record-unreadable") without them."""
    try:
        return decoded(raw, type=Head)
    except msgspec.DecodeError as error:
        raise QueryFailed("record-unreadable", sentence(
            "The record has no id or time: {error}", error=error)) from error


class OrderRefunds(msgspec.Struct, rename="camel"):
    """One order's refunds with the first pages of their lines."""

    id: str
    updated_at: Moment
    refunds: list[msgspec.Raw]


class Refunds(NamedTuple):
    """Refunds of orders with the first pages of their lines, and why they could not be read; by order GID."""

    found: dict[str, OrderRefunds]
    lost: dict[str, ConnectorError]


def read_refunds(client: ShopifyClient, orders: Iterable[bytes], kin: Kin) -> Refunds:
    """Refunds of those orders (raw JSON) that have any; raises what ShopifyClient.ask raises of the whole service.

    kin  what other orders there are
    """
    ids = [head.id for head in map(_head_if_any, orders) if head is not None and head.refunds]
    refunds = Refunds({}, {})
    for start in range(0, len(ids), REFUNDS_PER_CALL):
        isolated = in_parts(client, ids[start:start + REFUNDS_PER_CALL], partial(_ask_refunds, client), kin)
        refunds.lost.update(isolated.lost)
        for gid, raw in isolated.found.items():
            if raw is None:
                continue
            try:
                refunds.found[gid] = decoded(raw, type=OrderRefunds)
            except msgspec.DecodeError as error:
                refunds.lost[gid] = QueryFailed("record-unreadable", sentence(
                    "The refunds have an unexpected form: {error}", error=misfit(error, sentence("the record"))))
    return refunds


def _ask_refunds(client: ShopifyClient, ids: list[str], most_tries: int | None) -> list[bytes | None]:
    answer = client.ask("order_refunds", {"ids": ids}, type=Named, most_tries=most_tries)
    return answer.in_order_of(ids)


def _head_if_any(raw: bytes) -> Head | None:
    try:
        return decoded(raw, type=Head)
    except msgspec.DecodeError:
        return None


def with_refunds(client: ShopifyClient, raw: bytes, refunds: Refunds) -> bytes:
    """The order `raw` with its refunds replaced by complete ones.

    ParentChanged if they moved on; why they could not be read; raises what `completed` raises.
    """
    head = head_of(raw)
    if not head.refunds:
        return raw
    if head.id in refunds.lost:
        raise refunds.lost[head.id]
    read = refunds.found.get(head.id)
    if read is None or read.updated_at != head.updated_at:
        raise ParentChanged(head.id)
    whole = [msgspec.Raw(completed(client, bytes(refund), REFUND_OVERFLOWS)) for refund in read.refunds]
    return _replaced(raw, {"refunds": msgspec.Raw(msgspec.json.encode(whole))})


def is_whole(value: AnyRecord, raw: bytes, shape: Shape) -> bool:
    """Whether nothing is left to be fetched of a record: no connection of it goes on, and no refunds are to be read.

    value  `raw`, typed
    """
    if shape.has_refunds and getattr(value, "refunds", None):
        return False
    return not any(_goes_on(value, raw, overflow) for overflow in shape.overflows)


def _goes_on(node: msgspec.Struct, raw: bytes, overflow: Overflow) -> bool:
    connection = getattr(node, _attribute(type(node), overflow.field))
    if connection is None:
        return overflow.field.encode() in raw  # null, which completed() judges
    return connection.page_info.has_next_page or any(
        _goes_on(inner, raw, further) for further in overflow.inside for inner in connection.nodes)


@cache
def _attribute(struct: type[msgspec.Struct], field: str) -> str:
    return next(one.name for one in msgspec.structs.fields(struct) if one.encode_name == field)


def completed(client: ShopifyClient, raw: bytes, overflows: Sequence[Overflow]) -> bytes:
    """`raw` with every page of its connections; the same bytes when nothing overflows.

    Raises ParentChanged when the record's `updatedAt` moved between two pages, KeyError or
    msgspec.ValidationError when a connection is missing or null, and what ShopifyClient.ask raises.
    """
    if not overflows:
        return raw
    parts = decoded(raw, type=Parts)
    longer = {}
    for overflow in overflows:
        if overflow.optional and overflow.field not in parts:
            continue
        first = decoded(parts[overflow.field], type=_Connection)
        whole = _all_pages(client, raw, overflow, first) if first.page_info.has_next_page else first
        whole = _whole_inside(client, overflow, whole)
        if whole is not first:
            longer[overflow.field] = msgspec.Raw(msgspec.json.encode(whole))
    return _replaced(raw, longer) if longer else raw


def _whole_inside(client: ShopifyClient, overflow: Overflow, connection: _Connection) -> _Connection:
    """The connection with every page of what its nodes hold; itself when nothing overflows there."""
    if not overflow.inside:
        return connection
    nodes = [bytes(node) for node in connection.nodes]
    whole = [completed(client, node, overflow.inside) for node in nodes]
    return connection if whole == nodes else _Connection(connection.page_info, [msgspec.Raw(node) for node in whole])


def _all_pages(client: ShopifyClient, raw: bytes, overflow: Overflow, first: _Connection) -> _Connection:
    head, nodes, page_info = head_of(raw), list(first.nodes), first.page_info
    trail = Trail(as_said(overflow.field), most=MOST_PAGES)
    while cursor := trail.next(page_info):
        answer = client.ask(overflow.document, {"id": head.id, "after": cursor}, type=_NextPage)
        parent = answer.parent
        if parent is None or parent.updated_at != head.updated_at:
            raise ParentChanged(head.id)
        nodes += parent.connection.nodes
        page_info = parent.connection.page_info
    return _Connection(page_info, nodes)


def _replaced(raw: bytes, changes: Parts) -> bytes:
    return msgspec.json.encode({**decoded(raw, type=Parts), **changes})
