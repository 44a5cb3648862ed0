"""What one unit of a foreign currency is worth in the company's own, by Business Central's exchange rates.

Rules: CurrencyExchangeRate.Table.al: the latest rate that does not begin after the day; an exchange rate amount of the
currency equals a relational amount, of the local currency or of another one that has a rate itself. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from shared.business_central.rows import RateRow

_MOST_STEPS = 3
"""By way of how many other currencies; Business Central itself goes by one."""


def local_value(rates: Sequence[RateRow], currency: str, day: date) -> Decimal | None:
    """Units of the local currency for one unit of `currency` on that day; None without a usable rate.

    0.1341 for DKK where 745.90 DKK are 100 EUR.
    """
    value = Decimal(1)
    for _ in range(_MOST_STEPS):
        rate = _in_force(rates, currency, day)
        if rate is None or rate.exchange_rate_amount <= 0 or rate.relational_exchange_rate_amount <= 0:
            return None
        value *= rate.relational_exchange_rate_amount / rate.exchange_rate_amount
        currency = rate.relational_currency_code
        if not currency:
            return value
    return None


def _in_force(rates: Iterable[RateRow], currency: str, day: date) -> RateRow | None:
    begun = [rate for rate in rates
             if rate.currency_code == currency and rate.starting_date <= day.isoformat()]  # fmt: skip
    return max(begun, key=lambda rate: rate.starting_date, default=None)
