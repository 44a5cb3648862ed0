"""Business Central's exchange rates: which one is in force, and what it says."""
from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.business_central.exchange_rates import local_value
from shared.business_central.rows import RateRow

DAY = date(2026, 3, 10)


def a_rate(currency="DKK", starts="2026-01-01", *, amount="100", equals="13.40", of=""):
    return RateRow(currency_code=currency, starting_date=starts, exchange_rate_amount=Decimal(amount),
                   relational_exchange_rate_amount=Decimal(equals), relational_currency_code=of)


@pytest.mark.parametrize(
    ("rates", "value"),
    [
        pytest.param([a_rate()], "0.134", id="a-hundred-of-it-are-so-much"),
        pytest.param([a_rate(amount="8", equals="1")], "0.125", id="so-much-of-it-is-one"),
        pytest.param([a_rate(), a_rate(starts="2026-03-10", equals="14.00"), a_rate(starts="2025-01-01", equals="9")],
                     "0.14", id="the-latest-that-has-begun"),
        pytest.param([a_rate(starts="2026-03-11")], None, id="tomorrows-is-not-in-force"),
        pytest.param([a_rate("SEK")], None, id="another-currencys"),
        pytest.param([], None, id="none"),
        pytest.param([a_rate(amount="0")], None, id="a-rate-of-nothing"),
        pytest.param([a_rate("DKK", equals="15", of="USD"), a_rate("USD", amount="1", equals="0.9")], "0.135",
                     id="by-way-of-another-currency"),
        pytest.param([a_rate("DKK", equals="15", of="USD")], None, id="the-other-one-has-none"),
        pytest.param([a_rate("DKK", of="USD"), a_rate("USD", of="DKK")], None, id="a-circle"),
    ],
)
def test_the_value_of_one_unit_in_local_currency(rates, value):
    assert local_value(rates, "DKK", DAY) == (None if value is None else Decimal(value))
