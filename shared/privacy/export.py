"""What we hold about a person, as one JSON file for the merchant to hand on.

Source: Shopify, "Privacy law compliance" (customers/data_request). Container privacy-exports,
`<shop>/<customer>/<number>.json`. The file itself is forgotten with the person.
"""
from __future__ import annotations

from typing import Any

import msgspec

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.privacy import capture_traces
from shared.privacy.receipts import Receipt
from shared.privacy.subject import Subject, Traces
from shared.sync.links import TABLE as LINK_TABLE
from shared.sync.links import Links

CONTAINER = "privacy-exports"


def export_customer(
    connector: Connector, shop: str, subject: Subject, number: str, traces: Traces
) -> dict[str, int]:
    """Write the file; how much it holds, by place."""
    found = capture_traces.find(connector.storage, shop, traces.and_orders(subject.orders))
    captured = [one for one in found if one.kind != "payouts"]  # a payout is about other people's orders as well
    orders = set(subject.orders) | {one.number for one in captured if one.kind == "orders"}
    every = traces.and_orders(orders)
    links = _links(connector, shop, "customers", [subject.id]) + _links(connector, shop, "orders", sorted(orders))
    skipped = [one for one in connector.skipped.of(shop) if one.number in every.numbers or every.are_in(one.detail)]
    content: dict[str, Any] = {
        "shop": shop, "customer": subject.id, "written_at": connector.clock.now().isoformat(timespec="seconds"),
        "records_as_shopify_sent_them": [
            {"type": one.kind, "id": one.number, "record": decoded(one.raw)} for one in captured
        ],
        "records_in_business_central": links,
        "skipped_records": skipped,
    }
    name = _name(shop, subject.id, number)
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    connector.storage.blobs.write(CONTAINER, name, text, "application/json")
    return {"captures": len(captured), "links": len(links), "skipped records": len(skipped)}


def read_export(connector: Connector, receipt: Receipt) -> bytes:
    """The file of a data request, or ConnectorError not-found."""
    content = connector.storage.blobs.read(CONTAINER, _name(receipt.shop, receipt.customer, receipt.number))
    if content is None:
        raise ConnectorError("not-found", f"the export {receipt.number} is not written yet, or has been erased")
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


def _name(shop: str, customer: int, number: str) -> str:
    return f"{shop}/{customer}/{number}.json"
