"""A door with TLS in front of the simulated Shopify, for programs that know no other address than *.myshopify.com.

    python -m benchmarks.peer_front --shopify URL --certificate FILE --ready-file FILE

Passes everything on, but for what belongs to Shopify's REST API, which the simulator has not: who asks for shop.json or
for the scopes of his token is told by the door, in the few fields that decide whether he goes on. One field is taken
out of what is asked, which 2025-07 has, the version that tap-shopify names: the simulator knows the schema of 2026-10.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout, web

from local.identity.certificate import make_certificate, served_with
from local.shopify.demo_shop import DOMAIN

UPSTREAM = web.AppKey("upstream", ClientSession)
FIELDS_OF_OLDER_VERSIONS = (b"permitsSkuSharing",)
SCOPES = (
    "read_all_orders", "read_assigned_fulfillment_orders", "read_customers", "read_fulfillments", "read_inventory",
    "read_locations", "read_merchant_managed_fulfillment_orders", "read_orders", "read_products", "read_publications",
    "read_third_party_fulfillment_orders",
)
_NOT_PASSED_ON = {"host", "content-length", "accept-encoding", "transfer-encoding", "content-encoding", "connection"}


def build_front(shopify: str) -> web.Application:
    """The door as a web application."""
    front = web.Application(client_max_size=64 * 2**20)

    async def upstream(app: web.Application):  # type: ignore[no-untyped-def]
        async with ClientSession(shopify, timeout=ClientTimeout(total=None)) as app[UPSTREAM]:
            yield

    front.cleanup_ctx.append(upstream)
    front.router.add_get("/admin/api/{version}/shop.json", _shop)
    front.router.add_get("/admin/oauth/access_scopes.json", _scopes)
    front.router.add_route("*", "/{path:.*}", _passed_on)
    return front


async def _shop(request: web.Request) -> web.Response:
    return web.json_response({"shop": {"id": 61000000001, "name": "Demo FR", "myshopify_domain": DOMAIN}})


async def _scopes(request: web.Request) -> web.Response:
    return web.json_response({"access_scopes": [{"handle": scope} for scope in SCOPES]})


async def _passed_on(request: web.Request) -> web.Response:
    body = await request.read()
    for field in FIELDS_OF_OLDER_VERSIONS:
        body = body.replace(field, b"")
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON}
    async with request.app[UPSTREAM].request(request.method, request.path_qs, data=body, headers=headers) as answer:
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_ON}
        return web.Response(body=await answer.read(), status=answer.status, headers=kept)


async def serve(options: argparse.Namespace) -> None:
    """Until SIGTERM or SIGINT."""
    runner = web.AppRunner(build_front(options.shopify), access_log=None)
    await runner.setup()
    certificate = make_certificate(options.certificate, ["*.myshopify.com"])
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=served_with(certificate)).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    part = options.ready_file.with_name(f"{options.ready_file.name}.part")
    part.write_text(json.dumps({"port": runner.addresses[0][1]}))
    os.replace(part, options.ready_file)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shopify", required=True)
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--ready-file", type=Path, required=True)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
