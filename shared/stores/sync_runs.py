"""Sync runs: what each run read, applied and spent, newest first.

Table SyncRuns, partition = shop, row key = inverted start time, so that the key order is newest
first. The row is written at the start, after each page that brought something and at the end. Its sentences stand in it
in English, and beside that as key and values, to be said in another language; rows of earlier versions have the English
only.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec

from shared.clock import Clock, from_iso, iso_exact
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.storage.account import Storage
from shared.storage.holding import ERASED, DataSubject, Holding, OfPerson, rows_of
from shared.storage.row_removal import remove_rows
from shared.storage.tables import PROPERTY_CHARACTERS, Row, Table
from shared.texts import Sentence, Text, sentence

TABLE = "SyncRuns"
MOST_WARNINGS = 20
"""Kept of one run: its row has to stay small. How many there were is counted."""
_END_OF_TIME = 10**14
_AT_REST = {"id": "run", "types": "kinds"}
"""What a row calls two of the fields, as versions before wrote them, and may read them."""


class Counts(msgspec.Struct):
    """Records of one type in one run; read = created + updated + unchanged + skipped.

    left_out       of the skipped ones: nothing is wrong with them, they are not taken; 0 in runs of earlier versions
    items_created  products: items in Business Central, one for a variant
    tax_warnings   orders whose document has another tax than Shopify charged, left so by Tax Differences
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    parked: int = 0
    items_created: int = 0
    tax_warnings: int = 0
    left_out: int = 0

    @property
    def refused(self) -> int:
        """Those that something is wrong with, newly or still."""
        return self.skipped - self.left_out


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """A bulk operation that Shopify works on: its id, since when, how many lines it has written, when these were last
    more than before. Times are UTC, ISO 8601."""

    id: str
    since: str
    lines: int
    moved: str


class SyncRun(msgspec.Struct, kw_only=True):
    """One run. state: running, continuing, succeeded, failed, interrupted.

    only_changed  it read only the records that webhooks announced
    created_since, created_until  a back-fill: it reads only orders created in this span, UTC; "" = it is none
    position, cursor, saved  a back-fill: the time of change that it has come to, Shopify's cursor there, and when the
                  two were noted, UTC; "" = none
    bulk          a back-fill: the bulk operation that its orders come by, as `run_bulk` of the synchronization info
    awaits        type -> the bulk operation that Shopify works on before the run can go on with that type
    looks_at      when it looks at them again, UTC, ISO 8601; "" = it does not wait for them only
    notes         sentences on how it went, that nobody has to act on
    clock_ahead   "storage", "shopify" -> seconds by which the machine's clock was ahead of theirs (less than 0:
                  behind); only those of more than a minute
    warnings      sentences on records that were applied and that somebody should look at, the first MOST_WARNINGS
    failing_since when the first began of the runs that failed one after another up to this one; "" = it did not fail
    repeats       scheduled runs after this one that failed before any call in the same way; `ended_at` is the last's
    """

    shop: str
    id: str
    started_by: Text
    started_at: str
    ended_at: str = ""
    state: str = "running"
    types: list[str] = []
    only_changed: bool = False
    created_since: str = ""
    created_until: str = ""
    position: str = ""
    cursor: str = ""
    saved: str = ""
    bulk: str = ""
    awaits: dict[str, Awaited] = {}
    looks_at: str = ""
    counts: dict[str, Counts] = {}
    seconds: float = 0.0
    shopify_calls: int = 0
    shopify_points: float = 0.0
    throttled: int = 0
    bc_calls: int = 0
    bc_writes: int = 0
    log_entries: int = 0
    log_entries_lost: int = 0
    captures_lost: int = 0
    clock_ahead: dict[str, int] = {}
    warnings: list[Text] = []
    notes: list[Text] = []
    error_code: str = ""
    error_detail: Text = ""
    failing_since: str = ""
    repeats: int = 0

    def warn(self, sentences: Iterable[Sentence]) -> None:
        """Keep these warnings, as long as there is room."""
        self.warnings = [*self.warnings, *sentences][:MOST_WARNINGS]

    def note(self, how: Sentence) -> None:
        """Keep a sentence on how it went, as long as there is room."""
        self.notes = [*self.notes, how][:MOST_WARNINGS]

    def note_failure(self, problem: ConnectorError) -> None:
        """Keep why it failed."""
        self.error_code, self.error_detail = problem.code, problem.sentence

    def failed_like(self, other: SyncRun) -> bool:
        """Whether both were scheduled and failed before any call, for the same reason."""
        before_any_call = not (self.shopify_calls or self.bc_calls or other.shopify_calls or other.bc_calls)
        same = self.error_code == other.error_code and self.started_by == other.started_by == "schedule"
        return same and before_any_call and self.state == other.state == "failed"


