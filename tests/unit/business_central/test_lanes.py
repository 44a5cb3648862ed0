"""Requests under way at once: half as many after a 429, one more after good answers, never more than set."""
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from shared.business_central.lanes import Lanes
from tests.waiting import wait_until


def turned_away(lanes: Lanes, times: int = 1) -> None:
    for _ in range(times):
        with lanes.one() as turn:
            pass
        lanes.turned_away(turn)


def answered(lanes: Lanes, times: int) -> None:
    for _ in range(times):
        lanes.answered()


def test_a_429_halves_them_and_leaves_one_at_least() -> None:
    lanes = Lanes(5)
    open_lanes = []
    for _ in range(4):
        turned_away(lanes)
        open_lanes.append(lanes.open)

    assert open_lanes == [2, 1, 1, 1]


def test_requests_that_are_turned_away_together_halve_once() -> None:
    lanes = Lanes(5)
    with lanes.one() as first, lanes.one() as second, lanes.one() as third:
        pass

    for turn in (first, second, third):
        lanes.turned_away(turn)

    assert lanes.open == 2


def test_they_grow_one_by_one_and_never_beyond_what_is_set() -> None:
    lanes = Lanes(5)
    turned_away(lanes, 3)

    grown = []
    for _ in range(6):
        answered(lanes, 20)
        grown.append(lanes.open)

    assert grown == [2, 3, 4, 5, 5, 5]


def test_a_429_starts_the_count_anew() -> None:
    lanes = Lanes(5)
    turned_away(lanes)
    answered(lanes, 19)
    turned_away(lanes)

    answered(lanes, 19)

    assert lanes.open == 1


def test_no_more_are_under_way_than_are_open() -> None:
    lanes = Lanes(5)
    turned_away(lanes)
    lock, under_way, seen = threading.Lock(), 0, []
    both = threading.Barrier(2)

    def work(_: int) -> None:
        nonlocal under_way
        with lanes.one():
            with lock:
                under_way += 1
                seen.append(under_way)
            both.wait(30)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))

    assert max(seen) == 2


def test_a_lane_is_given_back_whatever_happens_in_it() -> None:
    lanes = Lanes(1)
    for _ in range(3):
        try:
            with lanes.one():
                raise RuntimeError
        except RuntimeError:
            pass

    with lanes.one():
        assert lanes.open == 1


def waiting(lanes: Lanes) -> int:
    return len(lanes._changed._waiters)  # type: ignore[attr-defined]


def test_who_asks_has_the_next_free_lane_before_those_that_waited_to_send() -> None:
    lanes, had = Lanes(1), list[str]()

    def take(name: str, asks: bool) -> None:
        with lanes.one(asks=asks):
            had.append(name)

    with ThreadPoolExecutor(4) as pool, lanes.one():
        for number, name in enumerate(("sends", "sends too", "asks"), 1):
            pool.submit(take, name, name == "asks")
            wait_until(lambda number=number: waiting(lanes) == number)

    assert had[0] == "asks"
    assert sorted(had[1:]) == ["sends", "sends too"]


def test_who_sends_goes_on_in_the_other_lanes_while_an_answer_is_waited_for() -> None:
    lanes, sent = Lanes(2), threading.Event()

    def send() -> None:
        with lanes.one():
            sent.set()

    with ThreadPoolExecutor(1) as pool, lanes.one(asks=True):
        pool.submit(send)

        assert sent.wait(30)


def test_a_kept_lane_serves_every_question_of_its_thread_and_is_given_back() -> None:
    lanes, sent = Lanes(1), threading.Event()

    def send() -> None:
        with lanes.one():
            sent.set()

    with ThreadPoolExecutor(1) as pool:
        with lanes.kept():
            pool.submit(send)
            wait_until(lambda: waiting(lanes) == 1)
            for _ in range(2):
                with lanes.one(asks=True):
                    assert not sent.is_set()

        assert sent.wait(30)


def test_a_kept_lane_is_given_back_whatever_happens_meanwhile() -> None:
    lanes = Lanes(1)
    with suppress(RuntimeError), lanes.kept(), lanes.one():
        raise RuntimeError

    with lanes.one():
        assert waiting(lanes) == 0
