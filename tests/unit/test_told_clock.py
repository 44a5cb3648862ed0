"""A clock that hears the Date of somebody's answers: set right by what they say, and by nothing they cannot know."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.told_clock import ToldClock
from tests.manual_clock import AnotherClock, ManualClock

SECOND = timedelta(seconds=1)


def date(moment: datetime) -> str:
    """As HTTP writes it: whole seconds, cut."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def answer(clock: ToldClock, theirs: ManualClock, way_there: float = 0.1, way_back: float = 0.1) -> None:
    """One question and its answer, each so many seconds on its way."""
    asked_at = clock.own.now()
    theirs.forward(way_there)
    said = date(theirs.now())
    theirs.forward(way_back)
    clock.told(said, asked_at)


@given(
    ahead=st.floats(-90_000, 90_000).filter(lambda seconds: abs(seconds) < 86_000),
    ways=st.lists(st.tuples(st.floats(0, 40), st.floats(0, 40), st.floats(0, 30)), min_size=1, max_size=6),
)
def test_after_an_answer_it_is_off_by_no_more_than_that_answer_leaves_open(
    ahead: float, ways: list[tuple[float, float, float]]
) -> None:
    theirs = ManualClock()
    clock = ToldClock(AnotherClock(theirs, ahead))

    for there, back, pause in ways:
        theirs.forward(pause)
        answer(clock, theirs, there, back)

        assert abs(clock.now() - theirs.now()) <= timedelta(seconds=there + back) + SECOND


@given(st.floats(-0.9, 0.9), st.floats(0, 20))
def test_clocks_that_agree_are_left_alone_and_a_slow_answer_moves_nothing(offset: float, way: float) -> None:
    theirs = ManualClock()
    clock = ToldClock(AnotherClock(theirs, offset))

    answer(clock, theirs, way + 1, way + 1)

    assert clock.ahead == timedelta(0)


def test_a_clock_that_is_set_right_meanwhile_is_believed_again() -> None:
    theirs = ManualClock()
    own = AnotherClock(theirs, 700)
    clock = ToldClock(own)
    answer(clock, theirs)
    own._ahead = timedelta(0)

    answer(clock, theirs)

    assert abs(clock.now() - theirs.now()) <= 2 * SECOND


@pytest.mark.parametrize("said", [None, "", "soon", "Tue, 10 Mar 2026", "Tue, 99 Mar 2026 10:00:00 GMT", "\x00"])
def test_a_date_that_cannot_be_read_says_nothing(said: str | None) -> None:
    clock = ToldClock(ManualClock())

    clock.told(said, clock.own.now())

    assert (clock.ahead, clock.last, clock.now()) == (timedelta(0), None, clock.own.now())


@pytest.mark.parametrize("said", ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_is_that_far_away(said: str) -> None:
    clock = ToldClock(ManualClock())

    clock.told(said, clock.own.now())

    assert clock.now() == clock.own.now()
    assert clock.reached(clock.own.now()) <= clock.own.now()


@given(st.floats(-900, 900), st.floats(0, 5), st.floats(0, 5))
def test_what_they_have_reached_never_lies_after_their_own_now(ahead: float, there: float, back: float) -> None:
    theirs = ManualClock()
    clock = ToldClock(AnotherClock(theirs, ahead))
    began, truly = clock.own.now(), theirs.now()

    answer(clock, theirs, there, back)

    assert clock.reached(began) <= theirs.now()
    assert clock.reached(began) >= truly - timedelta(seconds=there + back) - SECOND
