"""The server time of every page of the portal, with much behind it.

    .venv/bin/python -m benchmarks.portal [--entries N] [--skipped N] [--runs N] [--rounds N] [--milliseconds MS]

Wanted: the median of each page, asked over HTTP and answered by the host's own front, is below 150 ms with 1,000,000
log entries, 10,000 skipped records of which a third waits, and 5,000 runs in one shop. Everything lies in the storage
emulator (Azurite, in memory), one call of which takes a few milliseconds, as of Azure's storage; what was written is
read back by nothing but the pages. Says of each page whether it held, and ends with 1 if one did not. A million entries
take some ten minutes to write, and four gigabytes.
"""
from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

import msgspec
import pytest

from benchmarks import large_log
from benchmarks.aims import Aim, told
from local.azurite import start_azurite
from shared.clock import iso
from shared.stores.skipped_records import SkippedRecord
from shared.stores.sync_runs import Counts
from tests.house import House
from tests.portal.scene import Scene
from tests.portal.served import Visitor, a_portal

_REASONS = ("item-not-found", "posting-group-missing", "total-mismatch", "account-missing")
_AT_ONCE = 1000


def main() -> None:
    """Fill a house, ask for each page, print, and end with 1 if one took too long."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--skipped", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--milliseconds", type=float, default=150.0)
    options = parser.parse_args()
    with start_azurite() as azurite, pytest.MonkeyPatch.context() as patch, \
            a_portal(azurite.connection_string, patch, shop=large_log.SHOP) as portal:
        house = portal.house
        house.card()
        house.connector.tokens.keep(house.shop, house.shopify.token)
        began = time.perf_counter()
        fill(house, options.entries, options.skipped, options.runs)
        print(f"written in {time.perf_counter() - began:.0f} s: {options.entries:,} log entries, {options.skipped:,} "
              f"skipped records, {options.runs:,} runs")
        took = milliseconds(portal.visitor(), Scene(house).pages(), options.rounds)
    sys.exit(report(took, options.milliseconds))


def fill(house: House, entries: int, skipped: int, runs: int) -> None:
    """Write it all through the connector's own stores."""
    large_log.seed(house.connector.logs, entries, house.clock.now())
    for start in range(0, skipped, _AT_ONCE):
        house.connector.skipped.park(records(house, start, min(start + _AT_ONCE, skipped)))
    for number in range(runs):
        run = house.connector.runs.begin(house.shop, ["products", "customers", "orders"], "schedule")
        run.counts = {"orders": Counts(read=number % 7, created=number % 7)}
        run.state, run.seconds, run.ended_at = "succeeded", 4.0, iso(house.clock.now())
        house.connector.runs.save(run)
        house.clock.forward(1)


def records(house: House, first: int, behind: int) -> Iterator[SkippedRecord]:
    """Skipped orders: of three one waits, one is dismissed, and one is left out by the shop card."""
    now = house.clock.now()
    for number in range(first, behind):
        row = {"shop": house.shop, "type": "orders", "id": str(10_000_000 + number), "tries": 3,
               "code": _REASONS[number // 3 % len(_REASONS)], "detail": "order 5001, line 1: SKU 4711 is no item",
               "first_at": iso(now - timedelta(minutes=number)), "last_at": iso(now),
               "next_try": iso(now + timedelta(days=300))}
        states: list[dict[str, object]] = [
            {}, {"dismissed_at": iso(now), "dismissed_by": "ada"}, {"left_out": True, "code": "order-left-out"}]
        yield msgspec.convert(row | states[number % 3], SkippedRecord)


class Took(NamedTuple):
    """What a page took in each round, in milliseconds: on the clock, and of the processor, storage's own left out."""

    clock: list[float]
    processor: list[float]


def milliseconds(visitor: Visitor, pages: Mapping[str, str], rounds: int) -> dict[str, Took]:
    """Page -> what it took in so many rounds, after one that counts for nothing."""
    took = {name: Took([], []) for name in pages}
    for round_number in range(rounds + 1):
        for name, path in pages.items():
            began, worked = time.perf_counter(), time.process_time()
            visitor.get(path)
            if round_number:
                took[name].clock.append((time.perf_counter() - began) * 1000)
                took[name].processor.append((time.process_time() - worked) * 1000)
    return took


def report(took: Mapping[str, Took], most: float) -> int:
    """Print the least of each page and its processor time, the slowest first; the exit status, by the medians.

    The least tells, on a machine with neighbours, what the page takes by itself.
    """
    medians = {name: statistics.median(times.clock) for name, times in took.items()}
    slowest_first = sorted(medians, key=lambda name: -medians[name])
    for name in slowest_first:
        print(f"{name:<40} least {min(took[name].clock):>7.1f} ms, processor {min(took[name].processor):>6.1f} ms")
    print("load of the machine in the last 1, 5 and 15 minutes:", *(f"{load:.1f}" for load in os.getloadavg()))
    return told([Aim(f"{name}: median, ms", medians[name], most=most) for name in slowest_first])


if __name__ == "__main__":
    main()
