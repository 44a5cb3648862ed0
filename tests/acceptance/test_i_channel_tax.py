"""Acceptance cases I, tax that the sales channel remits: a line on its account, and no tax of the shop's own lines.

On top of prices it stands beside them; prices that include it are lowered by it.
"""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.to_business_central.set_up_check import check_set_up
from tests.house import House

MARKET = [{"title": "Market", "rate": "0.2", "channel_liable": True}]
TENTH = [{"title": "Market", "rate": "0.1", "channel_liable": True}]


# On top


def test_tax_that_the_channel_remits_is_a_line_of_its_own_and_no_tax_of_the_shop(house: House) -> None:
    house.card(channel_tax_account="758800")
    house.bc.control.change("vatPostingSetup", "DOMESTIC|VAT20", {"percent": Decimal(0)})
    house.order(5001, [_desk(), _desk(quantity=2)], taxes_included=False, taxes=TENTH)

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
    house.order(5001, [_desk(unit_price="7.17", quantity=7)], taxes_included=False, taxes=TENTH, **order)

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "amountIncludingTax")[-1] == ("758800", Decimal(amount))


def test_where_the_channel_remits_a_part_of_the_tax_rounding_of_what_is_left_is_one_line(house: House) -> None:
    house.card(channel_tax_account="758800", rounding_tolerance="0")
    for group, percent in (("VAT20", 1), ("VAT55", 0)):
        house.bc.control.change("vatPostingSetup", f"DOMESTIC|{group}", {"percent": Decimal(percent)})
    goods = [_desk(taxes=[*TENTH, {"title": "City", "rate": "0.01"}]), *[_desk(sku="1001", taxes=TENTH)] * 8]
    house.order(5001, [{**line, "unit_price": "0.15", "quantity": 7} for line in goods], taxes_included=False,
                refunds=[{"lines": [{"line": index, "quantity": 4} for index in range(len(goods))]}])

    house.sync()

    assert house.parked() == {}
    assert house.total(5001) == Decimal("4.50")


# Within prices


def test_prices_are_lowered_by_what_the_channel_remits_and_its_account_makes_the_total_whole(house: House) -> None:
    _no_vat(house)
    house.order(5001, [_desk(quantity=2)], taxes=MARKET, shipping=[{"title": "Express", "price": "6.00"}])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "unitPrice", "discountAmount", "amountIncludingTax",
                       "totalTaxAmount") == [
        ("1000", 100, 0, 200, 0), ("708500", 5, 0, 5, 0), ("758800", 41, 0, 41, 0)]
    assert house.total(5001) == Decimal("246.00")


@pytest.mark.parametrize(("line", "piece", "discount", "left", "remitted"), [
    pytest.param({"unit_price": "4.00", "quantity": 3}, "3.34", "0.02", "10", "2", id="three-pieces-of-ten"),
    pytest.param({"unit_price": "120.00", "discount": "12.00"}, "100", "10", "90", "18", id="with-a-discount"),
    pytest.param({"unit_price": "0.02"}, "0.02", "0", "0.02", "0", id="tax-rounded-to-nothing"),
    pytest.param({"unit_price": "0.00"}, "0", "0", "0", "0", id="a-gift"),
    pytest.param({"unit_price": "120.00", "discount": "120.00"}, "120", "120", "0", "0", id="all-of-it-discounted"),
])
def test_price_and_discount_fall_alike_and_the_discount_takes_what_no_cent_a_piece_can_say(
    house: House, line: dict[str, Any], piece: str, discount: str, left: str, remitted: str
) -> None:
    _no_vat(house)
    house.order(5001, [_desk(**line)], taxes=MARKET)

    house.sync()

    goods, *account = house.lines(5001, "unitPrice", "discountAmount", "amountIncludingTax")
    assert goods == (Decimal(piece), Decimal(discount), Decimal(left))
    assert [one[-1] for one in account] == ([Decimal(remitted)] if Decimal(remitted) else [])


def test_a_tax_of_the_shop_s_own_stays_in_the_price_beside_what_the_channel_remits(house: House) -> None:
    _no_vat(house, percent="5")
    house.order(5001, [_desk(unit_price="125.00")], taxes=[*MARKET, {"title": "City", "rate": "0.05"}],
                shipping=[{"title": "Express", "price": "12.50"}])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "amountIncludingTax", "taxPercent", "totalTaxAmount") == [
        ("1000", 105, 5, 5), ("708500", Decimal("10.5"), 5, Decimal("0.5")), ("758800", 22, 0, 0)]


@pytest.mark.parametrize(("price", "pieces", "gone", "left", "remitted"), [
    pytest.param("1.16", 2, 1, "0.97", "0.19", id="a-cent-less-than-its-share"),
    pytest.param("1.19", 4, 1, "2.97", "0.60", id="a-cent-more-than-its-share"),
])
def test_of_pieces_that_are_left_the_account_holds_what_shopify_says_and_each_line_the_rest(
    house: House, price: str, pieces: int, gone: int, left: str, remitted: str
) -> None:
    _no_vat(house)
    house.card(rounding_tolerance="0")
    house.order(5001, [_desk(unit_price=price, quantity=pieces), _desk(), _desk(unit_price=price, quantity=pieces)],
                taxes=MARKET, refunds=[{"lines": [{"line": line, "quantity": gone} for line in (0, 2)]}])

    house.sync()

    assert house.parked() == {}
    assert [amount for (amount,) in house.lines(5001, "amountIncludingTax")] == [
        Decimal(left), 100, Decimal(left), 20 + 2 * Decimal(remitted)]


