"""Acceptance cases I: money, to the cent and in the right currency."""
from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from local.shopify.money import bag
from tests.house import House

BLANK = "00000000-0000-0000-0000-000000000000"
GIFT_CARD = {"title": "Gift card", "unit_price": "50.00", "gift_card": True}
TIP = {"title": "Tip", "unit_price": "5.00", "tip": True}


def test_i1_the_discount_allocated_to_a_line_is_its_line_discount(house: House) -> None:
    house.order(5001, [_line("1000", "120.00", 2)], discounts=[{"target": "lines", "amount": "24.00"}])

    house.sync()

    assert house.lines(5001, "discountAmount", "amountIncludingTax", "totalTaxAmount") == [(24, 216, 36)]
    assert house.total(5001) == Decimal("216.00")


def test_i2_a_code_over_two_lines_adds_up_to_shopifys_total(house: House) -> None:
    house.order(5001, [_line("1000", "120.00", 2), _line("1001", "10.55")], discounts=[
        {"target": "line", "line": 0, "amount": "24.00", "code": "DIX"},
        {"target": "line", "line": 1, "amount": "1.06", "code": "DIX"},
    ])

    house.sync()

    assert house.lines(5001, "discountAmount", "amountIncludingTax") == [
        (24, 216), (Decimal("1.06"), Decimal("9.49")),
    ]
    assert house.total(5001) == Decimal("225.49")


@pytest.mark.parametrize(("order", "lines", "total"), [
    pytest.param({"lines": [("1000", "120.00", 2)],
                  "shipping": [{"title": "Express", "price": "12.00", "discount": "5.00"}],
                  "discounts": [{"target": "lines", "amount": "24.00"}], "unallocated_discount": "1.00"},
                 [(2, 25), (1, 5)], "222.00", id="beside-one-that-was-shared-out"),
    pytest.param({"lines": [("1000", "10.00", 1), ("1001", "10.00", 1), ("1000", "10.00", 1)], "shipping": [],
                  "unallocated_discount": "1.00"},
                 [(1, Decimal("0.34")), (1, Decimal("0.33")), (1, Decimal("0.33"))], "29.00",
                 id="shared-out-to-the-cent"),
    pytest.param({"lines": [("1000", "120.00", 1)], "shipping": [], "tip": "5.00", "unallocated_discount": "20.00"},
                 [(1, 20), (1, 0)], "105.00", id="taken-off-no-tip"),
])
def test_b14_a_discount_that_shopify_gave_to_no_line_comes_off_the_lines(
    house: House, order: dict[str, Any], lines: list[tuple[int, Decimal]], total: str
) -> None:
    goods = [_line(*line) for line in order["lines"]]
    house.order(5001, goods, tax_rate=None, **{name: value for name, value in order.items() if name != "lines"})
    house.card(tax_differences="Warn")

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "quantity", "discountAmount") == lines
    assert house.total(5001) == Decimal(total)


def test_i4_two_tax_rates_on_one_order(house: House) -> None:
    house.order(5001, [_line("1000", "120.00"), _line("1001", "10.55", 2)])

    house.sync()

    assert house.lines(5001, "amountExcludingTax", "totalTaxAmount") == [(100, 20), (20, Decimal("1.10"))]
    assert house.document(5001)["totalAmountExcludingTax"] == 120
    assert house.document(5001)["totalTaxAmount"] == Decimal("21.10")
    assert house.total(5001) == Decimal("141.10")


@pytest.mark.parametrize("total, rounding", [("100.01", "0.01"), ("100.05", "0.05"), ("99.99", "-0.01")])
def test_i6_a_difference_within_the_tolerance_is_one_line_on_the_rounding_account(
    house: House, total: str, rounding: str
) -> None:
    house.order(5001, [_line("1000", "100.00")], fields=_total(total))

    house.sync()

    assert house.lines(5001, "lineObjectNumber", "amountIncludingTax") == [
        ("1000", 100), ("658000", Decimal(rounding)),
    ]
    assert house.total(5001) == Decimal(total)


