"""The list: filters, pages over hours and shops, and what a page costs."""
from __future__ import annotations

import threading
import zlib
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from itertools import count

import pytest

from local.azurite import Azurite
from local.storage_proxy import StorageCall, StorageProxy
from shared.errors import ConnectorError
from shared.journal.log_entries import LogEntries
from shared.journal.log_list import MOST_CALLS, LogFilter, list_log_entries
from shared.storage.account import storage_from_connection_string
from shared.telemetry import SIDE_BY_SIDE
from tests.integration.journal.conftest import a_call, write
from tests.manual_clock import ManualClock

ALL = LogFilter()
HOUR = timedelta(hours=1)


def pages(logs: LogEntries, shops: list[str], wanted: LogFilter = ALL) -> list[list[str]]:
    """Request ids, page by page, to the end."""
    found, continuation = [], ""
    while True:
        page = list_log_entries(logs, shops, wanted, continuation)
        found.append([entry.request_id for entry in page.entries])
        continuation = page.continuation
        if not continuation:
            return found


def listed(logs: LogEntries, wanted: LogFilter) -> list[str]:
    return [name for page in pages(logs, ["FR"], wanted) for name in page]


@pytest.fixture
def mixed(logs: LogEntries, clock: ManualClock) -> LogEntries:
    """Five calls, an hour apart, over midnight: from a, the oldest, to e."""
    at = clock.now().replace(hour=21)
    write(logs, "FR", a_call(at, request_id="a", has_error=True, status=500), run="run-1")
    write(logs, "FR", a_call(at + HOUR, request_id="b", direction="Business Central", method="GET",
                             url="https://bc.example/companies(1)/Items"), run="run-1")
    write(logs, "FR", a_call(at + 2 * HOUR, request_id="c"), run="run-2")
    write(logs, "FR", a_call(at + 3 * HOUR, request_id="d", has_error=True, status=0), run="run-2")
    write(logs, "FR", a_call(at + 4 * HOUR, request_id="e", status=404, has_error=True))
    write(logs, "DE", a_call(at, request_id="not ours"))
    return logs


@pytest.mark.parametrize("wanted, found", [
    pytest.param(ALL, "edcba", id="all, newest first"),
    pytest.param(LogFilter(has_error=True), "eda", id="with errors"),
    pytest.param(LogFilter(has_error=False), "cb", id="without"),
    pytest.param(LogFilter(status=500), "a", id="status 500"),
    pytest.param(LogFilter(status=0), "d", id="no answer"),
    pytest.param(LogFilter(direction="Business Central"), "b", id="direction"),
    pytest.param(LogFilter(run="run-2"), "dc", id="run"),
    pytest.param(LogFilter(text="ITEMS"), "b", id="text in the address, whatever the case"),
    pytest.param(LogFilter(text="nowhere"), "", id="text that is nowhere"),
    pytest.param(LogFilter(has_error=True, text="e", run="run-2"), "d", id="several at once"),
    pytest.param(LogFilter(run="x' or RowKey gt '"), "", id="a quote is only a quote"),
])
def test_a_filter_finds_what_it_says(mixed: LogEntries, wanted: LogFilter, found: str) -> None:
    assert "".join(listed(mixed, wanted)) == found


def test_both_ends_of_a_time_range_are_included(mixed: LogEntries, clock: ManualClock) -> None:
    at = clock.now().replace(hour=21)

    def between(since: datetime | None, until: datetime | None) -> str:
        return "".join(listed(mixed, LogFilter(since=since, until=until)))

    assert between(at + HOUR, at + 3 * HOUR) == "dcb"
    assert between(at + HOUR + timedelta(microseconds=1), at + 3 * HOUR - timedelta(microseconds=1)) == "c"
    assert between(None, at) == "a"
    assert between(at + 4 * HOUR, None) == "e"
    assert between(at + 5 * HOUR, None) == ""
    assert between(at + 3 * HOUR, at + HOUR) == ""


