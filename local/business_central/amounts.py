"""The arithmetic of a sales document: line amounts, invoice discount, VAT and cent rounding. Pure.

Rules: AL sources of microsoft/BCApps, SalesLine.Table.al (UpdateAmounts, UpdateVATAmounts, GetLineAmountExclVAT):
the VAT of a document is rounded over all lines of one VAT identifier, each line carrying the difference.
Half a cent is rounded away from zero. Border: Decimals in, Decimals out; no rows, no tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
UNIT_PRICE_PRECISION = Decimal("0.00001")
PERCENT_PRECISION = Decimal("0.00001")


def round_to(value: Decimal, precision: Decimal = CENT) -> Decimal:
    """Round to a precision such as 0.01 or 0.05, half away from zero."""
    if precision.as_tuple().digits == (1,):
        return value.quantize(precision, ROUND_HALF_UP)
    return (value / precision).quantize(Decimal(1), ROUND_HALF_UP) * precision


def with_tax(net: Decimal, percent: Decimal, precision: Decimal = CENT) -> Decimal:
    return round_to(net * (HUNDRED + percent) / HUNDRED, precision)


def without_tax(gross: Decimal, percent: Decimal, precision: Decimal = CENT) -> Decimal:
    return round_to(gross * HUNDRED / (HUNDRED + percent), precision)


def discount_percent(total: Decimal, discount: Decimal) -> Decimal:
    """The percentage, to five decimals, that a discount amount is of the undiscounted total."""
    return round_to(discount / total * HUNDRED, PERCENT_PRECISION) if total else ZERO


def discount_amount(total: Decimal, percent: Decimal, precision: Decimal = CENT) -> Decimal:
    return round_to(total * percent / HUNDRED, precision)


def spread(amount: Decimal, bases: Sequence[Decimal], precision: Decimal = CENT) -> list[Decimal]:
    """Share an amount out in proportion to the bases; the shares add up to the amount exactly."""
    total = sum(bases, ZERO)
    if not total:
        return [ZERO] * len(bases)
    shares, base_so_far, given = [], ZERO, ZERO
    for base in bases:
        base_so_far += base
        share = round_to(amount * base_so_far / total, precision) - given
        given += share
        shares.append(share)
    return shares


@dataclass(frozen=True)
class TaxedLine:
    """What the VAT of one line depends on. `amount` is after line and invoice discount, in the price mode."""

    amount: Decimal
    percent: Decimal
    identifier: str


def net_and_gross(
    lines: Sequence[TaxedLine], prices_include_tax: bool, precision: Decimal = CENT
) -> list[tuple[Decimal, Decimal]]:
    """(net, gross) of each line; per VAT identifier the sums are rounded as one amount."""
    running: dict[tuple[str, Decimal], tuple[Decimal, Decimal, Decimal]] = {}
    found = []
    for line in lines:
        key = (line.identifier, line.percent)
        amounts, nets, grosses = running.get(key, (ZERO, ZERO, ZERO))
        amounts += line.amount
        if prices_include_tax:
            net, gross = without_tax(amounts, line.percent, precision) - nets, line.amount
        else:
            net, gross = line.amount, with_tax(amounts, line.percent, precision) - grosses
        running[key] = (amounts, nets + net, grosses + gross)
        found.append((net, gross))
    return found
