"""Tax that the sales channel remits: money the buyer paid that is not the merchant's, and no tax of his document.

Rules: Shopify, object TaxLine (channelLiable): a marketplace charged the tax and pays it to the state. The document
still comes to what the buyer paid, so this tax is a line of its own, on an account without VAT. On top of prices it
stands beside them. Prices that include it are lowered by it, line by line: what is left is the merchant's, with his own
tax if there is any, and line and account together are what the buyer paid. Border: pure.
"""
from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

import msgspec

from shared.business_central.plan import LineTax
from shared.mapping.money import ZERO, Amounts
from shared.shopify.records import Order
from shared.to_business_central.orders.billing import Bill, Billed
from shared.to_business_central.orders.taxes import (
    channel_tax_of_charge,
    channel_tax_of_fee,
    channel_tax_of_goods,
    tax_of_charge,
    tax_of_fee,
    tax_of_goods,
)


class ChannelTax(msgspec.Struct, frozen=True):
    """What the channel remits: of each line of goods and each shipping line that is billed, of each fee, of all.

    Where prices include it the parts add up to the whole.
    """

    goods: list[Decimal]
    charges: list[Decimal]
    fees: list[Decimal]
    whole: LineTax


def channel_tax_of(order: Order, bill: Bill, amounts: Amounts) -> ChannelTax:
    """The channel's tax on a bill.

    Of a line of which a part is left Shopify tells the tax in the order's sum alone: on top of prices that sum counts,
    if nothing else is in it.
    """
    taxes = [*(channel_tax_of_goods(line, billed, order, amounts) for line, billed in bill.goods),
             *(channel_tax_of_charge(charge, billed, order, amounts) for charge, billed in bill.charges),
             *(channel_tax_of_fee(fee, order, amounts) for fee in order.additional_fees)]
    parts = [tax.amount for tax in taxes]
    goods, charges = len(bill.goods), len(bill.goods) + len(bill.charges)
    told = order.current_total_tax_set if any(parts) and not _owes_tax(order, bill, amounts) else None
    if order.taxes_included:
        whole = LineTax(amount=sum(parts, ZERO))
    elif told:
        whole = LineTax(amount=amounts.of(told))
    else:
        whole = LineTax(amount=sum(parts, ZERO), rounded=sum(tax.rounded for tax in taxes))
    return ChannelTax(parts[:goods], parts[goods:charges], parts[charges:], whole)


def without_channel_tax(bill: Bill, tax: ChannelTax, amounts: Amounts) -> Bill:
    """A bill whose prices include this tax, with prices that do not."""
    return msgspec.structs.replace(
        bill,
        goods=[(line, _less(billed, part, amounts))
               for (line, billed), part in zip(bill.goods, tax.goods, strict=True)],
        charges=[(charge, _less(billed, part, amounts))
                 for (charge, billed), part in zip(bill.charges, tax.charges, strict=True)],
    )


def _owes_tax(order: Order, bill: Bill, amounts: Amounts) -> bool:
    """Whether some of the tax is the merchant's own."""
    own = [*(tax_of_goods(line, billed, order, amounts) for line, billed in bill.goods),
           *(tax_of_charge(charge, billed, order, amounts) for charge, billed in bill.charges),
           *(tax_of_fee(fee, order, amounts) for fee in order.additional_fees)]
    return any(tax.rounded for tax in own)


def _less(billed: Billed, tax: Decimal, amounts: Amounts) -> Billed:
    """The line at `tax` less: price and discount fall alike.

    The price of a piece is rounded up to the smallest unit; the discount takes what is too much.
    """
    if not tax:
        return billed
    left = billed.net - tax
    price = (billed.unit_price * left / billed.net).quantize(amounts.smallest, ROUND_CEILING)
    return Billed(billed.quantity, price, billed.quantity * price - left)
