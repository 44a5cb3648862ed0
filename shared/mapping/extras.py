"""What an order bears beside goods and shipping: duties, additional fees, tax that the sales channel remits.

Rules: Shopify, objects Order (currentTotalDutiesSet, currentTotalAdditionalFeesSet, dutiesIncluded) and TaxLine
(channelLiable). Each becomes one line on an account of the shop card, in the order's price mode. Duties that are
included in the prices are no line: the buyer paid them with the goods. The channel's tax is money the buyer paid that
is not the merchant's: on top of prices it is a line of its own; within prices it cannot be taken out of an item's
line, so such an order is refused. Border: pure.
"""
from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from shared.errors import RecordRefused
from shared.mapping.billing import Billed, duties_of, fees_of
from shared.mapping.money import ZERO, Amounts
from shared.mapping.plan import LineTax
from shared.mapping.taxes import (
    channel_tax_of_charge,
    channel_tax_of_fees,
    channel_tax_of_goods,
    tax_of_charge,
    tax_of_fees,
    tax_of_goods,
)
from shared.shop_card import ShopCard
from shared.shopify.records import LineItem, Order, ShippingLine, TaxLine


class Extra(msgspec.Struct, frozen=True):
    """One amount on an account of the card; `tax` None where Shopify does not tell it."""

    setting: str
    account: str
    description: str
    amount: Decimal
    tax: LineTax | None

    @property
    def billed(self) -> Billed:
        return Billed(1, self.amount, ZERO)


def extras_of(order: Order, goods: Sequence[tuple[LineItem, Billed]], charges: Sequence[tuple[ShippingLine, Billed]],
              card: ShopCard, amounts: Amounts) -> list[Extra]:
    """The extras of an order of which these goods and shipping lines are billed, none of them 0.

    RecordRefused(tax-mismatch) where prices include tax that the channel remits.
    """
    channel = _of_channel(goods, charges, order, amounts)
    if channel.amount and order.taxes_included:
        raise RecordRefused(
            "tax-mismatch",
            f"The prices of {order.name} include {channel.amount} of tax that the sales channel remits. It is not the "
            "shop's, and no line can leave it out of an item's price: make the document by hand and dismiss the order.",
        )
    found = [
        Extra("Duties Account", card.duties_account, "Duties", duties_of(order, amounts),
              _tax_of_duties(order, goods, charges, amounts)),
        Extra("Additional Fees Account", card.additional_fees_account, _names(order), fees_of(order, amounts),
              tax_of_fees(_taxes_of_fees(order), amounts)),
        Extra("Channel Tax Account", card.channel_tax_account, "Tax remitted by the sales channel",
              channel.amount, LineTax(rounded=channel.rounded)),
    ]
    return [extra for extra in found if extra.amount]


def _names(order: Order) -> str:
    return ", ".join(dict.fromkeys(fee.name for fee in order.additional_fees)) or "Additional fees"


def _taxes_of_fees(order: Order) -> list[TaxLine]:
    return [tax for fee in order.additional_fees for tax in fee.tax_lines]


def _tax_of_duties(order: Order, goods: Sequence[tuple[LineItem, Billed]],
                   charges: Sequence[tuple[ShippingLine, Billed]], amounts: Amounts) -> LineTax | None:
    """What the order's tax holds beyond that of goods, shipping and fees; not told where only a part is billed."""
    lines = order.line_items.nodes
    whole = len(goods) == len(lines) and all(billed.quantity == line.quantity for line, billed in goods)
    if order.current_total_tax_set is None or order.refunds or not whole:
        return None
    taxes = [*(tax for line, _ in goods for tax in line.tax_lines),
             *(tax for charge, _ in charges for tax in charge.tax_lines), *_taxes_of_fees(order)]
    rest = amounts.of(order.current_total_tax_set) - sum((amounts.of(tax.price_set) for tax in taxes), ZERO)
    return LineTax(amount=rest, rounded=len(goods) if rest else 0, percent=None) if rest >= 0 else None


def _of_channel(goods: Sequence[tuple[LineItem, Billed]], charges: Sequence[tuple[ShippingLine, Billed]],
                order: Order, amounts: Amounts) -> LineTax:
    """What the channel remits of what is billed; `rounded` counts the amounts that only Shopify's total tells exactly.

    Of a line of which a part is left Shopify rounds the tax anew, and tells the order's sum alone.
    """
    fees = _taxes_of_fees(order)
    taxes = [*(channel_tax_of_goods(line, billed, amounts) for line, billed in goods),
             *(channel_tax_of_charge(charge, billed, amounts) for charge, billed in charges),
             channel_tax_of_fees(fees, amounts)]
    own = [*(tax_of_goods(line, billed, amounts) for line, billed in goods),
           *(tax_of_charge(charge, billed, amounts) for charge, billed in charges), tax_of_fees(fees, amounts)]
    found = LineTax(amount=amounts.rounded(sum((tax.amount for tax in taxes), ZERO)),
                    rounded=sum(tax.rounded for tax in taxes))
    if found.amount and order.current_total_tax_set and not any(tax.rounded for tax in own):
        return LineTax(amount=amounts.of(order.current_total_tax_set))
    return found