def test_i6_a_difference_beyond_the_tolerance_parks_the_order_before_anything_is_written(house: House) -> None:
    house.order(5001, [_line("1000", "100.00")], fields=_total("100.06"))

    house.sync()

    assert house.parked()[5001].code == "total-mismatch"
    assert "100.06" in house.parked()[5001].detail
    assert house.bc_writes() == 0


def test_i6_where_business_central_adds_the_tax_a_document_beyond_the_tolerance_is_removed(house: House) -> None:
    house.order(5001, [_line("1000", "83.33")], taxes_included=False, fields=_total("100.06"))

    house.sync()

    assert house.parked()[5001].code == "total-mismatch"
    assert "100.06" in house.parked()[5001].detail
    assert house.bc.stats.by_entity["salesOrders"]["DELETE"] == 1
    assert house.documents(5001) == []


@pytest.mark.parametrize(("taxes", "tax"), [
    pytest.param([{"rate": "0.2"}], "20.00", id="one"), pytest.param([], "0.00", id="none"),
    pytest.param([{"title": "State", "rate": "0.15"}, {"title": "City", "rate": "0.05"}], "20.00", id="two"),
])
def test_b16_a_mismatch_of_the_total_names_the_order_both_totals_and_shopify_s_tax(
    house: House, taxes: list[dict[str, str]], tax: str
) -> None:
    if not taxes:
        house.bc.control.change("vatPostingSetup", "DOMESTIC|VAT20", {"percent": Decimal(0)})
    house.order(5001, [_line("1000", "100.00")], name="#1001", taxes_included=False, taxes=taxes,
                fields=_total("150.00"))

    house.sync()

    assert house.parked()[5001].code == "total-mismatch"
    assert (f"#1001 (SHP-5001) comes to {100 + Decimal(tax):f}".removesuffix(".00") in house.parked()[5001].detail)
    assert f"and to 150.00 in Shopify, of which tax {tax};" in house.parked()[5001].detail


def test_i8_a_sold_gift_card_is_a_line_on_its_account(house: House) -> None:
    house.order(5001, [GIFT_CARD])

    house.sync()

    assert house.lines(5001, "lineType", "lineObjectNumber", "amountIncludingTax") == [("Account", "419100", 50)]


def test_i8_without_the_gift_card_account_the_order_is_parked(house: House) -> None:
    house.card(sold_gift_card_account="")
    house.order(5001, [GIFT_CARD])

    house.sync()

    assert house.parked()[5001].code == "account-missing"
    assert "Sold Gift Card Account" in house.parked()[5001].detail
    assert house.documents(5001) == []


def test_i9_a_gift_card_pays_without_making_the_document_smaller(house: House) -> None:
    house.order(5001, [_line("1000", "120.00")], transactions=[
        {"kind": "SALE", "status": "SUCCESS", "amount": "50.00", "gateway": "gift_card"},
        {"kind": "SALE", "status": "SUCCESS", "amount": "70.00", "gateway": "shopify_payments"},
    ])

    house.sync()

    assert house.lines(5001, "lineObjectNumber", "amountIncludingTax") == [("1000", 120)]
    assert house.total(5001) == Decimal("120.00")
    assert ("gift_card", "SUCCESS", "50.0") in _captured_transactions(house, 5001)


def test_i10_a_tip_is_a_line_on_its_account(house: House) -> None:
    house.order(5001, [_line("1000", "120.00"), TIP])

    house.sync()

    assert house.lines(5001, "lineType", "lineObjectNumber", "amountIncludingTax") == [
        ("Item", "1000", 120), ("Account", "758800", 5),
    ]
    assert house.total(5001) == Decimal("125.00")


def test_i10_without_the_tip_account_the_order_is_parked(house: House) -> None:
    house.card(tip_account="")
    house.order(5001, [_line("1000", "120.00"), TIP])

    house.sync()

    assert house.parked()[5001].code == "account-missing"
    assert "Tip Account" in house.parked()[5001].detail
    assert house.documents(5001) == []


