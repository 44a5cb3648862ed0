"""Log entries: every HTTP call that the shop card's logging mode wants kept, in one table a UTC hour.

Fields follow the page "Shopify Log Entries" of Microsoft's connector. Table LogEntries<yyyymmddhh>, partition =
shop, row key = microseconds left of the day, then the sequence left: newest first by key, and an hour is forgotten
by dropping its table. Bodies too long for a row of reasonable size lie packed in the day's blob container, one
blob a batch, one body a line. Border: rows and blobs; what is kept is decided by log_writer.py, what is found
by log_list.py, what goes by log_purge.py.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from shared.clock import iso_exact
from shared.errors import ConnectorError
from shared.exchange import Exchange, Facts
from shared.journal.redaction import redacted
from shared.json_text import decoded
from shared.packed_lines import CONTENT_TYPE, Spoilt, packed, unpacked
from shared.storage.account import Storage
from shared.storage.blobs import Blobs
from shared.storage.tables import Put, Row, Table, Tables
from shared.texts import sentence

TABLES = "LogEntries"
CONTAINERS = "log-bodies-"
PREVIEW = 50
LONGEST_IN_ROW = 8_000
"""Characters of a body that stay in its row: an hour's rows are filtered fast, and a hundred fit one batch."""

_LONGEST = {"request_id": 200}
_LONGEST_TEXT = 4_000
_DAY = 86_400_000_000
_LAST_SEQUENCE = 999_999
_ID = re.compile(r"(\d{8})-(\d{12})-(\d{6})([0-9a-f]{6})-([A-Z0-9][A-Z0-9_-]{0,19})")


class LogEntry(Facts, frozen=True, kw_only=True):
    """One call as the list shows it; `at` is UTC, ISO 8601 with microseconds."""

    id: str
    shop: str
    at: str
    request_preview: str = ""
    response_preview: str = ""
    run: str = ""


FIELDS = ("PartitionKey", "RowKey", *(name for name in LogEntry.__struct_fields__ if name not in ("id", "shop")))
"""The properties of a row that a list reads: all but the bodies."""


class WholeLogEntry(LogEntry, frozen=True, kw_only=True):
    """An entry with both bodies in full, secrets hidden; in place of a body that is lost stands a sentence."""

    request: str
    response: str


class Address(NamedTuple):
    """Where an entry lies."""

    hour: datetime
    shop: str
    key: str

    @property
    def table(self) -> str:
        return table_of(self.hour)

    @property
    def container(self) -> str:
        return container_of(self.hour.date())


class LogEntries:
    """The log of all shops. `known_secrets` never appear, whatever they look like."""

    def __init__(self, storage: Storage, known_secrets: Sequence[str] = ()) -> None:
        self.tables: Tables = storage.tables
        self.blobs: Blobs = storage.blobs
        self._known_secrets = known_secrets

    def write(self, shop: str, run: str, exchanges: Sequence[tuple[int, Exchange]]) -> None:
        """Store (sequence number, exchange) of one shop; raises what storage raises."""
        writer = uuid4().hex[:6]
        by_hour: dict[datetime, list[tuple[int, Exchange]]] = {}
        for sequence, exchange in exchanges:
            by_hour.setdefault(hour_of(exchange.at), []).append((sequence, exchange))
        for hour, entries in by_hour.items():
            bodies = _Pack(shop, max(exchange.at for _, exchange in entries))
            rows = [
                _row(shop, run, key_at(exchange.at, sequence, writer), redacted(exchange, self._known_secrets), bodies)
                for sequence, exchange in entries
            ]
            if bodies.lines:
                self.blobs.write(container_of(hour.date()), bodies.name, packed(bodies.lines), CONTENT_TYPE)
            rows_of_hour(self.tables, hour).write(Put("put", row) for row in rows)

    def get(self, id: str) -> WholeLogEntry:
        """The whole entry, or ConnectorError not-found."""
        address = address_of(id)
        row = self.tables[address.table].get(address.shop, address.key)
        if row is None:
            raise ConnectorError("not-found", sentence("there is no log entry {number}", number=repr(id[:80])))
        fields: dict[str, Any] = msgspec.structs.asdict(entry_of(row))
        fields |= {which: self._body(address.container, row, which) for which in ("request", "response")}
        return WholeLogEntry(**fields)

    def long_bodies(self, day: date, pack: str) -> list[str]:
        """The bodies in a pack of this UTC day, a line each; [] when it was removed or cannot be read."""
        bodies = self.blobs.read(container_of(day), pack)
        try:
            return [decoded(line, type=str) for line in unpacked(bodies)] if bodies else []
        except (Spoilt, msgspec.DecodeError):
            return []

    def _body(self, container: str, row: Row, which: str) -> str:
        line = row.get(f"{which}_line")
        if line is None:
            return str(row.get(which, ""))
        bodies = self.blobs.read(container, row["bodies"])
        if bodies is None:
            return f"(The {which} has been removed.)"
        try:
            return decoded(unpacked(bodies)[line], type=str)
        except (Spoilt, IndexError, msgspec.DecodeError):
            return f"(The {which} cannot be read: what is stored of it in {container}/{row['bodies']} is spoilt.)"


