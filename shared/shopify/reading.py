"""Reads whole records from Shopify: a page of changed ones, or named ones.

A page lists what changed within a span of time, oldest change first; a record that changes meanwhile
moves to the end and is seen again, so nothing is lost. Every record is complete (completion.py) and
keeps its JSON as sent. A record that Shopify cannot give, or we cannot read, is reported alone, with its sentence.
When Shopify is too busy for a page, smaller ones are asked; where that does not help, the ids of the page, and then
each record by its id (isolating.py). A part the token may not read is left out. Sources: Shopify API
search syntax; GraphQL Admin API reference. Border: reading only; what a record means is the mapping's business.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar, cast

import msgspec

from shared.clock import iso
from shared.errors import ConnectorError, ServiceUnavailable
from shared.json_text import decoded
from shared.shopify.client import ShopifyClient
from shared.shopify.completion import Named, ParentChanged, Refunds, completed, head_of, read_refunds, with_refunds
from shared.shopify.cursors import next_cursor, number_at
from shared.shopify.failures import AccessDenied, QueryFailed, may_be_a_records
from shared.shopify.isolating import Isolated, check_service, in_parts, is_a_records
from shared.shopify.kinds import KINDS, AnyRecord, Kind
from shared.shopify.records import PageInfo, number_of

T = TypeVar("T")

# Before the first Shopify shop; lists everything and keeps the filter's form.
EARLIEST = datetime(2004, 1, 1, tzinfo=UTC)
ROUNDS_PER_RECORD = 3
IDS_PER_CALL = 100
NOT_GIVEN = "Shopify lists it and does not give it."
SMALLER_PAGES = 2
"""So often a page that fails is asked again at half its size: enough for one that is too much for Shopify just now."""


class Record(msgspec.Struct, frozen=True):
    """One record: its number, its JSON as sent (overflow pages merged in), its typed value.

    `value` is None when Shopify could not give the record, when its JSON could not be decoded, or when it would not
    hold still; `problem` then says so in a sentence. `raw` is empty if it did not come whole, `updated_at` None if
    that is not known.
    """

    number: int
    updated_at: datetime | None
    raw: bytes
    value: AnyRecord | None
    problem: str = ""


class Page(msgspec.Struct, frozen=True):
    """Complete records, oldest change first; `next_cursor` is None on the last page.

    reached  the time of change with which its last record was listed, None if it is not told. A record that changed
             while it was read carries a later one, behind which others of the list have yet to come.
    """

    records: list[Record]
    next_cursor: str | None
    reached: datetime | None = None


class Nodes(msgspec.Struct, rename="camel"):
    """A page of a connection, its records as sent."""

    page_info: PageInfo
    nodes: list[msgspec.Raw]


class _Changed(msgspec.Struct):
    page: Nodes


class _Edge(msgspec.Struct):
    cursor: str
    node: msgspec.Raw = msgspec.Raw()


class _Edges(msgspec.Struct, rename="camel"):
    page_info: PageInfo
    edges: list[_Edge]


class _Places(msgspec.Struct):
    page: _Edges


class _Identified(msgspec.Struct):
    id: str


def changed_page(client: ShopifyClient, kind: Kind, *, since: datetime, until: datetime,
                 cursor: str | None = None, page_size: int | None = None, also: str = "") -> Page:
    """Records of `kind` with since <= updatedAt <= until, from `cursor` on.

    since, until  UTC, whole seconds; nothing before 2004 is asked for
    page_size     records per call at most (default: what suits the kind)
    also          a further condition, in Shopify's search syntax
    Raises what ShopifyClient.ask raises.
    """
    shape = KINDS[kind]
    variables = {"filter": _span(since, until, f"{shape.filter} {also}"), "after": cursor}
    page = _page(client, kind, page_size or shape.page_size, variables)
    if isinstance(page, Nodes):
        sent = {_number_in(node): bytes(node) for node in page.nodes}
        if None not in sent and len(sent) == len(page.nodes):
            known = cast(dict[int, bytes], sent)
            return Page(list(_whole_records(client, kind, known)), next_cursor(page.page_info, kind),
                        _latest(map(_time_in, known.values())))
        page = QueryFailed("record-unreadable", f"A page of {kind} holds a record without an id of its own")
    size = client.page_sizes.get(kind, page_size or shape.page_size)
    edges = _places(client, kind, {**variables, "first": size}, page)
    times = _times(kind, edges.edges)
    return Page(list(_one_by_one(client, kind, times)), next_cursor(edges.page_info, kind), _latest(times.values()))


def by_ids(client: ShopifyClient, kind: Kind, numbers: Sequence[int]) -> list[Record]:
    """The named records as they are now, in the order asked; those that do not exist are left out.

    One that cannot be read comes without a value; so does, at the end, one that is not given and listed all the same:
    a deleted one is not. Raises what ShopifyClient.ask raises of the whole service.
    """
    most, found = min(IDS_PER_CALL, KINDS[kind].page_size), list[Record]()
    for start in range(0, len(numbers), most):
        some = numbers[start:start + most]
        isolated = _isolated(client, kind, some)
        listed = _listed(client, kind, [n for n in some if isolated.found.get(_gid(kind, n), b"") is None])
        found += _named_records(client, kind, some, isolated)
        found += [_unread(number, b"", NOT_GIVEN) for number in some if number in listed]
    return found


def kept_record(kind: Kind, raw: bytes) -> Record:
    """A whole record from its JSON as it was read before; ConnectorError record-unreadable without id or time."""
    head = head_of(raw)
    number = number_of(head.id)
    try:
        return Record(number, head.updated_at, raw, decoded(raw, type=KINDS[kind].struct))
    except msgspec.ValidationError as error:
        return Record(number, head.updated_at, raw, None, _odd_form(error))


def _span(since: datetime, until: datetime, further: str) -> str:
    span = f"updated_at:>='{iso(max(since, EARLIEST))}' updated_at:<='{iso(until)}'"
    return f"{span} {further}".strip()


def _page(client: ShopifyClient, kind: Kind, most: int, variables: Mapping[str, Any]) -> Nodes | ConnectorError:
    """The page, or why it cannot be read as a whole; smaller for a while after 5xx and time-outs."""
    size = min(most, client.page_sizes.get(kind, most))
    for smaller_pages in range(SMALLER_PAGES + 1):
        try:
            page = _ask(client, kind, KINDS[kind].changed, {**variables, "first": size}, _Changed,
                        2 if size > 1 else None).page
        except ConnectorError as problem:
            if not may_be_a_records(problem):
                raise
            if not isinstance(problem, ServiceUnavailable) or size == 1 or smaller_pages == SMALLER_PAGES:
                return problem
            size = client.page_sizes[kind] = size // 2
        else:
            if size < most:
                client.page_sizes[kind] = size * 2
            return page
    raise AssertionError("the last try returns")


def _places(client: ShopifyClient, kind: Kind, variables: Mapping[str, Any], why: ConnectorError) -> _Edges:
    """The ids of the page that failed; without them, if not even they can be read, its places. Else raises `why`."""
    for named in (True, False):
        try:
            return client.ask(KINDS[kind].places, {**variables, "named": named}, type=_Places).page
        except ConnectorError as problem:
            if not is_a_records(problem):
                raise
    raise why


def _listed(client: ShopifyClient, kind: Kind, numbers: Sequence[int]) -> Collection[int]:
    """Those of the records not given that Shopify lists; all where the list cannot be read: they may be there."""
    if not numbers:
        return []
    wanted = {"filter": " OR ".join(f"id:{number}" for number in numbers), "after": None, "first": len(numbers)}
    problem = QueryFailed("record-unreadable", f"Shopify does not say which of these {kind} there are")
    try:
        return _times(kind, _places(client, kind, wanted, problem).edges)
    except QueryFailed:
        return numbers


def _times(kind: Kind, edges: Sequence[_Edge]) -> dict[int, datetime | None]:
    """The records of a page that failed, by number, with their times of change as far as they are told.

    Where a record has no id, or that of another, its cursor says which it is; QueryFailed if that does not either.
    """
    ids = [_number_in(edge.node) for edge in edges]
    times = {}
    for id, edge in zip(ids, edges, strict=True):
        number = id if ids.count(id) == 1 and id else number_at(edge.cursor) or id
        if number is None:
            raise QueryFailed("record-unreadable", f"Shopify lists a record among the {kind} without saying which")
        times[number] = _time_in(bytes(edge.node))
    return times


def _time_in(raw: bytes) -> datetime | None:
    """When the record of this JSON was changed, None where it does not say."""
    try:
        return head_of(raw).updated_at
    except QueryFailed:
        return None


def _latest(times: Iterable[datetime | None]) -> datetime | None:
    """The latest of the times that are told."""
    return max(filter(None, times), default=None)


def _number_in(node: bytes | msgspec.Raw) -> int | None:
    """The number of a record's JSON, None for one without."""
    try:
        return number_of(decoded(bytes(node), type=_Identified).id)
    except (msgspec.DecodeError, ValueError):
        return None


