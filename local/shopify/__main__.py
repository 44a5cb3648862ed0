"""``python -m local.shopify``: the simulated shop as a process, until SIGTERM or SIGINT."""
from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from local.shopify.bucket import PLANS
from local.shopify.demo_shop import DOMAIN, demo_shop
from local.shopify.server import CLIENT_ID, CLIENT_SECRET, FEW_TOKEN, TOKEN, build_app, listen, new_service
from local.shopify.service import Service
from local.shopify.state import ShopifyClock, ShopState, SystemClock


def main() -> None:
    options = read_options()
    clock = ShopifyClock(SystemClock())
    state = open_shop(options, clock)
    state.allow_loopback = options.allow_loopback or options.ready_file is not None
    state.any_connection_in_bulk = options.any_connection_in_bulk
    service = new_service(state, clock, options.plan, options.latency)
    listed = service.grants.apps[CLIENT_ID].redirect_urls
    listed += [address for address in options.redirect_url if address not in listed]
    asyncio.run(serve(service, options))
    if options.dump:
        service.keep()
        state.dump(options.dump)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.shopify", description="Simulated Shopify Admin API of a demo shop.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="written when the shop answers: address and tokens")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--customers", type=int, default=40)
    parser.add_argument("--products", type=int, default=30)
    parser.add_argument("--plain", action="store_true", help="three lines an order, nothing exotic")
    parser.add_argument("--lines-per-order", type=int)
    parser.add_argument("--plan", choices=sorted(PLANS), default="standard")
    parser.add_argument("--latency", type=float, default=0, help="seconds every answer takes")
    parser.add_argument("--dump", type=Path, help="read at start when it exists, written at stop (.gz packs it)")
    parser.add_argument("--now", type=datetime.fromisoformat, help="newest moment of the seeded shop (ISO 8601)")
    parser.add_argument("--redirect-url", action="append", default=[], help="another OAuth redirect address")
    parser.add_argument("--any-connection-in-bulk", action="store_true",
                        help="bulk operations take connections of what implements no Node")
    parser.add_argument("--allow-loopback", action="store_true",
                        help="webhooks may go to http://127.0.0.1 (always with --ready-file)")
    return parser.parse_args()


def open_shop(options: argparse.Namespace, clock: ShopifyClock) -> ShopState:
    if options.dump and options.dump.exists():
        return ShopState.load(options.dump, clock)
    now = options.now or clock.now()
    return demo_shop(seed=options.seed, now=now if now.tzinfo else now.replace(tzinfo=UTC), clock=clock,
                     customers=options.customers, products=options.products, orders=options.orders,
                     plain=options.plain, lines_per_order=options.lines_per_order)


async def serve(service: Service, options: argparse.Namespace) -> None:
    runner = web.AppRunner(build_app(service), access_log=None, shutdown_timeout=2)
    port = await listen(runner, options.port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    url = f"http://127.0.0.1:{port}"
    print(f"Shopify simulator: {url} ({DOMAIN})", flush=True)
    if options.ready_file:
        write_ready(options.ready_file, url)
    await stop.wait()
    await runner.cleanup()


def write_ready(path: Path, url: str) -> None:
    content = {"url": url, "shop": DOMAIN, "token": TOKEN, "few_scopes_token": FEW_TOKEN,
               "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content))
    os.replace(partial, path)


if __name__ == "__main__":
    main()
