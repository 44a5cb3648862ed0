"""One record that cannot be read: it is parked, the others arrive, and once it is well again it arrives too."""
from __future__ import annotations

import json
from typing import Any

import pytest

from shared.clock import iso
from shared.exchange import Exchange
from shared.stores.skipped_records import parked_again
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import House, HouseStorage, a_house

BAD = "Order/5002"

WAYS = [
    pytest.param("internal_error", {}, id="internal error"),
    pytest.param("http_5xx", {"status": 502}, id="502"),
    pytest.param("drop_connection", {}, id="dropped"),
    pytest.param("nameless_error", {}, id="error without a code"),
    pytest.param("max_cost", {}, id="too costly"),
    pytest.param("no_data", {}, id="data null without an error"),
    pytest.param("denied_node", {}, id="node denied"),
    pytest.param("denied_node", {"field": "customer"}, id="field denied"),
    pytest.param("spoilt_note", {"bytes": "surrogate"}, id="lone surrogate"),
    pytest.param("spoilt_note", {"bytes": "control"}, id="control character"),
    pytest.param("spoilt_note", {"bytes": "not utf-8"}, id="no UTF-8"),
    pytest.param("odd_field", {"field": "updatedAt"}, id="no time"),
    pytest.param("odd_field", {"field": "id", "value": "gid://shopify/Order/abc"}, id="no number"),
    pytest.param("odd_field", {"field": "id"}, id="no id"),
    pytest.param("odd_field", {"field": "id", "value": "gid://shopify/Order/5003"}, id="the id of another"),
    pytest.param("odd_field", {"field": "id", "value": "gid://shopify/Order/-5002"}, id="a number below zero"),
    pytest.param("odd_field", {"field": "updatedAt", "value": "2026-03-10T10:00:00"}, id="a time of no zone"),
    pytest.param("odd_field", {"field": "lineItems"}, id="no lines"),
]


def in_bc(house: House) -> list[int]:
    return [len(house.documents(number)) for number in (5001, 5002, 5003, 5004)]


def four_orders(house: House) -> None:
    for number in (5001, 5002, 5003, 5004):
        house.order(number)


def long_ago(house: House, *numbers: int) -> None:
    """These orders came in so long ago that no later run lists them with what is new."""
    for number in numbers:
        house.order(number)
    house.clock.forward(7200)
    house.sync()
    house.clock.forward(86_400)


def later(house: House) -> Any:
    house.clock.forward(86_400)
    return house.run("orders")


@pytest.mark.parametrize("bare", [False, True], ids=["read whole", "named at all"])
@pytest.mark.parametrize(("fault", "options"), WAYS)
def test_an_order_that_cannot_be_read_is_parked_retried_and_arrives_once_it_can(
    house: House, fault: str, options: dict[str, Any], bare: bool,
) -> None:
    four_orders(house)
    house.shopify.fault(fault, record=BAD, bare=bare, **options)

    run = house.sync("orders")

    assert (run.state, in_bc(house)) == ("succeeded", [1, 0, 1, 1]), run
    assert list(house.parked()) == [5002]
    assert house.parked()[5002].code == "record-unreadable"
    assert "order 5002: " in house.parked()[5002].detail

    again = later(house)

    assert (again.state, in_bc(house), house.parked()[5002].tries) == ("succeeded", [1, 0, 1, 1], 2)

    house.shopify.clear_faults()
    healed = later(house)

    assert (healed.state, in_bc(house), house.parked()) == ("succeeded", [1, 1, 1, 1], {})


def test_an_order_that_is_listed_and_not_given_is_parked(house: House) -> None:
    four_orders(house)
    house.shopify.fault("null_node", record=BAD)

    run = house.sync("orders")

    assert (run.state, in_bc(house), list(house.parked())) == ("succeeded", [1, 0, 1, 1], [5002])


