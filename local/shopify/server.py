"""The simulated shop over HTTP, on a loopback port (Shopify: GraphQL Admin API, endpoints and headers).

``start_shopify(...)`` runs it in a thread of its own for tests; ``python -m local.shopify`` as a process.
Border: HTTP only (paths, headers, statuses, ordered faults); what is answered is `service`.
"""
from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from local.loop_thread import LoopThread
from local.shopify.access import Token
from local.shopify.app_control import add_app_control_routes
from local.shopify.apps import App
from local.shopify.bulk_runner import BulkRunner
from local.shopify.consent import add_consent_routes
from local.shopify.control import add_control_routes, json_answer
from local.shopify.deliveries import Delivery
from local.shopify.demo_shop import DOMAIN, demo_shop
from local.shopify.oauth import BAD_TOKEN, add_oauth_routes, presented
from local.shopify.roots import SUPPORTED_VERSIONS
from local.shopify.sender import Sender
from local.shopify.service import Reserved, Service
from local.shopify.state import Clock, ShopifyClock, ShopState, SystemClock
from local.shopify.stats import Stats
from local.shopify.tied_faults import struck
from local.shopify.webhook_control import add_webhook_control_routes
from local.shopify.webhooks import Webhooks

TOKEN, FEW_TOKEN = "shpat_simulated_all_scopes", "shpat_simulated_few_scopes"
CLIENT_ID, CLIENT_SECRET = "simulated-client-id", "shpss_simulated_client_secret"
FEW_CLIENT_ID = "simulated-few-client-id"
APP_NUMBER = 347082227713
SENDER = web.AppKey("sender", Sender)
BULK = web.AppKey("bulk", BulkRunner)
BAD_GATEWAY_PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>Error {0}</h1></body></html>"


def served_version(asked: str) -> str:
    """The version that answers: the asked one, else the oldest supported (a retired one falls forward)."""
    return asked if asked in (*SUPPORTED_VERSIONS, "unstable") else SUPPORTED_VERSIONS[0]


def build_app(service: Service) -> web.Application:
    """The web application of one shop."""
    app = web.Application(client_max_size=16 * 2**20)

    async def dated(request: web.Request, answer: web.StreamResponse) -> None:
        """Every answer says what time it is at Shopify's (RFC 9110, 6.6.1), whole seconds."""
        answer.headers["Date"] = format_datetime(service.clock.now().astimezone(UTC), usegmt=True)

    app.on_response_prepare.append(dated)

    async def admin(request: web.Request) -> web.StreamResponse:
        return await _admin(service, request)

    app.router.add_post("/admin/api/{version}/graphql.json", admin)
    add_consent_routes(app, service.grants, service.state.card["myshopifyDomain"])
    add_oauth_routes(app, service.grants, service.faults, service.uninstall)
    sender = Sender(service.webhooks)
    app.cleanup_ctx.append(sender.running)
    app[SENDER] = sender
    bulk = app[BULK] = BulkRunner(service)
    app.cleanup_ctx.append(bulk.running)
    app.router.add_get("/bulk-operation-outputs/{name}", bulk.download)
    add_app_control_routes(app, service)
    add_webhook_control_routes(app, service, sender)
    add_control_routes(app, service)
    return app


async def _admin(service: Service, request: web.Request) -> web.StreamResponse:
    request_id = str(uuid.uuid4())
    headers = {"X-Request-Id": request_id, "X-Shopify-API-Version": served_version(request.match_info["version"]),
               "X-Shopify-Shop-Api-Call-Limit": "1/40"}
    dropped = service.faults.take("drop_connection")
    if dropped and not dropped.get("after_work"):
        return _dropped(request)
    refusal = _refused_early(service, headers)
    if refusal is not None:
        return refusal
    token = presented(request, service.grants)
    if token is None or service.faults.take("access_revoked"):
        return json_answer({"errors": BAD_TOKEN}, 401, headers)
    answer = await _answered(service, token, request, request_id, headers)
    return _dropped(request) if dropped else answer


def _refused_early(service: Service, headers: dict[str, str]) -> web.Response | None:
    limited = service.faults.take("http_429")
    if limited:
        wait = {"Retry-After": str(limited.get("retry_after", 2.0))}
        return json_answer({"errors": "Exceeded 2 calls per second for api client."}, 429, {**headers, **wait})
    broken = service.faults.take("http_5xx")
    if broken:
        return _broken(broken.get("status", 502), headers)
    if service.faults.take("http_403"):
        return _broken(403, headers)
    return None


async def _answered(service: Service, token: Token, request: web.Request, request_id: str,
                    headers: dict[str, str]) -> web.Response:
    try:
        body = json.loads(await request.read())
    except ValueError:
        return json_answer({"errors": {"query": "Required parameter missing or invalid"}}, 400, headers)
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return json_answer({"errors": {"query": "Required parameter missing or invalid"}}, 400, headers)
    answer = service.begin(token, body, request_id)
    late = service.faults.take("delay")
    wait = late.get("seconds", 0.2) if late else service.latency
    if wait:                            # reserved points stay reserved while the query "runs"
        await asyncio.sleep(wait)
    if not isinstance(answer, Reserved):
        return json_answer(answer, 200, headers)
    tied, operation, values = service.faults.tied(), answer.plan.name or "", answer.values
    answer = service.finish(answer)
    if not tied:
        return json_answer(answer, 200, headers)
    outcome = struck(tied, answer, request_id, operation, values.get("after"))
    if outcome.status == 0:
        return _dropped(request)
    if outcome.status != 200:
        return _broken(outcome.status, headers)
    reply = json_answer(outcome.answer, 200, headers)
    if outcome.spoilt:
        assert isinstance(reply.body, bytes)
        reply.body = outcome.content(reply.body)
    return reply


