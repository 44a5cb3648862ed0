"""Receipts: that a privacy request came, what was done, and how much was found. Nothing of the person but the id.

Table PrivacyRequests, partition = shop, key = `<topic>|<id>`, so that a request delivered twice is one row.
Receipts are kept when everything else of the person or the shop is gone.
"""
from __future__ import annotations

import re
from typing import Any

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.storage.holding import Holding
from shared.storage.tables import Row, Table
from shared.texts import NOTHING, Sentence, as_said, sentence, shortened

TABLE = "PrivacyRequests"
_LONGEST_NOTE = 2000
_WORD = re.compile(r"[\w:.+-]{1,120}", re.ASCII)
"""What may be a shop's code, or the id of a request or of a delivery."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One request; times are UTC, ISO 8601. `found`: entries by place.

    id           Shopify's of the request, or of the delivery if it has none
    customer_id  Shopify's; "" where it is about a shop

    state  received, waiting (Shopify does not say whether it is true), done, failed, refused (it is not for us, it
           is not true, or it names nobody)
    """

    shop: str
    topic: str
    id: str
    state: str
    triggered_at: str
    received_at: str
    ended_at: str = ""
    customer_id: str = ""
    found: dict[str, int] = {}
    note: Sentence = NOTHING


class Receipts:
    """The receipts of all shops."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, receipt: Receipt) -> None:
        """Write the row."""
        key = {"PartitionKey": receipt.shop, "RowKey": _key(receipt.topic, receipt.id)}
        self._table.put(key | {"receipt": msgspec.json.encode(_written(receipt)).decode()})

    def find(self, shop: str, topic: str, id: str) -> Receipt | None:
        """The receipt of this request, or None; a shop or id that cannot be has none."""
        if not _WORD.fullmatch(shop) or not _WORD.fullmatch(id):
            return None
        row = self._table.get(shop, _key(topic, id))
        return _receipt(row) if row else None

    def all(self) -> list[Receipt]:
        """Every receipt, the latest first."""
        receipts = [_receipt(row) for row in self._table.rows("PartitionKey ge @first", {"first": ""})]
        return sorted(receipts, key=lambda receipt: receipt.received_at, reverse=True)

    def data_request(self, shop: str, id: str) -> Receipt:
        """The receipt of a customers/data_request, or ConnectorError not-found."""
        found = self.find(shop, "customers/data_request", id)
        if found is None:
            raise ConnectorError("not-found", sentence(
                "shop {shop} has no data request {number}", shop=repr(shop[:20]), number=repr(id[:40])))
        return found


def _key(topic: str, id: str) -> str:
    return f"{topic.replace('/', '-')}|{id}"


def _written(receipt: Receipt) -> dict[str, Any]:
    """As versions before wrote it, and may read it: the id is called number, the customer's is one, and the note is
    English; a sentence is there as key and values too."""
    note = shortened(receipt.note, _LONGEST_NOTE)
    fields: dict[str, Any] = msgspec.to_builtins(receipt)
    return fields | {
        "number": fields.pop("id"), "customer": int(fields.pop("customer_id") or 0), "note": str(note), "said": note}


def _receipt(row: Row) -> Receipt:
    fields = decoded(row["receipt"], type=dict[str, Any])
    note = fields.get("note")
    said = fields.get("said") or (as_said(note) if note else NOTHING)
    return msgspec.convert(fields | {
        "id": fields["number"], "customer_id": str(fields.get("customer") or ""), "note": said}, Receipt)


HOLDING = Holding(
    "receipts", (TABLE,), of_shop="the proof of what was erased outlasts it",
    of_person="the customer's id and how much was found, kept as proof",
)
