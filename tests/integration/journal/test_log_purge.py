"""Removing log entries: where the cut lies, what it costs, and what happens when it is interrupted."""
from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from local.storage_proxy import StorageCall, StorageProxy
from shared.errors import ConnectorError
from shared.journal.log_entries import CONTAINERS, TABLES, LogEntries, container_of
from shared.journal.log_list import LogFilter, list_log_entries
from shared.journal.log_purge import LogPurges
from shared.journal.purges import TABLE, Purges
from shared.telemetry import SIDE_BY_SIDE
from tests.integration.journal.conftest import a_call, write
from tests.manual_clock import ManualClock

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
LONG = "x" * 20_000


def listed(logs: LogEntries, *shops: str) -> list[str]:
    return [entry.request_id for entry in list_log_entries(logs, shops or ["FR"], LogFilter()).entries]


@pytest.fixture
def clock() -> ManualClock:
    """Half past ten, so that the hour of a cut has entries on both sides of it."""
    clock = ManualClock()
    clock.forward(30 * 60)
    return clock


@pytest.fixture
def purges(logs: LogEntries, clock: ManualClock) -> LogPurges:
    logs.tables.drop("LogPurges")
    return LogPurges(logs, Purges(logs.tables[TABLE], clock), clock, retention_days=7)


def test_the_cut_lies_at_the_present_time_of_day_and_its_moment_goes_too(
    logs: LogEntries, purges: LogPurges, clock: ManualClock
) -> None:
    cut = clock.now() - 7 * DAY
    for name, at in (("new", cut + SECOND), ("at the cut", cut), ("old", cut - SECOND), ("the hour before", cut - HOUR),
                     ("long ago", cut - 30 * DAY)):
        write(logs, "FR", a_call(at, request_id=name))
        write(logs, "DE", a_call(at, request_id=f"{name} too"))

    purge = purges.remove_older_than(7, by="Claire")

    assert listed(logs, "DE", "FR") in (["new", "new too"], ["new too", "new"])
    assert (purge.hours, purge.days, purge.entries, purge.by) == (2, 0, 4, "Claire")


def test_bodies_go_with_their_entries_and_the_others_stay_readable(
    logs: LogEntries, purges: LogPurges, clock: ManualClock
) -> None:
    cut = clock.now() - 7 * DAY
    write(logs, "FR", a_call(cut - 3 * DAY, request=LONG))
    write(logs, "FR", a_call(cut - SECOND, request=LONG))
    write(logs, "FR", a_call(cut - SECOND, request=LONG, request_id="x"), a_call(cut + SECOND, request=LONG))

    purge = purges.remove_older_than(7, by="Claire")

    (left,) = list_log_entries(logs, ["FR"], LogFilter()).entries
    assert logs.get(left.id).request == LONG
    assert logs.blobs.containers(CONTAINERS) == [container_of(cut.date())]
    assert purge.bodies == 1
    assert len(logs.blobs.names(container_of(cut.date()))) == 1


def test_bodies_of_the_day_of_the_cut_go_whatever_their_hour(
    logs: LogEntries, purges: LogPurges, clock: ManualClock
) -> None:
    cut = clock.now() - 7 * DAY
    for name, at in (("late", cut + 3 * HOUR), ("new", cut + SECOND), ("old", cut - SECOND), ("early", cut - 3 * HOUR)):
        write(logs, "FR", a_call(at, request=LONG, request_id=name))

    purge = purges.remove_older_than(7, by="Claire")

    assert (purge.hours, purge.entries, purge.bodies) == (1, 1, 2)
    left = list_log_entries(logs, ["FR"], LogFilter()).entries
    assert [(entry.request_id, logs.get(entry.id).request) for entry in left] == [("late", LONG), ("new", LONG)]


def test_a_whole_day_goes_by_a_call_an_hour_and_one_for_its_bodies(
    logs: LogEntries, purges: LogPurges, door: StorageProxy, clock: ManualClock
) -> None:
    for hour in range(24):
        write(logs, "FR", a_call(datetime(2026, 3, 1, hour, 59, tzinfo=UTC), request=LONG))

    before = len(door.calls)
    purge = purges.remove_older_than(7, by="Claire")

    assert (purge.hours, logs.tables.names(TABLES), logs.blobs.containers(CONTAINERS)) == (24, [], [])
    assert sum(call.method == "DELETE" for call in door.calls[before:]) == 24 + 1


