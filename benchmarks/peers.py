"""The same records read by this connector, tap-shopify and airbyte-source-shopify from one shop, side by side.

    .venv/bin/python -m benchmarks.peers [--records N] [--plan standard] [--rounds N] [--environments FOLDER]

Each peer is installed, in one version, into a virtual environment of its own below .run/peers, and is no part of the
connector or its tests. All ask the same simulated Shopify through the same door with TLS (benchmarks/peer_front.py) and
write the records to a file. A figure counts only if the ids that were read are those that the shop has, each once.
Start-up is measured apart, by what does nothing but start. Points and calls are what the shop says of them.

What is not alike: tap-shopify asks for every field that it knows, this connector for those that it books by; both check
what they get. Both peers read orders or products by bulk operations, which cost no points and here no time either, but
wait a fixed time between two looks at them (tap-shopify a minute). airbyte-source-shopify reads orders and customers
over the REST API, which the simulator has not, so it takes part in products only.

Says of each aim whether it held, and ends with 1 if one did not: beyond its start, which a running instance pays once,
this connector uses no more processor time, memory and time than the best peer that read the same.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import requests

from benchmarks.aims import Aim, told
from local.processes import ROOT, Program

SINCE = "2016-01-01"
WINDOW_DAYS = 5000
"""One window of time for all that there is: with their usual thirty days the peers would wait for a hundred."""

NOTHING = float("nan")

REDIRECT = '''\
import os, socket
_asked = socket.getaddrinfo
def getaddrinfo(host, port, *more, **named):
    """Shopify's names lead to the door of the benchmark."""
    if str(host).endswith(".myshopify.com"):
        host, port = "127.0.0.1", int(os.environ["PEER_FRONT_PORT"])
    return _asked(host, port, *more, **named)
