"""What an order bears beside goods and shipping: duties, additional fees, tax that the sales channel remits.

Rules: Shopify, object Order (currentTotalDutiesSet, currentTotalAdditionalFeesSet, dutiesIncluded). Each becomes one
line on an account of the shop card, in the order's price mode; fees one for each rate. Duties that are included in the
prices are no line: the buyer paid them with the goods. Border: pure.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from shared.business_central.plan import LineTax
from shared.mapping.money import ZERO, Amounts
from shared.shopify.records import AdditionalFee, LineItem, Order, ShippingLine
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.texts import Sentence
from shared.to_business_central.orders.billing import Bill, Billed, duties_of, fees_of
from shared.to_business_central.orders.channel_tax import ChannelTax
from shared.to_business_central.orders.taxes import tax_of_fee


class Extra(msgspec.Struct, frozen=True):
    """One amount on an account of the card.

    tax      None where Shopify does not tell it
    percent  the rate that Tax Groups of the card go by; None: the account's own group counts
    """

    setting: Sentence
    account: str
    description: str
    amount: Decimal
    tax: LineTax | None
    percent: Decimal | None = None

    @property
    def billed(self) -> Billed:
        return Billed(1, self.amount, ZERO)


def extras_of(order: Order, bill: Bill, channel: ChannelTax, card: ShopCard, amounts: Amounts) -> list[Extra]:
    """The extras of an order that is billed so, of which the channel remits this tax; none of them 0."""
    found = [
        Extra(caption("duties_account"), card.duties_account, "Duties", duties_of(order, amounts),
              _tax_of_duties(order, bill.goods, bill.charges, amounts)),
        *(Extra(caption("additional_fees_account"), card.additional_fees_account, fees.names, fees.amount, fees.tax,
                fees.tax.percent) for fees in _fees(order, channel, amounts)),
        Extra(caption("channel_tax_account"), card.channel_tax_account, "Tax remitted by the sales channel",
              channel.whole.amount, LineTax(rounded=channel.whole.rounded)),
    ]
    return [extra for extra in found if extra.amount]


class _Fees(msgspec.Struct, frozen=True):
    """Additional fees that are one line."""

    names: str
    amount: Decimal
    tax: LineTax


def _fees(order: Order, channel: ChannelTax, amounts: Amounts) -> Iterator[_Fees]:
    """The additional fees, those of one rate together; all together where they are not what the order says."""
    fees = list(zip(order.additional_fees, channel.fees, strict=True))
    unlike = fees_of(order, amounts) - sum((amounts.of(fee.price) for fee, _ in fees), ZERO)
    by_rate: dict[Decimal | None, list[tuple[AdditionalFee, Decimal]]] = {}
    for fee, remitted in fees:
        by_rate.setdefault(None if unlike else tax_of_fee(fee, order, amounts).percent, []).append((fee, remitted))
    for percent, alike in by_rate.items() if fees else [(None, [])]:
        taxes = [tax_of_fee(fee, order, amounts) for fee, _ in alike]
        amount = unlike + sum((amounts.of(fee.price) for fee, _ in alike), ZERO)
        within = sum((remitted for _, remitted in alike), ZERO) if order.taxes_included else ZERO
        yield _Fees(
            names=", ".join(dict.fromkeys(fee.name for fee, _ in alike)) or "Additional fees", amount=amount - within,
            tax=LineTax(sum((tax.amount for tax in taxes), ZERO), sum(tax.rounded for tax in taxes), percent),
        )


def _tax_of_duties(order: Order, goods: Sequence[tuple[LineItem, Billed]],
                   charges: Sequence[tuple[ShippingLine, Billed]], amounts: Amounts) -> LineTax | None:
    """What the order's tax holds beyond that of goods, shipping and fees; not told where only a part is billed."""
    lines = order.line_items.nodes
    whole = len(goods) == len(lines) and all(billed.quantity == line.quantity for line, billed in goods)
    if order.current_total_tax_set is None or order.refunds or not whole:
        return None
    taxes = [*(tax for line, _ in goods for tax in line.tax_lines),
             *(tax for charge, _ in charges for tax in charge.tax_lines),
             *(tax for fee in order.additional_fees for tax in fee.tax_lines)]
    rest = amounts.of(order.current_total_tax_set) - sum((amounts.of(tax.price_set) for tax in taxes), ZERO)
    return LineTax(amount=rest, rounded=len(goods) if rest else 0, percent=None) if rest >= 0 else None
