"""Payouts and disputes of Shopify Payments: read and kept in rows, and shown; nothing of them goes on."""
from __future__ import annotations

from shared.sync.record_type import KeptType
from shared.to_business_central.payments.rows import dispute_row, payout_row

PAYOUTS = KeptType(
    "payouts", payout_row, lambda connector: connector.payouts,
    listed=("issued_at", "status", "type", "net", "trace_id"))
DISPUTES = KeptType(
    "disputes", dispute_row, lambda connector: connector.disputes,
    listed=("initiated_at", "status", "type", "amount", "reason", "order_id", "evidence_due_by"))
