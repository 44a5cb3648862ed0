"""Data captures: what Shopify sent, kept always, whatever the log switch says.

One blob per page of records (`captures/<shop>/<type>/<date>/<time>-<unique>.jsonl.gz`, one record a line,
byte for byte as sent) and an index row per record in table DataCaptures: partition `<shop>|<type>`, key
`<id>|<inverted time>`, so that a record's captures come newest first. Partition `<shop>|<type>|names`
leads from a name (#1001) to the record. A record equal to its previous capture is not stored again; that
test is made with the hash in its link row. The first five digits of `<unique>` are the microsecond, so a pack
leads to the keys of its rows. Lists over time are in capture_list.py, what goes is in capture_purge.py.
"""
from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import msgspec

from shared.clock import Clock, iso_exact
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.packed_lines import CONTENT_TYPE, Spoilt, packed, unpacked
from shared.shopify_ids import id_of_key, key_behind, key_of
from shared.storage.account import Storage
from shared.storage.blobs import Blobs
from shared.storage.row_removal import remove_of_shop
from shared.storage.tables import Put, Row, Table
from shared.telemetry import beside
from shared.texts import sentence

TABLE = "DataCaptures"
CONTAINER = "captures"
_log = logging.getLogger(__name__)
_END_OF_TIME = 10**17
_BLOB = re.compile(r"([^/]+)/([a-z]+)/(\d{4}-\d\d-\d\d)/(\d{6})-([0-9a-f]{12})\.jsonl\.gz")
_ID = re.compile(r"(\d{4})(\d\d)(\d\d)(\d{6})-([0-9a-f]{12})-(\d{1,4})")


class Captured(NamedTuple):
    """Where a record's payload lies. `at` is UTC, ISO 8601; `record_id` the record's Shopify id."""

    record_id: str
    at: str
    hash: str
    blob: str
    line: int
    name: str = ""

    @property
    def id(self) -> str:
        """The capture's own id, unique within its shop and type; later ones are greater."""
        return capture_id(self.blob, self.line)


def name_in(captures: Sequence[Captured]) -> str:
    """What people call the record of these captures, newest first: the latest name that one has, "" where none does."""
    return next((one.name for one in captures if one.name), "")


def capture_hash(raw: bytes) -> str:
    """SHA-256 of a record as sent, in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def capture_id(blob: str, line: int) -> str:
    """`20260310100100-1f2e3d4c5b6a-7`: time, pack, line."""
    found = _BLOB.fullmatch(blob)
    assert found is not None, blob
    return f"{found[3].replace('-', '')}{found[4]}-{found[5]}-{line}"


def place_of(shop: str, type: str, id: str) -> tuple[str, int]:
    """(blob, line) of the capture with this id; ConnectorError not-found when it cannot be one."""
    found = _ID.fullmatch(id)
    if not found:
        raise ConnectorError("not-found", sentence("there is no capture {id}", id=repr(id[:60])))
    year, month, day, time, pack, line = found.groups()
    return f"{shop}/{type}/{year}-{month}-{day}/{time}-{pack}.jsonl.gz", int(line)


def written_at(blob: str) -> datetime:
    """When the pack was written, UTC, to the second."""
    found = _BLOB.fullmatch(blob)
    assert found is not None, blob
    return datetime.strptime(found[3] + found[4], "%Y-%m-%d%H%M%S").replace(tzinfo=UTC)


def is_pack(blob: str) -> bool:
    """Whether this is the name of a pack."""
    return _BLOB.fullmatch(blob) is not None


def row_key(id: str, blob: str) -> str:
    """The key of a record's index row for the capture in this pack."""
    found = _BLOB.fullmatch(blob)
    assert found is not None, blob
    at = written_at(blob) + timedelta(microseconds=int(found[5][:5], 16))
    return f"{key_of(id)}|{_END_OF_TIME - int(at.timestamp() * 1_000_000):017d}"


class _Named(msgspec.Struct, rename="camel"):
    """What people call a record: an order's or company's name, a product's title. Customers go by id only:
    what identifies a person stands in the payload and nowhere else."""

    name: str | None = None
    title: str | None = None


def name_of(raw: bytes) -> str:
    """The record's name as people know it, "" if it has none."""
    try:
        named = decoded(raw, type=_Named)
    except msgspec.MsgspecError:
        return ""
    return (named.name or named.title or "")[:200]


