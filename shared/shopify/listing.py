"""Reads a list of Shopify's page by page, or records of it by id, whatever a single one of them does.

When Shopify is too busy for a page, smaller ones are asked; where that does not help, the ids of the page, or its
places alone, and then each record by its id (isolating.py). See docs/decisions/0025. Source: GraphQL Admin API
reference, "Paginating results with GraphQL". Border: records as they were sent, and why others did not come; what a
record means, and whether it came with all its pages, is the business of whoever reads it.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec

from shared.errors import ConnectorError, ServiceUnavailable
from shared.json_text import decoded
from shared.record_names import several_called
from shared.shopify.answers import Answer
from shared.shopify.client import ShopifyClient
from shared.shopify.cursors import id_at, next_cursor
from shared.shopify.failures import QueryFailed, may_be_a_records
from shared.shopify.isolating import Kin, in_parts
from shared.shopify.records import Moment, PageInfo, id_of
from shared.texts import Sentence, sentence

IDS_PER_CALL = 100
NOT_GIVEN = sentence("Shopify lists it and does not give it.")
SMALLER_PAGES = 2
"""So often a page that fails is asked again at half its size: enough for one that is too much for Shopify just now."""

_MOST_PLACES = 250
"""Shopify's most of one page."""

Variables = Mapping[str, Any]


@dataclass(frozen=True)
class Listing:
    """How one list is read.

    name, type_name            what it is called in sentences, and in the ids of its records
    changed, places, by_id     documents: a page with all fields, the same page with ids alone, named records
    size                       records of a page at most
    everything                 the filter that leaves out nothing
    needs                      scopes that open it, one of each group
    ask                        asks one of the documents, with how many tries at most
    page                       what an answer to `changed` or `places` holds of the page
    """

    name: str
    type_name: str
    changed: str
    places: str
    by_id: str
    size: int
    everything: str | None
    needs: Sequence[frozenset[str]]
    ask: Callable[[ShopifyClient, str, Variables, int | None], Answer]
    page: Callable[[Answer], Answer]

    def gid(self, id: str) -> str:
        """The id of a record of the list."""
        return f"gid://shopify/{self.type_name}/{id}"


@dataclass(frozen=True)
class Sent:
    """Records by id: `given` as they were sent, `lost` with a sentence that says why they were not."""

    given: dict[str, bytes]
    lost: dict[str, Sentence] = field(default_factory=dict)


class Search(NamedTuple):
    """What is looked for in a list: Shopify's search syntax (None: all of it), and scopes that open it, one of each
    group."""

    filter: str | None
    needs: Sequence[frozenset[str]]


class SentPage(NamedTuple):
    """One page. `times`: all its records in their order, and when they were changed as far as that is told."""

    sent: Sent
    times: Mapping[str, datetime | None]
    next_cursor: str | None


class Nodes(msgspec.Struct, rename="camel"):
    """A page of a connection, its records as sent."""

    page_info: PageInfo
    nodes: list[msgspec.Raw]


class Named(msgspec.Struct):
    """What is read by id; null for an id that is nobody's."""

    nodes: list[msgspec.Raw]

    def in_order_of(self, ids: Sequence[str]) -> list[bytes | None]:
        """The JSON of each id asked for, None for one that is nobody's; QueryFailed if there are more or fewer."""
        if len(self.nodes) != len(ids):
            raise QueryFailed("record-unreadable", sentence(
                "Shopify answers {given} of {asked} records by id", given=len(self.nodes), asked=len(ids)))
        return [None if bytes(node) == b"null" else bytes(node) for node in self.nodes]


class _Edge(msgspec.Struct):
    cursor: str
    node: msgspec.Raw = msgspec.Raw()


class _Edges(msgspec.Struct, rename="camel"):
    page_info: PageInfo
    edges: list[_Edge]


class _Head(msgspec.Struct, rename="camel"):
    id: msgspec.Raw = msgspec.Raw()
    updated_at: msgspec.Raw = msgspec.Raw()


def read_page(client: ShopifyClient, listing: Listing, filter: str | None, *, cursor: str | None = None,
              size: int | None = None) -> SentPage:
    """The page of what the filter leaves in, from `cursor` on, of at most `size` records.

    Raises what ShopifyClient.ask raises of the whole service.
    """
    most = size or listing.size
    variables = {"filter": filter, "after": cursor}
    page = _page(client, listing, most, variables)
    if isinstance(page, Nodes):
        heads = [_head(node) for node in page.nodes]
        times = {id: time for id, time in heads if id is not None}
        if len(times) == len(heads):
            given = {id: bytes(node) for id, node in zip(times, page.nodes, strict=True)}
            return SentPage(Sent(given), times, next_cursor(page.page_info, several_called(listing.name)))
        page = QueryFailed("record-unreadable", sentence(
            "A page of {list} holds a record without an id of its own", list=several_called(listing.name)))
    edges = _places(client, listing, {**variables, "first": client.page_sizes.get(listing.name, most)}, page)
    listed = _times(listing, edges.edges)
    after = next_cursor(edges.page_info, several_called(listing.name))
    return SentPage(_named(client, listing, list(listed)), listed, after)


def read_named(client: ShopifyClient, listing: Listing, ids: Sequence[str]) -> Sent:
    """The named records as they are now; those that do not exist are in neither part.

    Raises what ShopifyClient.ask raises of the whole service.
    """
    found, most = Sent({}), min(IDS_PER_CALL, listing.size)
    for start in range(0, len(ids), most):
        some = _named(client, listing, ids[start:start + most])
        missing = [id for id, why in some.lost.items() if why == NOT_GIVEN]
        deleted = set(missing) - set(_listed(client, listing, missing))
        found.given.update(some.given)
        found.lost.update({id: why for id, why in some.lost.items() if id not in deleted})
    return found


