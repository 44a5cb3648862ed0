"""What follows an order that is already in Business Central, and what is a conflict."""
from __future__ import annotations

import msgspec
import pytest

from shared.mapping.order_changes import content_hash, header_changes
from shared.mapping.sales_orders import sales_order_plan
from tests.builders import (
    a_card,
    a_line,
    a_refund,
    a_refund_line,
    a_shipping_line,
    an_address,
    an_order,
    cronus,
)


def plan_of(customer="C00010", card=None, **order):
    return sales_order_plan(an_order(**order), card or a_card(), cronus(), customer, lambda variant: None)


LINES = {"lines": [a_line(quantity=2)], "shipping": [a_shipping_line()], "total": "252.00"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"shipping_address": an_address(city="Lyon", zip="69001")},
                     {"shipToPostCode": "69001", "shipToCity": "Lyon"}, id="ship-to"),
        pytest.param({"shipping_address": an_address(first_name="Eve")},
                     {"shipToName": "Eve Curie", "shipToContact": "Eve Curie"}, id="ship-to-name"),
        pytest.param({"billing_address": an_address(address2="2e")}, {"sellToAddressLine2": "2e"}, id="sell-to"),
        pytest.param({"email": "new@example.fr"}, {"email": "new@example.fr"}, id="email"),
        pytest.param({"phone": "+33 1"}, {"phoneNumber": "+33 1"}, id="phone"),
        pytest.param({"currency_code": "USD", "taxes_included": False}, {}, id="money-never-follows"),
    ],
)
def test_addresses_phone_and_email_follow(changed, expected):
    assert header_changes(plan_of().header, plan_of(**changed)) == expected


def test_another_customer_is_not_followed():
    assert header_changes(plan_of().header, plan_of("C-WEB")) == {}


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"lines": [a_line(quantity=3)], "total": "372.00"}, id="h13-more-pieces"),
        pytest.param({"shipping": [a_shipping_line(price="9.00")], "total": "249.00"}, id="h15-shipping"),
        pytest.param({"shipping": [], "total": "240.00"}, id="shipping-removed"),
        pytest.param({"lines": [a_line(quantity=2, discounts=["24.00"])], "total": "228.00"}, id="discount"),
        pytest.param({"lines": [a_line(), a_line(2)]}, id="same-total-other-lines"),
        pytest.param({"lines": [a_line(price="60.00", quantity=4)]}, id="same-total-other-price"),
        pytest.param({"currency_code": "USD"}, id="currency"),
        pytest.param({"taxes_included": False}, id="price-mode"),
        pytest.param({"total": "252.01"}, id="total"),
        pytest.param({"lines": [a_line(quantity=2, current=1)], "total": "132.00",
                      "refunds": [a_refund(a_refund_line(1))]}, id="lowered-without-money"),
    ],
)
def test_h13_h15_pieces_and_money_are_a_conflict(changed):
    assert content_hash(plan_of(**LINES)) != content_hash(plan_of(**LINES | changed))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"shipping_address": an_address(city="Lyon")}, id="address"),
        pytest.param({"po_number": "PO-778"}, id="comment"),
        pytest.param({"customer": "C-WEB"}, id="customer"),
        pytest.param({"card": a_card(shipping_charges_account="624100")}, id="account-of-the-card"),
        pytest.param({"lines": [a_line(quantity=2, price="120")], "total": "252"}, id="amounts-written-otherwise"),
        pytest.param({"lines": [a_line(quantity=2, current=1)], "total": "132.00",
                      "refunds": [a_refund(a_refund_line(1, subtotal="120.00"), total="120.00")]},
                     id="a-refund-that-becomes-a-credit-memo"),
    ],
)
def test_what_is_not_shopify_s_pieces_and_money_is_no_conflict(changed):
    assert content_hash(plan_of(**LINES)) == content_hash(plan_of(**LINES | changed))


def test_an_order_as_business_central_shows_it_can_be_compared():
    plan = plan_of()
    shown = msgspec.json.decode(msgspec.json.encode(plan.header)) | {"id": "x", "number": "S-1"}

    assert header_changes(shown, plan) == {}