def _one_by_one(client: ShopifyClient, kind: Kind, times: Mapping[int, datetime | None]) -> Iterator[Record]:
    """The records of a page that failed, each by its id; what could not be read keeps the time it is listed with."""
    isolated = _isolated(client, kind, list(times))
    records = {one.number: one for one in _named_records(client, kind, list(times), isolated)}
    for number, updated_at in times.items():
        record = records.get(number) or _unread(number, b"", NOT_GIVEN)
        yield record if record.updated_at else msgspec.structs.replace(record, updated_at=updated_at)


def _isolated(client: ShopifyClient, kind: Kind, numbers: Sequence[int]) -> Isolated:
    return in_parts(client, [_gid(kind, number) for number in numbers], partial(_ask_named, client, kind))


def _gid(kind: Kind, number: int) -> str:
    return f"gid://shopify/{KINDS[kind].type_name}/{number}"


def _ask_named(client: ShopifyClient, kind: Kind, gids: list[str], most_tries: int | None) -> list[bytes | None]:
    return _ask(client, kind, KINDS[kind].by_id, {"ids": gids}, Named, most_tries).in_order_of(gids)


def _named_records(client: ShopifyClient, kind: Kind, numbers: Sequence[int], isolated: Isolated) -> Iterator[Record]:
    """The records in this order, those that do not exist left out."""
    sent = {number: raw for number in numbers if (raw := isolated.found.get(_gid(kind, number))) is not None}
    whole = {record.number: record for record in _whole_records(client, kind, sent)}
    for number in numbers:
        if number in whole:
            yield whole[number]
        elif (problem := isolated.lost.get(_gid(kind, number))) is not None:
            yield _unread(number, b"", _not_read(problem))


