"""What was given back of an order, and whether that is final.

Rules: Shopify, objects Refund, OrderAdjustment and OrderTransaction. `totalRefundedSet` sums a refund's transactions,
so it is 0 while the money is pending and where pieces were only taken off. A refund of an amount of one's own choice
leaves a discrepancy between what its goods, shipping and duties were worth and what was paid back; the order's current
total ("after returns") knows nothing of it.
"""
from __future__ import annotations

from decimal import Decimal

from shared.mapping.money import ZERO, Amounts
from shared.shopify.records import Order, Refund, RefundLine, RefundShippingLine, Transaction, id_of
from shared.shopify_ids import key_of
from shared.texts import Sentence, Text, sentence, together

_NOT_FINAL = frozenset(("PENDING", "AWAITING_RESPONSE"))
_RECEIVED = frozenset(("SALE", "CAPTURE"))


def is_creditable(refund: Refund, amounts: Amounts) -> bool:
    """Whether it gives money or goods come back; any other refund only lowers the order, as an edit does."""
    returned = any(line.restock_type == "RETURN" for line in _goods(refund))
    return returned or amounts.of(refund.total_refunded_set) > 0


def is_pending(order: Order) -> bool:
    """Whether money is on its way back to the buyer: nobody knows yet whether it arrives."""
    return any(one.kind == "REFUND" and one.status in _NOT_FINAL for one in order.transactions)


def ids(order: Order) -> list[str]:
    """The ids of the order's refunds, ascending."""
    return sorted((id_of(refund.id) for refund in order.refunds), key=key_of)


def kept_payment(order: Order, amounts: Amounts) -> Decimal:
    """What was received for the order and not given back."""
    return _received(order, amounts) - sum((amounts.of(refund.total_refunded_set) for refund in order.refunds), ZERO)


def given_back_without_goods(order: Order, amounts: Amounts) -> Decimal:
    """Money given back for nothing in particular (goodwill); negative: kept although its goods came back.

    A refund may also repay what an edit took off, or what was never paid. So it counts only as far as what is left of
    the payments says so too: they fall short of the current total, or exceed it.
    """
    paying = [refund for refund in order.refunds if amounts.of(refund.total_refunded_set) > 0]
    too_much = sum((_discrepancy(refund, order, amounts) for refund in paying), ZERO)
    short = amounts.of(order.current_total_price_set) - kept_payment(order, amounts)
    return min(too_much, max(short, ZERO)) if too_much > 0 else max(too_much, min(short, ZERO))


def told(refund: Refund, order: Order, amounts: Amounts) -> Sentence:
    """One refund in words: its id, day, amount and what it was for."""
    names: dict[str, Text] = {
        line.id: f"{line.name} ({line.sku})" if line.sku else line.name for line in order.line_items.nodes}
    parts: list[Text] = [sentence("{pieces} × {line}", pieces=line.quantity,
                                  line=names.get(line.line_item.id, sentence("a line"))) for line in _goods(refund)]
    parts += [sentence("shipping")] if _shipping(refund) else []
    parts += [sentence("duties")] if refund.duties else []
    return sentence(
        "refund {number} of {day}, {amount} for {what}" if refund.created_at
        else "refund {number}, {amount} for {what}",
        number=id_of(refund.id), day=refund.created_at.date() if refund.created_at else "",
        amount=sentence("{amount} {currency}", amount=amounts.of(refund.total_refunded_set),
                        currency=amounts.currency),
        what=together(parts, ", ") if parts else sentence("no goods"))


def _discrepancy(refund: Refund, order: Order, amounts: Amounts) -> Decimal:
    """What it paid back beyond (or short of) what it took back, tax included."""
    taken = [(line.subtotal_set, line.total_tax_set) for line in _goods(refund)]
    taken += [(charge.subtotal_amount_set, charge.tax_amount_set) for charge in _shipping(refund)]
    worth = sum((amounts.of(duty.amount_set) for duty in refund.duties or ()), ZERO)
    for subtotal, tax in taken:
        worth += amounts.of(subtotal) + (ZERO if order.taxes_included else amounts.of(tax))
    return amounts.of(refund.total_refunded_set) - worth


def _received(order: Order, amounts: Amounts) -> Decimal:
    """Payments less the change given on them."""
    return sum((_signed(one, amounts) for one in order.transactions if one.status == "SUCCESS"), ZERO)


def _signed(one: Transaction, amounts: Amounts) -> Decimal:
    if one.kind in _RECEIVED:
        return amounts.of(one.amount_set)
    return -amounts.of(one.amount_set) if one.kind == "CHANGE" else ZERO


def _goods(refund: Refund) -> list[RefundLine]:
    return refund.refund_line_items.nodes if refund.refund_line_items else []


def _shipping(refund: Refund) -> list[RefundShippingLine]:
    return refund.refund_shipping_lines.nodes if refund.refund_shipping_lines else []
