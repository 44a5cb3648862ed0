"""The merchant's side of OAuth: the page that asks to install an app, and the way back to the app.

GET shows the page, POST is its form. A browser (or a test) posts the hidden fields with
`decision` (install | cancel), optionally `grant` once for each scope it grants (none = all that were asked)
and `shop` (the store it really agrees for, default this one). Cancelling leaves the browser in Shopify's
admin: nothing is sent to the app.
Source: Shopify: Authorization code grant; error pages as reported for unknown keys and redirect addresses.
"""
from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from local.shopify.apps import App
from local.shopify.grants import Grants, Refused

PATH = "/admin/oauth/authorize"
SCOPE = re.compile(r"(unauthenticated_|customer_)?(read|write)_\w+")
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1>{content}</main></body></html>"""
FORM = """<p>{app} will be able to do this on {shop}:</p>
<form method="post" action="{path}">{hidden}
<ul>{scopes}</ul>
<button name="decision" value="install">Install</button>
<button name="decision" value="cancel">Cancel</button></form>"""


def add_consent_routes(app: web.Application, grants: Grants, domain: str) -> None:
    """Mount the page and its form."""
    async def ask(request: web.Request) -> web.StreamResponse:
        return _shown(request.query, grants, domain)

    async def decide(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        granted = [value for value in form.getall("grant", []) if isinstance(value, str)]
        return _decided(fields, granted, grants, domain)

    app.router.add_get(PATH, ask)
    app.router.add_post(PATH, decide)


def _shown(query: Mapping[str, str], grants: Grants, domain: str) -> web.Response:
    try:
        app, scopes = _checked(query, grants)
    except Refused as refused:
        return _refusal(refused)
    names = ("client_id", "scope", "redirect_uri", "state")
    hidden = "".join(_field("hidden", name, query.get(name, "")) for name in names if name in query)
    boxes = "".join(f"<li><label>{_field('checkbox', 'grant', scope, ' checked')} {scope}</label></li>"
                    for scope in scopes)
    content = FORM.format(app=escape(app.title), shop=domain, path=PATH, scopes=boxes,
                          hidden=hidden + _field("hidden", "shop", domain))
    return _page(f"Install {app.title}?", content)


def _decided(fields: Mapping[str, str], granted: list[str], grants: Grants, domain: str) -> web.Response:
    try:
        app, asked = _checked(fields, grants)
    except Refused as refused:
        return _refusal(refused)
    if fields.get("decision", "install") != "install":
        return _page("Apps", f"<p>{escape(app.title)} was not installed.</p>")
    code = grants.consent(app, frozenset(granted) & frozenset(asked) if granted else frozenset(asked))
    shop = fields.get("shop") or domain
    parameters = {"code": code, "host": _host(shop), "shop": shop,
                  "timestamp": str(int(grants.clock.now().timestamp()))}
    if "state" in fields:
        parameters["state"] = fields["state"]
    return web.Response(status=302, headers={"Location": signed_address(fields["redirect_uri"], parameters, app)})


def _checked(query: Mapping[str, str], grants: Grants) -> tuple[App, list[str]]:
    """The app and the scopes it asks for, or Shopify's refusal."""
    app = grants.app(query.get("client_id", ""))
    if not app.may_redirect_to(query.get("redirect_uri", "")):
        raise Refused("invalid_request", "The redirect_uri is not whitelisted")
    scopes = [scope for scope in re.split(r"[,\s]+", query.get("scope", "")) if scope]
    wrong = next((scope for scope in scopes if not SCOPE.fullmatch(scope)), None)
    if wrong:
        raise Refused("invalid_scope", f"The access scope is invalid: {wrong}")
    return app, scopes


def signed_address(redirect_uri: str, parameters: dict[str, str], app: App) -> str:
    """The way back: parameters with their hex HMAC (sorted ``key=value`` pairs, joined with ``&``)."""
    message = "&".join(f"{key}={value}" for key, value in sorted(parameters.items()))
    digest = hmac.new(app.secrets[0].encode(), message.encode(), hashlib.sha256).hexdigest()
    separator = "&" if urlsplit(redirect_uri).query else "?"
    return redirect_uri + separator + urlencode({**parameters, "hmac": digest})


def _host(shop: str) -> str:
    admin = f"admin.shopify.com/store/{shop.removesuffix('.myshopify.com')}"
    return base64.b64encode(admin.encode()).decode().rstrip("=")


def _field(kind: str, name: str, value: str, more: str = "") -> str:
    return f'<input type="{kind}" name="{name}" value="{escape(value)}"{more}>'


def _refusal(refused: Refused) -> web.Response:
    return _page("Oauth error", f"<p>Oauth error {refused.error}: {escape(refused.description)}</p>", 400)


def _page(title: str, content: str, status: int = 200) -> web.Response:
    return web.Response(text=PAGE.format(title=escape(title), content=content), status=status, content_type="text/html")
