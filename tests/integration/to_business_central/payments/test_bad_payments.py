"""A payout or dispute that cannot be read: it is parked and tried again, the others are kept, new ones still come."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from shared.clock import iso
from shared.exchange import Exchange
from shared.record_names import one_called
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import House

TYPES = [pytest.param("payouts", "ShopifyPaymentsPayout", id="payouts"),
         pytest.param("disputes", "ShopifyPaymentsDispute", id="disputes")]

WAYS = [
    pytest.param("internal_error", {}, id="internal error"),
    pytest.param("http_5xx", {"status": 503}, id="503"),
    pytest.param("drop_connection", {}, id="dropped"),
    pytest.param("nameless_error", {}, id="error without a code"),
    pytest.param("no_data", {}, id="data null without an error"),
    pytest.param("denied_node", {}, id="node denied"),
    pytest.param("null_node", {}, id="null node"),
    pytest.param("odd_field", {"field": "id"}, id="no id"),
    pytest.param("odd_field", {"field": "status", "value": 7}, id="a status that is no word"),
]


def put(house: House, type: str, *numbers: int, **spec: Any) -> None:
    for number in numbers:
        (house.payout if type == "payouts" else house.dispute)(number, **spec)


def kept(house: House, type: str) -> Sequence[int]:
    rows = house.connector.payouts if type == "payouts" else house.connector.disputes
    return sorted(int(one.id) for one in rows.all(house.shop))


def asked_by_id(house: House, record: str) -> int:
    return sum(f"gid://shopify/{record}" in str(body["variables"].get("ids")) for body in house.sent("Shopify"))


def later(house: House, type: str) -> SyncRun:
    house.clock.forward(86_400)
    return house.run(type)


@pytest.mark.parametrize("bare", [False, True], ids=["read whole", "named at all"])
@pytest.mark.parametrize(("fault", "options"), WAYS)
@pytest.mark.parametrize(("type", "name"), TYPES)
def test_one_that_cannot_be_read_is_parked_retried_and_kept_once_it_can(
    house: House, type: str, name: str, fault: str, options: dict[str, Any], bare: bool,
) -> None:
    put(house, type, 7001, 7002, 7003)
    house.shopify.fault(fault, record=f"{name}/7002", bare=bare, **options)

    run = house.sync(type)

    assert (run.state, kept(house, type)) == ("succeeded", [7001, 7003]), run
    assert [(one.type, one.code, one.tries) for one in house.parked().values()] == [(type, "record-unreadable", 1)]
    assert f"{one_called(type, '7002')}: " in house.parked()[7002].detail

    put(house, type, 7004)
    again = later(house, type)

    assert (again.state, kept(house, type), house.parked()[7002].tries) == ("succeeded", [7001, 7003, 7004], 2)

    house.shopify.clear_faults()
    healed = later(house, type)

    assert (healed.state, kept(house, type), house.parked()) == ("succeeded", [7001, 7002, 7003, 7004], {})


@pytest.mark.parametrize("fault", ["internal_error", "http_5xx"])
def test_the_sentence_holds_the_request_id_that_shopifys_support_asks_for(house: House, fault: str) -> None:
    put(house, "payouts", 7001, 7002)
    house.shopify.fault(fault, record="ShopifyPaymentsPayout/7002")

    house.sync("payouts")

    ids = [exchange.request_id for exchange in house.exchanges if exchange.direction == "Shopify"]
    assert any(f"request id {id}" in house.parked()[7002].detail for id in ids)


@pytest.mark.parametrize("numbers", [(7001, 7002), (7002,)], ids=["the newest", "the only one"])
@pytest.mark.parametrize("fault", ["internal_error", "denied_node", "null_node"])
@pytest.mark.parametrize(("type", "name"), TYPES)
def test_the_newest_one_that_cannot_be_read_waits_for_its_next_try_and_not_for_every_run(
    house: House, type: str, name: str, fault: str, numbers: tuple[int, ...],
) -> None:
    put(house, type, *numbers)
    house.shopify.fault(fault, record=f"{name}/7002")
    house.sync(type)
    house.exchanges.clear()

    run = house.sync(type)

    assert (run.state, house.parked()[7002].tries) == ("succeeded", 1)
    assert asked_by_id(house, f"{name}/7002") == 0


def test_a_denied_payout_alone_on_its_page_is_no_sign_that_payouts_are_denied(house: House) -> None:
    put(house, "payouts", 7001)
    house.sync("payouts")
    put(house, "payouts", 7002)
    house.shopify.fault("denied_node", record="ShopifyPaymentsPayout/7002", field="summary")

    run = house.sync("payouts")

    assert (run.state, list(house.parked())) == ("succeeded", [7002])
    assert house.connector.informations.get(house.shop, "payouts").last_outcome == "succeeded"


@pytest.mark.parametrize("fault", ["internal_error", "nameless_error", "null_node"])
def test_an_open_payout_that_can_no_longer_be_read_keeps_no_other_from_being_followed(
    house: House, fault: str,
) -> None:
    put(house, "payouts", 7001, 7002, 7003, status="SCHEDULED")
    house.sync("payouts")
    for number in (7001, 7003):
        house.change("payouts", number, status="PAID")
    house.shopify.fault(fault, record="ShopifyPaymentsPayout/7002")

    run = house.sync("payouts")

    rows = {one.id: one.status for one in house.connector.payouts.all(house.shop)}
    assert (run.state, rows) == ("succeeded", {"7001": "Paid", "7002": "Scheduled", "7003": "Paid"})
    assert list(house.parked()) == [7002]

    house.exchanges.clear()
    house.sync("payouts")

    assert asked_by_id(house, "ShopifyPaymentsPayout/7002") == 0, "it waits for its next try"


def test_a_payout_that_shopify_gives_in_anothers_place_overwrites_nothing(house: House) -> None:
    put(house, "payouts", 7001)
    put(house, "payouts", 7002, charges="5.00", charges_fee="0.00")
    house.shopify.fault("odd_field", record="ShopifyPaymentsPayout/7002", field="id",
                        value="gid://shopify/ShopifyPaymentsPayout/7001")

    run = house.sync("payouts")

    (row,) = house.connector.payouts.all(house.shop)
    assert (run.state, row.id, row.net) == ("succeeded", "7001", "97.1")
    assert "Shopify gives 7001 in its place" in house.parked()[7002].detail


def test_a_parked_payout_that_shopify_no_longer_has_leaves_the_list(house: House) -> None:
    put(house, "payouts", 7001, 7002)
    house.shopify.fault("internal_error", record="ShopifyPaymentsPayout/7002")
    house.sync("payouts")
    house.shopify.clear_faults()
    house.shopify.shop_state.delete("payouts", 7002)

    run = later(house, "payouts")

    assert (run.state, house.parked()) == ("succeeded", {})


def test_a_dismissed_payout_that_still_cannot_be_read_stays_dismissed(house: House) -> None:
    put(house, "payouts", 7001, 7002, status="SCHEDULED")
    house.sync("payouts")
    house.shopify.fault("internal_error", record="ShopifyPaymentsPayout/7002")
    house.sync("payouts")
    house.connector.skipped.dismiss(house.shop, "payouts", "7002", note="known", by="test", now=house.clock.now())

    later(house, "payouts")

    assert (house.parked()[7002].note, house.parked()[7002].tries) == ("known", 1)


def test_many_bad_payouts_are_parked_where_others_can_be_read(house: House) -> None:
    put(house, "payouts", *range(7001, 7041))
    for number in range(7001, 7041):
        if number != 7020:
            house.shopify.fault("internal_error", record=f"ShopifyPaymentsPayout/{number}")

    run = house.sync("payouts")

    assert (run.state, kept(house, "payouts"), len(house.parked())) == ("succeeded", [7020], 39)


@pytest.mark.parametrize("fault", ["internal_error", "http_5xx", "nameless_error", "no_data"])
def test_a_payout_whose_transactions_cannot_be_read_is_parked_alone(house: House, fault: str) -> None:
    put(house, "payouts", 7001, 7002, 7003)
    house.shopify.fault(
        fault, record="ShopifyPaymentsBalanceTransaction/7002000", operation="PayoutTransactions")

    run = house.sync("payouts")

    assert (run.state, kept(house, "payouts"), list(house.parked())) == ("succeeded", [7001, 7003], [7002])


def test_payouts_whose_transactions_cannot_be_read_are_parked_until_they_can(house: House) -> None:
    house.payout(7001)
    house.sync("payouts")
    house.payout(7002)
    house.shopify.fault("same_cursor", operation="PayoutTransactions")

    run = house.sync("payouts")

    assert (run.state, list(house.parked())) == ("succeeded", [7002])
    house.shopify.clear_faults()
    house.clock.forward(3600)
    assert (house.run("payouts").state, house.parked()) == ("succeeded", {})


def test_transactions_that_come_without_an_account_park_their_payout_and_do_not_say_that_payments_are_not_used(
    house: House,
) -> None:
    put(house, "payouts", 7001)
    state, account = house.shopify.shop_state, house.shopify.shop_state.payments_account

    def hides_the_account(exchange: Exchange) -> None:
        if "PayoutsSince" in exchange.request:
            state.payments_account = None

    house.clock.forward(60)
    run = run_sync(house.connector._replace(observe=hides_the_account),
                   SyncJob(shop=house.shop, started_by="test", types=("payouts",)))

    assert run is not None
    assert (run.state, list(house.parked())) == ("succeeded", [7001])
    assert house.connector.informations.get(house.shop, "payouts").last_outcome == "succeeded"
    state.payments_account = account
    assert (later(house, "payouts").state, kept(house, "payouts"), house.parked()) == ("succeeded", [7001], {})


@pytest.mark.parametrize(("type", "name"), TYPES)
def test_a_saved_cursor_that_shopify_refuses_gives_way_to_the_beginning_in_the_same_run(
    house: House, type: str, name: str
) -> None:
    put(house, type, 7001, 7002)
    house.clock.forward(60)
    informations, now = house.connector.informations, iso(house.clock.now())
    informations.save(informations.get(house.shop, type).with_(
        run_since="2004-01-01T00:00:00Z", run_until=now, run_cursor="bm8gY3Vyc29y", run_saved=now))

    run = house.run(type)

    assert (run.state, kept(house, type)) == ("succeeded", [7001, 7002])
