"""200 shops on three hosts, a slow, a broken and a huge one among them: how late each shop is, and what a shop costs.

    .venv/bin/python -m benchmarks.many_shops [--shops N] [--hosts N] [--rounds N] [--huge ORDERS] [--slow SECONDS]

Every shop has a store and points of its own; hosts, storage and both services are real and in processes of their own.
In each round one order of every shop has changed, and the schedule asks for all of them. A shop's delay is the time
from that moment until its run has ended. Rounds in which the three are switched off take turns with rounds in which one
answers late, one answers 500, and one reads thousands of orders: the delay of every other shop must not depend on them.

What a shop costs is measured in this process, on one storage with a single shop and on another with all of them: the
schedule and its runs, in which nothing has changed. Calls are counted through a door in a pass of their own.
Says of each aim whether it held, and ends with 1 if one did not.
"""
from __future__ import annotations

import argparse
import contextlib
import gc
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import requests

from benchmarks.aims import Aim, told
from benchmarks.apart import megabytes
from benchmarks.sync_cost import TOKEN_KEY, connector_of
from local.azurite import start_azurite
from local.demo import shop_card
from local.processes import ROOT, Program
from local.storage_proxy import storage_proxy
from shared.clock import from_iso
from shared.connector import Connector
from shared.sync.queue import SyncJob, request_sync_of_all_shops, send
from shared.sync.run import run_sync

HUGE, SLOW, BROKEN = "HUGE", "SLOW", "BROKEN"
TROUBLE = (HUGE, SLOW, BROKEN)
"""The codes of the first three stores' shops."""
MEMORY_OF_A_HOST = 1024
"""Megabytes: half of what an instance has (infra/environments.json)."""


class Town(NamedTuple):
    """The services, and a connector to a storage; `stores` by shop code, as Shopify's addresses below `stores_at`."""

    shopify: dict[str, Any]
    bc: dict[str, Any]
    stores: dict[str, str]
    connector: Connector

    def control(self, shop: str, method: str, path: str, **content: Any) -> Any:
        """Turn something in the shop's store."""
        url = f"{self.shopify['url'].replace('{shop}', self.stores[shop])}/_control/{path}"
        answer = requests.request(method, url, json=content or None, timeout=60)
        answer.raise_for_status()
        return answer.json()


class Growth(NamedTuple):
    """What a shop costs with so many shops."""

    shops: int
    storage_calls: float
    cpu_milliseconds: float


Delays = dict[str, float]
"""Seconds by shop."""


