"""A year of orders into Business Central as it takes its time, by a worker that is killed again and again.

    .venv/bin/python -m benchmarks.year_of_orders [--orders N] [--kills N] [--seed N] [--faster N] [--plan PLAN]

The history of a shop in its first synchronization, which comes in bulk where that is worth it with the points of the
plan (`standard` from 1,500 orders on): what share of Business Central's five slots is used while a worker
holds the shop, and whether its memory grows. The worker is a process of its own and is ended with SIGKILL at moments
that the seed draws, all within the first 60 % of the orders, so that one worker brings the rest; at the end the ids of
both services are compared. The service times are those of a typical company (benchmarks/back_fill.py) divided by
`--faster`, and as many more requests go out in five minutes: 100,000 orders would take ten hours otherwise. With
`--faster 25`, an order has 14 ms, in which everything is to be computed on this machine, both services and storage too:
where that is not so fast, the share of the slots says something with less orders and `--faster 1` only. Says of each
aim whether it held, and ends with 1 if one did not.
"""
from __future__ import annotations

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import requests

from benchmarks.aims import Aim, told
from benchmarks.apart import megabytes
from benchmarks.sync_cost import SHOP, Way, connected, connector_of, synchronized
from local.azurite import start_azurite
from local.processes import ROOT, Program
from shared.business_central.request_window import DEFAULT_LIMIT
from shared.clock import from_iso
from shared.connector import Connector
from shared.sync.in_bulk import PAGED
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync

SLOTS = 5
TYPICAL = {"get": 0.12, "header": 0.6, "line": 0.3}
"""Seconds of Business Central for a read, a header and a line; assumptions, as in back_fill.py."""
SHORT = {"lease_seconds": 15.0, "bc_settle_seconds": 15.0}
"""A dead worker's shop and orders are to be had again soon: nothing here takes eight minutes."""
KILLED_WITHIN = 0.6
LEAST_USED = 0.9
MOST_GROWTH = 1.2


class Seen(NamedTuple):
    """The worker at one moment: orders in Business Central, its resident memory in MB, whether it is a new one."""

    orders: int
    megabytes: float
    worker: int


class Measured(NamedTuple):
    """What became of it: seconds in which a worker held the shop and all seconds, what Business Central says of its
    work meanwhile, the worker as it was seen, the bulk operations that orders came by, and how often each of them is in
    Business Central."""

    worked: float
    seconds: float
    stats: dict[str, Any]
    seen: list[Seen]
    operations: set[str]
    wanted: set[str]
    found: Counter[str]
    orders_run: dict[str, Any]


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faster", type=float, default=25.0)
    parser.add_argument("--plan", default="standard", help="of the shop: standard, advanced, plus, enterprise")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(json.loads(options.worker))
        return
    one = measure(options.orders, options.kills, options.seed, options.faster, options.plan)
    share, whole = (one.stats["service_seconds"] / (SLOTS * seconds) for seconds in (one.worked, one.seconds))
    memory = memory_of(one.seen)
    print(f"{one.seconds:.0f} s, {one.worked:.0f} s of them with a worker; {whole:.1%} of the slots over all of them")
    print(f"calls of Business Central: {one.stats['calls'] / options.orders:.3f} an order, "
          f"answers 429: {one.stats['rejected_429']}; the last run: {one.orders_run}")
    print(f"bulk operations: {len(one.operations)}")
    print("MB of the worker: " + ", ".join(f"{name} {size:.0f}" for name, size in memory.items()))
    sys.exit(told([
        Aim("orders in Business Central", len(one.found), least=options.orders, most=options.orders),
        Aim("  lost", len(one.wanted - one.found.keys()), most=0),
        Aim("  twice", sum(times > 1 for times in one.found.values()), most=0),
        Aim("  that Shopify does not have", len(one.found.keys() - one.wanted), most=0),
        Aim("share of the five slots while a worker holds the shop", share, least=LEAST_USED),
        Aim("memory at the end against that at a tenth", memory["end"] / memory["tenth"], most=MOST_GROWTH),
    ]))


def memory_of(seen: list[Seen]) -> dict[str, float]:
    """MB of the last worker, which brought the most: with its first orders, at a tenth of them, at the end, at most."""
    last = [one for one in seen if one.worker == seen[-1].worker]
    before, after = last[0].orders, last[-1].orders
    brought = [one for one in last if one.orders > before]
    tenth = next(one for one in brought if one.orders >= before + (after - before) / 10)
    return {"start": brought[0].megabytes, "tenth": tenth.megabytes, "end": last[-1].megabytes,
            "most": max(one.megabytes for one in seen)}


