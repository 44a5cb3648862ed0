"""What a cold start costs: processor time of the imports, against that of the SDKs alone.

    .venv/bin/python -m benchmarks.cold_start [--rounds N]

Each program runs in a process of its own and the programs take turns; the least of each counts, for noise only ever
adds. The modules are compiled, as they are shipped (infra/package.py), and without aiohttp, which is for development
and would be imported by the SDKs. Wanted: registering every function, and taking in the first webhook after it, each at
most 1.25 times the SDKs. Says of each whether it held, and ends with 1 if one did not.
"""
from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping

from benchmarks.aims import Aim, told
from local.processes import ROOT

AS_SHIPPED = "import sys; sys.modules['aiohttp'] = None\n"
SDKS = """
import azure.functions, azure.data.tables, azure.storage.blob, azure.storage.queue, requests, msgspec
import cryptography.hazmat.primitives.ciphers.aead
"""
REGISTERING = "import function_app; function_app.app.get_functions()\n"
FIRST_WEBHOOK = REGISTERING + "from shared import root; from shared.webhooks import intake\n"
PROGRAMS = {"the SDKs": SDKS, "every function registered": REGISTERING, "the first webhook taken in": FIRST_WEBHOOK}
MOST = 1.25


def main() -> None:
    """Measure, print, and end with 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    seconds = least_seconds(PROGRAMS, options.rounds)
    for name, least in seconds.items():
        print(f"{name:<44}{least * 1000:>8.0f} ms")
    sdks = seconds.pop("the SDKs")
    sys.exit(told([Aim(f"{name}, times the SDKs", least / sdks, most=MOST) for name, least in seconds.items()]))


def least_seconds(programs: Mapping[str, str], rounds: int) -> dict[str, float]:
    """The least processor time of each program, in seconds."""
    least = dict.fromkeys(programs, float("inf"))
    for _ in range(rounds):
        for name, program in programs.items():
            least[name] = min(least[name], processor_seconds(program))
    return least


def processor_seconds(program: str) -> float:
    """The processor time of one process that runs this; SystemExit if it fails."""
    started = subprocess.Popen([sys.executable, "-c", AS_SHIPPED + program], cwd=ROOT)
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        sys.exit(f"it ended with {started.returncode}: {program}")
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
