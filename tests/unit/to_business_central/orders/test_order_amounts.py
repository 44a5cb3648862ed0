"""Amounts of a sales order: currency, cash rounding, what is left to bill, totals that cannot be right."""
from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.shopify.records import CashRounding, DiscountAllocation
from shared.shops.card import CurrencyHandling
from shared.to_business_central.orders.plan import LeftOut, plan_total, sales_order_plan
from tests.builders import (
    a_card,
    a_cash_rounding,
    a_line,
    a_refund,
    a_refund_line,
    a_shipping_line,
    a_tip,
    an_order,
    bag,
    cronus,
)
from tests.unit.to_business_central.orders.planning import account, item, plan_of, refusal_of

# Currency

def dkk(shop, presentment):
    return bag(shop, "DKK", presentment=presentment, presentment_currency="EUR")


@pytest.mark.parametrize(
    ("handling", "currency", "price", "total"),
    [
        pytest.param(CurrencyHandling.SHOP_CURRENCY, "DKK", "100.00", "95.00", id="shop"),
        pytest.param(CurrencyHandling.PRESENTMENT_CURRENCY, "EUR", "13.40", "12.73", id="presentment-is-local"),
    ],
)
def test_i11_every_amount_comes_from_the_same_side_of_the_money(handling, currency, price, total):
    allocation = DiscountAllocation(allocated_amount_set=dkk("5.00", "0.67"))
    line = a_line(price=dkk("100.00", "13.40"), discount_allocations=[allocation])
    order = an_order(lines=[line], total=dkk("95.00", "12.73"), currency_code="DKK", presentment_currency_code="EUR")

    plan = plan_of(order, a_card(currency_handling=handling))

    assert plan.header["currencyCode"] == currency
    assert plan.lines[0]["unitPrice"] == Decimal(price)
    assert plan.expected_total == plan_total(plan) == Decimal(total)


@pytest.mark.parametrize(
    ("iso", "mapping", "expected"),
    [
        pytest.param("EUR", {}, "EUR", id="i13-local"),
        pytest.param("USD", {"USD": "US-D"}, "US-D", id="i13-mapped"),
        pytest.param("USD", {"USD": "us-d"}, "US-D", id="mapped-in-small-letters"),
        pytest.param("USD", {}, "USD", id="same-code"),
        pytest.param("EUR", {"EUR": ""}, "EUR", id="local-mapped-to-nothing-by-an-older-card"),
        pytest.param("XEU", {"XEU": "EUR"}, "EUR", id="mapped-to-local-by-code"),
    ],
)
def test_i13_currency_codes(iso, mapping, expected):
    order = an_order(currency_code=iso)

    assert plan_of(order, a_card(currency_mapping=mapping)).header["currencyCode"] == expected


@pytest.mark.parametrize("mapping", [{}, {"XXX": "YYY"}, {"XXX": ""}, {"XXX": " "}])
def test_i13_an_unknown_currency_is_parked_never_booked_as_local(mapping):
    refused = refusal_of(an_order(currency_code="XXX"), a_card(currency_mapping=mapping))

    assert refused.code == "currency-unknown"
    assert "XXX" in refused.detail
    assert (mapping.get("XXX", "").strip() or "XXX") in refused.detail


# Cash rounding

@pytest.mark.parametrize("amount", ["0.02", "-0.02"])
def test_cash_rounding_is_a_line_and_part_of_the_total(amount):
    plan = plan_of(an_order(total_cash_rounding_adjustment=a_cash_rounding(amount)))

    assert plan.lines[-1] == account("658000", "Cash rounding", amount)
    assert plan.expected_total == plan_total(plan) == Decimal("120.00") + Decimal(amount)


def test_no_line_where_nothing_was_rounded():
    assert plan_of(an_order(total_cash_rounding_adjustment=a_cash_rounding("0.00"))).lines == (item(),)


# What is left to bill

def test_h16_an_edited_order_is_billed_as_it_is_now():
    order = an_order(lines=[a_line(quantity=3), a_line(2, quantity=1, current=0)], total="360.00")

    assert plan_of(order).lines == (item(quantity=3),)


