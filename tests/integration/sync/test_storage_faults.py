"""Whole runs while the storage account fails: every order arrives once, and what could not be kept is reported.

The faults are put in by a door in front of the emulator (local/storage_proxy.py). The connector asks as often as in
Azure, but waits hundredths of a second only.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from local.azurite import Azurite
from local.storage_faults import Kind
from local.storage_proxy import StorageCall, StorageProxy, storage_proxy
from shared.errors import ServiceUnavailable
from shared.root import build_connector
from shared.storage.account import storage_from_connection_string
from shared.storage.retries import Retries
from shared.stores.links import LinkState
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import request_sync
from tests.admin import admin_api
from tests.house import House, a_house

pytestmark = pytest.mark.emulator

ORDERS = range(5001, 5041)
IMPATIENT = Retries(first_wait_seconds=0.01, timeout_seconds=5)


@pytest.fixture
def door(azurite: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(azurite.connection_string) as proxy:
        yield proxy


@pytest.fixture
def house(door: StorageProxy) -> Iterator[House]:
    """Forty orders, mode All, storage behind the door."""
    with a_house(door.connection_string) as house:
        house.card(logging_mode="All")
        for number in ORDERS:
            house.order(number)
        wire(house, IMPATIENT)
        yield house


def wire(house: House, retries: Retries, **settings: Any) -> None:
    """The house's connector again, with a storage client that waits like this."""
    house.connector = build_connector(
        house.settings, clock=house.clock, observe=house.exchanges.append,
        storage=storage_from_connection_string(house.settings.storage_connection, retries),
    )


def arrived(house: House) -> Counter[str]:
    """How often each order is in Business Central."""
    return Counter(row["externalDocumentNumber"] for row in house.bc.state.table("salesOrders").rows.values())


def each_once() -> Counter[str]:
    return Counter(f"SHP-{number}" for number in ORDERS)


def captured(house: House) -> list[int]:
    """How many captures each order has."""
    return [len(house.connector.captures.of_record(house.shop, "orders", str(number))) for number in ORDERS]


def run_until_done(house: House, most: int) -> list[SyncRun]:
    """Run after run, as the schedule and the queue would; one that could not even be written down comes again."""
    runs: list[SyncRun] = []
    for _ in range(most):
        house.clock.forward(1200)
        try:
            runs.append(house.run("orders"))
            if runs[-1].state == "succeeded" and not house.parked():
                return runs
        except (ServiceUnavailable, AssertionError):
            continue
    raise AssertionError(f"not done after {most} runs: {runs}")


# The journal fails: the work goes on


