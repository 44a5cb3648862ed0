"""Several orders in one request: whatever becomes of the request, each order is in Business Central once."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from local.shopify.money import bag
from shared.clock import from_iso
from shared.errors import ServiceUnavailable
from shared.stores.links import Link, Links, LinkState
from shared.stores.sync_runs import SyncRun
from shared.texts import sentence
from tests.house import House, HouseStorage, a_house
from tests.integration.sync.trouble import WorkerDied, links_lost, retried, touched
from tests.seeds import SEED, draws

SETTLED = 601
FIVE = (5001, 5002, 5003, 5004, 5005)


@pytest.fixture
def house(house_storage: HouseStorage) -> Iterator[House]:
    """A house with one lane: what a page brings goes out in one request."""
    with a_house(house_storage, bc_concurrency=1) as everything:
        yield everything


def five_orders(house: House, **third: Any) -> None:
    for number in FIVE:
        house.order(number, **(third if number == 5003 else {}))


def once_each(house: House, numbers: tuple[int, ...] = FIVE) -> list[int]:
    return [len(house.documents(number)) for number in numbers]


def batches(house: House) -> list[list[str]]:
    """The orders of each batch that was sent, by their keys."""
    return [[part["id"] for part in json.loads(call.request)["requests"]] for call in house.exchanges
            if call.url.endswith("$batch") and '"id":"SHP-' in call.request]


def alone(house: House) -> int:
    """Orders that were sent by themselves."""
    return sum(call.method == "POST" and call.url.split("?")[0].endswith("/salesOrders") for call in house.exchanges)


def outcome(run: SyncRun) -> tuple[int, int, int]:
    counts = run.counts["orders"]
    return counts.created, counts.unchanged, counts.parked


# All goes well


def test_orders_of_a_page_go_out_in_one_request_in_the_order_of_the_shop(house: House) -> None:
    five_orders(house)

    run = house.sync("orders")

    assert (outcome(run), once_each(house), house.parked()) == ((5, 0, 0), [1] * 5, {})
    assert (batches(house), alone(house)) == ([[f"SHP-{number}" for number in FIVE]], 0)
    numbers = [house.document(number)["number"] for number in FIVE]
    assert numbers == sorted(numbers)
    assert [house.link("orders", number).bc_number for number in FIVE] == numbers


def test_an_order_that_comes_alone_is_no_batch(house: House) -> None:
    house.order(5001)

    house.sync("orders")

    assert (batches(house), alone(house)) == ([], 1)


def test_what_was_made_together_is_not_touched_again(house: House) -> None:
    five_orders(house)
    house.sync("orders")
    writes = house.bc_writes()

    for number in FIVE:
        touched(house, number)
    run = house.sync("orders")

    assert (outcome(run), house.bc_writes()) == ((0, 5, 0), writes)


# Something of it is refused


def test_one_order_that_is_refused_is_parked_with_its_own_reason_and_the_others_are_made(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="refuse", method="POST", document="SHP-5003", message="Not this one.", times=None)

    run = house.sync("orders")
    parked = house.parked()
    house.bc.faults.clear()
    again = retried(house)

    assert (outcome(run), again.counts["orders"].created) == ((4, 0, 1), 1)
    assert [(number, "Not this one." in one.detail) for number, one in parked.items()] == [(5003, True)]
    assert once_each(house) == [1] * 5


def test_the_reason_names_the_item_of_this_order_and_of_no_other(house: House) -> None:
    five_orders(house, lines=[{"sku": "1001", "quantity": 1, "unit_price": "10.00"}])
    house.bc.control.change("items", "1001", {"salesBlocked": True})

    house.sync("orders")

    assert [(number, one.code) for number, one in house.parked().items()] == [(5003, "item-blocked")]
    assert "1001" in house.parked()[5003].detail
    [entry] = [call for call in house.exchanges if call.url.endswith("$batch")]
    assert (entry.description, entry.has_error) == ("OK, SHP-5003: 400", True)


def test_an_order_that_business_central_prices_otherwise_is_taken_back_and_the_others_stay(house: House) -> None:
    total = bag(Decimal("240.66"), "EUR", Decimal("240.66"), "EUR")
    five_orders(house, fields={"totalPriceSet": total, "currentTotalPriceSet": total})

    run = house.sync("orders")

    assert (outcome(run), once_each(house)) == ((4, 0, 1), [1, 1, 0, 1, 1])
    assert house.parked()[5003].code == "total-mismatch"
    assert house.link("orders", 5003).state is LinkState.PARKED


def test_an_order_that_needs_a_rounding_line_gets_it(house: House) -> None:
    total = bag(Decimal("240.03"), "EUR", Decimal("240.03"), "EUR")
    five_orders(house, fields={"currentTotalPriceSet": total})

    run = house.sync("orders")

    assert (outcome(run), house.total(5003), len(house.lines(5003))) == ((5, 0, 0), Decimal("240.03"), 2)
    assert [house.total(number) for number in (5001, 5002, 5004, 5005)] == [Decimal("240.00")] * 4


def test_a_long_order_among_others_gets_all_its_lines(house: House) -> None:
    five_orders(house, lines=[{"sku": "1000", "quantity": 1, "unit_price": "120.00"}] * 104)

    run = house.sync("orders")

    assert (outcome(run), len(house.lines(5003)), once_each(house)) == ((5, 0, 0), 104, [1] * 5)


def test_lines_of_a_long_order_whose_answer_is_lost_concern_that_order_only(house: House) -> None:
    five_orders(house, lines=[{"sku": "1000", "quantity": 1, "unit_price": "120.00"}] * 104)
    house.bc.control.add_fault(kind="drop_request", method="POST", entity="salesOrderLines")

    first = house.sync("orders")
    house.clock.forward(SETTLED)
    retried(house)

    assert (outcome(first), len(house.lines(5003))) == ((4, 0, 1), 104)
    assert (once_each(house), house.parked()) == ([1] * 5, {})


# The answer is lost


@pytest.mark.parametrize("done", range(6))
def test_after_a_lost_answer_what_is_there_is_taken_over_and_the_rest_waits(house: House, done: int) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="cut_batch", entity="salesOrders", parts=done)

    first = house.sync("orders")
    there = once_each(house)
    waiting = {number: one.code for number, one in house.parked().items()}
    early = retried(house)
    sent_early = len(batches(house)) + alone(house)
    house.clock.forward(SETTLED)
    retried(house)

    assert there == [1] * done + [0] * (5 - done)
    assert outcome(first) == (done, 0, 5 - done)
    assert waiting == dict.fromkeys(FIVE[done:], "outcome-unknown")
    assert (early.counts["orders"].created, sent_early) == (0, 1)
    assert (once_each(house), house.parked()) == ([1] * 5, {})


@pytest.mark.parametrize("done", [0, 1, 4])
def test_the_rest_of_a_batch_that_comes_late_is_not_sent_a_second_time(house: House, done: int) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="late_rest", entity="salesOrders", parts=done, seconds=180)

    house.sync("orders")
    retried(house)
    house.clock.forward(180)
    house.connector.business_central(house.connector.shops.get(house.shop)).companies()
    last = retried(house)

    assert (once_each(house), house.parked()) == ([1] * 5, {})
    assert last.counts["orders"].created == 5 - done
    assert len(batches(house)) + alone(house) == 1


def test_a_batch_whose_answer_was_lost_after_all_of_it_is_one_question_of_each_kind(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="$batch")
    house.bc.stats.reset()

    run = house.sync("orders")

    asked = [house.bc.stats.by_entity[name]["GET"] for name in ("salesOrders", "salesInvoices", "salesShipments")]
    assert (outcome(run), once_each(house)) == ((5, 0, 0), [1] * 5)
    assert asked == [2, 1, 1], "once before they were sent, and once after"


@pytest.mark.parametrize("status", [504, 502, 500])
def test_a_gateway_that_gave_up_is_no_word_about_any_order(house: House, status: int) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="status", status=status, method="POST", entity="$batch")

    first = house.sync("orders")
    retried(house)
    codes = {one.code for one in house.parked().values()}
    house.clock.forward(SETTLED)
    retried(house)

    assert (outcome(first), codes) == ((0, 0, 5), {"outcome-unknown"})
    assert (once_each(house), house.parked()) == ([1] * 5, {})


def test_a_batch_that_is_cancelled_after_its_eight_minutes_keeps_what_was_done(house: House) -> None:
    five_orders(house)
    house.bc.control.times.header, house.bc.limits.operation_seconds = 0.02, 0.05

    first = house.sync("orders")
    waiting = len(house.parked())
    house.bc.control.times.header = 0.0
    house.clock.forward(SETTLED)
    retried(house)

    assert (outcome(first), waiting) == ((2, 0, 3), 3)
    assert (once_each(house), house.parked()) == ([1] * 5, {})


def test_a_lost_batch_whose_look_up_is_refused_for_one_order_leaves_only_that_one_in_doubt(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="$batch")
    house.bc.control.add_fault(
        kind="refuse", method="GET", entity="salesOrders", document="SHP-5003", spare=1, times=None)

    first = house.sync("orders")
    parked = house.parked()
    house.bc.faults.clear()
    retried(house)

    assert (outcome(first), [(n, one.code) for n, one in parked.items()]) == ((4, 0, 1), [(5003, "outcome-unknown")])
    assert (once_each(house), house.parked()) == ([1] * 5, {})


def test_a_lost_batch_that_cannot_be_looked_up_is_in_doubt_as_a_whole_and_made_once(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="$batch")
    house.bc.control.add_fault(kind="status", status=503, method="GET", entity="salesOrders", spare=1, times=None)

    house.sync("orders")
    states = {house.link("orders", number).state for number in FIVE}
    house.bc.faults.clear()
    retried(house)

    assert states == {LinkState.SENDING}
    assert (once_each(house), house.parked(), len(batches(house))) == ([1] * 5, {}, 1)


# Business Central is busy


@pytest.mark.parametrize("status", [429, 503])
def test_a_batch_that_was_turned_away_is_sent_again_as_it_was(house: House, status: int) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="status", status=status, method="POST", entity="$batch", times=3)

    run = house.sync("orders")

    assert (outcome(run), once_each(house), house.parked()) == ((5, 0, 0), [1] * 5, {})
    assert batches(house) == [[f"SHP-{number}" for number in FIVE]] * 4


def test_a_service_that_stays_busy_ends_the_run_and_holds_no_order_back(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="status", status=429, method="POST", entity="$batch", times=6)

    first = house.sync("orders")
    states = {house.link("orders", number).state for number in FIVE}
    second = house.sync("orders")

    assert (first.state, first.error_code, states) == ("failed", "bc-throttled", {LinkState.PARKED})
    assert (second.state, once_each(house), house.parked()) == ("succeeded", [1] * 5, {})


@pytest.mark.parametrize("fault", [
    {"kind": "part_status", "status": 429}, {"kind": "part_status", "status": 503}, {"kind": "lock"}])
def test_a_part_that_was_turned_away_is_sent_by_itself_in_the_same_run(house: House, fault: dict[str, Any]) -> None:
    five_orders(house)
    house.bc.control.add_fault(method="POST", entity="salesOrders", document="SHP-5003", **fault)

    run = house.sync("orders")

    assert (outcome(run), once_each(house), house.parked()) == ((5, 0, 0), [1] * 5, {})
    assert (len(batches(house)), alone(house)) == (1, 1)


def test_a_part_of_which_business_central_does_not_know_is_looked_up_before_it_is_sent_again(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(
        kind="part_status", status=500, method="POST", entity="salesOrders", document="SHP-5003")

    first = house.sync("orders")
    house.clock.forward(SETTLED)
    retried(house)

    assert (outcome(first), alone(house)) == ((4, 0, 1), 1)
    assert (once_each(house), house.parked()) == ([1] * 5, {})


def test_a_server_that_takes_no_batches_gets_the_orders_one_by_one_once_none_of_them_is_there(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="status", status=501, method="POST", entity="$batch", times=None)
    house.bc.stats.reset()

    run = house.sync("orders")

    assert (outcome(run), once_each(house), house.parked()) == ((5, 0, 0), [1] * 5, {})
    assert (len(batches(house)), alone(house), house.bc.stats.by_entity["salesOrders"]["GET"]) == (1, 5, 2)


# Some of them are there already


def test_an_order_of_the_page_that_is_there_already_is_taken_over_and_not_sent(house: House) -> None:
    house.order(5003)
    house.sync("orders")
    links_lost(house)
    five_orders(house)
    house.exchanges.clear()

    run = house.sync("orders")

    assert (outcome(run), once_each(house)) == ((4, 1, 0), [1] * 5)
    assert batches(house) == [["SHP-5001", "SHP-5002", "SHP-5004", "SHP-5005"]]


def test_an_order_that_is_there_and_says_something_else_is_parked_and_holds_no_other_back(house: House) -> None:
    house.order(5003)
    house.sync("orders")
    links_lost(house)
    five_orders(house, lines=[{"sku": "1001", "quantity": 7, "unit_price": "10.00"}])

    run = house.sync("orders")

    assert (outcome(run), once_each(house)) == ((4, 0, 1), [1] * 5)
    assert house.parked()[5003].code == "document-differs"


def test_what_changed_while_the_outcome_was_unknown_is_compared_order_by_order(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="$batch")
    house.bc.control.add_fault(kind="status", method="GET", entity="salesOrders", spare=1, times=None)
    house.sync("orders")
    house.bc.faults.clear()
    touched(house, 5003, line_quantities={"0": 3})

    run = retried(house)

    assert (run.counts["orders"].created, once_each(house)) == (4, [1] * 5)
    assert [(number, one.code) for number, one in house.parked().items()] == [(5003, "document-differs")]


# Workers that die, and workers that are too late


@pytest.mark.parametrize("after", ["the claim", "the request", "the links of the first parcel"])
def test_a_worker_that_dies_leaves_nothing_lost_and_nothing_double(
    house: House, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    five_orders(house)
    save = Links.save

    def saved(links: Links, rows: list[Link]) -> list[Link]:
        states = {row.state for row in rows}
        if after == "the request" and LinkState.APPLIED in states:
            raise WorkerDied
        done = save(links, rows)
        if after == "the claim" and LinkState.SENDING in states:
            raise WorkerDied
        if after == "the links of the first parcel" and LinkState.APPLIED in states:
            raise WorkerDied
        return done

    with monkeypatch.context() as patched:
        patched.setattr(Links, "save", saved)
        with pytest.raises(WorkerDied):
            house.sync("orders")
    house.clock.forward(SETTLED)
    house.sync("orders")
    retried(house)

    assert (once_each(house), house.parked()) == ([1] * 5, {})
    assert {house.link("orders", number).state for number in FIVE} == {LinkState.APPLIED}


def test_a_worker_whose_claim_on_one_order_was_taken_sends_none_of_the_batch(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="status", status=429, retry_after=100, method="POST", entity="$batch")

    def sleep(seconds: float) -> None:
        house.clock.forward(max(seconds, 0))
        if seconds >= 60:
            table = house.connector.storage.tables["Links"]
            row = next(row for row in table.partition(f"{house.shop}|orders") if row["RowKey"].endswith("5003"))
            table.replace(row, row["etag"])

    monkeypatch.setattr(house.clock, "sleep", sleep)
    run = house.sync("orders")

    assert (run.state, run.error_code) == ("failed", "sync-already-running")
    assert (once_each(house), len(batches(house))) == ([0] * 5, 1)


def test_claims_are_stamped_anew_before_a_batch_that_had_to_wait(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="status", status=429, retry_after=100, method="POST", entity="$batch")
    house.bc.control.add_fault(kind="drop_request", method="POST", entity="$batch")

    house.sync("orders")

    sent = [call.at for call in house.exchanges if call.url.endswith("$batch")][-1]
    for number in FIVE:
        link = house.link("orders", number)
        assert link.state is LinkState.SENDING
        assert 0 <= (sent - from_iso(link.claimed_at)).total_seconds() <= 15


def test_storage_that_fails_after_the_request_ends_the_run_and_the_next_one_finds_all(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    five_orders(house)
    save = Links.save

    def saved(links: Links, rows: list[Link]) -> list[Link]:
        if any(row.state is LinkState.APPLIED for row in rows):
            raise ServiceUnavailable("storage-unavailable", sentence("not now"))
        return save(links, rows)

    with monkeypatch.context() as patched:
        patched.setattr(Links, "save", saved)
        first = house.sync("orders")
    second = house.sync("orders")

    assert (first.state, first.error_code) == ("failed", "storage-unavailable")
    assert (second.state, once_each(house), house.parked(), len(batches(house))) == ("succeeded", [1] * 5, {}, 1)


# What it costs


def test_a_page_of_a_hundred_orders_costs_a_tenth_of_a_call_each(house_storage: HouseStorage) -> None:
    with a_house(house_storage, bc_concurrency=5) as house:
        for number in range(5001, 5101):
            house.order(number)
        house.bc.stats.reset()

        run = house.sync("orders")

        posts = [len(one) for one in batches(house)]
        looks = [house.bc.stats.by_entity[name]["GET"] for name in ("salesOrders", "salesInvoices", "salesShipments")]
        assert (outcome(run), posts, looks) == ((100, 0, 0), [20] * 5, [2, 2, 2])


# Everything at once


@pytest.mark.parametrize("number", range(4))
def test_a_storm_over_batches_loses_nothing_and_doubles_nothing(house_storage: HouseStorage, number: int) -> None:
    """Drawn faults over six runs; what Business Central was told and has in the end is its own ledger."""
    chance = draws("batches", number)
    print(f"SEED={SEED}/{number}")
    with a_house(house_storage, bc_concurrency=chance.choice((1, 2, 5))) as house:
        sold = 5000
        for _ in range(6):
            for _ in range(chance.randrange(3, 25)):
                sold += 1
                line = {"sku": "1000", "quantity": 1, "unit_price": "120.00"}
                house.order(sold, [line] * chance.choice((1, 1, 2, 30)))
            for _ in range(chance.randrange(1, 4)):
                house.bc.control.add_fault(**_weather(chance, sold))
            retried(house)
            house.bc.faults.clear()
            house.clock.forward(chance.choice((60, 300, SETTLED)))
        for _ in range(3):
            house.clock.forward(SETTLED)
            retried(house)

        keys = Counter(row["externalDocumentNumber"] for row in house.bc.state.rows("salesOrders"))
        assert keys == Counter(f"SHP-{one}" for one in range(5001, sold + 1))
        assert house.parked() == {}
        linked = {house.link("orders", one).bc_number for one in range(5001, sold + 1)}
        assert len(linked) == sold - 5000


def _weather(chance: Any, sold: int) -> dict[str, Any]:
    one = f"SHP-{chance.randrange(5001, sold + 1)}"
    return dict(chance.choice([
        {"kind": "cut_batch", "entity": "salesOrders", "parts": chance.randrange(0, 12)},
        {"kind": "late_rest", "entity": "salesOrders", "parts": chance.randrange(0, 12), "seconds": 200},
        {"kind": "drop_response_after_commit", "method": "POST", "entity": "$batch"},
        {"kind": "drop_response_after_commit", "method": "POST", "document": one},
        {"kind": "drop_request", "method": "POST", "entity": "$batch"},
        {"kind": "late_commit", "method": "POST", "entity": "$batch", "seconds": 120},
        {"kind": "status", "status": chance.choice((429, 502, 503, 504)), "method": "POST", "entity": "$batch",
         "times": chance.randrange(1, 8)},
        {"kind": "status", "status": 501, "method": "POST", "entity": "$batch"},
        {"kind": "part_status", "status": chance.choice((429, 500, 503)), "method": "POST", "entity": "salesOrders",
         "times": chance.randrange(1, 5)},
        {"kind": "lock", "method": "POST", "entity": "salesOrders", "times": 2},
        {"kind": "refuse", "method": "POST", "entity": "salesOrders", "document": one},
        {"kind": "status", "status": 503, "method": "GET", "entity": "salesOrders", "spare": 1, "times": 6},
        {"kind": "refuse", "method": "GET", "entity": "salesInvoices", "document": one, "times": None},
    ]))
