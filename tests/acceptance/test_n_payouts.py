"""Acceptance cases N: payouts and disputes of Shopify Payments, through runs and the admin API.

N5 (an existing payout gets its shop) cannot arise: the shop is part of every row's key.
"""
from __future__ import annotations

import json
from typing import Any

import pytest

from local.azurite import Azurite
from local.shopify.access import Token
from local.storage_proxy import storage_proxy
from shared.access.scopes import FULFILLMENT_ORDERS, OPTIONAL, PAYMENTS, REQUIRED
from shared.root import build_connector
from shared.shopify.records import id_of
from shared.storage.account import storage_from_connection_string
from shared.storage.retries import Retries
from shared.stores.sync_runs import Counts
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.admin import Admin
from tests.house import House, HouseStorage, a_house

FINAL_DATES = {"evidence_due_by": "2026-03-20T00:00:00Z", "evidence_sent_on": "2026-03-12T08:00:00Z"}


def payouts(admin: Admin) -> dict[int, dict[str, Any]]:
    status, page = admin("list_payouts")
    assert status == 200, page
    return {int(one["id"]): one for one in page["payouts"]}


def disputes(admin: Admin) -> dict[int, dict[str, Any]]:
    status, page = admin("list_disputes")
    assert status == 200, page
    return {int(one["id"]): one for one in page["disputes"]}


def asked(house: House, operation: str) -> list[dict[str, Any]]:
    """Variables of the questions of this name, oldest first."""
    bodies = house.sent("Shopify")
    return [body["variables"] for body in bodies if f"query {operation}(" in body["query"]]


def ids_asked(house: House, operation: str) -> list[int]:
    return [int(gid.rpartition("/")[2]) for one in asked(house, operation) for gid in one["ids"]]


def outcome(house: House, type: str) -> str:
    return str(house.connector.informations.get(house.shop, type).last_outcome)


def a_token(house: House, scopes: tuple[str, ...]) -> None:
    """Give the shop a token of which only Shopify knows that it has no more than these scopes."""
    house.shopify.service.tokens["shpat_less"] = Token("shpat_less", house.shopify.client_id, frozenset(scopes))
    house.connector.tokens.keep(house.shop, "shpat_less")


# N1: what is kept


def test_n1_a_payout_is_kept_with_its_amounts_date_trace_id_and_shop(house: House, admin: Admin) -> None:
    house.payout(7001, issued_at="2026-03-09T00:00:00Z", trace="FR123456")

    run = house.sync("payouts")

    assert run.counts["payouts"] == Counts(read=1, created=1)
    shown = payouts(admin)[7001]
    assert {name: shown[name] for name in ("shop", "net", "charges_gross", "charges_fee", "currency", "issued_at",
                                           "trace_id", "status", "type", "refunds_gross")} == {
        "shop": house.shop, "net": "97.1", "charges_gross": "100.0", "charges_fee": "2.9", "currency": "EUR",
        "issued_at": "2026-03-09T00:00:00Z", "trace_id": "FR123456", "status": "Paid", "type": "Deposit",
        "refunds_gross": "0.0",
    }
    assert house.bc_writes() == 0