def measure(orders: int, kills: int, seed: int, faster: float, plan: str) -> Measured:
    """All orders into a new company, past so many kills."""
    chance = random.Random(seed)
    moments = sorted(chance.randrange(1, int(orders * KILLED_WITHIN)) for _ in range(kills))
    with services(orders, plan) as (shopify, bc, storage, folder):
        connector = connected(shopify, bc, storage, Way("", "Disabled"))
        synchronized(connector, "products", "customers")
        times = {name: seconds / faster for name, seconds in TYPICAL.items()}
        requests.patch(f"{bc['control']}/service-times", json=times, timeout=30).raise_for_status()
        requests.post(f"{bc['control']}/stats/reset", timeout=30).raise_for_status()
        notes, seen, began = folder / "worked.jsonl", list[Seen](), time.perf_counter()
        place = {"shopify": shopify, "bc": bc, "storage": storage, "notes": str(notes), "faster": faster}
        for number, moment in enumerate((*moments, None)):
            watch(bc, place, moment, number, seen)
        seconds = time.perf_counter() - began
        stats = requests.get(f"{bc['control']}/stats", timeout=30).json()
        last = json.loads(notes.read_text().splitlines()[-1])
        return Measured(seconds - waited(notes), seconds, stats, seen, operations_of(notes), ids_in_shopify(connector),
                        ids_in_business_central(connector), last["counts"])


@contextlib.contextmanager
def services(orders: int, plan: str) -> Iterator[tuple[dict[str, Any], dict[str, Any], str, Path]]:
    """Shopify with so many orders of three lines and Business Central, each a process, and storage; a folder."""
    size = ["--orders", str(orders), "--customers", "50", "--products", "50"]
    with tempfile.TemporaryDirectory() as name, start_azurite() as azurite:
        folder = Path(name)
        shopify = Program("shopify", ["local.shopify", "--plain", "--plan", plan, *size], folder, {})
        bc = Program("business-central", ["local.business_central"], folder, {})
        try:
            yield shopify.wait_until_ready(600), bc.wait_until_ready(), azurite.connection_string, folder
        finally:
            shopify.stop()
            bc.stop()


def watch(bc: dict[str, Any], place: dict[str, Any], until: int | None, number: int, seen: list[Seen]) -> None:
    """One worker: until so many orders are there, then it is killed; or to its end."""
    command = [sys.executable, "-m", "benchmarks.year_of_orders", "--worker", json.dumps(place)]
    with subprocess.Popen(command, cwd=ROOT) as worker:
        while worker.poll() is None:
            orders = requests.get(f"{bc['control']}/totals", timeout=60).json().get("salesOrders", 0)
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError):
                seen.append(Seen(orders, megabytes("VmRSS", worker.pid), number))
            if until is not None and orders >= until:
                worker.kill()
                print(f"killed at {orders} orders", flush=True)
                return
            time.sleep(0.2)
        if worker.returncode:
            sys.exit(f"the worker ended with {worker.returncode}")


def waited(notes: Path) -> float:
    """Seconds in which a worker waited for the dead one's shop, or for orders that nobody may send yet."""
    return sum(json.loads(line).get("waited", 0.0) for line in notes.read_text().splitlines())


def operations_of(notes: Path) -> set[str]:
    """The bulk operations that orders came by."""
    return {json.loads(line).get("operation") for line in notes.read_text().splitlines()} - {None, "", PAGED}


def work(place: dict[str, Any]) -> None:
    """The worker: runs, until all orders are in Business Central. What it waited for is noted at once."""
    connector = connector_of(place["shopify"], place["bc"], place["storage"], **SHORT,
                             bc_requests=int(DEFAULT_LIMIT * place["faster"]))

    def note(**what: Any) -> None:
        with Path(place["notes"]).open("a") as notes:
            notes.write(json.dumps(what) + "\n")

    while True:
        run = run_sync(connector, SyncJob(shop=SHOP, started_by="benchmark", types=("orders",)))
        while run is not None and run.state == "continuing":
            while run.looks_at and (rest := (from_iso(run.looks_at) - connector.clock.now()).total_seconds()) > 0:
                time.sleep(min(rest, 1))
                note(waited=min(rest, 1))
            note(operation=connector.informations.get(SHOP, "orders").run_bulk)
            run = run_sync(connector, SyncJob(shop=SHOP, started_by="benchmark", run=run.id, types=("orders",)))
        if run is not None and run.state != "succeeded":
            sys.exit(f"the run did not succeed: {run}")
        if run is not None and not any(connector.skipped.of(SHOP, "orders")):
            note(counts={name: str(count) for name, count in run.counts.items()})
            return
        time.sleep(1)
        note(waited=1)


def ids_in_shopify(connector: Connector) -> set[str]:
    """The external document number of every order of the shop."""
    client, found, cursor = connector.shopify(connector.shops.get(SHOP)), set[str](), None
    while True:
        answer = client.ask("orders_places", {"first": 250, "after": cursor, "filter": ""}, type=dict[str, Any])
        found |= {f"SHP-{edge['node']['id'].rpartition('/')[2]}" for edge in answer["page"]["edges"]}
        if not answer["page"]["pageInfo"]["hasNextPage"]:
            return found
        cursor = answer["page"]["pageInfo"]["endCursor"]


def ids_in_business_central(connector: Connector) -> Counter[str]:
    """How often each external document number is there."""
    bc = connector.business_central(connector.shops.get(SHOP))
    return Counter(row["externalDocumentNumber"] for row in bc.rows("salesOrders", select="externalDocumentNumber"))


if __name__ == "__main__":
    main()
