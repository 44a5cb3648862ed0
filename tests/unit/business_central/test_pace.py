"""How much goes into one request follows from how long the last ones took."""
from __future__ import annotations

import pytest

from shared.business_central.pace import SECONDS_AT_ONCE, Pace


def test_what_takes_longer_than_thought_counts_at_once() -> None:
    pace = Pace()

    pace.took(lines=60, seconds=60)

    assert pace.lines_at_once == pytest.approx(SECONDS_AT_ONCE)


def test_one_fast_answer_does_not_make_a_fast_company() -> None:
    pace = Pace()
    pace.took(lines=10, seconds=10)

    pace.took(lines=10, seconds=1)
    once = pace.lines_at_once
    for _ in range(20):
        pace.took(lines=10, seconds=1)

    assert once == pytest.approx(SECONDS_AT_ONCE / 0.55)
    assert pace.lines_at_once == pytest.approx(SECONDS_AT_ONCE / 0.1, rel=0.01)


def test_an_answer_that_took_no_time_is_no_reason_for_an_endless_request() -> None:
    pace = Pace()

    for _ in range(50):
        pace.took(lines=10, seconds=0)

    assert pace.lines_at_once <= 4_000


def test_a_lost_answer_halves_what_goes_into_the_next_request() -> None:
    pace = Pace()
    before = pace.lines_at_once

    pace.lost()

    assert pace.lines_at_once == pytest.approx(before / 2)


def test_where_no_batch_is_taken_nothing_goes_together() -> None:
    pace = Pace()

    pace.refused()
    pace.took(lines=10, seconds=0.1)

    assert pace.lines_at_once == 1
