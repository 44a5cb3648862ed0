"""Limits per client: the window, the slots, the queue, the number-series lock."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from .conftest import Api, ManualClock


def test_the_window_slides(api: Api, clock: ManualClock) -> None:
    api.bc.limits.requests = 3
    first = [api.get("items")[0] for _ in range(3)]

    refused = api.refusal("GET", "items")
    clock.forward(300)

    assert first == [200, 200, 200]
    assert refused == (429, "Application_TooManyRequests", "Too many requests reached. Actual (4). Maximum (3).")
    assert api.get("items")[0] == 200


def test_retry_after_can_be_switched_on(api: Api) -> None:
    api.bc.limits.requests, api.bc.limits.retry_after = 0, 11

    assert api.send("GET", "items").headers["Retry-After"] == "11"


def statuses(api: Api, count: int) -> list[int]:
    """The same read, so many at once."""
    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(lambda _: Api(api.bc).get("/companies")[0], range(count)))


def test_requests_beyond_slots_and_queue_are_refused(api: Api) -> None:
    api.bc.control.times.get = 0.5
    api.bc.limits.executing, api.bc.limits.queued = 1, 2

    assert statuses(api, 6) == [200, 200, 200, 429, 429, 429]
    assert api.bc.stats.rejected_429 == 3


def test_slots_are_given_back(api: Api) -> None:
    api.bc.control.times.get = 0.01
    api.bc.limits.executing = 2

    assert statuses(api, 8) == [200] * 8
    assert api.get("items")[0] == 200


def test_the_number_series_lock_makes_orders_run_one_at_a_time(api: Api) -> None:
    times = api.bc.control.times
    times.header, times.number_series_lock = 0.2, True

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(Api(api.bc).post, "salesOrders", {"customerNumber": "C00010"}) for _ in range(4)]
        wait(answers, return_when=FIRST_COMPLETED)
        stored_when_the_first_was_done = api.bc.state.count("salesOrders")

    assert stored_when_the_first_was_done == 1
    assert [answer.result()[0] for answer in answers] == [201] * 4
