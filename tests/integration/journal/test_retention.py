"""What is forgotten every night: log entries, captures and runs, each for itself."""
from __future__ import annotations

import pytest

from local.storage_proxy import StorageProxy
from shared.journal.capture_list import CaptureFilter, list_captures
from shared.journal.captures import CONTAINER, DataCaptures, is_pack
from shared.journal.captures import TABLE as CAPTURES
from shared.journal.log_entries import LogEntries
from shared.journal.log_list import LogFilter, list_log_entries
from shared.journal.log_purge import LogPurges
from shared.journal.purges import TABLE as PURGES
from shared.journal.purges import Purge, Purges
from shared.journal.retention import Retention
from shared.storage.account import Storage, storage_from_connection_string
from shared.storage.retries import Retries
from shared.stores.privacy_receipts import TABLE as RECEIPTS
from shared.stores.privacy_receipts import Receipt, Receipts
from shared.stores.sync_runs import TABLE as RUNS
from shared.stores.sync_runs import SyncRuns
from tests.integration.journal.conftest import a_call, write
from tests.manual_clock import ManualClock

DAY = 24 * 3600
SHOPS = ("DE", "FR")


@pytest.fixture
def storage(door: StorageProxy) -> Storage:
    """Storage without captures, runs and purges."""
    storage = storage_from_connection_string(door.connection_string, Retries(first_wait_seconds=0.01))
    storage.blobs.remove(CONTAINER, storage.blobs.names(CONTAINER))
    for name in (CAPTURES, RUNS, PURGES, RECEIPTS):
        storage.tables.drop(name)
    return storage


@pytest.fixture
def captures(storage: Storage, clock: ManualClock) -> DataCaptures:
    return DataCaptures(storage.tables[CAPTURES], storage.blobs, clock)


@pytest.fixture
def runs(storage: Storage, clock: ManualClock) -> SyncRuns:
    return SyncRuns(storage.tables[RUNS], clock)


@pytest.fixture
def retention(
    storage: Storage, clock: ManualClock, logs: LogEntries, captures: DataCaptures, runs: SyncRuns
) -> Retention:
    """Log entries are kept for 7 days, captures for 30."""
    book = Purges(storage.tables[PURGES], clock)
    return Retention(book, clock, LogPurges(logs, book, clock, 7), captures, runs, capture_days=30)


def keep(captures: DataCaptures, shop: str, *numbers: int, type: str = "orders", note: str = "") -> None:
    """One pack with these records."""
    records = [(str(n), f'{{"id":"gid://shopify/Order/{n}","name":"#{n}","note":"{note}"}}'.encode()) for n in numbers]
    captures.keep(shop, type, records)


def listed(captures: DataCaptures, shop: str) -> list[int]:
    """The records in the list over time, newest first."""
    wanted = CaptureFilter(shop=shop, types=("orders", "customers"))
    return [int(one.record_id) for one in list_captures(captures, wanted).captures]


def rows(captures: DataCaptures) -> int:
    return sum("names" not in row["PartitionKey"] for row in captures.table.rows("PartitionKey ge @p", {"p": ""}))


def of(done: list[Purge], what: str) -> Purge:
    return next(purge for purge in done if purge.what == what)


def test_captures_go_with_their_index_at_the_age_that_is_set_to_the_second(
    retention: Retention, captures: DataCaptures, clock: ManualClock
) -> None:
    for shop in SHOPS:
        keep(captures, shop, 5001, 5002)
        keep(captures, shop, 7101, type="customers")
    clock.forward(1.25)
    for shop in SHOPS:
        keep(captures, shop, 5001, note="changed")
    clock.forward(30 * DAY - 1.25)

    done = retention.remove_expired(by="schedule")

    assert [listed(captures, shop) for shop in SHOPS] == [[5001], [5001]]
    (left,) = captures.of_record("FR", "orders", "5001")
    assert b"changed" in captures.payload(left)
    assert rows(captures) == 2
    assert (of(done, "captures").entries, of(done, "captures").bodies) == (6, 4)


def test_the_newest_capture_of_a_record_goes_too_and_its_name_leads_to_nothing(
    retention: Retention, captures: DataCaptures, clock: ManualClock
) -> None:
    keep(captures, "FR", 5001)
    clock.forward(31 * DAY)

    retention.remove_expired(by="schedule")

    wanted = CaptureFilter(shop="FR", types=("orders",), record="#5001")
    assert list_captures(captures, wanted).captures == []
    assert (rows(captures), captures.packs("FR", "orders")) == (0, [])


