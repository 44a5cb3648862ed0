"""Price and cost of a new item: in the company's currency, in the shop's price mode, or not at all."""
from __future__ import annotations

from decimal import Decimal

import pytest

from shared.mapping.prices import item_prices
from tests.builders import a_card, a_variant, cronus, shop_prices


def prices_of(shop="EUR", company="EUR", *, price="745.00", cost=None, included=False, rates=None, mapping=None):
    known = cronus(local_currency=company, local_values={iso: Decimal(value) for iso, value in (rates or {}).items()})
    variant = a_variant(price=price, cost=cost, cost_currency=shop)
    stated = shop_prices(shop, taxes_included=included)()
    return item_prices(variant, stated, a_card(currency_mapping=mapping or {}), known)


def told(prices) -> dict[str, str]:
    return {name: value if isinstance(value, bool) else str(value) for name, value in prices.body.items()}


@pytest.mark.parametrize("included", [False, True])
@pytest.mark.parametrize(
    ("shop", "company", "rates", "stated", "local"),
    [
        pytest.param("EUR", "EUR", {}, ("59.00", "31.50"), ("59.00", "31.50"), id="the-same-currency"),
        pytest.param("DKK", "EUR", {"DKK": "0.1341"}, ("745.00", "400.00"), ("99.90", "53.64"), id="another-currency"),
        pytest.param("JPY", "EUR", {"JPY": "0.0061"}, ("1980", "1000"), ("12.08", "6.10"), id="from-yen"),
        pytest.param("EUR", "JPY", {"EUR": "163.7"}, ("12.34", "1.00"), ("2020", "164"), id="into-yen"),
        pytest.param("EUR", "KWD", {"EUR": "0.35678"}, ("12.34", "1.00"), ("4.403", "0.357"), id="into-dinars"),
        pytest.param("KWD", "KWD", {}, ("4.405", "0.333"), ("4.405", "0.333"), id="dinars-as-they-are"),
    ],
)
def test_price_and_cost_are_in_the_companys_currency_and_the_shops_price_mode(
    shop, company, rates, stated, local, included,
):
    prices = prices_of(shop, company, price=stated[0], cost=stated[1], rates=rates, included=included)

    mode = {"priceIncludesTax": True} if included else {}
    assert told(prices) == {**mode, "unitPrice": local[0], "unitCost": local[1]}
    assert prices.missing is None


@pytest.mark.parametrize("cost", [None, "400.00"])
@pytest.mark.parametrize("included", [False, True])
def test_without_a_rate_both_stay_empty_and_the_reason_names_the_currency(cost, included):
    prices = prices_of("DKK", cost=cost, included=included, rates={"SEK": "0.09"})

    assert prices.body == {}
    assert "are in DKK, and Business Central has no exchange rate" in str(prices.missing)


@pytest.mark.parametrize(
    ("mapping", "rates", "price"),
    [
        pytest.param({"DKK": "KRONER"}, {"KRONER": "0.2", "DKK": "9"}, "149.00", id="by-its-own-code"),
        pytest.param({"DKK": ""}, {"DKK": "0.2"}, "149.00", id="mapped-to-nothing-by-an-older-card"),
        pytest.param({"DKK": "eur"}, {}, "745.00", id="mapped-to-the-local-currencys-code"),
    ],
)
def test_the_currency_mapping_says_which_currency_is_meant(mapping, rates, price):
    assert told(prices_of("DKK", rates=rates, mapping=mapping)) == {"unitPrice": price}


def test_a_price_of_nothing_needs_no_rate_and_no_price_mode():
    assert told(prices_of("DKK", price="0.00", included=True)) == {"unitPrice": "0.00"}
