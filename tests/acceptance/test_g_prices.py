"""Acceptance cases G, prices: what a new item costs in Business Central, and what is left empty rather than wrong."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.to_business_central.set_up_check import check_set_up
from tests.house import House

PRODUCT = 8200000001
VARIANT = 8200000001001
FIVE_MINUTES = 300


@pytest.fixture
def house(house: House) -> House:
    """A house that creates unknown items."""
    house.card(auto_create_unknown_items=True)
    return house


def shop_states(house: House, *, currency: str = "EUR", taxes_included: bool = False) -> None:
    house.shopify.shop_state.card |= {"currencyCode": currency, "taxesIncluded": taxes_included}


def rate(house: House, currency: str, amount: str, *, is_worth: str, starts: str = "2026-01-01") -> None:
    """`amount` of the currency is worth so much in local currency."""
    house.bc.control.add("currencyExchangeRates", {
        "currencyCode": currency, "startingDate": starts, "exchangeRateAmount": Decimal(amount),
        "relationalExchangeRateAmount": Decimal(is_worth),
    })


def company_books_in(house: House, currency: str) -> None:
    (row,) = house.bc.state.rows("generalLedgerSetup")
    house.bc.control.change("generalLedgerSetup", row["id"], {"localCurrencyCode": currency})


def price_group(house: House, group: str) -> None:
    """Fill in VAT Bus. Posting Gr. (Price) on the page Sales & Receivables Setup."""
    house.bc.control.change("salesSetup", "SETUP", {"vatBusPostingGroupPrice": group})


def prices(house: House, number: str = "NEW-1") -> tuple[Any, ...]:
    item = house.bc.control.row("items", number)
    return f"{item['unitPrice'].normalize():f}", f"{item['unitCost'].normalize():f}", item["priceIncludesTax"]


@pytest.mark.parametrize("taxes_included", [True, False])
def test_prices_of_the_companys_currency_stand_as_in_shopify_in_its_price_mode(
    house: House, taxes_included: bool,
) -> None:
    shop_states(house, taxes_included=taxes_included)
    house.product(PRODUCT, "NEW-1", variant={"price": "120.00", "cost": "31.50"})

    house.sync("products")

    assert prices(house) == ("120", "31.5", taxes_included)
    assert not house.parked()


@pytest.mark.parametrize("taxes_included", [True, False])
def test_prices_of_another_currency_are_converted_at_todays_rate(house: House, taxes_included: bool) -> None:
    shop_states(house, currency="DKK", taxes_included=taxes_included)
    rate(house, "DKK", "100", is_worth="13.40")
    rate(house, "DKK", "100", is_worth="99", starts="2099-01-01")
    house.product(PRODUCT, "NEW-1", variant={"price": "745.00", "cost": "400.00"})

    house.sync("products")

    assert prices(house) == ("99.83", "53.6", taxes_included)


@pytest.mark.parametrize(
    ("company", "expected"), [("JPY", ("1637", "164", False)), ("KWD", ("3.273", "0.327", False))]
)
def test_a_converted_price_has_the_decimals_of_the_companys_currency(
    house: House, company: str, expected: tuple[Any, ...],
) -> None:
    company_books_in(house, company)
    shop_states(house)
    rate(house, "EUR", "1", is_worth={"JPY": "163.66", "KWD": "0.32731"}[company])
    house.product(PRODUCT, "NEW-1", variant={"price": "10.00", "cost": "1.00"})

    house.sync("products")

    assert prices(house) == expected


@pytest.mark.parametrize("cost", ["400.00", None])
def test_without_a_rate_the_item_has_no_price_its_orders_are_made_and_the_product_says_why(
    house: House, cost: str | None,
) -> None:
    shop_states(house, currency="DKK")
    house.product(PRODUCT, "NEW-1", variant={"price": "745.00", "cost": cost})
    house.order(5001, lines=[{"sku": "NEW-1", "quantity": 1, "unit_price": "59.00"}], currency="EUR",
                taxes_included=True)

    house.sync()

    assert prices(house) == ("0", "0", False)
    skipped = house.parked()[PRODUCT]
    assert skipped.code == "item-price-missing"
    assert "Item NEW-1 has no price: Shopify's prices are in DKK" in skipped.detail
    assert house.lines(5001, "lineObjectNumber", "unitPrice") == [("NEW-1", Decimal("59.0"))]


def test_a_price_that_was_owed_comes_with_the_rate(house: House) -> None:
    shop_states(house, currency="DKK")
    house.product(PRODUCT, "NEW-1", variant={"price": "745.00", "cost": "400.00"})
    house.sync("products")

    rate(house, "DKK", "100", is_worth="13.40")
    house.clock.forward(FIVE_MINUTES)
    house.sync("products")

    assert prices(house) == ("99.83", "53.6", False)
    assert not house.parked()
    assert not house.link("items", VARIANT).owes


def test_a_price_that_somebody_typed_meanwhile_stays_and_nothing_is_owed(house: House) -> None:
    shop_states(house, currency="DKK")
    house.product(PRODUCT, "NEW-1", variant={"price": "745.00", "cost": "400.00"})
    house.sync("products")

    house.bc.control.change("items", "NEW-1", {"unitPrice": Decimal("88.00")})
    rate(house, "DKK", "100", is_worth="13.40")
    house.clock.forward(FIVE_MINUTES)
    house.sync("products")

    assert prices(house) == ("88", "0", False)
    assert not house.parked()


@pytest.mark.parametrize("group", ["", "NOWHERE"])
def test_a_price_with_tax_that_business_central_cannot_take_is_left_empty_and_owed(house: House, group: str) -> None:
    shop_states(house, taxes_included=True)
    price_group(house, group)
    house.product(PRODUCT, "NEW-1", variant={"price": "120.00", "cost": "31.50"})

    house.sync("products")

    assert prices(house) == ("0", "0", False)
    skipped = house.parked()[PRODUCT]
    assert skipped.code == "item-price-missing"
    assert "VAT Bus. Posting Gr. (Price) on the page Sales & Receivables Setup" in skipped.detail

    price_group(house, "DOMESTIC")
    house.clock.forward(FIVE_MINUTES)
    house.sync("products")

    assert prices(house) == ("120", "31.5", True)
    assert not house.parked()


def test_an_item_that_cannot_be_created_at_all_is_refused_for_its_own_reason(house: House) -> None:
    house.card(item_template={"general_product_posting_group": "NOWHERE", "inventory_posting_group": "RESALE",
                              "base_unit_of_measure": "PCS"})
    shop_states(house, taxes_included=True)
    house.product(PRODUCT, "NEW-1")

    house.sync("products")

    assert house.parked()[PRODUCT].code == "setup-incomplete"
    assert "NOWHERE" in house.parked()[PRODUCT].detail or "generalProductPostingGroup" in house.parked()[PRODUCT].detail
    assert not house.link("items", VARIANT).bc_id


def test_shopify_is_asked_for_its_price_mode_once_a_run_and_only_for_new_items(house: House) -> None:
    house.product(PRODUCT, "NEW-1")
    house.product(PRODUCT + 1, "NEW-2")

    def asked() -> int:
        return sum("ShopPrices" in str(body) for body in house.sent("Shopify"))

    house.sync("products")
    assert asked() == 1

    house.change("products", PRODUCT, title="Grande lampe")
    house.sync("products")
    assert asked() == 1


@pytest.mark.parametrize(
    ("group", "taxes_included", "advised"), [("", True, True), ("DOMESTIC", True, False), ("", False, False)]
)
def test_the_set_up_check_says_beforehand_that_new_items_could_not_take_prices_with_tax(
    house: House, group: str, taxes_included: bool, advised: bool,
) -> None:
    shop_states(house, taxes_included=taxes_included)
    price_group(house, group)

    report = check_set_up(house.connector, house.shop, ["FR"])

    assert ("item-price-missing" in [finding.code for finding in report.advice]) is advised
    assert (report.ready, report.left_behind) == (True, [])


@pytest.mark.parametrize(("number", "code"), [("NOWHERE", "item-not-found"), ("1900", "item-blocked"), ("1001", "")])
def test_the_set_up_check_looks_at_the_default_item(house: House, number: str, code: str) -> None:
    house.card(default_item_no=number)

    advice = check_set_up(house.connector, house.shop, ["FR"]).advice

    assert [finding.code for finding in advice if "Default Item No." in str(finding.detail)] == ([code] if code else [])
