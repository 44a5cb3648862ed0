"""What the log costs: a run in mode All against the same run in mode Disabled, a list page, a purge.

    .venv/bin/python -m benchmarks.logs [--orders N] [--entries N]

Each mode gets an emulator, both simulators and a functions host of its own, in processes of their own; storage is
reached through a door that counts calls. Time is CPU time of the host and seconds of the run, as ratios within
this one call. The list and the purge are measured on `--entries` entries over eight days.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import requests

from local.azurite import start_azurite
from local.demo import connect_demo_shop
from local.processes import Program
from local.stack import host_command, local_settings
from local.storage_proxy import storage_proxy
from shared.clock import SystemClock
from shared.exchange import Exchange
from shared.journal.log_entries import LogEntries
from shared.journal.log_list import LogFilter, list_log_entries
from shared.journal.log_purge import LogPurges
from shared.storage.account import storage_from_connection_string

KEYS = {"host": "benchmark", "master": "benchmark-master", "token": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}
DAYS = 8


class Cost(NamedTuple):
    """What one run took."""

    run: dict[str, Any]
    cpu_seconds: float
    storage_calls: int
    log_calls: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--entries", type=int, default=10_000)
    options = parser.parse_args()
    costs = {mode: cost_of_a_run(mode, options.orders) for mode in ("Disabled", "Error Only", "All")}
    report_runs(costs)
    list_and_purge(options.entries)


def cost_of_a_run(mode: str, orders: int) -> Cost:
    """All orders of a demo shop, with this logging mode."""
    with contextlib.ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory()))
        door = started.enter_context(storage_proxy(started.enter_context(start_azurite()).connection_string))
        shop = ["local.shopify", "--plain", "--plan", "enterprise", "--orders", str(orders), "--customers", "50"]
        shopify = Program("shopify", [*shop, "--products", "50"], folder, {})
        started.callback(shopify.stop)
        bc = Program("business-central", ["local.business_central"], folder, {})
        started.callback(bc.stop)
        settings = local_settings(door.connection_string, shopify.wait_until_ready(), bc.wait_until_ready(), KEYS)
        host = Program("functions", host_command(settings, KEYS), folder, settings)
        started.callback(host.stop)
        api = requests.Session()
        api.headers["x-functions-key"] = KEYS["host"]
        root = f"{host.wait_until_ready()['url']}/api"
        address = f"{root}/shops/{connect_demo_shop(api, root, shopify.ready, bc.ready)}"
        api.patch(address, json={"logging_mode": mode}, timeout=10).raise_for_status()
        finished_run(api, address, ["products", "customers"])
        cpu, calls, log_calls = cpu_seconds(host), run_calls(door.calls), log_calls_of(door.calls)
        run = finished_run(api, address, ["orders"])
        return Cost(run, cpu_seconds(host) - cpu, run_calls(door.calls) - calls, log_calls_of(door.calls) - log_calls)


def finished_run(api: requests.Session, shop: str, types: list[str]) -> dict[str, Any]:
    """Start a run of these types and wait for its end."""
    before = len(api.get(f"{shop}/runs", timeout=10).json())
    while api.post(f"{shop}/sync", json={"types": types}, timeout=10).status_code != 202:
        time.sleep(0.1)
    while True:
        runs: list[dict[str, Any]] = api.get(f"{shop}/runs", timeout=10).json()
        if len(runs) > before and runs[0]["ended_at"]:
            return runs[0]
        time.sleep(0.2)


def run_calls(calls: list[Any]) -> int:
    """Calls to tables and blobs without the host's own and without looking whether the run has ended."""
    own = ("azure-webjobs", "SyncRuns()", "Shops(")
    return sum(call.service != "Queue" and not call.target.startswith(own) for call in calls)


def log_calls_of(calls: list[Any]) -> int:
    """Calls about log entries and their bodies."""
    return sum(call.target.startswith(("LogEntries", "log-bodies")) for call in calls)


def cpu_seconds(program: Program) -> float:
    """CPU time of a program so far, as Linux counts it."""
    fields = Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report_runs(costs: dict[str, Cost]) -> None:
    """One line a figure, one column a mode."""
    base = costs["Disabled"]
    read = {mode: cost.run["counts"]["orders"]["read"] for mode, cost in costs.items()}
    figures: dict[str, dict[str, Any]] = {
        "orders read": read,
        "log entries written": {mode: cost.run["log_entries"] for mode, cost in costs.items()},
        "log entries lost": {mode: cost.run["log_entries_lost"] for mode, cost in costs.items()},
        "seconds of the run": {mode: round(cost.run["seconds"], 1) for mode, cost in costs.items()},
        "  ratio to Disabled": {m: round(cost.run["seconds"] / base.run["seconds"], 2) for m, cost in costs.items()},
        "CPU seconds of the host": {mode: round(cost.cpu_seconds, 1) for mode, cost in costs.items()},
        "  ratio to Disabled ": {m: round(cost.cpu_seconds / base.cpu_seconds, 2) for m, cost in costs.items()},
        "storage calls per 1,000 records": {m: round(c.storage_calls * 1000 / read[m]) for m, c in costs.items()},
        "  of them for the log": {m: round(c.log_calls * 1000 / read[m]) for m, c in costs.items()},
    }
    print(f"{'':<36}" + "".join(f"{mode:>12}" for mode in costs))
    for name, values in figures.items():
        print(f"{name:<36}" + "".join(f"{value:>12}" for value in values.values()))


def list_and_purge(entries: int) -> None:
    """Calls and milliseconds of a first page, calls of a purge, on so many entries."""
    with start_azurite() as azurite, storage_proxy(azurite.connection_string) as door:
        seed(LogEntries(storage_from_connection_string(azurite.connection_string)), entries)
        logs = LogEntries(storage_from_connection_string(door.connection_string))
        purges = LogPurges(logs, SystemClock())
        list_log_entries(logs, ["FR"], LogFilter())
        before, began = len(door.calls), time.perf_counter()
        list_log_entries(logs, ["FR"], LogFilter())
        milliseconds = (time.perf_counter() - began) * 1000
        what = f"first page among {entries:,} entries"
        print(f"{what:<48}{len(door.calls) - before:>4} calls {milliseconds:>8.1f} ms")
        for days in (7, 1):
            before = len(door.calls)
            purge = purges.remove_older_than(days, by="benchmark")
            what = f"purge of {purge.days} whole days and {purge.entries:,} rows"
            print(f"{what:<48}{len(door.calls) - before:>4} calls")


def seed(logs: LogEntries, entries: int) -> None:
    """So many entries, spread evenly over the days."""
    now = datetime.now(UTC)
    each = max(1, entries // DAYS)
    for day in range(DAYS):
        for start in range(0, each, 1000):
            at = now - timedelta(days=day, seconds=1)
            calls = [a_call(at - timedelta(milliseconds=start + n)) for n in range(min(1000, each - start))]
            logs.write("FR", "", list(enumerate(calls)))


def a_call(at: datetime) -> Exchange:
    """A call of everyday size."""
    return Exchange(
        at=at, direction="Business Central", method="GET", url="https://bc.example/api/v2.0/companies(1)/salesOrders",
        status=200, description="OK", seconds=0.1, request="", response='{"value":[]}' * 20,
    )


if __name__ == "__main__":
    main()
