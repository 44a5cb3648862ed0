"""Exact money for the simulated shop.

Amounts are ``Decimal`` with as many places as their currency has (ISO 4217: none for the yen, three for the
Kuwaiti dinar). Rounding is half-up, as invoices in the demo countries do it. Border: no GraphQL
here except ``bag``, which writes an amount the way Shopify's ``MoneyBag`` does (Shopify: Admin API, object MoneyBag).
"""
from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_SMALLEST = {"JPY": Decimal(1), "KRW": Decimal(1), "KWD": Decimal("0.001"), "BHD": Decimal("0.001")}


def smallest(currency: str) -> Decimal:
    """The smallest amount of a currency."""
    return _SMALLEST.get(currency, CENT)


def cents(value: Decimal | str | int, unit: Decimal = CENT) -> Decimal:
    """`value` rounded half-up to the smallest unit; floats are refused to keep money exact."""
    if isinstance(value, float):
        raise TypeError(f"money must not be a float: {value!r}")
    return Decimal(value).quantize(unit, ROUND_HALF_UP)


def allocate(amount: Decimal, weights: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """Split `amount` in proportion to `weights`; the shares add up exactly.

    Units left over by rounding down go where rounding took most (largest remainder). All weights zero:
    all shares zero, so nothing is taken off lines that cost nothing.
    """
    total = sum(weights, ZERO)
    if not total:
        return [ZERO for _ in weights]
    exact = [amount * weight / total for weight in weights]
    shares = [share.quantize(unit, ROUND_DOWN) for share in exact]
    left = int((amount - sum(shares, ZERO)) / unit)
    by_remainder = sorted(range(len(weights)), key=lambda i: shares[i] - exact[i])
    for index in by_remainder[:left]:
        shares[index] += unit
    return shares


def taxes_of(net: Decimal, rates: Sequence[Decimal], unit: Decimal = CENT, *, included: bool) -> list[Decimal]:
    """Each tax of an amount, rounded by itself: contained in it, or on top of it."""
    whole = 1 + sum(rates, Decimal(0)) if included else Decimal(1)
    return [cents(net * rate / whole, unit) for rate in rates]


def text(amount: Decimal) -> str:
    """As Shopify writes amounts: no trailing zeros beyond one decimal (``12.5``, ``12.0``)."""
    plain = f"{amount:f}" if "." in f"{amount:f}" else f"{amount:f}.0"
    whole, _, places = plain.partition(".")
    return f"{whole}.{places.rstrip('0') or '0'}"


@lru_cache(maxsize=65536)
def bag(shop: Decimal, shop_currency: str, presentment: Decimal, presentment_currency: str) -> dict[str, Any]:
    """A MoneyBag; equal bags are one shared object, so callers must not change it."""
    return {
        "shopMoney": {"amount": text(shop), "currencyCode": shop_currency},
        "presentmentMoney": {"amount": text(presentment), "currencyCode": presentment_currency},
    }