def test_pages_of_fifty_go_on_over_hours_and_shops_without_a_gap_or_a_double(
    logs: LogEntries, clock: ManualClock
) -> None:
    at, expected = clock.now(), []
    for hour in range(2):
        for n in range(60):
            moment = at + timedelta(hours=hour, seconds=n)
            for shop in ("DE", "FR"):
                name = f"{hour}-{n}-{shop}"
                write(logs, shop, a_call(moment + timedelta(microseconds=shop == "FR"), request_id=name))
                expected.append(name)

    found = pages(logs, ["DE", "FR"])

    assert [len(page) for page in found] == [50, 50, 50, 50, 40]
    assert [name for page in found for name in page] == expected[::-1]
    assert [name for page in pages(logs, ["FR"]) for name in page] == [n for n in expected[::-1] if n.endswith("FR")]


def test_entries_that_come_in_between_do_not_shift_the_next_page(logs: LogEntries, clock: ManualClock) -> None:
    write(logs, "FR", *[a_call(clock.now() + timedelta(seconds=n), request_id=str(n)) for n in range(70)])
    first = list_log_entries(logs, ["FR"], ALL)

    write(logs, "FR", *[a_call(clock.now() + HOUR, request_id="new") for _ in range(60)])
    second = list_log_entries(logs, ["FR"], ALL, first.continuation)

    assert [entry.request_id for entry in second.entries] == [str(n) for n in range(19, -1, -1)]


