"""How much of an order is billed: what is left of it, piece by piece, and the total that Shopify expects.

Rules: Shopify, objects LineItem, ShippingLine and Order. `discountAllocations` include removed and refunded pieces;
`currentQuantity`, `currentDiscountedPriceSet` and `currentTotalPriceSet` do not. There are no credit memos: what was
refunded, returned, cancelled or removed before the document is made is not billed (docs/decisions/0028).
"""
from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

import msgspec

from shared.errors import RecordRefused
from shared.mapping.money import ZERO, Amounts
from shared.shopify.records import LineItem, MoneyBag, Order, ShippingLine
from shared.texts import Text, sentence
from shared.to_business_central.orders.refunds import given_back_without_goods


class Billed(msgspec.Struct, frozen=True):
    """What is billed for one line.

    `doubt` is what Shopify's net may exceed ours by (or fall short of it, if negative): one smallest
    unit where the discount is a share that did not come out even, else 0.
    """

    quantity: int
    unit_price: Decimal
    discount: Decimal
    doubt: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Quantity times price less discount, in the order's price mode."""
        return self.quantity * self.unit_price - self.discount


class Bill(msgspec.Struct, frozen=True):
    """What is left of an order, with the discounts put right to the cent.

    rounding    what rounding cash added to the order, or took off it
    given_back  money given back for no goods; negative: kept although its goods came back
    total       what is owed, tax included
    """

    goods: list[tuple[LineItem, Billed]]
    charges: list[tuple[ShippingLine, Billed]]
    rounding: Decimal
    given_back: Decimal
    total: Decimal


def bill_of(order: Order, amounts: Amounts) -> Bill:
    """The bill of an order as it is now."""
    goods = [(line, billed_line(line, line.current_quantity, amounts))
             for line in order.line_items.nodes if line.current_quantity]
    charges = [(charge, billed) for charge in order.shipping_lines.nodes
               if not charge.is_removed and (billed := billed_charge(charge, amounts)).net]
    sale = amounts.of(order.current_total_price_set)
    goods = _exact(order, goods, [billed for _, billed in charges], sale, amounts)
    rounding, given_back = _cash_rounding(order, amounts), given_back_without_goods(order, amounts)
    return Bill(goods, charges, rounding, given_back, sale + rounding - given_back)


def billed_line(line: LineItem, pieces: int, amounts: Amounts) -> Billed:
    """One line at `pieces`. Where only some are billed they take their share of the discount."""
    price = amounts.of(line.original_unit_price_set)
    discount = amounts.allocated(line.discount_allocations)
    if pieces == line.quantity or not discount:
        return Billed(pieces, price, discount)
    exact = (price * line.quantity - discount) * pieces / line.quantity
    net = amounts.rounded(exact)
    doubt = amounts.smallest.copy_sign(exact - net) if exact != net else ZERO
    return Billed(pieces, price, price * pieces - net, doubt)


def billed_charge(charge: ShippingLine, amounts: Amounts) -> Billed:
    """One shipping line: whatever was discounted, refunded or taken off it is the line's discount."""
    price = amounts.of(charge.original_price_set)
    if charge.current_discounted_price_set is None:
        return Billed(1, price, amounts.allocated(charge.discount_allocations))
    return Billed(1, price, price - amounts.of(charge.current_discounted_price_set))


def settled(lines: Sequence[Billed], difference: Decimal, amounts: Amounts) -> list[Billed]:
    """The lines after the units that uneven shares of discounts lost or gained were put right.

    `difference` is Shopify's total less ours, where prices include tax. Shopify does not say how it
    rounds shares, so as many lines in doubt as needed take the other neighbour. A difference that
    this cannot explain has another cause and is left as it is.
    """
    step = amounts.smallest.copy_sign(difference)
    doubtful = [index for index, line in enumerate(lines) if line.doubt == step]
    units = difference / step
    if units != int(units) or units > len(doubtful):
        return list(lines)
    touched = set(doubtful[: int(units)])
    return [msgspec.structs.replace(line, discount=line.discount - step) if index in touched else line
            for index, line in enumerate(lines)]


