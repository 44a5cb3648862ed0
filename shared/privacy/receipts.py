"""Receipts: that a privacy request came, what was done, and how much was found. Nothing of the person but the id.

Table PrivacyRequests, partition = shop, key = `<topic>|<number>`, so that a request delivered twice is one row.
Receipts are kept when everything else of the person or the shop is gone.
"""
from __future__ import annotations

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.storage.tables import Row, Table

TABLE = "PrivacyRequests"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One request; times are UTC, ISO 8601. `found`: entries by place.

    state  received, waiting (Shopify cannot be asked whether it is true), done, failed, refused (it is not for us, it
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
        key = f"{receipt.topic.replace('/', '-')}|{receipt.number}"
        text = msgspec.json.encode(receipt).decode()
        self._table.put({"PartitionKey": receipt.shop, "RowKey": key, "receipt": text})

    def all(self) -> list[Receipt]:
        """Every receipt, the latest first."""
        receipts = [_receipt(row) for row in self._table.rows("PartitionKey ge @first", {"first": ""})]
        return sorted(receipts, key=lambda receipt: receipt.received_at, reverse=True)

    def data_request(self, shop: str, number: str) -> Receipt:
        """The receipt of a customers/data_request, or ConnectorError not-found."""
        found = [r for r in self.all() if (r.shop, r.topic, r.number) == (shop, "customers/data_request", number)]
        if not found:
            raise ConnectorError("not-found", f"shop {shop[:20]!r} has no data request {number[:40]!r}")
        return found[0]


def _receipt(row: Row) -> Receipt:
    return decoded(row["receipt"], type=Receipt)
