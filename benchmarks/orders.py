"""1,000 orders of three lines through the standard bucket: calls, points, time against the theory.

    .venv/bin/python -m benchmarks.orders [--orders N] [--plan standard]

Everything runs for real on this machine: both simulators in processes of their own, the emulator,
and the functions host. The theory is the time a perfect client needs: it waits only when the
bucket does not hold the requested points of the next query, and gets back what the query did not use.
"""
from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import requests

from local.azurite import start_azurite
from local.business_central.__main__ import __name__ as _bc  # noqa: F401  (the module that Program starts)
from local.demo import connect_demo_shop, first_sync
from local.processes import ROOT, Program
from local.stack import local_settings

BUCKETS = {"standard": (2000, 100), "advanced": (4000, 200), "plus": (20000, 1000), "enterprise": (40000, 2000)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--plan", choices=BUCKETS, default="standard")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report(*measure(Path(folder), options.orders, options.plan), options)
