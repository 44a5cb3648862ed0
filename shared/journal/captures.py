"""Data captures: what Shopify sent, kept always, whatever the log switch says.

One blob per page of records (`captures/<shop>/<kind>/<date>/…jsonl.gz`, one record a line, byte for
byte as sent) and an index row per record in table DataCaptures: partition `<shop>|<kind>`, key
`<id>|<inverted time>`, so that a record's captures come newest first. A record equal to its
previous capture is not stored again; that test is made with the hash in its link row.
"""
from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

from shared.clock import Clock
from shared.errors import ConnectorError
from shared.storage.blobs import Blobs
from shared.storage.tables import Put, Row, Table

TABLE = "DataCaptures"
CONTAINER = "captures"
_END_OF_TIME = 10**17


class Captured(NamedTuple):
    """One index row: where a record's payload lies."""

    number: int
    at: str
    hash: str
    blob: str
    line: int


def capture_hash(raw: bytes) -> str:
    """SHA-256 of a record as sent, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


class DataCaptures:
    """The captures of all shops."""

    def __init__(self, table: Table, blobs: Blobs, clock: Clock) -> None:
        self._table, self._blobs, self._clock = table, blobs, clock

    def keep(self, shop: str, kind: str, records: Sequence[tuple[int, bytes]]) -> None:
        """Store (id, JSON as sent) of one page: one blob, one index row each."""
        if not records:
            return
        now = self._clock.now()
        blob = f"{shop}/{kind}/{now:%Y-%m-%d}/{now:%H%M%S}-{uuid4().hex[:12]}.jsonl.gz"
        lines = b"\n".join(raw.replace(b"\n", b" ") for _, raw in records)
        self._blobs.write(CONTAINER, blob, gzip.compress(lines, 6), "application/gzip")
        inverted = _END_OF_TIME - int(now.timestamp() * 1_000_000)
        at = now.isoformat(timespec="microseconds")
        rows: dict[str, Row] = {}
        for line, (number, raw) in enumerate(records):
            key = f"{number:020d}|{inverted:017d}"
            rows[key] = {
                "PartitionKey": f"{shop}|{kind}", "RowKey": key, "at": at,
                "hash": capture_hash(raw), "blob": blob, "line": line,
            }
        self._table.write(Put("put", row) for row in rows.values())

    def of_record(self, shop: str, kind: str, number: int) -> list[Captured]:
        """A record's captures, newest first."""
        first = f"{number:020d}|"
        return [_captured(row) for row in self._table.partition(f"{shop}|{kind}", first, first + "~")]

    def payload(self, captured: Captured) -> bytes:
        """The JSON as Shopify sent it, or ConnectorError not-found."""
        packed = self._blobs.read(CONTAINER, captured.blob)
        if packed is None:
            raise ConnectorError("not-found", f"the capture of {captured.at} has been removed")
        return gzip.decompress(packed).split(b"\n")[captured.line]


def _captured(row: Row) -> Captured:
    number = int(row["RowKey"].partition("|")[0])
    return Captured(number, row["at"], row["hash"], row["blob"], row["line"])
