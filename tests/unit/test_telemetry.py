"""Lines that say what they are about: in worker threads too, from libraries too, and never at the cost of a line."""
from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.telemetry import SIDE_BY_SIDE, about, carried, record, side_by_side
from tests.manual_clock import ManualClock
from tests.recorded import Recorded, recording

log = logging.getLogger("shared.of.this.test")


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    with recording(ManualClock()) as lines:
        yield lines


def facts(recorded: Recorded) -> list[dict[str, Any]]:
    return [json.loads(text) for _, text in recorded.lines]


def test_a_fact_is_one_json_object_with_what_it_is_about(recorded: Recorded) -> None:
    with about(shop="FR", run="r1"), about(type="orders"):
        record("type", read=5, outcome="succeeded")
    record("health", shops=2)

    assert facts(recorded) == [
        {"event": "type", "shop": "FR", "run": "r1", "type": "orders", "read": 5, "outcome": "succeeded"},
        {"event": "health", "shops": 2},
    ]


def test_every_line_within_a_run_says_so_and_those_outside_stay_as_they_are(recorded: Recorded) -> None:
    log.info("before %d", 1)
    with about(shop="FR"):
        log.warning("%s is slow", "Shopify")
        logging.getLogger("azure.storage").error("a library's line with 100%")

    assert recorded.lines[0][1] == "before 1"
    assert [json.loads(text) for _, text in recorded.lines[1:]] == [
        {"event": "line", "level": "WARNING", "logger": "shared.of.this.test", "text": "Shopify is slow", "shop": "FR"},
        {"event": "line", "level": "ERROR", "logger": "azure.storage", "text": "a library's line with 100%",
         "shop": "FR"},
    ]


def test_the_threads_of_a_pool_say_the_same_and_forget_it_afterwards(recorded: Recorded) -> None:
    with ThreadPoolExecutor(4) as pool:
        for shop in ("FR", "DE"):
            with about(shop=shop):
                list(pool.map(carried(lambda number: log.info("number %d", number)), range(20)))
        list(pool.map(lambda number: log.info("plain %d", number), range(4)))

    about_shops = [json.loads(text)["shop"] for _, text in recorded.lines if text.startswith("{")]
    assert about_shops == ["FR"] * 20 + ["DE"] * 20
    assert sorted(text for _, text in recorded.lines[40:]) == [f"plain {number}" for number in range(4)]


def test_what_is_asked_side_by_side_comes_in_order_and_its_lines_say_the_same(recorded: Recorded) -> None:
    meeting, items = threading.Barrier(SIDE_BY_SIDE), range(2 * SIDE_BY_SIDE)

    def work(number: int) -> int:
        meeting.wait(20)
        log.info("number %d", number)
        return -number

    with about(shop="FR"):
        found = side_by_side(work, items)

    assert found == [-number for number in items]
    assert [fact["shop"] for fact in facts(recorded)] == ["FR"] * len(items)


@pytest.mark.parametrize("items", [(), (1,)], ids=["none", "one"])
def test_for_less_than_two_there_is_no_pool(items: tuple[int, ...]) -> None:
    asked_by = side_by_side(lambda number: threading.current_thread(), items)

    assert asked_by == [threading.current_thread()] * len(items)


def test_of_those_that_fail_the_first_in_order_is_raised_and_what_has_not_begun_never_will() -> None:
    later_failed, over, begun = threading.Event(), threading.Event(), list[int]()

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            later_failed.wait(20)
            raise KeyError(number)
        if number == 1:
            later_failed.set()
            raise ValueError(number)
        over.wait(20)

    with ThreadPoolExecutor(2) as lanes:
        with pytest.raises(KeyError):
            side_by_side(work, range(10), lanes)
        over.set()

    assert {0, 1} <= set(begun) <= {0, 1, 2, 3}


def test_a_traceback_stays_inside_the_object(recorded: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    with about(shop="FR"):
        try:
            {}["order"]
        except KeyError:
            log.exception("it failed")

    (line,) = facts(recorded)
    assert line["text"] == "it failed"
    assert line["trace"].startswith("Traceback")
    assert line["trace"].endswith("KeyError: 'order'")


def test_a_line_that_cannot_be_put_together_harms_nobody(recorded: Recorded) -> None:
    with about(shop="FR"):
        line = logging.getLogRecordFactory()("shared", logging.INFO, "", 1, "%d records", ("no number",), None)

    assert (line.msg, line.args) == ("%d records", ("no number",))


def test_only_warnings_of_azures_sdk_are_kept(recorded: Recorded) -> None:
    logging.getLogger("azure.core.pipeline").info("Request URL: …")

    assert recorded.lines == []
