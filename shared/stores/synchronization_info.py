"""Synchronization info: how far each type of each shop has come.

Table SynchronizationInfo, row (shop, type): the last synchronization time, and while a run is on
its bounds and cursor. The row's etag fences: an operator's reset changes it, so a run that started
before the reset can neither save a checkpoint nor move the watermark any more.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec

from shared.clock import Clock, from_iso, iso
from shared.errors import ConnectorError, ServiceUnavailable
from shared.storage.account import Storage
from shared.storage.holding import Holding, rows_of
from shared.storage.tables import Put, Row, RowChanged, RowExists, Table
from shared.stores.sync_runs import SyncRuns
from shared.stores.told_texts import at_rest, text_in
from shared.texts import Text, sentence

TABLE = "SynchronizationInfo"
BEGINNING = datetime(2004, 1, 1, tzinfo=UTC)
"""Lower bound of a run without a last synchronization time (older than any shop)."""


class SynchronizationInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One type of one shop. Times are UTC, ISO 8601; "" = none.

    last_sync_time   everything up to here was applied or parked
    last_id          payments: everything up to this Shopify id was read; gone after a reset
    first_began      when the first synchronization of the type began; kept by every reset
    exact            set by an operator: the next run starts exactly there, without overlap
    run_since, run_until, run_cursor, run_started   the run that is under way, or was interrupted
    run_bulk         the bulk operation of Shopify's that its records come by, and `run_cursor` is a place in its file;
                     "pages": page by page, whatever there is; "" = not decided
    last_outcome     "", "succeeded", an error code, or a sentence: why the type is not used
    """

    shop: str
    type: str
    last_sync_time: str = ""
    last_id: str = msgspec.field(default="", name="last_number")
    first_began: str = ""
    exact: bool = False
    run_since: str = ""
    run_until: str = ""
    run_cursor: str = ""
    run_position: str = ""
    run_saved: str = ""
    run_bulk: str = ""
    last_outcome: Text = ""
    changed_by: str = ""
    etag: str = ""

    def with_(self, **changes: Text | bool) -> SynchronizationInfo:
        """A copy with some fields changed."""
        return msgspec.structs.replace(self, **changes)


