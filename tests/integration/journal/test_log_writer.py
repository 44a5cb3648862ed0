"""The writer beside the work: what it keeps, what it loses, and that nobody waits for it."""
from __future__ import annotations

import threading

import pytest

from local.storage_proxy import StorageProxy
from shared.errors import ConnectorError
from shared.journal.log_entries import LogEntries
from shared.journal.log_list import LogFilter, list_log_entries
from shared.journal.log_writer import LogWriter, written_at_once
from shared.shops.card import LoggingMode, ShopCard
from tests.integration.journal.conftest import a_call
from tests.manual_clock import ManualClock


def a_card(mode: LoggingMode = LoggingMode.ALL) -> ShopCard:
    return ShopCard(code="FR", shopify_url="https://demo-fr.myshopify.com", logging_mode=mode)


def no_card() -> ShopCard:
    raise ConnectorError("shop-unknown", "there is no shop 'FR'")


def listed(logs: LogEntries) -> list[str]:
    """Request ids, newest first."""
    return [entry.request_id for entry in list_log_entries(logs, ["FR"], LogFilter()).entries]


@pytest.mark.parametrize("mode, kept", [
    (LoggingMode.DISABLED, []), (LoggingMode.ERROR_ONLY, ["bad"]), (LoggingMode.ALL, ["bad", "good"]),
])
def test_the_logging_mode_decides_what_is_kept(
    logs: LogEntries, clock: ManualClock, mode: LoggingMode, kept: list[str]
) -> None:
    log = LogWriter(logs, a_card(mode), "run-1")
    for name, has_error in (("good", False), ("bad", True)):
        log(a_call(clock.now(), request_id=name, has_error=has_error))
    log.close()

    assert listed(logs) == kept
    assert (log.written, log.lost) == (len(kept), 0)


def test_a_page_of_calls_is_one_write_to_storage(logs: LogEntries, door: StorageProxy, clock: ManualClock) -> None:
    log = LogWriter(logs, a_card(), "run-1")
    for page in range(3):
        for call in range(90):
            log(a_call(clock.now(), request_id=f"{page}-{call}"))
        log.flush()
    log.close()

    assert log.written == 270
    assert [c.method for c in door.calls if c.target == "LogEntries2026031010"] == ["POST"] * 4
    assert door.count("Tables") == 1


def test_after_a_page_only_whole_batches_go_and_the_end_brings_the_rest(
    logs: LogEntries, door: StorageProxy, clock: ManualClock
) -> None:
    log = LogWriter(logs, a_card(), "run-1")
    for page in range(3):
        for call in range(120):
            log(a_call(clock.now(), request_id=f"{page}-{call}"))
        log.flush(whole=True)
    log.close()

    assert log.written == 360
    assert [c.method for c in door.calls if c.target == "LogEntries2026031010"] == ["POST"] * (4 + 1)


def test_a_rest_with_long_bodies_does_not_wait_for_the_end(
    logs: LogEntries, door: StorageProxy, clock: ManualClock
) -> None:
    written = threading.Event()
    door.refuse = lambda call: call.target == "LogEntries2026031010" and bool(written.set())
    log = LogWriter(logs, a_card(), "run-1")
    for _ in range(2):
        log(a_call(clock.now(), response="x" * 2_500_000))
        log.flush(whole=True)

    assert written.wait(30)
    log.close()


def test_calls_of_the_same_moment_keep_their_order(logs: LogEntries, clock: ManualClock) -> None:
    log = LogWriter(logs, a_card(), "run-1")
    for name in ("first", "second", "third"):
        log(a_call(clock.now(), request_id=name))
        log.flush()
    log.close()

    assert listed(logs) == ["third", "second", "first"]


def test_a_run_of_many_threads_loses_nothing(logs: LogEntries, clock: ManualClock) -> None:
    log = LogWriter(logs, a_card(), "run-1")
    lanes = [
        threading.Thread(target=lambda: [log(a_call(clock.now())) for _ in range(300)]) for _ in range(4)
    ]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    log.close()

    assert (log.written, log.lost) == (1200, 0)


def test_what_storage_refuses_is_counted_and_nothing_is_raised(
    logs: LogEntries, door: StorageProxy, clock: ManualClock
) -> None:
    door.refuse = lambda call: call.target.startswith("LogEntries")
    log = LogWriter(logs, a_card(), "run-1")
    log(a_call(clock.now()))
    log(a_call(clock.now()))
    log.flush()
    log.close()

    assert (log.written, log.lost) == (0, 2)
    assert listed(logs) == []


def test_storage_that_does_not_answer_is_not_waited_for(
    logs: LogEntries, door: StorageProxy, clock: ManualClock
) -> None:
    answer = threading.Event()
    door.refuse = lambda call: answer.wait(30)
    log = LogWriter(logs, a_card(), "run-1", patience_seconds=0.1)

    for _ in range(10):
        log(a_call(clock.now()))
        log.flush()
    lost_meanwhile = log.lost
    log.close()
    answer.set()

    assert lost_meanwhile == 6, "four batches may wait, no more"
    assert (log.written, log.lost) == (0, 10)


def test_a_call_outside_a_run_is_written_at_once_and_harms_nobody(
    logs: LogEntries, door: StorageProxy, clock: ManualClock
) -> None:
    observe = written_at_once(logs, a_card)

    observe(a_call(clock.now(), request_id="admin"))
    door.refuse = lambda call: True
    observe(a_call(clock.now(), request_id="refused"))
    door.refuse = lambda call: False

    written_at_once(logs, no_card)(a_call(clock.now(), request_id="of a card that is gone"))

    assert listed(logs) == ["admin"]
    assert list_log_entries(logs, ["FR"], LogFilter()).entries[0].run == ""
