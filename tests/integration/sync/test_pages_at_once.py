"""While pages of orders are being brought the next one is planned, and yet nothing is counted or kept out of turn."""
from __future__ import annotations

import dataclasses
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import pytest

from local.business_central.faults import Fault
from shared.clock import iso
from shared.errors import ServiceUnavailable
from shared.record_types import record_types
from shared.root import build_connector
from shared.shopify.reading import Record, listing
from shared.shopify.shapes import SHAPES
from shared.storage.lease import TABLE as LEASES
from shared.storage.lease import Lease
from shared.stores.links import Link
from shared.stores.record_names import Found, RecordName, RecordNames
from shared.sync.context import JobContext
from shared.sync.outcome import Outcome
from shared.sync.queue import SyncJob
from shared.sync.record_type import RecordTypes, Work
from shared.sync.run import run_sync
from shared.sync.stop import Stop
from shared.to_business_central.orders.apply import TYPE
from tests.house import House, HouseStorage, a_house
from tests.integration.sync.trouble import WorkerDied, makes_orders

A_PAGE = 5
SOON = 60.0
"""Seconds after which an event that does not come fails the test."""


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(SHAPES, "orders", dataclasses.replace(SHAPES["orders"], page_size=A_PAGE))
    listing.cache_clear()
    yield
    listing.cache_clear()


class Turns:
    """The pages of orders of a house, each by the id of its first order: when they were planned, and brought."""

    def __init__(self, house: House) -> None:
        self.seen: list[str] = []
        self.planning: Callable[[str], Any] = lambda first: None
        self.bringing: Callable[[str], Any] = lambda first: None
        self._come: dict[str, threading.Event] = {}
        watched = dataclasses.replace(TYPE, planned=self._planned)
        types = RecordTypes(tuple(watched if one.name == TYPE.name else one for one in record_types().types))
        house.connector = build_connector(
            house.settings, clock=house.clock, storage=house.storage, observe=house.exchanges.append, types=types)

    def waits_for(self, what: str) -> None:
        assert self._event(what).wait(SOON), f"{what} did not come: {self.seen}"

    def _event(self, what: str) -> threading.Event:
        return self._come.setdefault(what, threading.Event())

    def _note(self, what: str) -> None:
        self.seen.append(what)
        self._event(what).set()

    def _planned(self, records: Sequence[Record], links: Mapping[str, Link], context: JobContext) -> Work:
        assert TYPE.planned is not None
        first = records[0].id
        work = TYPE.planned(records, links, context)
        self._note(f"{first} planned")
        self.planning(first)

        def brought(stop: Stop) -> list[Outcome]:
            self.bringing(first)
            try:
                outcomes = work(stop)
            except Exception:
                self._note(f"{first} failed")
                raise
            self._note(f"{first} brought")
            return outcomes

        return brought


def a_history(house: House, orders: int) -> list[int]:
    """So many orders, oldest change first."""
    numbers = list(range(5001, 5001 + orders))
    for number in numbers:
        house.clock.forward(1)
        house.order(number)
    house.clock.forward(60)
    return numbers


def found(house: House, numbers: Sequence[int]) -> list[int]:
    return [len(house.documents(number)) for number in numbers]


def test_while_two_pages_are_being_brought_a_third_one_is_planned_and_waits(house: House) -> None:
    numbers, turns = a_history(house, 3 * A_PAGE), Turns(house)
    seen_by_the_third: list[str] = []

    def brings(first: str) -> None:
        if first == "5001":
            turns.waits_for("5011 planned")
        if first == "5011":
            seen_by_the_third.extend(turns.seen)

    turns.bringing = brings

    run = house.run("orders")

    assert (run.state, run.counts["orders"].created) == ("succeeded", len(numbers)), house.parked()
    assert found(house, numbers) == [1] * len(numbers)
    assert "5001 brought" in seen_by_the_third


def test_a_page_that_would_be_the_only_one_goes_out_with_the_next_one(house: House) -> None:
    numbers, turns = a_history(house, 5 * A_PAGE), Turns(house)
    planned_before: dict[str, list[str]] = {}

    def plans(first: str) -> None:
        if first == "5011":
            turns.waits_for("5001 brought")
            turns.waits_for("5006 brought")

    def brings(first: str) -> None:
        planned_before[first] = [one.split()[0] for one in turns.seen if one.endswith("planned")]

    turns.planning, turns.bringing = plans, brings

    run = house.run("orders")

    assert (run.state, run.counts["orders"].created) == ("succeeded", len(numbers)), house.parked()
    assert "5006" in planned_before["5001"]
    assert "5016" in planned_before["5011"], "none was being brought when it was planned"


