"""The money law: every order adds up to the cent, in shop and in presentment currency."""
from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.shopify.money import CENT, allocate, cents, text
from local.shopify.orders import build_order
from local.shopify.tests.adding_up import SIDES, amount, assert_adds_up

SHOP = {"currencyCode": "EUR", "taxesIncluded": True}
BASE = {"id": 5001, "name": "#1001", "created_at": "2026-03-10T09:00:00Z", "updated_at": "2026-03-10T09:00:00Z"}

prices = st.integers(0, 500_00).map(lambda n: str(Decimal(n) * CENT))
lines = st.builds(dict, unit_price=prices, quantity=st.integers(1, 9), taxable=st.booleans(),
                  gift_card=st.sampled_from([False, False, False, True]))
shipping = st.lists(st.builds(dict, price=prices, title=st.just("Colissimo")), max_size=2)
discounts = st.lists(st.one_of(
    st.builds(dict, target=st.sampled_from(["lines", "line", "shipping"]), amount=prices, code=st.just("FIX")),
    st.builds(dict, target=st.sampled_from(["lines", "line", "shipping"]), code=st.just("PER"),
              percentage=st.integers(0, 100).map(str))), max_size=3)


@st.composite
def order_specs(draw):
    spec = {**BASE, "lines": draw(st.lists(lines, min_size=1, max_size=6)), "shipping": draw(shipping),
            "discounts": draw(discounts), "taxes_included": draw(st.booleans()),
            "tax_rate": draw(st.sampled_from([None, "0.20", "0.055"])),
            "tip": draw(st.sampled_from([None, "5.00", "0.01"]))}
    currency = draw(st.sampled_from(["EUR", "USD", "GBP"]))
    spec |= {"presentment_currency": currency, "presentment_rate": {"EUR": "1", "USD": "1.08", "GBP": "0.86"}[currency]}
    if draw(st.booleans()):
        line = draw(st.integers(0, len(spec["lines"]) - 1))
        pieces = draw(st.integers(1, spec["lines"][line]["quantity"]))
        spec["refunds"] = [{"lines": [{"line": line, "quantity": pieces}], "shipping": draw(st.booleans())}]
    return spec


@given(order_specs())
@settings(max_examples=150, deadline=None)
def test_every_order_adds_up(spec):
    assert_adds_up(build_order(spec, SHOP, {}))


@given(order_specs())
@settings(max_examples=100, deadline=None)
def test_what_is_refunded_is_what_the_current_total_lost(spec):
    order = build_order(spec, SHOP, {})

    for side in SIDES:
        refunded = sum(amount(r["totalRefundedSet"], side) for r in order["refunds"])
        paid = amount(order["totalReceivedSet"], side)
        if paid:
            assert amount(order["totalPriceSet"], side) - refunded == amount(order["currentTotalPriceSet"], side)


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), min_size=1, max_size=8))
def test_allocation_loses_no_cent(amount_in_cents, weights):
    total = Decimal(amount_in_cents) * CENT

    shares = allocate(total, [Decimal(w) * CENT for w in weights])

    assert sum(shares) == (total if any(weights) else 0)
    assert all(share >= 0 for share in shares)
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if not weight)


def test_an_order_of_the_acceptance_cases():
    order = build_order({**BASE, "tax_rate": "0.20", "lines": [{"sku": "1000", "quantity": 2, "unit_price": "120.00"}],
                         "shipping": [{"title": "Standard", "price": "12.00"}]}, SHOP, {})

    assert order["totalPriceSet"]["shopMoney"] == {"amount": "252.0", "currencyCode": "EUR"}
    assert order["totalTaxSet"]["shopMoney"]["amount"] == "42.0"


def test_ten_per_cent_over_all_lines_is_allocated_line_by_line():
    order = build_order({**BASE,
                         "lines": [{"quantity": 2, "unit_price": "120.00"}, {"quantity": 1, "unit_price": "10.55"}],
                         "discounts": [{"target": "lines", "percentage": "10", "code": "DIX"}]}, SHOP, {})

    shares = [line["discountAllocations"][0]["allocatedAmountSet"]["shopMoney"]["amount"]
              for line in order["lineItems"]]
    assert shares == ["24.0", "1.06"]
    assert order["totalPriceSet"]["shopMoney"]["amount"] == "225.49"


def test_presentment_amounts_follow_the_rate():
    order = build_order({**BASE, "currency": "DKK", "presentment_currency": "EUR", "presentment_rate": "0.134",
                         "lines": [{"quantity": 1, "unit_price": "100.00"}]}, SHOP, {})

    assert order["totalPriceSet"] == {"shopMoney": {"amount": "100.0", "currencyCode": "DKK"},
                                      "presentmentMoney": {"amount": "13.4", "currencyCode": "EUR"}}


def test_a_part_paid_by_gift_card_leaves_the_total_as_it_is():
    order = build_order({**BASE, "lines": [{"quantity": 1, "unit_price": "120.00"}], "transactions": [
        {"gateway": "gift_card", "amount": "50.00"}, {"amount": "70.00"}]}, SHOP, {})

    assert order["totalPriceSet"]["shopMoney"]["amount"] == "120.0"
    assert order["totalReceivedSet"]["shopMoney"]["amount"] == "120.0"
    assert [t["gateway"] for t in order["transactions"]] == ["gift_card", "shopify_payments"]


def test_an_authorization_and_its_capture_count_once():
    order = build_order({**BASE, "lines": [{"quantity": 1, "unit_price": "9.99"}], "transactions": [
        {"kind": "AUTHORIZATION"}, {"kind": "CAPTURE", "parent": 0}]}, SHOP, {})

    assert order["totalReceivedSet"]["shopMoney"]["amount"] == "9.99"
    assert order["transactions"][1]["parentTransaction"]["id"] == order["transactions"][0]["id"]


def test_a_pending_refund_has_a_transaction_but_has_refunded_nothing_yet():
    order = build_order({**BASE, "lines": [{"quantity": 2, "unit_price": "10.00"}],
                         "refunds": [{"lines": [{"line": 0, "quantity": 1}], "pending": True}]}, SHOP, {})

    assert [(t["kind"], t["status"]) for t in order["transactions"]] == [("SALE", "SUCCESS"), ("REFUND", "PENDING")]
    assert order["transactions"][1]["parentTransaction"]["id"] == order["transactions"][0]["id"]
    assert order["totalRefundedSet"]["shopMoney"]["amount"] == "0.0"
    assert order["refunds"][0]["totalRefundedSet"]["shopMoney"]["amount"] == "0.0"
    assert order["displayFinancialStatus"] == "PAID"


def test_each_shipping_line_keeps_its_own_discount():
    order = build_order({**BASE, "lines": [], "shipping": [{"price": "12.00", "discount": "5.00"}, {"price": "6.00"}]},
                        SHOP, {})

    assert [s["discountedPriceSet"]["shopMoney"]["amount"] for s in order["shippingLines"]] == ["7.0", "6.0"]


@pytest.mark.parametrize("amount_given, written", [("12", "12.0"), ("12.50", "12.5"), ("12.34", "12.34"),
                                                   ("0", "0.0"), ("-3.10", "-3.1")])
def test_amounts_are_written_as_shopify_writes_them(amount_given, written):
    assert text(Decimal(amount_given)) == written


def test_floats_are_no_money():
    with pytest.raises(TypeError):
        cents(0.1)