@pytest.mark.parametrize(("field", "value"), [
    pytest.param("customer", {"id": "gid://shopify/Customer/abc"}, id="a customer without a number"),
    pytest.param("closedAt", "2026-03-10T10:00:00", id="closed at a time of no zone"),
])
def test_an_order_that_holds_an_odd_value_is_parked_alone(house: House, field: str, value: object) -> None:
    four_orders(house)
    house.shopify.fault("odd_field", record=BAD, field=field, value=value)

    run = house.sync("orders")

    assert (run.state, in_bc(house), list(house.parked())) == ("succeeded", [1, 0, 1, 1], [5002]), run
    assert house.parked()[5002].code == "record-unreadable"


def test_a_parked_order_that_is_not_given_by_its_number_stays_parked_until_it_is(house: House) -> None:
    four_orders(house)
    house.shopify.fault("null_node", record=BAD)
    house.sync("orders")

    for _ in range(3):
        later(house)

    assert (in_bc(house), house.parked()[5002].tries) == ([1, 0, 1, 1], 4)
    assert "Shopify lists it and does not give it" in house.parked()[5002].detail

    house.shopify.clear_faults()
    later(house)

    assert (in_bc(house), house.parked()) == ([1, 1, 1, 1], {})


@pytest.mark.parametrize(
    ("type", "name"), [("products", "Product"), ("customers", "Customer"), ("companies", "Company")])
def test_a_parked_record_of_another_type_that_is_listed_and_not_given_stays_parked_until_it_is_deleted(
    house: House, type: str, name: str,
) -> None:
    house.product(8001, "NEW")
    house.customer(8001)
    house.company(8001)
    house.shopify.fault("null_node", record=f"{name}/8001")
    house.sync(type)

    house.clock.forward(86_400)
    house.run(type)

    assert house.parked()[8001].tries == 2

    house.shopify.clear_faults()
    house.shopify.shop_state.delete(type, 8001)
    house.clock.forward(86_400)
    house.run(type)

    assert house.parked() == {}


def test_the_sentence_holds_the_request_id_that_shopifys_support_asks_for(house: House) -> None:
    four_orders(house)
    house.shopify.fault("internal_error", record=BAD)

    house.sync("orders")

    ids = [exchange.request_id for exchange in house.exchanges if exchange.direction == "Shopify"]
    assert any(f"request id {id}" in house.parked()[5002].detail for id in ids)


@pytest.mark.parametrize(("fault", "options"), WAYS)
def test_an_announced_order_that_cannot_be_read_does_not_hold_back_the_others(
    house: House, fault: str, options: dict[str, Any],
) -> None:
    house.sync()
    four_orders(house)
    for number in (5001, 5002, 5003, 5004):
        house.connector.changed.add(house.shop, "orders", str(number), "orders/create")
    house.shopify.fault(fault, record=BAD, **options)

    run = run_sync(house.connector, SyncJob(shop=house.shop, started_by="webhook", only_changed=True))

    assert run is not None
    assert (run.state, in_bc(house), list(house.parked())) == ("succeeded", [1, 0, 1, 1], [5002])
    assert house.connector.changed.of(house.shop, "orders") == []


@pytest.mark.parametrize(("operation", "more"), [
    pytest.param("OrderLinesNext", {"lines": [{"sku": "1000", "quantity": 1, "unit_price": "1.00"}] * 30}, id="lines"),
    pytest.param("OrderShippingLinesNext", {"shipping": [{"title": "Parcel", "price": "1.00"}] * 8}, id="shipping"),
    pytest.param("OrderRefunds", {"refunds": [{"lines": [{"line": 0, "quantity": 1, "restock": True}]}]}, id="refunds"),
])
@pytest.mark.parametrize("fault", ["internal_error", "http_5xx", "nameless_error", "no_data", "same_cursor"])
def test_further_pages_of_one_order_that_cannot_be_read_park_it_alone(
    house: House, fault: str, operation: str, more: dict[str, Any],
) -> None:
    if fault == "same_cursor" and operation == "OrderRefunds":
        pytest.skip("refunds are no list with cursors")
    four_orders(house)
    house.order(5002, **more)
    tie = {} if fault == "same_cursor" else {"record": BAD}
    house.shopify.fault(fault, operation=operation, **tie)

    run = house.sync("orders")

    assert (run.state, in_bc(house), list(house.parked())) == ("succeeded", [1, 0, 1, 1], [5002]), run
    assert run.shopify_calls < 25


