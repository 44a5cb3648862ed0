"""The control API of webhooks: what is on its way, and what else may be sent.

GET    /_control/deliveries           every delivery with state, attempts and body; ?topic= filters
DELETE /_control/deliveries           forget them all; what waits is never sent
POST   /_control/deliveries/flush     {order?: reversed | shuffled, seed?}: try what waits, one after another
POST   /_control/deliveries/settle    {seconds?}: wait until nothing is due -> {settled}
GET, PATCH /_control/webhooks         {paused, retry_scale}
POST   /_control/webhooks             {topic, body, client_id?, store?}: any event by hand, also of another store
POST   /_control/privacy              {topic, customer: {id, email, phone}?, orders: [..]?, store?}
POST   /_control/scopes               {scopes, client_id?}: the app has other scopes; app/scopes_update
Loopback only; see `control` for the rest and `app_control` for where privacy topics go (webhook_urls).
"""
from __future__ import annotations

from typing import Any

from aiohttp import web

from local.shopify.control import answering, content_of, query_of
from local.shopify.sender import Sender
from local.shopify.service import Service


def add_webhook_control_routes(app: web.Application, service: Service, sender: Sender) -> None:
    """Mount them; before the generic routes of `control`, which would take their paths."""
    webhooks = service.webhooks

    async def listed(request: web.Request) -> Any:
        topic = query_of(request, "topic").get("topic")
        return [d.described() for d in webhooks.listed() if topic in (None, d.topic)]

    async def forget(request: web.Request) -> Any:
        webhooks.forget()
        return []

    async def flush(request: web.Request) -> Any:
        wanted = await content_of(request, "order", "seed")
        return [d.described() for d in await sender.flush(wanted.get("order", ""), wanted.get("seed", 1))]

    async def settle(request: web.Request) -> Any:
        return {"settled": await sender.settle((await content_of(request, "seconds")).get("seconds", 10))}

    async def switches(request: web.Request) -> Any:
        return {"paused": webhooks.paused, "retry_scale": webhooks.retry_scale}

    async def switch(request: web.Request) -> Any:
        wanted = await content_of(request, "paused", "retry_scale")
        webhooks.paused = bool(wanted.get("paused", webhooks.paused))
        webhooks.retry_scale = float(wanted.get("retry_scale", webhooks.retry_scale))
        webhooks.on_new()
        return await switches(request)

    async def publish(request: web.Request) -> Any:
        wanted = await content_of(request, "topic", "body", "client_id", "store")
        only = service.app_of(wanted["client_id"]) if "client_id" in wanted else None
        return [d.described() for d in webhooks.publish(
            wanted["topic"], wanted["body"], app=only, store=wanted.get("store", ""))]

    async def privacy(request: web.Request) -> Any:
        wanted = await content_of(request, "topic", "customer", "orders", "store")
        return [d.described() for d in webhooks.privacy(
            wanted["topic"], wanted.get("customer"), wanted.get("orders", []), wanted.get("store", ""))]

    async def scopes(request: web.Request) -> Any:
        wanted = await content_of(request, "scopes", "client_id")
        webhooks.scopes_changed(service.app_of(wanted.get("client_id")), wanted["scopes"])
        return {"scopes": wanted["scopes"]}

    routes = [("GET", "deliveries", listed), ("DELETE", "deliveries", forget), ("POST", "deliveries/flush", flush),
              ("POST", "deliveries/settle", settle), ("GET", "webhooks", switches), ("PATCH", "webhooks", switch),
              ("POST", "webhooks", publish), ("POST", "privacy", privacy), ("POST", "scopes", scopes)]
    for method, path, handler in routes:
        app.router.add_route(method, f"/_control/{path}", answering(handler))
