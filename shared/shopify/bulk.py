"""All records of a type at once: Shopify carries a query out by itself and writes what it gives to a file.

Begun by `start`, looked at by `state`, read by `pages`, which gives what changed_page of reading.py would: the same
records, complete. What bulk cannot give is read in batches meanwhile: lines of refunds (a connection within a list),
shipping lines (no Node), and orders that moved on since. See docs/decisions/0048.
Sources: Shopify, "Perform bulk operations with the GraphQL Admin API"; Admin schema 2026-10: bulkOperationRunQuery,
bulkOperation, bulkOperations, bulkOperationCancel. Up to five run at once for an app in a shop, each for ten days at
most; a file is served for seven. Border: when bulk is worth it is bulk_worth, what happens to records is the engine's.
"""
from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from shared.clock import iso
from shared.errors import ConnectorError, OutcomeUnknown
from shared.json_text import decoded
from shared.shopify import bulk_file, bulk_folder, bulk_lines
from shared.shopify.bulk_document import BulkQuery, bulk_query
from shared.shopify.bulk_folder import LeftFile, Part
from shared.shopify.client import ShopifyClient
from shared.shopify.completion import head_of
from shared.shopify.failures import may_be_a_records
from shared.shopify.listing import IDS_PER_CALL, Named, Sent, read_named, time_in
from shared.shopify.reading import Page, Record, listing, span, whole_records
from shared.shopify.records import Moment, id_of
from shared.shopify.shapes import SHAPES
from shared.texts import Sentence, as_said, count, sentence

RUNNING = frozenset({"CREATED", "RUNNING", "CANCELING"})
COMPLETED = "COMPLETED"
_BUSY = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})


class BulkRefused(ConnectorError):
    """These records do not come in bulk: they are to be read page by page. `busy`: another time they might."""

    def __init__(self, sentence: Sentence, *, busy: bool = False) -> None:
        super().__init__("shopify-refused", sentence)
        self.busy = busy


class Operation(msgspec.Struct, frozen=True):
    """A bulk operation as it stands; counts are of the lines written so far, and of the records among them."""

    id: str
    status: str
    created_at: datetime
    completed_at: datetime | None = None
    error_code: str | None = None
    object_count: int = 0
    root_object_count: int = 0
    file_size: int | None = None
    url: str | None = None
    partial_data_url: str | None = None

    @property
    def is_over(self) -> bool:
        return self.status not in RUNNING

    @property
    def is_complete(self) -> bool:
        """Whether all came; the file may be read. Without an address there are no records."""
        return self.status == COMPLETED


