"""Payouts and disputes of Shopify Payments as they were last read.

Tables Payouts and Disputes, partition = shop, row key = inverted Shopify number, so that the key order is newest
first. Amounts are decimals as text, with the digits Shopify sent. A row is settled when nothing more can happen to
it and it was captured; the others are read again in every run. Nothing of it goes to Business Central. Border:
rows and their lists; what Shopify sent is in the data captures.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import Generic, NamedTuple, TypeVar

import msgspec

from shared.errors import ConnectorError
from shared.shopify_ids import id_in
from shared.storage.account import Storage
from shared.storage.holding import DataSubject, Holding, OfPerson, rows_of
from shared.storage.tables import Put, Row, Table

PAYOUTS = "Payouts"
DISPUTES = "Disputes"
PAGE = 50
_GREATEST = 10**20 - 1


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

    number: int
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
    order  Shopify number of the order as text, "" if it has none or was erased on a person's request
    sent   hash of the dispute as Shopify last sent it; "" if it could not be captured
    """

    number: int
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
    order: str
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

    def of(self, shop: str, numbers: Sequence[int]) -> dict[int, T]:
        """Those of these numbers that are kept; one query, since numbers of a page lie close together."""
        if not numbers:
            return {}
        rows = self._table.partition(shop, _key(max(numbers)), _key(min(numbers)))
        return {one.number: one for one in map(self._read, rows) if one.number in set(numbers)}

    def save(self, shop: str, rows: Iterable[T]) -> None:
        """Write them, whatever is there: the shop's lease keeps others away."""
        self._table.write(Put("put", _written(shop, one)) for one in rows)

    def open(self, shop: str) -> list[int]:
        """Numbers of those that may still change."""
        rows = self._table.rows(
            "PartitionKey eq @p and settled eq false", {"p": shop}, select=("PartitionKey", "RowKey"))
        return [_number(row) for row in rows]

    def newest(self, shop: str) -> int:
        """The greatest number that is kept, 0 if there is none."""
        return next(map(_number, self._table.partition(shop)), 0)

    def all(self, shop: str) -> Iterator[T]:
        """Every row of the shop, newest first."""
        return map(self._read, self._table.partition(shop))

    def page(self, shop: str, continuation: str = "") -> PaymentsList[T]:
        """Fifty rows, newest first; ConnectorError input-invalid for a continuation that is none."""
        below = _after(continuation) if continuation else ""
        rows = list(islice((row for row in self._table.partition(shop, below) if row["RowKey"] != below), PAGE + 1))
        more = len(rows) > PAGE
        return PaymentsList([self._read(row) for row in rows[:PAGE]], str(_number(rows[PAGE - 1])) if more else "")

    def _read(self, row: Row) -> T:
        return msgspec.convert(row | {"number": _number(row)}, self._type)


def _written(shop: str, one: Payout | Dispute) -> Row:
    fields: Row = msgspec.to_builtins(one)
    del fields["number"]
    return {"PartitionKey": shop, "RowKey": _key(one.number), "settled": one.settled} | fields


def _after(continuation: str) -> str:
    number = id_in(continuation)
    if number is None:
        raise ConnectorError("input-invalid", f"{continuation[:60]!r} is not the continuation of a list")
    return _key(number)


def _key(number: int) -> str:
    return f"{_GREATEST - number:020d}"


def _number(row: Row) -> int:
    return _GREATEST - int(row["RowKey"])


def _forget_orders(storage: Storage, whom: DataSubject) -> int:
    """Disputes about the person's orders no longer say which order they are about."""
    disputes = Payments(storage.tables[DISPUTES], Dispute)
    wanted = set(map(str, whom.orders))
    told = [one for one in disputes.all(whom.shop) if one.order in wanted]
    disputes.save(whom.shop, [msgspec.structs.replace(one, order="", order_name="") for one in told])
    return len(told)


PAYOUTS_HELD = Holding(
    "payouts", (PAYOUTS,), of_shop=rows_of(PAYOUTS), of_person="sums of a day, which name nobody"
)
DISPUTES_HELD = Holding(
    "disputes", (DISPUTES,), of_shop=rows_of(DISPUTES),
    of_person=OfPerson(_forget_orders, "the dispute as Shopify sent it is among the captures"),
)
