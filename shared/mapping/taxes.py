"""What Shopify charges as tax on each line of a document, to be held against what Business Central reckons.

Rules: Shopify, object TaxLine: the amount is that of the whole line, removed and refunded pieces included, after
discounts; a line may bear several taxes, each rounded by itself. A tax that the sales channel remits
(channelLiable) is no tax of the merchant's document. Border: pure; the comparison is in
shared/business_central/tax_comparison.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from shared.mapping.billing import Billed
from shared.mapping.money import ZERO, Amounts
from shared.mapping.plan import LineTax
from shared.shopify.records import LineItem, ShippingLine, TaxLine

_NONE = Decimal(0)


def tax_of_goods(line: LineItem, billed: Billed, amounts: Amounts) -> LineTax:
    """The taxes of the pieces that are billed."""
    return line_tax(line.tax_lines, amounts, part=billed.quantity, whole=line.quantity)


def tax_of_charge(charge: ShippingLine, billed: Billed, amounts: Amounts) -> LineTax:
    """The taxes of what is billed of a shipping line."""
    charged = amounts.of(charge.original_price_set) - amounts.allocated(charge.discount_allocations)
    return line_tax(charge.tax_lines, amounts, part=billed.net, whole=charged)


def line_tax(taxes: Sequence[TaxLine], amounts: Amounts, *, part: Decimal | int = 1,
             whole: Decimal | int = 1) -> LineTax:
    """The merchant's taxes of a `part` of what `whole` they were charged on."""
    own = [tax for tax in taxes if not tax.channel_liable]
    charged = [amounts.of(tax.price_set) for tax in own]
    rates = [tax.rate for tax in own if tax.rate is not None]
    amount = sum(charged, ZERO)
    return LineTax(
        amount=amount if part == whole or not whole else amount * part / whole,
        rounded=sum(amount != 0 for amount in charged),
        percent=sum(rates, _NONE) * 100 if len(rates) == len(own) else None,
    )


def channel_tax(taxes: Sequence[TaxLine], amounts: Amounts) -> Decimal:
    """The taxes among these that the sales channel remits."""
    return sum((amounts.of(tax.price_set) for tax in taxes if tax.channel_liable), ZERO)
