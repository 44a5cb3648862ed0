"""Table storage, as thin as it can be: rows are dicts, conflicts have names.

Rules: Microsoft Learn, "Understanding the Table service data model" and "Performing entity group
transactions": a batch has one partition, each row once, at most 100 rows and 4 MiB. Tables are
made when first written to, so neither a new machine nor a new table needs a set-up step. A guarded write whose
answer was lost is looked up, as an order is in Business Central. Storage that does not answer at last is
ServiceUnavailable storage-unavailable (retries.py).
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from azure.core import MatchConditions
from azure.data.tables import TableClient, TableServiceClient, UpdateMode

from shared.errors import ServiceUnavailable
from shared.storage import queries
from shared.storage.batches import Batch, batches, send
from shared.storage.batches import Put as Put
from shared.storage.batches import Row as Row
from shared.storage.queries import Continuation as Continuation
from shared.storage.retries import RETRIES, IsChanged, IsThere, NotThere, Refused, Retries
from shared.texts import sentence

T = TypeVar("T")

PAGE_ROWS = 1000
PROPERTY_CHARACTERS = 32_000
"""Longest text of one property: 64 KiB of UTF-16."""


class RowExists(Exception):
    """A row to insert is there already."""


class RowChanged(Exception):
    """A row was changed or deleted by somebody else since it was read."""


class Table:
    """One table; created at the first write if it is missing."""

    def __init__(self, client: TableClient, retries: Retries = RETRIES) -> None:
        self._client, self._retries = client, retries

    def get(self, partition: str, key: str) -> Row | None:
        """The row, or None."""
        try:
            return self._retries.ask(lambda: queries.row(self._client, partition, key))
        except NotThere:
            return None

    def insert(self, row: Row) -> str:
        """Write a new row; its etag. RowExists when there is one."""
        try:
            return _etag(self._made(
                lambda: self._client.create_entity(_plain(row)), lambda: self._done(Put("insert", row))
            ))
        except IsThere as error:
            raise RowExists(row["RowKey"]) from error

    def replace(self, row: Row, etag: str) -> str:
        """Overwrite the row if it is still the one with `etag`; the new etag, else RowChanged."""
        try:
            return _etag(self._retries.ask(
                lambda: self._client.update_entity(
                    _plain(row), mode=UpdateMode.REPLACE, etag=etag, match_condition=MatchConditions.IfNotModified
                ),
                lambda: self._done(Put("replace", row)),
            ))
        except (IsChanged, NotThere) as error:
            raise RowChanged(row["RowKey"]) from error

    def put(self, row: Row) -> str:
        """Write the row whatever is there; the new etag."""
        return _etag(self._made(lambda: self._client.upsert_entity(_plain(row), mode=UpdateMode.REPLACE)))

    def delete(self, partition: str, key: str, etag: str | None = None) -> None:
        """Remove the row; with an etag only if unchanged (else RowChanged). Missing is fine."""
        try:
            if etag is None:
                self._retries.ask(lambda: self._client.delete_entity(partition, key))
            else:
                self._retries.ask(lambda: self._client.delete_entity(
                    partition, key, etag=etag, match_condition=MatchConditions.IfNotModified
                ))
        except NotThere:
            return
        except IsChanged as error:
            raise RowChanged(key) from error

    def rows(
        self, filter: str, values: Mapping[str, Any] | None = None, *, select: Sequence[str] | None = None,
        page_rows: int = PAGE_ROWS,
    ) -> Iterator[Row]:
        """All rows that fit `filter` (parameters as @name), in key order, page by page; `page_rows`: 1,000 at most."""
        after: Continuation = None
        while True:
            rows, after = self.page(filter, values or {}, size=page_rows, select=select, after=after)
            yield from rows
            if after is None:
                return

    def page(
        self, filter: str, values: Mapping[str, Any], *, size: int, select: Sequence[str] | None,
        after: Continuation = None,
    ) -> tuple[list[Row], Continuation]:
        """One page of what `rows` gives, by one call of the service: rows, and how to ask for what follows.

        At most `size` rows (1,000 is the most), also none with more to follow: a filter that finds little
        is answered page by page. Give the continuation back with the same filter; None is the end.
        """
        question = queries.filled(filter, values)
        try:
            rows, following = self._retries.ask(
                lambda: queries.page(self._client, question, size=size, select=select, after=after)
            )
        except NotThere:
            return [], None
        if following is not None and following == after:
            raise ServiceUnavailable("storage-unavailable", sentence("a list of rows goes on where it began"))
        return rows, following

    def first(
        self, most: int, filter: str, values: Mapping[str, Any], *, select: Sequence[str] | None = None
    ) -> list[Row]:
        """The first `most` of what `rows` gives; storage is asked for no more than these."""
        found, after = list[Row](), None
        while True:
            rows, after = self.page(
                filter, values, size=min(most - len(found), PAGE_ROWS), select=select, after=after)
            found += rows
            if after is None or len(found) >= most:
                return found

    def partition(
        self, partition: str, first: str = "", last: str = "\uffff", *, page_rows: int = PAGE_ROWS
    ) -> Iterator[Row]:
        """The rows of one partition whose key lies between `first` and `last`, both included."""
        return self.rows(
            "PartitionKey eq @p and RowKey ge @a and RowKey le @b", {"p": partition, "a": first, "b": last},
            page_rows=page_rows,
        )

    def write(self, operations: Iterable[Put]) -> list[str]:
        """Write rows of ONE partition in as few batches as the limits allow; their new etags.

        Each batch is all or nothing; RowExists or RowChanged name the first row in the way.
        """
        etags: list[str] = []
        for batch in batches(self._client, operations):
            etags += self._batch(batch)
        return etags

    def _batch(self, batch: Batch) -> list[str]:
        try:
            return self._made(lambda: send(self._client, batch.parts), lambda: self._all_done(batch.puts))
        except Refused as refusal:
            if refusal.word == "EntityAlreadyExists":
                raise RowExists(refusal.text) from refusal
            if refusal.word in ("UpdateConditionNotSatisfied", "ResourceNotFound"):
                raise RowChanged(refusal.text) from refusal
            raise

    def _made(self, write: Callable[[], T], already: Callable[[], T | None] = lambda: None) -> T:
        try:
            return self._retries.ask(write, already)
        except Refused as refusal:
            if "TableNotFound" not in refusal.text:  # some calls of the SDK raise no error of their own for it
                raise
        try:
            self._retries.ask(self._client.create_table)
        except IsThere:
            pass  # somebody else was quicker
        return self._retries.ask(write, already)

    def _all_done(self, puts: Sequence[Put]) -> list[str] | None:
        """What a batch answers, if every row stands as the batch would have left it."""
        done = [self._done(put) for put in puts]
        return None if None in done else [_etag(one) for one in done if one is not None]

    def _done(self, put: Put) -> Mapping[str, Any] | None:
        """What the write answers, if the row stands as it would have left it."""
        found = self.get(put.row["PartitionKey"], put.row["RowKey"])
        if put.kind == "delete":
            return {} if found is None else None
        wanted = {name: value for name, value in _plain(put.row).items() if value is not None}
        return {"etag": found["etag"]} if found is not None and _plain(found) == wanted else None


class Tables:
    """All tables of the storage account, by name."""

    def __init__(self, service: TableServiceClient, retries: Retries) -> None:
        self._service, self._retries = service, retries
        self._tables: dict[str, Table] = {}

    def __getitem__(self, name: str) -> Table:
        if name not in self._tables:
            self._tables[name] = Table(self._service.get_table_client(name), self._retries)
        return self._tables[name]

    def names(self, prefix: str) -> list[str]:
        """The tables that exist and whose name begins with `prefix`, sorted."""
        return self._retries.ask(lambda: sorted(table.name for table in self._service.query_tables(
            "TableName ge @first and TableName lt @last", parameters={"first": prefix, "last": prefix + "~"}
        )))

    def drop(self, name: str) -> None:
        """Remove a table with all its rows; a missing one is fine."""
        self._retries.ask(lambda: self._service.delete_table(name))


def _plain(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "etag"}


def _etag(metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("etag") or "")

