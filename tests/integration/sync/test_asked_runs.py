"""Asking for a run several times before it begins: one message, and everybody is told how it stands."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import ConnectorError, ServiceUnavailable
from shared.json_text import decoded
from shared.storage.lease import TABLE as LEASES
from shared.storage.lease import Lease
from shared.sync.queue import QUEUE, SyncJob, request_sync
from shared.sync.run import run_sync
from shared.texts import sentence
from tests.admin import admin_api
from tests.house import House


def queued(house: House) -> list[SyncJob]:
    """The jobs on the queue, oldest first."""
    sent: dict[str, list[tuple[str, int]]] = house.storage.queues.sent  # type: ignore[attr-defined]
    return [decoded(text, type=SyncJob) for text, _ in sent.get(QUEUE, []) if house.shop in text]


def ask(house: House, *types: str) -> str:
    """Ask for a run; "queued", or the code of the refusal."""
    try:
        request_sync(house.connector, house.shop, started_by="ada", types=types)
    except ConnectorError as problem:
        return problem.code
    return "queued"


def test_four_clicks_at_the_same_moment_queue_one_run_and_three_are_told_that_it_is_on_its_way(house: House) -> None:
    with ThreadPoolExecutor(4) as clicks:
        answers = list(clicks.map(lambda _: ask(house), range(4)))

    assert Counter(answers) == {"queued": 1, "sync-already-running": 3}
    assert len(queued(house)) == 1


@pytest.mark.emulator
@pytest.mark.parametrize("before", ["nothing was asked for", "a message got lost"])
def test_storage_itself_lets_one_of_eight_simultaneous_clicks_through(house: House, before: str) -> None:
    if before == "a message got lost":
        house.connector.asked_runs.postponed(house.shop, ["orders"], 0)
        house.clock.forward(121)

    def click(_: int) -> bool:
        with house.connector.asked_runs.claimed(house.shop, ["orders"]) as ours:
            return ours

    with ThreadPoolExecutor(8) as clicks:
        assert sorted(clicks.map(click, range(8))) == [False] * 7 + [True]


def test_over_the_api_too_one_of_four_calls_is_queued_and_the_others_get_409(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with admin_api(house, monkeypatch) as admin, ThreadPoolExecutor(4) as calls:
        answers: list[tuple[int, Any]] = list(calls.map(lambda _: admin("start_sync"), range(4)))

    assert sorted(status for status, _ in answers) == [202, 409, 409, 409]
    assert {body["detail"] for status, body in answers if status == 409} == {
        f"a synchronization of shop {house.shop} is on its way"}
    assert len(queued(house)) == 1


def test_two_types_that_are_asked_for_twice_each_are_two_runs(house: House) -> None:
    assert [ask(house, type) for type in ("products", "orders", "products", "orders")] == [
        "queued", "queued", "sync-already-running", "sync-already-running"]

    assert [job.types for job in queued(house)] == [("products",), ("orders",)]


@pytest.mark.parametrize(("first", "then", "answer"), [
    ((), ("orders",), "sync-already-running"),
    (("orders", "products"), ("products", "orders"), "sync-already-running"),
    (("orders", "products"), ("products",), "sync-already-running"),
    (("orders",), (), "queued"),
    (("orders",), ("orders", "products"), "queued"),
])
def test_a_run_on_its_way_answers_for_what_it_reads_and_for_nothing_else(
    house: House, first: Sequence[str], then: Sequence[str], answer: str
) -> None:
    assert ask(house, *first) == "queued"

    assert ask(house, *then) == answer


def test_once_the_run_has_begun_and_ended_another_one_may_be_asked_for(house: House) -> None:
    ask(house)
    (job,) = queued(house)

    run = run_sync(house.connector, job)

    assert run is not None
    assert run.state == "succeeded"
    assert ask(house) == "queued"


def test_another_shop_is_asked_for_by_itself(house: House) -> None:
    ask(house)

    with house.connector.asked_runs.claimed(f"{house.shop}-B", house.connector.types.names) as ours:
        assert ours


def test_a_message_that_got_lost_blocks_nobody_for_more_than_two_minutes(house: House) -> None:
    ask(house)
    house.clock.forward(119)
    assert ask(house) == "sync-already-running"
    house.clock.forward(2)

    assert ask(house) == "queued"
    assert ask(house) == "sync-already-running"


def test_what_could_not_be_queued_leaves_no_word_that_it_is_on_its_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise ServiceUnavailable("storage-unavailable", sentence("storage does not answer"))

    with monkeypatch.context() as outage:
        outage.setattr(house.storage.queues, "send", down)
        assert ask(house) == "storage-unavailable"

    assert ask(house) == "queued"


def test_a_run_that_was_asked_for_and_finds_the_shop_busy_waits_for_its_turn(house: House) -> None:
    """The run that holds the shop may be one of products only."""
    ask(house, "orders")
    (job,) = queued(house)
    other = Lease(house.connector.storage.tables[LEASES], f"sync-{house.shop}", 60, house.clock)
    other.acquire()

    assert run_sync(house.connector, job) is None

    other.release()
    assert queued(house) == [job, job]
    assert ask(house, "orders") == "sync-already-running"
    run = run_sync(house.connector, job)
    assert run is not None
    assert (run.types, run.state) == (["orders"], "succeeded")


def test_the_schedules_run_waits_for_nobody(house: House) -> None:
    other = Lease(house.connector.storage.tables[LEASES], f"sync-{house.shop}", 60, house.clock)
    other.acquire()

    assert run_sync(house.connector, SyncJob(shop=house.shop, started_by="schedule")) is None

    other.release()
    assert queued(house) == []


def test_while_it_waits_longer_than_two_minutes_it_is_still_on_its_way(house: House) -> None:
    ask(house, "orders")
    house.connector.asked_runs.postponed(house.shop, ["orders"], timedelta(minutes=5).total_seconds())
    house.clock.forward(360)

    assert ask(house, "orders") == "sync-already-running"
