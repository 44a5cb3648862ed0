"""Waiting between tries, and which verbs may be repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.business_central.retries import (
    ANSWER_LOST,
    LONGEST_WAIT,
    NOT_CONNECTED,
    TRIES,
    UNREADABLE,
    Action,
    Failure,
    action_for,
    next_wait,
)

THROTTLED = Failure(429, "Application_TooManyRequests")
LOCKED = Failure(400, "Application_DialogException", "… updated in a transaction done by another session.")


@pytest.mark.parametrize(
    ("failure", "method", "expected"),
    [
        (Failure(0, NOT_CONNECTED), "POST", Action.REPEAT),
        (Failure(0, ANSWER_LOST), "GET", Action.REPEAT),
        (Failure(0, ANSWER_LOST), "POST", Action.LOOK_UP),
        (Failure(0, ANSWER_LOST), "PATCH", Action.REPEAT),
        (Failure(0, ANSWER_LOST), "DELETE", Action.REPEAT),
        (Failure(200, UNREADABLE), "GET", Action.REPEAT),
        (Failure(201, UNREADABLE), "POST", Action.LOOK_UP),
        (Failure(302, ""), "POST", Action.REPEAT),
        (Failure(599, ""), "GET", Action.REPEAT),
        (Failure(599, ""), "POST", Action.LOOK_UP),
        (Failure(500, "Internal_ServerError", "… was locked by another user."), "POST", Action.REPEAT),
    ],
)
def test_what_may_have_happened_decides(failure: Failure, method: str, expected: Action) -> None:
    assert action_for(failure, method) is expected


def test_waits_double_and_then_end() -> None:
    waits = [next_wait(THROTTLED, tries) for tries in range(1, TRIES + 1)]

    assert waits == [*(timedelta(seconds=seconds) for seconds in (2, 4, 8, 16, 32)), None]


def test_a_lock_is_waited_for_shorter_than_an_overload() -> None:
    assert next_wait(LOCKED, 1) == timedelta(seconds=0.5)


def test_jitter_makes_a_wait_longer_never_shorter() -> None:
    assert next_wait(LOCKED, 1, None, 1.0) == timedelta(seconds=0.75)


def test_what_the_answer_asks_for_is_obeyed() -> None:
    assert next_wait(THROTTLED, 1, timedelta(seconds=17)) == timedelta(seconds=17)


def test_a_service_that_wants_to_be_left_alone_is_left_alone() -> None:
    assert next_wait(THROTTLED, 1, LONGEST_WAIT) is not None
    assert next_wait(THROTTLED, 1, LONGEST_WAIT + timedelta(seconds=1)) is None
