"""Rows as they come over the wire: one of them by its key, or a page of those that fit a filter.

Rules: Microsoft Learn, "Query Entities", "Querying tables and entities", "Query timeout and pagination" and "Payload
format for Table service operations" (minimalmetadata: what JSON does not tell apart has its type beside it). Asked and
read here and not by the SDK, which takes ten times as long over a row
(docs/decisions/0053-own-reading-of-rows.md); the SDK's pipeline still signs, sends and reports. Border: the wire only;
when something is tried again is retries.py's, what a missing table means tables.py's.
"""
from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec
from azure.core.exceptions import DecodeError, HttpResponseError, ResourceNotFoundError
from azure.core.rest import HttpRequest, HttpResponse
from azure.data.tables import EdmType, EntityProperty, TableClient

from shared.json_text import decoded
from shared.storage.batches import Row, quoted_key

Continuation = dict[str, str] | None
"""Where a listing goes on: opaque, made by the service; None at its end."""

T = TypeVar("T")

_TYPE = "@odata.type"
_PARAMETER = re.compile(r"(?<![^\s(])@(\w+)")
_OF_SERVICE = {"PartitionKey": "x-ms-continuation-NextPartitionKey", "RowKey": "x-ms-continuation-NextRowKey"}
_TYPED: dict[str, Callable[[Any], Any]] = {
    "Edm.Binary": b64decode,
    "Edm.DateTime": datetime.fromisoformat,
    "Edm.Double": float,
    "Edm.Guid": UUID,
    "Edm.Int64": lambda digits: EntityProperty(int(digits), EdmType.INT64),
}


class _Page(msgspec.Struct):
    value: list[dict[str, Any]]


class _Message(msgspec.Struct):
    value: str


class _Error(msgspec.Struct):
    code: str
    message: _Message


class _Refusal(msgspec.Struct):
    error: _Error = msgspec.field(name="odata.error")


def row(client: TableClient, partition: str, key: str) -> Row:
    """The row of this key; ResourceNotFoundError, or another error of the SDK."""
    keys = f"PartitionKey='{quoted_key(partition)}',RowKey='{quoted_key(key)}'"
    return _row(_read(_asked(client, f"{client.table_name}({keys})"), dict[str, Any]))


def page(
    client: TableClient, filter: str, *, size: int, select: Sequence[str] | None, after: Continuation
) -> tuple[list[Row], Continuation]:
    """At most `size` rows, and where the next ones begin; errors as in `row`."""
    going_on = {f"Next{name}": place for name, place in (after or {}).items()}
    answer = _asked(client, f"{client.table_name}()", {
        "$top": str(size), "$select": ",".join(select or ()), "$filter": filter} | going_on)
    following = {name: place for name, header in _OF_SERVICE.items() if (place := answer.headers.get(header))}
    return [_row(found) for found in _read(answer, _Page).value], following or None


def filled(filter: str, values: Mapping[str, str | float | bool]) -> str:
    """The filter with its parameters (@name, a word of its own) written as OData has them."""
    return _PARAMETER.sub(lambda found: _literal(values[found[1]]), filter)


def _literal(value: str | float | bool) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _asked(client: TableClient, address: str, options: Mapping[str, str] | None = None) -> HttpResponse:
    """The answer to a GET whose status is 200; empty options are left out."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in (options or {}).items() if value)
    headers = {
        "x-ms-version": client.api_version, "DataServiceVersion": "3.0",
        "Accept": "application/json;odata=minimalmetadata",
    }
    request = HttpRequest("GET", f"{client.url}/{address}" + f"?{query}" * bool(query), headers=headers)
    # As in batches.py. Streamed, for the SDK reads into objects whatever is not.
    answer = client._client.send_request(request, stream=True)
    said = answer.read()
    if answer.status_code != 200:
        error = ResourceNotFoundError if answer.status_code == 404 else HttpResponseError
        raise error(_words(said) or answer.reason, response=answer)
    return answer


def _read(answer: HttpResponse, type: type[T]) -> T:
    try:
        return decoded(answer.content, type)
    except msgspec.DecodeError as error:
        raise DecodeError(f"the answer cannot be read: {error}", response=answer) from error


def _words(said: bytes) -> str:
    """What storage says of a refusal, as the SDK puts it."""
    try:
        error = decoded(said, _Refusal).error
    except msgspec.DecodeError:
        return said.decode(errors="replace")[:1000]
    return f"{error.message.value}\nErrorCode:{error.code}"


def _row(found: Mapping[str, Any]) -> Row:
    """The row without what is told about it, but for its etag; values as the SDK has them."""
    properties: Row = {}
    typed = list[str]()
    for name, value in found.items():
        if "odata." not in name:
            properties[name] = value
        elif name.endswith(_TYPE):
            typed.append(name)
    for name in typed:
        convert = _TYPED.get(found[name], _as_it_is)
        of = name.removesuffix(_TYPE)
        properties[of] = convert(properties[of])
    properties.pop("Timestamp", None)
    properties["etag"] = found.get("odata.etag", "")
    return properties


def _as_it_is(value: Any) -> Any:
    return value
