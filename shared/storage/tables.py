"""Table storage, as thin as it can be: rows are dicts, conflicts have names.

Rules: Microsoft Learn, "Understanding the Table service data model" and "Performing entity group
transactions": a batch has one partition, each row once, at most 100 rows and 4 MiB. Tables are
made when first written to, so neither a new machine nor a new table needs a set-up step.
Nothing of the Azure SDK but `UpdateMode` leaves this module.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableServiceClient, TableTransactionError, UpdateMode

Row = dict[str, Any]
"""PartitionKey, RowKey and text, number or bool properties; `etag` is set on rows that were read."""

Continuation = dict[str, str] | None
"""Where a listing goes on: opaque, made by the service; None at its end."""

T = TypeVar("T")

BATCH_ROWS = 100
BATCH_CHARACTERS = 600_000
"""A character may take six bytes on the way (\\u00e9), and a batch 4 MiB."""

PROPERTY_CHARACTERS = 32_000
"""Longest text of one property: 64 KiB of UTF-16."""


class RowExists(Exception):
    """A row to insert is there already."""


class RowChanged(Exception):
    """A row was changed or deleted by somebody else since it was read."""


class Put:
    """One operation of a batch: insert (must be new), replace (must be unchanged), put or delete."""

    __slots__ = ("etag", "kind", "row")

    def __init__(self, kind: Literal["insert", "replace", "put", "delete"], row: Row, etag: str = "") -> None:
        self.kind, self.row, self.etag = kind, row, etag


class Table:
    """One table; created at the first write if it is missing."""

    def __init__(self, client: TableClient) -> None:
        self._client = client

    def get(self, partition: str, key: str) -> Row | None:
        """The row, or None."""
        try:
            return _row(self._client.get_entity(partition, key))
        except ResourceNotFoundError:
            return None

    def insert(self, row: Row) -> str:
        """Write a new row; its etag. RowExists when there is one."""
        try:
            return _etag(self._made(lambda: self._client.create_entity(_plain(row))))
        except ResourceExistsError as error:
            raise RowExists(row["RowKey"]) from error

    def replace(self, row: Row, etag: str) -> str:
        """Overwrite the row if it is still the one with `etag`; the new etag, else RowChanged."""
        try:
            return _etag(
                self._client.update_entity(
                    _plain(row), mode=UpdateMode.REPLACE, etag=etag, match_condition=MatchConditions.IfNotModified
                )
            )
        except (ResourceModifiedError, ResourceNotFoundError) as error:
            raise RowChanged(row["RowKey"]) from error

    def put(self, row: Row) -> str:
        """Write the row whatever is there; the new etag."""
        return _etag(self._made(lambda: self._client.upsert_entity(_plain(row), mode=UpdateMode.REPLACE)))

    def delete(self, partition: str, key: str, etag: str | None = None) -> None:
        """Remove the row; with an etag only if unchanged (else RowChanged). Missing is fine."""
        try:
            if etag is None:
                self._client.delete_entity(partition, key)
            else:
                self._client.delete_entity(
                    partition, key, etag=etag, match_condition=MatchConditions.IfNotModified
                )
        except ResourceNotFoundError:
            return
        except ResourceModifiedError as error:
            raise RowChanged(key) from error

    def rows(
        self, filter: str, values: Mapping[str, Any] | None = None, *, select: Sequence[str] | None = None
    ) -> Iterator[Row]:
        """All rows that fit `filter` (parameters as @name), in key order, page by page."""
        try:
            for entity in self._client.query_entities(
                filter, parameters=dict(values or {}), select=list(select) if select else None
            ):
                yield _row(entity)
        except ResourceNotFoundError:
            return

    def page(
        self, filter: str, values: Mapping[str, Any], *, size: int, select: Sequence[str], after: Continuation = None
    ) -> tuple[list[Row], Continuation]:
        """One page of what `rows` gives, by one call of the service: rows, and how to ask for what follows.

        At most `size` rows (1,000 is the most), also none with more to follow: a filter that finds little
        is answered page by page. Give the continuation back with the same filter; None is the end.
        """
        pages = self._client.query_entities(
            filter, parameters=dict(values), select=list(select), results_per_page=size
        ).by_page(after)  # type: ignore[arg-type]  # the SDK's own continuation is this dict
        try:
            rows = [_row(entity) for entity in next(pages)]
        except (StopIteration, ResourceNotFoundError):
            return [], None
        return rows, pages.continuation_token  # type: ignore[attr-defined]

    def partition(self, partition: str, first: str = "", last: str = "\uffff") -> Iterator[Row]:
        """The rows of one partition whose key lies between `first` and `last`, both included."""
        return self.rows(
            "PartitionKey eq @p and RowKey ge @a and RowKey le @b", {"p": partition, "a": first, "b": last}
        )

    def write(self, operations: Iterable[Put]) -> list[str]:
        """Write rows of ONE partition in as few batches as the limits allow; their new etags.

        Each batch is all or nothing; RowExists or RowChanged name the first row in the way.
        """
        etags: list[str] = []
        for chunk in _chunks(operations):
            etags += self._batch(chunk)
        return etags

    def _batch(self, chunk: list[Put]) -> list[str]:
        try:
            answers = self._made(lambda: self._client.submit_transaction([_operation(p) for p in chunk]))
        except TableTransactionError as error:
            code = getattr(error, "error_code", None)
            if code == "EntityAlreadyExists":
                raise RowExists(str(error)) from error
            if code in ("UpdateConditionNotSatisfied", "ResourceNotFound"):
                raise RowChanged(str(error)) from error
            raise
        return [str(answer.get("etag", "")) for answer in answers]

    def _made(self, write: Callable[[], T]) -> T:
        try:
            return write()
        except HttpResponseError as error:
            if "TableNotFound" not in str(error):  # some SDK calls leave `error_code` out
                raise
        try:
            self._client.create_table()
        except ResourceExistsError:
            pass  # somebody else was quicker
        return write()


class Tables:
    """All tables of the storage account, by name."""

    def __init__(self, service: TableServiceClient) -> None:
        self._service = service
        self._tables: dict[str, Table] = {}

    def __getitem__(self, name: str) -> Table:
        if name not in self._tables:
            self._tables[name] = Table(self._service.get_table_client(name))
        return self._tables[name]

    def names(self, prefix: str) -> list[str]:
        """The tables that exist and whose name begins with `prefix`, sorted."""
        found = self._service.query_tables(
            "TableName ge @first and TableName lt @last", parameters={"first": prefix, "last": prefix + "~"}
        )
        return sorted(table.name for table in found)

    def drop(self, name: str) -> None:
        """Remove a table with all its rows; a missing one is fine."""
        self._service.delete_table(name)


def _row(entity: Mapping[str, Any]) -> Row:
    row = dict(entity)
    row["etag"] = _etag(entity.metadata)  # type: ignore[attr-defined]
    return row


def _plain(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "etag"}


def _etag(metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("etag") or "")


def _operation(put: Put) -> tuple[Any, ...]:
    row = _plain(put.row)
    if put.kind == "insert":
        return ("create", row)
    if put.kind == "put":
        return ("upsert", row, {"mode": UpdateMode.REPLACE})
    unchanged = {"etag": put.etag, "match_condition": MatchConditions.IfNotModified}
    if put.kind == "replace":
        return ("update", row, {"mode": UpdateMode.REPLACE, **unchanged})
    return ("delete", row, unchanged if put.etag else {})


def _chunks(operations: Iterable[Put]) -> Iterator[list[Put]]:
    chunk: list[Put] = []
    size = 0
    for put in operations:
        length = sum(len(str(value)) for value in put.row.values())
        if chunk and (len(chunk) == BATCH_ROWS or size + length > BATCH_CHARACTERS):
            yield chunk
            chunk, size = [], 0
        chunk.append(put)
        size += length
    if chunk:
        yield chunk
