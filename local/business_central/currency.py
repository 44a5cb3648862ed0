"""Currencies: the local one is blank inside, foreign ones need an exchange rate at the date.

Rules: API v2.0 page sources (currencyCode shows the local code, currencyId stays blank) and
CurrencyExchangeRate.Table.al (the latest rate not after the date, else "no … within the filter").
"""

from __future__ import annotations

from decimal import Decimal

from . import errors
from .amounts import CENT, UNIT_PRICE_PRECISION, round_to
from .contract import BLANK_GUID, Row
from .state import State


def local_currency(state: State) -> str:
    return str(next(iter(state.rows("generalLedgerSetup")))["localCurrencyCode"])


def set_currency(state: State, row: Row, values: Row) -> None:
    """Set currencyId and currencyCode from whichever was sent. Raises when unknown or in disagreement."""
    by_id = _by_id(state, values.get("currencyId", BLANK_GUID))
    by_code = _by_code(state, values.get("currencyCode", "").strip().upper())
    if by_id and by_code and by_id["id"] != by_code["id"]:
        raise errors.dialog("The currency values do not match to a specific Currency.")
    found = by_id or by_code
    row["currencyId"] = found["id"] if found else BLANK_GUID
    row["currencyCode"] = found["code"] if found else local_currency(state)


def _by_id(state: State, wanted: str) -> Row | None:
    if wanted == BLANK_GUID:
        return None
    found = state.row("currencies", wanted)
    if found is None:
        raise errors.dialog('The "currencyId" does not match to a Currency.')
    return found


def _by_code(state: State, wanted: str) -> Row | None:
    if wanted in ("", local_currency(state)):
        return None
    found = state.one("currencies", "code", wanted)
    if found is None:
        raise errors.dialog('The "currencyCode" does not match to a Currency.')
    return found


def exchange_rate(state: State, row: Row, date: str) -> Decimal:
    """Foreign units for one unit of the local currency at a date; 1 for the local currency itself."""
    if row["currencyId"] == BLANK_GUID:
        return Decimal(1)
    code = row["currencyCode"]
    rates = [rate for rate in state.rows("currencyExchangeRates")
             if rate["currencyCode"] == code and rate["startingDate"] <= date]  # fmt: skip
    if not rates:
        raise errors.not_within_filter("Currency Exchange Rate",
                                       f"Currency Code: {code}, Starting Date: ..{date}")  # fmt: skip
    latest = max(rates, key=lambda rate: rate["startingDate"])
    return Decimal(latest["exchangeRateAmount"] / latest["relationalExchangeRateAmount"])


def from_local(price: Decimal, rate: Decimal) -> Decimal:
    """A unit price of the item card in the currency of the document."""
    return price if rate == 1 else round_to(price * rate, UNIT_PRICE_PRECISION)


def amount_precision(state: State, row: Row) -> Decimal:
    """What amounts are rounded to: the currency's own precision, else a cent."""
    found = state.row("currencies", row["currencyId"])
    return (found["amountRoundingPrecision"] or CENT) if found else CENT