def spread(lines: Sequence[Billed], discount: Decimal, amounts: Amounts) -> list[Billed]:
    """The lines less a discount that Shopify gave to none of them, each by its share of the net, to the unit.

    What rounding down leaves goes where it took most. The lines stay as they are if they are worth less.
    """
    worth = sum((line.net for line in lines), ZERO)
    if not ZERO < discount <= worth:
        return list(lines)
    exact = [discount * line.net / worth for line in lines]
    shares = [share.quantize(amounts.smallest, ROUND_DOWN) for share in exact]
    left = int((discount - sum(shares, ZERO)) / amounts.smallest)
    by_loss = sorted(range(len(lines)), key=lambda index: shares[index] - exact[index])
    for index in by_loss[:left]:
        shares[index] += amounts.smallest
    return [msgspec.structs.replace(line, discount=line.discount + share) if share else line
            for line, share in zip(lines, shares, strict=True)]


def check_possible(billed: Billed, name: str, *, record: Text) -> None:
    """RecordRefused(total-mismatch) for a line no document can hold."""
    price = billed.quantity * billed.unit_price
    if billed.quantity < 0 or billed.unit_price < 0 or not ZERO <= billed.discount <= price:
        raise RecordRefused(
            "total-mismatch",
            sentence('"{name}" of {record} cannot be billed: {pieces} at {price}, less a discount of {discount}.',
                     name=name, record=record, pieces=billed.quantity, price=billed.unit_price,
                     discount=billed.discount),
            record=record,
        )


def is_tip(line: LineItem) -> bool:
    """Shopify's own mark of a tip: the name Tip and neither product nor variant."""
    return line.title == "Tip" and line.product is None and line.variant is None


def duties_of(order: Order, amounts: Amounts) -> Decimal:
    """The duties that are money of their own; those that the prices include are none."""
    return ZERO if order.duties_included else _of(order.current_total_duties_set, amounts)


def fees_of(order: Order, amounts: Amounts) -> Decimal:
    """The additional fees."""
    return _of(order.current_total_additional_fees_set, amounts)


def _of(bag: MoneyBag | None, amounts: Amounts) -> Decimal:
    return amounts.of(bag) if bag else ZERO


def _exact(order: Order, goods: Sequence[tuple[LineItem, Billed]], charges: Sequence[Billed], sale: Decimal,
           amounts: Amounts) -> list[tuple[LineItem, Billed]]:
    """The goods at what Shopify's total says: less discounts given to no line, and to the unit."""
    beside = duties_of(order, amounts) + fees_of(order, amounts) + sum((charge.net for charge in charges), ZERO)
    net = sale - _tax_on_top(order, amounts) - beside

    def missing(lines: Sequence[Billed]) -> Decimal:
        return net - sum((line.net for line in lines), ZERO)

    lines = [billed for _, billed in goods]
    less = min(-missing(lines), _given_to_no_line(order, amounts))
    reducible = [index for index, (line, _) in enumerate(goods) if not (line.is_gift_card or is_tip(line))]
    for index, billed in zip(reducible, spread([lines[index] for index in reducible], less, amounts), strict=True):
        lines[index] = billed
    if order.taxes_included:
        lines = settled(lines, missing(lines), amounts)
    return [(line, billed) for (line, _), billed in zip(goods, lines, strict=True)]


def _tax_on_top(order: Order, amounts: Amounts) -> Decimal:
    return ZERO if order.taxes_included else _of(order.current_total_tax_set, amounts)


def _given_to_no_line(order: Order, amounts: Amounts) -> Decimal:
    """The order's discounts less those that Shopify shared out among its lines and shipping lines."""
    if order.total_discounts_set is None:
        return ZERO
    shared_out = [line.discount_allocations for line in order.line_items.nodes]
    shared_out += [charge.discount_allocations for charge in order.shipping_lines.nodes]
    return amounts.of(order.total_discounts_set) - sum(map(amounts.allocated, shared_out), ZERO)


def _cash_rounding(order: Order, amounts: Amounts) -> Decimal:
    """What rounding cash added to what was paid, less what it added to what was given back."""
    adjustment = order.total_cash_rounding_adjustment
    if adjustment is None:
        return ZERO
    return amounts.of(adjustment.payment_set) - _of(adjustment.refund_set, amounts)
