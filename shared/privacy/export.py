"""What we hold about a person, as one JSON file for the merchant to hand on.

Source: Shopify, "Privacy law compliance" (customers/data_request). Where the file lies and how it ends is
export_files.py's; it is forgotten with the person too.
"""
from __future__ import annotations

from typing import Any

import msgspec

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.privacy.capture_traces import CaptureTraces
from shared.privacy.export_files import CONTAINER, name_of
from shared.privacy.subject import Subject
from shared.stores.links import TABLE as LINK_TABLE
from shared.stores.links import Links
from shared.stores.privacy_receipts import Receipt


def export_customer(connector: Connector, shop: str, subject: Subject, number: str) -> tuple[dict[str, int], str]:
    """Write the file; how much it holds, by place, and a remark for the receipt."""
    traces = CaptureTraces(connector.storage, shop, subject)
    # A payout is about other people's orders as well; what is no JSON any more cannot be handed out.
    captured = [one for one in traces.found if one.kind != "payouts" and one.number]
    orders = sorted(traces.orders)
    links = _links(connector, shop, "customers", list(subject.ids)) + _links(connector, shop, "orders", orders)
    own = {*(("customers", id) for id in subject.ids), *(("orders", number) for number in orders)}
    skipped = [one for one in connector.skipped.of(shop) if (one.kind, one.number) in own]
    content: dict[str, Any] = {
        "shop": shop, "customer": subject.id, "merged_customers": subject.merged,
        "written_at": connector.clock.now().isoformat(timespec="seconds"),
        "records_as_shopify_sent_them": [
            {"type": one.kind, "id": one.number, "record": msgspec.Raw(one.text.encode())} for one in captured
        ],
        "records_in_business_central": links,
        "skipped_records": skipped,
    }
    name = name_of(shop, subject.id, number)
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    connector.storage.blobs.write(CONTAINER, name, text, "application/json")
    found = {"captures": len(captured), "links": len(links), "skipped records": len(skipped)}
    unreadable = sorted(traces.packs.unreadable)
    if not unreadable:
        return found, ""
    remark = f"{len(unreadable)} packs could not be unpacked and are missing: {', '.join(unreadable)}"
    return found | {"unreadable packs": len(unreadable)}, remark[:2000]


def read_export(connector: Connector, receipt: Receipt) -> bytes:
    """The file of a data request, or ConnectorError not-found."""
    content = connector.storage.blobs.read(CONTAINER, name_of(receipt.shop, receipt.customer, receipt.number))
    if content is None:
        raise ConnectorError(
            "not-found", f"the export {receipt.number} is not written yet, has expired or has been erased"
        )
    return content


def remove_exports(connector: Connector, shop: str, customer: int | None = None) -> int:
    """Remove the files about this customer, or about all; how many."""
    blobs = connector.storage.blobs
    names = blobs.names(CONTAINER, f"{shop}/" if customer is None else f"{shop}/{customer}/")
    if names:
        blobs.remove(CONTAINER, names)
    return len(names)


def _links(connector: Connector, shop: str, kind: str, numbers: list[int]) -> list[dict[str, str]]:
    found = Links(connector.storage.tables[LINK_TABLE], shop, kind).of(numbers).values()
    return [
        {"type": kind, "id": str(link.number), "set": link.bc_set, "number": link.bc_number, "header": link.header}
        for link in found
    ]