class DataCaptures:
    """The captures of all shops."""

    def __init__(self, table: Table, blobs: Blobs, clock: Clock) -> None:
        self.table, self.blobs, self._clock = table, blobs, clock

    def keep(self, shop: str, type: str, records: Sequence[tuple[str, bytes]]) -> None:
        """Store (id, JSON as sent) of one page: one blob, one index row each."""
        if not records:
            return
        now = self._clock.now()
        blob = f"{shop}/{type}/{now:%Y-%m-%d}/{now:%H%M%S}-{now.microsecond:05x}{uuid4().hex[:7]}.jsonl.gz"
        names = {id: name for id, raw in records if (name := name_of(raw))}
        with ThreadPoolExecutor(1, thread_name_prefix="names") as lane:
            named = beside(lane, self._keep_names, shop, type, names)
            lines = (raw.replace(b"\n", b" ") for _, raw in records)
            self.blobs.write(CONTAINER, blob, packed(lines), CONTENT_TYPE)
            at = iso_exact(now)
            rows = {row_key(id, blob): {
                "at": at, "name": names.get(id, ""), "hash": capture_hash(raw), "blob": blob, "line": line,
            } for line, (id, raw) in enumerate(records)}
            self.table.write(
                Put("put", {"PartitionKey": f"{shop}|{type}", "RowKey": key, **row}) for key, row in rows.items()
            )
            named.result()

    def _keep_names(self, shop: str, type: str, names: Mapping[str, str]) -> None:
        """Lead from each name to its record; a name that leads to a record without a capture does no harm."""
        keys = {f"{_name_key(name)}|{key_of(id)}" for id, name in names.items()}
        self.table.write(Put("put", {"PartitionKey": names_partition(shop, type), "RowKey": key}) for key in keys)

    def of_record(self, shop: str, type: str, id: str) -> list[Captured]:
        """A record's captures, newest first."""
        first = f"{key_of(id)}|"
        return [_captured(row) for row in self.table.partition(f"{shop}|{type}", first, first + "~")]

    def newest(self, shop: str, type: str, after: str = "") -> Iterator[Captured]:
        """The newest capture of every record whose id is greater than `after`, or ("") of all, by id."""
        last = ""
        for row in self.table.partition(f"{shop}|{type}", key_behind(after) if after else ""):
            captured = _captured(row)
            if captured.record_id != last:
                last = captured.record_id
                yield captured

    def named(self, shop: str, type: str, name: str) -> list[str]:
        """Ids of the records that were captured with this name; a leading # and capitals do not matter."""
        first = f"{_name_key(name)}|"
        return [id_of_key(row["RowKey"].rpartition("|")[2]) for row in self.table.partition(
            names_partition(shop, type), first, first + "~")]

    def packs(self, shop: str, type: str) -> list[str]:
        """The blobs of one type, oldest first."""
        return [blob for blob in self.blobs.names(CONTAINER, f"{shop}/{type}/") if _BLOB.fullmatch(blob)]

    def lines(self, blob: str) -> list[bytes]:
        """Every record of a pack as Shopify sent it; [] when the pack has been removed, or cannot be unpacked."""
        pack = self.blobs.read(CONTAINER, blob)
        try:
            return unpacked(pack) if pack is not None else []
        except Spoilt:
            _log.warning("the pack of captures %s cannot be unpacked", blob)
            return []

    def raw(self, shop: str, type: str, id: str) -> bytes:
        """The JSON of one capture as Shopify sent it, or ConnectorError not-found."""
        blob, line = place_of(shop, type, id)
        lines = self.lines(blob)
        if line >= len(lines):
            raise ConnectorError("not-found", sentence("there is no capture {id}, or it has been removed", id=id))
        return lines[line]

    def payload(self, captured: Captured) -> bytes:
        """The JSON as Shopify sent it, or ConnectorError not-found."""
        lines = self.lines(captured.blob)
        if captured.line >= len(lines):
            raise ConnectorError("not-found", sentence(
                "the capture of {time} has been removed, or cannot be read", time=captured.at))
        return lines[captured.line]


def names_partition(shop: str, type: str) -> str:
    """Where the names of a type lead to its records."""
    return f"{shop}|{type}|names"


def _name_key(name: str) -> str:
    # A key may hold neither # nor /, and a name may.
    return hashlib.sha256(name.strip().lstrip("#").casefold().encode()).hexdigest()[:32]


def _captured(row: Row) -> Captured:
    id = id_of_key(row["RowKey"].partition("|")[0])
    return Captured(id, row["at"], row["hash"], row["blob"], row["line"], row.get("name", ""))


def remove_index(storage: Storage, shop: str, type: str, id: str, gone: Mapping[str, set[int]]) -> None:
    """Forget where these lines of packs, by their packs, hold the record."""
    first, table = f"{key_of(id)}|", storage.tables[TABLE]
    rows = [row for row in table.partition(f"{shop}|{type}", first, first + "~")
            if row["line"] in gone.get(row["blob"], ())]
    table.write(Put("delete", row) for row in rows)


def remove_index_of_pack(storage: Storage, blob: str, lines: set[int] | None) -> None:
    """Forget what leads into this pack, or to these lines of it, without knowing whose they are."""
    shop, type, _ = blob.split("/", 2)
    table = storage.tables[TABLE]
    rows = list(table.rows("PartitionKey eq @p and blob eq @b", {"p": f"{shop}|{type}", "b": blob}))
    table.write(Put("delete", row) for row in rows if lines is None or row["line"] in lines)


def remove_all(storage: Storage, shop: str) -> int:
    """Remove every capture of the shop; how many."""
    storage.blobs.remove(CONTAINER, storage.blobs.names(CONTAINER, f"{shop}/"))
    return remove_of_shop(storage.tables[TABLE], shop)
