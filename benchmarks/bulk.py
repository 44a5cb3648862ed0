"""A bulk operation's file of 1,000,000 lines: memory, and speed against a bare JSON loop over the same lines.

    .venv/bin/python -m benchmarks.bulk [--lines N] [--type orders]

The lines are those of a simulated shop's own export, repeated under other ids. The file is served over HTTP by this
process and read by others, one for each figure, so that none keeps another's memory. "Reading" is all that is done to
the file: fetched, spread over the temporary disk, put together, decoded to typed records. What is asked of Shopify
beside it (shipping lines, refunds) is no part of it. The bare loop is `json.loads` of each line of a local file. Speed
is counted in processor time, since the machine may be busy with something else. Exit status 1 if an aim is missed.
"""
from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import requests

from benchmarks.aims import Aim, told
from benchmarks.apart import apart, megabytes
from local.serving import serving
from local.shopify.server import start_shopify
from shared.clock import SystemClock
from shared.json_text import decoded
from shared.shopify import bulk, bulk_file, bulk_lines
from shared.shopify.bulk_document import bulk_query
from shared.shopify.client import ShopifyClient
from shared.shopify.reading import EARLIEST
from shared.shopify.shapes import SHAPES

MOST_MEGABYTES, LEAST_SPEED = 150, 0.40
_ID = re.compile(rb"(gid://shopify/\w+/)(\d+)")


class Measured(NamedTuple):
    """Lines, records, processor and real seconds, megabytes above the start, megabytes on disk."""

    lines: int
    records: int
    cpu: float
    seconds: float
    megabytes: float
    on_disk: float = 0.0


def main() -> int:
    """Measure, print, and say whether the aims held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--type", choices=tuple(SHAPES), default="orders")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address:
        path = write_file(Path(folder), options.type, options.lines)
        bare = apart(bare_loop, path)
        read = apart(reading, f"{address}/{path.name}", options.type, options.lines)
        print(f"{options.type}: {read.lines:,} lines, {read.records:,} records, {path.stat().st_size / 1e6:,.0f} MB, "
              f"on disk {read.on_disk:,.0f} MB\nreading   {read.cpu:6.1f} s of processor, {read.seconds:6.1f} s\n"
              f"bare loop {bare.cpu:6.1f} s of processor, {bare.seconds:6.1f} s")
        return told([Aim("memory above the start, MB", read.megabytes, most=MOST_MEGABYTES),
                     Aim("speed, share of a bare JSON loop", bare.cpu / read.cpu, least=LEAST_SPEED),
                     Aim("lines that were read, of those written", read.lines / bare.lines, least=1, most=1)])


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The files of a folder over HTTP, at an address."""
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))) as port:
        yield f"http://127.0.0.1:{port}"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """What is measured is printed."""


def write_file(folder: Path, type: str, lines: int) -> Path:
    """So many lines of an export, over and over under other ids."""
    path, written, round = folder / "bulk.jsonl", 0, 0
    exported = export(type)
    with path.open("wb") as file:
        while written < lines:
            for line in exported[:lines - written]:
                file.write(_ID.sub(rb"\g<1>%d\g<2>" % (round + 1), line) + b"\n")
            written, round = written + min(len(exported), lines - written), round + 1
    return path


def export(type: str) -> list[bytes]:
    """The lines of a small shop's export."""
    shop = start_shopify(seed=15, plain=True, products=200, customers=200, orders=400)
    client = ShopifyClient(shop.url, token=lambda: shop.token, clock=SystemClock())
    operation = bulk.start(client, type, EARLIEST, client.now())
    while not operation.is_over:
        time.sleep(0.1)
        operation = bulk.state(client, operation.id)
    lines = requests.get(operation.url or "", timeout=30).content.splitlines()
    client.close()
    shop.stop()
    return lines


def bare_loop(path: Path) -> Measured:
    """Every line of the file, read as JSON and forgotten."""
    began, cpu, lines = time.monotonic(), time.process_time(), 0
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
            lines += 1
    return Measured(lines, 0, time.process_time() - cpu, time.monotonic() - began, 0.0)


def reading(address: str, type: str, lines: int) -> Measured:
    """The file as the connector reads it, every record typed and forgotten."""
    shape, connections = SHAPES[type], bulk_query(type, "", lambda variable: True).connections
    client = ShopifyClient(address, token=lambda: "", clock=SystemClock())
    start, began, cpu, records = megabytes("VmRSS"), time.monotonic(), time.process_time(), 0
    shares = bulk_lines.shares_for(lines)
    with tempfile.TemporaryDirectory() as name:
        came = bulk_lines.spread(bulk_file.lines(client, address, lambda: address), Path(name), connections,
                                 record_type=shape.type_name, shares=shares)
        on_disk = sum(file.stat().st_size for file in Path(name).iterdir()) / 1e6
        for share in range(shares):
            for _, raw in bulk_lines.records(Path(name), share, connections):
                decoded(b'%b,"shippingLines":{"pageInfo":{"hasNextPage":false},"nodes":[]}}' % raw[:-1]
                        if shape.not_in_bulk else raw, type=shape.struct)
                records += 1
    return Measured(came.lines, records, time.process_time() - cpu, time.monotonic() - began,
                    megabytes() - start, on_disk)


if __name__ == "__main__":
    sys.exit(main())