def test_a_line_that_two_places_send_is_lowered_once(house: House) -> None:
    _no_vat(house)
    house.card(location_mapping={"Lyon": "EAST", "Paris": "MAIN"})
    house.order(5001, [_desk(unit_price="4.00", quantity=3)], taxes=MARKET, fulfillment_orders=[
        {"lines": [0], "quantities": [pieces], "location": {"id": 11 + pieces, "name": name}}
        for name, pieces in (("Lyon", 1), ("Paris", 2))])

    house.sync()

    assert house.parked() == {}
    assert [amount for (amount,) in house.lines(5001, "amountIncludingTax")] == [
        Decimal("3.33"), Decimal("6.67"), 2]


def test_a_fee_is_lowered_too(house: House) -> None:
    _no_vat(house)
    house.card(additional_fees_account="708500")
    house.order(5001, [_desk(taxes=[])], fees=[{"name": "Eco contribution", "price": "1.20", "taxes": MARKET}])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "amountIncludingTax", "totalTaxAmount") == [
        ("1000", 120, 0), ("708500", 1, 0), ("758800", Decimal("0.2"), 0)]


def test_without_the_account_the_order_is_parked_and_names_it(house: House) -> None:
    house.order(5001, [_desk()], taxes=MARKET)

    house.sync()

    assert house.parked()[5001].code == "account-missing"
    assert "of which 20.00 is tax remitted by the sales channel, needs Channel Tax Account" in (
        house.parked()[5001].detail)


@pytest.mark.parametrize("included", [True, False], ids=["within-prices", "on-top"])
def test_a_customer_who_bears_tax_on_what_the_channel_remits_is_a_wrong_set_up_and_says_so(
    house: House, included: bool
) -> None:
    house.card(channel_tax_account="758800")
    house.order(5001, [_desk()], taxes_included=included, taxes=MARKET)

    house.sync()

    problem = house.parked()[5001]
    assert problem.code == "tax-mismatch"
    assert "Shopify 0 %, 0.00, Business Central 20 %" in problem.detail
    assert "What the sales channel remits is not in the rate of a line." in problem.detail
    assert house.documents(5001) == []


@pytest.mark.parametrize("included", [True, False], ids=["within-prices", "on-top"])
def test_a_shop_that_also_sells_by_itself_keeps_its_customers_and_names_the_group_without_tax(
    house: House, included: bool
) -> None:
    house.card(channel_tax_account="758800", customer_setup_by_country_region=[
        {"country_region_code": "FR", "tax_groups": {"0": "NOVAT"}}])
    house.order(5001, [_desk()], taxes_included=included, taxes=MARKET)
    house.order(5002, [_desk()], taxes_included=included, tax_rate="0.2")

    house.sync()

    assert house.parked() == {}
    sold, own = (Decimal(100), 20) if included else (Decimal(120), 24)
    assert house.lines(5001, "amountExcludingTax", "totalTaxAmount") == [(sold, 0), (own, 0)]
    assert house.lines(5002, "amountExcludingTax", "totalTaxAmount") == [(sold, own)]


def test_the_set_up_check_tries_an_order_of_the_channel_beside_one_that_nobody_taxes(house: House) -> None:
    house.card(channel_tax_account="708500")
    house.bc.control.change("items", "1000", {"vatProdPostingGroup": "NOVAT"})
    house.order(5001, [_desk()], taxes=MARKET)
    house.order(5002, [_desk()], tax_rate=None)
    house.sync()

    trials = check_set_up(house.connector, house.shop, ["FR"]).orders

    assert [(str(one.tried), one.right) for one in trials] == [("#5002", True), ("#5001", False)]
    assert '"Tax remitted by the sales channel" (Account 708500)' in str(trials[1].detail)


def test_an_order_of_the_channel_whose_link_was_lost_is_found_again_as_the_same(house: House) -> None:
    _no_vat(house)
    house.order(5001, [_desk(unit_price="4.00", quantity=3)], taxes=MARKET)
    house.sync()

    house.forget("orders", 5001)
    house.change("orders", 5001, tags=["seen"])
    house.sync()

    assert house.parked() == {}
    assert len(house.documents(5001)) == 1


def _no_vat(house: House, percent: str = "0") -> None:
    """Customers at home bear no tax on standard goods, or only this, and the channel's has its account."""
    house.card(channel_tax_account="758800")
    house.bc.control.change("vatPostingSetup", "DOMESTIC|VAT20", {"percent": Decimal(percent)})


def _desk(**more: Any) -> dict[str, Any]:
    return {"sku": "1000", "quantity": 1, "unit_price": "120.00", **more}
