"""The HTTP side of the host: routes, keys, and requests turned into calls and back.

Rules: Microsoft Learn, "Azure Functions HTTP trigger" (authorization keys, limits), "Work with access keys" and
"Manually run a non HTTP-triggered function"; App Service, "Work with user identities" (X-MS-CLIENT-PRINCIPAL) and
"Customize sign-in and sign-out" (/.auth/login/aad, /.auth/logout, the cookie AppServiceAuthSession).
401 without the right key, 404 for an unknown path or method, 204 for None, 500 with an empty body for a failure.
Border: no caller gets to know why a function failed; the log does.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web
from azure.functions import meta
from multidict import CIMultiDict

from local.functions_host.app_metadata import Function
from local.functions_host.errors import FunctionFailed
from local.functions_host.invocation import Invoker, text
from local.functions_host.routes import Route, find_route, parse_route
from local.functions_host.settings import DEFAULT_BODY_LIMIT_BYTES

log = logging.getLogger("host.http")

RunByHand = Callable[[Function, str], Awaitable[None]]

_SESSION = "AppServiceAuthSession"
# Set by the answer's own body or by the connection, never copied from a function.
_CONNECTION_HEADERS = {"content-length", "transfer-encoding", "connection"}


@dataclass(frozen=True)
class Access:
    """Who may call: the host's keys, and whether somebody is signed in without a sign-in page.

    `developer_principal`: None strips the identity headers of every request, as Azure does; "" lets them pass;
    "NAME:ROLE,ROLE" signs that person in wherever the request brings no identity of its own.
    `who_signs_in`: "NAME:ROLE,ROLE" is who a browser becomes that comes to the sign-in page; None: there is none.
    """

    host_key: str
    master_key: str
    developer_principal: str | None = None
    who_signs_in: str | None = None

    @property
    def session(self) -> str:
        """What the cookie of a signed-in browser holds; another host of these keys knows it too."""
        return hmac.new(self.host_key.encode(), b"session", "sha256").hexdigest()


class HttpFront:
    """The HTTP functions of one app behind their keys; `.app` is ready for an aiohttp runner."""

    def __init__(
        self,
        functions: list[Function],
        *,
        route_prefix: str,
        access: Access,
        invoker: Invoker,
        run_by_hand: RunByHand,
        body_limit: int = DEFAULT_BODY_LIMIT_BYTES,
    ) -> None:
        self._functions = {each.name: each for each in functions}
        self._routes = [_route(each, route_prefix) for each in functions if _is_http(each)]
        self._access = access
        self._invoker = invoker
        self._run_by_hand = run_by_hand
        self._by_hand: set[asyncio.Task[None]] = set()
        self.app = web.Application(client_max_size=body_limit)
        self.app.router.add_post("/admin/functions/{name}", self._run_function)
        self.app.router.add_get("/admin/host/status", self._status)
        if access.who_signs_in:
            self.app.router.add_get("/.auth/login/aad", self._sign_in)
            self.app.router.add_get("/.auth/logout", self._sign_out)
        self.app.router.add_route("*", "/{path:.*}", self._answer)

    async def finish(self) -> None:
        """Wait for the functions that were started by hand."""
        await asyncio.gather(*self._by_hand, return_exceptions=True)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        found = find_route(self._routes, request.method, request.rel_url.raw_path)
        if found is None:
            return web.Response(status=404)
        route, values = found
        function = self._functions[route.function]
        if not self._may_call(function, request):
            return web.Response(status=401)
        try:
            answer = await self._invoker.run(function, await self._datum(request, values), {})
        except FunctionFailed:
            return web.Response(status=500)
        return _response(answer)

    def _may_call(self, function: Function, request: web.Request) -> bool:
        level = str(function.trigger.get("authLevel", "FUNCTION")).lower()
        accepted = {
            "anonymous": None,
            "function": (self._access.host_key, self._access.master_key),
            "admin": (self._access.master_key,),
        }[level]
        return accepted is None or _has_key(request, accepted)

    async def _datum(self, request: web.Request, route_values: Mapping[str, str]) -> meta.Datum:
        return meta.Datum(
            {
                "method": text(request.method),
                "url": text(f"{request.scheme}://{request.host}{request.raw_path}"),
                "headers": _texts(self._headers(request)),
                "params": _texts(route_values),
                # A parameter without a value does not reach the Python worker.
                "query": _texts(_joined((name, value) for name, value in request.query.items() if value)),
                # GrpcMessageConversionExtensions.cs of the host: without Content-Length no body is handed over.
                "body": meta.Datum(await request.read() if request.content_length else b"", "bytes"),
            },
            "http",
        )

    def _headers(self, request: web.Request) -> dict[str, str]:
        headers = _joined((name.lower(), value) for name, value in request.headers.items())
        principal = self._access.developer_principal
        if principal is None:
            ours = {name: value for name, value in headers.items() if not name.startswith("x-ms-client-principal")}
            return ours | (principal_headers(self._access.who_signs_in or "") if self._has_session(request) else {})
        if principal and "x-ms-client-principal" not in headers:
            headers |= principal_headers(principal)
        return headers

    def _has_session(self, request: web.Request) -> bool:
        given = request.cookies.get(_SESSION, "")
        return bool(self._access.who_signs_in) and hmac.compare_digest(given.encode(), self._access.session.encode())

    async def _sign_in(self, request: web.Request) -> web.Response:
        """Nobody is asked for a password here: whoever comes is the developer."""
        answer = _sent_back(request.query.get("post_login_redirect_uri", "/"))
        answer.set_cookie(_SESSION, self._access.session, httponly=True, samesite="Lax")
        return answer

    async def _sign_out(self, request: web.Request) -> web.Response:
        answer = _sent_back(request.query.get("post_logout_redirect_uri", "/.auth/logout/done"))
        answer.del_cookie(_SESSION)
        return answer

    async def _run_function(self, request: web.Request) -> web.Response:
        if not _has_key(request, (self._access.master_key,)):
            return web.Response(status=401)
        function = self._functions.get(request.match_info["name"])
        if function is None:
            return web.Response(status=404)
        try:
            given = json.loads(await request.text() or "{}").get("input", "")
        except (ValueError, AttributeError):
            return web.Response(status=400, text='The body must be JSON such as {"input": "..."}.')
        self._start_by_hand(function, given if isinstance(given, str) else json.dumps(given))
        return web.Response(status=202)

    def _start_by_hand(self, function: Function, given: str) -> None:
        task = asyncio.create_task(self._run_quietly(function, given))
        self._by_hand.add(task)
        task.add_done_callback(self._by_hand.discard)

    async def _run_quietly(self, function: Function, given: str) -> None:
        try:
            if _is_http(function):
                await self._invoker.run(function, _request_by_hand(given), {})
            else:
                await self._run_by_hand(function, given)
        except FunctionFailed:
            log.info("function %s, started by hand, failed", function.name)

    async def _status(self, request: web.Request) -> web.Response:
        if not _has_key(request, (self._access.master_key,)):
            return web.Response(status=401)
        return web.json_response({"state": "Running", "running": self._invoker.running})


def _sent_back(to: str) -> web.Response:
    """302 to a page of this app; App Service takes addresses of others only where they are allowed."""
    ours = to.startswith("/") and not to.startswith(("//", "/\\"))
    return web.Response(status=302, headers={"Location": to}) if ours else web.Response(status=403)


TENANT = "11111111-2222-3333-4444-555555555555"
"""The tenant of Microsoft Entra that everybody here signs in with."""


def principal_headers(person: str) -> dict[str, str]:
    """The identity headers App Service adds for a signed-in "NAME:ROLE,ROLE", the tenant under its mapped name."""
    name, _, roles = person.partition(":")
    tenant = {"typ": "http://schemas.microsoft.com/identity/claims/tenantid", "val": TENANT}
    given = [{"typ": "roles", "val": each} for each in roles.split(",") if each]
    claims = [tenant, {"typ": "name", "val": name}, *given]
    principal = {"auth_typ": "aad", "name_typ": "name", "role_typ": "roles", "claims": claims}
    return {
        "x-ms-client-principal": base64.b64encode(json.dumps(principal).encode()).decode(),
        "x-ms-client-principal-id": "00000000-0000-0000-0000-000000000001",
        "x-ms-client-principal-name": name,
        "x-ms-client-principal-idp": "aad",
    }


def _route(function: Function, prefix: str) -> Route:
    template = function.trigger.get("route") or function.name
    return parse_route(function.name, f"{prefix}/{template}", function.trigger.get("methods") or ())


def _is_http(function: Function) -> bool:
    return bool(function.trigger["type"] == "httpTrigger")


def _has_key(request: web.Request, accepted: tuple[str, ...]) -> bool:
    given = request.headers.get("x-functions-key") or request.query.get("code") or ""
    return any(hmac.compare_digest(given.encode(), key.encode()) for key in accepted)


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Several values of one name become one text with commas, as a function sees them in Azure."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _texts(values: Mapping[str, str]) -> dict[str, meta.Datum]:
    return {name: text(value) for name, value in values.items()}


def _request_by_hand(given: str) -> meta.Datum:
    empty: dict[str, meta.Datum] = {}
    parts = {
        "method": text("POST"),
        "url": text("http://localhost/admin"),
        "body": meta.Datum(given.encode(), "bytes"),
    }
    return meta.Datum({**parts, "headers": empty, "params": empty, "query": empty}, "http")


def _response(answer: meta.Datum | None) -> web.Response:
    if answer is None:
        return web.Response(status=204)
    if answer.type == "string":
        return web.Response(text=answer.value)
    value = answer.value
    headers = [(name, each.value) for name, each in value["headers"].items()]
    kept = [(name, each) for name, each in headers if name.lower() not in _CONNECTION_HEADERS]
    cookies = [morsel.OutputString() for jar in value["cookies"] or () for morsel in jar.values()]
    return web.Response(
        status=int(value["status_code"].value),
        body=value["body"].value,
        headers=CIMultiDict(kept + [("Set-Cookie", cookie) for cookie in cookies]),
    )
