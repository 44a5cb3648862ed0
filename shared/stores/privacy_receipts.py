"""Receipts: that a privacy request came, what was done, and how much was found. Nothing of the person but the id.

Table PrivacyRequests, partition = shop, key = `<topic>|<number>`, so that a request delivered twice is one row.
Receipts are kept when everything else of the person or the shop is gone.
"""
from __future__ import annotations

import re

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.storage.holding import Holding
from shared.storage.tables import Row, Table

TABLE = "PrivacyRequests"
_WORD = re.compile(r"[\w:.+-]{1,120}", re.ASCII)
"""What may be a shop's code, or the number of a request or of a delivery."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One request; times are UTC, ISO 8601. `found`: entries by place.

    state  received, waiting (Shopify does not say whether it is true), done, failed, refused (it is not for us, it
           is not true, or it names nobody)
    """

    shop: str
    topic: str
    number: str
    state: str
    triggered_at: str
    received_at: str
    ended_at: str = ""
    customer: int = 0
    found: dict[str, int] = {}
    note: str = ""


class Receipts:
    """The receipts of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, receipt: Receipt) -> None:
        """Write the row."""
        text = msgspec.json.encode(receipt).decode()
        key = _key(receipt.topic, receipt.number)
        self._table.put({"PartitionKey": receipt.shop, "RowKey": key, "receipt": text})

    def find(self, shop: str, topic: str, number: str) -> Receipt | None:
        """The receipt of this request, or None; a shop or number that cannot be has none."""
        if not _WORD.fullmatch(shop) or not _WORD.fullmatch(number):
            return None
        row = self._table.get(shop, _key(topic, number))
        return _receipt(row) if row else None

    def all(self) -> list[Receipt]:
        """Every receipt, the latest first."""
        receipts = [_receipt(row) for row in self._table.rows("PartitionKey ge @first", {"first": ""})]
        return sorted(receipts, key=lambda receipt: receipt.received_at, reverse=True)

    def data_request(self, shop: str, number: str) -> Receipt:
        """The receipt of a customers/data_request, or ConnectorError not-found."""
        found = self.find(shop, "customers/data_request", number)
        if found is None:
            raise ConnectorError("not-found", f"shop {shop[:20]!r} has no data request {number[:40]!r}")
        return found


def _key(topic: str, number: str) -> str:
    return f"{topic.replace('/', '-')}|{number}"


def _receipt(row: Row) -> Receipt:
    return decoded(row["receipt"], type=Receipt)


HOLDING = Holding(
    "receipts", (TABLE,), of_shop="the proof of what was erased outlasts it",
    of_person="the customer's id and how much was found, kept as proof",
)