class _Shown(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """An operation as Shopify writes it: whole numbers of 64 bits are texts."""

    id: str
    status: str
    created_at: Moment
    completed_at: Moment | None
    error_code: str | None
    object_count: str
    root_object_count: str
    file_size: str | None
    url: str | None
    partial_data_url: str | None
    query: str = ""

    @property
    def read(self) -> Operation:
        return msgspec.convert(msgspec.structs.asdict(self), Operation, strict=False)


class _Problem(msgspec.Struct, frozen=True):
    message: str
    code: str | None = None


class _Done(msgspec.Struct, frozen=True, rename="camel"):
    bulk_operation: _Shown | None
    user_errors: list[_Problem]


class _Outcome(msgspec.Struct, frozen=True):
    done: _Done


class _Asked(msgspec.Struct, frozen=True):
    operation: _Shown | None


class _Nodes(msgspec.Struct, frozen=True):
    nodes: list[_Shown]


class _Listed(msgspec.Struct, frozen=True):
    page: _Nodes


class Position(NamedTuple):
    """Where a reader is: shares of the file in all, the share, records of it that were given."""

    shares: int
    share: int
    given: int

    def __str__(self) -> str:
        return ".".join(map(str, self))

    @staticmethod
    def read(text: str) -> Position:
        """ValueError for what `str` did not write."""
        shares, share, given = map(int, text.split("."))
        return Position(shares, share, given)


def start(client: ShopifyClient, type: str, since: datetime, until: datetime, also: str = "") -> Operation:
    """The operation for records of `type` with since <= updatedAt <= until, begun if it is not there yet.

    One with the very same query that runs, or whose file is still served, is taken up again: neither a crash nor a lost
    answer begins a second one. since, until, also as for changed_page. BulkRefused where Shopify does not take the
    query or runs enough of them; raises what ShopifyClient.ask raises.
    """
    query = _query(client, type, f"{span(since, until, SHAPES[type].filter)} {also}".strip())
    there = _begun(client, query.text, until)
    if there is not None:
        return there
    try:
        return _accepted(client.ask("bulk_query_run", {"query": query.text}, type=_Outcome))
    except OutcomeUnknown:
        there = _begun(client, query.text, until)
        if there is None:
            raise
        return there


def state(client: ShopifyClient, operation_id: str) -> Operation:
    """How the operation stands; BulkRefused if Shopify knows it no more, raises what ShopifyClient.ask raises."""
    found = client.ask("bulk_operation", {"id": operation_id}, type=_Asked).operation
    if found is None:
        raise BulkRefused(sentence("Shopify knows the bulk operation {id} no more", id=operation_id))
    return found.read


def cancel(client: ShopifyClient, operation_id: str) -> Operation:
    """The operation, which ends before it is done; one that was over is left as it is.

    BulkRefused if Shopify knows it no more, raises what ShopifyClient.ask raises.
    """
    answer = client.ask("bulk_operation_cancel", {"id": operation_id}, type=_Outcome).done
    return answer.bulk_operation.read if answer.bulk_operation else state(client, operation_id)


def pages(client: ShopifyClient, type: str, operation: Operation, *, size: int, left: LeftFile,
          at: str | None = None) -> Iterator[Page]:
    """The records of a completed operation, `size` at a time, from the position `at` on; one page at least.

    `next_cursor` of a page is the position behind it, good in any process as long as Shopify serves the file; `reached`
    is None, since the file is in no order of time. The file is fetched and spread on the temporary disk first (about a
    tenth of its size); the disk is given back at the end. Where the iterator is closed before, what it has not given is
    `left` to the next one in this process.
    BulkRefused if the operation did not complete, for a file that lacks what Shopify counted or does not fit together,
    of which nothing ever came, and for a full disk; raises what ShopifyClient.ask raises, and ServiceUnavailable when
    the file does not come just now.
    """
    if not operation.is_complete:
        raise BulkRefused(_why_not(operation))
    if operation.url is None:
        yield Page([], None)
        return
    query = _query(client, type, "")
    place = Position.read(at) if at else Position(bulk_lines.shares_for(operation.object_count), 0, 0)
    part = Part(f"{client.url} {operation.id}", place.shares, place.share)

    def fetch(folder: Path) -> int:
        try:
            return _fetch(client, operation, folder, query, SHAPES[type].type_name, place)
        except bulk_file.NothingCame as problem:
            if at:
                raise
            raise BulkRefused(problem.sentence) from problem

    with _fitting_together(), bulk_folder.spread(part, fetch, left) as file:
        if place.share > file.last:
            yield Page([], None)
        for share in range(place.share, file.last + 1):
            records = bulk_lines.records(file.folder, share, query.connections)
            for here in range(place.given if share == place.share else 0, len(records), size):
                behind = place._replace(share=share, given=here + size)
                if behind.given >= len(records):
                    behind = place._replace(share=share + 1, given=0)
                yield Page(_records(client, type, records[here:here + size]),
                           str(behind) if behind.share <= file.last else None)


def _query(client: ShopifyClient, type: str, filter: str) -> BulkQuery:
    """The query, with those optional parts that the token may read."""
    scopes = {part.variable: part.scopes for part in SHAPES[type].optional}
    return bulk_query(type, filter, lambda variable: client.may_read(scopes[variable]))


def _begun(client: ShopifyClient, text: str, until: datetime) -> Operation | None:
    """The newest operation with this query that can still be of use; the query holds `until`, as long as clocks agree
    to a day it is among those asked for."""
    wanted = f"operation_type:query created_at:>='{iso(until - timedelta(days=1))}'"
    found = client.ask("bulk_operations", {"filter": wanted}, type=_Listed).page.nodes
    there = (one.read for one in found if one.query == text)
    return next((one for one in there if not one.is_over or one.is_complete), None)


def _accepted(outcome: _Outcome) -> Operation:
    if outcome.done.bulk_operation is None or outcome.done.user_errors:
        said = " ".join(problem.message for problem in outcome.done.user_errors)
        raise BulkRefused(
            sentence("Shopify does not take the bulk operation: {words}", words=as_said(said)),
            busy=any(problem.code in _BUSY for problem in outcome.done.user_errors))
    return outcome.done.bulk_operation.read


def _why_not(operation: Operation) -> Sentence:
    return sentence("The bulk operation {id} is {status} ({code})" if operation.error_code
                    else "The bulk operation {id} is {status}", id=operation.id, status=operation.status.lower(),
                    code=operation.error_code or "")


def _fetch(client: ShopifyClient, operation: Operation, folder: Path, query: BulkQuery, record_type: str,
           place: Position) -> int:
    """Spread the operation's file over the folder: the last share with a record.

    BulkRefused if it lacks lines that Shopify counted.
    """

    def anew() -> str:
        now = state(client, operation.id)
        if not now.is_complete or now.url is None:
            raise BulkRefused(_why_not(now))
        return now.url

    lines = bulk_file.lines(client, operation.url or anew(), anew)
    came = bulk_lines.spread(lines, folder, query.connections, record_type=record_type, shares=place.shares,
                             first=place.share)
    if came.lines < operation.object_count or came.records < operation.root_object_count:
        raise BulkRefused(sentence(
            "The file of a bulk operation holds {lines} of {counted} lines",
            lines=count(came.lines), counted=count(operation.object_count)))
    return came.last


@contextmanager
def _fitting_together() -> Iterator[None]:
    """A file that cannot be put together, or kept, is a reason to read page by page."""
    try:
        yield
    except (bulk_lines.Misplaced, msgspec.DecodeError) as error:
        raise BulkRefused(sentence(
            "The file of a bulk operation does not fit together: {error}", error=str(error)[:200])) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise BulkRefused(sentence(
            "The temporary disk has no room for the file of a bulk operation")) from error


def _records(client: ShopifyClient, type: str, given: Sequence[tuple[str, bytes]]) -> list[Record]:
    """The records, complete. What was listed twice, or is not as its shape says, is read by id."""
    try:
        sent = {id_of(gid): raw for gid, raw in given}
    except ValueError as error:
        raise bulk_lines.Misplaced(str(error)) from None
    return list(whole_records(client, type, _with_left_out(client, type, sent), sent))


def _with_left_out(client: ShopifyClient, type: str, came: Mapping[str, bytes]) -> Sent:
    """The records with the connections that bulk does not give; those that moved on since are read anew."""
    sent, moved = Sent(dict(came)), [id for id, raw in came.items() if raw == bulk_lines.TWICE]
    for name, document in SHAPES[type].not_in_bulk.items():
        for begin in range(0, len(came), IDS_PER_CALL):
            some = {listing(type).gid(id): id for id in list(came)[begin:begin + IDS_PER_CALL]}
            parts = _parts(client, document, name, list(some))
            for gid, id in some.items():
                at, part = parts.get(gid, (None, b""))
                if at is None or at != time_in(came[id]):
                    moved.append(id)
                else:
                    sent.given[id] = b'%b,"%b":%b}' % (sent.given[id].rstrip()[:-1], name.encode(), part)
    anew = read_named(client, listing(type), list(dict.fromkeys(moved)))
    kept = {id: raw for id, raw in sent.given.items() if id not in moved}
    return Sent({**kept, **anew.given}, anew.lost)


def _parts(client: ShopifyClient, document: str, name: str, gids: Sequence[str]) -> dict[str, tuple[datetime, bytes]]:
    """The connection of each record as it is now, and when the record was changed; nothing if it cannot be read."""
    try:
        answer = client.ask(document, {"ids": gids}, type=Named).in_order_of(gids)
    except ConnectorError as problem:
        if not may_be_a_records(problem):
            raise
        return {}
    found = {}
    for raw in filter(None, answer):
        head = head_of(raw)
        found[head.id] = head.updated_at, bytes(decoded(raw, type=dict[str, msgspec.Raw])[name])
    return found
