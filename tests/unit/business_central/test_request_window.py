"""Never more than the limit in any five minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.business_central.request_window import SPAN, RequestWindow

START = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
NO_WAIT = timedelta(0)


def test_requests_below_the_limit_do_not_wait() -> None:
    window = RequestWindow(limit=3)

    assert [window.reserve(START) for _ in range(3)] == [NO_WAIT] * 3


def test_the_request_after_the_limit_waits_until_the_first_is_five_minutes_old() -> None:
    window = RequestWindow(limit=3)
    window.reserve(START)
    window.reserve(START + timedelta(minutes=1), requests=2)

    assert window.reserve(START + timedelta(minutes=2)) == timedelta(minutes=3)
    assert window.reserve(START + timedelta(minutes=2)) == timedelta(minutes=4)


def test_a_batch_takes_a_place_for_each_operation() -> None:
    window = RequestWindow(limit=10)
    window.reserve(START, requests=8)

    assert window.reserve(START, requests=3) == SPAN


@given(
    limit=st.integers(1, 5),
    steps=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 4)), min_size=1, max_size=30),
)
def test_no_five_minutes_ever_hold_more_than_the_limit(limit: int, steps: list[tuple[int, int]]) -> None:
    window = RequestWindow(limit)
    now, sent = START, []
    for seconds, requests in steps:
        now += timedelta(seconds=seconds)
        for _ in range(requests):
            sent.append(now + window.reserve(now))

    assert sent == sorted(sent)
    for earlier, later in zip(sent, sent[limit:], strict=False):
        assert later - earlier >= SPAN
