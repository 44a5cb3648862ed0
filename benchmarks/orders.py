"""1,000 orders of three lines through Shopify's bucket: calls, points, time against the theory.

    .venv/bin/python -m benchmarks.orders [--orders N] [--plan standard]

Everything runs for real on this machine: both simulators, the storage emulator and the functions
host, each in a process of its own. The theory is a perfect client: it waits only when the bucket
does not hold the requested points of the next query, and gets back what the query did not use.
Products and customers are synchronized first; only the orders' run is measured, on a full bucket.
"""
from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from local.azurite import start_azurite
from local.demo import connect_demo_shop
from local.processes import Program
from local.stack import host_command, local_settings

BUCKETS = {"standard": (2000, 100), "advanced": (4000, 200), "plus": (20000, 1000), "enterprise": (40000, 2000)}
KEYS = {"host": "benchmark", "master": "benchmark-master", "token": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--plan", choices=BUCKETS, default="standard")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run, calls = measure(Path(folder), options.orders, options.plan)
    report(run, calls, options.orders, *BUCKETS[options.plan])


def measure(folder: Path, orders: int, plan: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The orders' run, and what the simulated Shopify says of the calls in it."""
    with contextlib.ExitStack() as started:
        azurite = started.enter_context(start_azurite())
        shopify = Program("shopify", [
            "local.shopify", "--plain", "--plan", plan, "--orders", str(orders),
            "--customers", "50", "--products", "50",
        ], folder, {})
        started.callback(shopify.stop)
        bc = Program("business-central", ["local.business_central"], folder, {})
        started.callback(bc.stop)
        shopify.wait_until_ready()
        settings = local_settings(azurite.connection_string, shopify.ready, bc.wait_until_ready(), KEYS)
        host = Program("functions", host_command(settings, KEYS), folder, settings)
        started.callback(host.stop)
        api = requests.Session()
        api.headers["x-functions-key"] = KEYS["host"]
        root = f"{host.wait_until_ready()['url']}/api"
        shop = f"{root}/shops/{connect_demo_shop(api, root, shopify.ready, bc.ready)}"
        finished_run(api, shop, ["products", "customers"])
        size, restore = BUCKETS[plan]
        time.sleep(min(30, size / restore))
        requests.post(f"{shopify.ready['url']}/_control/stats/reset", timeout=10)
        run = finished_run(api, shop, ["orders"])
        return run, requests.get(f"{shopify.ready['url']}/_control/calls", timeout=10).json()


def finished_run(api: requests.Session, shop: str, types: list[str]) -> dict[str, Any]:
    """Start a run of these types and wait for its end."""
    before = api.get(f"{shop}/runs", timeout=10).json()
    api.post(f"{shop}/sync", json={"types": types}, timeout=10).raise_for_status()
    while True:
        runs: list[dict[str, Any]] = api.get(f"{shop}/runs", timeout=10).json()
        if len(runs) > len(before) and runs[0]["ended_at"]:
            return runs[0]
        time.sleep(0.2)


def report(run: dict[str, Any], calls: list[dict[str, Any]], orders: int, size: float, restore: float) -> None:
    """Print one figure a line."""
    theory = least_seconds([(call["requested"], call["actual"]) for call in calls], size, restore)
    for name, value in [
        ("orders created", run["counts"]["orders"]["created"]),
        ("seconds of the run", round(run["seconds"], 1)),
        ("seconds a perfect client waits for points", round(theory, 1)),
        ("ratio", round(run["seconds"] / theory, 2) if theory else "-"),
        ("Shopify calls per 1,000 orders", round(run["shopify_calls"] * 1000 / orders, 1)),
        ("points per order (actual)", round(run["shopify_points"] / orders, 2)),
        ("points per order (requested)", round(sum(call["requested"] for call in calls) / orders, 2)),
        ("THROTTLED answers", run["throttled"]),
        ("Business Central calls per order", round(run["bc_calls"] / orders, 3)),
    ]:
        print(f"{name:<44}{value:>10}")


def least_seconds(costs: list[tuple[float, float]], size: float, restore: float) -> float:
    """Seconds that a perfect client spends waiting for points."""
    available, waited = size, 0.0
    for requested, actual in costs:
        wait = max(0.0, (requested - available) / restore)
        waited += wait
        available = min(size, available + wait * restore) - actual
    return waited


if __name__ == "__main__":
    main()
