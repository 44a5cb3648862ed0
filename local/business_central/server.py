"""The HTTP server: aiohttp on the loopback interface, in the main thread or in one of its own.

`start_business_central()` gives tests a running simulator; `__main__` runs one as a process.
Border: sockets and addresses; what is answered comes from service.py, control.py and tokens.py.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from aiohttp import web

from local.loop_thread import LoopThread

from .contract import Row
from .control import Control, ServiceTimes
from .faults import Faults
from .odata_query import split_query
from .seed import as_another_company, seed, stable_id
from .service import API_PATH, Exchange, Reply, Service, decode, encode
from .state import Clock, State
from .statistics import Statistics
from .throttle import Limits, Throttle
from .tokens import Tokens

HOST = "127.0.0.1"
TENANT = stable_id("tenant")
ENVIRONMENT = "sandbox"
MAXIMUM_BODY = 350 * 2**20


class SystemClock:
    """The time of the machine, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class BusinessCentral:
    """A simulator: its address and credentials, and everything a test may look at or set."""

    control: Control
    tokens: Tokens
    origin: str = ""
    runner: web.AppRunner | None = None
    thread: LoopThread | None = None
    owns_thread: bool = False

    @property
    def api_root(self) -> str:
        return f"{self.origin}/v2.0/{TENANT}/{ENVIRONMENT}/api/v2.0"

    @property
    def on_premises_root(self) -> str:
        """The same API as a server of one's own shows it: no tenant, the name of the server instance."""
        return f"{self.origin}/BC/api/v2.0"

    @property
    def company(self) -> str:
        return str(next(iter(self.state.rows("companies")))["id"])

    @property
    def token(self) -> str:
        return self.tokens.development_token

    @property
    def token_url(self) -> str:
        return f"{self.origin}/{TENANT}/oauth2/v2.0/token"

    @property
    def client_id(self) -> str:
        return self.tokens.client_id

    @property
    def client_secret(self) -> str:
        return self.tokens.client_secret

    @property
    def state(self) -> State:
        return self.control.state

    @property
    def stats(self) -> Statistics:
        return self.control.statistics

    @property
    def faults(self) -> Faults:
        return self.control.faults

    @property
    def limits(self) -> Limits:
        return self.control.limits

    def ready(self) -> Row:
        """What the ready file holds."""
        return {"api_root": self.api_root, "company": self.company, "token": self.token,
                "token_url": self.token_url, "tenant": TENANT, "environment": ENVIRONMENT,
                "client_id": self.client_id, "client_secret": self.client_secret,
                "control": f"{self.origin}/_control"}  # fmt: skip

    # --- running

    async def open(self, port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        throttle = Throttle(self.state.clock, self.control.limits)
        app = web.Application(client_max_size=MAXIMUM_BODY)
        app.add_routes(_routes(Service(self.control, self.tokens, throttle), self))
        self.runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=2)
        await self.runner.setup()
        listening = socket.create_server((HOST, port))
        await web.SockSite(self.runner, listening).start()
        self.origin = f"http://{HOST}:{listening.getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and let running requests end."""
        if self.runner:
            await self.runner.cleanup()
            self.runner = None

    def stop(self) -> None:
        """Stop a simulator started by `start_business_central`."""
        if self.thread is None:
            return
        thread, self.thread = self.thread, None
        thread.run(self.close())
        if self.owns_thread:
            thread.stop()

    def __enter__(self) -> BusinessCentral:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def build(
    clock: Clock | None = None, *, times: ServiceTimes | None = None, limits: Limits | None = None,
    state: State | None = None,
) -> BusinessCentral:  # fmt: skip
    """Wire a simulator, seeded unless a state is given; nothing listens yet."""
    clock = clock or SystemClock()
    if state is None:
        state = State(clock)
        seed(state)
    control = Control(state, Faults(), Statistics(), limits or Limits(), times or ServiceTimes(), threading.RLock())
    return BusinessCentral(control, Tokens(clock))


def start_business_central(
    clock: Clock | None = None, *, times: ServiceTimes | None = None, limits: Limits | None = None, port: int = 0,
    thread: LoopThread | None = None, state: State | None = None,
) -> BusinessCentral:  # fmt: skip
    """Start a simulator in a thread of its own, or in that one, seeded unless a state is given; `.stop()` when done.

    A seeded company has an id of its own: two that run one after the other are not one company to a store they share.
    `clock` gives the time for stamps, dates and token expiry; service times always pass in real seconds.
    """
    simulator = build(clock, times=times, limits=limits, state=state)
    if state is None:
        as_another_company(simulator.state)
    simulator.thread, simulator.owns_thread = thread or LoopThread("business-central"), thread is None
    simulator.thread.run(simulator.open(port))
    return simulator


# --- requests -----------------------------------------------------------------------------------------


def _routes(service: Service, simulator: BusinessCentral) -> list[web.RouteDef]:
    async def everything(request: web.Request) -> web.StreamResponse:
        raw_path, _, query = request.raw_path.partition("?")
        body = await request.read()
        if raw_path.startswith("/_control/"):
            return _control(simulator.control, request.method, raw_path, query, body)
        if raw_path.endswith("/oauth2/v2.0/token") and request.method == "POST":
            simulator.stats.tokens += 1
            status, answer = simulator.tokens.issue(split_query(body.decode()))
            return web.Response(status=status, body=encode(answer), content_type="application/json")
        match = API_PATH.match(raw_path)
        if match is None:
            return web.Response(status=404, text="<html><body>404</body></html>", content_type="text/html")
        url = (match["path"] or "") + (f"?{query}" if query else "")
        headers = {name.lower(): value for name, value in request.headers.items()}
        exchange = Exchange(request.method, simulator.origin + match["base"], url, headers, body)
        return _response(request, await service.answer(exchange))

    return [web.route("*", "/{path:.*}", everything)]


def _control(control: Control, method: str, path: str, query: str, body: bytes) -> web.Response:
    parts = [unquote(part) for part in path.removeprefix("/_control/").strip("/").split("/")]
    status, answer = control.handle(method, parts, split_query(query), decode(body) if body else None)
    return web.Response(status=status, body=encode(answer), content_type="application/json")


def _response(request: web.Request, reply: Reply) -> web.StreamResponse:
    if reply.drop:
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=500)
    headers = {"OData-Version": "4.0", "Content-Type": reply.content_type, **(reply.headers or {})}
    if not reply.body:
        headers.pop("Content-Type")
    return web.Response(status=reply.status, body=reply.body or None, headers=headers)
