"""A run that finds nothing: its calls of storage by table and operation, of Shopify, and its CPU time.

    .venv/bin/python -m benchmarks.idle [--orders N] [--runs N]

Everything is synchronized first. Then runs of all types follow each other in this process, as on an instance that stays
awake; services and storage are in processes of their own, so the CPU time is the connector's alone. Calls are counted
in a run of their own, through a door, whose CPU time would count as ours. Wanted: at most 20 calls of storage and 60 ms
of CPU, the least of the runs. Says of each whether it held, and ends with 1 if one did not.
"""
from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.aims import Aim, told
from benchmarks.sync_cost import Way, connected, connector_of, demo_shop, synchronized
from local.azurite import start_azurite
from local.processes import Program
from local.storage_proxy import StorageCall, storage_proxy
from shared.connector import Connector
from shared.stores.sync_runs import SyncRun

STORAGE_CALLS = 20
CPU_MILLISECONDS = 60


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder, demo_shop(options.orders) as shopify, start_azurite() as azurite,
        storage_proxy(azurite.connection_string) as door,
    ):
        company = Program("business-central", ["local.business_central"], Path(folder), {})
        try:
            bc = company.wait_until_ready()
            connector = connected(shopify, bc, azurite.connection_string, Way("", "Error Only"))
            synchronized(connector)
            least = min(cpu_milliseconds(connector) for _ in range(options.runs))
            through = connector_of(shopify, bc, door.connection_string)
            synchronized(through)
            door.calls.clear()
            run = synchronized(through)
            calls = list(door.calls)
        finally:
            company.stop()
    report(run, calls)
    sys.exit(told([Aim("calls of storage", len(calls), most=STORAGE_CALLS),
                   Aim("CPU milliseconds, the least", least, most=CPU_MILLISECONDS)]))


def cpu_milliseconds(connector: Connector) -> float:
    """CPU time of one run."""
    cpu = time.process_time()
    synchronized(connector)
    return (time.process_time() - cpu) * 1000


def report(run: SyncRun, calls: list[StorageCall]) -> None:
    """Print what the run asked of whom."""
    by_place = Counter((call.target.partition("(")[0], call.method) for call in calls)
    for (place, method), count in sorted(by_place.items()):
        print(f"{place:<28}{method:<8}{count:>4}")
    read = sum(counts.read for counts in run.counts.values())
    print(f"records read {read}, calls of Shopify {run.shopify_calls}, points {run.shopify_points:.0f}, "
          f"of Business Central {run.bc_calls}")


if __name__ == "__main__":
    main()
