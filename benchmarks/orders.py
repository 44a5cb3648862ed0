"""5,000 orders through each of Shopify's four buckets: what is made of the points, against a perfect client.

    .venv/bin/python -m benchmarks.orders [--orders N] [--plans standard advanced plus enterprise]

Both simulators and the connector go by one simulated clock, which moves when the connector waits and at no other time:
what is measured is how it goes by its points, the same on every machine. How long its own work takes is another
question; the CPU time of the process, both simulators with it, is printed beside the seconds that the points take. The
bucket is nearly empty when the orders' run begins, as in the middle of a long one, so that it lives from what is
restored: 100, 200, 1,000 or 2,000 points a second (Shopify, "API limits"). A perfect client sends the same queries and
waits only when the bucket does not hold the requested points of the next one, and not a moment longer. Wanted: at least
95 % of the points are used, no query is refused for want of them, and at most 1.05 times the perfect client's seconds.
Says of each whether it held, and ends with 1 if one did not.
"""
from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from typing import NamedTuple

from benchmarks.aims import Aim, told
from benchmarks.sync_cost import Way, connected, synchronized
from local.azurite import start_azurite
from local.business_central.server import start_business_central
from local.shopify.bucket import PLANS
from local.shopify.server import CLIENT_ID, start_shopify
from shared.exchange import Exchange
from tests.house import OPERATIONS
from tests.manual_clock import ManualClock

LEFT_SECONDS = 1.0
"""What the bucket holds when the run begins, in seconds of what is restored."""


class Query(NamedTuple):
    """The points that one query asked for and took; `refused` for want of them."""

    requested: float
    actual: float
    refused: bool


class Measured(NamedTuple):
    """The orders' run: what it created, its queries, simulated seconds, points in the bucket before and after it."""

    created: int
    queries: list[Query]
    bc_calls: int
    seconds: float
    cpu: float
    before: float
    after: float


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=5000)
    parser.add_argument("--plans", nargs="+", choices=PLANS, default=list(PLANS))
    options = parser.parse_args()
    aims = list[Aim]()
    for plan in options.plans:
        measured = measure(options.orders, plan)
        report(plan, measured)
        aims += aims_of(plan, measured, options.orders)
    sys.exit(told(aims))


def measure(orders: int, plan: str) -> Measured:
    """All orders into a new company, after products and customers."""
    clock, exchanges = ManualClock(), list[Exchange]()
    shopify = start_shopify(plain=True, plan=plan, orders=orders, customers=50, products=50, clock=clock,
                            operations=OPERATIONS)
    bc = start_business_central(clock)
    try:
        with start_azurite() as azurite:
            services = {"url": shopify.url, "shop": shopify.shop, "token": shopify.token,
                        "client_id": shopify.client_id, "client_secret": shopify.client_secret}
            connector = connected(services, bc.ready(), azurite.connection_string, Way("", "Disabled"),
                                  clock=clock, observe=exchanges.append)
            synchronized(connector, "products", "customers")
            exchanges.clear()
            bucket = shopify.service.bucket(CLIENT_ID)
            bucket.available = before = bucket.restore_rate * LEFT_SECONDS
            began, cpu = clock.now(), time.process_time()
            run = synchronized(connector, "orders")
            return Measured(
                run.counts["orders"].created, list(queries(exchanges)), run.bc_calls,
                (clock.now() - began).total_seconds(), time.process_time() - cpu, before,
                bucket.status()["currentlyAvailable"],
            )
    finally:
        shopify.stop()
        bc.stop()


def queries(exchanges: Iterable[Exchange]) -> Iterable[Query]:
    """The queries among these calls."""
    for one in exchanges:
        if one.requested_cost is not None:
            yield Query(one.requested_cost, one.actual_cost or 0.0, one.actual_cost is None)


def perfect_seconds(costs: Iterable[Query], available: float, size: float, restore: float) -> float:
    """Seconds that a perfect client spends waiting for points, with so many in the bucket at the start.

    size, restore  points that the bucket holds, and gets back in a second
    """
    waited = 0.0
    for one in costs:
        wait = max(0.0, (one.requested - available) / restore)
        waited += wait
        available = min(size, available + wait * restore) - one.actual
    return waited


def report(plan: str, measured: Measured) -> None:
    """Print one figure a line."""
    created = measured.created
    print(f"{plan}: {PLANS[plan][1]} points a second")
    for name, value in [
        ("orders created", created),
        ("seconds, simulated", round(measured.seconds, 1)),
        ("  of a perfect client", round(perfect(plan, measured), 1)),
        ("  CPU seconds of connector and both simulators", round(measured.cpu, 1)),
        ("Shopify calls per 1,000 orders", round(len(measured.queries) * 1000 / created, 1)),
        ("points per order (actual)", round(spent(measured) / created, 2)),
        ("points per order (requested)", round(sum(one.requested for one in measured.queries) / created, 2)),
        ("Business Central calls per order", round(measured.bc_calls / created, 3)),
    ]:
        print(f"  {name:<50}{value:>10}")


def aims_of(plan: str, measured: Measured, orders: int) -> list[Aim]:
    """What is wanted of one bucket: the points left at the end are not wasted, the next run has them."""
    restored = measured.seconds * PLANS[plan][1]
    return [
        Aim(f"{plan}: orders created", measured.created, least=orders),
        Aim(f"{plan}: share of the points used", spent(measured) / (measured.before + restored), least=0.95),
        Aim(f"{plan}: THROTTLED answers", sum(one.refused for one in measured.queries), most=0),
        Aim(f"{plan}: seconds, times a perfect client", measured.seconds / perfect(plan, measured), most=1.05),
    ]


def perfect(plan: str, measured: Measured) -> float:
    """Seconds of a perfect client that sends the same queries."""
    return perfect_seconds(measured.queries, measured.before, *PLANS[plan])


def spent(measured: Measured) -> float:
    """Points that the run's queries took."""
    return sum(one.actual for one in measured.queries)


if __name__ == "__main__":
    main()
