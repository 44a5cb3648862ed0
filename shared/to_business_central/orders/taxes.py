"""What Shopify charges as tax on each line of a document, to be held against what Business Central reckons.

Rules: Shopify, object TaxLine: the amount is that of the whole line, removed and refunded pieces included, after
discounts; a line may bear several taxes, each rounded by itself, if need be to nothing. A tax that the sales channel
remits (channelLiable) is no tax of the merchant's document. Of what is left of a line (Order.currentTaxLines) Shopify
tells sums of the order alone: it is reckoned by the rate, as the whole was. Border: pure; the comparison is in
shared/business_central/tax_comparison.py.
"""
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from shared.business_central.plan import LineTax
from shared.mapping.money import ZERO, Amounts
from shared.shopify.records import AdditionalFee, LineItem, Order, ShippingLine, TaxLine
from shared.to_business_central.orders.billing import Billed


class _Part(msgspec.Struct, frozen=True):
    """How much is left of what a tax was charged on, of which price."""

    left: Decimal
    whole: Decimal
    included: bool


def channel_remits(order: Order) -> bool:
    """Whether the sales channel remits any tax of the order."""
    taxes = [one.tax_lines for one in order.line_items.nodes]
    taxes += [one.tax_lines for one in order.shipping_lines.nodes] + [one.tax_lines for one in order.additional_fees]
    return any(tax.channel_liable for some in taxes for tax in some)


def own_rate(taxes: Sequence[TaxLine]) -> Decimal | None:
    """The rate in per cent of the taxes that the channel does not remit; None where Shopify does not tell it."""
    rates = [tax.rate for tax in taxes if not tax.channel_liable]
    return None if None in rates else sum((rate for rate in rates if rate), Decimal(0)) * 100


def tax_of_goods(line: LineItem, billed: Billed, order: Order, amounts: Amounts) -> LineTax:
    """The taxes of the pieces that are billed."""
    return _own(line.tax_lines, amounts, _pieces(line, billed, order, amounts))


def tax_of_charge(charge: ShippingLine, billed: Billed, order: Order, amounts: Amounts) -> LineTax:
    """The taxes of what is billed of a shipping line."""
    return _own(charge.tax_lines, amounts, _share(charge, billed, order, amounts))


def tax_of_fee(fee: AdditionalFee, order: Order, amounts: Amounts) -> LineTax:
    """The taxes of a fee, which is billed whole."""
    return _own(fee.tax_lines, amounts, _all(fee, order, amounts))


def channel_tax_of_goods(line: LineItem, billed: Billed, order: Order, amounts: Amounts) -> LineTax:
    """What the sales channel remits of the taxes of the pieces that are billed."""
    return _of_channel(line.tax_lines, amounts, _pieces(line, billed, order, amounts))


def channel_tax_of_charge(charge: ShippingLine, billed: Billed, order: Order, amounts: Amounts) -> LineTax:
    """What the sales channel remits of the taxes of what is billed of a shipping line."""
    return _of_channel(charge.tax_lines, amounts, _share(charge, billed, order, amounts))


def channel_tax_of_fee(fee: AdditionalFee, order: Order, amounts: Amounts) -> LineTax:
    """What the sales channel remits of the taxes of a fee."""
    return _of_channel(fee.tax_lines, amounts, _all(fee, order, amounts))


def _own(taxes: Sequence[TaxLine], amounts: Amounts, part: _Part) -> LineTax:
    return _sum([(tax, left) for tax, left in _left(taxes, amounts, part) if not tax.channel_liable],
                own_rate(taxes), amounts, part)


def _of_channel(taxes: Sequence[TaxLine], amounts: Amounts, part: _Part) -> LineTax:
    return _sum([(tax, left) for tax, left in _left(taxes, amounts, part) if tax.channel_liable], None, amounts, part)


def _sum(taxes: Sequence[tuple[TaxLine, Decimal]], percent: Decimal | None, amounts: Amounts, part: _Part) -> LineTax:
    # The tax of a screw is rounded to nothing: that is rounding too.
    rounded = sum(amounts.of(tax.price_set) != 0 or (part.left != 0 and bool(tax.rate)) for tax, _ in taxes)
    return LineTax(amount=sum((left for _, left in taxes), ZERO), rounded=rounded, percent=percent)


def _left(taxes: Sequence[TaxLine], amounts: Amounts, part: _Part) -> list[tuple[TaxLine, Decimal]]:
    """Each tax of what is left: by its rate where that explains what was charged on the whole, else its share."""
    charged = [(tax, amounts.of(tax.price_set)) for tax in taxes]
    if part.left == part.whole or not part.whole:
        return charged
    divisor = 1 + sum((tax.rate or ZERO for tax in taxes), ZERO) if part.included else Decimal(1)

    def reckoned(tax: TaxLine, price: Decimal) -> Decimal:
        return amounts.rounded(price * (tax.rate or ZERO) / divisor)

    return [(tax, reckoned(tax, part.left) if abs(reckoned(tax, part.whole) - amount) <= amounts.smallest
             else amounts.rounded(amount * part.left / part.whole)) for tax, amount in charged]


def _pieces(line: LineItem, billed: Billed, order: Order, amounts: Amounts) -> _Part:
    if billed.quantity == line.quantity:
        # What discounts of no line took off the price, Shopify took off no tax.
        return _Part(billed.net, billed.net, order.taxes_included)
    whole = amounts.of(line.original_unit_price_set) * line.quantity - amounts.allocated(line.discount_allocations)
    return _Part(billed.net, whole, order.taxes_included)


def _share(charge: ShippingLine, billed: Billed, order: Order, amounts: Amounts) -> _Part:
    charged = amounts.of(charge.original_price_set) - amounts.allocated(charge.discount_allocations)
    return _Part(billed.net, charged, order.taxes_included)


def _all(fee: AdditionalFee, order: Order, amounts: Amounts) -> _Part:
    price = amounts.of(fee.price)
    return _Part(price, price, order.taxes_included)