@pytest.mark.parametrize(("fault", "options"), [
    ("internal_error", {}), ("nameless_error", {}), ("denied_node", {"field": "risk"}),
    ("odd_field", {"field": "risk", "value": 7}),
])
def test_an_order_whose_risk_cannot_be_read_is_parked_alone(
    house: House, fault: str, options: dict[str, Any],
) -> None:
    house.card(orders_to_import={"high_risk_orders": "Hold"})
    four_orders(house)
    house.order(5004, risk=["HIGH"])
    house.shopify.fault(fault, record=BAD, operation="OrderRisks", **options)

    run = house.sync("orders")

    codes = {number: one.code for number, one in house.parked().items()}
    assert (run.state, in_bc(house)) == ("succeeded", [1, 0, 1, 0]), run
    assert codes == {5002: "record-unreadable", 5004: "order-held"}
    assert "the card wants its risk" in house.parked()[5002].detail

    house.shopify.clear_faults()
    assert (later(house).state, in_bc(house)) == ("succeeded", [1, 1, 1, 0])


@pytest.mark.parametrize("record", ["Product/8001", "Customer/7001", "Company/6001"])
def test_a_bad_record_of_another_type_does_not_keep_orders_away(house: House, record: str) -> None:
    house.order(5001)
    house.product(8001, "NEW")
    house.customer(7001)
    house.company(6001)
    house.shopify.fault("internal_error", record=record)

    run = house.sync()

    assert (run.state, len(house.documents(5001))) == ("succeeded", 1)
    assert house.parked()[int(record[-4:])].code == "record-unreadable"


def test_bad_orders_among_many_cost_a_few_calls_each_and_are_the_only_ones_parked(house: House) -> None:
    numbers = range(5001, 5101)
    for number in numbers:
        house.order(number)
    for number in (5001, 5050, 5051, 5100):
        house.shopify.fault("http_5xx", record=f"Order/{number}")

    run = house.sync("orders")

    assert (run.state, sorted(house.parked())) == ("succeeded", [5001, 5050, 5051, 5100])
    assert run.counts["orders"].created == 96
    assert run.shopify_calls < 120


def test_where_shopify_gives_no_order_at_all_the_run_ends_and_nothing_is_parked(house: House) -> None:
    for number in range(5001, 5041):
        house.order(number)
        house.shopify.fault("internal_error", record=f"Order/{number}")

    run = house.sync("orders")

    assert (run.state, run.error_code, house.parked()) == ("failed", "shopify-unavailable", {})
    assert "request id" in str(run.error_detail)
    assert run.shopify_calls < 70

    house.order(5041)
    again = house.sync("orders")

    assert (again.state, sorted(house.parked())) == ("succeeded", list(range(5001, 5041)))

    house.sync("orders")

    assert house.document(5041)


@pytest.mark.parametrize("good", [5001, 5009, 5014, 5025])
@pytest.mark.parametrize("fault", ["internal_error", "nameless_error", "denied_node"])
def test_one_good_order_among_many_bad_ones_is_found_wherever_it_lies(house: House, fault: str, good: int) -> None:
    bad = [number for number in range(5001, 5026) if number != good]
    for number in (good, *bad):
        house.order(number)
    for number in bad:
        house.shopify.fault(fault, record=f"Order/{number}")

    run = house.sync("orders")

    assert (run.state, sorted(house.parked())) == ("succeeded", bad)
    assert house.document(good)


@pytest.mark.parametrize("fault", ["internal_error", "nameless_error", "denied_node"])
def test_a_page_of_bad_orders_alone_is_parked_where_other_orders_can_be_read(house: House, fault: str) -> None:
    long_ago(house, 4001)
    for number in range(5001, 5026):
        house.order(number)
        house.shopify.fault(fault, record=f"Order/{number}")

    run = house.sync("orders")

    assert (run.state, sorted(house.parked())) == ("succeeded", list(range(5001, 5026)))

    house.clock.forward(86_400)
    retried = house.sync("orders")

    assert (retried.state, {one.tries for one in house.parked().values()}) == ("succeeded", {2})
    assert retried.shopify_calls < 150