def test_the_payouts_capture_holds_every_balance_transaction_and_not_the_transfer(house: House) -> None:
    charges = [{"type": "CHARGE", "amount": "1.00", "fee": "0.03", "order": 5001} for _ in range(130)]
    house.payout(7001, charges="130.00", charges_fee="3.90", transactions=charges)
    house.payout(7002)

    house.sync("payouts")

    captures = house.connector.captures
    kept = json.loads(captures.payload(captures.of_record(house.shop, "payouts", "7001")[0]))
    assert len({one["id"] for one in kept["balanceTransactions"]}) == 130
    assert {one["type"] for one in kept["balanceTransactions"]} == {"CHARGE"}
    assert {int(id) // 1000 for id in map(id_of, (one["id"] for one in kept["balanceTransactions"]))} == {7001}


def test_a_collected_negative_balance_is_a_withdrawal(house: House, admin: Admin) -> None:
    house.payout(7001, charges="10.00", charges_fee="0.30", refunds="-25.00", refunds_fee="0.00")

    house.sync("payouts")

    shown = payouts(admin)[7001]
    assert (shown["type"], shown["net"], shown["refunds_gross"]) == ("Withdrawal", "-15.3", "-25.0")


def test_payouts_are_listed_newest_first_fifty_a_page(house: House, admin: Admin) -> None:
    for number in range(7001, 7061):
        house.payout(number, status="SCHEDULED")
    house.sync("payouts")

    _, first = admin("list_payouts")
    _, second = admin("list_payouts", query={"continuation": first["continuation"]})

    shown = [int(one["id"]) for one in first["payouts"] + second["payouts"]]
    assert shown == list(range(7060, 7000, -1))
    assert (len(first["payouts"]), second["continuation"]) == (50, None)
    assert admin("list_payouts", query={"continuation": "soon"})[1]["type"] == "input-invalid"


# N2, N3: what is asked next


def test_n2_after_payout_7001_the_next_run_asks_from_7002(house: House, admin: Admin) -> None:
    house.payout(7000)
    house.payout(7001)
    house.sync("payouts")
    house.exchanges.clear()
    house.payout(7002)

    run = house.sync("payouts")

    assert [one["filter"] for one in asked(house, "PayoutsSince")] == ["id:>=7002"]
    assert run.counts["payouts"] == Counts(read=1, created=1)
    assert set(payouts(admin)) == {7000, 7001, 7002}


def test_n3_a_scheduled_payout_becomes_paid_and_is_then_asked_no_more(house: House, admin: Admin) -> None:
    house.payout(7001, status="SCHEDULED", trace=None)
    house.sync("payouts")
    assert (payouts(admin)[7001]["status"], payouts(admin)[7001]["trace_id"]) == ("Scheduled", None)
    house.change("payouts", 7001, status="PAID", trace="FR7")

    run = house.sync("payouts")

    assert run.counts["payouts"] == Counts(read=1, updated=1)
    assert (payouts(admin)[7001]["status"], payouts(admin)[7001]["trace_id"]) == ("Paid", "FR7")
    house.exchanges.clear()
    house.sync("payouts")
    assert ids_asked(house, "PayoutsById") == []


def test_n3_paid_and_canceled_payouts_are_asked_no_more_and_failed_ones_are(house: House) -> None:
    for number, status in enumerate(("PAID", "CANCELED", "FAILED", "IN_TRANSIT", "SCHEDULED"), 7001):
        house.payout(number, status=status)
    house.sync("payouts")
    assert ids_asked(house, "PayoutsById") == [], "what has just been read is not asked again"
    house.exchanges.clear()

    run = house.sync("payouts")

    assert ids_asked(house, "PayoutsById") == [7003, 7004, 7005]
    assert run.counts["payouts"] == Counts(read=3, unchanged=3)
    assert asked(house, "PayoutTransactions") == []


def test_after_a_reset_to_a_time_payouts_from_then_on_are_read_and_after_a_full_one_all(house: House) -> None:
    for number in (7001, 7002, 7003):
        house.payout(number, issued_at=f"2026-03-0{number - 7000}T00:00:00Z")
    house.sync("payouts")
    reset = house.connector.informations.set_last_sync_time
    house.exchanges.clear()

    reset(house.shop, "payouts", house.clock.now().replace(day=2, hour=0, minute=0), by="test")
    from_a_time = house.sync("payouts")
    reset(house.shop, "payouts", None, by="test")
    everything = house.sync("payouts")
    nothing = house.sync("payouts")

    assert [one["filter"] for one in asked(house, "PayoutsSince")] == [
        "issued_at:>='2026-03-02T00:00:00Z'", None], "the last run's look finds none: nothing is read again"
    assert from_a_time.counts["payouts"] == Counts(read=2, unchanged=2)
    assert everything.counts["payouts"] == Counts(read=3, unchanged=3)
    assert nothing.counts["payouts"] == Counts()


def test_a_shops_first_payout_is_read_though_it_is_dated_before_the_run_that_found_none(
    house: House, admin: Admin,
) -> None:
    house.sync("payouts")
    house.payout(7001, issued_at="2026-03-01T00:00:00Z")

    house.sync("payouts")

    assert set(payouts(admin)) == {7001}


def test_out_of_time_a_first_run_goes_on_behind_the_page_it_had_read(house_storage: HouseStorage) -> None:
    with a_house(house_storage, time_budget_seconds=0) as hasty:
        for number in range(7001, 7121):
            hasty.payout(number)

        run = hasty.sync("payouts")

        assert run.counts["payouts"] == Counts(read=120, created=120)
        assert [bool(one["after"]) for one in asked(hasty, "PayoutsSince")] == [False, True, True]


def test_a_first_run_that_was_cut_off_is_read_from_its_beginning_and_nothing_is_captured_twice(
    house_storage: HouseStorage,
) -> None:
    with a_house(house_storage, time_budget_seconds=0) as hasty:
        for number in range(7001, 7071):
            hasty.payout(number)
        cut_off = run_sync(hasty.connector, SyncJob(shop=hasty.shop, started_by="test", types=("payouts",)))
        assert cut_off is not None
        assert cut_off.counts["payouts"].created == 50
        hasty.clock.forward(2 * 3600)

        run = hasty.sync("payouts")

        assert asked(hasty, "PayoutsSince")[1]["filter"] is None
        assert run.counts["payouts"] == Counts(read=70, created=20, unchanged=50)
        kept = hasty.connector.captures
        assert {len(kept.of_record(hasty.shop, "payouts", str(number))) for number in range(7001, 7071)} == {1}


# N6: disputes


def test_n6_a_dispute_that_is_won_gets_its_status_and_final_date_and_keeps_the_date_of_the_evidence(
    house: House, admin: Admin,
) -> None:
    house.order(5001)
    house.dispute(9001, order=5001, network_reason_code="10.4", **FINAL_DATES)
    house.sync("disputes")
    assert disputes(admin)[9001] == {
        "shop": house.shop, "id": "9001", "status": "Needs Response", "type": "Chargeback", "amount": "25.0",
        "currency": "EUR", "reason": "Fraudulent", "network_reason_code": "10.4",
        "initiated_at": "2026-03-10T10:00:00Z", "finalized_on": None, "order_id": "5001", "order_name": "#5001",
        **FINAL_DATES,
    }
    house.change("disputes", 9001, status="WON", finalized_on="2026-03-15T09:00:00Z")

    run = house.sync("disputes")

    won = disputes(admin)[9001]
    assert run.counts["disputes"] == Counts(read=1, updated=1)
    assert (won["status"], won["finalized_on"]) == ("Won", "2026-03-15T09:00:00Z")
    assert {name: won[name] for name in FINAL_DATES} == FINAL_DATES
    house.exchanges.clear()
    house.sync("disputes")
    assert ids_asked(house, "DisputesById") == []


@pytest.mark.parametrize("changes, asked_again", [
    ({"status": "UNDER_REVIEW"}, True),
    ({"status": "LOST"}, False),
    ({"status": "ACCEPTED"}, True),
    ({"status": "ACCEPTED", "finalized_on": "2026-03-15T09:00:00Z"}, False),
])
def test_disputes_are_asked_again_until_they_are_won_lost_or_final(
    house: House, changes: dict[str, str], asked_again: bool,
) -> None:
    house.dispute(9001, **changes)
    house.sync("disputes")
    house.exchanges.clear()

    house.sync("disputes")

    assert ids_asked(house, "DisputesById") == ([9001] if asked_again else [])


# N7: words never seen, and records that cannot be read


def test_n7_a_status_never_seen_is_unknown_and_no_failure(house: House, admin: Admin) -> None:
    house.payout(7001, fields={"status": "ON_THE_MOON", "transactionType": "GIFT"})
    house.dispute(9001, fields={"status": "APPEALED", "type": "DUEL"})

    run = house.sync("payouts", "disputes")

    assert run.state == "succeeded"
    assert (payouts(admin)[7001]["status"], payouts(admin)[7001]["type"]) == ("Unknown", "Unknown")
    assert (disputes(admin)[9001]["status"], disputes(admin)[9001]["type"]) == ("Unknown", "Unknown")
    house.payout(7001)
    house.sync("payouts")
    assert payouts(admin)[7001]["status"] == "Paid"


def test_a_payout_that_cannot_be_read_is_parked_and_stops_no_other(house: House, admin: Admin) -> None:
    house.payout(7001, fields={"net": {"amount": "much", "currencyCode": "EUR"}})
    house.payout(7002)

    first = house.sync("payouts")

    assert first.counts["payouts"] == Counts(read=2, created=1, parked=1, skipped=1)
    assert set(payouts(admin)) == {7002}
    assert house.parked()[7001].code == "record-unreadable"
    house.clock.forward(600)
    again = house.sync("payouts")
    assert again.counts["payouts"] == Counts(read=1, parked=1, skipped=1)
    assert len(house.connector.captures.of_record(house.shop, "payouts", "7001")) == 1
    house.payout(7001)
    house.clock.forward(3600)
    house.sync("payouts")
    assert set(payouts(admin)) == {7001, 7002}
    assert house.parked() == {}


def test_a_paid_payout_whose_capture_storage_did_not_take_is_read_again_and_then_captured(azurite: Azurite) -> None:
    with storage_proxy(azurite.connection_string) as door, a_house(door.connection_string) as house:
        retries = Retries(first_wait_seconds=0.01, timeout_seconds=5)
        house.connector = build_connector(
            house.settings, clock=house.clock, storage=storage_from_connection_string(door.connection_string, retries))
        house.payout(7001)
        door.faults.add("503", "Blob", "^captures")
        lost = house.sync("payouts")
        door.faults.clear()

        again = house.sync("payouts")
        third = house.sync("payouts")

        assert (lost.state, lost.captures_lost, lost.counts["payouts"].created) == ("succeeded", 1, 1)
        assert (again.captures_lost, again.counts["payouts"].updated) == (0, 1)
        assert len(house.connector.captures.of_record(house.shop, "payouts", "7001")) == 1
        assert third.counts["payouts"] == Counts()


# Shops without Shopify Payments, tokens without the scopes


def test_a_shop_without_shopify_payments_does_not_use_them_and_its_run_succeeds(house: House, admin: Admin) -> None:
    house.shopify.shop_state.payments_account = None
    house.order(5001)

    run = house.sync()

    assert (run.state, run.counts["payouts"], run.counts["disputes"]) == ("succeeded", Counts(), Counts())
    assert house.document(5001)
    _, info = admin("get_synchronization_info", type="payouts")
    assert info["last_outcome"] == "not used: the shop has no Shopify Payments account"
    assert (info["last_sync_time"], info["running"]) == (None, False)


def test_once_a_shop_takes_up_shopify_payments_everything_is_read(house: House, admin: Admin) -> None:
    house.shopify.shop_state.payments_account, account = None, house.shopify.shop_state.payments_account
    house.sync()
    house.payout(7001)
    house.shopify.shop_state.payments_account = account

    house.sync()

    assert set(payouts(admin)) == {7001}
    assert outcome(house, "payouts") == "succeeded"


def test_a_token_that_shopify_denies_the_payments_leaves_them_out_and_the_run_succeeds(house: House) -> None:
    a_token(house, (*REQUIRED, *FULFILLMENT_ORDERS))
    house.order(5001)

    run = house.sync()

    assert (run.state, run.error_code) == ("succeeded", "")
    assert outcome(house, "payouts").startswith("not used: Shopify denies account")
    assert outcome(house, "disputes").startswith("not used: ")
    assert house.document(5001)


def test_scopes_that_are_known_to_be_lacking_are_not_tried(house: House) -> None:
    a_token(house, REQUIRED)
    grant = house.connector.tokens.grants.read(house.shop)
    assert grant is not None
    house.connector.tokens.store(house.shop, grant.with_(granted=REQUIRED))
    house.order(5001)

    run = house.sync()

    assert run.state == "succeeded"
    assert [one.description for one in house.exchanges if one.has_error] == []
    assert outcome(house, "payouts") == (
        "not used: the access token lacks read_shopify_payments or read_shopify_payments_accounts")
    assert "fulfillmentOrders" not in captured_order(house, 5001)


# Fulfillment orders and their scopes


def captured_order(house: House, number: int) -> dict[str, Any]:
    captures = house.connector.captures
    order: dict[str, Any] = json.loads(captures.payload(captures.of_record(house.shop, "orders", str(number))[0]))
    return order


def test_without_the_scopes_of_fulfillment_orders_the_order_is_read_without_them(house: House) -> None:
    a_token(house, (*REQUIRED, *PAYMENTS))
    house.order(5001)
    house.order(5002)

    run = house.sync("orders")

    assert run.counts["orders"].created == 2
    assert "fulfillmentOrders" not in captured_order(house, 5001)
    assert len([one for one in house.exchanges if one.has_error]) == 1


@pytest.mark.parametrize("scope", FULFILLMENT_ORDERS)
def test_one_scope_of_three_is_enough_for_its_share(house: House, scope: str) -> None:
    a_token(house, (*REQUIRED, scope))
    house.order(5001, [{"sku": "1000", "quantity": 3, "unit_price": "10.00"}])

    house.sync("orders")

    (kept,) = captured_order(house, 5001)["fulfillmentOrders"]["nodes"]
    assert (kept["status"], kept["assignedLocation"]["name"]) == ("OPEN", "Entrepôt de Lyon")
    assert [(line["totalQuantity"], line["remainingQuantity"]) for line in kept["lineItems"]["nodes"]] == [(3, 3)]


def test_a_missing_scope_of_these_is_shown_and_stops_nothing(house: House, admin: Admin) -> None:
    grant = house.connector.tokens.grants.read(house.shop)
    assert grant is not None
    house.connector.tokens.store(house.shop, grant.with_(granted=REQUIRED))

    _, shown = admin("get_shop")

    assert shown["access"]["missing"] == sorted(OPTIONAL)
    assert house.sync().state == "succeeded"
