"""Payouts and disputes of Shopify Payments as they were last read.

Tables Payouts and Disputes, partition = shop, row key = inverted Shopify id, so that the key order is newest
first. Amounts are decimals as text, with the digits Shopify sent. A row is settled when nothing more can happen to
it and it was captured; the others are read again in every run. Nothing of it goes to Business Central. Border:
rows and their lists; what Shopify sent is in the data captures.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

import msgspec

from shared.errors import ConnectorError
from shared.shopify_ids import id_in, id_of_inverted_key, inverted_key_of, key_of
from shared.storage.account import Storage
from shared.storage.holding import DataSubject, Holding, OfPerson, rows_of
from shared.storage.tables import Put, Row, Table
from shared.texts import sentence

PAYOUTS = "Payouts"
DISPUTES = "Disputes"
PAGE = 50


class PayoutStatus(StrEnum):
    """Names are Shopify's words."""

    SCHEDULED = "Scheduled"
    IN_TRANSIT = "In Transit"
    PAID = "Paid"
    FAILED = "Failed"
    CANCELED = "Canceled"
    UNKNOWN = "Unknown"


class DisputeStatus(StrEnum):
    """Names are Shopify's words."""

    NEEDS_RESPONSE = "Needs Response"
    UNDER_REVIEW = "Under Review"
    ACCEPTED = "Accepted"
    CHARGE_REFUNDED = "Charge Refunded"
    PREVENTED = "Prevented"
    WON = "Won"
    LOST = "Lost"
    UNKNOWN = "Unknown"


class Payout(msgspec.Struct, frozen=True, kw_only=True):
    """One payout. Amounts in `currency`, all of them as text; `issued_at` UTC, ISO 8601.

    type      Deposit (to the merchant's bank), Withdrawal (from it) or Unknown
    trace_id  what the bank's line shows; "" while there is none
    sent      hash of the payout as Shopify last sent it; "" if it could not be captured
    """

    id: str
    status: PayoutStatus
    type: str
    issued_at: str
    trace_id: str
    currency: str
    net: str
    charges_gross: str
    charges_fee: str
    refunds_gross: str
    refunds_fee: str
    adjustments_gross: str
    adjustments_fee: str
    reserved_funds_gross: str
    reserved_funds_fee: str
    retried_payouts_gross: str
    retried_payouts_fee: str
    advance_gross: str
    advance_fee: str
    sent: str

    @property
    def settled(self) -> bool:
        """A failed payout is not: Shopify tries it again."""
        return bool(self.sent) and self.status in (PayoutStatus.PAID, PayoutStatus.CANCELED)


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """One dispute; times are UTC, ISO 8601, "" = none.

    type   Chargeback, Inquiry or Unknown
    order_id  Shopify's, "" if it has none or was erased on a person's request
    sent   hash of the dispute as Shopify last sent it; "" if it could not be captured
    """

    id: str
    status: DisputeStatus
    type: str
    amount: str
    currency: str
    reason: str
    network_reason_code: str
    initiated_at: str
    evidence_due_by: str
    evidence_sent_on: str
    finalized_on: str
    order_id: str = msgspec.field(name="order")
    order_name: str
    sent: str

    @property
    def settled(self) -> bool:
        """Won and lost ones are, and whatever Shopify gave a final date."""
        final = self.status in (DisputeStatus.WON, DisputeStatus.LOST) or bool(self.finalized_on)
        return bool(self.sent) and final


T = TypeVar("T", bound=Payout | Dispute)


class PaymentsList(NamedTuple, Generic[T]):
    """Rows, newest first; more may follow while `continuation` is not empty."""

    rows: list[T]
    continuation: str


class Payments(Generic[T]):
    """The rows of one of the two tables, of all shops."""

    def __init__(self, table: Table, type: type[T]) -> None:
        self._table, self._type = table, type

    def of(self, shop: str, ids: Sequence[str]) -> dict[str, T]:
        """Those of these ids that are kept; one query, since the ids of a page lie close together."""
        if not ids:
            return {}
        rows = self._table.partition(shop, inverted_key_of(max(ids, key=key_of)), inverted_key_of(min(ids, key=key_of)))
        return {one.id: one for one in map(self._read, rows) if one.id in set(ids)}

    def save(self, shop: str, rows: Iterable[T]) -> None:
        """Write them, whatever is there: the shop's lease keeps others away."""
        self._table.write(Put("put", _written(shop, one)) for one in rows)

    def open(self, shop: str) -> list[str]:
        """Ids of those that may still change."""
        rows = self._table.rows(
            "PartitionKey eq @p and settled eq false", {"p": shop}, select=("PartitionKey", "RowKey"))
        return [_id(row) for row in rows]

    def newest(self, shop: str) -> str:
        """The greatest id that is kept, "" if there is none."""
        return next(map(_id, self._table.first(1, "PartitionKey eq @p", {"p": shop})), "")

    def all(self, shop: str) -> Iterator[T]:
        """Every row of the shop, newest first."""
        return map(self._read, self._table.partition(shop))

    @property
    def statuses(self) -> list[str]:
        """The words of Shopify's that a row may have."""
        return [one.value for one in (PayoutStatus if self._type is Payout else DisputeStatus)]

    def page(self, shop: str, continuation: str = "", *, status: str = "") -> PaymentsList[T]:
        """Fifty rows, newest first, of this status; ConnectorError input-invalid for a continuation that is none."""
        below = _after(continuation) if continuation else ""
        question = "PartitionKey eq @p and RowKey gt @below" + (" and status eq @status" if status else "")
        rows = self._table.first(PAGE + 1, question, {"p": shop, "below": below, "status": status})
        more = len(rows) > PAGE
        return PaymentsList([self._read(row) for row in rows[:PAGE]], _id(rows[PAGE - 1]) if more else "")

    def _read(self, row: Row) -> T:
        return msgspec.convert(row | {"id": _id(row)}, self._type)


def _written(shop: str, one: Payout | Dispute) -> Row:
    fields: Row = msgspec.to_builtins(one)
    del fields["id"]
    return {"PartitionKey": shop, "RowKey": inverted_key_of(one.id), "settled": one.settled} | fields


def _after(continuation: str) -> str:
    id = id_in(continuation)
    if id is None:
        raise ConnectorError("input-invalid", sentence(
            "{continuation} is not the continuation of a list", continuation=repr(continuation[:60])))
    return inverted_key_of(id)


def _id(row: Row) -> str:
    return id_of_inverted_key(row["RowKey"])


def _forget_orders(storage: Storage, whom: DataSubject) -> int:
    """Disputes about the person's orders no longer say which order they are about."""
    disputes = Payments(storage.tables[DISPUTES], Dispute)
    told = [one for one in disputes.all(whom.shop) if one.order_id in whom.orders]
    disputes.save(whom.shop, [msgspec.structs.replace(one, order_id="", order_name="") for one in told])
    return len(told)


PAYOUTS_HELD = Holding(
    "payouts", (PAYOUTS,), of_shop=rows_of(PAYOUTS), of_person="sums of a day, which name nobody"
)
DISPUTES_HELD = Holding(
    "disputes", (DISPUTES,), of_shop=rows_of(DISPUTES),
    of_person=OfPerson(_forget_orders, "the dispute as Shopify sent it is among the captures"),
)
