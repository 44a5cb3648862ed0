"""From a short specification to a payout or dispute of Shopify Payments (style of specs: see `records`).

payout    status, issued_at, trace, charges, refunds, adjustments, reserved_funds, retried_payouts, advance (gross, with
          sign) and their *_fee ("2.90"), transaction_type, transactions [{type, amount, fee, order (numeric),
          order_name, processed_at}]; left out: one row for each amount
dispute   type, status, amount, reason, network_reason_code, initiated_at, evidence_due_by, evidence_sent_on,
          finalized_on, order (numeric or null)
Amounts are in the account's currency. Source: Admin schema 2026-10, ShopifyPaymentsPayout, ...BalanceTransaction,
...Dispute. The transfer to the bank is a movement of the balance too. Movements' numbers are the payout's x 1000 +
position. Border: records only; who may read them and how they are listed is `payments`.
"""
from __future__ import annotations

from decimal import Decimal

from local.shopify.money import ZERO, cents, text
from local.shopify.records import Record, Spec, gid

CURRENCY = "EUR"
GROUPS = {"charges": ("chargesGross", "chargesFee"), "refunds": ("refundsFeeGross", "refundsFee"),
          "adjustments": ("adjustmentsGross", "adjustmentsFee"),
          "reserved_funds": ("reservedFundsGross", "reservedFundsFee"),
          "retried_payouts": ("retriedPayoutsGross", "retriedPayoutsFee"), "advance": ("advanceGross", "advanceFees")}


def payments_account() -> Record:
    """The account of a shop that takes cards."""
    return {"__typename": "ShopifyPaymentsAccount", "id": gid("ShopifyPaymentsAccount", 84_000_001),
            "activated": True, "country": "FR", "defaultCurrency": CURRENCY, "onboardable": False, "balance": []}


def build_payout(spec: Spec) -> Record:
    """A ShopifyPaymentsPayout."""
    number, net = spec["id"], _net(spec)
    amounts = {name: _amount(spec.get(key)) for group, names in GROUPS.items()
               for name, key in zip(names, (group, f"{group}_fee"), strict=True)}
    return {
        "__typename": "ShopifyPaymentsPayout", "id": gid("ShopifyPaymentsPayout", number),
        "legacyResourceId": str(number), "issuedAt": _issued(spec), "status": spec.get("status", "PAID"),
        "transactionType": spec.get("transaction_type", "DEPOSIT" if net >= 0 else "WITHDRAWAL"),
        "externalTraceId": spec.get("trace"), "net": _money(net), "gross": _money(net),
        "businessEntity": {"__typename": "BusinessEntity", "id": gid("BusinessEntity", 1), "primary": True,
                           "displayName": "Demo FR SARL"},
        "summary": {**{name: _money(amount) for name, amount in amounts.items()},
                    "usdcRebateCreditAmount": _money(ZERO)},
        **spec.get("fields", {}),
    }


def movements_of(spec: Spec) -> list[Record]:
    """The ShopifyPaymentsBalanceTransactions of a payout: its rows, or one of each kind that has an amount.

    The last one is the transfer that empties the balance.
    """
    rows = spec.get("transactions")
    if rows is None:
        rows = [{"type": kind, "amount": spec[group], "fee": spec.get(f"{group}_fee", "0.00")}
                for group, kind in (("charges", "CHARGE"), ("refunds", "REFUND"), ("adjustments", "ADJUSTMENT"))
                if spec.get(group)]
    rows = [*rows, {"type": "TRANSFER", "amount": str(-_net(spec))}]
    return [_movement(spec, index, row) for index, row in enumerate(rows)]


def _net(spec: Spec) -> Decimal:
    return sum((_amount(spec.get(group)) - _amount(spec.get(f"{group}_fee")) for group in GROUPS), ZERO)


def _issued(spec: Spec) -> str:
    return str(spec.get("issued_at") or spec["created_at"])


def _movement(payout: Spec, index: int, spec: Spec) -> Record:
    number = payout["id"] * 1000 + index
    amount, fee, order = _amount(spec.get("amount")), _amount(spec.get("fee")), spec.get("order")
    when = spec.get("processed_at") or _issued(payout)
    return {
        "__typename": "ShopifyPaymentsBalanceTransaction", "id": gid("ShopifyPaymentsBalanceTransaction", number),
        "type": spec.get("type", "CHARGE"), "test": False, "transactionDate": when,
        "sourceType": spec.get("type", "CHARGE"), "sourceId": str(number),
        "sourceOrderTransactionId": None if order is None else str(order * 1000), "adjustmentReason": None,
        "amount": _money(amount), "fee": _money(fee), "net": _money(amount - fee), "adjustmentsOrders": [],
        "associatedOrder": order and {"id": gid("Order", order), "name": spec.get("order_name", f"#{order % 100000}")},
        "associatedPayout": {"id": gid("ShopifyPaymentsPayout", payout["id"]), "status": payout.get("status", "PAID")},
    }


def build_dispute(spec: Spec) -> Record:
    """A ShopifyPaymentsDispute."""
    number = spec["id"]
    return {
        "__typename": "ShopifyPaymentsDispute", "id": gid("ShopifyPaymentsDispute", number),
        "legacyResourceId": str(number), "type": spec.get("type", "CHARGEBACK"),
        "status": spec.get("status", "NEEDS_RESPONSE"), "initiatedAt": spec.get("initiated_at") or spec["created_at"],
        "evidenceDueBy": spec.get("evidence_due_by"), "evidenceSentOn": spec.get("evidence_sent_on"),
        "finalizedOn": spec.get("finalized_on"), "amount": _money(_amount(spec.get("amount", "10.00"))),
        "reasonDetails": {"reason": spec.get("reason", "FRAUDULENT"),
                          "networkReasonCode": spec.get("network_reason_code")},
        "order": None if spec.get("order") is None else gid("Order", spec["order"]),
        **spec.get("fields", {}),
    }


def _amount(value: str | None) -> Decimal:
    return ZERO if value is None else cents(value)


def _money(amount: Decimal) -> Record:
    return {"amount": text(amount), "currencyCode": CURRENCY}