def test_m6_a_refund_without_money_only_lowers_the_order():
    order = an_order(lines=[a_line(quantity=3, current=2)], total="240.00",
                     refunds=[a_refund(a_refund_line(1, subtotal="120.00"))])

    plan = plan_of(order)

    assert plan.lines == (item(quantity=2),)
    assert plan.expected_total == Decimal("240.00")


@pytest.mark.parametrize(
    "refund",
    [
        pytest.param(a_refund(a_refund_line(1, subtotal="120.00"), total="120.00"), id="gives-money"),
        pytest.param(a_refund(a_refund_line(1, subtotal="120.00", restock="RETURN")), id="takes-goods-back"),
    ],
)
def test_what_was_refunded_is_not_billed(refund):
    order = an_order(lines=[a_line(quantity=3, current=2)], total="240.00", refunds=[refund])

    plan = plan_of(order)

    assert plan.lines == (item(quantity=2),)
    assert plan.expected_total == Decimal("240.00")


def test_of_refunded_shipping_is_billed_what_is_left():
    shipping = a_shipping_line(current_discounted_price_set=bag("7.00"))
    order = an_order(shipping=[shipping], total="127.00", refunds=[a_refund(total="5.00", shipping="5.00")])

    plan = plan_of(order)

    assert plan.lines == (item(), account("708500", "Express", "12.00", "5.00"))
    assert plan.expected_total == plan_total(plan) == Decimal("127.00")


@pytest.mark.parametrize("shipping", [
    pytest.param(a_shipping_line(current_discounted_price_set=bag("0.00")), id="nothing-left-of-it"),
    pytest.param(a_shipping_line(is_removed=True), id="removed"),
])
def test_shipping_taken_off_without_money_is_not_billed(shipping):
    assert plan_of(an_order(shipping=[shipping])).lines == (item(),)


def test_refunded_tax_is_not_billed_where_it_comes_on_top():
    refund = a_refund(a_refund_line(1, subtotal="100.00", tax="20.00"), total="120.00")
    order = an_order(lines=[a_line(price="100.00", quantity=2, current=1, taxes=["40.00"])], total="132.00",
                     shipping=[a_shipping_line(price="10.00", taxes=["2.00"])], refunds=[refund], taxes_included=False)

    plan = plan_of(order)

    assert plan.header["pricesIncludeTax"] is False
    assert plan.expected_total == Decimal("132.00")
    assert plan_total(plan) == Decimal("110.00")


def test_cash_rounding_that_was_given_back_is_not_billed():
    rounding = CashRounding(payment_set=bag("0.02"), refund_set=bag("0.02"))
    order = an_order(lines=[a_line(current=0)], total="0.00", total_cash_rounding_adjustment=rounding,
                     refunds=[a_refund(a_refund_line(1, subtotal="120.00"), total="120.00")])

    assert isinstance(sales_order_plan(order, a_card(), cronus(), "C00010", lambda variant: None), LeftOut)


# Discounts that Shopify gave to no line

TWO_LAMPS = {"lines": [a_line(quantity=2, discounts=["24.00"])]}


def test_b14_what_is_left_of_the_order_s_discount_comes_off_the_lines():
    shipping = a_shipping_line(discounts=["5.00"])
    order = an_order(**TWO_LAMPS, shipping=[shipping], total="222.00", total_discounts_set=bag("30.00"))

    plan = plan_of(order)

    assert plan.lines == (item(quantity=2, discount="25.00"), account("708500", "Express", "12.00", "5.00"))
    assert plan_total(plan) == Decimal("222.00")


def test_b14_it_is_shared_out_by_the_lines_worth_and_to_the_cent():
    lines = [a_line(price="10.00"), a_line(2, sku="1001", price="10.00"), a_line(3, price="10.00"), a_tip()]
    order = an_order(lines=lines, total="34.00", total_discounts_set=bag("1.00"))

    plan = plan_of(order)

    assert [line["discountAmount"] for line in plan.lines] == [
        Decimal("0.34"), Decimal("0.33"), Decimal("0.33"), Decimal(0)]
    assert plan_total(plan) == Decimal("34.00")