def test_out_of_time_a_page_that_waited_for_the_next_one_is_brought_and_kept(house_storage: HouseStorage) -> None:
    with a_house(house_storage, time_budget_seconds=0) as house:
        numbers, turns = a_history(house, 3 * A_PAGE), Turns(house)

        part = run_sync(house.connector, SyncJob(shop=house.shop, started_by="Claire", types=("orders",)))

        assert part is not None
        assert part.state == "continuing"
        assert found(house, numbers) == [1] * A_PAGE + [0] * 2 * A_PAGE
        assert turns.seen == ["5001 planned", "5001 brought"]
        assert house.connector.informations.get(house.shop, "orders").run_cursor


def test_the_place_stays_before_a_page_that_failed_though_the_one_behind_it_came_and_is_kept(house: House) -> None:
    numbers = a_history(house, 2 * A_PAGE - 1)
    house.order(5020, [{"sku": "unheard-of", "quantity": 1, "unit_price": "1.00"}])
    house.clock.forward(1)
    house.order(5021)
    house.clock.forward(60)
    turns = Turns(house)

    def fails(first: str) -> None:
        if first == "5001":
            turns.waits_for("5006 brought")
            raise ServiceUnavailable("bc-unavailable", "Business Central does not answer")

    turns.bringing = fails
    failed = house.run("orders")
    place = house.connector.informations.get(house.shop, "orders")

    assert (failed.state, failed.error_code) == ("failed", "bc-unavailable")
    assert (place.run_cursor, place.last_sync_time) == ("", "")
    assert found(house, [*numbers, 5020, 5021]) == [0] * A_PAGE + [1] * (A_PAGE - 1) + [0, 0]
    assert list(house.parked()) == [5020]

    turns.bringing = lambda first: None
    again = house.run("orders")

    assert again.state == "succeeded"
    assert found(house, [*numbers, 5020, 5021]) == [1] * len(numbers) + [0, 1]


