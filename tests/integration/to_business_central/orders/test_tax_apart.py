"""B4: what rounding leaves between the tax that Shopify charged and a document's is listed, order by order, by rate."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.admin import Admin
from tests.house import House

NEVER_ROUND = [{"sku": "1000", "quantity": 1, "unit_price": "0.99"}] * 3
"""Three taxes of 0.165 within 0.99: Shopify charges 0.17 three times, of 2.97 it is 0.495 in all."""


def listed(admin: Admin, **query: str) -> list[dict[str, Any]]:
    query = {"from" if name == "since" else "to" if name == "until" else name: value for name, value in query.items()}
    status, page = admin("list_tax_apart", query=query or None)
    assert (status, page["continuation"]) == (200, None), page
    rows: list[dict[str, Any]] = page["taxes"]
    return rows


def test_what_rounding_leaves_is_listed_with_both_sides(house: House, admin: Admin) -> None:
    house.order(5001, NEVER_ROUND, tax_rate="0.2", created_at="2026-03-10T08:00:00Z")
    house.order(5002, [{"sku": "1000", "quantity": 1, "unit_price": "120.00"}], tax_rate="0.2")
    house.sync()

    rows = listed(admin)

    assert rows == [{
        "id": "5001", "number": house.document(5001)["number"], "date": "2026-03-10", "currency": "EUR", "rate": "20",
        "shopify": "0.51", "business_central": "0.49", "apart": "0.02"}]


def test_where_tax_comes_on_top_the_rounding_line_holds_the_same_cents(house: House, admin: Admin) -> None:
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "0.99"}] * 4, taxes_included=False, tax_rate="0.2")
    house.sync()

    [row] = listed(admin)

    assert (row["shopify"], row["business_central"], row["apart"]) == ("0.80", "0.79", "0.01")
    assert house.lines(5001, "description", "amountIncludingTax")[-1] == ("Rounding", Decimal("0.01"))
    assert house.total(5001) == Decimal("4.76")


def test_each_rate_is_a_row_and_one_that_is_not_apart_is_none(house: House, admin: Admin) -> None:
    food = [{**line, "sku": "1001", "tax_rate": "0.055"} for line in NEVER_ROUND]
    house.order(5001, [*food, *NEVER_ROUND, {"sku": "1001", "quantity": 1, "unit_price": "5.27", "tax_rate": "0.055"}],
                tax_rate="0.2")
    house.sync()

    rows = listed(admin)

    assert [(row["rate"], row["apart"]) for row in rows] == [("5.5", "-0.01"), ("20", "0.02")]


def test_a_yen_is_a_whole_one(house: House, admin: Admin) -> None:
    house.bc.control.add("currencies", {"code": "JPY", "displayName": "JPY", "amountRoundingPrecision": "1"})
    house.bc.control.add("currencyExchangeRates", {
        "currencyCode": "JPY", "startingDate": "2025-01-01", "exchangeRateAmount": "1",
        "relationalExchangeRateAmount": "1"})
    house.bc.control.change("vatPostingSetup", "DOMESTIC|VAT20", {"percent": Decimal(10)})
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "105"}] * 3, currency="JPY", tax_rate="0.1")
    house.sync()

    [row] = listed(admin)

    assert (row["currency"], row["shopify"], row["business_central"], row["apart"]) == ("JPY", "30", "29", "1")


def test_pieces_that_two_places_send_are_taxed_once(house: House, admin: Admin) -> None:
    house.card(location_mapping={"Lyon": "EAST", "Paris": "MAIN"})
    house.order(5001, [{"sku": "1000", "quantity": 3, "unit_price": "0.99"}], tax_rate="0.2", fulfillment_orders=[
        {"lines": [0], "quantities": [pieces], "location": {"id": 11 + pieces, "name": name}}
        for name, pieces in (("Lyon", 1), ("Paris", 2))])
    house.sync()

    assert house.parked() == {}
    assert [row["shopify"] for row in listed(admin)] == ["0.50"]


def test_a_difference_that_the_card_lets_pass_is_listed_at_both_rates(house: House, admin: Admin) -> None:
    house.card(tax_differences="Warn")
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "119.00"}], tax_rate="0.19")
    house.sync()

    rows = listed(admin)

    assert [(row["rate"], row["shopify"], row["business_central"]) for row in rows] == [
        ("19", "19.00", "0.00"), ("20", "0.00", "19.83")]


def test_money_given_back_on_an_account_with_vat_is_apart_too(house: House, admin: Admin) -> None:
    house.card(refund_account="708500")
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "120.00"}], tax_rate="0.2",
                refunds=[{"amount": "12.00"}])
    house.sync()

    [row] = listed(admin)

    assert house.parked() == {}
    assert (row["rate"], row["shopify"], row["business_central"], row["apart"]) == ("20", "20.00", "18.00", "2.00")


@pytest.mark.parametrize(("span", "orders"), [
    ({"since": "2026-03-08", "until": "2026-03-09"}, [5001, 5002]), ({"since": "2026-03-09"}, [5002, 5003]),
    ({"until": "2026-03-08"}, [5001]), ({"since": "2026-03-11"}, []),
])
def test_a_span_holds_its_first_and_its_last_day(
    house: House, admin: Admin, span: dict[str, str], orders: list[int]
) -> None:
    for day in ("08", "09", "10"):
        house.order(4993 + int(day), NEVER_ROUND, tax_rate="0.2", created_at=f"2026-03-{day}T08:00:00Z")
    house.sync()

    assert [int(row["id"]) for row in listed(admin, **span)] == orders


def test_pages_lead_to_every_order_once(house: House, admin: Admin) -> None:
    for number in range(5001, 5006):
        house.order(number, NEVER_ROUND, tax_rate="0.2")
    house.sync()
    found, pages, continuation = list[int](), 0, ""

    while continuation is not None:
        status, page = admin("list_tax_apart", query={"limit": "2", "continuation": continuation})
        assert status == 200
        found += [int(row["id"]) for row in page["taxes"]]
        pages, continuation = pages + 1, page["continuation"]

    assert (found, pages) == ([5001, 5002, 5003, 5004, 5005], 3)


@pytest.mark.parametrize("query", [{"from": "2026-02-30"}, {"to": "March"}, {"limit": "0"}, {"continuation": "next"}])
def test_a_query_that_cannot_be_is_refused(admin: Admin, query: dict[str, str]) -> None:
    status, problem = admin("list_tax_apart", query=query)

    assert (status, problem["type"]) == (400, "input-invalid")


def test_a_shop_that_is_none_is_said_to_be_none(admin: Admin) -> None:
    status, problem = admin("list_tax_apart", shop="NOBODY")

    assert (status, problem["type"]) == (404, "shop-unknown")


def test_a_document_that_is_found_again_is_listed_as_before(house: House, admin: Admin) -> None:
    house.order(5001, NEVER_ROUND, tax_rate="0.2")
    house.sync()
    before = listed(admin)

    house.forget("orders", 5001)
    house.change("orders", 5001, tags=["seen"])
    house.sync()

    assert listed(admin) == before != []


def test_what_follows_of_an_address_changes_nothing_of_the_list(house: House, admin: Admin) -> None:
    house.order(5001, NEVER_ROUND, tax_rate="0.2")
    house.sync()
    before = listed(admin)

    house.change("orders", 5001, phone="+33 1 44 27 46 99")
    run = house.sync()

    assert run.counts["orders"].updated == 1
    assert listed(admin) == before != []


def test_an_order_that_is_parked_without_a_document_is_not_listed(house: House, admin: Admin) -> None:
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "119.00"}], tax_rate="0.19")
    house.sync()

    assert house.parked()[5001].code == "tax-mismatch"
    assert listed(admin) == []
