"""Orders of history into Business Central as it takes its time: calls an order, and how much of its five slots is used.

    .venv/bin/python -m benchmarks.back_fill [--orders N] [--get S] [--header S] [--line S]

Business Central works on five requests of a user at once; whatever a client does, N orders take a fifth of the seconds
that it works on them. The service times are assumptions (a read .12, a header .6, a line .3 seconds: a typical company;
fast .05 .25 .12, slow .3 1.5 .8). Both simulators and the storage emulator are processes of their own; products and
customers are synchronized first, only the orders' run is measured. Wanted: at most 0.2 calls of Business Central an
order, at least 90 % of the five slots. Says of each whether it held, and ends with 1 if one did not.
"""
from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import requests

from benchmarks.aims import Aim, told
from benchmarks.sync_cost import SHOP, Way, connected, demo_shop, synchronized
from local.azurite import start_azurite
from local.processes import Program
from shared.connector import Connector
from shared.sync.run import SyncJob, run_sync

SLOTS = 5
MOST_CALLS = 0.2
LEAST_USED = 0.9


class Measured(NamedTuple):
    """The orders' run: what was created, calls of Business Central, seconds, CPU seconds of the connector, and what
    Business Central says of itself."""

    created: int
    calls: int
    seconds: float
    cpu: float
    stats: dict[str, Any]


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--get", type=float, default=0.12)
    parser.add_argument("--header", type=float, default=0.6)
    parser.add_argument("--line", type=float, default=0.3)
    options = parser.parse_args()
    times = {"get": options.get, "header": options.header, "line": options.line}
    one = measure(options.orders, times)
    stats = one.stats
    calls, used = one.calls / one.created, stats["service_seconds"] / (SLOTS * one.seconds)
    print(f"{one.seconds:.1f} s, {stats['service_seconds'] / SLOTS:.1f} s of a client that keeps five slots busy; "
          f"look-ups and other reads: {stats['reads'] / one.created:.3f} an order, "
          f"answers 429: {stats['rejected_429']}, CPU of the connector: {one.cpu * 1000 / one.created:.2f} ms an order")
    sys.exit(told([
        Aim("orders created", one.created, least=options.orders, most=options.orders),
        Aim("calls of Business Central, an order", calls, most=MOST_CALLS),
        Aim("share of the five slots", used, least=LEAST_USED),
    ]))


def measure(orders: int, times: dict[str, float]) -> Measured:
    """All orders into a new company with these service times."""
    with tempfile.TemporaryDirectory() as folder, demo_shop(orders) as shopify, start_azurite() as azurite:
        bc = Program("business-central", ["local.business_central"], Path(folder), {})
        try:
            ready = bc.wait_until_ready()
            connector = connected(shopify, ready, azurite.connection_string, Way("", "Disabled"))
            synchronized(connector, "products", "customers")
            requests.patch(f"{ready['control']}/service-times", json=times, timeout=30).raise_for_status()
            requests.post(f"{ready['control']}/stats/reset", timeout=30).raise_for_status()
            cpu, began = time.process_time(), time.perf_counter()
            created, calls = all_orders(connector)
            cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
            stats = requests.get(f"{ready['control']}/stats", timeout=30).json()
            return Measured(created, calls, seconds, cpu, stats)
        finally:
            bc.stop()


def all_orders(connector: Connector) -> tuple[int, int]:
    """Orders created and calls made, in as many invocations as it takes."""
    run = run_sync(connector, SyncJob(shop=SHOP, started_by="benchmark", types=("orders",)))
    while run is not None and run.state == "continuing":
        run = run_sync(connector, SyncJob(shop=SHOP, started_by="benchmark", run=run.id, types=("orders",)))
    if run is None or run.state != "succeeded":
        sys.exit(f"the run did not succeed: {run}")
    return run.counts["orders"].created, run.bc_calls


if __name__ == "__main__":
    main()
