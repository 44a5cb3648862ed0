"""OAuth over HTTP: tokens for codes, refresh tokens, old tokens or client credentials; and giving access back.

POST   /admin/oauth/access_token            JSON or form; answers JSON, errors {error, error_description}
DELETE /admin/api_permissions/current.json  the app removes itself (also under /admin/api/{version}/)
Source: Shopify: Authorization code grant; Offline access tokens; Uninstall an app with an API call.
Border: HTTP only; what is granted is `grants`, the merchant's page is `consent`. ID tokens are never issued
here, so every exchange of one is refused as expired.
Faults (see `faults`): token_5xx answers 502 before any work, token_lost closes the connection after it.
"""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from local.shopify.access import Token
from local.shopify.apps import App
from local.shopify.control import json_answer
from local.shopify.faults import Faults
from local.shopify.grants import Answer, Grants, Refused
from local.shopify.state import iso

BAD_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OFFLINE_TOKEN = "urn:shopify:params:oauth:token-type:offline-access-token"
Form = dict[str, str]


def add_oauth_routes(app: web.Application, grants: Grants, faults: Faults, uninstall: Callable[[App], None]) -> None:
    """Mount the token address and the removal; `uninstall` ends an installation with all that hangs on it."""
    async def token(request: web.Request) -> web.StreamResponse:
        broken = faults.take("token_5xx")
        if broken:
            return web.Response(text="<html><body>Bad gateway</body></html>", status=broken.get("status", 502),
                                content_type="text/html")
        answer = _answered(grants, await _form(request))
        if faults.take("token_lost") and request.transport is not None:
            request.transport.close()
        return answer

    async def remove(request: web.Request) -> web.StreamResponse:
        held = presented(request, grants)
        if held is None:
            return json_answer({"errors": BAD_TOKEN}, 401)
        uninstall(grants.apps[held.app])
        return json_answer({})

    app.router.add_post("/admin/oauth/access_token", token)
    app.router.add_delete("/admin/api_permissions/current.json", remove)
    app.router.add_delete("/admin/api/{version}/api_permissions/current.json", remove)


def presented(request: web.Request, grants: Grants) -> Token | None:
    """The working token of a request."""
    return grants.token(request.headers.get("X-Shopify-Access-Token", ""))


async def _form(request: web.Request) -> Form:
    """The parameters of a JSON or form body, as text; an unreadable body has none."""
    try:
        content: Any = await request.json() if "json" in request.content_type else await request.post()
    except (ValueError, LookupError):
        content = {}
    pairs = content.items() if hasattr(content, "items") else ()
    return {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in pairs}


def _answered(grants: Grants, form: Form) -> web.Response:
    kind = form.get("grant_type") or "authorization_code"
    call = {"at": iso(grants.clock.now()), "grant_type": kind, "client_id": form.get("client_id", ""), "error": None}
    grants.calls.append(call)
    try:
        return json_answer(_granted(grants, kind, form))
    except Refused as refused:
        call["error"] = refused.error
        return json_answer({"error": refused.error, "error_description": refused.description}, refused.status)


def _granted(grants: Grants, kind: str, form: Form) -> Answer:
    app = grants.caller(form.get("client_id", ""), form.get("client_secret", ""))
    expiring = form.get("expiring", "0").lower() in ("1", "true")
    if kind == "authorization_code":
        return grants.exchange_code(app, form.get("code", ""), expiring=expiring)
    if kind == "refresh_token":
        return grants.refresh(app, form.get("refresh_token", ""))
    if kind == "client_credentials":
        return grants.client_credentials(app)
    if kind == TOKEN_EXCHANGE:
        return _exchanged(grants, app, form, expiring)
    raise Refused("unsupported_grant_type", f"The grant type {kind} is not supported.")


def _exchanged(grants: Grants, app: App, form: Form, expiring: bool) -> Answer:
    if form.get("subject_token_type") != OFFLINE_TOKEN:
        raise Refused("invalid_subject_token", "The ID token has expired.")
    if not expiring or form.get("requested_token_type", OFFLINE_TOKEN) != OFFLINE_TOKEN:
        raise Refused("invalid_request", "An offline token can only be exchanged for an expiring offline token.")
    return grants.migrate(app, form.get("subject_token", ""))
