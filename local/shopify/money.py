"""Exact money for the simulated shop.

Amounts are ``Decimal`` with two places (every currency of the demo shop has cents). Rounding is
half-up, as invoices in the demo countries do it. Border: no GraphQL here except ``bag``, which
writes an amount the way Shopify's ``MoneyBag`` does (Shopify: Admin API, object MoneyBag).
"""
from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(value: Decimal | str | int) -> Decimal:
    """`value` rounded half-up to two places; floats are refused to keep money exact."""
    if isinstance(value, float):
        raise TypeError(f"money must not be a float: {value!r}")
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


def allocate(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `amount` in proportion to `weights`; the shares add up exactly.

    Cents left over by rounding down go where rounding took most (largest remainder). All weights zero:
    all shares zero, so nothing is taken off lines that cost nothing.
    """
    total = sum(weights, ZERO)
    if not total:
        return [ZERO for _ in weights]
    exact = [amount * weight / total for weight in weights]
    shares = [share.quantize(CENT, ROUND_DOWN) for share in exact]
    left = int((amount - sum(shares, ZERO)) / CENT)
    by_remainder = sorted(range(len(weights)), key=lambda i: shares[i] - exact[i])
    for index in by_remainder[:left]:
        shares[index] += CENT
    return shares


def tax_within(gross: Decimal, rate: Decimal) -> Decimal:
    """The tax contained in a price that includes it."""
    return cents(gross * rate / (1 + rate))


def tax_on(net: Decimal, rate: Decimal) -> Decimal:
    """The tax that comes on top of a price without it."""
    return cents(net * rate)


def text(amount: Decimal) -> str:
    """As Shopify writes amounts: no trailing zeros beyond one decimal (``12.5``, ``12.0``)."""
    plain = f"{amount.quantize(CENT):f}"
    return plain[:-1] if plain.endswith("0") else plain


@lru_cache(maxsize=65536)
def bag(shop: Decimal, shop_currency: str, presentment: Decimal, presentment_currency: str) -> dict[str, Any]:
    """A MoneyBag; equal bags are one shared object, so callers must not change it."""
    return {
        "shopMoney": {"amount": text(shop), "currencyCode": shop_currency},
        "presentmentMoney": {"amount": text(presentment), "currencyCode": presentment_currency},
    }