def test_a_purge_costs_calls_by_the_hour_and_not_by_the_entry(
    logs: LogEntries, purges: LogPurges, door: StorageProxy, clock: ManualClock
) -> None:
    def seed(entries: int) -> None:
        for day in range(10, 15):
            write(logs, "FR", *[a_call(clock.now() - day * DAY, request=LONG) for _ in range(entries)])

    def cost() -> int:
        before = len(door.calls)
        purges.remove_older_than(7, by="Claire")
        return len(door.calls) - before

    purges.remove_older_than(7, by="Claire")
    seed(10)
    few = cost()
    seed(150)

    assert few == cost()
    assert few <= 5 * 2 + 8
    assert listed(logs) == []


def test_what_is_counted_before_it_goes_is_asked_for_side_by_side_and_with_no_more_calls_than_it_may_take(
    logs: LogEntries, purges: LogPurges, door: StorageProxy, clock: ManualClock
) -> None:
    for hour in range(40):
        write(logs, "FR", a_call(clock.now() - hour * HOUR))
    seen, together = count(), threading.Barrier(SIDE_BY_SIDE)

    def waits_for_the_others(call: StorageCall) -> bool:
        if call.target.startswith("LogEntries") and 1 + 2 + 4 <= next(seen) < 1 + 2 + 4 + SIDE_BY_SIDE:
            together.wait(20)
        return False

    door.refuse, before = waits_for_the_others, len(door.calls)

    assert purges.count(most_calls=20) == (20, True)
    assert len(door.calls) - before == 1 + 20, "the tables, and an hour a call"
    assert purges.count() == (40, False)


def test_the_hour_of_the_cut_costs_a_call_a_hundred_rows(
    logs: LogEntries, purges: LogPurges, door: StorageProxy, clock: ManualClock
) -> None:
    cut = clock.now() - 7 * DAY
    write(logs, "FR", *[a_call(cut - SECOND) for _ in range(250)])
    write(logs, "FR", a_call(cut + SECOND))

    before = len(door.calls)
    purge = purges.remove_older_than(7, by="Claire")

    batches = [call for call in door.calls[before:] if (call.method, call.target[:10]) == ("POST", "LogEntries")]
    assert (purge.entries, len(batches)) == (250, 3)
    assert len(listed(logs)) == 1


def test_every_night_removes_what_is_expired_and_writes_down_what_it_was(
    logs: LogEntries, purges: LogPurges, clock: ManualClock
) -> None:
    write(logs, "FR", a_call(clock.now() - 8 * DAY))
    write(logs, "FR", a_call(clock.now() - 6 * DAY, request_id="kept"))

    purges.remove_expired(by="schedule")
    clock.forward(24 * 3600)
    purges.remove_expired(by="schedule")

    tonight, yesterday = purges.latest()
    assert (yesterday.by, yesterday.hours, yesterday.before) == ("schedule", 1, "2026-03-03T10:30:00.000000Z")
    assert (tonight.entries, tonight.hours) == (1, 0)
    assert listed(logs) == []


def test_an_interrupted_purge_is_finished_by_the_next_night(
    logs: LogEntries, purges: LogPurges, door: StorageProxy, clock: ManualClock
) -> None:
    for day in range(1, 5):
        write(logs, "FR", a_call(clock.now() - day * DAY, request_id=str(day)))
    door.refuse = lambda call: call.method == "DELETE" and "20260307" in call.target

    with pytest.raises(Exception, match="refused by the proxy"):
        purges.remove_older_than(2, by="Claire")
    begun = purges.latest()[0]
    door.refuse = lambda call: False
    purges.remove_expired(by="schedule")

    assert begun.ended_at == ""
    assert all(purge.ended_at for purge in purges.latest())
    assert listed(logs) == ["1"]


def test_an_interruption_in_the_middle_of_the_hour_of_the_cut_repeats_nothing(
    logs: LogEntries, purges: LogPurges, door: StorageProxy, clock: ManualClock
) -> None:
    write(logs, "FR", *[a_call(clock.now() - 7 * DAY) for _ in range(250)])
    batches: list[object] = []
    door.refuse = lambda call: call.target == "LogEntries2026030310" and (batches.append(call) or len(batches) > 1)  # type: ignore[func-returns-value]

    with pytest.raises(Exception, match="refused by the proxy"):
        purges.remove_expired(by="schedule")
    door.refuse = lambda call: False
    purges.remove_expired(by="schedule")

    assert listed(logs) == []
    assert sum(purge.entries for purge in purges.latest()) == 150, "the first hundred were gone already"