def kin(client: ShopifyClient, listing: Listing) -> Kin:
    """What else there is in the list: of its newest records, so that what is read is seldom all of them."""

    def others() -> list[str]:
        wanted = {"filter": listing.everything, "after": None, "first": _MOST_PLACES, "reverse": True}
        try:
            edges = _places(client, listing, wanted, _unlisted())
            return [listing.gid(id) for id in _times(listing, edges.edges)]
        except ConnectorError:
            return []

    return Kin(others, listing.needs)


def id_in_node(node: bytes | msgspec.Raw) -> str | None:
    """The id of a record's JSON, None for one without."""
    return _head(node)[0]


def time_in(raw: bytes) -> datetime | None:
    """When the record of this JSON was changed, None where it does not say."""
    return _head(raw)[1]


def _head(node: bytes | msgspec.Raw) -> tuple[str | None, datetime | None]:
    """Id and time in a record's JSON, each None where it does not say; read in one go, for a record is long."""
    try:
        head = decoded(bytes(node), type=_Head)
    except msgspec.DecodeError:
        return None, None
    return _id_in(head.id), _time_in(head.updated_at)


def _id_in(value: msgspec.Raw) -> str | None:
    try:
        return id_of(decoded(bytes(value), type=str))
    except (msgspec.DecodeError, ValueError):
        return None


def _time_in(value: msgspec.Raw) -> datetime | None:
    try:
        return decoded(bytes(value), type=Moment)
    except msgspec.DecodeError:
        return None


def not_read(problem: ConnectorError) -> Sentence:
    """The sentence of a record that Shopify did not give."""
    return sentence("It could not be read: {reason}", reason=problem.sentence)


def _unlisted() -> QueryFailed:
    return QueryFailed("record-unreadable", sentence("Shopify does not list them"))


def _page(client: ShopifyClient, listing: Listing, most: int, variables: Variables) -> Nodes | ConnectorError:
    """The page, or why it cannot be read as a whole; smaller for a while after 5xx and time-outs."""
    size = min(most, client.page_sizes.get(listing.name, most))
    for smaller_pages in range(SMALLER_PAGES + 1):
        try:
            answer = listing.ask(client, listing.changed, {**variables, "first": size}, 2 if size > 1 else None)
            page = listing.page(answer).read(Nodes)
        except ConnectorError as problem:
            if not may_be_a_records(problem):
                raise
            if not isinstance(problem, ServiceUnavailable) or size == 1 or smaller_pages == SMALLER_PAGES:
                return problem
            size = client.page_sizes[listing.name] = size // 2
        else:
            if size < most:
                client.page_sizes[listing.name] = size * 2
            return page
    raise AssertionError("the last try returns")


def _places(client: ShopifyClient, listing: Listing, variables: Variables, why: ConnectorError) -> _Edges:
    """The ids of the page that failed; without them, if not even they can be read, its places. Else raises `why`."""
    for named in (True, False):
        try:
            answer = listing.ask(client, listing.places, {**variables, "named": named}, None)
            return listing.page(answer).read(_Edges)
        except ConnectorError as problem:
            if not may_be_a_records(problem):
                raise
    raise why


def _listed(client: ShopifyClient, listing: Listing, ids: Sequence[str]) -> Iterable[str]:
    """Those of the records not given that Shopify lists; all where the list cannot be read: they may be there."""
    if not ids:
        return []
    wanted = {"filter": " OR ".join(f"id:{id}" for id in ids), "after": None, "first": len(ids)}
    problem = QueryFailed("record-unreadable", sentence(
        "Shopify does not say which of these {list} there are", list=several_called(listing.name)))
    try:
        return _times(listing, _places(client, listing, wanted, problem).edges)
    except QueryFailed:
        return ids


def _times(listing: Listing, edges: Sequence[_Edge]) -> dict[str, datetime | None]:
    """The records of a page that failed, by id, with their times of change as far as they are told.

    Where a record has no id, or that of another, its cursor says which it is; QueryFailed if that does not either.
    """
    ids = [id_in_node(edge.node) for edge in edges]
    times = {}
    for id, edge in zip(ids, edges, strict=True):
        id = id if ids.count(id) == 1 and id else id_at(edge.cursor) or id
        if id is None:
            raise QueryFailed("record-unreadable", sentence(
                "Shopify lists a record among the {list} without saying which", list=several_called(listing.name)))
        times[id] = time_in(bytes(edge.node))
    return times


def _named(client: ShopifyClient, listing: Listing, ids: Sequence[str]) -> Sent:
    """The records, and why the others did not come; NOT_GIVEN where Shopify has nothing for the id."""
    isolated = in_parts(client, [listing.gid(id) for id in ids], partial(_ask, client, listing),
                        kin(client, listing))
    sent = Sent({})
    for id in ids:
        gid = listing.gid(id)
        if gid in isolated.lost:
            sent.lost[id] = not_read(isolated.lost[gid])
        elif (raw := isolated.found[gid]) is None:
            sent.lost[id] = NOT_GIVEN
        else:
            sent.given[id] = raw
    return sent


def _ask(client: ShopifyClient, listing: Listing, gids: list[str], most_tries: int | None) -> list[bytes | None]:
    return listing.ask(client, listing.by_id, {"ids": gids}, most_tries).read(Named).in_order_of(gids)
