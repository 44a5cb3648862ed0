"""Reads whole records from Shopify: a page of changed ones, or named ones.

A page lists what changed within a span of time, oldest change first; a record that changes meanwhile
moves to the end and is seen again, so nothing is lost. Every record is complete (completion.py) and
keeps its JSON as sent. A record that Shopify cannot give (listing.py), or we cannot read, is reported alone, with its
sentence. A part the token may not read is left out. Sources: Shopify API
search syntax; GraphQL Admin API reference. Border: reading only; what a record means is the mapping's business.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import msgspec

from shared.clock import iso
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.misfits import misfit
from shared.shopify.answers import Answer
from shared.shopify.client import ShopifyClient
from shared.shopify.completion import (
    ParentChanged,
    Refunds,
    completed,
    head_of,
    is_whole,
    read_refunds,
    with_refunds,
)
from shared.shopify.documents import document
from shared.shopify.failures import AccessDenied
from shared.shopify.installation import holds
from shared.shopify.isolating import check_service, is_a_records
from shared.shopify.listing import (
    Listing,
    Search,
    Sent,
    Variables,
    kin,
    not_read,
    read_named,
    read_page,
    time_in,
)
from shared.shopify.records import id_of
from shared.shopify.shapes import SHAPES, AnyRecord
from shared.texts import NOTHING, Sentence, sentence

# Before the first Shopify shop; lists everything and keeps the filter's form.
EARLIEST = datetime(2004, 1, 1, tzinfo=UTC)
ROUNDS_PER_RECORD = 3


class Record(msgspec.Struct, frozen=True):
    """One record: its id, its JSON as sent (overflow pages merged in), its typed value.

    `value` is None when Shopify could not give the record, when its JSON could not be decoded, or when it would not
    hold still; `problem` then says so in a sentence. `raw` is empty if it did not come whole, `updated_at` None if
    that is not known.
    """

    id: str
    updated_at: datetime | None
    raw: bytes
    value: AnyRecord | None
    problem: Sentence = NOTHING


class Page(msgspec.Struct, frozen=True):
    """Complete records, oldest change first; `next_cursor` is None on the last page.

    reached  a time of change that the list has come to for sure, None if none is told. A record may show a later time
             than the one it is listed by, behind which others have yet to come: so it is the earliest of the page.
    """

    records: list[Record]
    next_cursor: str | None
    reached: datetime | None = None


class _Page(msgspec.Struct):
    page: msgspec.Raw


def changed_page(client: ShopifyClient, type: str, *, since: datetime, until: datetime,
                 cursor: str | None = None, page_size: int | None = None, also: str = "") -> Page:
    """Records of `type` with since <= updatedAt <= until, from `cursor` on.

    since, until  UTC, whole seconds; nothing before 2004 is asked for
    page_size     records per call at most (default: what suits the type)
    also          a further condition, in Shopify's search syntax
    Raises what ShopifyClient.ask raises of the whole service.
    """
    wanted = span(since, until, f"{SHAPES[type].filter} {also}")
    page = read_page(client, listing(type), wanted, cursor=cursor, size=page_size)
    records = list(whole_records(client, type, page.sent, page.times))
    return Page([_dated(record, page.times[record.id]) for record in records], page.next_cursor,
                min((time for time in page.times.values() if time and since <= time <= until), default=None))


def search_since(type: str, since: datetime) -> Search:
    """The search of `changed_page`, without an upper bound."""
    return Search(span(since, None, SHAPES[type].filter), listing(type).needs)


def by_ids(client: ShopifyClient, type: str, ids: Sequence[str]) -> list[Record]:
    """The named records as they are now, in the order asked; those that do not exist are left out.

    One that cannot be read comes without a value; so does one that is not given and listed all the same: a deleted one
    is not. Raises what ShopifyClient.ask raises of the whole service.
    """
    return list(whole_records(client, type, read_named(client, listing(type), ids), ids))


def kept_record(type: str, raw: bytes) -> Record:
    """A whole record from its JSON as it was read before; ConnectorError record-unreadable without id or time."""
    head = head_of(raw)
    id = id_of(head.id)
    try:
        return Record(id, head.updated_at, raw, decoded(raw, type=SHAPES[type].struct))
    except msgspec.ValidationError as error:
        return Record(id, head.updated_at, raw, None, _odd_form(error))


def span(since: datetime, until: datetime | None, further: str) -> str:
    """The search for what was changed within a span of time; `further` is added to it."""
    end = f" updated_at:<='{iso(until)}'" if until else ""
    return f"updated_at:>='{iso(max(since, EARLIEST))}'{end} {further}".strip()


def _ask(type: str, client: ShopifyClient, asked: str, variables: Variables, most_tries: int | None) -> Answer:
    """Ask for records of a type; without the type's optional parts where the token may not read them.

    That holds for every question if the part was denied of several records and given of none, or the app lacks its
    scopes; else for a record that is asked for alone.
    """
    alone, left_out = len(variables.get("ids", ())) == 1, set[frozenset[str]]()
    while True:
        parts = {part: client.may_read(part.scopes) and part.scopes not in left_out for part in SHAPES[type].optional}
        named = {part.variable: wanted for part, wanted in parts.items()}
        try:
            return client.ask(asked, {**variables, **named}, most_tries=most_tries)
        except AccessDenied as problem:
            denied = {part.scopes for part, wanted in parts.items() if wanted and problem.concerns(part.variable)}
            if not denied or problem.of_some:
                raise
            lacking = {scopes for scopes in denied if problem.of_several or not holds(client, [scopes])}
            client.denied |= lacking
            if alone:
                left_out |= denied
            elif not lacking:
                raise


def _page_in(answer: Answer) -> Answer:
    return replace(answer, data=bytes(answer.read(_Page).page))


@cache
def listing(type: str) -> Listing:
    """How records of this type are listed."""
    shape = SHAPES[type]

    def ask(client: ShopifyClient, asked: str, variables: Variables, most_tries: int | None) -> Answer:
        return _ask(type, client, asked, variables, most_tries)

    return Listing(
        name=type, type_name=shape.type_name, changed=shape.changed, places=shape.places, by_id=shape.by_id,
        size=shape.page_size, everything=span(EARLIEST, None, shape.filter),
        needs=[frozenset({scope}) for scope in document(shape.by_id).needs], ask=ask, page=_page_in)


def whole_records(client: ShopifyClient, type: str, sent: Sent, ids: Iterable[str]) -> Iterator[Record]:
    """The records as they were sent, with all their pages, in this order, those that are gone left out.

    Raises what ShopifyClient.ask raises of the whole service.
    """
    whole = {record.id: record for record in _with_all_pages(client, type, sent.given)}
    for id in ids:
        if id in whole:
            yield whole[id]
        elif id in sent.lost:
            yield _unread(id, b"", sent.lost[id])


def _dated(record: Record, listed: datetime | None) -> Record:
    """What could not be read keeps the time it is listed with."""
    return record if record.updated_at else msgspec.structs.replace(record, updated_at=listed)


def _with_all_pages(client: ShopifyClient, type: str, sent: Mapping[str, bytes]) -> Iterator[Record]:
    """The records of these ids with all their pages, in order; those that are gone meanwhile are left out."""
    values = {id: _value_if_whole(type, raw) for id, raw in sent.items()}
    refunds = _refunds(client, type, [raw for id, raw in sent.items() if values[id] is None])
    for id, raw in sent.items():
        record = _whole_record(client, type, id, raw, values[id], refunds)
        if record is not None:
            yield record


def _value_if_whole(type: str, raw: bytes) -> AnyRecord | None:
    """The typed value of a record of which no page is missing, which is the usual one: it is read once. None for any
    other, whose JSON is put together first, and for one of an odd form."""
    try:
        value = decoded(raw, type=SHAPES[type].struct)
    except msgspec.DecodeError:
        return None
    return value if is_whole(value, raw, SHAPES[type]) else None


def _whole_record(client: ShopifyClient, type: str, id: str, raw: bytes, value: AnyRecord | None,
                  refunds: Refunds) -> Record | None:
    """The record with all its pages; read anew while it changes; None once it is gone.

    `value` is that of `raw`, if no page of it is missing.
    """
    for _ in range(ROUNDS_PER_RECORD):
        whole = raw
        try:
            if value is None:
                whole = completed(client, raw, SHAPES[type].overflows)
                whole = with_refunds(client, whole, refunds) if SHAPES[type].has_refunds else whole
                value = decoded(whole, type=SHAPES[type].struct)
            if id_of(value.id) != id:
                return _unread(id, whole, sentence(
                    "Shopify gives {number} in its place.", number=value.id[:100]))
            return Record(id, value.updated_at, whole, value)
        except (msgspec.DecodeError, KeyError) as error:
            return _unread(id, whole, _odd_form(error))
        except ParentChanged:
            anew = read_named(client, listing(type), [id])
            if id in anew.lost:
                return _part_read(id, raw, anew.lost[id])
            if id not in anew.given:
                return None
            raw, value, refunds = anew.given[id], None, _refunds(client, type, anew.given.values())
        except ConnectorError as problem:
            if not is_a_records(problem):
                raise
            check_service(client, problem)
            return _part_read(id, raw, not_read(problem))
    return _part_read(id, raw, sentence(
        "The record changed {times} times while it was being read.", times=ROUNDS_PER_RECORD))


def _refunds(client: ShopifyClient, type: str, orders: Iterable[bytes]) -> Refunds:
    if not SHAPES[type].has_refunds:
        return Refunds({}, {})
    return read_refunds(client, orders, kin(client, listing(type)))


def _unread(id: str, raw: bytes, problem: Sentence) -> Record:
    return Record(id, time_in(raw), raw, None, problem)


def _part_read(id: str, raw: bytes, problem: Sentence) -> Record:
    """A record of which only `raw` came: no bytes are kept, since a capture that lacks pages would pass for whole."""
    return msgspec.structs.replace(_unread(id, raw, problem), raw=b"")


def _odd_form(error: Exception) -> Sentence:
    return sentence("The record has an unexpected form: {error}", error=misfit(error, sentence("the record")))
