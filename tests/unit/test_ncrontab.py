"""NCRONTAB: when a schedule fires next. Monday 23 November 2026 is the day the tables count from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ncrontab import WrongSchedule, in_words, next_occurrence, parse_schedule

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("* * * * * *", "2026-11-23T12:00:01"),
        ("0 * * * * *", "2026-11-23T12:01:00"),  # noon itself is not after noon
        ("0 */5 * * * *", "2026-11-23T12:05:00"),
        ("30 */5 * * * *", "2026-11-23T12:00:30"),
        ("0 0 * * * *", "2026-11-23T13:00:00"),
        ("0 0 */2 * * *", "2026-11-23T14:00:00"),
        ("0 0 9-17 * * *", "2026-11-23T13:00:00"),
        ("0 30 9 * * *", "2026-11-24T09:30:00"),
        ("0 30 9 * * 1-5", "2026-11-24T09:30:00"),
        ("0 30 9 * * mon", "2026-11-30T09:30:00"),
        ("0 30 9 * * 0", "2026-11-29T09:30:00"),  # 0 is Sunday
        ("0 30 9 * Jan Mon", "2027-01-04T09:30:00"),
        ("0 0 0 13 * Friday", "2027-08-13T00:00:00"),  # day AND weekday
        ("0 5,35 10-14/2 * * *", "2026-11-23T12:05:00"),
        ("0 50/5 * * * *", "2026-11-23T12:50:00"),  # from 50 to the end of the hour
        ("0 0 0 29 2 *", "2028-02-29T00:00:00"),
        ("0 0 0 31 12 *", "2026-12-31T00:00:00"),
        ("0 0 0 * jan-march *", "2027-01-01T00:00:00"),
        ("0 12 * * *", "2026-11-24T12:00:00"),  # five fields: at second 0
    ],
)
def test_the_next_time_after_monday_noon(expression: str, expected: str) -> None:
    assert next_occurrence(parse_schedule(expression), MONDAY_NOON).isoformat() == expected + "+00:00"


@pytest.mark.parametrize(
    "expression, part_of_the_complaint",
    [
        ("0 0 0 * *  * *", "six fields"),
        ("00:05:00", "App Service plans only"),
        ("60 * * * * *", "second (0 to 59)"),
        ("0 0 24 * * *", "hour (0 to 23)"),
        ("0 0 0 0 * *", "day (1 to 31)"),
        ("0 0 0 * * 7", "weekday (0 to 6)"),
        ("0 0 0 * Foo *", "month (1 to 12)"),
        ("0 */0 * * * *", "minute (0 to 59)"),
        ("0 1- * * * *", "minute (0 to 59)"),
        ("² * * * * *", "second (0 to 59)"),  # a digit to Python's isdigit(), and no number to int()
        ("0 0 ٣ * * *", "hour (0 to 23)"),
        ("0 */٣ * * * *", "minute (0 to 59)"),
        (f"0 {'9' * 5000} * * * *", "minute (0 to 59)"),
        (f"0 */{'9' * 5000} * * * *", "minute (0 to 59)"),
        ("0 0 0 * ſep *", "month (1 to 12)"),
    ],
)
def test_a_wrong_expression_is_refused_by_its_field(expression: str, part_of_the_complaint: str) -> None:
    with pytest.raises(WrongSchedule) as refusal:
        parse_schedule(expression)

    assert part_of_the_complaint in str(refusal.value)


def test_a_date_that_does_not_exist_is_refused() -> None:
    with pytest.raises(WrongSchedule, match="never fires"):
        next_occurrence(parse_schedule("0 0 0 30 2 *"), MONDAY_NOON)


def _fields(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high)
    ranges = st.lists(numbers, min_size=2, max_size=2, unique=True).map(sorted).map(lambda two: f"{two[0]}-{two[1]}")
    steps = st.integers(1, high).map(lambda step: f"*/{step}")
    return st.one_of(st.just("*"), numbers.map(str), ranges, steps, st.lists(numbers, min_size=1).map(_as_list))


def _as_list(numbers: list[int]) -> str:
    return ",".join(map(str, numbers))


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(_fields(0, 59), _fields(0, 59), _fields(0, 23), st.just("*"), _fields(1, 12), _fields(0, 6)),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
)
def test_any_schedule_without_a_day_of_the_month_agrees_with_croniter(fields: tuple[str, ...], after: datetime) -> None:
    expression, start = " ".join(fields), after.replace(microsecond=0, tzinfo=UTC)

    expected = croniter(expression, start, ret_type=datetime, second_at_beginning=True).get_next()

    assert next_occurrence(parse_schedule(expression), start) == expected


@pytest.mark.parametrize(
    "expression, words",
    [
        ("0 */5 * * * *", "every 5 minutes"), ("0 */1 * * * *", "every minute"), ("0 * * * * *", "every minute"),
        ("*/5 * * * *", "every 5 minutes"), ("0 0,30 * * * *", "every 30 minutes"),
        ("0 25 * * * *", "every hour, 25 minutes past"), ("0 0 * * * *", "every hour, 0 minutes past"),
        ("0 0 2 * * *", "every day at 02:00 UTC"), ("0 5 14 * * *", "every day at 14:05 UTC"),
        ("0 */7 * * * *", "at the times of 0 */7 * * * *"), ("0 5/10 * * * *", "at the times of 0 5/10 * * * *"),
        ("0 0 0 1 1 *", "at the times of 0 0 0 1 1 *"), ("30 */5 * * * *", "at the times of 30 */5 * * * *"),
        ("0 */5 8-18 * * *", "at the times of 0 */5 8-18 * * *"), ("0 0 2 * * 1-5", "at the times of 0 0 2 * * 1-5"),
        ("0 0 2,14 * * *", "at the times of 0 0 2,14 * * *"),
    ],
)
def test_a_schedule_in_words(expression: str, words: str) -> None:
    assert str(in_words(parse_schedule(expression))) == words
