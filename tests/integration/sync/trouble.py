"""What befalls a run, and what an operator does about it."""
from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from shared.exchange import Exchange
from shared.stores.sync_runs import SyncRun
from tests.house import House


class WorkerDied(BaseException):
    """What no handler of ours may catch, as a kill would not be."""


def makes_orders(exchange: Exchange) -> bool:
    """Whether this call made sales orders, one by itself or several in a batch."""
    path = urlsplit(exchange.url).path
    together = path.endswith("/$batch") and '/salesOrders"' in exchange.request.replace("?$expand=salesOrderLines", "")
    return exchange.method == "POST" and (together or path.endswith("/salesOrders"))


def retried(house: House) -> SyncRun:
    """A run in which every parked order is tried again."""
    house.connector.skipped.make_all_due(house.shop, house.clock.now())
    return house.sync("orders")


def links_lost(house: House) -> None:
    links = house.connector.storage.tables["Links"]
    for row in list(links.partition(f"{house.shop}|orders")):
        links.delete(row["PartitionKey"], row["RowKey"])


def touched(house: House, number: int, **changes: Any) -> None:
    """Changed in Shopify, so that the next run reads the order again."""
    house.clock.forward(60)
    house.change("orders", number, **{"note": "Merci", **changes})