def hour_of(at: datetime) -> datetime:
    """The UTC hour in which a moment lies, as its beginning."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def rows_of_hour(tables: Tables, hour: datetime) -> Table:
    """The table of an hour."""
    return tables[table_of(hour)]


def drop_hour(tables: Tables, hour: datetime) -> None:
    """Remove the table of an hour."""
    tables.drop(table_of(hour))


def table_of(hour: datetime) -> str:
    """LogEntries2026031010"""
    return f"{TABLES}{hour:%Y%m%d%H}"


def container_of(day: date) -> str:
    """log-bodies-20260310"""
    return f"{CONTAINERS}{day:%Y%m%d}"


def hours_of(tables: Iterable[str]) -> list[datetime]:
    """The UTC hours that these tables are for, newest first; foreign names are ignored."""
    return _times(tables, TABLES, "yyyymmddhh")


def days_of(containers: Iterable[str]) -> list[date]:
    """The UTC days that these containers are for, newest first; foreign names are ignored."""
    return [at.date() for at in _times(containers, CONTAINERS, "yyyymmdd")]


def key_at(at: datetime, sequence: int | None = None, writer: str = "") -> str:
    """The row key of an entry; without a sequence, the first key of its microsecond and of all before it."""
    left = f"{_DAY - _microseconds(at):011d}"
    return left if sequence is None else f"{left}-{_LAST_SEQUENCE - sequence % (_LAST_SEQUENCE + 1):06d}-{writer}"


def entry_of(row: Row) -> LogEntry:
    """The entry that a row of a list or a whole row holds."""
    return msgspec.convert(row | {"shop": row["PartitionKey"], "id": _id(row)}, LogEntry)


def address_of(id: str) -> Address:
    """Where the entry with this id lies; ConnectorError not-found for what is no id."""
    parts = _ID.fullmatch(id)
    try:
        day, clock, sequence, writer, shop = parts.groups() if parts else ("", "", "", "", "")
        at = datetime.strptime(day + clock, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        raise ConnectorError("not-found", sentence(
            "there is no log entry {number}", number=repr(id[:80]))) from None
    return Address(hour_of(at), shop, key_at(at, int(sequence), writer))


def _times(names: Iterable[str], prefix: str, form: str) -> list[datetime]:
    found = []
    for digits in (name.removeprefix(prefix) for name in names):
        if len(digits) == len(form) and digits.isdigit():
            with suppress(ValueError):
                found.append(datetime.fromisoformat(f"{digits[:8]}T{digits[8:] or '00'}+00:00"))
    return sorted(found, reverse=True)


def _id(row: Row) -> str:
    """Day, time, sequence and shop: the order of ids is the order of time."""
    left, sequence, writer = row["RowKey"].split("-")
    at = datetime.combine(datetime.fromisoformat(row["at"]).date(), time(), UTC)
    at += timedelta(microseconds=_DAY - int(left))
    return f"{at:%Y%m%d-%H%M%S%f}-{_LAST_SEQUENCE - int(sequence):06d}{writer}-{row['PartitionKey']}"


def _microseconds(at: datetime) -> int:
    moment = at.astimezone(UTC)
    return (moment - datetime.combine(moment.date(), time(), UTC)) // timedelta(microseconds=1)


class _Pack:
    """The long bodies of one batch, one JSON string a line; named after the newest entry that they belong to."""

    def __init__(self, shop: str, newest: datetime) -> None:
        self.name = f"{newest.astimezone(UTC):%H%M%S%f}-{shop}-{uuid4().hex[:8]}.jsonl.gz"
        self.lines: list[bytes] = []

    def properties(self, which: str, body: str) -> Row:
        """The body itself, or the line that it became."""
        if len(body) <= LONGEST_IN_ROW:
            return {which: body}
        self.lines.append(msgspec.json.encode(body))
        return {f"{which}_line": len(self.lines) - 1, "bodies": self.name}


def _row(shop: str, run: str, key: str, exchange: Exchange, bodies: _Pack) -> Row:
    facts: Row = {
        name: value[:_LONGEST.get(name, _LONGEST_TEXT)] if isinstance(value, str) else value
        for name in Facts.__struct_fields__ if (value := getattr(exchange, name)) is not None
    }
    return facts | bodies.properties("request", exchange.request) | bodies.properties("response", exchange.response) | {
        "PartitionKey": shop, "RowKey": key, "run": run, "at": iso_exact(exchange.at),
        "request_preview": exchange.request[:PREVIEW], "response_preview": exchange.response[:PREVIEW],
    }
