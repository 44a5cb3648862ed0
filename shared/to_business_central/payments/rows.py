"""From a payout or dispute as Shopify sent it to the row that is kept.

A word Shopify has not used before becomes Unknown, and the row stays open until the word is a known one. Pure.
"""
from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from shared.clock import iso
from shared.shopify import payment_records as sent
from shared.shopify.records import Money, id_of
from shared.stores.payments import Dispute, DisputeStatus, Payout, PayoutStatus

Status = TypeVar("Status", PayoutStatus, DisputeStatus)


class _PayoutType(StrEnum):
    DEPOSIT = "Deposit"
    WITHDRAWAL = "Withdrawal"
    UNKNOWN = "Unknown"


class _DisputeType(StrEnum):
    CHARGEBACK = "Chargeback"
    INQUIRY = "Inquiry"
    UNKNOWN = "Unknown"


def payout_row(payout: sent.Payout, hash: str) -> Payout:
    """The row of a payout that was sent with this hash."""
    summary = payout.summary
    return Payout(
        id=id_of(payout.id),
        status=_known(PayoutStatus, payout.status),
        type=_PayoutType.__members__.get(payout.transaction_type, _PayoutType.UNKNOWN),
        issued_at=iso(payout.issued_at),
        trace_id=payout.external_trace_id or "",
        currency=payout.net.currency_code,
        net=_text(payout.net),
        charges_gross=_text(summary.charges_gross),
        charges_fee=_text(summary.charges_fee),
        refunds_gross=_text(summary.refunds_fee_gross),
        refunds_fee=_text(summary.refunds_fee),
        adjustments_gross=_text(summary.adjustments_gross),
        adjustments_fee=_text(summary.adjustments_fee),
        reserved_funds_gross=_text(summary.reserved_funds_gross),
        reserved_funds_fee=_text(summary.reserved_funds_fee),
        retried_payouts_gross=_text(summary.retried_payouts_gross),
        retried_payouts_fee=_text(summary.retried_payouts_fee),
        advance_gross=_text(summary.advance_gross),
        advance_fee=_text(summary.advance_fees),
        sent=hash,
    )


def dispute_row(dispute: sent.Dispute, hash: str) -> Dispute:
    """The row of a dispute that was sent with this hash."""
    order = dispute.order
    return Dispute(
        id=id_of(dispute.id),
        status=_known(DisputeStatus, dispute.status),
        type=_DisputeType.__members__.get(dispute.type, _DisputeType.UNKNOWN),
        amount=_text(dispute.amount),
        currency=dispute.amount.currency_code,
        reason=dispute.reason_details.reason.replace("_", " ").capitalize(),
        network_reason_code=dispute.reason_details.network_reason_code or "",
        initiated_at=iso(dispute.initiated_at),
        evidence_due_by=_time(dispute.evidence_due_by),
        evidence_sent_on=_time(dispute.evidence_sent_on),
        finalized_on=_time(dispute.finalized_on),
        order_id=id_of(order.id) if order else "",
        order_name=order.name if order else "",
        sent=hash,
    )


def _known(words: type[Status], word: str) -> Status:
    return words.__members__.get(word) or words.UNKNOWN


def _text(money: Money) -> str:
    return f"{money.amount:f}"


def _time(moment: datetime | None) -> str:
    return iso(moment) if moment else ""
