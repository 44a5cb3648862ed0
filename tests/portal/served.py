"""The portal of a house, served over HTTP as the functions host serves it, and whoever visits it.

The host's own front answers, so that keys, identity headers, cookies and the sign-in page are what they are in a
running app; only timers and queues are left out, and the connector is the house's.
"""
from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from aiohttp import web

from functions.portal.cookie import kept
from functions.portal.edge import TOKEN
from local.functions_host.app_metadata import of_group, read_functions
from local.functions_host.http_front import Access, HttpFront
from local.functions_host.invocation import Invoker
from tests.admin import app_functions
from tests.house import House, HouseStorage, a_house
from tests.repository import ROOT

OPERATOR, VIEWER, NOBODY = "ada@example.com:Operator", "vera@example.com:Viewer", "eve@example.com:Reader"
HTML = {"Accept": "text/html"}
_SCHEDULES = dict.fromkeys((
    "SYNC_SCHEDULE", "LOG_PURGE_SCHEDULE", "SUBSCRIPTION_SCHEDULE", "HEALTH_SCHEDULE", "EVENT_QUEUE_SCHEDULE",
), "0 0 0 1 1 *")


class Visitor:
    """A browser without a face: keeps cookies, follows the sign-in, and sends forms as a browser does."""

    def __init__(self, url: str, language: str = "en-GB") -> None:
        self.url, self.session = url, requests.Session()
        self.session.headers.update({**HTML, "Accept-Language": language})

    def get(self, path: str, **more: Any) -> requests.Response:
        """The page, signed in on the way if need be."""
        return self.session.get(self.url + path, timeout=30, **more)

    def post(self, path: str, fields: dict[str, str] | None = None, **more: Any) -> requests.Response:
        """Send a form of the portal; with `headers` other than a browser's own."""
        headers = {"Origin": self.url} | more.pop("headers", {})
        data = {TOKEN: self.token(), **(fields or {})}
        return self.session.post(self.url + path, data=data, headers=headers, timeout=30, **more)

    def token(self) -> str:
        """What the forms of this browser are known by."""
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.session.cookies)
        return kept({"Cookie": cookies}, https=False).form


class Portal:
    """A house, and the address of its portal."""

    def __init__(self, house: House, url: str) -> None:
        self.house, self.url = house, url

    def visitor(self, language: str = "en-GB") -> Visitor:
        """Somebody who has signed in, as whom `served` says."""
        visitor = Visitor(self.url, language)
        visitor.get("/portal")
        return visitor

    def stranger(self) -> Visitor:
        """Somebody who has not."""
        return Visitor(self.url)


def text_of(page: str) -> str:
    """What stands in the main part of a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])).split())


def page_of(portal: Portal) -> str:
    """The address of the page of the portal's shop."""
    return f"/portal/shops/{portal.house.shop}"


@contextmanager
def a_portal(
    storage: HouseStorage, monkeypatch: pytest.MonkeyPatch, *, who: str | None = OPERATOR, **settings: Any
) -> Iterator[Portal]:
    """A house and its portal, which everybody enters as `who`; None: authentication is off."""
    with served(who) as url, a_house(
        storage, **{"public_url": url, "authentication_on": who is not None, **settings}
    ) as house:
        monkeypatch.setattr("shared.root.connector", lambda: house.connector)
        yield Portal(house, url)


@contextmanager
def served(who: str | None) -> Iterator[str]:
    """The app's HTTP functions; their address."""
    app = SimpleNamespace(get_functions=app_functions)
    functions = of_group(read_functions(app, _SCHEDULES, ROOT), "http")  # type: ignore[arg-type]
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="portal", daemon=True)
    thread.start()

    async def start() -> web.AppRunner:
        front = HttpFront(functions, route_prefix="", access=Access("host-key", "master-key", None, who),
                          invoker=Invoker(_no_output, 8, timedelta(minutes=5)), run_by_hand=_no_output)
        runner = web.AppRunner(front.app, access_log=None, auto_decompress=False, max_field_size=32_768)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    runner = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)


async def _no_output(*_: object) -> None:
    raise AssertionError("a page has one output: its answer")