def test_a_shopify_that_lets_every_question_about_orders_wait_is_given_up_before_all_were_asked(
    house: House,
) -> None:
    for number in range(5001, 5026):
        house.order(number)
        house.shopify.fault("drop_connection", record=f"Order/{number}")

    def takes_long(exchange: Exchange) -> None:
        house.clock.forward(45 if "query OrdersById" in exchange.request else 0)

    house.connector = house.connector._replace(observe=takes_long)
    run = house.sync("orders")

    assert (run.state, run.error_code, house.parked()) == ("failed", "shopify-unavailable", {})
    assert run.seconds < 15 * 60


@pytest.mark.parametrize(("fault", "options"), [("http_5xx", {"status": 503}), ("drop_connection", {})])
def test_a_shop_that_goes_dead_while_a_bad_order_is_looked_for_ends_the_run(
    house: House, fault: str, options: dict[str, Any],
) -> None:
    four_orders(house)
    house.shopify.fault("internal_error", record=BAD)

    def goes_dead(exchange: Exchange) -> None:
        if "query OrdersPlaces" in exchange.request:
            house.shopify.fault(fault, times=1000, **options)

    house.connector = house.connector._replace(observe=goes_dead)
    run = house.sync("orders")

    assert (run.state, run.error_code, house.parked()) == ("failed", "shopify-unavailable", {})
    house.shopify.clear_faults()
    assert (house.sync("orders").state, in_bc(house)) == ("succeeded", [1, 1, 1, 1])


@pytest.mark.parametrize("scope", ["read_customers", "read_orders"])
def test_a_scope_that_was_taken_away_ends_the_run_and_parks_nothing(house: House, scope: str) -> None:
    four_orders(house)
    house.shopify.fault("missing_scope", scope=scope)

    run = house.sync("orders")

    assert (run.state, run.error_code, house.parked()) == ("failed", "access-scope-changed", {})


@pytest.mark.parametrize("field", [None, "customer", "lineItems"])
def test_an_order_that_is_denied_alone_on_its_page_is_parked_where_others_are_given(
    house: House, field: str | None,
) -> None:
    long_ago(house, 5001)
    house.order(5002)
    house.shopify.fault("denied_node", record=BAD, field=field)

    run = house.sync("orders")

    assert (run.state, list(house.parked())) == ("succeeded", [5002])
    assert "Shopify denies" in house.parked()[5002].detail

    house.shopify.clear_faults()
    assert (later(house).state, house.parked()) == ("succeeded", {})


def test_the_only_order_of_a_shop_is_parked_if_it_is_denied_to_an_app_that_holds_every_scope(house: House) -> None:
    house.order(5002)
    house.shopify.fault("denied_node", record=BAD, field="customer")

    run = house.sync("orders")

    assert (run.state, list(house.parked())) == ("succeeded", [5002])


