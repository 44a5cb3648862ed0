"""Acceptance cases I, Tax Groups: lines of a rate have the group that the card names for it."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.to_business_central.set_up_check import check_set_up
from tests.house import House

FRANCE = {"5.5": "VAT55", "20": "vat20", "0": "NOVAT"}
both_price_modes = pytest.mark.parametrize("included", [True, False], ids=["tax-included", "tax-on-top"])


@both_price_modes
def test_shipping_of_food_bears_the_food_s_rate(house: House, included: bool) -> None:
    _groups(house, FR=FRANCE)
    house.order(5001, [_line("1001", "10.55")], tax_rate="0.055", taxes_included=included,
                shipping=[{"title": "Express", "price": "5.30"}])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "taxPercent", "unitPrice") == [
        ("1001", Decimal("5.5"), Decimal("10.55")), ("708500", Decimal("5.5"), Decimal("5.30"))]
    assert house.total(5001) == (Decimal("15.85") if included else Decimal("16.72"))


@both_price_modes
def test_an_item_s_line_of_another_rate_keeps_shopify_s_price(house: House, included: bool) -> None:
    _groups(house, FR=FRANCE)
    house.order(5001, [_line("1000", "60.00", tax_rate="0.055"), _line("1000", "60.00", taxable=False),
                       _line("1000", "60.00")], tax_rate="0.2", taxes_included=included)

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "unitPrice", "taxPercent") == [(60, Decimal("5.5")), (60, 0), (60, 20)]


def test_an_exempt_buyer_s_own_customer_is_billed_without_tax_by_the_group_for_nought(house: House) -> None:
    _groups(house, FR={"0": "NOVAT"})
    house.order(5001, [_line("1000", "120.00")], tax_exempt=True)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C00010"
    assert house.lines(5001, "totalTaxAmount") == [(0,)]


def test_several_taxes_of_a_line_are_one_rate(house: House) -> None:
    house.bc.control.change("vatPostingSetup", "DOMESTIC|VAT55", {"percent": Decimal("7.25")})
    _groups(house, FR={"7.25": "VAT55"})
    house.order(5001, [_line("1000", "100.00")], taxes_included=False,
                taxes=[{"title": "State", "rate": "0.0625"}, {"title": "City", "rate": "0.01"}])

    house.sync()

    assert house.lines(5001, "taxPercent", "totalTaxAmount") == [(Decimal("7.25"), Decimal("7.25"))]


def test_a_rate_or_country_without_a_row_keeps_business_central_s_group(house: House) -> None:
    _groups(house, DE={"20": "NOVAT"}, FR={"5.5": "VAT55"})
    house.order(5001, [_line("1000", "120.00"), _line("1001", "10.55")])

    house.sync()

    assert ["taxCode" in line for line in house.sent("Business Central")[-1]["salesOrderLines"]] == [False, True]
    assert house.lines(5001, "taxPercent") == [(20,), (Decimal("5.5"),)]


def test_tips_and_sold_gift_cards_keep_the_group_of_their_account(house: House) -> None:
    _groups(house, FR={"0": "VAT55"})
    house.order(5001, [_line("1000", "120.00"), {"tip": True, "title": "Tip", "quantity": 1, "unit_price": "5.00"},
                       {"gift_card": True, "title": "Gift card", "quantity": 1, "unit_price": "50.00"}])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "taxPercent")[1:] == [("758800", 0), ("419100", 0)]


def test_a_group_that_business_central_lacks_parks_the_order_and_is_found_by_the_set_up_check(house: House) -> None:
    _groups(house, FR={"20": "GONE"})
    house.order(5001, [_line("1000", "120.00")])

    house.sync()
    report = check_set_up(house.connector, house.shop, ["FR"])

    setting = 'Tax Groups of Customer Setup by Country/Region "FR" "20"'
    assert house.parked()[5001].code == "code-unknown"
    assert setting in house.parked()[5001].detail
    assert [setting in str(finding.detail) for finding in report.advice if finding.code == "code-unknown"] == [True]
    assert house.documents(5001) == []


def test_a_group_with_the_wrong_rate_is_a_mismatch_as_any_other(house: House) -> None:
    _groups(house, FR={"20": "VAT55"})
    house.order(5001, [_line("1000", "120.00")])

    house.sync()

    assert house.parked()[5001].code == "tax-mismatch"
    assert "Tax Groups of that row" in house.parked()[5001].detail


@pytest.mark.parametrize(("taxable", "not_taxable", "group"), [
    (True, "NOVAT", "VAT55"), (False, "NOVAT", "NOVAT"), (False, "", "VAT55")])
def test_an_item_that_is_created_has_the_group_that_the_template_names_for_it(
    house: House, taxable: bool, not_taxable: str, group: str
) -> None:
    house.card(auto_create_unknown_items=True, item_template={
        "general_product_posting_group": "RETAIL", "inventory_posting_group": "RESALE", "base_unit_of_measure": "PCS",
        "tax_group": "VAT55", "tax_group_not_taxable": not_taxable})
    house.product(8001, "NEW-1", variant={"taxable": taxable})

    house.sync()

    assert house.bc.control.row("items", "NEW-1")["taxGroupCode"] == group


def _groups(house: House, **rows: dict[str, str]) -> None:
    house.card(customer_setup_by_country_region=[
        {"country_region_code": country, "tax_groups": groups} for country, groups in rows.items()])


def _line(sku: str, price: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "unit_price": price, **more}
