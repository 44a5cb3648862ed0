"""The money law: an order adds up to the cent, in shop and in presentment currency."""
from __future__ import annotations

from decimal import Decimal

SIDES = ("shopMoney", "presentmentMoney")


def amount(bag, side):
    return Decimal(bag[side]["amount"])


def allocated(record, side):
    return sum(amount(a["allocatedAmountSet"], side) for a in record["discountAllocations"])


def assert_adds_up(order):
    """The law, on both sides of every bag."""
    for side in SIDES:
        goods = sum(amount(line["originalUnitPriceSet"], side) * line["quantity"] - allocated(line, side)
                    for line in order["lineItems"])
        charges = sum(amount(s["originalPriceSet"], side) - allocated(s, side) for s in order["shippingLines"])
        tax = sum((amount(t["priceSet"], side) for x in (*order["lineItems"], *order["shippingLines"])
                   for t in x["taxLines"]), Decimal(0))
        total = amount(order["totalPriceSet"], side)
        assert charges == amount(order["totalShippingPriceSet"], side)
        assert tax == amount(order["totalTaxSet"], side)
        assert sum(amount(t["priceSet"], side) for t in order["taxLines"]) == tax
        assert goods + charges + (0 if order["taxesIncluded"] else tax) == total
        assert amount(order["subtotalPriceSet"], side) + amount(order["totalTipReceivedSet"], side) == goods
        received, refunded = (amount(order[k], side) for k in ("totalReceivedSet", "totalRefundedSet"))
        assert amount(order["netPaymentSet"], side) == received - refunded
        assert amount(order["totalOutstandingSet"], side) == amount(order["currentTotalPriceSet"], side) - (
            received - refunded)
