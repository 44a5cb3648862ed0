"""Batches of rows as they go over the wire: what is written, cut to size, and what storage says to each.

Rules: Microsoft Learn, "Performing entity group transactions": one partition, each row once, at most 100 rows and
4 MiB. Encoded here and not by the SDK, which takes ten times as long over it
(docs/decisions/0019-own-encoding-of-batches.md); the SDK's pipeline still signs, sends and reports. Border: the
wire only; when something is tried again is retries.py's, what a refusal means tables.py's.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite
from typing import Any, Literal, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import msgspec
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest
from azure.data.tables import TableClient

Row = dict[str, Any]
"""PartitionKey, RowKey and text, number or bool properties; `etag` is set on rows that were read."""

BATCH_ROWS = 100
BATCH_BYTES = 3_800_000
_WHOLE_NUMBERS = range(-(2**31), 2**31)
_ANSWER = re.compile(rb"^HTTP/1\.1 (\d{3})", re.M)
_ETAG = re.compile(rb"^ETag: *(\S+)", re.M | re.I)
_CODE = re.compile(rb'"code" *: *"(\w+)"')


class Put(NamedTuple):
    """One operation of a batch: insert (must be new), replace (must be unchanged), put or delete."""

    kind: Literal["insert", "replace", "put", "delete"]
    row: Row
    etag: str = ""


class BatchRefused(HttpResponseError):
    """Storage refused a row, and so the whole batch; `code` is its word for why, `status_code` that of the row."""

    def __init__(self, code: str, status: int, said: str) -> None:
        super().__init__(f"{code}: {said}")
        self.code, self.status_code = code, status


class Batch(NamedTuple):
    """Operations of one partition, and each of them as it goes over the wire."""

    puts: list[Put]
    parts: list[bytes]


def batches(client: TableClient, puts: Iterable[Put]) -> Iterator[Batch]:
    """As few batches as the limits allow, in order."""
    batch, size = Batch([], []), 0
    for put in puts:
        part = _part(client, put)
        if batch.puts and (len(batch.puts) == BATCH_ROWS or size + len(part) > BATCH_BYTES):
            yield batch
            batch, size = Batch([], []), 0
        batch.puts.append(put)
        batch.parts.append(part)
        size += len(part)
    if batch.puts:
        yield batch


def send(client: TableClient, parts: Sequence[bytes]) -> list[str]:
    """Carry out one batch, all or nothing; the rows' new etags. BatchRefused, or what the SDK raises."""
    whole, changes = f"batch_{uuid4()}", f"changeset_{uuid4()}"
    body = b"".join((
        f"--{whole}\r\nContent-Type: multipart/mixed; boundary={changes}\r\n\r\n".encode(),
        *(b"--%s\r\n%s" % (changes.encode(), part) for part in parts),
        f"--{changes}--\r\n--{whole}--\r\n".encode(),
    ))
    headers = {
        "Content-Type": f"multipart/mixed; boundary={whole}", "x-ms-version": client.api_version,
        "DataServiceVersion": "3.0", "MaxDataServiceVersion": "3.0;NetFx", "Accept": "application/json",
    }
    # No public method of the client sends a request of ours; this is the one that the SDK sends its batches with.
    request = HttpRequest("POST", f"{client.url}/$batch", headers=headers, content=body)
    answer = client._client.send_request(request, stream=True)
    said = answer.read()
    if answer.status_code != 202:
        raise HttpResponseError(said.decode(errors="replace")[:1000] or answer.reason, response=answer)
    return _etags(said)


def _etags(answer: bytes) -> list[str]:
    places = [found.start() for found in _ANSWER.finditer(answer)]
    answers = [answer[start:end] for start, end in zip(places, [*places[1:], len(answer)], strict=True)]
    for one in answers:
        status = int(one[9:12])
        if status >= 300:
            code = _CODE.search(one)
            raise BatchRefused(code[1].decode() if code else str(status), status, one.decode(errors="replace")[-500:])
    return [found[1].decode() if (found := _ETAG.search(one)) else "" for one in answers]


def _part(client: TableClient, put: Put) -> bytes:
    """One operation as a request within the batch; JSON in ASCII, as the SDK writes it."""
    if put.kind == "insert":
        method, address, condition = "POST", client.table_name, ""
    else:
        partition, key = (quoted_key(put.row[name]) for name in ("PartitionKey", "RowKey"))
        method = "DELETE" if put.kind == "delete" else "PUT"
        address = f"{client.table_name}(PartitionKey='{partition}',RowKey='{key}')"
        condition = "" if put.kind == "put" else f"If-Match: {put.etag or '*'}\r\n"
    body = b"" if put.kind == "delete" else _in_ascii(typed(put.row))
    return (
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"{method} {client.url}/{address} HTTP/1.1\r\n"
        f"Content-Type: application/json\r\nAccept: application/json;odata=minimalmetadata\r\n"
        f"DataServiceVersion: 3.0\r\nPrefer: return-no-content\r\n{condition}\r\n"
    ).encode() + body + b"\r\n"


def quoted_key(key: str) -> str:
    """A key as it stands between the quotes of an address."""
    return quote(key.replace("'", "''"), safe="")


def _in_ascii(row: Row) -> bytes:
    text = msgspec.json.encode(row)
    return text if text.isascii() else json.dumps(row).encode()


def typed(row: Row) -> Row:
    """The row with the type of its fractions, which JSON does not tell from whole numbers."""
    properties: Row = {}
    for name, value in row.items():
        if value is None or name == "etag":
            continue
        if isinstance(value, float):
            if not isfinite(value):
                raise ValueError(f"{name} is {value}, and JSON has no word for it")
            properties[f"{name}@odata.type"] = "Edm.Double"
        elif isinstance(value, int) and value not in _WHOLE_NUMBERS:
            raise ValueError(f"{name} is {value}, and a whole number of a row has 32 bits")
        properties[name] = value
    return properties
