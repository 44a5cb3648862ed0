"""Lines of a sales order: goods, shipping, and the accounts they need."""
from __future__ import annotations

from decimal import Decimal

import pytest

from shared.mapping.known import ItemLink
from shared.shops.card import ChargeType, ShippingCharge
from shared.to_business_central.orders.plan import plan_total, sales_order_plan
from tests.builders import (
    a_card,
    a_cash_rounding,
    a_gift_card,
    a_line,
    a_shipping_line,
    a_tip,
    an_account_row,
    an_item_row,
    an_order,
    cronus,
)
from tests.unit.to_business_central.orders.planning import account, item, plan_of, refusal_of

# Lines

def test_h20_25_lines_stay_in_shopify_s_order():
    lines = [a_line(number, price="1.00") for number in range(1, 26)]

    plan = plan_of(an_order(lines=lines, total="25.00"))

    assert [line["description"] for line in plan.lines] == [f"Line {number}" for number in range(1, 26)]


def test_h18_only_the_line_without_product_named_tip_is_a_tip():
    lines = [a_tip(), a_line(2, title="Tip", name="Tip jar")]

    plan = plan_of(an_order(lines=lines, total="125.00"))

    assert plan.lines == (account("758800", "Tip", "5.00"), item(description="Tip jar"))


def test_i8_a_sold_gift_card_goes_onto_its_account():
    assert plan_of(an_order(lines=[a_gift_card()], total="50.00")).lines == (account("419100", "Gift card", "50.00"),)


def test_i10_a_tip_goes_onto_its_account():
    assert plan_of(an_order(lines=[a_tip()], total="5.00")).lines == (account("758800", "Tip", "5.00"),)


def test_an_item_variant_is_sent_by_its_id_right_after_the_item():
    plan = sales_order_plan(an_order(lines=[a_line(sku="x")]), a_card(), cronus(), "C00010",
                            lambda variant: ItemLink("1000", "RED"))

    assert list(plan.lines[0].items())[:3] == [
        ("lineType", "Item"), ("lineObjectNumber", "1000"), ("itemVariantId", "id-1000-RED")]


def test_i1_allocations_become_the_line_discount():
    order = an_order(lines=[a_line(quantity=2, discounts=["20.00", "4.00"])], total="216.00")

    assert plan_of(order).lines == (item(quantity=2, discount="24.00"),)


def test_i2_an_order_discount_is_spread_as_shopify_spread_it():
    lines = [a_line(1, quantity=2, discounts=["24.00"]), a_line(2, sku="1001", price="10.55", discounts=["1.06"])]

    plan = plan_of(an_order(lines=lines, total="225.49"))

    assert plan.lines == (item(quantity=2, discount="24.00"), item("1001", "Line 2", 1, "10.55", "1.06"))
    assert plan_total(plan) == plan.expected_total == Decimal("225.49")


def test_a_free_line_says_so_explicitly():
    plan = plan_of(an_order(lines=[a_line(price="0.00")], total="0.00"))

    assert plan.lines == (item(price="0.00"),)


def test_h7_every_unknown_sku_is_named_and_there_is_no_plan():
    lines = [a_line(1, sku="A-1"), a_line(2), a_line(3, sku="A-3")]

    refused = refusal_of(an_order(lines=lines, total="360.00"))

    assert refused.code == "item-not-found"
    assert "A-1" in refused.detail
    assert "A-3" in refused.detail


def test_a_blocked_item_parks_the_order():
    assert refusal_of(an_order(), known=cronus(items=(an_item_row("1000", blocked=True),))).code == "item-blocked"


# Shipping

EXPRESS_ITEM = ShippingCharge("express", ChargeType.ITEM, "freight")
EXPRESS_ACCOUNT = ShippingCharge("Express", ChargeType.ACCOUNT, "624100")


