"""Many simulated stores under one address, each with records, apps, points and faults of its own.

``python -m local.shopify.stores --stores 200``: ``store-17.myshopify.com`` answers below ``/store-17.myshopify.com``,
its control API included, which is what ``SHOPIFY_BASE_URL=http://127.0.0.1:PORT/{shop}`` comes to. All share a process,
where one that answers late hinders no other; the connector's development token is the same in all.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from local.shopify.bucket import PLANS
from local.shopify.demo_shop import demo_shop, shop_card
from local.shopify.records import Spec, gid
from local.shopify.server import BULK, CLIENT_ID, CLIENT_SECRET, TOKEN, build_app, new_service
from local.shopify.service import Service
from local.shopify.state import ShopifyClock, ShopState, SystemClock

FIRST_STORE = 61_000_000_100
APART = 10_000_000
"""So far the ids of one store lie from those of the next: ids are Shopify's, not a store's."""


def store_named(
    number: int, clock: ShopifyClock, *, orders: int, plan: str = "standard", latency: float = 0
) -> Service:
    """A store of its own domain and id, with few products and customers; no other store has a record with its ids."""
    domain, now = f"store-{number}.myshopify.com", datetime.now(UTC)
    drawn = demo_shop(seed=number, now=now, clock=clock, customers=2, products=2, orders=orders, plain=True)
    state = ShopState(shop_card(), clock)
    state.card |= {"id": gid("Shop", FIRST_STORE + number), "name": f"Store {number}", "myshopifyDomain": domain,
                   "url": f"https://{domain}"}
    for type in ("products", "customers", "orders"):
        state.add_all(type, [_moved(one.spec, number * APART) for one in drawn.stored(type)],
                      now - timedelta(days=3650))
    return new_service(state, clock, plan, latency)


def _moved(spec: Spec, by: int) -> Spec:
    """The same record with an id of another store; an order's customer is that store's too."""
    moved = {name: spec[name] + by for name in ("id", "customer") if isinstance(spec.get(name), int)}
    return {**spec, **moved}


def build_street(stores: Sequence[Service]) -> web.Application:
    """The web application of all the stores, each below its domain."""
    street = web.Application()
    for store in stores:
        street.add_subapp(f"/{store.state.card['myshopifyDomain']}", build_app(store))
    return street


async def listen_to_all(
    runner: web.AppRunner, street: web.Application, stores: Sequence[Service], port: int = 0
) -> str:
    """Bind to 127.0.0.1; the address, with {shop} where the store's domain stands."""
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    for store, app in zip(stores, street._subapps, strict=True):
        app[BULK].base_url = f"{url}/{store.state.card['myshopifyDomain']}"
    return f"{url}/{{shop}}"


def main() -> None:
    """The stores, until SIGTERM or SIGINT."""
    asyncio.run(serve(read_options()))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.shopify.stores", description="Many simulated Shopify stores.")
    parser.add_argument("--stores", type=int, default=200)
    parser.add_argument("--orders", type=int, default=3, help="orders of each store")
    parser.add_argument("--huge", type=int, default=0, metavar="ORDERS", help="the first store has so many")
    parser.add_argument("--slow", type=float, default=0, metavar="SECONDS", help="the second store takes so long")
    parser.add_argument("--plan", choices=sorted(PLANS), default="standard")
    parser.add_argument("--ready-file", type=Path, required=True)
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    clock = ShopifyClock(SystemClock())
    stores = [store_named(
        number, clock, plan=options.plan, orders=options.huge if number == 1 and options.huge else options.orders,
        latency=options.slow if number == 2 else 0) for number in range(1, options.stores + 1)]
    street = build_street(stores)
    runner = web.AppRunner(street, access_log=None, shutdown_timeout=2)
    url = await listen_to_all(runner, street, stores)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    write_ready(options.ready_file, url, [store.state.card["myshopifyDomain"] for store in stores])
    await stop.wait()
    await runner.cleanup()


def write_ready(path: Path, url: str, stores: list[str]) -> None:
    content: dict[str, Any] = {"url": url, "stores": stores, "token": TOKEN, "client_id": CLIENT_ID,
                               "client_secret": CLIENT_SECRET}
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content))
    os.replace(partial, path)


if __name__ == "__main__":
    main()
