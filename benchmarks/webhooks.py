"""2,000 webhooks at 200 per second, 30 % doubled, shuffled, the host killed once: answer times, calls, correctness.

    .venv/bin/python -m benchmarks.webhooks [--webhooks N] [--rate R]

A second process delivers them to the real functions host. Every order of the shop that is announced was changed
first; afterwards Business Central has to hold the change of each of them, written once. The answer times are
measured twice: of the intake alone, as in Azure, where HTTP functions have instances of their own; and in the
storm, where one process and one machine also apply everything, and play both services.
"""
from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from local.azurite import start_azurite
from local.processes import ROOT
from shared.storage.account import storage_from_connection_string
from shared.sync.changed_records import TABLE
from tests.integration.sync.street import SHOP, Street, a_street
from tests.webhooks import an_order, headers_of

DOUBLED = 0.3


class Outcome(NamedTuple):
    """What one storm of webhooks led to; seconds are those of each answer."""

    seconds: list[float]
    failed_tries: int
    changed: int
    writes: int
    wrong: list[int]
    shopify_calls: int
    runs: int
    settled_after: float
    scheduled: bool


def storm(street: Street, storage: str, folder: Path, *, webhooks: int, rate: float) -> Outcome:
    """Change orders, announce them, kill the host half-way, wait until all is applied."""
    chance = random.Random(5)
    synchronized = [one.number for one in street.shopify.shop_state.stored("orders") if not one.record["closed"]]
    numbers = synchronized[: round(webhooks / (1 + DOUBLED))]
    for number in numbers:
        street.shopify.shop_state.patch("orders", number, {"shipping_address": {"address1": new_line(number)}})
    announced = numbers + chance.choices(numbers, k=webhooks - len(numbers))
    chance.shuffle(announced)
    writes, calls = street.bc.stats.writes, street.shopify.stats.calls
    sender = started_sender(street, folder, announced, rate)
    time.sleep(webhooks / rate / 2)
    street.kill()
    street.open()
    sent = json.loads(sender.communicate(timeout=300)[0])
    began = time.monotonic()
    scheduled = not applied(street, storage, numbers, seconds=60)
    if scheduled:  # what the schedule would do next
        street.start_sync()
        applied(street, storage, numbers, seconds=120)
    return Outcome(
        seconds=sent["seconds"], failed_tries=sent["failed_tries"], changed=len(numbers),
        writes=street.bc.stats.writes - writes, wrong=wrong_in_bc(street, numbers),
        shopify_calls=street.shopify.stats.calls - calls, runs=len(woken_runs(street)),
        settled_after=time.monotonic() - began, scheduled=scheduled,
    )


def answer_times(street: Street, storage: str, folder: Path, *, webhooks: int, rate: float) -> list[float]:
    """Seconds of each answer while this host takes in webhooks and does nothing else.

    They announce orders that do not exist; those are read and forgotten before the storm.
    """
    street.kill()
    storm_settings = dict(street.settings)
    street.settings |= {"AzureWebJobs.sync_job.Disabled": "true", "WEBHOOK_DELAY_SECONDS": "300"}
    street.open()
    started_sender(street, folder, [1] * 200, rate=50).communicate(timeout=300)  # the first calls of a process are slow
    unknown = list(range(1, webhooks + 1))
    sent = json.loads(started_sender(street, folder, unknown, rate).communicate(timeout=300)[0])
    street.kill()
    street.settings = storm_settings
    # The message of these webhooks is far away; the storm must not wait for it.
    storage_from_connection_string(storage).tables[TABLE].delete(SHOP, "wake")
    street.open()
    street.start_sync()
    street.finished_run()
    return list(sent["seconds"])


def new_line(number: int) -> str:
    return f"{number % 1000} quai des Tempêtes"


def started_sender(street: Street, folder: Path, announced: list[int], rate: float) -> subprocess.Popen[bytes]:
    """The second process, on its way."""
    file = folder / "deliveries.jsonl"
    with file.open("w") as lines:
        for number in announced:
            body = json.dumps(an_order(number))
            headers = headers_of("orders/updated", body.encode(), shop=street.shopify.shop,
                                 secret=street.shopify.client_secret)
            lines.write(json.dumps({"headers": headers, "body": body}) + "\n")
    assert street.host is not None
    url = f"{street.host.ready['url']}/api/webhooks/shopify"
    command = [sys.executable, "-m", "benchmarks.webhook_sender", str(file), "--url", url, "--rate", str(rate)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def applied(street: Street, storage: str, numbers: list[int], *, seconds: float) -> bool:
    """Whether within this time no note is left and every order is right."""
    notes = storage_from_connection_string(storage).tables[TABLE]
    return within(seconds, lambda: next(iter(notes.partition(f"{SHOP}|orders")), None) is None
                  and not wrong_in_bc(street, numbers))


def within(seconds: float, true: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def wrong_in_bc(street: Street, numbers: list[int]) -> list[int]:
    """Announced orders whose address in Business Central is not the present one."""
    rows = list(street.bc.state.table("salesOrders").rows.values())
    lines = {row["externalDocumentNumber"]: row["shipToAddressLine1"] for row in rows}
    return [number for number in numbers if lines.get(f"SHP-{number}") != new_line(number)]


def woken_runs(street: Street) -> list[dict[str, Any]]:
    return [run for run in street.call("GET", f"shops/{SHOP}/runs").json() if run["only_changed"]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--webhooks", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200)
    options = parser.parse_args()
    size: dict[str, Any] = {"orders": options.webhooks, "customers": 20, "products": 20, "plain": True,
                            "plan": "enterprise"}
    with tempfile.TemporaryDirectory() as name, start_azurite() as azurite:
        folder = Path(name)
        with a_street(azurite.connection_string, folder, **size) as street:
            street.settings |= {"WEBHOOK_DELAY_SECONDS": "2", "PYTHON_THREADPOOL_THREAD_COUNT": "32"}
            street.open()
            street.connect()
            street.start_sync()
            street.finished_run()
            what: dict[str, Any] = {"webhooks": options.webhooks, "rate": options.rate}
            alone = answer_times(street, azurite.connection_string, folder, **what)
            outcome = storm(street, azurite.connection_string, folder, **what)
    report(outcome, alone)
    sys.exit(1 if outcome.wrong else 0)


def report(outcome: Outcome, alone: list[float]) -> None:
    """Print one figure a line."""
    percentiles, intake = quantiles(outcome.seconds, n=100), quantiles(alone, n=100)
    for name, value in [
        ("intake alone: answer p50, milliseconds", round(intake[49] * 1000, 1)),
        ("intake alone: answer p99, milliseconds", round(intake[98] * 1000, 1)),
        ("webhooks delivered", len(outcome.seconds)),
        ("tries that failed while the host was down", outcome.failed_tries),
        ("storm: answer p50, milliseconds", round(percentiles[49] * 1000, 1)),
        ("storm: answer p99, milliseconds", round(percentiles[98] * 1000, 1)),
        ("orders changed", outcome.changed),
        ("writes to Business Central", outcome.writes),
        ("orders that differ afterwards", len(outcome.wrong)),
        ("calls to Shopify", outcome.shopify_calls),
        ("runs", outcome.runs),
        ("seconds until all was applied", round(outcome.settled_after, 1)),
        ("needed the schedule", "yes" if outcome.scheduled else "no"),
    ]:
        print(f"{name:<44}{value:>10}")


if __name__ == "__main__":
    main()