def test_all_goes_only_when_the_number_is_confirmed(logs: LogEntries, purges: LogPurges, clock: ManualClock) -> None:
    write(logs, "FR", *[a_call(clock.now() - 3 * DAY) for _ in range(4)], *[a_call(clock.now()) for _ in range(6)])

    for confirm in (None, 0, 9, 11):
        with pytest.raises(ConnectorError) as refused:
            purges.remove_all(confirm, by="Claire")
        assert refused.value.code == "confirmation-needed"
        assert "10 log entries" in refused.value.detail
    assert len(listed(logs)) == 10

    purges.remove_all(10, by="Claire")

    assert listed(logs) == []
    write(logs, "FR", a_call(clock.now() + SECOND, request_id="written on"))
    assert listed(logs) == ["written on"]


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_days_out_of_range_are_refused(purges: LogPurges, days: int) -> None:
    with pytest.raises(ConnectorError) as refused:
        purges.remove_older_than(days, by="Claire")

    assert refused.value.code == "input-invalid"
    assert purges.latest() == []


def test_tables_of_a_day_and_of_somebody_else_stay(logs: LogEntries, purges: LogPurges, clock: ManualClock) -> None:
    write(logs, "FR", a_call(clock.now() - 8 * DAY), a_call(clock.now()))
    others = ["LogEntries20260301", "LogEntriesOfSomebody"]
    for name in others:
        logs.tables[name].put({"PartitionKey": "FR", "RowKey": "x"})

    purges.remove_older_than(7, by="Claire")
    purges.remove_all(1, by="Claire", shop="FR")

    assert set(others) <= set(logs.tables.names(TABLES))
    assert listed(logs) == []


def test_two_purges_at_once_do_not_stumble_over_each_other(
    logs: LogEntries, purges: LogPurges, door: StorageProxy, clock: ManualClock
) -> None:
    write(logs, "FR", *[a_call(clock.now() - 7 * DAY) for _ in range(120)])
    (last, *_) = [row["RowKey"] for row in logs.tables["LogEntries2026030310"].partition("FR")][::-1]

    def the_other_one_was_quicker(call: StorageCall) -> bool:
        if (call.method, call.target) == ("POST", "LogEntries2026030310"):
            door.refuse = lambda call: False
            logs.tables["LogEntries2026030310"].delete("FR", last)
        return False

    door.refuse = the_other_one_was_quicker

    purge = purges.remove_older_than(7, by="Claire")

    assert purge.ended_at
    assert listed(logs) == []


# Of one shop


def test_the_entries_of_one_shop_go_by_age_and_the_other_shops_stay_whole(
    logs: LogEntries, purges: LogPurges, clock: ManualClock
) -> None:
    cut = clock.now() - 7 * DAY
    for shop in ("DE", "FR", "FR-2"):
        write(logs, shop, a_call(cut + SECOND, request=LONG, request_id="new"))
        write(logs, shop, a_call(cut - SECOND, request=LONG, request_id="old"))
        write(logs, shop, a_call(cut - 3 * DAY, request=LONG, request_id="long ago"))

    purge = purges.remove_older_than(7, by="Claire", shop="FR")

    assert (purge.shop, purge.entries, purge.bodies, purge.hours) == ("FR", 2, 2, 0)
    assert listed(logs, "FR") == ["new"]
    for shop in ("DE", "FR-2"):
        assert listed(logs, shop) == ["new", "old", "long ago"]
        for entry in list_log_entries(logs, [shop], LogFilter()).entries:
            assert logs.get(entry.id).request == LONG


def test_all_entries_of_one_shop_go_when_its_own_number_is_confirmed(
    logs: LogEntries, purges: LogPurges, clock: ManualClock
) -> None:
    for day in range(3):
        write(logs, "FR", a_call(clock.now() - day * DAY), a_call(clock.now() - day * DAY))
        write(logs, "DE", a_call(clock.now() - day * DAY))

    with pytest.raises(ConnectorError, match="6 log entries of shop FR"):
        purges.remove_all(9, by="Claire", shop="FR")
    purges.remove_all(6, by="Claire", shop="FR")

    assert (listed(logs, "FR"), len(listed(logs, "DE"))) == ([], 3)


def test_an_interrupted_removal_of_one_shop_is_finished_for_this_shop_only(
    logs: LogEntries, purges: LogPurges, door: StorageProxy, clock: ManualClock
) -> None:
    for day in range(3):
        write(logs, "FR", a_call(clock.now() - day * DAY))
        write(logs, "DE", a_call(clock.now() - day * DAY))
    door.refuse = lambda call: (call.method, call.target) == ("POST", "LogEntries2026030810")

    with pytest.raises(Exception, match="refused by the proxy"):
        purges.remove_all(3, by="Claire", shop="FR")
    door.refuse = lambda call: False
    purges.remove_expired(by="schedule")

    assert (listed(logs, "FR"), len(listed(logs, "DE"))) == ([], 3)