def _broken(status: int, headers: dict[str, str]) -> web.Response:
    return web.Response(text=BAD_GATEWAY_PAGE.format(status), status=status, content_type="text/html",
                        headers=headers)


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


@dataclass
class RunningShop:
    """A shop served from a thread of this process. `shop_state` may be changed at any time."""

    url: str
    service: Service
    _runner: web.AppRunner
    _thread: LoopThread
    _owns_thread: bool
    sender: Sender
    bulk: BulkRunner
    shop: str = DOMAIN
    token: str = TOKEN
    few_scopes_token: str = FEW_TOKEN
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET

    @property
    def shop_state(self) -> ShopState:
        return self.service.state

    @property
    def stats(self) -> Stats:
        return self.service.stats

    def fault(self, kind: str, times: int = 1, **parameters: Any) -> None:
        """Order a fault (see `faults`)."""
        self.service.faults.add(kind, times, **parameters)

    def clear_faults(self) -> None:
        self.service.faults.clear()

    @property
    def app(self) -> App:
        """The connector's app: its secrets, redirect addresses and privacy addresses may be changed."""
        return self.service.grants.apps[self.client_id]

    def uninstall(self) -> None:
        """The merchant removes the connector's app."""
        self.service.uninstall(self.app)

    @property
    def webhooks(self) -> Webhooks:
        """Deliveries and their switches (paused, retry_scale)."""
        return self.service.webhooks

    def flush_webhooks(self, order: str = "", seed: int = 1) -> list[Delivery]:
        """Try every waiting webhook once, one after another: as made, "reversed" or "shuffled"."""
        return self._thread.run(self.sender.flush(order, seed), 120)

    def settle_webhooks(self, seconds: float = 10) -> bool:
        """Wait until no webhook is due or on its way; False when that takes too long."""
        return self._thread.run(self.sender.settle(seconds), seconds + 10)

    @property
    def clock(self) -> ShopifyClock:
        """Shopify's clock, to be set apart from the others (ahead_seconds)."""
        return self.service.clock

    def stop(self) -> None:
        """Close the port, and end the thread if nobody else shares it."""
        self._thread.run(self._runner.cleanup())
        if self._owns_thread:
            self._thread.stop()


def new_service(state: ShopState, clock: ShopifyClock, plan: str, latency: float = 0,
                operations: Collection[str] = ()) -> Service:
    """A service that knows the two apps and their development tokens, or what the state kept of them."""
    service = Service(state, clock, plan=plan, latency=latency, operations=operations)
    if "grants" in state.kept:
        service.grants.restore(state.kept["grants"])
    else:
        service.grants.apps[CLIENT_ID] = App(CLIENT_ID, APP_NUMBER, [CLIENT_SECRET])
        service.grants.apps[FEW_CLIENT_ID] = App(FEW_CLIENT_ID, APP_NUMBER + 1, [CLIENT_SECRET], title="Few scopes",
                                                 lists_installations=False)
        service.grant(TOKEN, CLIENT_ID)
        service.grant(FEW_TOKEN, FEW_CLIENT_ID, few=True)
    state.app_numbers = {app.client_id: app.number for app in service.grants.apps.values()}
    return service


def start_shopify(*, state: ShopState | None = None, seed: int = 1, now: datetime | None = None,
                  customers: int = 20, products: int = 15, orders: int = 30, plain: bool = False,
                  lines_per_order: int | None = None, plan: str = "standard", latency: float = 0,
                  clock: Clock | None = None, port: int = 0, allow_loopback: bool = False,
                  operations: Collection[str] = (), thread: LoopThread | None = None) -> RunningShop:
    """Serve `state`, or a demo shop made from seed and counts, on a free loopback port, in `thread` or one of its own.

    `now` is the newest moment of a seeded shop, `latency` the seconds every answer takes; `allow_loopback`
    lets webhooks go to http://127.0.0.1, which the real Shopify refuses; `operations` are the names of what its client
    asks, so that no fault is tied to another.
    """
    if not isinstance(clock, ShopifyClock):
        clock = ShopifyClock(clock or SystemClock())
    if state is None:
        state = demo_shop(seed=seed, now=now or clock.now(), customers=customers, products=products,
                          orders=orders, plain=plain, lines_per_order=lines_per_order, clock=clock)
    state.allow_loopback = allow_loopback
    service = new_service(state, clock, plan, latency, operations)
    app = build_app(service)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    running = thread or LoopThread("shopify-simulator")
    taken = running.run(listen(runner, port))
    return RunningShop(f"http://127.0.0.1:{taken}", service, runner, running, thread is None, app[SENDER], app[BULK])


async def listen(runner: web.AppRunner, port: int) -> int:
    """Bind to 127.0.0.1 and return the port; bulk files are found under it."""
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    taken = int(runner.addresses[0][1])
    runner.app[BULK].base_url = f"http://127.0.0.1:{taken}"
    return taken