@pytest.mark.parametrize("service, path", [("Table", "^LogEntries"), ("Blob", "^log-bodies")])
def test_without_a_log_the_run_succeeds_and_says_how_many_entries_are_lost(
    house: House, door: StorageProxy, service: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.faults.add("503", service, path)

    run = house.sync("orders")
    door.faults.clear()
    with admin_api(house, monkeypatch) as admin:
        _, (shown, *_) = admin("list_runs")

    assert (run.state, arrived(house)) == ("succeeded", each_once())
    assert run.log_entries_lost > 0
    assert (shown["log_entries"], shown["log_entries_lost"]) == (run.log_entries, run.log_entries_lost)
    assert captured(house) == [1] * len(ORDERS)


@pytest.mark.parametrize("service, path", [("Table", "^DataCaptures"), ("Blob", "^captures")])
def test_captures_that_fail_for_a_moment_are_kept_all_the_same(
    house: House, door: StorageProxy, service: str, path: str
) -> None:
    door.faults.add("503", service, path, times=2)

    run = house.sync("orders")

    assert door.faults.met == {"503": 2}
    assert (run.state, run.captures_lost, arrived(house)) == ("succeeded", 0, each_once())
    assert captured(house) == [1] * len(ORDERS)


@pytest.mark.parametrize("service, path", [("Table", "^DataCaptures"), ("Blob", "^captures")])
def test_captures_that_fail_for_good_are_counted_and_kept_when_the_record_is_read_again(
    house: House, door: StorageProxy, service: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.faults.add("503", service, path)

    run = house.sync("orders")
    door.faults.clear()
    with admin_api(house, monkeypatch) as admin:
        _, shown = admin("get_run", id=run.id)
    lost = captured(house)
    written = house.bc_writes()
    again = house.sync("orders")

    assert (run.state, arrived(house)) == ("succeeded", each_once())
    assert (run.captures_lost, shown["captures_lost"], lost) == (len(ORDERS), len(ORDERS), [0] * len(ORDERS))
    assert (again.state, again.captures_lost, again.counts["orders"].created) == ("succeeded", 0, 0)
    assert captured(house) == [1] * len(ORDERS)
    assert house.bc_writes() == written


def test_what_was_not_captured_is_captured_by_the_next_run_however_long_ago_it_changed(
    house: House, door: StorageProxy
) -> None:
    house.customer(7001)
    house.product(8001, "1001")
    house.company(9001)
    house.sync()
    house.clock.forward(86_400)
    house.change("customers", 7001, first_name="Jeanne")
    door.faults.add("503", "Blob", "^captures")
    house.order(6001)
    lost = house.sync()
    house.clock.forward(86_400)
    house.sync()
    house.clock.forward(86_400)
    still = house.sync()
    door.faults.clear()
    house.clock.forward(86_400)
    written = house.bc_writes()

    again = house.sync()

    captures = house.connector.captures
    assert (lost.captures_lost, still.captures_lost, again.captures_lost) == (2, 2, 0)
    assert len(captures.of_record(house.shop, "orders", "6001")) == 1
    assert len(captures.of_record(house.shop, "customers", "7001")) == 2
    assert house.bc_writes() == written
    assert house.connector.changed.types(house.shop) == frozenset()


def test_while_no_capture_is_taken_a_run_reads_few_of_them_again_and_all_that_webhooks_announced(
    house: House, door: StorageProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.sync.changed.IDS_PER_CALL", 10)
    door.faults.add("503", "Blob", "^captures")
    house.sync("orders")
    house.clock.forward(86_400)
    house.sync("orders")
    house.clock.forward(86_400)
    announced = [ORDERS[3], *range(6001, 6013)]
    for number in announced:
        house.order(number, note="Merci", updated_at="2026-01-01T00:00:00Z")
        house.connector.changed.add(house.shop, "orders", str(number), "orders/updated")

    run = house.run("orders")

    waiting = {int(one.id): one.why for one in house.connector.changed.of(house.shop, "orders")}
    assert run.counts["orders"].read == 20, "what was announced, and what fills up the second call"
    assert set(waiting) == {*ORDERS, *announced}
    assert set(waiting.values()) == {"uncaptured"}
    assert {f"SHP-{number}" for number in announced} <= set(arrived(house))


@pytest.mark.parametrize("then", ["names cannot be kept", "skipped records cannot be read", "the answer is lost"])
def test_captures_that_are_refused_of_a_page_that_then_fails_are_kept_with_the_next_run(
    house: House, door: StorageProxy, then: str
) -> None:
    door.faults.add("503", "Blob", "^captures")
    if then == "the answer is lost":
        house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders", times=None)
        house.bc.control.add_fault(kind="status", status=503, method="GET", entity="salesOrders", spare=1, times=None)
    door.faults.add("503", "Table", "^SkippedRecords" if then.startswith("skipped") else "^RecordNames")

    failed = house.sync("orders")
    lost = captured(house)
    door.faults.clear()
    house.bc.faults.clear()
    run_until_done(house, most=4)

    assert (failed.state, failed.captures_lost, set(lost)) == ("failed", len(ORDERS), {0})
    assert captured(house) == [1] * len(ORDERS)
    assert arrived(house) == each_once()


REFUSALS: list[Kind] = ["400", "404", "409", "412", "413"]


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("service, path", [("Table", "^LogEntries"), ("Blob", "^log-bodies")])
def test_a_log_that_is_refused_stops_nothing_whatever_the_status(
    house: House, door: StorageProxy, status: Kind, service: str, path: str
) -> None:
    door.faults.add(status, service, path)

    run = house.sync("orders")

    assert (run.state, arrived(house)) == ("succeeded", each_once())
    assert run.log_entries_lost > 0


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("service, path", [("Table", "^DataCaptures"), ("Blob", "^captures")])
def test_a_capture_that_is_refused_stops_nothing_whatever_the_status(
    house: House, door: StorageProxy, status: Kind, service: str, path: str
) -> None:
    door.faults.add(status, service, path)

    run = house.sync("orders")
    door.faults.clear()
    again = house.sync("orders")

    assert (run.state, run.captures_lost, arrived(house)) == ("succeeded", len(ORDERS), each_once())
    assert (again.state, again.captures_lost, captured(house)) == ("succeeded", 0, [1] * len(ORDERS))


def test_a_container_that_is_being_deleted_costs_its_captures_and_no_order(house: House, door: StorageProxy) -> None:
    door.faults.add("404", "Blob", "^captures/", code="ContainerNotFound")
    door.faults.add("409", "Blob", "^captures$", code="ContainerBeingDeleted")

    run = house.sync("orders")

    assert (run.state, run.captures_lost, arrived(house)) == ("succeeded", len(ORDERS), each_once())


def test_a_capture_that_we_cannot_write_costs_that_capture_and_no_order(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(raw: bytes) -> str:
        raise UnicodeDecodeError("utf-8", raw, 0, 1, "not text")

    monkeypatch.setattr("shared.journal.captures.name_of", broken)

    run = house.sync("orders")

    assert (run.state, run.captures_lost, arrived(house)) == ("succeeded", len(ORDERS), each_once())


def test_progress_that_cannot_be_written_down_stops_no_run(house: House, door: StorageProxy) -> None:
    saved: list[StorageCall] = []

    def refused_in_the_middle(call: StorageCall) -> bool:
        saved.extend([call] if call.target.startswith("SyncRuns(") and call.method in ("PUT", "PATCH") else [])
        return call.target.startswith("SyncRuns(") and len(saved) == 2

    door.refuse = refused_in_the_middle

    run = house.sync("orders")

    assert len(saved) > 2
    assert (run.state, arrived(house)) == ("succeeded", each_once())
    assert house.connector.runs.get(house.shop, run.id) == run


# The connector's memory fails: the run ends cleanly, the next one goes on


@pytest.mark.parametrize("table", ["Links", "SynchronizationInfo", "SkippedRecords"])
def test_a_run_without_its_memory_ends_as_failed_and_the_next_one_goes_on(
    house: House, door: StorageProxy, table: str
) -> None:
    door.faults.add("503", "Table", f"^{table}")

    failed = house.sync("orders")
    door.faults.clear()
    runs = run_until_done(house, most=3)

    assert (failed.state, failed.error_code) == ("failed", "storage-unavailable")
    assert failed.ended_at
    assert "503" in str(failed.error_detail)
    assert arrived(house) == each_once()
    assert house.connector.runs.latest(house.shop)[-1] == failed
    assert runs[-1].state == "succeeded"


@pytest.mark.parametrize("table", ["Links", "SynchronizationInfo", "SkippedRecords"])
@pytest.mark.parametrize("status", ["400", "413"])
def test_a_memory_that_is_refused_ends_the_run_cleanly_too(
    house: House, door: StorageProxy, table: str, status: Kind
) -> None:
    door.faults.add(status, "Table", f"^{table}")

    failed = house.sync("orders")
    door.faults.clear()
    run_until_done(house, most=3)

    assert (failed.state, failed.error_code) == ("failed", "storage-unavailable")
    assert status in str(failed.error_detail)
    assert arrived(house) == each_once()


def test_orders_whose_links_could_not_be_saved_are_found_again_and_not_made_twice(
    house: House, door: StorageProxy
) -> None:
    batches: list[StorageCall] = []

    def refused_after_the_claim(call: StorageCall) -> bool:
        batches.extend([call] if call.target == "Links" else [])
        return call.target == "Links" and len(batches) > 1

    door.refuse = refused_after_the_claim

    failed = house.sync("orders")
    made = arrived(house)
    states = {house.link("orders", int(key.removeprefix("SHP-"))).state for key in made}
    door.refuse = lambda call: False
    run_until_done(house, most=3)

    assert (failed.state, failed.error_code) == ("failed", "storage-unavailable")
    assert sum(made.values()) > 0
    assert states == {LinkState.SENDING}
    assert arrived(house) == each_once()


def test_a_run_that_cannot_be_written_down_is_left_to_the_queue_and_frees_the_shop(
    house: House, door: StorageProxy
) -> None:
    door.faults.add("503", "Table", "^SyncRuns")

    with pytest.raises(ServiceUnavailable, match="503"):
        house.sync("orders")
    door.faults.clear()

    assert house.sync("orders").state == "succeeded"
    assert arrived(house) == each_once()


def test_a_run_that_cannot_hand_over_ends_as_failed_and_the_next_one_goes_on_at_its_place(
    door: StorageProxy,
) -> None:
    with a_house(door.connection_string, time_budget_seconds=0) as house:
        for number in range(5001, 5131):
            house.order(number)
        wire(house, IMPATIENT)
        door.faults.add("503", "Queue")

        house.clock.forward(60)
        failed = house.run("orders")
        stopped_at = house.connector.informations.get(house.shop, "orders").run_cursor
        with pytest.raises(ServiceUnavailable):
            request_sync(house.connector, house.shop, started_by="test")
        door.faults.clear()
        run = house.run("orders")

        assert (failed.state, failed.error_code) == ("failed", "storage-unavailable")
        assert stopped_at
        assert run.state == "succeeded"
        assert arrived(house) == Counter(f"SHP-{number}" for number in range(5001, 5131))


# Everything fails now and then


@pytest.mark.parametrize("kind", ["429", "503", "dropped", "lost"])
def test_a_tenth_of_all_calls_failing_costs_tries_and_nothing_else(
    house: House, door: StorageProxy, kind: Kind
) -> None:
    door.faults.add(kind, share=0.1)

    runs = run_until_done(house, most=3)
    door.faults.clear()

    assert door.faults.met[kind] > 5
    assert arrived(house) == each_once()
    assert [run.error_code for run in runs if run.state != "succeeded"] == []
    assert captured(house) == [1] * len(ORDERS)


def test_runs_that_fail_again_and_again_get_there_and_make_no_order_twice(house: House, door: StorageProxy) -> None:
    for kind in ("429", "503", "dropped", "lost"):
        door.faults.add(kind, share=0.15)

    runs = run_until_done(house, most=60)
    door.faults.clear()

    assert arrived(house) == each_once()
    assert {run.error_code for run in runs} <= {"", "storage-unavailable"}
    assert house.sync("orders").counts["orders"].created == 0


def test_calls_that_time_out_though_they_were_carried_out_do_no_harm(house: House, door: StorageProxy) -> None:
    wire(house, Retries(first_wait_seconds=0.01, timeout_seconds=0.5))
    door.faults.add("timeout", "Table", times=6)
    door.faults.add("timeout", "Table", "^Links$", times=2)
    door.faults.add("timeout", "Blob", times=2)

    runs = run_until_done(house, most=4)
    door.faults.clear()

    assert door.faults.met["timeout"] == 10
    assert arrived(house) == each_once()
    assert {run.error_code for run in runs} <= {"", "storage-unavailable"}
