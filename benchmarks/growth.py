"""What an order costs as everything around it grows: CPU time, calls and memory of the run that brings the orders.

    .venv/bin/python -m benchmarks.growth [--only orders catalogue company log] [--rounds N]

Sixteen times the orders of a run, twenty-five times the catalogue they are sold from, a thousand times the rows of the
company that have nothing to do with the shop, a thousand times the log. Products and customers are synchronized first;
the orders' run is measured in a process of its own, as in Azure, with services, storage and the door that counts its
calls in others. Of several rounds the least CPU time counts, for noise only ever adds. Wanted: the large one costs at
most 1.2 times the small one, in each figure. Says of each whether it held, and ends with 1 if one did not. All of it
takes half an hour.
"""
from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import large_log
from benchmarks.aims import Aim, told
from benchmarks.apart import apart, megabytes
from benchmarks.large_company import company
from benchmarks.sync_cost import SHOP, Way, connected, connector_of, demo_shop, synchronized
from local.azurite import start_azurite
from local.storage_proxy import storage_proxy

MOST = 1.2


class Size(NamedTuple):
    """What there is: orders of one run, products they are sold from, further customers and items of the company, log
    entries (0: the shop has no log)."""

    orders: int = 500
    products: int = 50
    rows: int = 0
    entries: int = 0


GROWTHS = {
    "orders": (Size(orders=500), Size(orders=8_000)),
    "catalogue": (Size(orders=1_000, products=400), Size(orders=1_000, products=10_000)),
    "company": (Size(rows=100), Size(rows=100_000)),
    "log": (Size(entries=100), Size(entries=100_000)),
}


class Cost(NamedTuple):
    """What the run took for one order, and the most memory that it held, in MB."""

    cpu_milliseconds: float
    bc_calls: float
    shopify_calls: float
    storage_calls: float
    megabytes: float


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=GROWTHS, default=list(GROWTHS))
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    aims = list[Aim]()
    for name in options.only:
        few, many = GROWTHS[name]
        small, large = least_cost(few, options.rounds), least_cost(many, options.rounds)
        report(name, few, many, small, large)
        aims += [Aim(f"{name}: {figure.replace('_', ' ')}, times the small one", ratio, most=MOST)
                 for figure, ratio in ratios(small, large).items()]
    sys.exit(told(aims))


def least_cost(size: Size, rounds: int) -> Cost:
    """The least of each figure."""
    costs = [measure(size) for _ in range(rounds)]
    return Cost(*map(min, zip(*costs, strict=True)))


def measure(size: Size) -> Cost:
    """All orders into a company of this size."""
    with (
        tempfile.TemporaryDirectory() as folder, demo_shop(size.orders, size.products) as shopify,
        start_azurite() as azurite, storage_proxy(azurite.connection_string) as door,
        company(Path(folder), size.rows) as bc,
    ):
        way = Way("", "All" if size.entries else "Disabled")
        connector = connected(shopify, bc, azurite.connection_string, way)
        synchronized(connector, "products", "customers")
        if size.entries:
            large_log.seed(connector.logs, size.entries, datetime.now(UTC), shop=SHOP)
        door.calls.clear()
        found = apart(one_run, shopify, bc, door.connection_string)
    if found["created"] != size.orders:
        sys.exit(f"{found['created']} orders were created, not {size.orders}")
    return Cost(
        found["cpu"] * 1000 / size.orders, found["bc"] / size.orders, found["shopify"] / size.orders,
        len(door.calls) / size.orders, found["megabytes"],
    )


def one_run(shopify: dict[str, Any], bc: dict[str, Any], storage: str) -> dict[str, float]:
    """The orders' run, in this process."""
    connector = connector_of(shopify, bc, storage)
    cpu = time.process_time()
    run = synchronized(connector, "orders")
    cpu = time.process_time() - cpu
    return {"created": run.counts["orders"].created, "bc": run.bc_calls, "shopify": run.shopify_calls, "cpu": cpu,
            "megabytes": megabytes()}


def ratios(small: Cost, large: Cost) -> dict[str, float]:
    """Figure -> the large one, times the small one."""
    pairs = zip(Cost._fields, large, small, strict=True)
    return {figure: more / less if less else float(more > 0) for figure, more, less in pairs}


def report(name: str, few: Size, many: Size, small: Cost, large: Cost) -> None:
    """Print one figure a line; all but memory are those of one order."""
    (less, more), = [(a, b) for a, b in zip(few, many, strict=True) if a != b]
    print(f"{name}: {less:,} -> {more:,} ({more // less} times)")
    for figure, ratio in ratios(small, large).items():
        before, after = getattr(small, figure), getattr(large, figure)
        print(f"  {figure.replace('_', ' '):<28}{before:>10.3f}{after:>10.3f}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
