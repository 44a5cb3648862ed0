"""Acceptance cases I: an account of the shop card that bears tax where Shopify charged none is named with its field."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.shopify.money import bag
from tests.house import House

TAXED = "708500"
GOODWILL = {"refunds": [{"amount": "12.00"}]}
KEPT = {"refunds": [{"lines": [{"line": 0, "quantity": 1}], "amount": "100.00"}]}


def _cash(amount: str) -> dict[str, Any]:
    money, nothing = (bag(Decimal(text), "EUR", Decimal(text), "EUR") for text in (amount, "0.00"))
    rounding = {"paymentSet": money, "refundSet": nothing}
    return {"source_name": "pos", "fields": {"totalCashRoundingAdjustment": rounding}}


@pytest.mark.parametrize(("field", "caption", "order", "line"), [
    pytest.param("refund_account", "Refund Account", GOODWILL, "Refund without goods", id="goodwill"),
    pytest.param("refund_account", "Refund Account", KEPT, "Kept of a refund", id="kept-of-a-refund"),
    pytest.param("cash_roundings_account", "Cash Roundings Account", _cash("1.00"), "Cash rounding", id="cash"),
])
def test_tax_on_money_for_no_goods_is_a_mismatch_that_names_account_and_field(
    house: House, field: str, caption: str, order: dict[str, Any], line: str
) -> None:
    house.card(shipping_charges_account="", **{field: TAXED})
    house.order(5001, [_desk(quantity=2)], taxes_included=False, tax_rate="0.2", **order)

    house.sync()

    problem = house.parked()[5001]
    assert problem.code == "total-mismatch"
    assert (f'"{line}" bears 20 % of tax on account {TAXED} ({caption} of the shop card): an account without tax is '
            "needed there.") in problem.detail
    assert house.documents(5001) == []


def test_the_line_that_makes_up_for_rounding_names_its_account_and_field_too(house: House) -> None:
    house.card(shipping_charges_account="", cash_roundings_account=TAXED)
    house.order(5001, [_desk(unit_price="0.99")] * 30, taxes_included=False, tax_rate="0.2")

    house.sync()

    assert house.parked()[5001].code == "total-mismatch"
    assert f'"Rounding" bears 20 % of tax on account {TAXED} (Cash Roundings Account of the shop card)' in (
        house.parked()[5001].detail)


@pytest.mark.parametrize("included", [True, False], ids=["within-prices", "on-top"])
@pytest.mark.parametrize(("field", "caption", "line"), [
    ("tip_account", "Tip Account", {"title": "Tip", "unit_price": "6.00", "tip": True}),
    ("sold_gift_card_account", "Sold Gift Card Account",
     {"title": "Gift card", "unit_price": "50.00", "gift_card": True}),
])
def test_tax_on_a_tip_or_a_gift_card_names_account_and_field(
    house: House, field: str, caption: str, line: dict[str, Any], included: bool
) -> None:
    house.card(shipping_charges_account="", **{field: TAXED})
    house.order(5001, [_desk(), line], taxes_included=included, tax_rate="0.2")

    house.sync()

    problem = house.parked()[5001]
    assert problem.code == "tax-mismatch"
    assert f"Account {TAXED} is {caption} of the shop card." in problem.detail


def test_an_account_of_several_fields_is_named_with_all_of_them(house: House) -> None:
    house.card(tip_account=TAXED, shipping_charges=[{"title": "Bike", "type": "G/L Account", "number": TAXED}])
    house.order(5001, [_desk(), {"title": "Tip", "unit_price": "6.00", "tip": True}], tax_rate="0.2")

    house.sync()

    assert f'Account {TAXED} is Shipping Charges Account, Tip Account, Shipping Charges "Bike" of the shop card.' in (
        house.parked()[5001].detail)


def test_within_prices_goodwill_takes_the_tax_of_its_account(house: House) -> None:
    house.card(refund_account=TAXED)
    house.order(5001, [_desk(quantity=2)], tax_rate="0.2", **GOODWILL)

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "amountIncludingTax", "totalTaxAmount")[-1] == (-12, -2)


def _desk(**more: Any) -> dict[str, Any]:
    return {"sku": "1000", "quantity": 1, "unit_price": "120.00", **more}
