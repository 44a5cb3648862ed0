"""Payouts and disputes of the demo shop, made of its newest orders that were paid by card. Deterministic.

Eight orders make a payout, issued the day after the last of them; the newest is still scheduled, the one before in
transit. Fees are 2.9 % of each charge. Three orders are disputed: one needs a response, one is under review, one lost.
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from local.shopify.money import ZERO, cents
from local.shopify.records import Spec
from local.shopify.state import FIRST_NUMBER, ShopState, iso

NEWEST_ORDERS = 60
ORDERS_OF_A_PAYOUT = 8
FEE = Decimal("0.029")
DISPUTED = ({"status": "LOST", "reason": "FRAUDULENT", "network_reason_code": "10.4"},
            {"status": "UNDER_REVIEW", "reason": "PRODUCT_NOT_RECEIVED", "network_reason_code": "13.1"},
            {"status": "NEEDS_RESPONSE", "reason": "GENERAL", "type": "INQUIRY"})
"""Oldest first."""


def payouts(state: ShopState, now: datetime) -> Iterator[Spec]:
    """Specs of the payouts, oldest first; none is newer than a minute before `now`."""
    newest = now - timedelta(minutes=1)
    orders = _paid_by_card(state)
    groups = [orders[start:start + ORDERS_OF_A_PAYOUT] for start in range(0, len(orders), ORDERS_OF_A_PAYOUT)]
    for index, group in enumerate(groups):
        status = ("SCHEDULED", "IN_TRANSIT")[len(groups) - 1 - index] if index >= len(groups) - 2 else "PAID"
        charges = [_charge(order) for order in group]
        last = max(datetime.fromisoformat(charge["processed_at"]) for charge in charges)
        issued = iso(min(last + timedelta(days=1), newest))
        yield {
            "id": FIRST_NUMBER["payouts"] + index + 1, "status": status, "issued_at": issued, "created_at": issued,
            "charges": str(_sum(charges, "amount")), "charges_fee": str(_sum(charges, "fee")),
            "trace": f"FR{index + 1:010d}" if status == "PAID" else None, "transactions": charges,
        }


def disputes(state: ShopState, now: datetime) -> Iterator[Spec]:
    """Specs of the disputes, oldest first; none is newer than a minute before `now`."""
    newest = now - timedelta(minutes=1)
    orders = _paid_by_card(state)[::5][:len(DISPUTED)]
    for index, (order, wanted) in enumerate(zip(orders, DISPUTED, strict=False)):
        begun = min(datetime.fromisoformat(order.spec["created_at"]) + timedelta(days=2), newest)
        sent = None if wanted["status"] == "NEEDS_RESPONSE" else iso(min(begun + timedelta(days=1), newest))
        yield {
            "id": FIRST_NUMBER["disputes"] + index + 1, "order": order.number, "initiated_at": iso(begun),
            "created_at": iso(begun), "evidence_due_by": iso(begun + timedelta(days=9)), "evidence_sent_on": sent,
            "finalized_on": iso(min(begun + timedelta(days=5), newest)) if wanted["status"] == "LOST" else None,
            "amount": _charge(order)["amount"], **wanted,
        }


def _paid_by_card(state: ShopState) -> list[Any]:
    """The newest orders whose whole price was charged, oldest first."""
    unusual = ("transactions", "payment_pending", "cancelled", "refunds", "test")
    newest = state.stored("orders")[-NEWEST_ORDERS:]
    return [one for one in newest if not any(one.spec.get(key) for key in unusual)]


def _charge(order: Any) -> Spec:
    amount = cents(order.record["totalPriceSet"]["shopMoney"]["amount"])
    return {"type": "CHARGE", "amount": str(amount), "fee": str(cents(amount * FEE)), "order": order.number,
            "order_name": order.record["name"], "processed_at": order.spec["created_at"]}


def _sum(charges: list[Spec], key: str) -> Decimal:
    return sum((Decimal(charge[key]) for charge in charges), ZERO)
