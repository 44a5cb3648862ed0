"""Somebody in front of Business Central answers in its place: a proxy, a firewall, a page to sign in at.

Whom it is about is found out: all requests (the run ends, no record is blamed), or what one record holds (it alone is
parked). See docs/decisions/0058.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from shared.stores.sync_runs import SyncRun
from tests.house import House, HouseStorage, a_house

FORBIDDEN = "<html><head><title>403 Forbidden</title></head><body><hr>Application-Gateway/v2</body></html>"
SIGN_IN = "https://somebody@login.example.com/authorize?client_id=s3cret"
ORDERS = (5001, 5002, 5003, 5004, 5005)
STATUSES = [400, 402, 403, 405, 407, 413, 414, 451]

ANSWERS = [
    *(pytest.param({"status": status, "page": FORBIDDEN}, id=str(status)) for status in STATUSES),
    pytest.param({"status": 403, "page": ""}, id="403 without a word"),
    pytest.param({"status": 403, "page": '{"statusCode": 403, "message": "Forbidden"}'}, id="403 in other JSON"),
]
PAGES_TO_SIGN_IN = [
    pytest.param({"status": 302, "page": "", "location": SIGN_IN}, id="302"),
    pytest.param({"status": 200, "page": "<html><title>Sign in to login.example.com</title></html>"}, id="200"),
]


@pytest.fixture
def house(house_storage: HouseStorage) -> Iterator[House]:
    """A house with one lane: what a page brings goes out in one request."""
    with a_house(house_storage, bc_concurrency=1) as everything:
        yield everything


def five_orders(house: House) -> None:
    for number in ORDERS:
        house.order(number)


def in_its_place(house: House, **how: Any) -> None:
    house.bc.control.add_fault(kind="html", times=None, **how)


def arrived(house: House) -> Counter[str]:
    return Counter(row["externalDocumentNumber"] for row in house.bc.state.table("salesOrders").rows.values())


def each_once() -> Counter[str]:
    return Counter(f"SHP-{number}" for number in ORDERS)


def let_through(house: House) -> SyncRun:
    """The run after whoever kept the network mended it."""
    house.bc.faults.clear()
    house.clock.forward(3600)
    return house.run("orders")


@pytest.mark.parametrize("answer", [*ANSWERS, *PAGES_TO_SIGN_IN])
@pytest.mark.parametrize("aim", [
    pytest.param({"method": "GET"}, id="GET of anything"),
    pytest.param({"method": "GET", "entity": "items"}, id="GET while a page is planned"),
    pytest.param({"method": "GET", "entity": "salesOrders"}, id="GET before orders are sent"),
])
def test_what_is_read_in_vain_ends_the_run_and_blames_no_order(
    house: House, aim: dict[str, str], answer: dict[str, Any]
) -> None:
    five_orders(house)
    in_its_place(house, **aim, **answer)

    run = house.sync("orders")
    blamed, sent = house.parked(), arrived(house)
    again = let_through(house)

    assert (run.state, run.error_code, blamed, sent) == ("failed", "bc-intercepted", {}, Counter()), run
    assert f"with {answer['status']}" in str(run.error_detail)
    assert (again.state, house.parked(), arrived(house)) == ("succeeded", {}, each_once())


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_written_in_vain_ends_the_run_and_blames_no_order(house: House, answer: dict[str, Any]) -> None:
    five_orders(house)
    in_its_place(house, method="POST", **answer)

    run = house.sync("orders")
    blamed, sent = house.parked(), arrived(house)
    again = let_through(house)

    assert (run.state, run.error_code, blamed, sent) == ("failed", "bc-intercepted", {}, Counter()), run
    assert "POST salesOrders: " in str(run.error_detail)
    assert (again.state, house.parked(), arrived(house)) == ("succeeded", {}, each_once())


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_order_that_looks_like_an_attack_is_parked_alone(house: House, answer: dict[str, Any]) -> None:
    five_orders(house)
    in_its_place(house, method="POST", document="SHP-5003", **answer)

    run = house.sync("orders")
    parked, sent = house.parked(), arrived(house)
    house.connector.skipped.make_all_due(house.shop, house.clock.now())
    again = let_through(house)

    assert (run.state, [(number, one.code) for number, one in parked.items()]) == (
        "succeeded", [(5003, "bc-intercepted")]), run
    assert "it is about what this one holds" in parked[5003].detail
    assert sent == each_once() - Counter(["SHP-5003"])
    assert (again.state, house.parked(), arrived(house)) == ("succeeded", {}, each_once())


@pytest.mark.parametrize("answer", ANSWERS)
def test_where_no_batch_gets_through_each_order_goes_alone(house: House, answer: dict[str, Any]) -> None:
    five_orders(house)
    in_its_place(house, method="POST", entity="$batch", **answer)

    run = house.sync("orders")

    assert [call.status for call in house.exchanges if call.url.endswith("/$batch")] == [answer["status"]]
    assert (run.state, house.parked(), arrived(house)) == ("succeeded", {}, each_once()), run


def test_one_that_lets_go_meanwhile_costs_nothing(house: House) -> None:
    five_orders(house)
    house.bc.control.add_fault(kind="html", status=403, page=FORBIDDEN, method="GET", entity="items", times=1)

    run = house.sync("orders")

    assert (run.state, house.parked(), arrived(house)) == ("succeeded", {}, each_once()), run


def test_an_order_that_was_made_though_the_answer_was_kept_back_is_found_and_not_made_twice(house: House) -> None:
    """A firewall that reads answers: it turns away what Business Central has carried out."""
    house.order(5001)
    house.bc.control.add_fault(
        kind="html_after_commit", status=403, page=FORBIDDEN, method="POST", entity="salesOrders")

    house.sync("orders")
    house.connector.skipped.make_all_due(house.shop, house.clock.now())
    let_through(house)

    assert (arrived(house), house.parked()) == (Counter(["SHP-5001"]), {})


def test_what_a_redirect_holds_beside_the_host_is_told_nobody(house: House) -> None:
    five_orders(house)
    in_its_place(house, status=302, page="", location=SIGN_IN)

    run = house.sync("orders")

    assert "(login.example.com)" in str(run.error_detail)
    assert "s3cret" not in str(run.error_detail)
