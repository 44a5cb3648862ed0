"""Acceptance cases I, duties, additional fees and tax that the sales channel remits: each on its account."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.shopify.money import bag
from tests.house import House

DUTIES = {"duties": [{"price": "8.00"}, {"price": "1.50"}]}
FEES = [{"name": "Eco contribution", "price": "0.50"}, {"name": "Handling", "price": "2.00"}]
MARKET = [{"title": "Market", "rate": "0.1", "channel_liable": True}]


def test_duties_are_one_line_on_their_account(house: House) -> None:
    house.card(duties_account="758800")
    house.order(5001, [_desk(**DUTIES), _desk(duties=[{"price": "0.50"}])])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "description", "amountIncludingTax")[2:] == [("758800", "Duties", 10)]
    assert house.total(5001) == Decimal("250.00")


def test_additional_fees_are_one_line_that_names_them(house: House) -> None:
    house.card(additional_fees_account="708500")
    house.order(5001, [_desk()], fees=[{**fee, "taxes": [{"rate": "0.2"}]} for fee in FEES])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "description", "amountIncludingTax", "totalTaxAmount")[1:] == [
        ("708500", "Eco contribution, Handling", Decimal("2.5"), Decimal("0.42")),
    ]


def test_duties_and_fees_on_top_of_net_prices_keep_shopify_s_total_and_tax(house: House) -> None:
    house.card(duties_account="758800", additional_fees_account="708500")
    house.order(5001, [_desk(**DUTIES)], taxes_included=False, tax_rate="0.2",
                fees=[{**fee, "taxes": [{"rate": "0.2"}]} for fee in FEES])

    house.sync()

    assert house.parked() == {}
    assert house.document(5001)["totalTaxAmount"] == Decimal("24.5")
    assert house.total(5001) == Decimal("156.50")


@pytest.mark.parametrize(
    ("order", "setting", "amount"),
    [
        pytest.param({"lines": [DUTIES]}, "Duties Account", "9.5", id="duties"),
        pytest.param({"fees": FEES}, "Additional Fees Account", "2.5", id="fees"),
        pytest.param({"taxes": MARKET, "taxes_included": False}, "Channel Tax Account", "12", id="channel-tax"),
    ],
)
def test_without_its_account_the_order_is_parked_and_names_it(
    house: House, order: dict[str, Any], setting: str, amount: str
) -> None:
    lines = [_desk(**line) for line in order.get("lines", [{}])]
    house.order(5001, lines, **{name: value for name, value in order.items() if name != "lines"})

    house.sync()

    assert house.parked()[5001].code == "account-missing"
    assert setting in house.parked()[5001].detail
    assert amount in house.parked()[5001].detail
    assert house.bc_writes() == 0


def test_duties_that_the_prices_include_are_no_line(house: House) -> None:
    told = bag(Decimal("9.50"), "EUR", Decimal("9.50"), "EUR")
    house.order(5001, [_desk(**DUTIES)], duties_included=True, fields={"currentTotalDutiesSet": told})

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "amountIncludingTax") == [(120,)]


def test_duties_on_an_account_with_tax_that_shopify_did_not_charge_are_parked(house: House) -> None:
    house.card(duties_account="708500")
    house.order(5001, [_desk(**DUTIES)])

    house.sync()

    assert house.parked()[5001].code == "tax-mismatch"
    assert '"Duties" (Account 708500): Shopify 0.00, Business Central 20 %, 1.58' in house.parked()[5001].detail


def test_tax_that_the_channel_remits_is_a_line_of_its_own_and_no_tax_of_the_shop(house: House) -> None:
    house.card(channel_tax_account="758800")
    house.bc.control.change("vatPostingSetup", "DOMESTIC|VAT20", {"percent": Decimal(0)})
    house.order(5001, [_desk(), _desk(quantity=2)], taxes_included=False, taxes=MARKET)

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "amountIncludingTax", "totalTaxAmount") == [
        ("1000", 120, 0), ("1000", 240, 0), ("758800", 36, 0),
    ]


@pytest.mark.parametrize(("order", "amount"), [
    pytest.param({"refunds": [{"lines": [{"line": 0, "quantity": 3}]}]}, "2.87", id="pieces-refunded"),
    pytest.param({"shipping": [{"title": "Express", "price": "23.59", "left": "6.60"}]}, "5.68",
                 id="shipping-lowered-by-an-edit"),
    pytest.param({"shipping": [{"title": "Express", "price": "27.92"}], "refunds": [{"shipping": "13.96"}]}, "6.42",
                 id="half-of-the-shipping-refunded"),
])
def test_of_what_is_left_the_channel_s_tax_is_what_shopify_says(
    house: House, order: dict[str, Any], amount: str
) -> None:
    house.card(channel_tax_account="758800", rounding_tolerance="0")
    house.bc.control.change("vatPostingSetup", "DOMESTIC|VAT20", {"percent": Decimal(0)})
    house.order(5001, [_desk(unit_price="7.17", quantity=7)], taxes_included=False, taxes=MARKET, **order)

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "amountIncludingTax")[-1] == ("758800", Decimal(amount))


def test_where_the_channel_remits_a_part_of_the_tax_rounding_of_what_is_left_is_one_line(house: House) -> None:
    house.card(channel_tax_account="758800", rounding_tolerance="0")
    for group, percent in (("VAT20", 1), ("VAT55", 0)):
        house.bc.control.change("vatPostingSetup", f"DOMESTIC|{group}", {"percent": Decimal(percent)})
    goods = [_desk(taxes=[*MARKET, {"title": "City", "rate": "0.01"}]), *[_desk(sku="1001", taxes=MARKET)] * 8]
    house.order(5001, [{**line, "unit_price": "0.15", "quantity": 7} for line in goods], taxes_included=False,
                refunds=[{"lines": [{"line": index, "quantity": 4} for index in range(len(goods))]}])

    house.sync()

    assert house.parked() == {}
    assert house.total(5001) == Decimal("4.50")


def test_tax_of_the_channel_within_prices_is_parked_and_says_why(house: House) -> None:
    house.card(channel_tax_account="758800")
    house.bc.control.change("vatPostingSetup", "DOMESTIC|VAT20", {"percent": Decimal(0)})
    house.order(5001, [_desk()], taxes=MARKET)

    house.sync()

    assert "include 10.91 of tax that the sales channel remits" in house.parked()[5001].detail
    assert house.documents(5001) == []


def _desk(**more: Any) -> dict[str, Any]:
    return {"sku": "1000", "quantity": 1, "unit_price": "120.00", **more}
