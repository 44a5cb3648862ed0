"""What the journal costs: a run with and without log and captures; a page and a purge of a large log.

    .venv/bin/python -m benchmarks.logs [--orders N] [--rounds N] [--bc-seconds S] [--entries N]

Wanted: logging mode All costs at most a tenth of the run in mode Disabled, captures at most a tenth more; the
first page takes at most 1.5 times as long among 1,000,000 entries as among 1,000; a purge takes calls by the hour,
and by the row in the hour of the cut only. `--entries 1000000` takes ten minutes and four gigabytes; `--entries 0`
and `--rounds 0` leave one half out. Shopify makes no run wait, and Business Central takes 0.05 s for a document, which
is little; `--bc-seconds 0` has both services answer at once, so that a run is nothing but our own work. Says of each
aim whether it held, and ends with 1 if one did not.
"""
from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping

from benchmarks import large_log
from benchmarks.aims import Aim, told
from benchmarks.sync_cost import Cost, Way, demo_shop, least_costs, storage_calls
from local.storage_proxy import StorageCall

WAYS = (
    Way("no captures", "Disabled", captures=False), Way("Disabled", "Disabled"), Way("Error Only", "Error Only"),
    Way("All", "All"),
)


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bc-seconds", type=float, default=0.05)
    parser.add_argument("--entries", type=int, default=100_000)
    options = parser.parse_args()
    aims = list[Aim]()
    if options.rounds:
        ways = [way._replace(bc_seconds=options.bc_seconds) for way in WAYS]
        with demo_shop(options.orders) as shopify:
            calls = {way: storage_calls(shopify, way) for way in ways}
            costs = least_costs(shopify, ways, options.rounds)
        report_runs(costs, calls)
        aims += aims_of_runs(costs)
    if options.entries:
        measured = large_log.measure(options.entries)
        large_log.report(measured)
        aims += large_log.aims(measured)
    print("load of the machine in the last 1, 5 and 15 minutes:", *(f"{load:.1f}" for load in os.getloadavg()))
    sys.exit(told(aims))


def aims_of_runs(costs: Mapping[Way, Cost]) -> list[Aim]:
    """What log and captures may cost, in processor time, and that no entry is lost."""
    by_name = {way.name: cost for way, cost in costs.items()}
    disabled = by_name["Disabled"].cpu_seconds
    return [
        Aim("CPU: logging mode All, times Disabled", by_name["All"].cpu_seconds / disabled, most=1.1),
        Aim("CPU: captures, times none", disabled / by_name["no captures"].cpu_seconds, most=1.1),
        Aim("log entries lost", sum(cost.run.log_entries_lost for cost in costs.values()), most=0),
    ]


def report_runs(costs: Mapping[Way, Cost], calls: Mapping[Way, list[StorageCall]]) -> None:
    """One line a figure, one column a way of running; ratios are to the column Disabled."""
    base = next(cost for way, cost in costs.items() if way.name == "Disabled")
    read = {way: cost.run.counts["orders"].read for way, cost in costs.items()}
    figures: dict[str, list[object]] = {
        "orders read": list(read.values()),
        "log entries written": [cost.run.log_entries for cost in costs.values()],
        "log entries lost": [cost.run.log_entries_lost for cost in costs.values()],
        "CPU seconds of the connector, least": [round(cost.cpu_seconds, 2) for cost in costs.values()],
        "  ratio": [round(cost.cpu_seconds / base.cpu_seconds, 2) for cost in costs.values()],
        "  of them writing the log": [round(cost.log_seconds, 3) for cost in costs.values()],
        "  of them keeping captures": [round(cost.capture_seconds, 3) for cost in costs.values()],
        "seconds of the run, least": [round(cost.seconds, 2) for cost in costs.values()],
        "  ratio ": [round(cost.seconds / base.seconds, 2) for cost in costs.values()],
        "storage calls per 1,000 records": [round(len(calls[way]) * 1000 / read[way]) for way in costs],
        "  of them for the log": [round(count(calls[way], LOG) * 1000 / read[way]) for way in costs],
        "  of them for captures": [round(count(calls[way], CAPTURES) * 1000 / read[way]) for way in costs],
    }
    print(f"{'':<40}" + "".join(f"{way.name:>13}" for way in costs))
    for name, values in figures.items():
        print(f"{name:<40}" + "".join(f"{value!s:>13}" for value in values))


LOG = ("LogEntries", "log-bodies")
CAPTURES = ("DataCaptures", "captures")


def count(calls: list[StorageCall], targets: tuple[str, ...]) -> int:
    """Calls about these tables and containers."""
    return sum(call.target.startswith(targets) for call in calls)


if __name__ == "__main__":
    main()
