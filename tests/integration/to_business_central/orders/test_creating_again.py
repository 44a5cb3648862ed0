"""Unlink and create again: an order's document is given up and made anew, and never are there two of its number."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.connector import Connector
from shared.exchange import Exchange
from shared.stores.links import LinkState
from shared.sync.replay import replay
from shared.to_business_central.orders.creating_again import create_again
from shared.to_business_central.orders.one_order import sync_order
from tests.admin import Admin
from tests.house import House
from tests.integration.sync.trouble import WorkerDied, retried, touched


def again(admin: Admin, confirm: str = "", order: int = 5001) -> tuple[int, Any]:
    return admin("create_order_again", query={"confirm": confirm} if confirm else None, id=str(order))


def long_ago(house: House) -> None:
    """No run lists the orders there are for having changed."""
    house.clock.forward(24 * 3600)
    house.sync("orders")


def synced(house: House, **spec: Any) -> str:
    """The number of the document of order 5001."""
    house.order(5001, **spec)
    house.sync("orders")
    return house.link("orders", 5001).bc_number


def kept_under_another_number(house: House, number: str) -> None:
    house.bc.control.change("salesOrders", number, {"externalDocumentNumber": "KEPT-5001"})


def test_a_document_that_was_given_another_number_is_kept_and_a_new_one_is_made_as_the_order_is_now(
    house: House, admin: Admin
) -> None:
    number = synced(house)
    house.change("orders", 5001, line_quantities={"0": 3})
    house.sync("orders")
    assert 5001 in house.parked()
    kept_under_another_number(house, number)

    status, told = again(admin, number)

    assert (status, told["result"], told["name"]) == (200, "created", "#5001")
    assert told["number"] == house.document(5001)["number"] != number
    assert house.lines(5001, "quantity") == [(3,)]
    assert len(house.bc.control.orders("KEPT-5001")) == 1
    assert house.parked() == {}
    touched(house, 5001)
    assert house.sync("orders").counts["orders"].unchanged == 1


def test_a_document_that_was_deleted_is_made_anew(house: House, admin: Admin) -> None:
    number = synced(house)
    house.bc.control.remove("salesOrders", number)

    assert again(admin, number)[1]["result"] == "created"
    assert len(house.documents(5001)) == 1


def test_who_gave_up_which_document_stands_on_the_link_and_in_the_history_of_runs(house: House, admin: Admin) -> None:
    number = synced(house)
    kept_under_another_number(house, number)

    told = again(admin, number)[1]

    run = house.connector.runs.get(house.shop, told["run"])
    assert (run.state, str(run.started_by)) == ("succeeded", f"admin, order 5001 created again instead of {number}")
    at, _, decision = str(house.link("orders", 5001).decision).partition(" ")
    assert (at[:10], decision) == (run.started_at[:10], f"admin: created again instead of {number}")


@pytest.mark.parametrize("confirm", ["", "S-ORD9", "1"])
def test_nothing_is_given_up_without_the_number_of_the_document(house: House, admin: Admin, confirm: str) -> None:
    number = synced(house)
    kept_under_another_number(house, number)
    link = house.link("orders", 5001)

    status, problem = again(admin, confirm)

    assert (status, problem["type"]) == (409, "confirmation-needed")
    assert f"confirm={number}" in problem["detail"]
    assert (house.link("orders", 5001), house.documents(5001)) == (link, [])


def test_a_document_that_still_has_the_orders_number_stops_it_and_says_what_to_do_first(
    house: House, admin: Admin
) -> None:
    number = synced(house)
    link, written = house.link("orders", 5001), house.bc_writes()

    status, problem = again(admin, number)

    assert (status, problem["type"], problem["record"]) == (409, "document-still-there", "order 5001")
    assert number in problem["detail"]
    assert "External Document No." in problem["detail"]
    assert (house.link("orders", 5001), house.bc_writes(), len(house.documents(5001))) == (link, written, 1)


def test_a_posted_document_stops_it_and_the_credit_memo_is_named(house: House, admin: Admin) -> None:
    number = synced(house)
    bc = house.connector.business_central(house.connector.shops.get(house.shop))
    bc.create(f"salesOrders({house.document(5001)['id']})/Microsoft.NAV.shipAndInvoice", {})

    status, problem = again(admin, number)

    assert (status, problem["type"]) == (409, "document-still-there")
    assert "credit memo" in problem["detail"]
    assert house.documents(5001) == []


def test_an_order_without_a_document_is_to_be_synchronized_instead(house: House, admin: Admin) -> None:
    house.order(5001, test=True)
    house.sync("orders")

    assert [again(admin, "S-ORD1", order)[0] for order in (5001, 5002)] == [404, 404]
    assert admin("create_order_again", id="x")[0] == 404


def test_it_is_created_although_the_card_would_leave_it_out_by_now_and_not_if_nothing_is_left(
    house: House, admin: Admin
) -> None:
    number = synced(house)
    house.change("orders", 5001, test=True)
    kept_under_another_number(house, number)
    number = again(admin, number)[1]["number"]
    assert number

    house.bc.control.remove("salesOrders", number)
    house.change("orders", 5001, cancelled=True)
    told = again(admin, number)[1]
    assert (told["result"], told["number"], house.documents(5001)) == ("left out", "", [])


def test_what_cannot_be_created_is_parked_and_comes_with_its_retry(house: House, admin: Admin) -> None:
    number = synced(house)
    kept_under_another_number(house, number)
    house.bc.control.change("items", "1000", {"blocked": True})

    told = again(admin, number)[1]
    assert (told["result"], told["code"]) == ("parked", "item-blocked")

    house.bc.control.change("items", "1000", {"blocked": False})
    retried(house)
    assert (len(house.documents(5001)), house.parked()) == (1, {})


# Its worker dies


def dies_at(house: House, method: str, times: int) -> Connector:
    """A worker that dies right after Business Central answered its so-manieth call of this method about orders."""
    seen: list[str] = []

    def dies(exchange: Exchange) -> None:
        if exchange.method == method and urlsplit(exchange.url).path.endswith("/salesOrders"):
            seen.append(exchange.url)
            if len(seen) == times:
                raise WorkerDied

    return house.connector._replace(observe=dies)


@pytest.mark.parametrize(("method", "times"), [("GET", 2), ("POST", 1)], ids=["given up", "given up and stored anew"])
def test_a_worker_that_dies_leaves_the_order_to_the_next_run(house: House, method: str, times: int) -> None:
    number = synced(house)
    kept_under_another_number(house, number)
    long_ago(house)

    with pytest.raises(WorkerDied):
        create_again(dies_at(house, method, times), house.shop, "5001", number, by="Claire")
    stored = len(house.documents(5001))
    house.clock.forward(3600)
    house.sync("orders")

    assert (stored, len(house.documents(5001))) == (times % 2, 1)
    assert (house.link("orders", 5001).state, house.parked()) == (LinkState.APPLIED, {})
    assert "orders" not in house.connector.changed.types(house.shop)


@pytest.mark.parametrize("step", [
    lambda worker, shop: sync_order(worker, shop, "5001", even_if_left_out=True, by="Claire"),
    lambda worker, shop: replay(worker, shop, "orders", newest_capture(worker, shop), by="Claire"),
], ids=["one order", "replay"])
def test_so_does_one_that_dies_in_another_step_of_an_operator(
    house: House, step: Callable[[Connector, str], object]
) -> None:
    house.order(5001, test=True)
    house.sync("orders")
    long_ago(house)
    assert house.documents(5001) == []

    with pytest.raises(WorkerDied):
        step(dies_at(house, "POST", 1), house.shop)
    assert house.link("orders", 5001).state is LinkState.SENDING
    house.clock.forward(3600)
    house.sync("orders")

    assert len(house.documents(5001)) == 1
    assert house.link("orders", 5001).state is LinkState.APPLIED


def newest_capture(worker: Connector, shop: str) -> str:
    return worker.captures.of_record(shop, "orders", "5001")[0].id
