"""Reads whole records from Shopify: a page of changed ones, or named ones.

A page lists what changed within a span of time, oldest change first; a record that changes meanwhile
moves to the end and is seen again, so nothing is lost. Every record is complete (completion.py) and
keeps its JSON as sent. A record we cannot decode is reported alone, with its sentence. When Shopify
is too busy for a page, smaller ones are asked; a part the token may not read is left out. Sources: Shopify API
search syntax; GraphQL Admin API reference. Border: reading only; what a record means is the mapping's business.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from shared.clock import iso
from shared.errors import ConnectorError, ServiceUnavailable
from shared.json_text import decoded
from shared.shopify.client import ShopifyClient
from shared.shopify.completion import OrderRefunds, ParentChanged, completed, head_of, read_refunds, with_refunds
from shared.shopify.kinds import KINDS, AnyRecord, Kind
from shared.shopify.records import PageInfo, number_of

T = TypeVar("T")

# Before the first Shopify shop; lists everything and keeps the filter's form.
EARLIEST = datetime(2004, 1, 1, tzinfo=UTC)
ROUNDS_PER_RECORD = 3
IDS_PER_CALL = 100


class Record(msgspec.Struct, frozen=True):
    """One record: its number, its JSON as sent (overflow pages merged in), its typed value.

    `value` is None when the JSON could not be decoded or the record would not hold still; `problem`
    then says so in a sentence.
    """

    number: int
    updated_at: datetime
    raw: bytes
    value: AnyRecord | None
    problem: str = ""


class Page(msgspec.Struct, frozen=True):
    """Complete records, oldest change first; `next_cursor` is None on the last page."""

    records: list[Record]
    next_cursor: str | None


class Nodes(msgspec.Struct, rename="camel"):
    """A page of a connection, its records as sent."""

    page_info: PageInfo
    nodes: list[msgspec.Raw]


class _Changed(msgspec.Struct):
    page: Nodes


class Named(msgspec.Struct):
    """What is read by id; null for an id that is nobody's."""

    nodes: list[msgspec.Raw]


def changed_page(client: ShopifyClient, kind: Kind, *, since: datetime, until: datetime,
                 cursor: str | None = None, page_size: int | None = None) -> Page:
    """Records of `kind` with since <= updatedAt <= until, from `cursor` on.

    since, until  UTC, whole seconds; nothing before 2004 is asked for
    page_size     records per call at most (default: what suits the kind)
    Raises what ShopifyClient.ask raises.
    """
    shape = KINDS[kind]
    variables = {"filter": _span(since, until, shape.filter), "after": cursor}
    answer = _adaptively(client, kind, page_size or shape.page_size, lambda size, most_tries: _ask(
        client, kind, shape.changed, {**variables, "first": size}, _Changed, most_tries))
    records = _whole_records(client, kind, [bytes(node) for node in answer.page.nodes])
    return Page(records, next_cursor(answer.page.page_info))


def by_ids(client: ShopifyClient, kind: Kind, numbers: Sequence[int]) -> list[Record]:
    """The named records as they are now, in the order asked; those that do not exist are left out."""
    gids = [f"gid://shopify/{KINDS[kind].type_name}/{number}" for number in numbers]
    found: list[Record] = []
    while gids:
        asked, nodes = _first_named(client, kind, gids)
        found += _whole_records(client, kind, nodes)
        gids = gids[asked:]
    return found


def kept_record(kind: Kind, raw: bytes) -> Record:
    """A whole record from its JSON as it was read before; ConnectorError record-unreadable without id or time."""
    try:
        return _record(raw, decoded(raw, type=KINDS[kind].struct))
    except msgspec.ValidationError as error:
        return _record(raw, None, f"The record has an unexpected form: {error}")


def _span(since: datetime, until: datetime, further: str) -> str:
    span = f"updated_at:>='{iso(max(since, EARLIEST))}' updated_at:<='{iso(until)}'"
    return f"{span} {further}".strip()