def test_an_order_that_comes_again_waits_until_the_page_that_it_came_with_before_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A back-fill has no upper bound: what is changed while it goes on is met again at its end."""
    monkeypatch.setattr("shared.sync.job.one_ahead", iter)
    house.sync("orders")
    numbers, turns = a_history(house, 2 * A_PAGE - 1), Turns(house)

    def changed(first: str) -> None:
        if first == "5001":
            house.clock.forward(1)
            house.change("orders", 5001, note="call first")

    turns.planning = changed
    run = run_sync(house.connector, SyncJob(
        shop=house.shop, started_by="Claire", types=("orders",), created_since="2026-01-01T00:00:00Z",
        created_until=iso(house.clock.now())))

    assert run is not None
    assert (run.state, run.counts["orders"].created) == ("succeeded", len(numbers)), house.parked()
    assert found(house, numbers) == [1] * len(numbers)
    assert turns.seen[:3] == ["5001 planned", "5001 brought", "5006 planned"]


def test_out_of_time_every_page_that_was_planned_is_kept_and_none_is_captured_twice(
    house_storage: HouseStorage
) -> None:
    with a_house(house_storage, time_budget_seconds=0) as house:
        numbers = a_history(house, 3 * A_PAGE)

        run = house.run("orders")

        assert (run.state, run.counts["orders"].created) == ("succeeded", len(numbers)), house.parked()
        kept = Counter(row["RowKey"].partition("|")[0] for row in house.storage.tables["DataCaptures"].partition(
            f"{house.shop}|orders"))
        assert set(kept.values()) == {1}
        assert len(kept) == len(numbers)


# What concerns more than one record


def numbers_sent(house: House) -> set[int]:
    """The orders that Business Central was asked to make."""
    bodies = [call.request for call in house.exchanges if makes_orders(call)]
    return {int(key) for body in bodies for key in re.findall("SHP-([0-9]+)", body)}


@pytest.mark.parametrize("fails, other", [("5001", "5006"), ("5006", "5001")])
def test_once_business_central_lets_one_page_do_nothing_the_other_one_sends_nothing_more(
    house: House, fails: str, other: str
) -> None:
    numbers, turns = a_history(house, 2 * A_PAGE), Turns(house)
    house.bc.faults.add(Fault("forbidden", method="POST", entity="salesOrders", times=None))
    turns.bringing = lambda first: turns.waits_for("5006 planned" if first == fails else f"{fails} failed")

    failed = house.run("orders")
    sent, place = numbers_sent(house), house.connector.informations.get(house.shop, "orders")
    claimed = {number for number in numbers if house.link("orders", number).etag}
    house.bc.faults.clear()
    again = house.run("orders")

    of_failing = set(range(int(fails), int(fails) + A_PAGE))
    assert (failed.state, failed.error_code) == ("failed", "bc-unauthorized")
    assert sent
    assert sent | claimed <= of_failing
    assert (place.run_cursor, place.last_sync_time) == ("", "")
    assert (again.state, found(house, numbers)) == ("succeeded", [1] * len(numbers))


def test_a_page_that_waits_to_be_kept_when_another_worker_takes_over_is_left_to_that_one(house: House) -> None:
    numbers = a_history(house, A_PAGE - 1)
    house.order(5020, [{"sku": "unheard-of", "quantity": 1, "unit_price": "1.00"}])
    for number in range(5030, 5030 + A_PAGE):
        house.clock.forward(1)
        house.order(number)
        numbers.append(number)
    house.clock.forward(1)
    later = [house.order(number) for number in (5041, 5042)]
    house.clock.forward(60)
    turns, leases = Turns(house), house.storage.tables[LEASES]
    other = Lease(leases, f"sync-{house.shop}", 60, house.clock)

    def takes_over(first: str) -> None:
        if first == "5041":
            turns.waits_for("5001 brought")
            turns.waits_for("5030 brought")
            leases.delete(f"sync-{house.shop}", "lease")
            other.acquire()
            house.clock.forward(house.settings.lease_seconds)

    turns.planning = takes_over
    failed = house.run("orders")
    kept, place = house.parked(), house.connector.informations.get(house.shop, "orders")
    made = found(house, [*numbers, *later])
    other.release()
    turns.planning = lambda first: None
    house.clock.forward(house.settings.bc_settle_seconds)
    again = house.run("orders")

    assert (failed.state, failed.error_code) == ("failed", "sync-already-running")
    assert (kept, place.run_cursor) == ({}, "")
    assert made == [1] * len(numbers) + [0] * len(later)
    assert (again.state, list(house.parked())) == ("succeeded", [5020])
    assert found(house, [*numbers, *later]) == [1] * (len(numbers) + len(later))


def test_what_nobody_foresaw_of_a_page_behind_one_that_fails_is_in_the_log_with_its_trace(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    a_history(house, 2 * A_PAGE)
    turns = Turns(house)

    def fails(first: str) -> None:
        turns.waits_for("5006 planned")
        if first == "5001":
            raise ServiceUnavailable("bc-unavailable", "Business Central does not answer")
        raise LookupError("nobody foresaw this")

    turns.bringing = fails
    failed = house.run("orders")

    assert (failed.state, failed.error_code) == ("failed", "bc-unavailable")
    assert "LookupError: nobody foresaw this" in caplog.text


# What was made and not kept


class _Dying:
    """The names of all shops, in a worker that dies when it comes to keep some."""

    def remember(self, shop: str, names: Iterable[RecordName]) -> None:
        raise WorkerDied


def dies_before_it_keeps_a_page(house: House) -> None:
    with pytest.raises(WorkerDied):
        run_sync(house.connector._replace(names=cast(RecordNames, _Dying())),
                 SyncJob(shop=house.shop, started_by="test", types=("orders",)))


def may_not_make_one_of_a_page(house: House) -> None:
    house.bc.faults.add(Fault("forbidden", method="POST", entity="salesOrders", document="SHP-5003", times=None))
    assert house.run("orders").state == "failed"
    house.bc.faults.clear()


@pytest.mark.parametrize("befalls", [dies_before_it_keeps_a_page, may_not_make_one_of_a_page])
def test_orders_that_were_made_by_a_page_that_is_not_kept_are_found_by_their_names_after_the_next_run(
    house_storage: HouseStorage, befalls: Callable[[House], None]
) -> None:
    with a_house(house_storage, bc_concurrency=1) as house:
        house.sync("orders")
        numbers = a_history(house, A_PAGE)

        befalls(house)
        made = sum(found(house, numbers))
        run = house.run("orders")

        called = {number: house.connector.names.called(house.shop, house.document(number)["number"], 10)
                  for number in numbers}
        assert made >= A_PAGE - 1
        assert (run.state, run.counts["orders"].read) == ("succeeded", len(numbers)), house.parked()
        assert called == {number: [Found("orders", str(number))] for number in numbers}
        assert found(house, numbers) == [1] * len(numbers)
