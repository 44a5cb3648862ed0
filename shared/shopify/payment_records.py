"""Shopify Payments as the connector's documents ask for it: payouts and disputes (Admin GraphQL API 2026-10).

Decoded by msgspec from the answer's own bytes; money stays Decimal, enumerations stay Shopify's words, since a
word nobody has seen yet must not make a record unreadable. Pure values, no I/O.
"""
from __future__ import annotations

import msgspec

from shared.shopify.records import Moment, Money, NumberedId


class _Record(msgspec.Struct, frozen=True, rename="camel"):
    """Camel-case names on the wire; unknown fields are ignored."""


class PayoutSummary(_Record, frozen=True, kw_only=True):
    """Gross amounts and fees by what they are for. `refunds_fee_gross` is the gross of refunds, despite its name."""

    charges_gross: Money
    charges_fee: Money
    refunds_fee_gross: Money
    refunds_fee: Money
    adjustments_gross: Money
    adjustments_fee: Money
    reserved_funds_gross: Money
    reserved_funds_fee: Money
    retried_payouts_gross: Money
    retried_payouts_fee: Money
    advance_gross: Money
    advance_fees: Money


class Payout(_Record, frozen=True, kw_only=True):
    """Money that Shopify sends to the merchant's bank (DEPOSIT) or collects from it (WITHDRAWAL)."""

    id: NumberedId
    issued_at: Moment
    status: str
    transaction_type: str
    external_trace_id: str | None = None
    net: Money
    summary: PayoutSummary


class DisputeReason(_Record, frozen=True, kw_only=True):
    reason: str
    network_reason_code: str | None = None


class DisputedOrder(_Record, frozen=True, kw_only=True):
    id: NumberedId
    name: str


class Dispute(_Record, frozen=True, kw_only=True):
    """A buyer's bank wants money back (CHARGEBACK) or asks about it (INQUIRY)."""

    id: NumberedId
    type: str
    status: str
    initiated_at: Moment
    evidence_due_by: Moment | None = None
    evidence_sent_on: Moment | None = None
    finalized_on: Moment | None = None
    amount: Money
    reason_details: DisputeReason
    order: DisputedOrder | None = None