def test_b14_where_tax_comes_on_top_it_comes_off_before_tax():
    order = an_order(lines=[a_line(price="100.00", quantity=2)], total="228.00", taxes_included=False,
                     current_total_tax_set=bag("38.00"), total_discounts_set=bag("10.00"))

    plan = plan_of(order)

    assert plan_total(plan) == Decimal("190.00")
    assert plan.expected_total == Decimal("228.00")


@pytest.mark.parametrize("total", [
    pytest.param("209.00", id="more-is-missing-than-was-discounted"),
    pytest.param("217.00", id="more-than-the-lines-come-to"),
])
def test_b14_a_difference_that_no_discount_explains_is_parked(total):
    assert refusal_of(an_order(**TWO_LAMPS, total=total, total_discounts_set=bag("30.00"))).code == "total-mismatch"


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        pytest.param(an_order(lines=[a_line(current=0)], total="0.00"), " has nothing left", id="all-lines-removed"),
        pytest.param(an_order(lines=[a_line(current=0)], shipping=[a_shipping_line()], total="12.00",
                              cancelled_at=datetime(2026, 3, 10, tzinfo=UTC)), " was cancelled",
                     id="h17-cancelled-before-processing"),
        pytest.param(an_order(lines=[], total="0.00"), " has nothing left", id="no-lines"),
        pytest.param(an_order(lines=[a_line(current=0)], total="0.00", cancelled_at=datetime(2026, 3, 10, tzinfo=UTC),
                              refunds=[a_refund(a_refund_line(1, subtotal="120.00"), total="120.00")]),
                     ", cancelled on 2026-03-10, has nothing left", id="cancelled-and-refunded"),
    ],
)
def test_h17_nothing_left_to_bill_is_no_document(order, reason):
    result = sales_order_plan(order, a_card(), cronus(), "C00010", lambda variant: None)

    assert isinstance(result, LeftOut)
    assert f"Order 5001{reason}" in str(result.reason)


def test_h17_nothing_is_demanded_of_the_set_up_for_an_order_without_a_document():
    order = an_order(lines=[a_line(current=0, sku="UNKNOWN")], currency_code="XXX", total="0.00")

    assert isinstance(sales_order_plan(order, a_card(), cronus(), "C00010", lambda variant: None), LeftOut)


def test_shipping_kept_by_the_shop_is_billed_without_goods():
    order = an_order(lines=[a_line(current=0)], shipping=[a_shipping_line()], total="12.00")

    assert plan_of(order).lines == (account("708500", "Express", "12.00"),)


def test_a_test_order_that_is_let_in_is_an_order_whose_document_says_so():
    comment, *goods = plan_of(an_order(test=True)).lines

    assert (comment["lineType"], comment["description"]) == ("Comment", "Shopify test order: nothing was paid.")
    assert goods == [item()]


# Totals that cannot be right

@pytest.mark.parametrize("total", ["119.94", "120.06"])
def test_i6_lines_that_miss_the_total_by_more_than_the_tolerance_are_parked(total):
    refused = refusal_of(an_order(total=total))

    assert refused.code == "total-mismatch"
    assert "120.00" in refused.detail
    assert total in refused.detail


@pytest.mark.parametrize("total", ["119.95", "120.05"])
def test_i6_a_difference_within_the_tolerance_is_settled_on_the_document(total):
    assert plan_of(an_order(total=total)).expected_total == Decimal(total)


def test_where_tax_comes_on_top_business_central_s_total_is_checked_instead():
    order = an_order(lines=[a_line(price="100.00", taxes=["20.00"])], taxes_included=False, total="120.00")

    assert plan_total(plan_of(order)) == Decimal("100.00")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(a_line(discounts=["120.01"]), id="discount-above-the-price"),
        pytest.param(a_line(discounts=["-0.01"]), id="negative-discount"),
        pytest.param(a_line(price="-1.00"), id="negative-price"),
        pytest.param(a_line(quantity=-1), id="negative-quantity"),
    ],
)
def test_a_line_no_document_can_hold_is_parked_with_its_figures(line):
    refused = refusal_of(an_order(lines=[line]))

    assert refused.code == "total-mismatch"
    assert '"Line 1" of order 5001 cannot be billed' in refused.detail