class Fairness(NamedTuple):
    """The delays of every round without the three, and of every round beside them; the most that a host held."""

    alone: list[Delays]
    beside: list[Delays]
    peak_megabytes: float


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shops", type=int, default=200)
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--huge", type=int, default=5000)
    parser.add_argument("--slow", type=float, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, services(Path(name), options) as (shopify, bc):
        fair = fairness(shopify, bc, Path(name), options.hosts, options.rounds)
        one, many = growth(shopify, bc, options.rounds)
    report(fair, one, many)
    sys.exit(told(aims(fair, one, many)))


@contextlib.contextmanager
def services(folder: Path, options: argparse.Namespace) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Both simulators; what they say of themselves."""
    size = ["--stores", str(options.shops), "--huge", str(options.huge), "--slow", str(options.slow)]
    shopify = Program("shopify", ["local.shopify.stores", *size], folder, {})
    bc = Program("business-central", ["local.business_central"], folder, {})
    try:
        ready = bc.wait_until_ready()
        # One user of Business Central is not to be the bound of this: see the limits in docs/operations.md.
        requests.patch(f"{ready['control']}/limits", json={"requests": 1_000_000}, timeout=30).raise_for_status()
        yield shopify.wait_until_ready(300), ready
    finally:
        shopify.stop()
        bc.stop()


def fairness(
    shopify: dict[str, Any], bc: dict[str, Any], folder: Path, hosts: int, rounds: int
) -> Fairness:
    """The same rounds without the three and beside them."""
    alone, beside, peak = [], [], 0.0
    with start_azurite() as azurite:
        town = settled(shopify, bc, azurite.connection_string, stores_of(shopify))
        running = [a_host(town, azurite.connection_string, folder, number) for number in range(hosts)]
        try:
            for host in running:
                host.wait_until_ready()
            healthy = [shop for shop in town.stores if shop not in TROUBLE]
            switch(town, TROUBLE, enabled=False)
            a_round(town, healthy)
            for number in range(rounds):
                alone.append(a_round(town, healthy, number))
                trouble_begins(town)
                beside.append(a_round(town, healthy, number))
                trouble_ends(town)
            peak = max(megabytes(process=host.process.pid) for host in running)
        finally:
            for host in running:
                host.stop()
    return Fairness(alone, beside, peak)


def stores_of(shopify: dict[str, Any]) -> dict[str, str]:
    """The store of each shop code."""
    codes = [*TROUBLE, *(f"SHOP-{number}" for number in range(len(TROUBLE) + 1, len(shopify["stores"]) + 1))]
    return dict(zip(codes, shopify["stores"], strict=True))


def settled(shopify: dict[str, Any], bc: dict[str, Any], storage: str, stores: dict[str, str]) -> Town:
    """Every shop with its card and access, in this storage."""
    connector = connector_of({**shopify, "shop": ""}, bc, storage)
    for shop, store in stores.items():
        connector.shops.save(shop, shop_card(store, bc["company"]))
        connector.tokens.keep(shop, shopify["token"])
    return Town(shopify, bc, stores, connector)


def a_host(town: Town, storage: str, folder: Path, number: int) -> Program:
    """An instance that runs sync jobs, as Flex Consumption has them: the queue function has its own."""
    bc, shopify = town.bc, town.shopify
    settings = {
        "AzureWebJobsStorage": storage, "ENVIRONMENT": "production", "TOKEN_KEY": TOKEN_KEY,
        "PUBLIC_URL": "http://127.0.0.1:7071", "SHOPIFY_BASE_URL": shopify["url"],
        "SHOPIFY_CLIENT_ID": shopify["client_id"], "SHOPIFY_CLIENT_SECRET": shopify["client_secret"],
        "BC_API_ROOT": bc["api_root"], "BC_TOKEN_URL": bc["token_url"], "BC_CLIENT_ID": bc["client_id"],
        "BC_CLIENT_SECRET": bc["client_secret"], "PYTHON_THREADPOOL_THREAD_COUNT": "32",
        **dict.fromkeys(("SYNC_SCHEDULE", "LOG_PURGE_SCHEDULE", "SUBSCRIPTION_SCHEDULE", "EVENT_QUEUE_SCHEDULE",
                         "HEALTH_SCHEDULE"), "0 0 3 1 1 *"),
    }
    return Program(f"host-{number}", ["local.host", "--app", str(ROOT), "--functions", "sync_job"], folder, settings)


def a_round(town: Town, healthy: Sequence[str], number: int = 0) -> Delays:
    """An order of each healthy shop changes, and the schedule asks for every shop; how late each healthy one is."""
    for shop in healthy:
        first = town.control(shop, "POST", "touch", type="orders", count=1)["touched"][0]
        town.control(shop, "PATCH", f"orders/{first}", shipping_address={"address1": f"{time.time_ns()} quai {number}"})
    moment = town.connector.clock.now()
    request_sync_of_all_shops(town.connector)
    ended = {shop: end_of_run(town.connector, shop, moment) for shop in healthy}
    return {shop: (end - moment).total_seconds() for shop, end in ended.items()}


def end_of_run(connector: Connector, shop: str, since: datetime) -> datetime:
    """Wait until a run of the shop that began after this moment has ended well; when it did."""
    while True:
        for run in connector.runs.latest(shop, limit=1):
            if from_iso(run.started_at) >= since and run.ended_at:
                assert run.state == "succeeded", run
                return from_iso(run.ended_at)
        time.sleep(0.2)


def trouble_begins(town: Town) -> None:
    """The three are switched on: one has everything to be read, one answers late, one is broken."""
    town.control(BROKEN, "POST", "faults", kind="http_5xx", times=1_000_000, status=500)
    switch(town, TROUBLE, enabled=True)
    for shop in TROUBLE:
        send(town.connector, SyncJob(shop=shop, started_by="benchmark"))
    while not all(town.connector.runs.latest(shop, limit=1) for shop in TROUBLE):
        time.sleep(0.1)


def trouble_ends(town: Town) -> None:
    """They are switched off, and what is under way of them ends."""
    switch(town, TROUBLE, enabled=False)
    town.control(BROKEN, "DELETE", "faults")
    for type in town.connector.types.names:
        town.connector.informations.set_last_sync_time(HUGE, type, None, by="benchmark")
    while any(run.state in ("running", "continuing") for shop in TROUBLE
              for run in town.connector.runs.latest(shop, limit=1)):
        time.sleep(0.5)


def switch(town: Town, shops: Iterable[str], *, enabled: bool) -> None:
    for shop in shops:
        town.connector.shops.save(shop, {"enabled": enabled})


def growth(shopify: dict[str, Any], bc: dict[str, Any], rounds: int) -> tuple[Growth, Growth]:
    """What a shop costs where it is the only one, and where there are all of them."""
    healthy = {shop: store for shop, store in stores_of(shopify).items() if shop not in TROUBLE}
    only = dict(list(healthy.items())[:1])
    with start_azurite() as small, start_azurite() as large:
        towns = [(small.connection_string, only, len(healthy)), (large.connection_string, healthy, 1)]
        settled_towns = [settled(shopify, bc, storage, stores) for storage, stores, _ in towns]
        for town in settled_towns:
            schedule(town.connector)
        cpu = [min(each) for each in zip(*(
            [cpu_milliseconds(town.connector, times) for town, (_, _, times) in zip(settled_towns, towns, strict=True)]
            for _ in range(rounds)), strict=True)]
        calls = [calls_of(shopify, bc, storage) for storage, _, _ in towns]
    return tuple(Growth(len(stores), count, spent)  # type: ignore[return-value]
                 for (_, stores, _), count, spent in zip(towns, calls, cpu, strict=True))


def schedule(connector: Connector) -> int:
    """What the schedule asks for, carried out one after the other; the number of shops."""
    shops = request_sync_of_all_shops(connector)
    for shop in shops:
        run = run_sync(connector, SyncJob(shop=shop, started_by="schedule"))
        assert run is not None
        assert run.state == "succeeded", run
    return len(shops)


def cpu_milliseconds(connector: Connector, times: int) -> float:
    """CPU time of this process for a shop."""
    gc.collect()
    cpu = time.process_time()
    shops = sum(schedule(connector) for _ in range(times))
    return (time.process_time() - cpu) * 1000 / shops


def calls_of(shopify: dict[str, Any], bc: dict[str, Any], storage: str) -> float:
    """Calls of storage for a shop."""
    with storage_proxy(storage) as door:
        connector = connector_of({**shopify, "shop": ""}, bc, door.connection_string)
        schedule(connector)
        door.calls.clear()
        shops = schedule(connector)
        return len(door.calls) / shops


def worst(rounds: Sequence[Delays]) -> float:
    """The worst delay of a round, the median of all rounds."""
    return median(max(delays.values()) for delays in rounds)


def aims(fair: Fairness, one: Growth, many: Growth) -> list[Aim]:
    """What is wanted."""
    return [
        Aim("worst delay beside the three, against without", worst(fair.beside) / worst(fair.alone), most=1.5),
        Aim("memory of a host at its peak, MB", fair.peak_megabytes, most=MEMORY_OF_A_HOST),
        Aim(f"storage calls a shop, {many.shops} shops against one", many.storage_calls / one.storage_calls, most=1.2),
        Aim(f"CPU a shop, {many.shops} shops against one", many.cpu_milliseconds / one.cpu_milliseconds, most=1.2),
    ]


def report(fair: Fairness, one: Growth, many: Growth) -> None:
    """A line a shop, then the figures."""
    print(f"{'delay of shop, seconds':<28}{'without the three':>20}{'beside them':>14}")
    for shop in fair.alone[0]:
        alone, beside = (median(each[shop] for each in rounds) for rounds in (fair.alone, fair.beside))
        print(f"{shop:<28}{alone:>20.1f}{beside:>14.1f}")
    for name, rounds in (("without the three", fair.alone), ("beside them", fair.beside)):
        for number, delays in enumerate(rounds, 1):
            values = list(delays.values())
            p95 = quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
            print(f"{name}, round {number}: median {median(values):.1f} s, p95 {p95:.1f} s, worst {max(values):.1f} s")
    for grown in (one, many):
        print(f"{grown.shops} shops: {grown.storage_calls:.1f} calls of storage and {grown.cpu_milliseconds:.1f} ms of "
              "CPU a shop where nothing changed")


if __name__ == "__main__":
    main()
