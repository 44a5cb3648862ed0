"""Acceptance cases I, Customer Setup by Country/Region: the customer decides the tax, the country the customer."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.house import MARIE, House

GERMAN = {**MARIE, "address1": "Unter den Linden 1", "city": "Berlin", "zip": "10117", "country_code": "DE"}
AMERICAN = {**MARIE, "address1": "1 Main Street", "city": "Austin", "zip": "73301", "country_code": "US",
            "phone": None}
TEXAS = [{"title": "State", "rate": "0.0625"}, {"title": "City", "rate": "0.01"}, {"title": "Metro", "rate": "0.01"}]
ROW = "Customer Setup by Country/Region"
both_price_modes = pytest.mark.parametrize("included", [True, False], ids=["tax-included", "tax-on-top"])


# Orders delivered abroad


@both_price_modes
def test_an_export_of_a_buyer_who_is_known_at_home_goes_to_the_country_s_customer(
    house: House, included: bool
) -> None:
    _tax_of(house, "C00060", "EXPORT")
    _countries(house, US={"default_customer_no": "C00060"})
    house.order(5001, [_line("1000", "120.00")], shipping_address=AMERICAN, taxes_included=included)
    house.order(5002, [_line("1000", "120.00")])

    house.sync()

    assert house.parked() == {}
    assert [house.document(number)["customerNumber"] for number in (5001, 5002)] == ["C00060", "C00010"]
    assert (house.lines(5001, "totalTaxAmount"), house.total(5001)) == ([(0,)], 120)


@both_price_modes
def test_a_delivery_within_the_eu_bears_the_tax_of_its_country(house: House, included: bool) -> None:
    _tax_of(house, "C00060", "EU", percent="19")
    _countries(house, DE={"default_customer_no": "c00060"})
    price, total = ("119.00", 119) if included else ("100.00", 119)
    house.order(5001, [_line("1000", price)], shipping_address=GERMAN, taxes_included=included, tax_rate="0.19")

    house.sync()

    assert house.parked() == {}
    assert (house.lines(5001, "taxPercent", "totalTaxAmount"), house.total(5001)) == ([(19, 19)], total)


@both_price_modes
@pytest.mark.parametrize("row", [None, {}], ids=["no-row", "an-empty-row"])
def test_without_a_customer_of_the_country_the_sentence_names_the_field(
    house: House, row: dict[str, Any] | None, included: bool
) -> None:
    _countries(house, **({} if row is None else {"US": row}))
    house.order(5001, [_line("1000", "120.00")], shipping_address=AMERICAN, taxes_included=included)

    house.sync()

    problem = house.parked()[5001]
    assert problem.code == "tax-mismatch"
    assert f'the shop card has Default Customer No. of {ROW} "US": it is empty.' in problem.detail
    assert "VAT Bus. Posting Group of customer C00010" in problem.detail
    assert house.documents(5001) == []


def test_a_customer_of_the_country_with_another_tax_is_named_with_the_field(house: House) -> None:
    _countries(house, US={"default_customer_no": "C00060"})
    house.order(5001, [_line("1000", "120.00")], shipping_address=AMERICAN)

    house.sync()

    assert "VAT Bus. Posting Group of customer C00060" in house.parked()[5001].detail
    assert f'Default Customer No. of {ROW} "US": C00060.' in house.parked()[5001].detail


def test_a_customer_of_the_country_that_does_not_exist_is_named_with_the_field(house: House) -> None:
    _countries(house, US={"default_customer_no": "C-GONE"})
    house.order(5001, [_line("1000", "120.00")], shipping_address=AMERICAN)

    house.sync()

    assert house.parked()[5001].code == "customer-missing"
    assert f'Default Customer No. of {ROW} "US" C-GONE does not exist' in house.parked()[5001].detail


def test_without_a_delivery_address_the_country_of_billing_counts(house: House) -> None:
    _tax_of(house, "C00060", "EXPORT")
    _countries(house, US={"default_customer_no": "C00060"})
    house.order(5001, [_line("1000", "120.00")], shipping_address=None, billing_address=AMERICAN)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C00060"


def test_a_company_s_order_goes_to_the_company_whatever_the_country_s_customer_is(house: House) -> None:
    _countries(house, FR={"default_customer_no": "C00060"})
    house.company(503)
    house.order(5001, [_line("1000", "120.00")], company={"company": 503})

    house.sync()

    assert house.document(5001)["customerNumber"] == "C503"


def test_the_customers_of_a_country_are_nobody_s_own(house: House) -> None:
    house.bc.control.change("customers", "C00010", {"email": "somebody@example.fr", "phoneNumber": ""})
    for field in ("default_customer_no", "tax_exempt_customer_no"):
        house.bc.control.change("customers", "C00060", {"email": "marie@example.fr"})
        house.card(shopify_can_update_customers=True)
        _countries(house, US={field: "C00060"})
        house.customer(7001, email="marie@example.fr", first_name="Marie", last_name="Curie")

        house.sync()

        assert house.bc.control.row("customers", "C00060")["displayName"] == "Customer in the east"


# Sales tax on top


def test_three_sales_taxes_on_top_are_the_one_rate_of_the_country_s_customer(house: House) -> None:
    _tax_of(house, "C00060", "EXPORT", percent="8.25")
    _countries(house, US={"default_customer_no": "C00060"})
    house.order(5001, [_line("1000", "100.00"), _line("1000", "20.00", quantity=2)], shipping_address=AMERICAN,
                taxes_included=False, taxes=TEXAS)

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "taxPercent", "totalTaxAmount") == [
        (Decimal("8.25"), Decimal("8.25")), (Decimal("8.25"), Decimal("3.30"))]
    assert house.total(5001) == Decimal("151.55")


def test_what_a_marketplace_remits_of_several_taxes_is_a_line_and_the_rest_the_shop_s_tax(house: House) -> None:
    _tax_of(house, "C00060", "EXPORT", percent="2")
    house.card(channel_tax_account="758800")
    _countries(house, US={"default_customer_no": "C00060"})
    state, *own = TEXAS
    house.order(5001, [_line("1000", "100.00")], shipping_address=AMERICAN, taxes_included=False,
                taxes=[{**state, "channel_liable": True}, *own])

    house.sync()

    assert house.parked() == {}
    assert house.lines(5001, "lineObjectNumber", "amountExcludingTax", "totalTaxAmount") == [
        ("1000", 100, 2), ("758800", Decimal("6.25"), 0)]
    assert house.total(5001) == Decimal("108.25")


@pytest.mark.parametrize(
    ("province", "customer", "rate"),
    [("TX", "C00060", "0.0825"), ("tx", "C00060", "0.0825"), ("OR", "C00050", "0"), (None, "C00050", "0")])
def test_a_state_s_row_takes_the_place_of_its_country_s(
    house: House, province: str | None, customer: str, rate: str
) -> None:
    _tax_of(house, "C00060", "EXPORT", percent="8.25")
    _tax_of(house, "C00050", "EU")
    house.bc.control.change("customers", "C00050", {"invoiceDiscounts": ()})
    house.card(customer_setup_by_country_region=[
        {"country_region_code": "US", "default_customer_no": "C00050"},
        {"country_region_code": "US", "county_code": "TX", "default_customer_no": "C00060"}])
    house.order(5001, [_line("1000", "100.00")], shipping_address={**AMERICAN, "province_code": province},
                taxes_included=False, tax_rate=rate)

    house.sync()

    assert house.parked() == {}
    assert house.document(5001)["customerNumber"] == customer


def test_a_state_without_a_row_is_parked_with_the_row_of_its_country(house: House) -> None:
    house.card(customer_setup_by_country_region=[
        {"country_region_code": "US", "county_code": "TX", "default_customer_no": "C00060"}])
    house.order(5001, [_line("1000", "120.00")], shipping_address={**AMERICAN, "province_code": "OR"})
    house.order(5002, [_line("1000", "120.00")], shipping_address={**AMERICAN, "province_code": "TX"})

    house.sync()

    assert f'Default Customer No. of {ROW} "US": it is empty.' in house.parked()[5001].detail
    assert f'Default Customer No. of {ROW} "US-TX": C00060.' in house.parked()[5002].detail


@pytest.mark.parametrize("type", ["customers", "companies"])
def test_a_customer_created_in_a_state_gets_its_tax_area(house: House, type: str) -> None:
    areas = {code: house.bc.control.row("taxAreas", code)["id"] for code in ("DOMESTIC", "EXPORT")}
    house.card(customer_setup_by_country_region=[
        {"country_region_code": "US", "tax_area_id": areas["EXPORT"]},
        {"country_region_code": "US", "county_code": "TX", "tax_area_id": areas["DOMESTIC"]}])
    for number, province in ((7001, "TX"), (7002, "OR")):
        address = {"address1": "1 Main Street", "city": "Austin", "zip": "73301", "country_code": "US",
                   "province_code": province}
        if type == "customers":
            house.customer(number, addresses=[address])
        else:
            house.company(number, locations=[{"name": province, "address": address}])

    house.sync()

    letter = "S" if type == "customers" else "C"
    made = [house.bc.control.row("customers", f"{letter}{number}") for number in (7001, 7002)]
    assert [customer["vatBusPostingGroup"] for customer in made] == ["DOMESTIC", "EXPORT"]


# Buyers who are exempt


@both_price_modes
def test_an_exempt_buyer_s_order_goes_to_the_customer_for_exempt_buyers(house: House, included: bool) -> None:
    _tax_of(house, "C00060", "EXPORT")
    _countries(house, FR={"tax_exempt_customer_no": "C00060"})
    house.order(5001, [_line("1000", "100.00")], tax_exempt=True, taxes_included=included)
    house.order(5002, [_line("1000", "120.00")])

    house.sync()

    assert house.parked() == {}
    assert [house.document(number)["customerNumber"] for number in (5001, 5002)] == ["C00060", "C00010"]
    assert (house.lines(5001, "totalTaxAmount"), house.total(5001)) == ([(0,)], 100)


@pytest.mark.parametrize("row", [{}, {"default_customer_no": "C-WEB"}], ids=["nobody", "taxed-buyers-only"])
def test_an_exempt_buyer_s_order_without_one_is_parked_and_names_the_field(house: House, row: dict[str, Any]) -> None:
    _countries(house, FR=row)
    house.order(5001, [_line("1000", "120.00")], tax_exempt=True)

    house.sync()

    problem = house.parked()[5001]
    assert problem.code == "tax-mismatch"
    assert "exempt from tax in Shopify" in problem.detail
    assert f'Tax Exempt Customer No. of {ROW} "FR": it is empty.' in problem.detail
    assert house.documents(5001) == []


def test_an_exempt_buyer_whose_own_customer_is_exempt_needs_no_row(house: House) -> None:
    _tax_of(house, "C00010", "EXPORT")
    house.order(5001, [_line("1000", "120.00")], tax_exempt=True)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C00010"


# Customers that are created


@pytest.mark.parametrize(
    ("customer", "area", "liable"),
    [
        pytest.param({}, "DOMESTIC", True, id="taxed"),
        pytest.param({"tax_exempt": True}, "EXPORT", False, id="exempt"),
        pytest.param({"tax_exemptions": ["EU_REVERSE_CHARGE_EXEMPTION_RULE"]}, "EXPORT", False, id="reverse-charge"),
        pytest.param({"tax_exemptions": ["US_TX_RESELLER_EXEMPTION"]}, "DOMESTIC", True, id="exempt-in-one-state"),
    ],
)
@pytest.mark.parametrize("type", ["customers", "companies"])
def test_a_customer_created_for_a_country_gets_the_tax_area_for_its_buyers(
    house: House, type: str, customer: dict[str, Any], area: str, liable: bool
) -> None:
    areas = {code: house.bc.control.row("taxAreas", code)["id"] for code in ("DOMESTIC", "EXPORT")}
    _countries(house, DE={"tax_area_id": areas["DOMESTIC"], "tax_exempt_tax_area_id": areas["EXPORT"],
                          "tax_liable": True})
    address = {"address1": "Unter den Linden 1", "city": "Berlin", "zip": "10117", "country_code": "DE"}
    if type == "customers":
        house.customer(7001, addresses=[address], **customer)
    else:
        house.company(7001, locations=[{"name": "Berlin", "address": address, **customer}])

    house.sync()

    made = house.bc.control.row("customers", "S7001" if type == "customers" else "C7001")
    assert (made["taxAreaId"], made["taxLiable"]) == (areas[area], liable)


def test_reverse_charge_is_for_buyers_abroad_only(house: House) -> None:
    _countries(house, FR={"tax_exempt_tax_area_id": house.bc.control.row("taxAreas", "EXPORT")["id"]})
    house.customer(7001, tax_exemptions=["EU_REVERSE_CHARGE_EXEMPTION_RULE"])
    house.customer(7002, tax_exempt=True)

    house.sync()

    groups = [house.bc.control.row("customers", number)["vatBusPostingGroup"] for number in ("S7001", "S7002")]
    assert groups == ["DOMESTIC", "EXPORT"]


def test_an_exempt_customer_never_gets_the_tax_area_of_the_others(house: House) -> None:
    _countries(house, DE={"tax_area_id": house.bc.control.row("taxAreas", "DOMESTIC")["id"]})
    address = {"address1": "Unter den Linden 1", "city": "Berlin", "zip": "10117", "country_code": "DE"}
    house.customer(7001, addresses=[address], tax_exempt=True)

    house.sync()

    assert house.bc.control.row("customers", "S7001")["vatBusPostingGroup"] == "EU"


def test_a_company_s_order_with_another_tax_names_the_company_and_the_tax_area_for_new_ones(house: House) -> None:
    house.company(503, locations=[{"name": "Lyon", "tax_exempt": True, "address": {
        "address1": "1 quai Perrache", "city": "Lyon", "zip": "69002", "country_code": "FR"}}])
    house.order(5001, [_line("1000", "120.00")], company={"company": 503}, tax_exempt=True)

    house.sync()

    problem = house.parked()[5001]
    assert problem.code == "tax-mismatch"
    for part in ("customer C503", "company Company 503", f'Tax Exempt Tax Area of {ROW} "FR": it is empty.'):
        assert part in problem.detail


# Another country, once the document is there


def test_an_order_sent_to_another_country_after_processing_is_a_conflict_and_nothing_is_written(house: House) -> None:
    """Its tax may be the same by chance; whose turnover it is, and whose tax, is not for an address to decide."""
    _countries(house, DE={"default_customer_no": "C-WEB"})
    lines = [_line("1000", "120.00", 2, taxes=[{"rate": "0.2", "amount": "40.00"}])]
    house.order(5001, lines)
    house.sync("orders")
    before = house.document(5001)

    house.change("orders", 5001, shipping_address=GERMAN, lines=lines)
    house.sync("orders")

    parked = house.parked()[5001]
    assert (parked.code, "country of delivery FR → DE" in parked.detail) == ("order-changed-after-processing", True)
    assert house.document(5001) == before


@pytest.mark.parametrize("row", [True, False], ids=["with-a-row", "without-rows"])
def test_an_order_sent_to_another_state_is_a_conflict_where_the_card_has_a_row_for_it_else_the_address_follows(
    house: House, row: bool
) -> None:
    _tax_of(house, "C00060", "EXPORT")
    texas = {"country_region_code": "US", "county_code": "TX", "default_customer_no": "C00060"}
    house.card(customer_setup_by_country_region=[
        {"country_region_code": "US", "default_customer_no": "C00060"}, *([texas] if row else [])])
    house.order(5001, [_line("1000", "120.00")], shipping_address={**AMERICAN, "province_code": "TX"}, tax_rate=None)
    house.sync("orders")

    house.change("orders", 5001, shipping_address={**AMERICAN, "province_code": "OR", "city": "Portland"})
    house.sync("orders")

    assert [record.code for record in house.parked().values()] == (["order-changed-after-processing"] if row else [])
    assert house.document(5001)["shipToCity"] == ("Austin" if row else "Portland")


def _countries(house: House, **rows: dict[str, Any]) -> None:
    house.card(customer_setup_by_country_region=[{"country_region_code": one, **row} for one, row in rows.items()])


def _tax_of(house: House, customer: str, group: str, percent: str = "0") -> None:
    house.bc.control.change("customers", customer, {"vatBusPostingGroup": group})
    house.bc.control.change("vatPostingSetup", f"{group}|VAT20", {"percent": Decimal(percent)})


def _line(sku: str, price: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "unit_price": price, **more}