def test_a_removal_costs_calls_by_the_pack_and_leaves_what_is_kept_unread(
    retention: Retention, captures: DataCaptures, clock: ManualClock, door: StorageProxy
) -> None:
    def cost(records: int, kept: int) -> int:
        for pack in range(5):
            keep(captures, "FR", *range(pack * 100, pack * 100 + records))
            clock.forward(1)
        clock.forward(31 * DAY)
        for pack in range(kept):
            keep(captures, "FR", *range(9000 + pack * 100, 9000 + pack * 100 + records))
            clock.forward(1)
        before = len(door.calls)
        retention.remove_expired(by="schedule")
        return sum("aptures" in call.target for call in door.calls[before:])

    few = cost(records=2, kept=0)
    many = cost(records=80, kept=6)

    assert many == few
    assert few <= 5 * 2 + 6


def test_a_removal_that_breaks_off_goes_on_in_the_next_night(
    retention: Retention, captures: DataCaptures, clock: ManualClock, door: StorageProxy
) -> None:
    keep(captures, "DE", 5001, 5002)
    keep(captures, "FR", 5001, 5002)
    clock.forward(31 * DAY)
    door.faults.add("503", "Blob", "FR/orders/")  # its row is gone, and its pack cannot be read

    first = retention.remove_expired(by="schedule")
    broken = next(purge for purge in retention.latest() if purge.what == "captures")
    door.faults.clear()
    clock.forward(DAY)
    second = retention.remove_expired(by="schedule")

    assert (len(first), broken.ended_at) == (2, "")
    assert "503" in broken.problem
    assert len(second) == 3
    assert all(purge.ended_at and not purge.problem for purge in retention.latest())
    assert (rows(captures), [name for name in captures.blobs.names(CONTAINER) if is_pack(name)]) == (0, [])


def test_rows_that_are_gone_already_do_not_stop_a_removal(
    retention: Retention, captures: DataCaptures, clock: ManualClock
) -> None:
    keep(captures, "FR", 5001, 5002, 5003)
    captures.table.delete("FR|orders", next(captures.table.partition("FR|orders"))["RowKey"])
    clock.forward(31 * DAY)

    retention.remove_expired(by="schedule")

    assert (rows(captures), captures.packs("FR", "orders")) == (0, [])


def test_runs_go_after_ninety_days_and_receipts_stay_for_ever(
    retention: Retention, storage: Storage, runs: SyncRuns, clock: ManualClock
) -> None:
    receipts = Receipts(storage.tables[RECEIPTS])
    receipts.keep(Receipt(shop="FR", topic="customers/redact", id="1", state="done",
                          triggered_at="2026-03-10T10:00:00Z", received_at="2026-03-10T10:00:00Z"))
    for shop in SHOPS:
        runs.begin(shop, ["orders"], "schedule")
    clock.forward(0.002)
    kept = [runs.begin(shop, ["orders"], "schedule").id for shop in SHOPS]
    clock.forward(90 * DAY - 0.002)

    done = retention.remove_expired(by="schedule")

    assert [run.id for shop in SHOPS for run in runs.all(shop)] == kept
    assert of(done, "runs").entries == 2
    assert len(receipts.all()) == 1


def test_a_part_that_fails_does_not_stop_the_others(
    retention: Retention, logs: LogEntries, captures: DataCaptures, runs: SyncRuns, clock: ManualClock,
    door: StorageProxy,
) -> None:
    write(logs, "FR", a_call(clock.now()))
    keep(captures, "FR", 5001)
    runs.begin("FR", ["orders"], "schedule")
    clock.forward(91 * DAY)
    door.faults.add("503", "Table", "LogEntries")

    done = retention.remove_expired(by="schedule")
    door.faults.clear()

    assert [purge.what for purge in done] == ["captures", "runs"]
    assert (listed(captures, "FR"), list(runs.all("FR"))) == ([], [])
    assert [purge.what for purge in retention.latest() if purge.problem] == ["log entries"]

    retention.remove_expired(by="schedule")

    assert list_log_entries(logs, ["FR"], LogFilter()).entries == []
