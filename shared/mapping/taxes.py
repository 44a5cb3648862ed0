"""What Shopify charges as tax on each line of a document, to be held against what Business Central reckons.

Rules: Shopify, object TaxLine: the amount is that of the whole line, removed and refunded pieces included, after
discounts; a line may bear several taxes, each rounded by itself, if need be to nothing. A tax that the sales channel
remits (channelLiable) is no tax of the merchant's document. Border: pure; the comparison is in
shared/business_central/tax_comparison.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from shared.mapping.billing import Billed
from shared.mapping.money import ZERO, Amounts
from shared.mapping.plan import LineTax
from shared.shopify.records import AdditionalFee, LineItem, Order, ShippingLine, TaxLine

_NONE = Decimal(0)


class _Part(msgspec.Struct, frozen=True):
    """How much is left of what a tax was charged on; `priced`: it costs something."""

    left: Decimal
    whole: Decimal
    priced: bool = True


_ALL = _Part(Decimal(1), Decimal(1))


def channel_remits(order: Order) -> bool:
    """Whether the sales channel remits any tax of the order."""
    taxes = [one.tax_lines for one in order.line_items.nodes]
    taxes += [one.tax_lines for one in order.shipping_lines.nodes] + [one.tax_lines for one in order.additional_fees]
    return any(tax.channel_liable for some in taxes for tax in some)


def tax_of_goods(line: LineItem, billed: Billed, amounts: Amounts) -> LineTax:
    """The taxes of the pieces that are billed."""
    return _own(line.tax_lines, amounts, _pieces(line, billed))


def tax_of_charge(charge: ShippingLine, billed: Billed, amounts: Amounts) -> LineTax:
    """The taxes of what is billed of a shipping line."""
    return _own(charge.tax_lines, amounts, _share(charge, billed, amounts))


def tax_of_fee(fee: AdditionalFee, amounts: Amounts) -> LineTax:
    """The taxes of a fee, which is billed whole."""
    return _own(fee.tax_lines, amounts, _ALL)


def channel_tax_of_goods(line: LineItem, billed: Billed, amounts: Amounts) -> LineTax:
    """What the sales channel remits of the taxes of the pieces that are billed."""
    return _of_channel(line.tax_lines, amounts, _pieces(line, billed))


def channel_tax_of_charge(charge: ShippingLine, billed: Billed, amounts: Amounts) -> LineTax:
    """What the sales channel remits of the taxes of what is billed of a shipping line."""
    return _of_channel(charge.tax_lines, amounts, _share(charge, billed, amounts))


def channel_tax_of_fee(fee: AdditionalFee, amounts: Amounts) -> LineTax:
    """What the sales channel remits of the taxes of a fee."""
    return _of_channel(fee.tax_lines, amounts, _ALL)


def _own(taxes: Sequence[TaxLine], amounts: Amounts, part: _Part) -> LineTax:
    return _sum([tax for tax in taxes if not tax.channel_liable], amounts, part)


def _of_channel(taxes: Sequence[TaxLine], amounts: Amounts, part: _Part) -> LineTax:
    return _sum([tax for tax in taxes if tax.channel_liable], amounts, part)


def _sum(taxes: Sequence[TaxLine], amounts: Amounts, part: _Part) -> LineTax:
    charged = [amounts.of(tax.price_set) for tax in taxes]
    rates = [tax.rate for tax in taxes if tax.rate is not None]
    amount = sum(charged, ZERO)
    return LineTax(
        amount=amount if part.left == part.whole or not part.whole else amount * part.left / part.whole,
        # The tax of a screw is rounded to nothing: that is rounding too.
        rounded=sum(amount != 0 or (part.priced and bool(tax.rate))
                    for tax, amount in zip(taxes, charged, strict=True)),
        percent=sum(rates, _NONE) * 100 if len(rates) == len(taxes) else None,
    )


def _pieces(line: LineItem, billed: Billed) -> _Part:
    return _Part(Decimal(billed.quantity), Decimal(line.quantity), priced=billed.net != 0)


def _share(charge: ShippingLine, billed: Billed, amounts: Amounts) -> _Part:
    charged = amounts.of(charge.original_price_set) - amounts.allocated(charge.discount_allocations)
    return _Part(billed.net, charged, priced=billed.net != 0)
