"""Shopify Payments of the simulated shop: account, lists, scopes, and what the demo shop holds."""
from __future__ import annotations

from decimal import Decimal

import pytest

from local.shopify.access import FEW_SCOPES, Token

PAYOUTS = """query P($filter: String) { shopifyPaymentsAccount {
    payouts(first: 50, query: $filter, sortKey: ID) { nodes {
        id status net { amount } externalTraceId summary { chargesGross { amount } chargesFee { amount } } } } } }"""
MOVEMENTS = """query M($filter: String!, $hide: Boolean) { shopifyPaymentsAccount {
    balanceTransactions(first: 100, query: $filter, hideTransfers: $hide, sortKey: PROCESSED_AT) { nodes {
        type net { amount } associatedOrder { id name } associatedPayout { id } } } } }"""
DISPUTES = """query D($filter: String) { shopifyPaymentsAccount {
    disputes(first: 50, query: $filter) { nodes { id status order { id name } } } } }"""
ACCOUNT = ("read_shopify_payments_accounts",)


def payouts(shop, filter=None):
    return shop.data(PAYOUTS, filter=filter)["shopifyPaymentsAccount"]["payouts"]["nodes"]


def test_a_payout_is_the_sum_of_its_movements_and_its_transfer_empties_the_balance(shop):
    for payout in payouts(shop):
        wanted = f"payments_transfer_id:{payout['id'].rpartition('/')[2]}"
        sums = []
        for hide in (True, False):
            account = shop.data(MOVEMENTS, filter=wanted, hide=hide)["shopifyPaymentsAccount"]
            sums.append(sum(Decimal(one["net"]["amount"]) for one in account["balanceTransactions"]["nodes"]))
        summary = {name: Decimal(money["amount"]) for name, money in payout["summary"].items()}
        assert sums == [Decimal(payout["net"]["amount"]), 0]
        assert summary["chargesGross"] - summary["chargesFee"] == sums[0]


def test_the_demo_shops_payouts_end_with_one_in_transit_and_one_scheduled(shop):
    found = payouts(shop)

    assert [one["status"] for one in found[-2:]] == ["IN_TRANSIT", "SCHEDULED"]
    assert {one["status"] for one in found[:-2]} == {"PAID"}
    assert [one["externalTraceId"] is None for one in found[-2:]] == [True, True]


def test_payouts_are_found_by_id_status_and_date_and_other_fields_warn(shop):
    numbers = [int(one["id"].rpartition("/")[2]) for one in payouts(shop)]

    assert len(payouts(shop, f"id:>={numbers[1]}")) == len(numbers) - 1
    assert len(payouts(shop, "status:scheduled")) == 1
    assert payouts(shop, "issued_at:>='2027-01-01T00:00:00Z'") == []
    assert shop.ask(PAYOUTS, filter="updated_at:>=2026")["extensions"]["search"][0]["warnings"][0]["code"] == (
        "invalid_field")


def test_a_payout_is_put_changed_and_read_by_id(shop):
    shop.control("POST", "payouts", {"id": 7001, "status": "SCHEDULED", "charges": "100.00", "charges_fee": "2.90"})
    shop.control("PATCH", "payouts/7001", {"status": "PAID"})

    found = shop.data("""{ nodes(ids: ["gid://shopify/ShopifyPaymentsPayout/7001"]) {
        ... on ShopifyPaymentsPayout { status net { amount currencyCode } } } }""")

    assert found["nodes"] == [{"status": "PAID", "net": {"amount": "97.1", "currencyCode": "EUR"}}]


def test_disputes_name_their_order_and_are_found_by_status(shop):
    found = shop.data(DISPUTES, filter="status:needs_response")["shopifyPaymentsAccount"]["disputes"]["nodes"]

    assert [one["status"] for one in found] == ["NEEDS_RESPONSE"]
    assert found[0]["order"]["name"].startswith("#")


def test_a_shop_without_shopify_payments_has_no_account(shop):
    shop.state.payments_account = None

    assert shop.data(PAYOUTS) == {"shopifyPaymentsAccount": None}


@pytest.mark.parametrize("query, scopes, denied", [
    (PAYOUTS, (), "shopifyPaymentsAccount"),
    (PAYOUTS, ACCOUNT, "payouts"),
    (PAYOUTS, (*ACCOUNT, "read_shopify_payments_disputes"), "payouts"),
    (DISPUTES, (*ACCOUNT, "read_shopify_payments_payouts"), "disputes"),
])
def test_without_its_scope_each_part_is_denied(shop, query, scopes, denied):
    tokens = shop.running.service.tokens
    tokens["shpat_less"] = Token("shpat_less", shop.running.client_id, FEW_SCOPES | set(scopes))

    answer = shop.post(query, token="shpat_less").json()

    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"][-1]) == ("ACCESS_DENIED", denied)
    assert answer["data"] == {"shopifyPaymentsAccount": None}


def test_what_lives_beside_the_records_survives_a_dump(shop, tmp_path):
    before = payouts(shop)
    shop.control("POST", "disputes", {"id": 9001, "status": "WON"})
    shop.state.dump(tmp_path / "shop.json")

    loaded = type(shop.state).load(tmp_path / "shop.json", shop.clock)

    assert len(loaded.stored("payouts")) == len(before)
    assert loaded.record("disputes", 9001)["status"] == "WON"
    assert loaded.payments_account == shop.state.payments_account
