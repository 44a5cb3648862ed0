"""History ends at the shop's first synchronization of orders, once and for all; leaving out is never final."""
from __future__ import annotations

from datetime import datetime

import pytest

from shared.clock import from_iso, iso
from shared.stores.links import LinkState
from shared.stores.synchronization_info import SynchronizationInfo
from tests.house import House

BEFORE = "2026-03-09T18:00:00Z"


def reset(house: House, to: datetime | None) -> None:
    house.connector.informations.set_last_sync_time(house.shop, "orders", to, by="Claire")


def ago(house: House, seconds: float) -> str:
    """The time so long before now; how Shopify's search index lags behind its records is told by it."""
    return iso(datetime.fromtimestamp(house.clock.now().timestamp() - seconds, house.clock.now().tzinfo))


def archived_at_once(house: House, number: int, at: str) -> int:
    """An order of a point of sale: made, paid, handed over and archived in one second."""
    return house.order(number, created_at=at, updated_at=at, closed_at=at)


def first_began(house: House) -> str:
    return house.connector.informations.get(house.shop, "orders").first_began


def test_orders_archived_at_once_that_a_run_missed_for_the_lag_of_the_search_index_are_taken_by_the_next(
    house: House,
) -> None:
    house.sync("orders")
    house.sync("orders")
    missed = [archived_at_once(house, 5000 + n, ago(house, 5 - n % 5)) for n in range(10)]

    run = house.sync("orders")

    assert [len(house.documents(number)) for number in missed] == [1] * 10
    assert run.counts["orders"].created == 10


def test_an_order_that_was_open_when_the_first_run_began_and_archived_before_it_came_there_is_taken(
    house: House,
) -> None:
    house.order(5001, created_at=BEFORE, updated_at=BEFORE)
    house.order(5002, created_at=BEFORE, updated_at="2026-03-10T10:01:10Z", closed_at="2026-03-10T10:01:10Z")
    first = house.sync("orders")

    second = house.sync("orders")

    assert (first.started_at, first.counts["orders"].read) == ("2026-03-10T10:01:00.000000Z", 1)
    assert second.counts["orders"].created == 1
    assert [len(house.documents(number)) for number in (5001, 5002)] == [1, 1]


def test_what_was_closed_before_the_first_synchronization_stays_out_however_often_it_is_read(house: House) -> None:
    house.order(5001, created_at=BEFORE, updated_at=BEFORE, closed_at=BEFORE)
    house.sync("orders")
    reset(house, None)
    house.sync("orders")
    reset(house, from_iso("2026-03-09T00:00:00Z"))
    house.change("orders", 5001, note="asked for the invoice again")

    run = house.sync("orders")

    assert run.counts["orders"].skipped == 1
    assert house.documents(5001) == []
    assert house.link("orders", 5001).state is LinkState.LEFT_OUT


@pytest.mark.parametrize("how", ["reset to yesterday", "full reset", "edited"])
def test_an_order_closed_after_the_moment_that_no_run_ever_saw_comes_in_later(house: House, how: str) -> None:
    house.sync("orders")
    archived_at_once(house, 5001, iso(house.clock.now()))
    house.clock.forward(2 * 86400)
    house.connector.informations.save(house.connector.informations.get(house.shop, "orders").with_(
        last_sync_time=iso(house.clock.now())))
    house.sync("orders")
    assert house.documents(5001) == []

    if how == "edited":
        house.change("orders", 5001, note="gift wrap")
    else:
        reset(house, from_iso("2026-03-10T00:00:00Z") if how == "reset to yesterday" else None)
    house.sync("orders")

    assert len(house.documents(5001)) == 1


@pytest.mark.parametrize("change", [
    {"closed": False, "closed_at": None},
    {"closed": True, "closed_at": "2026-03-10T11:00:00Z"},
], ids=["reopened", "reopened and closed again"])
def test_an_order_left_out_as_history_is_decided_again_when_it_is_opened_again(
    house: House, change: dict[str, object]
) -> None:
    house.order(5001, created_at=BEFORE, updated_at=BEFORE, closed=True, closed_at=BEFORE)
    house.sync("orders")
    assert house.documents(5001) == []

    house.clock.forward(3600)
    house.change("orders", 5001, **change)
    house.sync("orders")

    assert len(house.documents(5001)) == 1


def test_an_order_left_out_is_decided_again_when_the_moment_is_another_although_it_did_not_change(
    house: House,
) -> None:
    house.order(5001, created_at=BEFORE, updated_at=BEFORE, closed_at=BEFORE)
    house.sync("orders")
    informations = house.connector.informations
    informations.save(informations.get(house.shop, "orders").with_(first_began="2026-03-01T00:00:00Z"))

    reset(house, None)
    house.sync("orders")

    assert len(house.documents(5001)) == 1


def test_the_moment_is_the_start_of_the_first_run_and_no_later_run_or_reset_moves_it(house: House) -> None:
    house.sync("orders")
    began = first_began(house)
    for to in (None, from_iso("2026-01-01T00:00:00Z"), None):
        reset(house, to)
        house.sync("orders")

    assert (began, first_began(house)) == ("2026-03-10T10:01:00Z", "2026-03-10T10:01:00Z")


def test_a_time_set_before_the_first_synchronization_is_where_history_ends(house: House) -> None:
    house.order(5001, created_at="2026-02-10T10:00:00Z", updated_at="2026-02-10T10:00:00Z",
                closed_at="2026-02-10T10:00:00Z")
    house.order(5002, created_at="2026-02-20T10:00:00Z", updated_at="2026-02-20T10:00:00Z",
                closed_at="2026-02-20T10:00:00Z")
    reset(house, from_iso("2026-01-01T00:00:00Z"))
    reset(house, from_iso("2026-02-15T00:00:00Z"))

    house.sync("orders")
    reset(house, None)
    house.sync("orders")

    assert [len(house.documents(number)) for number in (5001, 5002)] == [0, 1]


def of_an_older_version(house: House, **fields: str) -> None:
    """The row as a version before this one left it: without the moment."""
    informations = house.connector.informations
    info = informations.get(house.shop, "orders")
    informations.save(SynchronizationInfo(shop=house.shop, type="orders", etag=info.etag, **fields))


def test_a_row_of_an_older_version_takes_the_oldest_run_on_record_that_read_orders(house: House) -> None:
    house.sync("customers")
    house.sync("orders")
    for _ in range(3):
        house.sync("orders")
    of_an_older_version(house, last_sync_time="2026-03-10T10:05:00Z")
    missed = archived_at_once(house, 5001, "2026-03-10T10:03:00Z")
    before = archived_at_once(house, 5002, "2026-03-10T10:01:30Z")

    house.sync("orders")

    assert first_began(house) == "2026-03-10T10:02:00Z"
    assert [len(house.documents(number)) for number in (missed, before)] == [1, 0]


def test_a_row_of_an_older_version_keeps_its_moment_when_it_is_reset_before_its_next_run(house: House) -> None:
    of_an_older_version(house, last_sync_time="2026-03-10T09:00:00Z")
    missed = archived_at_once(house, 5001, "2026-03-10T09:30:00Z")
    before = archived_at_once(house, 5002, "2026-03-10T08:30:00Z")

    reset(house, None)
    house.sync("orders")

    assert first_began(house) == "2026-03-10T09:00:00Z"
    assert [len(house.documents(number)) for number in (missed, before)] == [1, 0]
