"""A large log: what a page of its newest entries takes, and what removing the old ones does.

Entries lie evenly over ten days, written by the real writer. The page is asked of this log and of one of 1,000
entries in turn, each in an emulator of its own, so that what else happens on the machine meets both. The purge
removes what is older than seven days through a door that counts calls. The clock stands still at half past an hour,
so the cut lies between two known entries and the newest hour is half full. Among few entries a page is gathered from
a dozen hours; among many it comes from one, every row of whose table the emulator looks at, which Azure does not do.
"""
from __future__ import annotations

import contextlib
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from benchmarks.aims import Aim
from local.azurite import start_azurite
from local.storage_proxy import StorageCall, StorageProxy, storage_proxy
from shared.exchange import Exchange
from shared.journal.log_entries import LogEntries, hour_of, table_of
from shared.journal.log_list import PAGE, LogFilter, list_log_entries
from shared.journal.log_purge import LogPurges
from shared.journal.purges import TABLE, Purges
from shared.storage.account import storage_from_connection_string

SHOP = "FR"
DAYS = 10
KEPT_DAYS = 7
FEW = 1_000
_AT_ONCE = 1000
_PAGES = 101


class StandingClock(NamedTuple):
    """A clock that stands still."""

    moment: datetime

    def now(self) -> datetime:
        """The moment."""
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Do not wait."""


class Measured(NamedTuple):
    """What `measure` found; `kept` and `removed` are rows of the hour of the cut, `gap` lies between entries."""

    entries: int
    seeding_seconds: float
    page_calls: int
    page_milliseconds: float
    few_calls: int
    few_milliseconds: float
    hours_dropped: int
    removed: int
    kept: int
    expected_kept: int
    oldest_kept: timedelta
    gap: timedelta
    calls: list[StorageCall]


def measure(entries: int) -> Measured:
    """Seed both logs, read their first pages in turn, purge the large one."""
    now = hour_of(datetime.now(UTC)) + timedelta(minutes=30)
    with (
        a_log(FEW, now) as (few, way_to_few), start_azurite() as azurite,
        storage_proxy(azurite.connection_string) as door,
    ):
        many = LogEntries(storage_from_connection_string(azurite.connection_string))
        began = time.perf_counter()
        seed(many, entries, now)
        seconds = time.perf_counter() - began
        ours, theirs = page_milliseconds(many, few)
        with storage_proxy(way_to_few) as door_of_few:
            few_calls = calls_of_a_page(door_of_few)
        page_calls = calls_of_a_page(door)
        door.calls.clear()
        counted = LogEntries(storage_from_connection_string(door.connection_string))
        book, clock = Purges(counted.tables[TABLE], StandingClock(now)), StandingClock(now)
        purge = LogPurges(counted, book, clock).remove_older_than(KEPT_DAYS, by="benchmark")
        calls = list(door.calls)
        cut = now - timedelta(days=KEPT_DAYS)
        left = times_of_hour(many, cut)
        return Measured(
            entries, seconds, page_calls, ours, few_calls, theirs, purge.hours, purge.entries, len(left),
            sum(at > cut and hour_of(at) == hour_of(cut) for at in moments(entries, now)), min(left) - cut,
            timedelta(days=DAYS) / entries, calls,
        )


@contextlib.contextmanager
def a_log(entries: int, now: datetime) -> Iterator[tuple[LogEntries, str]]:
    """A log of so many entries in an emulator of its own, and how it is reached."""
    with start_azurite() as azurite:
        logs = LogEntries(storage_from_connection_string(azurite.connection_string))
        seed(logs, entries, now)
        yield logs, azurite.connection_string


def seed(logs: LogEntries, entries: int, now: datetime, *, shop: str = SHOP) -> None:
    """So many entries, evenly over the days before this moment, newest first."""
    batch: list[tuple[int, Exchange]] = []
    for number, at in enumerate(moments(entries, now)):
        batch.append((number, a_call(at)))
        if len(batch) == _AT_ONCE:
            logs.write(shop, "", batch)
            batch = []
    if batch:
        logs.write(shop, "", batch)


def moments(entries: int, now: datetime) -> Iterator[datetime]:
    """When each call was made, newest first; one lies exactly at the cut."""
    for number in range(entries):
        yield now - timedelta(days=DAYS) * number / entries


def a_call(at: datetime) -> Exchange:
    """A call of everyday size."""
    return Exchange(
        at=at, direction="Business Central", method="GET", url="https://bc.example/api/v2.0/companies(1)/salesOrders",
        status=200, description="OK", seconds=0.1, request="", response='{"value":[]}' * 20,
    )


def page_milliseconds(many: LogEntries, few: LogEntries) -> tuple[float, float]:
    """The median time of the first page of each log; they take turns."""
    took: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(_PAGES):
        for which, logs in enumerate((many, few)):
            began = time.perf_counter()
            page = list_log_entries(logs, [SHOP], LogFilter())
            took[which].append((time.perf_counter() - began) * 1000)
            assert len(page.entries) == PAGE
    return statistics.median(took[0]), statistics.median(took[1])


def calls_of_a_page(door: StorageProxy) -> int:
    """How many calls of storage the first page takes."""
    list_log_entries(LogEntries(storage_from_connection_string(door.connection_string)), [SHOP], LogFilter())
    return len(door.calls)


def times_of_hour(logs: LogEntries, at: datetime) -> list[datetime]:
    """When the entries of this UTC hour were written, as its table has them."""
    rows = logs.tables[table_of(hour_of(at))].rows("PartitionKey eq @shop", {"shop": SHOP}, select=("at",))
    return [datetime.fromisoformat(row["at"]) for row in rows]


def report(measured: Measured) -> None:
    """Print one figure a line."""
    kinds = Counter(f"  of them {call.service} {call.method}" for call in measured.calls)
    figures: dict[str, object] = {
        "entries, over 10 days": f"{measured.entries:,}",
        "seconds to write them": f"{measured.seeding_seconds:.0f}",
        f"first page, median of {_PAGES}, ms": f"{measured.page_milliseconds:.1f}",
        f"  the same among {FEW:,} entries": f"{measured.few_milliseconds:.1f}",
        "  ratio": f"{measured.page_milliseconds / measured.few_milliseconds:.2f}",
        "  calls of storage": measured.page_calls,
        f"  calls of storage among {FEW:,} entries": measured.few_calls,
        "purge: whole hours dropped": measured.hours_dropped,
        "purge: rows of the hour of the cut": f"{measured.removed:,}",
        "purge: calls of storage": len(measured.calls),
        **dict(sorted(kinds.items())),
        "rows of that hour that remain": f"{measured.kept:,} of {measured.expected_kept:,}",
        "  the oldest is younger than the cut by": f"{measured.oldest_kept.total_seconds():.3f} s",
        "  entries lie apart by": f"{measured.gap.total_seconds():.3f} s",
    }
    for name, value in figures.items():
        print(f"{name:<44}{value:>16}")


def aims(measured: Measured) -> list[Aim]:
    """A page costs the same whatever lies behind it; a purge pays for what it removes, and removes no more.

    Each whole hour is a table, and each day a container of long bodies; the hour of the cut is read and removed a
    hundred rows a call.
    """
    by_hour = measured.hours_dropped + 2 * DAYS + 10
    by_row = 2 * (measured.removed + measured.kept) // 100
    return [
        Aim("first page: calls of storage, times those among few", measured.page_calls / measured.few_calls, most=1),
        Aim("first page: milliseconds, times those among few",
            measured.page_milliseconds / measured.few_milliseconds, most=1.5),
        Aim("purge: calls of storage", len(measured.calls), most=by_hour + by_row),
        Aim("purge: rows too many that are gone",
            measured.expected_kept - measured.kept, most=0),
        Aim("purge: seconds that the oldest is younger than the cut", measured.oldest_kept.total_seconds(), least=0),
    ]
