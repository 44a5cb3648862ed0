"""2,000 webhooks at 200 per second, 30 % doubled, shuffled, the host killed once: answer times, calls, correctness.

    .venv/bin/python -m benchmarks.webhooks [--webhooks N] [--rate R]

A second process delivers them to the real functions host. Every order of the shop that is announced was changed
first; afterwards Business Central has to hold the change of each of them, written once. As in Azure, where HTTP
functions have instances of their own, there are two hosts: one takes in, one applies. The answer times are measured
three times: with nothing being applied, with the synchronization running, and with both hosts killed half-way. All
of it shares this machine with both services and the storage, which in Azure it does not.

An answer's time counts from when the webhook was due: one that waits behind others is as late for Shopify as one that
is answered slowly. Wanted: 99 of 100 answered within the 5 seconds that Shopify waits (Shopify, "HTTPS webhooks") where
nothing was killed; every change in Business Central, written once. Says of each whether it held, and ends with 1 if
one did not.
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

from benchmarks.aims import Aim, told
from local.azurite import start_azurite
from local.processes import ROOT
from shared.storage.account import storage_from_connection_string
from shared.stores.changed_records import TABLE
from tests.integration.sync.street import SHOP, Street, a_street
from tests.webhooks import an_order, headers_of

DOUBLED = 0.3
ANSWER_SECONDS = 5


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


def storm(street: Street, storage: str, folder: Path, *, webhooks: int, rate: float, line: str = "quai des Tempêtes",
          reopen: Callable[[], None] | None = None, killed: bool = True) -> Outcome:
    """Change orders, announce them, kill what runs half-way and `reopen` it, wait until all is applied."""
    chance = random.Random(5)
    synchronized = [one.number for one in street.shopify.shop_state.stored("orders") if not one.record["closed"]]
    numbers = synchronized[: round(webhooks / (1 + DOUBLED))]
    for number in numbers:
        street.shopify.shop_state.patch("orders", number, {"shipping_address": {"address1": new_line(number, line)}})
    announced = numbers + chance.choices(numbers, k=webhooks - len(numbers))
    chance.shuffle(announced)
    writes, calls = street.bc.stats.writes, street.shopify.stats.calls
    sender = started_sender(street, folder, announced, rate)
    if killed:
        time.sleep(webhooks / rate / 2)
        street.kill()
        (reopen or street.open)()
    sent = json.loads(sender.communicate(timeout=300)[0])
    began = time.monotonic()
    wanted = {number: new_line(number, line) for number in numbers}
    scheduled = not applied(street, storage, wanted, seconds=60)
    if scheduled:  # what the schedule would do next
        street.start_sync()
        applied(street, storage, wanted, seconds=120)
    return Outcome(
        seconds=sent["seconds"], failed_tries=sent["failed_tries"], changed=len(numbers),
        writes=street.bc.stats.writes - writes, wrong=wrong_in_bc(street, wanted),
        shopify_calls=street.shopify.stats.calls - calls, runs=len(woken_runs(street)),
        settled_after=time.monotonic() - began, scheduled=scheduled,
    )


def answer_times(street: Street, storage: str, folder: Path, *, webhooks: int, rate: float) -> list[float]:
    """Seconds of each answer while nothing is applied: there is no host for it yet.

    They announce orders that do not exist; those are read and forgotten before the storm.
    """
    before = street.settings["WEBHOOK_DELAY_SECONDS"]
    street.kill()
    street.settings["WEBHOOK_DELAY_SECONDS"] = "300"
    street.open("--functions", "http")
    started_sender(street, folder, [1] * 200, rate=50).communicate(timeout=300)  # the first calls of a process are slow
    unknown = list(range(1, webhooks + 1))
    sent = json.loads(started_sender(street, folder, unknown, rate).communicate(timeout=300)[0])
    street.kill()
    street.settings["WEBHOOK_DELAY_SECONDS"] = before
    # The message of these webhooks is far away; the storm must not wait for it.
    storage_from_connection_string(storage).tables[TABLE].delete(SHOP, "wake")
    street.open_apart()
    street.start_sync()
    street.finished_run()
    return list(sent["seconds"])


def new_line(number: int, line: str) -> str:
    return f"{number % 1000} {line}"


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


def applied(street: Street, storage: str, wanted: dict[int, str], *, seconds: float) -> bool:
    """Whether within this time no note is left and every order is right."""
    notes = storage_from_connection_string(storage).tables[TABLE]
    return within(seconds, lambda: next(iter(notes.partition(f"{SHOP}|orders")), None) is None
                  and not wrong_in_bc(street, wanted))


def within(seconds: float, true: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def wrong_in_bc(street: Street, wanted: dict[int, str]) -> list[int]:
    """Announced orders whose address in Business Central is not the present one."""
    rows = list(street.bc.state.table("salesOrders").rows.values())
    lines = {row["externalDocumentNumber"]: row["shipToAddressLine1"] for row in rows}
    return [number for number, line in wanted.items() if lines.get(f"SHP-{number}") != line]


def woken_runs(street: Street) -> list[dict[str, Any]]:
    return [run for run in street.call("GET", f"shops/{SHOP}/runs").json() if run["only_changed"]]


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--webhooks", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=200)
    options = parser.parse_args()
    size: dict[str, Any] = {"orders": options.webhooks, "customers": 20, "products": 20, "plain": True}
    with tempfile.TemporaryDirectory() as name, start_azurite() as azurite:
        folder = Path(name)
        with a_street(azurite.connection_string, folder, **size) as street:
            # Two storms within five minutes are more than Business Central takes of one user.
            street.bc.limits.requests = 1_000_000
            street.settings |= {"WEBHOOK_DELAY_SECONDS": "2", "PYTHON_THREADPOOL_THREAD_COUNT": "32"}
            street.open()
            street.connect()
            street.start_sync()
            street.finished_run()
            what: dict[str, Any] = {"webhooks": options.webhooks, "rate": options.rate}
            alone = answer_times(street, azurite.connection_string, folder, **what)
            what |= {"reopen": street.open_apart}
            busy = storm(street, azurite.connection_string, folder, killed=False, line="quai du Calme", **what)
            outcome = storm(street, azurite.connection_string, folder, **what)
    answers = {"nothing applied": alone, "sync running": busy.seconds, "hosts killed": outcome.seconds}
    report(outcome, answers)
    storms = {"sync running": busy, "hosts killed": outcome}
    sys.exit(told([
        *[Aim(f"{load}: answer p99, seconds", p99(answers[load]), most=ANSWER_SECONDS)
          for load in ("nothing applied", "sync running")],
        *[Aim(f"{load}: webhooks delivered", len(one.seconds), least=options.webhooks) for load, one in storms.items()],
        *[Aim(f"{load}: orders that differ afterwards", len(one.wrong), most=0) for load, one in storms.items()],
        *[Aim(f"{load}: writes, times the orders changed", one.writes / one.changed, most=1)
          for load, one in storms.items()],
    ]))


def p99(seconds: list[float]) -> float:
    """What 99 of 100 do not exceed."""
    return quantiles(seconds, n=100)[98]


def report(outcome: Outcome, answers: dict[str, list[float]]) -> None:
    """Print one figure a line; those after the answer times are of the storm with the kill."""
    for load, seconds in answers.items():
        percentiles = quantiles(seconds, n=100)
        for percent in (50, 99):
            print(f"{f'{load}: answer p{percent}, milliseconds':<44}{percentiles[percent - 1] * 1000:>10.1f}")
    for name, value in [
        ("webhooks delivered", len(outcome.seconds)),
        ("tries that failed while the hosts were down", outcome.failed_tries),
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
