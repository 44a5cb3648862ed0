"""Finding orders: by the name that people know them by, or one by its id.

Source: Shopify API search syntax; the field `name` of the connection `orders`. A search is broader than the name (it
knows no case, and takes #1001 for 1001), so the names of what is found are compared.
"""
from __future__ import annotations

import msgspec

from shared.errors import ConnectorError
from shared.shopify.client import ShopifyClient
from shared.shopify.reading import Record, by_ids
from shared.shopify.records import id_of
from shared.texts import sentence

MOST = 10


class _Named(msgspec.Struct):
    id: str
    name: str


class _Nodes(msgspec.Struct):
    nodes: list[_Named]


class _Answer(msgspec.Struct):
    page: _Nodes


def orders_named(client: ShopifyClient, name: str) -> list[str]:
    """The ids of the orders that have exactly this name, [] if there is none. Raises what ShopifyClient.ask raises."""
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    found = client.ask("orders_named", {"first": MOST, "filter": f"name:'{quoted}'"}, type=_Answer).page.nodes
    return [id_of(one.id) for one in found if one.name == name]


def order_by_id(client: ShopifyClient, id: str) -> Record:
    """The order as it is now; ConnectorError not-found, and what ShopifyClient.ask raises."""
    records = by_ids(client, "orders", [id])
    if not records:
        raise ConnectorError("not-found", sentence(
            "Shopify has no order {number} that the app may read", number=id))
    return records[0]
