"""One order in a large company: calls of Business Central, CPU and memory of the run that brings it.

    .venv/bin/python -m benchmarks.large_company [--rows N]

After everything was synchronized, runs are measured in a process of their own, as in Azure: nothing changed, the note
of one order did, one order of a known customer is new, one of an unknown customer is new. Each in a company that has
`--rows` further customers and items, and in one that has none. Wanted in the large one: no call where nothing or only a
note changed, 6 for a new order, 9 and one for each 20,000 customers where its customer is new; 120 MB at most.
Says of each whether it held, and ends with 1 if one did not.
"""
from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import requests

from benchmarks.aims import Aim, told
from benchmarks.apart import apart, megabytes
from benchmarks.sync_cost import SHOP, Way, connected, connector_of, demo_shop
from local.azurite import start_azurite
from local.processes import Program
from local.storage_proxy import StorageProxy, storage_proxy
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync

MEGABYTES = 120
_PAGE = 20_000


class Measured(NamedTuple):
    """One run: calls of Business Central, of Shopify and of storage, CPU seconds of its work, MB at its most."""

    bc: int
    shopify: int
    storage: int
    cpu: float
    megabytes: float
    orders: dict[str, int]


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    small, large = measure(0), measure(options.rows)
    aims = {"nothing changed": 0, "a note changed": 0, "a new order": 6,
            "a new order, new customer": 9 + options.rows // _PAGE + 1}
    print(f"{'':<28}{'BC calls':>14}{'Shopify':>10}{'storage':>12}{'CPU s':>14}{'MB':>14}")
    for name, one in large.items():
        other = small[name]
        print(f"{name:<28}{other.bc:>6} -> {one.bc:>4}{one.shopify:>10}{other.storage:>5} -> {one.storage:>3}"
              f"{other.cpu:>6.2f} -> {one.cpu:>4.2f}{other.megabytes:>6.0f} -> {one.megabytes:>4.0f}")
    sys.exit(told([
        *[Aim(f"{name}: calls of Business Central", large[name].bc, most=aim) for name, aim in aims.items()],
        *[Aim(f"{name}: MB", large[name].megabytes, most=MEGABYTES) for name in aims],
    ]))


def measure(rows: int) -> dict[str, Measured]:
    """The four runs in a company with so many rows that have nothing to do with the shop."""
    with (
        tempfile.TemporaryDirectory() as folder, demo_shop(20) as shopify, start_azurite() as azurite,
        storage_proxy(azurite.connection_string) as door, company(Path(folder), rows) as bc,
    ):
        connected(shopify, bc, azurite.connection_string, Way("", "Disabled"))
        control = f"{shopify['url']}/_control"
        for _ in range(2):
            counted(door, shopify, bc)
        number = requests.post(f"{control}/touch", json={"type": "orders", "count": 1}, timeout=30).json()["touched"][0]
        known = requests.get(f"{control}/orders/{number}", timeout=30).json()
        counted(door, shopify, bc)
        measured = {"nothing changed": counted(door, shopify, bc)}
        requests.patch(f"{control}/orders/{number}", json={"note": "call first"}, timeout=30)
        measured["a note changed"] = counted(door, shopify, bc)
        line = {"quantity": 1, "unit_price": "10.00", **variant_of(known)}
        put(control, "orders", {"customer": number_of(known["customer"]), "lines": [line]})
        measured["a new order"] = counted(door, shopify, bc)
        address = {"address1": "1 quai", "city": "Lyon", "zip": "69002", "country_code": "FR"}
        new = put(control, "customers", {"first_name": "Ada", "last_name": "New", "email": "ada@new.example",
                                         "phone": "+33611223344", "addresses": [address]})
        put(control, "orders", {"customer": number_of(new), "lines": [line], "shipping_address": address})
        measured["a new order, new customer"] = counted(door, shopify, bc, types=["orders"])
        return measured


def put(control: str, type: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Put a record into the shop; the record."""
    answer = requests.post(f"{control}/{type}", json=spec, timeout=30)
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return made


def number_of(record: dict[str, Any] | str) -> int:
    """The number in a record's Shopify id, or in that id."""
    id = record if isinstance(record, str) else str(record["id"])
    return int(id.rpartition("/")[2])


def variant_of(order: dict[str, Any]) -> dict[str, Any]:
    """Variant, product and SKU of the first line of the order that has a variant."""
    line = next(line for line in order["lineItems"] if line["variant"])
    return {"sku": line["sku"], "variant": number_of(line["variant"]), "product": number_of(line["product"])}


@contextlib.contextmanager
def company(folder: Path, rows: int) -> Iterator[dict[str, Any]]:
    """A simulated company with so many more customers and items, in a process of its own; what it says of itself."""
    extra = folder / "extra.json"
    extra.write_text(json.dumps({
        "customers": [{"number": f"K{n:07}", "displayName": f"Customer {n}", "email": f"k{n}@example.net",
                       "phoneNumber": f"+4930{n:08}", "country": "DE", "city": "Berlin"} for n in range(rows)],
        "items": [{"number": f"I{n:07}", "displayName": f"Item {n}"} for n in range(rows)],
    }))
    bc = Program("business-central", ["local.business_central", "--seed-extra", str(extra)], folder, {})
    try:
        yield bc.wait_until_ready(seconds=600)
    finally:
        bc.stop()


def counted(
    door: StorageProxy, shopify: dict[str, Any], bc: dict[str, Any], types: list[str] | None = None
) -> Measured:
    """One run of all types, or of these, in a process of its own."""
    time.sleep(1.1)  # Shopify's times are whole seconds
    door.calls.clear()
    found = apart(one_run, shopify, bc, door.connection_string, types or [])
    return found._replace(storage=len(door.calls))


def one_run(shopify: dict[str, Any], bc: dict[str, Any], storage: str, types: list[str]) -> Measured:
    """The run, in this process, which does not count calls of storage; SystemExit if it failed."""
    connector = connector_of(shopify, bc, storage)
    cpu = time.process_time()
    run = run_sync(connector, SyncJob(shop=SHOP, started_by="benchmark", types=tuple(types)))
    cpu = time.process_time() - cpu
    if run is None or run.state != "succeeded":
        sys.exit(f"the run did not succeed: {run}")
    orders = run.counts["orders"]
    return Measured(run.bc_calls, run.shopify_calls, 0, cpu, megabytes(),
                    {"read": orders.read, "created": orders.created, "parked": orders.parked})


if __name__ == "__main__":
    main()
