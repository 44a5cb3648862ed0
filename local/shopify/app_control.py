"""The control API of apps and access: what a developer or a merchant does outside any API.

GET    /_control/apps                      all apps, without secrets
PATCH  /_control/apps/{client_id}          {redirect_urls, title, webhook_urls {topic: url}, sign_with}
POST   /_control/client-secrets            {secret, client_id?}: a new secret; the old one stays accepted
DELETE /_control/client-secrets            ?client_id=: the old secret is revoked
POST   /_control/uninstall                 {client_id?}: the merchant removes the app
POST   /_control/expire-refresh-tokens     {client_id?}: refresh tokens end before their time
GET    /_control/token-calls               every token request: at, grant_type, client_id, error
`client_id` left out means the connector's app (the first one). Loopback only; see `control` for the rest.
"""
from __future__ import annotations

from typing import Any

from aiohttp import web

from local.shopify.control import answering, content_of, query_of
from local.shopify.service import Service


def add_app_control_routes(app: web.Application, service: Service) -> None:
    """Mount them; before the generic routes of `control`, which would take their paths."""
    grants = service.grants

    async def listed(request: web.Request) -> Any:
        return [known.described() for known in grants.apps.values()]

    async def configure(request: web.Request) -> Any:
        known = grants.apps[request.match_info["client_id"]]
        known.configure(await content_of(request, "redirect_urls", "title", "webhook_urls", "sign_with"))
        return known.described()

    async def rotate(request: web.Request) -> Any:
        wanted = await content_of(request, "secret", "client_id")
        known = service.app_of(wanted.get("client_id"))
        known.rotate(wanted["secret"], grants.clock.now())
        return known.described()

    async def revoke(request: web.Request) -> Any:
        known = service.app_of(query_of(request, "client_id").get("client_id"))
        known.revoke_old_secret()
        return known.described()

    async def uninstall(request: web.Request) -> Any:
        known = service.app_of((await content_of(request, "client_id")).get("client_id"))
        service.uninstall(known)
        return known.described()

    async def expire(request: web.Request) -> Any:
        known = service.app_of((await content_of(request, "client_id")).get("client_id"))
        grants.expire_refresh_tokens(known)
        return known.described()

    async def calls(request: web.Request) -> Any:
        return grants.calls

    routes = [("GET", "apps", listed), ("PATCH", "apps/{client_id}", configure), ("POST", "client-secrets", rotate),
              ("DELETE", "client-secrets", revoke), ("POST", "uninstall", uninstall),
              ("POST", "expire-refresh-tokens", expire), ("GET", "token-calls", calls)]
    for method, path, handler in routes:
        app.router.add_route(method, f"/_control/{path}", answering(handler))