@pytest.mark.parametrize("continuation", [
    "x", "!!!", "AAAA", "é", "A" * 10_000, urlsafe_b64encode(b"[]").decode(),
    urlsafe_b64encode(b'["2026-03-10T10:00:00Z",{},"0"]').decode(),
    urlsafe_b64encode(zlib.compress(b'["2026-03-10T10:00:00Z",{},"0"]')).decode(),
    urlsafe_b64encode(zlib.compress(b"[" * 100_000_000, 9)).decode(),
], ids=["letter", "signs", "zeros", "accent", "long", "list", "unpacked", "packed", "a hundred million brackets"])
def test_a_continuation_that_was_never_given_is_refused(mixed: LogEntries, continuation: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        list_log_entries(mixed, ["FR"], ALL, continuation)

    assert refused.value.code == "input-invalid"


def test_a_continuation_belongs_to_its_shop_and_filters(logs: LogEntries, clock: ManualClock) -> None:
    write(logs, "FR", *[a_call(clock.now()) for _ in range(51)])
    ours = LogFilter(shop="FR")
    continuation = list_log_entries(logs, ["FR", "DE"], ours).continuation

    assert len(list_log_entries(logs, ["FR", "DE"], ours, continuation).entries) == 1
    for wanted in (ALL, LogFilter(shop="DE"), LogFilter(shop="FR", has_error=True)):
        with pytest.raises(ConnectorError):
            list_log_entries(logs, ["FR", "DE"], wanted, continuation)


def test_a_list_goes_on_with_its_shops_though_one_was_added_or_removed(logs: LogEntries, clock: ManualClock) -> None:
    for shop in ("FR", "DE", "NEW"):
        write(logs, shop, *[a_call(clock.now() + timedelta(seconds=n), request_id=f"{n} {shop}") for n in range(30)])
    first = list_log_entries(logs, ["FR", "DE"], ALL)

    after_one_was_added = list_log_entries(logs, ["FR", "DE", "NEW"], ALL, first.continuation)
    after_one_was_removed = list_log_entries(logs, ["FR"], ALL, first.continuation)

    assert sorted(entry.request_id for entry in after_one_was_added.entries) == sorted(
        f"{n} {shop}" for n in range(5) for shop in ("FR", "DE"))
    assert [entry.request_id for entry in after_one_was_removed.entries] == [f"{n} FR" for n in range(4, -1, -1)]


def test_the_continuation_of_many_shops_fits_into_an_address(logs: LogEntries, clock: ManualClock) -> None:
    shops = [f"SHOP{number:03d}" for number in range(120)]
    for number, shop in enumerate(shops):
        write(logs, shop, a_call(clock.now() + timedelta(seconds=number), request_id=str(number)))

    first = list_log_entries(logs, shops, ALL)

    assert len(first.continuation) < 30 * len(shops), "8,000 characters are enough for 250 shops"
    assert [one for page in pages(logs, shops) for one in page] == [str(number) for number in range(119, -1, -1)]


def test_the_first_page_costs_the_same_among_300_and_among_2_500_entries(
    logs: LogEntries, emulator: Azurite, door: StorageProxy, clock: ManualClock
) -> None:
    behind_the_door = LogEntries(storage_from_connection_string(emulator.connection_string))

    def seed(entries: int) -> None:
        write(behind_the_door, "FR", *[a_call(clock.now() + timedelta(milliseconds=n)) for n in range(entries)])

    def cost() -> int:
        before = len(door.calls)
        assert len(list_log_entries(logs, ["FR"], ALL).entries) == 50
        return len(door.calls) - before

    seed(300)
    among_300 = cost()
    seed(2_200)

    assert among_300 == cost() == 2
    among_needles_in_hay(logs, door)


def among_needles_in_hay(logs: LogEntries, door: StorageProxy) -> None:
    """In the same 2,500 entries: a text that is nowhere takes few calls a page, and the list comes to an end."""
    wanted, before = LogFilter(text="nowhere"), len(door.calls)

    assert not any(pages(logs, ["FR"], wanted))
    assert len(door.calls) - before == 1 + 3, "a thousand entries a call"

    before = len(door.calls)
    cut_short = list_log_entries(logs, ["FR"], wanted, most_calls=1)
    assert (cut_short.entries, len(door.calls) - before) == ([], 1 + 1), "a call of a thousand rows counts as five"
    assert cut_short.continuation
    assert not list_log_entries(logs, ["FR"], wanted, cut_short.continuation).continuation


def test_the_week_of_a_quiet_shop_is_one_page(logs: LogEntries, door: StorageProxy, clock: ManualClock) -> None:
    for hour in range(7 * 24):
        write(logs, "DE", a_call(clock.now() - hour * HOUR))
    for hour in range(0, 7 * 24, 4):
        write(logs, "FR", a_call(clock.now() - hour * HOUR, request_id=str(hour)))
    before = len(door.calls)

    page = list_log_entries(logs, ["FR"], ALL)

    assert [entry.request_id for entry in page.entries] == [str(hour) for hour in range(0, 7 * 24, 4)]
    assert (page.continuation, len(door.calls) - before) == ("", 1 + 7 * 24)


def test_hours_that_do_not_fill_the_page_are_asked_eight_at_once(
    logs: LogEntries, door: StorageProxy, clock: ManualClock
) -> None:
    for hour in range(1 + 2 + 4 + SIDE_BY_SIDE):
        write(logs, "FR", a_call(clock.now() - hour * HOUR, request_id=str(hour)))
    calls, together = count(), threading.Barrier(SIDE_BY_SIDE)

    def waits_for_the_others(call: StorageCall) -> bool:
        if call.target.startswith("LogEntries") and next(calls) >= 1 + 2 + 4:
            together.wait(30)
        return False

    door.refuse = waits_for_the_others

    page = list_log_entries(logs, ["FR"], ALL)

    assert [entry.request_id for entry in page.entries] == [str(hour) for hour in range(15)]


def test_a_busy_hour_is_asked_alone(logs: LogEntries, door: StorageProxy, clock: ManualClock) -> None:
    for hour in range(12):
        write(logs, "FR", *[a_call(clock.now() - hour * HOUR) for _ in range(60)])
    before = len(door.calls)

    first = list_log_entries(logs, ["FR"], ALL)

    assert (len(first.entries), len(door.calls) - before) == (50, 1 + 1)


def test_tables_of_a_day_and_of_somebody_else_hurt_nobody(logs: LogEntries, clock: ManualClock) -> None:
    write(logs, "FR", a_call(clock.now(), request_id="ours"))
    for name in ("LogEntries20260310", "LogEntries2026131399", "LogEntriesOfSomebody"):
        logs.tables[name].put({"PartitionKey": "FR", "RowKey": "x"})

    assert listed(logs, ALL) == ["ours"]


def test_a_page_ends_early_rather_than_look_for_ever(logs: LogEntries, door: StorageProxy, clock: ManualClock) -> None:
    hours = MOST_CALLS + 2 * SIDE_BY_SIDE
    for hour in range(hours):
        write(logs, "FR", a_call(clock.now() - hour * HOUR, request_id=str(hour)))
    wanted = LogFilter(status=418)
    write(logs, "FR", a_call(clock.now() - hours * HOUR, status=418, request_id="found"))

    before = len(door.calls)
    first = list_log_entries(logs, ["FR"], wanted)

    assert first.entries == []
    assert len(door.calls) - before == 1 + MOST_CALLS + 1, "the tables, and the shop's own call beside those of a page"
    assert listed(logs, wanted) == ["found"]
