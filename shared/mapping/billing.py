"""How much of an order is billed: pieces, discounts and the total Shopify expects.

Rules: Shopify, objects LineItem and Order. `discountAllocations` include removed and refunded
pieces, `currentQuantity` and `currentTotalPriceSet` do not. Refunds that give money or take goods
back become credit memos, so the order is billed as it was before them; pieces removed in any other
way are not billed.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from shared.errors import RecordRefused
from shared.mapping.money import ZERO, Amounts
from shared.shopify.records import LineItem, Order, Refund, RefundLine, RefundShippingLine, ShippingLine


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


def creditable(refund: Refund, amounts: Amounts) -> bool:
    """Whether a refund becomes a credit memo: it gives money, or goods come back."""
    returned = any(line.restock_type == "RETURN" for line in _goods(refund))
    return returned or amounts.of(refund.total_refunded_set) > 0


def billed_quantities(order: Order, amounts: Amounts) -> Counter[str]:
    """Pieces to bill by the line's GID: the current ones and those of creditable refunds."""
    pieces = Counter({line.id: line.current_quantity for line in order.line_items.nodes})
    for refund in _creditable(order, amounts):
        for line in _goods(refund):
            pieces[line.line_item.id] += line.quantity
    return pieces


def expected_total(order: Order, amounts: Amounts) -> Decimal:
    """The total including tax of the sale to bill, cash rounding included.

    Shopify's current total plus what creditable refunds took out of it.
    """
    total = amounts.of(order.current_total_price_set) + cash_rounding(order, amounts)
    for refund in _creditable(order, amounts):
        taken = [(line.subtotal_set, line.total_tax_set) for line in _goods(refund)]
        taken += [(charge.subtotal_amount_set, charge.tax_amount_set) for charge in _shipping(refund)]
        for subtotal, tax in taken:
            total += amounts.of(subtotal) + (ZERO if order.taxes_included else amounts.of(tax))
    return total


def cash_rounding(order: Order, amounts: Amounts) -> Decimal:
    """What rounding a cash payment added to the order, or took off it."""
    adjustment = order.total_cash_rounding_adjustment
    return amounts.of(adjustment.payment_set) if adjustment else ZERO


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
    """One shipping line."""
    return Billed(1, amounts.of(charge.original_price_set), amounts.allocated(charge.discount_allocations))


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


def check_possible(billed: Billed, name: str, *, record: str) -> None:
    """RecordRefused(total-mismatch) for a line no document can hold."""
    price = billed.quantity * billed.unit_price
    if billed.quantity < 0 or billed.unit_price < 0 or not ZERO <= billed.discount <= price:
        raise RecordRefused(
            "total-mismatch",
            f'"{name}" of {record} cannot be billed: {billed.quantity} at {billed.unit_price}, '
            f"less a discount of {billed.discount}.",
            record=record,
        )


def _creditable(order: Order, amounts: Amounts) -> list[Refund]:
    return [refund for refund in order.refunds if creditable(refund, amounts)]


def _goods(refund: Refund) -> list[RefundLine]:
    return refund.refund_line_items.nodes if refund.refund_line_items else []


def _shipping(refund: Refund) -> list[RefundShippingLine]:
    return refund.refund_shipping_lines.nodes if refund.refund_shipping_lines else []