@pytest.mark.parametrize(
    ("charges", "expected"),
    [
        pytest.param((), account("708500", "Express", "12.00"), id="j1-unmapped"),
        pytest.param((EXPRESS_ITEM,), item("FREIGHT", "Express", 1, "12.00"), id="j2-item"),
        pytest.param((EXPRESS_ACCOUNT,), account("624100", "Express", "12.00"), id="j2-account"),
        pytest.param((ShippingCharge("Standard", ChargeType.ACCOUNT, "624100"),),
                     account("708500", "Express", "12.00"), id="another-title"),
    ],
)
def test_j1_j2_a_shipping_charge_goes_where_its_title_is_mapped(charges, expected):
    order = an_order(lines=[], shipping=[a_shipping_line()], total="12.00")

    assert plan_of(order, a_card(shipping_charges=charges)).lines == (expected,)


@pytest.mark.parametrize(
    ("shipping", "total", "expected"),
    [
        pytest.param([a_shipping_line(discounts=["5.00"])], "127.00", [account("708500", "Express", "12.00", "5.00")],
                     id="j5-discounted"),
        pytest.param([a_shipping_line(price="0.00")], "120.00", [], id="j5-free"),
        pytest.param([a_shipping_line(discounts=["12.00"])], "120.00", [], id="discounted-to-nothing"),
        pytest.param([a_shipping_line(is_removed=True)], "120.00", [], id="removed"),
        pytest.param([a_shipping_line(), a_shipping_line("Standard", "3.00", id=2)], "135.00",
                     [account("708500", "Express", "12.00"), account("708500", "Standard", "3.00")], id="two-charges"),
    ],
)
def test_j5_shipping_lines(shipping, total, expected):
    assert list(plan_of(an_order(shipping=shipping, total=total)).lines) == [item(), *expected]


# Accounts

@pytest.mark.parametrize(
    ("order", "setting", "field"),
    [
        pytest.param(an_order(lines=[a_gift_card()], total="50.00"), "sold_gift_card_account",
                     "Sold Gift Card Account", id="i8-gift-card"),
        pytest.param(an_order(lines=[a_tip()], total="5.00"), "tip_account", "Tip Account", id="i10-tip"),
        pytest.param(an_order(shipping=[a_shipping_line()], total="132.00"), "shipping_charges_account",
                     "Shipping Charges Account", id="j8-shipping"),
        pytest.param(an_order(total_cash_rounding_adjustment=a_cash_rounding("0.02")), "cash_roundings_account",
                     "Cash Roundings Account", id="cash-rounding"),
    ],
)
@pytest.mark.parametrize(
    ("number", "row", "says"),
    [
        pytest.param("", None, "which is empty", id="empty"),
        pytest.param("999999", None, "account 999999 does not exist", id="not-in-bc"),
        pytest.param("999999", {"blocked": True}, "account 999999 is blocked", id="blocked"),
        pytest.param("999999", {"direct_posting": False}, "account 999999 does not allow Direct Posting", id="direct"),
        pytest.param("999999", {"account_type": "Heading"}, "account 999999 is of type Heading", id="heading"),
    ],
)
def test_an_account_that_cannot_be_used_parks_the_order(order, setting, field, number, row, says):
    known = cronus(accounts=(an_account_row("999999", **row),) if row else ())

    refused = refusal_of(order, a_card(**{setting: number}), known)

    assert refused.code == "account-missing"
    assert field in refused.detail
    assert says in refused.detail


def test_all_missing_accounts_are_named_at_once():
    order = an_order(lines=[a_tip(), a_gift_card()], shipping=[a_shipping_line()], total="67.00")

    refused = refusal_of(order, a_card(tip_account="", sold_gift_card_account="", shipping_charges_account=""))

    for field in ("Tip Account", "Sold Gift Card Account", "Shipping Charges Account"):
        assert field in refused.detail


@pytest.mark.parametrize(
    ("items", "code"),
    [pytest.param((an_item_row("1000"),), "item-not-found", id="unknown"),
     pytest.param((an_item_row("1000"), an_item_row("FREIGHT", blocked=True)), "item-blocked", id="blocked")],
)
def test_a_shipping_charge_mapped_to_an_item_that_cannot_be_used_parks_the_order(items, code):
    order = an_order(shipping=[a_shipping_line()], total="132.00")

    refused = refusal_of(order, a_card(shipping_charges=(EXPRESS_ITEM,)), cronus(items=items))

    assert refused.code == code
    assert 'Shipping Charges "express"' in refused.detail
