"""A functions host in a process of its own, between simulators in this one: for kills and real time.

The host runs the real function_app.py. It can be killed at any moment and started again; storage
and both services live on, as they would in Azure.
"""
from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from local.business_central.server import BusinessCentral, start_business_central
from local.demo import shop_card
from local.processes import ROOT, Program, free_port
from local.shopify.server import RunningShop, start_shopify
from tests.house import OPERATIONS, TOKEN_KEY

SHOP = "STREET"
KEY = "local-host-key"


class Street:
    """The two services, and the host that comes and goes."""

    def __init__(self, storage: str, folder: Path, shopify: RunningShop, bc: BusinessCentral) -> None:
        self.shopify, self.bc, self._folder = shopify, bc, folder
        self._port = free_port()
        self.settings = {
            "PUBLIC_URL": f"http://127.0.0.1:{self._port}", "SHOPIFY_CLIENT_ID": shopify.client_id,
            "SHOPIFY_CLIENT_SECRET": shopify.client_secret,
            "AzureWebJobsStorage": storage, "TOKEN_KEY": TOKEN_KEY, "SHOPIFY_BASE_URL": shopify.url,
            "BC_API_ROOT": bc.api_root, "BC_TOKEN_URL": bc.token_url, "BC_CLIENT_ID": bc.client_id,
            "BC_CLIENT_SECRET": bc.client_secret, "ENVIRONMENT": "production",
            "SYNC_SCHEDULE": "0 0 3 1 1 *", "LOG_PURGE_SCHEDULE": "0 0 2 * * *",
            "SUBSCRIPTION_SCHEDULE": "0 0 3 1 1 *", "EVENT_QUEUE_SCHEDULE": "0 0 3 1 1 *",
            "HEALTH_SCHEDULE": "0 0 3 1 1 *",
            "SYNC_LEASE_SECONDS": "1", "BC_SETTLE_SECONDS": "1",
        }
        self.host: Program | None = None
        self.background: Program | None = None
        self._earlier: set[str] = set()

    def open(self, *options: str) -> None:
        """Start the host, with further options of its command line."""
        self.host = self._started("functions", "--port", str(self._port), *options)

    def open_apart(self) -> None:
        """Start two hosts, as Flex Consumption does: the HTTP functions in one, all others in the other."""
        self.background = self._started("background", "--functions", "background")
        self.open("--functions", "http")

    def open_each_apart(self) -> None:
        """Start a host that runs each scale group in a process of its own; killed, it takes them all with it."""
        self.open("--apart", str(self._folder / "apart"))

    def _started(self, name: str, *options: str) -> Program:
        arguments = ["local.host", "--app", str(ROOT), "--host-key", KEY, *options]
        program = Program(name, arguments, self._folder, self.settings)
        program.wait_until_ready()
        return program

    def kill(self) -> None:
        """SIGKILL the host, or both."""
        for program in filter(None, (self.host, self.background)):
            program.kill()
        self.host = self.background = None

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        """One call of the admin API."""
        assert self.host is not None
        url = f"{self.host.ready['url']}/api/{path}"
        return requests.request(method, url, json=body, headers={"x-functions-key": KEY}, timeout=30)

    def connect(self, **changes: Any) -> None:
        """Write the shop card and hand over the token; earlier streets on the same storage are forgotten."""
        card = shop_card(self.shopify.shop, self.bc.company) | changes
        self.call("PUT", f"shops/{SHOP}", card).raise_for_status()
        self.call("PUT", f"shops/{SHOP}/access/token", {"access_token": self.shopify.token}).raise_for_status()
        self._earlier = {run["id"] for run in self.call("GET", f"shops/{SHOP}/runs").json()}
        for info in self.call("GET", f"shops/{SHOP}/synchronization-info").json():
            self.call("DELETE", f"shops/{SHOP}/synchronization-info/{info['type']}").raise_for_status()

    def start_sync(self) -> None:
        """Ask for a run until none is in the way any more."""
        while self.call("POST", f"shops/{SHOP}/sync").status_code != 202:
            time.sleep(0.1)

    def finished_run(self) -> dict[str, Any]:
        """Follow the newest run to its end; one that was killed is called interrupted before the next one is there."""
        while True:
            runs = [run for run in self.call("GET", f"shops/{SHOP}/runs").json() if run["id"] not in self._earlier]
            if runs and runs[0]["ended_at"] and runs[0]["state"] != "interrupted":
                return dict(runs[0])
            time.sleep(0.1)

    def count_of_orders(self) -> int:
        """Open sales orders."""
        return len(self.bc.state.table("salesOrders").rows)

    def move_orders(self, line: str, how_many: int) -> dict[str, str]:
        """Change the shipping address of some orders; what Business Central should show."""
        numbers = [one.number for one in self.shopify.shop_state.stored("orders")][:how_many]
        for number in numbers:
            self.shopify.shop_state.patch("orders", number, {"shipping_address": {"address1": line}})
        return {f"SHP-{number}": line for number in numbers}

    def addresses(self) -> dict[str, str]:
        """The shipping address of every open sales order, by external document number."""
        rows = list(self.bc.state.table("salesOrders").rows.values())  # at once, for the service keeps writing
        return {row["externalDocumentNumber"]: row["shipToAddressLine1"] for row in rows}

    def orders_in_bc(self) -> list[tuple[str, str]]:
        """(external document number, total) of every open sales order."""
        rows = list(self.bc.state.table("salesOrders").rows.values())  # at once, for the service keeps writing
        return sorted((row["externalDocumentNumber"], str(row["totalAmountIncludingTax"])) for row in rows)


@contextmanager
def a_street(storage: str, folder: Path, **shop: Any) -> Iterator[Street]:
    """Simulators with a shop of this size and points in plenty, no host yet: no test here waits for points."""
    shopify = start_shopify(plan="enterprise", **shop, operations=OPERATIONS)
    bc = start_business_central()
    street = Street(storage, folder, shopify, bc)
    try:
        yield street
    finally:
        for program in filter(None, (street.host, street.background)):
            program.stop()
        shopify.stop()
        bc.stop()