def _ask(client: ShopifyClient, kind: Kind, document: str, variables: Mapping[str, Any], type: type[T],
         most_tries: int | None) -> T:
    """Ask for records of a kind; without the kind's optional parts where the token may not read them."""
    while True:
        wanted = {part: client.may_read(part.scopes) for part in KINDS[kind].optional}
        parts = {part.variable: asked for part, asked in wanted.items()}
        try:
            return client.ask(document, {**variables, **parts}, type=type, most_tries=most_tries)
        except AccessDenied as problem:
            denied = {part.scopes for part, asked in wanted.items() if asked and problem.concerns(part.variable)}
            if not denied:
                raise
            client.denied |= denied


def _whole_records(client: ShopifyClient, kind: Kind, sent: Mapping[int, bytes]) -> Iterator[Record]:
    """The records of these numbers with all their pages, in order; those that are gone meanwhile are left out."""
    refunds = read_refunds(client, sent.values()) if kind == "orders" else Refunds({}, {})
    for number, raw in sent.items():
        record = _whole_record(client, kind, number, raw, refunds)
        if record is not None:
            yield record


def _whole_record(client: ShopifyClient, kind: Kind, number: int, raw: bytes, refunds: Refunds) -> Record | None:
    """The record with all its pages; read anew while it changes; None once it is gone."""
    for _ in range(ROUNDS_PER_RECORD):
        whole = raw
        try:
            whole = completed(client, raw, KINDS[kind].overflows)
            whole = with_refunds(client, whole, refunds) if kind == "orders" else whole
            value = decoded(whole, type=KINDS[kind].struct)
            if _number_in(whole) != number:
                return _unread(number, whole, f"Shopify gives {value.id[:100]} in its place.")
            return Record(number, value.updated_at, whole, value)
        except (msgspec.DecodeError, KeyError) as error:
            return _unread(number, whole, _odd_form(error))
        except ParentChanged:
            anew = _isolated(client, kind, [number])
            if problem := anew.lost.get(_gid(kind, number)):
                return _part_read(number, raw, _not_read(problem))
            given = anew.found[_gid(kind, number)]
            if given is None:
                return None
            raw, refunds = given, read_refunds(client, [given]) if kind == "orders" else refunds
        except ConnectorError as problem:
            if not is_a_records(problem):
                raise
            check_service(client, problem)
            return _part_read(number, raw, _not_read(problem))
    return _part_read(number, raw, f"The record changed {ROUNDS_PER_RECORD} times while it was being read.")


def _unread(number: int, raw: bytes, problem: str) -> Record:
    return Record(number, _time_in(raw), raw, None, problem)


def _part_read(number: int, raw: bytes, problem: str) -> Record:
    """A record of which only `raw` came: no bytes are kept, since a capture that lacks pages would pass for whole."""
    return msgspec.structs.replace(_unread(number, raw, problem), raw=b"")


def _odd_form(error: Exception) -> str:
    return f"The record has an unexpected form: {error}"


def _not_read(problem: ConnectorError) -> str:
    return f"It could not be read: {problem.detail}"