class SyncRuns:
    """The history of runs."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock

    def begin(
        self, shop: str, types: list[str], started_by: Text, *, only_changed: bool = False, takes_over: bool = False,
        created: tuple[str, str] = ("", ""),
    ) -> SyncRun:
        """A new run; what another worker left "running" is marked interrupted (we hold the lease).

        One of the same types that only waits for Shopify goes on instead, if it would be taken over.

        takes_over  it goes on where runs of its types stopped, so those that still wait to go on are interrupted too;
                    a back-fill has a place of its own, and waits on
        created     the span of a back-fill
        """
        waiting = None
        for run in self._unfinished(shop):
            if takes_over and run.looks_at and not run.created_since and run.types == types:
                waiting = run
            elif run.state == "running" or (takes_over and not run.created_since and {*run.types} <= {*types}):
                run.state, run.ended_at = "interrupted", self._now()
                self.save(run)
        if waiting is not None:
            return self.go_on(waiting)
        now = self._clock.now()
        key = f"{_key_at(now)}-{uuid4().hex[:4]}"
        run = SyncRun(
            shop=shop, id=key, started_by=started_by, started_at=self._now(), types=types, only_changed=only_changed,
            created_since=created[0], created_until=created[1],
        )
        self.save(run)
        return run

    def go_on(self, run: SyncRun) -> SyncRun:
        """The run, at work again: what it ended with before, if it did, is no longer so."""
        run.state, run.ended_at, run.failing_since = "running", "", ""
        run.error_code, run.error_detail = "", ""
        self.save(run)
        return run

    def waiting_for(self, shop: str, operation: str) -> SyncRun | None:
        """The run that waits for a bulk operation, and for nothing else; None if there is none."""
        waiting = (run for run in self._unfinished(shop) if run.state == "continuing" and run.looks_at)
        return next((run for run in waiting if operation in {one.id for one in run.awaits.values()}), None)

    def save(self, run: SyncRun) -> None:
        """Write the run as it stands."""
        self._table.put(_row(run))

    def fold(self, run: SyncRun) -> None:
        """Let a run that failed just like the one before it be counted there, instead of filling the history."""
        newest = self.latest(run.shop, 2)
        if len(newest) == 2 and newest[0].id == run.id and run.failed_like(newest[1]):
            before = newest[1]
            before.repeats, before.ended_at, before.error_detail = before.repeats + 1, run.ended_at, run.error_detail
            self.save(before)
            self._table.delete(run.shop, run.id)

    def failing_since(self, run: SyncRun) -> str:
        """When the first began of the runs that have failed one after another, if this one has failed too."""
        before = next((one for one in self.latest(run.shop, 2) if one.id != run.id), None)
        if before is None or before.state != "failed":
            return run.started_at
        return before.failing_since or before.started_at

    def get(self, shop: str, id: str) -> SyncRun:
        """The run, or ConnectorError not-found."""
        row = self._table.get(shop, id) if id.replace("-", "").isalnum() else None
        if row is None:
            raise ConnectorError("not-found", sentence("shop {shop} has no run {run}", shop=shop, run=repr(id[:40])))
        return _run(row)

    def is_running(self, run: SyncRun) -> bool:
        """Whether nobody has written another state of it."""
        row = self._table.get(run.shop, run.id)
        return row is None or row["state"] == "running"

    def latest(self, shop: str, limit: int = 50) -> list[SyncRun]:
        """The newest runs of the shop, newest first."""
        return list(map(_run, self._table.first(limit, "PartitionKey eq @p", {"p": shop})))

    def all(self, shop: str) -> Iterator[SyncRun]:
        """Every run of the shop, newest first."""
        return map(_run, self._table.partition(shop))

    def first_of(self, shop: str, type: str) -> SyncRun | None:
        """The oldest run on record that read this type; None if there is none."""
        oldest = None
        for run in self.all(shop):
            oldest = run if type in run.counts else oldest
        return oldest

    def remove_before(self, before: datetime) -> int:
        """Forget the runs of every shop that began at that time or earlier; how many."""
        return remove_rows(self._table, _key_at(before))

    def _unfinished(self, shop: str) -> Iterator[SyncRun]:
        rows = self._table.rows(
            "PartitionKey eq @p and (state eq 'running' or state eq 'continuing')", {"p": shop}
        )
        return map(_run, rows)

    def _now(self) -> str:
        return iso_exact(self._clock.now())


def span_of(run: SyncRun) -> tuple[datetime, datetime | None]:
    """When it began and ended, UTC; one run at a time holds a shop, so what was captured meanwhile is the run's."""
    return from_iso(run.started_at), from_iso(run.ended_at) if run.ended_at else None


