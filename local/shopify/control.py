"""The control API under /_control: tests change the shop, order faults, read figures. Loopback only.

GET    /_control/totals                       {customers, products, orders, companies, payouts, disputes, variants}
POST   /_control/{type}                       a spec (see `records`, `orders`) -> the full record
GET    /_control/{type}/{number}              the full record
PATCH  /_control/{type}/{number}              changes laid over the spec -> the full record
DELETE /_control/{type}/{number}
POST   /_control/customers/merge              {kept, deleted}: the second becomes the first
POST   /_control/touch                        {type, ids | count} -> {touched: [numbers]}
POST   /_control/faults                       {kind, times, ...} (see `faults`); GET lists, DELETE clears
PATCH  /_control/clock                        {ahead_seconds}: sets Shopify's clock apart from ours; GET reads both
GET    /_control/stats                        figures; POST /_control/stats/reset; GET /_control/calls
type: customers, products, orders, companies, payouts, disputes. Errors: 400 or 404 with {"error": sentence}; a key that
nobody knows is one.
More of it: `app_control`, `webhook_control`.
"""
from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from local.shopify.service import Service
from local.shopify.state import TYPES, iso

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=msgspec.json.encode(content), status=status, content_type="application/json",
                        charset="utf-8", headers=headers)


def add_control_routes(app: web.Application, service: Service) -> None:
    """Mount the control API."""
    state, faults, stats = service.state, service.faults, service.stats

    async def create(request: web.Request) -> Any:
        return state.put(_type(request), await request.json())

    async def read(request: web.Request) -> Any:
        record = state.record(_type(request), _number(request))
        if record is None:
            raise KeyError(request.match_info["number"])
        return record

    async def change(request: web.Request) -> Any:
        return state.patch(_type(request), _number(request), await request.json())

    async def remove(request: web.Request) -> Any:
        state.delete(_type(request), _number(request))
        return {}

    async def merge(request: web.Request) -> Any:
        wanted = await content_of(request, "kept", "deleted")
        service.merge_customers(wanted["kept"], wanted["deleted"])
        return state.record("customers", wanted["kept"])

    async def touch(request: web.Request) -> Any:
        wanted = await content_of(request, "type", "ids", "count")
        return {"touched": state.touch(wanted["type"], wanted.get("ids"), wanted.get("count", 0))}

    async def add_fault(request: web.Request) -> Any:
        faults.add(**await request.json())
        return faults.listed()

    async def clear_faults(request: web.Request) -> Any:
        faults.clear(query_of(request, "kind").get("kind"))
        return faults.listed()

    async def set_clock(request: web.Request) -> Any:
        service.clock.ahead_seconds = float((await content_of(request, "ahead_seconds"))["ahead_seconds"])
        return clock()

    def clock() -> Any:
        return {"now": iso(service.clock.now()), "ahead_seconds": service.clock.ahead_seconds}

    async def reset_stats(request: web.Request) -> Any:
        stats.reset()
        return stats.figures()

    def reading(value: Callable[[], Any]) -> Handler:
        async def answer(request: web.Request) -> Any:
            return value()
        return answer

    routes = [("GET", "totals", reading(state.totals)), ("GET", "stats", reading(stats.figures)),
              ("GET", "calls", reading(stats.last_calls)), ("GET", "faults", reading(faults.listed)),
              ("GET", "clock", reading(clock)), ("PATCH", "clock", set_clock),
              ("POST", "stats/reset", reset_stats), ("POST", "faults", add_fault), ("DELETE", "faults", clear_faults),
              ("POST", "touch", touch), ("POST", "customers/merge", merge),
              ("POST", "{type}", create), ("GET", "{type}/{number}", read),
              ("PATCH", "{type}/{number}", change), ("DELETE", "{type}/{number}", remove)]
    for method, path, handler in routes:
        app.router.add_route(method, f"/_control/{path}", answering(handler))


async def content_of(request: web.Request, *known: str) -> dict[str, Any]:
    """The JSON object of a request; {} for an empty body. ValueError for a key that is not known."""
    content = await request.json() if request.can_read_body else {}
    return _checked(content, known)


def query_of(request: web.Request, *known: str) -> dict[str, Any]:
    """The query of a request; ValueError for a name that is not known."""
    return _checked(dict(request.query), known)


def _checked(content: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    unknown = sorted(content.keys() - set(known))
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(known) or 'nothing'}")
    return content


def _type(request: web.Request) -> str:
    type = request.match_info["type"]
    if type not in TYPES:
        raise KeyError(type)
    return type


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def answering(handler: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    """Turn what a handler returns or raises into JSON."""
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return json_answer(await handler(request))
        except KeyError as error:
            return json_answer({"error": f"not found: {error}"}, 404)
        except (ValueError, TypeError, ArithmeticError) as error:
            return json_answer({"error": f"{type(error).__name__}: {error}"}, 400)
    return answer
