"""Acceptance cases I, duties and additional fees: each on its account, which the order names where it is missing."""
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


def test_fees_of_several_rates_are_a_line_each_with_the_tax_group_of_its_rate(house: House) -> None:
    house.card(additional_fees_account="708500", customer_setup_by_country_region=[
        {"country_region_code": "FR", "tax_groups": {"5.5": "VAT55", "0": "NOVAT"}}])
    rates: list[tuple[str, str, list[dict[str, str]]]] = [
        ("Cooling", "2.11", [{"rate": "0.055"}]), ("Deposit", "1.00", []), ("Ice", "1.055", [{"rate": "0.055"}]),
        ("Handling", "2.40", [{"rate": "0.2"}])]
    house.order(5001, [_desk()], fees=[{"name": name, "price": price, "taxes": taxes} for name, price, taxes in rates])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "description", "amountIncludingTax", "taxPercent")[1:] == [
        ("Cooling, Ice", Decimal("3.17"), Decimal("5.5")), ("Deposit", 1, 0), ("Handling", Decimal("2.4"), 20)]


def test_fees_that_are_not_what_the_order_says_in_all_are_one_line_of_what_it_says(house: House) -> None:
    house.card(additional_fees_account="758800", rounding_tolerance="0")
    told = bag(Decimal("2.00"), "EUR", Decimal("2.00"), "EUR")
    fees = [{"name": "Eco", "price": "0.50", "taxes": []}, {
        "name": "Handling", "price": "2.00", "taxes": [{"rate": "0.2", "amount": "0.00"}]}]
    house.order(5001, [_desk()], fees=fees, fields={
        "currentTotalAdditionalFeesSet": told, "currentTotalPriceSet": bag(*[Decimal("122.00"), "EUR"] * 2)})

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "description", "amountIncludingTax")[1:] == [("Eco, Handling", 2)]


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


def _desk(**more: Any) -> dict[str, Any]:
    return {"sku": "1000", "quantity": 1, "unit_price": "120.00", **more}
