"""What we hold about a person, as one JSON file for the merchant to hand on.

Source: Shopify, "Privacy law compliance" (customers/data_request). Where the file lies and how it ends is
export_files.py's; it is forgotten with the person too.
"""
from __future__ import annotations

from typing import Any

import msgspec

from shared.clock import iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.privacy.capture_traces import CaptureTraces
from shared.privacy.export_files import CONTAINER, name_of
from shared.privacy.holdings import HOLDINGS
from shared.privacy.subject import Subject
from shared.storage.holding import HandedOut, OfPerson
from shared.stores.privacy_receipts import Receipt
from shared.texts import NOTHING, Sentence, sentence


def export_customer(connector: Connector, shop: str, subject: Subject, request: str) -> tuple[dict[str, int], Sentence]:
    """Write the file; how much it holds, by place, and a remark for the receipt."""
    traces = CaptureTraces(connector.storage, shop, subject)
    # A payout is about other people's orders as well; what is no JSON any more cannot be handed out.
    captured = [one for one in traces.found
                if one.type != "payouts" and one.id and not traces.may_be_anothers(one)]
    whom = traces.data_subject(iso(connector.clock.now()))
    parts = {one.name: one.of_person.hand_out for one in HOLDINGS if isinstance(one.of_person, OfPerson)}
    handed_out = {name: (part.heading, part.of(connector.storage, whom)) for name, part in parts.items()
                  if isinstance(part, HandedOut)}
    content: dict[str, Any] = {
        "shop": shop, "customer_id": subject.id, "merged_customers": subject.merged,
        "written_at": whom.at,
        "records_as_shopify_sent_them": [
            {"type": one.type, "id": one.id, "record": msgspec.Raw(one.text.encode())} for one in captured
        ],
    } | dict(handed_out.values())
    name = name_of(shop, subject.id, request)
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    connector.storage.blobs.write(CONTAINER, name, text, "application/json")
    found = {"captures": len(captured)} | {name: len(entries) for name, (_, entries) in handed_out.items()}
    unreadable = sorted(traces.packs.unreadable)
    if not unreadable:
        return found, NOTHING
    remark = sentence("packs that could not be unpacked and are missing: {packs}", packs=", ".join(unreadable))
    return found | {"unreadable packs": len(unreadable)}, remark


def read_export(connector: Connector, receipt: Receipt) -> bytes:
    """The file of a data request, or ConnectorError not-found."""
    content = connector.storage.blobs.read(CONTAINER, name_of(receipt.shop, receipt.customer_id, receipt.id))
    if content is None:
        raise ConnectorError("not-found", sentence(
            "the export {number} is not written yet, has expired or has been erased", number=receipt.id))
    return content