socket.getaddrinfo = getaddrinfo
'''


class Street(NamedTuple):
    """The simulated shop, and the door in front of it."""

    shopify: dict[str, Any]
    port: int
    certificate: Path
    folder: Path

    def ids(self, type: str) -> list[str]:
        """Every id of a type that the shop has, asked in the plainest way."""
        found: list[str] = []
        after = None
        while True:
            query = f"query($after: String) {{ {type}(first: 250, after: $after) " \
                    "{ nodes { id } pageInfo { endCursor hasNextPage } } }"
            answer = requests.post(
                f"{self.shopify['url']}/admin/api/2026-10/graphql.json", timeout=60,
                json={"query": query, "variables": {"after": after}},
                headers={"X-Shopify-Access-Token": self.shopify["token"]}).json()["data"][type]
            found += [number_of(node["id"]) for node in answer["nodes"]]
            after = answer["pageInfo"]["endCursor"]
            if not answer["pageInfo"]["hasNextPage"]:
                return found


class Reader(NamedTuple):
    """Who reads: its types, the environment it is installed in, and its command for one type; "" for a mere start."""

    name: str
    types: tuple[str, ...]
    requirement: str
    command: Callable[[Street, Path, str], list[str]]


class Reading(NamedTuple):
    """What reading all of one type took; ids as they were written; how it failed, if it did."""

    failure: str
    ids: list[str]
    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    calls: int
    points: float


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=1000, help="of each type")
    parser.add_argument("--plan", default="standard")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--environments", type=Path, default=ROOT / ".run" / "peers")
    parser.add_argument("--types", nargs="+", default=["orders", "customers", "products"])
    options = parser.parse_args()
    environments = {reader.name: environment(options.environments, reader) for reader in READERS}
    with tempfile.TemporaryDirectory() as name, a_street(Path(name), options.records, options.plan) as street:
        truth = {type: street.ids(type) for type in options.types}
        starts = {reader.name: [measured(street, reader, environments[reader.name], "") for _ in range(options.rounds)]
                  for reader in READERS}
        readings = {
            (reader.name, type): [measured(street, reader, environments[reader.name], type)
                                  for _ in range(options.rounds)]
            for type in options.types for reader in READERS if type in reader.types}
    report(truth, starts, readings)
    sys.exit(told(aims(truth, starts, readings)))


@contextmanager
def a_street(folder: Path, records: int, plan: str) -> Iterator[Street]:
    """A shop of this size and its door, in processes of their own."""
    size = [word for type in ("orders", "customers", "products") for word in (f"--{type}", str(records))]
    shopify = Program(
        "shopify", ["local.shopify", "--plain", "--any-connection-in-bulk", "--plan", plan, *size], folder, {})
    front = None
    try:
        ready, certificate = shopify.wait_until_ready(300), folder / "certificate.pem"
        front = Program("front", ["benchmarks.peer_front", "--shopify", ready["url"], "--certificate",
                                  str(certificate)], folder, {})
        yield Street(ready, front.wait_until_ready()["port"], certificate, folder)
    finally:
        if front is not None:
            front.stop()
        shopify.stop()


def environment(folder: Path, reader: Reader) -> Path:
    """The interpreter of the reader's own environment, made if it is not there; ours is the one that runs this."""
    if not reader.requirement:
        return Path(sys.executable)
    home = folder / reader.requirement.replace("==", "-")
    complete = home / "complete"
    if not complete.exists():
        print(f"installing {reader.requirement} into {home} …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check",
                        reader.requirement], check=True)
        complete.touch()
    return home / "bin" / "python"


def measured(street: Street, reader: Reader, python: Path, type: str) -> Reading:
    """One reading, by a process of its own."""
    requests.post(f"{street.shopify['url']}/_control/stats/reset", timeout=30).raise_for_status()
    command = reader.command(street, python, type)
    redirect = street.folder / "redirect"
    redirect.mkdir(exist_ok=True)
    (redirect / "sitecustomize.py").write_text(REDIRECT)
    variables = {**os.environ, "PEER_FRONT_PORT": str(street.port), "SSL_CERT_FILE": str(street.certificate),
                 "REQUESTS_CA_BUNDLE": str(street.certificate),
                 "PYTHONPATH": str(redirect) if reader.requirement else str(ROOT)}
    out, said = street.folder / "records.jsonl", street.folder / "said.txt"
    with out.open("wb") as records, said.open("wb") as words:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=records,
                                   stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    failure = f"it ended with {process.returncode}: {last_words(said) or last_words(out)}" if process.returncode else ""
    figures = requests.get(f"{street.shopify['url']}/_control/stats", timeout=30).json()
    return Reading(failure, list(ids_in(out)), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
                   figures["calls"], figures["actual_points"])


def last_words(file: Path) -> str:
    """The end of what a program wrote."""
    return " ".join(file.read_text(errors="replace").split())[-600:]


def ids_in(file: Path) -> Iterator[str]:
    """The id of each record, as a Singer tap, an Airbyte source and benchmarks/peer_ours.py write it."""
    with file.open() as lines:
        for line in lines:
            if '"RECORD"' not in line[:200]:
                continue
            record = json.loads(line)["record"]
            yield number_of(record.get("data", record)["id"])


def number_of(id: object) -> str:
    """gid://shopify/Order/5 and 5 are the same order."""
    return str(id).rpartition("/")[2]


def ours(street: Street, python: Path, type: str) -> list[str]:
    if not type:
        return [str(python), "-m", "benchmarks.peer_ours", "--help"]
    return [str(python), "-m", "benchmarks.peer_ours", type, "--shopify", f"https://127.0.0.1:{street.port}",
            "--token", street.shopify["token"], "--since", f"{SINCE}T00:00:00Z"]


def tap(street: Street, python: Path, type: str) -> list[str]:
    program = [str(python.with_name("tap-shopify"))]
    if not type:
        return [*program, "--help"]
    shop = street.shopify["shop"].removesuffix(".myshopify.com")
    config = written(street, "tap.json", {
        "shop": shop, "api_key": street.shopify["token"], "start_date": f"{SINCE}T00:00:00Z",
        "date_window_size": str(WINDOW_DAYS)})
    return [*program, "--config", config, "--catalog", tap_catalog(street, program, config, type)]


def tap_catalog(street: Street, program: list[str], config: str, type: str) -> str:
    """What it finds to read, with all fields of this type chosen."""
    variables = {"PEER_FRONT_PORT": str(street.port), "SSL_CERT_FILE": str(street.certificate),
                 "PYTHONPATH": str(street.folder / "redirect")}
    found = json.loads(subprocess.run([*program, "--config", config, "--discover"], check=True, capture_output=True,
                                      env={**os.environ, **variables}).stdout)
    chosen = [stream for stream in found["streams"] if stream["tap_stream_id"] == type]
    for field in chosen[0]["metadata"]:
        field["metadata"]["selected"] = True
    requests.post(f"{street.shopify['url']}/_control/stats/reset", timeout=30).raise_for_status()
    return written(street, "tap-catalog.json", {"streams": chosen})


def airbyte(street: Street, python: Path, type: str) -> list[str]:
    program = [str(python.with_name("source-shopify"))]
    if not type:
        return [*program, "spec"]
    shop = street.shopify["shop"].removesuffix(".myshopify.com")
    config = written(street, "airbyte.json", {
        "shop": shop, "start_date": SINCE, "bulk_window_in_days": WINDOW_DAYS,
        "credentials": {"auth_method": "api_password", "api_password": street.shopify["token"]}})
    stream = {"name": type, "json_schema": {}, "supported_sync_modes": ["full_refresh"]}
    catalog = {"streams": [{"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}]}
    return [*program, "read", "--config", config, "--catalog", written(street, "airbyte-catalog.json", catalog)]


def written(street: Street, name: str, content: Any) -> str:
    path = street.folder / name
    path.write_text(json.dumps(content))
    return str(path)


OURS = Reader("this connector", ("orders", "customers", "products"), "", ours)
READERS = (
    OURS,
    Reader("tap-shopify 3.13.0", ("orders", "customers", "products"), "tap-shopify==3.13.0", tap),
    Reader("airbyte-source-shopify 4.3.0", ("products",), "airbyte-source-shopify==4.3.0", airbyte),
)

Readings = dict[tuple[str, str], list[Reading]]
"""By reader and type."""
Starts = dict[str, list[Reading]]
"""What a mere start took, by reader; its CPU seconds are printed as they are, not for 1,000 records."""


def wrong(reading: Reading, truth: Sequence[str]) -> str:
    """What keeps a reading from counting; "" if it read what there is, each once."""
    if reading.failure:
        return reading.failure
    read, wanted = Counter(reading.ids), Counter(truth)
    problems = {"missing": wanted - read, "not the shop's, or more than once": read - wanted}
    return ", ".join(f"{found.total()} {what}" for what, found in problems.items() if found)


def typical(readings: Sequence[Reading], figure: Callable[[Reading], float]) -> float:
    """The median of some readings."""
    return median(map(figure, readings))


def above_start(rounds: Sequence[Reading], start: Sequence[Reading], figure: Callable[[Reading], float]) -> float:
    """What was used beyond a mere start, each the least of its rounds, for noise only adds; never less than a hundredth
    of the whole, which nobody could tell apart from it."""
    whole = min(map(figure, rounds))
    return max(whole - min(map(figure, start)), whole / 100)


def aims(truth: dict[str, list[str]], starts: Starts, readings: Readings) -> list[Aim]:
    """What is wanted, per type; NaN where this connector or every peer read something else than there is."""
    counted = {key: rounds for key, rounds in readings.items()
               if not any(wrong(one, truth[key[1]]) for one in rounds)}
    wanted: list[Aim] = []
    for type in truth:
        used = {name: {
            "CPU": above_start(rounds, starts[name], cpu), "memory": above_start(rounds, starts[name], memory),
            "seconds": above_start(rounds, starts[name], duration),
        } for (name, of), rounds in counted.items() if of == type}
        own = used.pop(OURS.name, None)
        for figure in ("CPU", "memory", "seconds"):
            best = min((each[figure] for each in used.values()), default=NOTHING)
            ratio = own[figure] / best if own else NOTHING
            wanted.append(Aim(f"{type}: {figure} beyond the start, against the best peer", ratio, most=1))
    return wanted


def cpu(reading: Reading) -> float:
    return reading.cpu_seconds


def memory(reading: Reading) -> float:
    return reading.peak_megabytes


def duration(reading: Reading) -> float:
    return reading.seconds


def report(truth: dict[str, list[str]], starts: Starts, readings: Readings) -> None:
    """A line a reader and type: medians of the rounds, without the start where it says so."""
    print(f"{'':<40}{'records':>9}{'seconds':>9}{'CPU s / 1,000':>15}{'points / 1,000':>16}{'calls':>7}{'peak MB':>9}")
    for (name, type), rounds in readings.items():
        problem = next(filter(None, (wrong(one, truth[type]) for one in rounds)), "")
        if problem:
            print(f"{f'{type}: {name}':<40}  does not count: {problem}")
            continue
        thousands = len(truth[type]) / 1000
        spent, points = above_start(rounds, starts[name], cpu), typical(rounds, lambda one: one.points)
        seconds, calls = typical(rounds, duration), typical(rounds, lambda one: one.calls)
        print(f"{f'{type}: {name}':<40}{len(truth[type]):>9}{seconds:>9.1f}{spent / thousands:>15.2f}"
              f"{points / thousands:>16.0f}{calls:>7.0f}{typical(rounds, memory):>9.0f}")
    for name, start in starts.items():
        print(f"{f'start of {name}':<40}{'':>9}{typical(start, duration):>9.1f}{typical(start, cpu):>15.2f}{'':>23}"
              f"{typical(start, memory):>9.0f}")


if __name__ == "__main__":
    main()
