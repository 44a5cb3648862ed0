"""Somebody decides about a skipped record while a run is trying it: what he said stands, whatever comes of the try."""
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared import admin
from shared.clock import from_iso
from shared.exchange import Exchange
from shared.stores.skipped_records import SkippedRecord, left_out_again, parked_again
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import House

OPERATOR = "Claire"


def dismisses(house: House) -> None:
    admin.skipped.dismiss(house.connector, house.shop, "orders", "5001", note="Billed by hand", by=OPERATOR)


def lets_it_be_tried(house: House) -> None:
    admin.skipped.retry(house.connector, house.shop, "orders", "5001", by=OPERATOR)


def an_order_that_is_parked(house: House) -> None:
    house.bc.control.change("items", "1000", {"number": "GONE"})
    house.order(5001)
    house.clock.forward(60)
    house.sync("orders")
    assert house.parked()[5001].code == "item-not-found"
    house.clock.forward(86_400)


def while_it_is_tried(house: House, decides: Callable[[House], None]) -> None:
    """A run that finds the order due; once Business Central has said that it has no such item, somebody decides."""
    decided = list[str]()

    def observe(exchange: Exchange) -> None:
        if not decided and exchange.direction == "Business Central" and "/items?" in exchange.url:
            decided.append(exchange.url)
            house.clock.forward(1)
            decides(house)

    run = run_sync(house.connector._replace(observe=observe), SyncJob(
        shop=house.shop, started_by="schedule", types=("orders",)))
    assert run is not None
    assert (run.state, len(decided)) == ("succeeded", 1)


def test_a_record_that_is_dismissed_while_it_is_tried_stays_dismissed(house: House) -> None:
    an_order_that_is_parked(house)

    while_it_is_tried(house, dismisses)

    row = house.connector.skipped.get(house.shop, "orders", "5001")
    assert row is not None
    assert (row.tries, row.dismissed_by, row.note) == (2, OPERATOR, "Billed by hand")
    house.clock.forward(86_400)
    house.run("orders")
    assert house.connector.skipped.get(house.shop, "orders", "5001") == row, "nobody tries it"


def test_a_record_that_is_to_be_tried_again_while_it_is_tried_is_due_at_once(house: House) -> None:
    an_order_that_is_parked(house)

    def mends(house: House) -> None:
        house.bc.control.change("items", "GONE", {"number": "1000"})
        lets_it_be_tried(house)

    while_it_is_tried(house, mends)
    house.clock.forward(1)
    house.run("orders")

    assert house.parked() == {}
    assert len(house.documents(5001)) == 1


def test_a_record_that_changed_since_it_was_dismissed_is_parked_anew(house: House) -> None:
    an_order_that_is_parked(house)
    dismisses(house)
    house.clock.forward(60)
    house.change("orders", 5001, note="call first")
    house.clock.forward(60)

    house.run("orders")

    assert (house.parked()[5001].dismissed_at, house.parked()[5001].note) == ("", "")


@pytest.mark.parametrize(("after", "stands"), [(-1, False), (0, True), (1, True), (60, True), (61, False)], ids=[
    "before it", "in its very second", "since", "as it ends", "by a clock that is ahead"])
def test_what_was_decided_before_a_try_ends_with_it_and_what_was_decided_since_does_not(
    house: House, after: int, stands: bool
) -> None:
    began = house.clock.now()
    before = SkippedRecord(
        shop="FR", type="orders", id="1", code="item-not-found", detail="", tries=1, first_at="2026-01-01T00:00:00Z",
        last_at="2026-01-01T00:00:00Z", next_try="", dismissed_by="Claire", note="by hand",
        dismissed_at=(began + timedelta(seconds=after)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    later = began + timedelta(minutes=1)

    rows = [
        parked_again(before, shop="FR", type="orders", id="1", code="x", why="", now=later, run="", began=began),
        left_out_again(before, shop="FR", type="orders", id="1", code="x", why="", selection="", now=later, run="",
                       waits=True, began=began),
    ]

    assert [(row.dismissed_at, row.note) for row in rows] == [
        (before.dismissed_at, "by hand") if stands else ("", "")] * 2
    assert [bool(row.next_try) and from_iso(row.next_try) > later for row in rows] == [not stands] * 2
