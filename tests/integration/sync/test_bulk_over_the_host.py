"""A first load in bulk through the running app: called, woken and worked off over HTTP and queues, as in Azure."""
from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import requests

from local.azurite import Azurite
from local.functions_host.app_metadata import read_functions
from local.functions_host.host import FunctionsHost, HostConfig
from local.functions_host.http_front import Access
from local.functions_host.settings import read_host_json
from local.loop_thread import LoopThread
from local.processes import ROOT, free_port
from shared.shopify import bulk_worth
from shared.shopify.reading import listing
from shared.shopify.shapes import SHAPES
from shared.sync import in_bulk
from tests.admin import app_functions
from tests.house import House, a_house
from tests.waiting import wait_until

KEY = "host-key"
NEVER = "0 0 3 1 1 *"
SCHEDULES = dict.fromkeys((
    "SYNC_SCHEDULE", "LOG_PURGE_SCHEDULE", "SUBSCRIPTION_SCHEDULE", "HEALTH_SCHEDULE", "EVENT_QUEUE_SCHEDULE"), NEVER)
FOR_EVER = 10.0**9
ORDERS = range(5001, 5026)


class App(NamedTuple):
    """A house, and the host on which its app runs."""

    house: House
    host: FunctionsHost

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the admin API about the shop; its JSON."""
        answer = requests.request(method, f"{self.host.url}/api/shops/{self.house.shop}/{path}", json=body,
                                  headers={"x-functions-key": KEY}, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def found(self) -> list[int]:
        """How often each order of the history is in Business Central."""
        return [len(self.house.documents(number)) for number in ORDERS]


@pytest.fixture
def running_app(street_storage: Azurite, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """The app, where bulk is worth it for a few orders and nobody looks again within the hour."""
    monkeypatch.setattr(bulk_worth, "FIXED_SECONDS", 0.0)
    monkeypatch.setitem(SHAPES, "orders", dataclasses.replace(SHAPES["orders"], page_size=10))
    monkeypatch.setattr(in_bulk, "_SOONEST", timedelta(hours=1))
    monkeypatch.setattr(in_bulk, "_LATEST", timedelta(hours=1))
    listing.cache_clear()
    port = free_port()
    with a_house(street_storage.connection_string, public_url=f"http://127.0.0.1:{port}") as house:
        house.shopify.shop_state.allow_loopback = True
        monkeypatch.setattr("shared.root.connector", lambda: house.connector)
        monkeypatch.setattr("shared.root.ready_connector", lambda: house.connector)
        with running(port, street_storage.connection_string) as host:
            yield App(house, host)
    listing.cache_clear()


@contextmanager
def running(port: int, storage: str) -> Iterator[FunctionsHost]:
    """The app of this repository on the local functions host, at this port."""
    settings = {"AzureWebJobsStorage": storage, **SCHEDULES}
    app = SimpleNamespace(get_functions=app_functions)
    host = FunctionsHost(
        read_functions(app, settings, ROOT),  # type: ignore[arg-type]
        options=read_host_json(ROOT), settings=settings,
        config=HostConfig(host_id="bulk", access=Access(KEY, "master-key"), port=port))
    thread = LoopThread("host")
    thread.run(host.start())
    try:
        yield host
    finally:
        assert thread.run(host.stop(), 60) == []
        thread.stop()


def test_a_first_load_in_bulk_waits_for_shopify_and_goes_on_when_shopify_says_it_is_done(running_app: App) -> None:
    house, host = running_app
    for number in ORDERS:
        house.order(number)
    house.clock.forward(60)
    running_app.call("POST", "webhooks/renew")
    house.shopify.bulk.seconds = FOR_EVER

    asked = running_app.call("POST", "sync", {"types": ["orders"]})

    assert asked == {"queued": True, "types": ["orders"]}
    wait_until(lambda: [run["state"] for run in running_app.call("GET", "runs")] == ["continuing"])
    wait_until(lambda: not host.running)
    (waits,), (operation,) = house.connector.runs.latest(house.shop), house.shopify.shop_state.bulk_operations.values()
    assert [(type, awaited.id) for type, awaited in waits.awaits.items()] == [("orders", operation["id"])]
    assert running_app.found() == [0] * len(ORDERS)

    house.shopify.bulk.seconds = 0.0

    wait_until(lambda: running_app.call("GET", "runs")[0]["ended_at"])
    (run,) = running_app.call("GET", "runs")
    orders = run["counts"]["orders"]
    assert (run["id"], run["state"], run["warnings"]) == (waits.id, "succeeded", [])
    assert (orders["read"], orders["created"]) == (len(ORDERS), len(ORDERS))
    assert running_app.found() == [1] * len(ORDERS)
    told = [one.state for one in house.shopify.webhooks.listed() if one.topic == "bulk_operations/finish"]
    assert told == ["delivered"]
    assert "OrdersChanged" not in {call["operation"] for call in house.shopify.stats.last_calls()}