class SynchronizationInfos:
    """The rows, per shop and type; `types` are the names of those there are, in the order of a run."""

    def __init__(self, table: Table, clock: Clock, runs: SyncRuns, types: Sequence[str]) -> None:
        self._table, self._clock, self._runs, self._types = table, clock, runs, types

    def get(self, shop: str, type: str) -> SynchronizationInfo:
        """The row, or an empty one."""
        self.check_type(type)
        return _info(shop, type, self._table.get(shop, type))

    def of(self, shop: str) -> dict[str, SynchronizationInfo]:
        """Every type's row, or an empty one, in the order of a run; one call of storage."""
        found = {row["RowKey"]: row for row in self._table.partition(shop)}
        return {type: _info(shop, type, found.get(type)) for type in self._types}

    def begun(self, info: SynchronizationInfo, began: datetime) -> SynchronizationInfo:
        """The row with `first_began`, for a run that began at that time; not stored yet.

        A time that an operator set before the first synchronization counts as its beginning.
        """
        if info.first_began:
            return info
        known = (self.first_began(info), info.last_sync_time, iso(began))
        return info.with_(first_began=min(filter(None, known)))

    def save(self, info: SynchronizationInfo) -> SynchronizationInfo:
        """Write if unchanged since it was read; RowChanged or RowExists otherwise."""
        row = _row(info)
        new = self._table.replace(row, info.etag) if info.etag else self._table.insert(row)
        return msgspec.structs.replace(info, etag=new)

    def save_together(self, infos: Sequence[SynchronizationInfo]) -> list[str]:
        """Write rows of one shop, stored before, if unchanged since they were read; the types that were changed.

        One call of storage, unless one was changed.
        """
        try:
            self._table.write(Put("replace", _row(info), info.etag) for info in infos)
        except RowChanged:
            return [info.type for info in infos if not self._saved(info)]
        return []

    def _saved(self, info: SynchronizationInfo) -> bool:
        try:
            self.save(info)
        except (RowChanged, RowExists):
            return False
        return True

    def check_type(self, type: str) -> None:
        """ConnectorError not-found for one that is none."""
        if type not in self._types:
            raise ConnectorError("not-found", sentence(
                "{type} is not one of {types}", type=repr(type[:50]), types=', '.join(self._types)))

    def first_began(self, info: SynchronizationInfo) -> str:
        """When the first synchronization of the type began, UTC, ISO 8601; "" if there was none yet.

        A row of an older version does not say: then the earliest moment that is known of counts.
        """
        if info.first_began:
            return info.first_began
        run = self._runs.first_of(info.shop, info.type)
        started = iso(from_iso(run.started_at)) if run else ""
        reached = "" if info.exact else info.last_sync_time
        return min(filter(None, (started, reached, info.run_until)), default="")

    def read_up_to(self, info: SynchronizationInfo) -> datetime | None:
        """Up to where all that changed was read, or is to be read by the next run; None before the first one began.

        A first run that has not come to its end counts for nothing, wherever it stands.
        """
        if not self.first_began(info):
            return None
        return from_iso(info.last_sync_time) if info.last_sync_time else BEGINNING

    def note_outcome(self, shop: str, type: str, outcome: str) -> None:
        """Remember how the last run of this type ended; a change meanwhile counts for more, and so does the
        problem that ended it."""
        with suppress(RowChanged, RowExists, ServiceUnavailable):
            self.save(self.get(shop, type).with_(last_outcome=outcome))

    def set_last_sync_time(
        self, shop: str, type: str, to: datetime | None, *, by: str,
        check: Callable[[SynchronizationInfo], None] = lambda info: None,
    ) -> SynchronizationInfo:
        """An operator's reset: the next run takes what changed since `to` (2004 at the earliest), or all (None).

        Wins over a run that is going on. Whatever `check` raises of the row as it stands ends it. ConnectorError
        input-invalid for a time in the future.
        """
        if to is not None and to > self._clock.now():
            raise ConnectorError("input-invalid", sentence("last_sync_time {time} lies in the future", time=to))
        while True:
            info = self.get(shop, type)
            check(info)
            reset = SynchronizationInfo(
                shop=shop, type=type, last_sync_time=iso(max(to, BEGINNING)) if to else "", exact=True,
                first_began=self.first_began(info), last_outcome=info.last_outcome,
                changed_by=by, etag=info.etag,
            )
            try:
                return self.save(reset)
            except (RowChanged, RowExists):
                continue  # a checkpoint came between: the reset wins all the same


def since_of_next_run(info: SynchronizationInfo, until: datetime, overlap: timedelta) -> datetime:
    """Where a fresh run up to `until` begins: at the last time less the overlap.

    A last time after `until` was kept by a clock that was ahead of Shopify's: nothing is known of what lies there.
    """
    if not info.last_sync_time:
        return BEGINNING
    since = from_iso(info.last_sync_time)
    return since if info.exact else min(since, until) - overlap


def has_begun(storage: Storage, shop: str) -> bool:
    """Whether the shop has times other than those that an operator set before the first run."""
    return any(row.get("first_began") or row.get("run_until") or (row.get("last_sync_time") and not row.get("exact"))
               for row in storage.tables[TABLE].partition(shop))


def _row(info: SynchronizationInfo) -> Row:
    fields: Row = msgspec.to_builtins(info)
    del fields["shop"], fields["type"], fields["etag"]
    return {"PartitionKey": info.shop, "RowKey": info.type} | fields | at_rest("last_outcome", info.last_outcome)


def _info(shop: str, type: str, row: Row | None) -> SynchronizationInfo:
    if row is None:
        return SynchronizationInfo(shop=shop, type=type)
    known = {"shop": shop, "type": type, "last_outcome": text_in(row, "last_outcome")}
    return msgspec.convert(row | known, SynchronizationInfo)


HOLDING = Holding("synchronization times", (TABLE,), of_shop=rows_of(TABLE), of_person="times of whole types")