def _key_at(moment: datetime) -> str:
    """The first key of that millisecond; what began earlier has a greater one."""
    return f"{_END_OF_TIME - int(moment.timestamp() * 1000):015d}"


class _Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sentences of a run as key and values."""

    error: Text = ""
    warnings: list[Text] = []
    started_by: Text = ""
    notes: list[Text] = []


def _row(run: SyncRun) -> Row:
    english = msgspec.structs.replace(
        run, started_by=str(run.started_by), error_detail=str(run.error_detail), warnings=list(map(str, run.warnings)),
        notes=list(map(str, run.notes)))
    said = msgspec.json.encode(_Said(run.error_detail, run.warnings, run.started_by, run.notes)).decode()
    fields: dict[str, Any] = msgspec.to_builtins(english)
    text = msgspec.json.encode(fields | {before: fields.pop(name) for name, before in _AT_REST.items()}).decode()
    return {"PartitionKey": run.shop, "RowKey": run.id, "state": run.state, "run": text,
            "said": said if len(said) <= PROPERTY_CHARACTERS else ""}


def _run(row: Row) -> SyncRun:
    fields = decoded(row["run"], type=dict[str, Any])
    named = {name: fields[before] for name, before in _AT_REST.items() if before in fields}
    run = msgspec.convert(fields | named, SyncRun)
    if not row.get("said"):
        return run
    said = decoded(row["said"], type=_Said)
    return msgspec.structs.replace(
        run, error_detail=said.error, warnings=said.warnings, started_by=said.started_by or run.started_by,
        notes=said.notes)


def _erase(storage: Storage, whom: DataSubject) -> int:
    """No sentence says any more what speaks of the person; which operator began the run stays."""
    table = storage.tables[TABLE]
    runs = map(_run, table.partition(whom.shop))
    told = [blotted for run in runs if (blotted := _blotted(run, whom)) != run]
    for run in told:
        table.put(_row(run))
    return len(told)


def _blotted(run: SyncRun, whom: DataSubject) -> SyncRun:
    by, _, step = str(run.started_by).rpartition(", ")
    return msgspec.structs.replace(
        run,
        started_by=sentence("{who}, {step}", who=by, step=ERASED) if by and whom.is_named_in(step) else run.started_by,
        error_detail=ERASED if whom.is_named_in(str(run.error_detail)) else run.error_detail,
        warnings=[ERASED if whom.is_named_in(str(one)) else one for one in run.warnings],
        notes=[ERASED if whom.is_named_in(str(one)) else one for one in run.notes],
    )


HOLDING = Holding(
    "runs", (TABLE,), of_shop=rows_of(TABLE),
    of_person=OfPerson(_erase, "a run is about many records; its sentences quote what stands in skipped records"),
)
