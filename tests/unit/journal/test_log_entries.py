"""Keys and numbers of log entries: unique, newest first by key, oldest first by number."""
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConnectorError
from shared.journal.log_entries import (
    FIELDS,
    address_of,
    container_of,
    days_of,
    entry_of,
    hour_of,
    hours_of,
    key_at,
    table_of,
)

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
SEQUENCES = st.integers(0, 999_999)


def number_of(at: datetime, sequence: int, shop: str = "FR") -> str:
    row = dict.fromkeys(FIELDS, "") | {
        "PartitionKey": shop, "RowKey": key_at(at, sequence, "00c0de"), "at": at.isoformat(timespec="microseconds"),
        "status": 200, "retry": 0, "seconds": 0.1, "has_error": False,
        "requested_cost": None, "actual_cost": None, "available_points": None,
    }
    return entry_of(row).id


@given(at=MOMENTS, sequence=SEQUENCES)
def test_an_entry_is_found_again_by_its_number(at: datetime, sequence: int) -> None:
    address = address_of(number_of(at, sequence, "FR_2-X"))

    assert address == (hour_of(at), "FR_2-X", key_at(at, sequence, "00c0de"))
    assert (address.table, address.container) == (table_of(hour_of(at)), container_of(at.date()))


@given(first=st.tuples(MOMENTS, SEQUENCES), second=st.tuples(MOMENTS, SEQUENCES))
def test_numbers_are_in_the_order_of_time_and_keys_of_a_day_against_it(
    first: tuple[datetime, int], second: tuple[datetime, int]
) -> None:
    first, second = sorted((first, second))

    assert number_of(*first) <= number_of(*second)
    if first[0].date() == second[0].date():
        assert key_at(*first, "00c0de") >= key_at(*second, "00c0de")


@given(cut=MOMENTS, apart=st.timedeltas(timedelta(0), timedelta(hours=12)))
def test_the_key_of_a_moment_parts_what_came_until_then_from_what_came_later(cut: datetime, apart: timedelta) -> None:
    before, after = cut - apart, cut + apart + timedelta(microseconds=1)

    if before.date() == cut.date():
        assert key_at(before, 7, "ffffff") >= key_at(cut)
    if after.date() == cut.date():
        assert key_at(after, 7, "ffffff") < key_at(cut)


@pytest.mark.parametrize("number", [
    "", "1", "20260310", "x" * 5000, "20261310-100000000000-000000abcdef-FR", "20260310-990000000000-000000abcdef-FR",
    "20260310-100000000000-000000abcdef-fr' or 1 eq 1", "20260310-100000000000-000000abcdef-FR\n",
])
def test_what_is_no_number_is_not_found(number: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        address_of(number)

    assert refused.value.code == "not-found"


def test_a_moment_lies_in_its_utc_hour_whatever_its_time_zone() -> None:
    at = datetime(2026, 3, 11, 1, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    assert table_of(hour_of(at)) == "LogEntries2026031020"
    assert hour_of(hour_of(at)) == hour_of(at) == datetime(2026, 3, 10, 20, tzinfo=UTC)


def test_hours_are_read_from_names_newest_first_and_other_names_are_left_alone() -> None:
    names = ["LogEntries2026030923", "LogEntries2026031100", "LogEntriesOfSomebody", "LogEntries202603101",
             "LogEntries20260310", "LogEntries2026031024", "LogEntries2026133100", "LogEntries"]

    assert hours_of(names) == [datetime(2026, 3, 11, tzinfo=UTC), datetime(2026, 3, 9, 23, tzinfo=UTC)]


def test_days_are_read_from_names_newest_first_and_other_names_are_left_alone() -> None:
    names = ["log-bodies-20260309", "log-bodies-20260311", "log-bodies-of-somebody", "log-bodies-2026031",
             "log-bodies-20260230"]

    assert days_of(names) == [date(2026, 3, 11), date(2026, 3, 9)]