def test_i11_in_shop_mode_an_order_is_booked_in_the_shops_currency(house: House) -> None:
    _add_currency(house, "DKK", "7.46")
    _order_in_kroner_paid_in_euro(house, 5001)

    house.sync()

    assert house.document(5001)["currencyCode"] == "DKK"
    assert house.total(5001) == Decimal("100.00")


def test_i11_in_presentment_mode_an_order_is_booked_as_the_buyer_paid_it(house: House) -> None:
    house.card(currency_handling="Presentment Currency")
    _add_currency(house, "DKK", "7.46")
    _order_in_kroner_paid_in_euro(house, 5001)

    house.sync()

    assert house.document(5001)["currencyId"] == BLANK, "the local currency is blank in Business Central"
    assert house.total(5001) == Decimal("13.40")


def test_i13_an_iso_code_is_translated_into_business_centrals_own_code(house: House) -> None:
    _add_currency(house, "US-D", "1.10")
    house.card(currency_mapping={"USD": "US-D"})
    house.order(5001, currency="USD")

    house.sync()

    assert house.document(5001)["currencyCode"] == "US-D"
    assert house.total(5001) == Decimal("240.00")


def test_i13_a_currency_that_an_older_card_maps_to_nothing_is_never_booked_as_the_local_one(house: House) -> None:
    house.card(currency_mapping={"JPY": "ANY"})
    table = house.connector.storage.tables["Shops"]
    row = table.get("shop", house.shop)
    assert row is not None
    table.put({**row, "card": row["card"].replace('"ANY"', '""')})
    house.order(5001, currency="JPY", lines=[_line("1000", "120")])

    house.sync()

    assert house.parked()[5001].code == "currency-unknown"
    assert "JPY" in house.parked()[5001].detail
    assert house.documents(5001) == []


def test_i13_the_local_currency_stays_blank_though_the_customer_has_another(house: House) -> None:
    dollar = house.bc.control.row("currencies", "USD")
    house.bc.control.change("customers", "C00010", {"currencyCode": "USD", "currencyId": dollar["id"]})
    house.order(5001)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C00010"
    assert house.document(5001)["currencyId"] == BLANK
    assert house.total(5001) == Decimal("240.00")


def test_i13_a_currency_that_business_central_lacks_is_parked_and_never_booked_as_euro(house: House) -> None:
    house.order(5001, currency="XXX")

    house.sync()

    assert house.parked()[5001].code == "currency-unknown"
    assert "XXX" in house.parked()[5001].detail
    assert house.documents(5001) == []


def _line(sku: str, price: str, quantity: int = 1) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "unit_price": price}


def _total(amount: str) -> dict[str, Any]:
    """Shopify's own total, whatever the lines add up to."""
    total = bag(Decimal(amount), "EUR", Decimal(amount), "EUR")
    return {"totalPriceSet": total, "currentTotalPriceSet": total}


def _add_currency(house: House, code: str, rate: str) -> None:
    """A currency of the company, `rate` units of it for one euro."""
    house.bc.control.add("currencies", {"code": code, "displayName": code})
    house.bc.control.add("currencyExchangeRates", {
        "currencyCode": code, "startingDate": "2025-01-01",
        "exchangeRateAmount": rate, "relationalExchangeRateAmount": "1",
    })


def _order_in_kroner_paid_in_euro(house: House, number: int) -> None:
    house.order(number, [_line("1000", "100.00")], currency="DKK", presentment_currency="EUR",
                presentment_rate="0.134")


def _captured_transactions(house: House, number: int) -> list[tuple[str, str, str]]:
    """Gateway, status and amount of the payments in the newest capture of an order."""
    newest = house.connector.captures.of_record(house.shop, "orders", str(number))[0]
    order = json.loads(house.connector.captures.payload(newest))
    return [(t["gateway"], t["status"], t["amountSet"]["shopMoney"]["amount"]) for t in order["transactions"]]