@pytest.mark.parametrize("older", [(), (4001, 4002)], ids=["all of the shop", "beside older ones"])
def test_orders_that_are_denied_as_all_others_are_is_the_apps_matter_though_it_holds_the_scopes(
    house: House, older: tuple[int, ...],
) -> None:
    """As where Shopify has not approved the app for protected customer data."""
    long_ago(house, *older)
    new = (5001, 5002)[len(older) // 2:]
    for number in new:
        house.order(number)
    for number in (*older, *new):
        house.shopify.fault("denied_node", record=f"Order/{number}", field="customer")

    run = house.sync("orders")

    assert (run.state, run.error_code, house.parked()) == ("failed", "access-scope-changed", {})


@pytest.mark.parametrize("others", [0, 1, 3])
@pytest.mark.parametrize("announced", [False, True], ids=["in the span", "announced"])
def test_a_lost_scope_is_the_apps_whether_one_order_is_asked_for_or_several(
    house: House, announced: bool, others: int,
) -> None:
    long_ago(house, *range(4001, 4001 + others))
    house.order(5002)
    house.shopify.fault("missing_scope", scope="read_customers")
    house.connector.changed.add(house.shop, "orders", "5002", "orders/create")

    run = run_sync(house.connector, SyncJob(
        shop=house.shop, started_by="test", types=("orders",), only_changed=announced))

    assert run is not None
    assert (run.state, run.error_code, house.parked()) == ("failed", "access-scope-changed", {})
    assert "read_customers" in str(run.error_detail)
    assert run.shopify_calls < 12


@pytest.mark.parametrize("bad", [5001, 5004])
@pytest.mark.parametrize("field", ["fulfillmentOrders", "paymentTerms"])
def test_an_optional_part_that_is_denied_of_one_order_is_left_out_of_that_one_alone(
    house: House, field: str, bad: int,
) -> None:
    for number in (5001, 5002, 5003, 5004):
        house.order(number)
    house.shopify.fault("denied_node", record=f"Order/{bad}", field=field)

    run = house.sync("orders")

    assert (run.state, in_bc(house), house.parked()) == ("succeeded", [1, 1, 1, 1], {})
    captures = house.connector.captures
    kept = {number: json.loads(captures.payload(captures.of_record(house.shop, "orders", str(number))[0]))
            for number in (5001, 5002, 5003, 5004)}
    assert [number for number in kept if field not in kept[number]] == [bad]


def test_an_order_that_was_read_in_part_leaves_no_capture_that_would_pass_for_whole(house: House) -> None:
    house.order(5002, [{"sku": "1000", "quantity": 1, "unit_price": "1.00"}] * 30)
    house.shopify.fault("internal_error", record=BAD, operation="OrderLinesNext")

    house.sync("orders")

    assert house.connector.captures.of_record(house.shop, "orders", "5002") == []


def test_a_list_whose_cursor_stands_still_ends_the_run_after_what_it_held_was_applied(house: House) -> None:
    four_orders(house)
    house.shopify.fault("same_cursor", operation="OrdersChanged")

    runs = [house.sync("orders") for _ in range(3)]

    assert {(run.state, run.error_code) for run in runs} == {("failed", "record-unreadable")}
    assert "read already" in str(runs[0].error_detail)
    assert in_bc(house) == [1, 1, 1, 1]
    assert all(run.shopify_calls < 8 for run in runs)


def test_a_list_whose_cursor_stands_still_is_noticed_though_every_page_uses_up_the_time(
    house_storage: HouseStorage,
) -> None:
    with a_house(house_storage, time_budget_seconds=0) as house:
        four_orders(house)
        house.shopify.fault("same_cursor", operation="OrdersChanged")

        run = house.sync("orders")

        assert (run.state, run.error_code) == ("failed", "record-unreadable")


def test_a_saved_cursor_that_shopify_refuses_gives_way_to_the_position_in_the_same_run(house: House) -> None:
    four_orders(house)
    info = house.connector.informations.get(house.shop, "orders")
    now = house.clock.now()
    house.clock.forward(60)
    house.connector.informations.save(info.with_(
        run_since="2004-01-01T00:00:00Z", run_until=iso(house.clock.now()), run_cursor="bm8gY3Vyc29y",
        run_position=iso(now), run_saved=iso(house.clock.now())))

    run = house.run("orders")

    assert (run.state, in_bc(house)) == ("succeeded", [1, 1, 1, 1])


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e400"])
def test_an_amount_that_is_none_parks_its_order_as_unreadable(house: House, amount: str) -> None:
    four_orders(house)
    bag = {name: {"amount": amount, "currencyCode": "EUR"} for name in ("shopMoney", "presentmentMoney")}
    house.shopify.fault("odd_field", record=BAD, field="totalPriceSet", value=bag)

    run = house.sync("orders")

    assert (run.state, in_bc(house), house.parked()[5002].code) == ("succeeded", [1, 0, 1, 1], "record-unreadable")


def test_parked_records_are_found_among_many_by_their_ids(house: House) -> None:
    now = house.clock.now()
    house.connector.skipped.park([
        parked_again(None, shop=house.shop, type="orders", id=str(number), code="item-not-found", why="",
                     now=now, run="")
        for number in range(1, 2001)
    ])

    among = house.connector.skipped.among(house.shop, "orders", ["5001", "5002"])
    few = house.connector.skipped.among(house.shop, "orders", ["3", "1500", "1999", "5001"])

    assert (among, sorted(few)) == ({}, ["1500", "1999", "3"])