def next_cursor(info: PageInfo) -> str | None:
    """Where the next page begins, None on the last one; ConnectorError record-unreadable if Shopify does not say."""
    if info.has_next_page and not info.end_cursor:
        raise ConnectorError("record-unreadable", "Shopify announces a next page without its cursor")
    return info.end_cursor if info.has_next_page else None


def _first_named(client: ShopifyClient, kind: Kind, gids: list[str]) -> tuple[int, list[bytes]]:
    """The first `gids`, as many as one call carries: how many were asked, the JSON of those found."""
    most = min(IDS_PER_CALL, KINDS[kind].page_size)
    return _adaptively(client, kind, most, lambda size, most_tries: (
        size, _named(client, kind, gids[:size], most_tries)))


def _named(client: ShopifyClient, kind: Kind, gids: list[str], most_tries: int | None = None) -> list[bytes]:
    answer = _ask(client, kind, KINDS[kind].by_id, {"ids": gids}, Named, most_tries)
    return [bytes(node) for node in answer.nodes if bytes(node) != b"null"]


def _ask(client: ShopifyClient, kind: Kind, document: str, variables: Mapping[str, Any], type: type[T],
         most_tries: int | None) -> T:
    """Ask for records of a kind; without the kind's optional part where the token may not read it."""
    part = KINDS[kind].optional
    if part is None:
        return client.ask(document, variables, type=type, most_tries=most_tries)
    if client.may_read(part.scopes):
        try:
            return client.ask(document, {**variables, part.variable: True}, type=type, most_tries=most_tries)
        except ConnectorError as problem:
            if problem.code != "access-scope-changed":
                raise
            client.denied.add(part.scopes)
    return client.ask(document, {**variables, part.variable: False}, type=type, most_tries=most_tries)


def _adaptively(client: ShopifyClient, kind: Kind, most: int, ask: Callable[[int, int | None], T]) -> T:
    """Ask for `most` records; after 5xx and timeouts for half as many, down to one; grow back later."""
    size = min(most, client.page_sizes.get(kind, most))
    while True:
        try:
            answer = ask(size, 2 if size > 1 else None)
        except ServiceUnavailable as error:
            if size == 1 or error.code != "shopify-unavailable":
                raise
            size //= 2
            client.page_sizes[kind] = size
        else:
            if size < most:
                client.page_sizes[kind] = size * 2
            return answer


def _whole_records(client: ShopifyClient, kind: Kind, nodes: list[bytes]) -> list[Record]:
    refunds = read_refunds(client, nodes) if kind == "orders" else {}
    records = (_whole_record(client, kind, raw, refunds) for raw in nodes)
    return [record for record in records if record is not None]


def _whole_record(client: ShopifyClient, kind: Kind, raw: bytes,
                  refunds: dict[str, OrderRefunds]) -> Record | None:
    """The record with all its pages; read anew while it changes; None once it is gone."""
    for _ in range(ROUNDS_PER_RECORD):
        try:
            whole = completed(client, raw, KINDS[kind].overflows)
            whole = with_refunds(client, whole, refunds) if kind == "orders" else whole
            return _record(whole, decoded(whole, type=KINDS[kind].struct))
        except (msgspec.ValidationError, KeyError) as error:
            return _record(raw, None, f"The record has an unexpected form: {error}")
        except ParentChanged:
            anew = _named(client, kind, [head_of(raw).id])
            if not anew:
                return None
            raw = anew[0]
            refunds = read_refunds(client, anew) if kind == "orders" else {}
    return _record(raw, None, f"The record changed {ROUNDS_PER_RECORD} times while it was being read.")


def _record(raw: bytes, value: AnyRecord | None, problem: str = "") -> Record:
    head = head_of(raw)
    return Record(number_of(head.id), head.updated_at, raw, value, problem)
