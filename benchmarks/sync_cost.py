"""What the journal costs a run: CPU seconds, seconds and calls of storage, with and without log and captures.

The connector runs in this process, its services and storage in others, so CPU seconds are those of the connector
alone and do not depend on who else uses the machine. The ways of running take turns, round after round, and the
least of each counts: noise only ever adds. Calls are counted in a round of its own, through a door, for the door
would take CPU time of this process.
"""
from __future__ import annotations

import contextlib
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import requests

from local.azurite import start_azurite
from local.demo import shop_card
from local.processes import Program
from local.storage_proxy import StorageCall, storage_proxy
from shared.clock import Clock
from shared.connector import Connector
from shared.exchange import Observer, unobserved
from shared.root import build_connector
from shared.settings import Settings
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync

SHOP = "DEMO"
TOKEN_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Way(NamedTuple):
    """A way of running: the shop card's logging mode, whether records are captured, and what Business Central takes
    for one row it reads or document it writes, in seconds."""

    name: str
    logging_mode: str
    captures: bool = True
    bc_seconds: float = 0.0


class Cost(NamedTuple):
    """What one run of all orders took; log_seconds and capture_seconds are parts of cpu_seconds."""

    run: SyncRun
    cpu_seconds: float
    seconds: float
    log_seconds: float
    capture_seconds: float


class Timed:
    """A way of writing to the journal, and the CPU time it has taken."""

    def __init__(self, write: Callable[..., None]) -> None:
        self._write, self.seconds = write, 0.0

    def __call__(self, *arguments: Any) -> None:
        """Write, in whatever thread, and add the CPU time of that thread."""
        began = time.thread_time()
        self._write(*arguments)
        self.seconds += time.thread_time() - began


def nothing(*arguments: Any) -> None:
    """Captures switched off, as the connector never runs: to measure what they cost."""


@contextlib.contextmanager
def demo_shop(orders: int, products: int = 50) -> Iterator[dict[str, Any]]:
    """A simulated Shopify with so many orders of three lines, in a process of its own; what it says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        size = ["--orders", str(orders), "--customers", "50", "--products", str(products)]
        shopify = Program("shopify", ["local.shopify", "--plain", "--plan", "enterprise", *size], Path(folder), {})
        try:
            yield shopify.wait_until_ready(seconds=600)
        finally:
            shopify.stop()


def least_costs(shopify: dict[str, Any], ways: Sequence[Way], rounds: int) -> dict[Way, Cost]:
    """The least CPU seconds and seconds of each way; the ways take turns."""
    measured: dict[Way, list[Cost]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            with start_azurite() as azurite:
                measured[way].append(cost_of_a_run(shopify, azurite.connection_string, way))
    return {way: Cost(costs[0].run, *map(min, zip(*(cost[1:] for cost in costs), strict=True)))
            for way, costs in measured.items()}


def storage_calls(shopify: dict[str, Any], way: Way) -> list[StorageCall]:
    """Every call of storage that the run of all orders makes."""
    with start_azurite() as azurite, storage_proxy(azurite.connection_string) as door:
        cost_of_a_run(shopify, door.connection_string, way, begins=door.calls.clear)
        return list(door.calls)


def cost_of_a_run(
    shopify: dict[str, Any], storage: str, way: Way, begins: Callable[[], None] = lambda: None
) -> Cost:
    """All orders into a new company, after products and customers; `begins` is called just before the orders."""
    with tempfile.TemporaryDirectory() as folder:
        bc = Program("business-central", ["local.business_central"], Path(folder), {})
        try:
            ready = bc.wait_until_ready()
            takes = {"get": way.bc_seconds, "header": way.bc_seconds}
            requests.patch(f"{ready['control']}/service-times", json=takes, timeout=30).raise_for_status()
            connector = connected(shopify, ready, storage, way)
            synchronized(connector, "products", "customers")
            log, captures = Timed(connector.logs.write), Timed(connector.captures.keep if way.captures else nothing)
            timed = connector._replace(
                logs=SimpleNamespace(write=log), captures=SimpleNamespace(keep=captures)  # type: ignore[arg-type]
            )
            gc.collect()
            begins()
            cpu, began = time.process_time(), time.perf_counter()
            run = synchronized(timed, "orders")
            cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
            return Cost(run, cpu, seconds, log.seconds, captures.seconds)
        finally:
            bc.stop()


def connected(
    shopify: dict[str, Any], bc: dict[str, Any], storage: str, way: Way, *, clock: Clock | None = None,
    observe: Observer = unobserved,
) -> Connector:
    """A connector whose shop is ready to run this way."""
    connector = connector_of(shopify, bc, storage, clock=clock, observe=observe)
    connector.shops.save(SHOP, shop_card(shopify["shop"], bc["company"]) | {"logging_mode": way.logging_mode})
    connector.tokens.keep(SHOP, shopify["token"])
    return connector


def connector_of(
    shopify: dict[str, Any], bc: dict[str, Any], storage: str, *, clock: Clock | None = None,
    observe: Observer = unobserved, **settings: Any,
) -> Connector:
    """A connector for these two services; of shops it knows what storage knows. Clock and observer as at the root,
    further settings by their names."""
    return build_connector(Settings(
        storage_connection=storage, token_key=TOKEN_KEY, shopify_base_url=shopify["url"],
        shopify_client_id=shopify["client_id"], shopify_client_secret=shopify["client_secret"],
        bc_api_root=bc["api_root"], bc_token_url=bc["token_url"], bc_client_id=bc["client_id"],
        bc_client_secret=bc["client_secret"], public_url="http://127.0.0.1:7071", **settings,
    ), clock=clock, observe=observe)


def synchronized(connector: Connector, *types: str) -> SyncRun:
    """One run of these types, to its end, in as many invocations as it takes; SystemExit if it failed."""
    run = run_sync(connector, SyncJob(shop=SHOP, started_by="benchmark", types=types))
    while run is not None and run.state == "continuing":
        run = run_sync(connector, SyncJob(shop=SHOP, started_by="benchmark", run=run.id, types=types))
    if run is None or run.state != "succeeded":
        sys.exit(f"the run did not succeed: {run}")
    return run
