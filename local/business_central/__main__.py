"""Run the simulator as a process: `python -m local.business_central --port 0 --ready-file F [--dump FILE]`.

Prints one line, writes the ready file (JSON, atomically) and serves until SIGTERM or SIGINT. With `--dump` the
tables are read at the start if the file exists, and written at the end, so that a second start continues.
`--seed-extra` names a JSON file {entity set: [rows]} added to the seed by the API's own rules.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from pathlib import Path

from .control import add_rows
from .dump import load, write_atomically, write_dump
from .server import SystemClock, build
from .service import decode


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="local.business_central", description="Business Central API v2.0 simulator")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--ready-file", type=Path, help="written when the server answers")
    parser.add_argument("--dump", type=Path, help="read at the start if it exists, written at the end")
    parser.add_argument("--seed-extra", type=Path, help="JSON file of further rows, for a fresh seed only")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.ready_file, options.dump, options.seed_extra))


async def serve(port: int, ready_file: Path | None, dump: Path | None, extra: Path | None = None) -> None:
    """Serve until a signal asks to stop."""
    clock = SystemClock()
    simulator = build(clock, state=load(dump, clock) if dump and dump.exists() else None)
    if extra and not (dump and dump.exists()):
        add_rows(simulator.control, decode(extra.read_bytes()))
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await simulator.open(port)
    if ready_file:
        write_atomically(ready_file, json.dumps(simulator.ready(), indent=1))
    print(f"Business Central simulator: {simulator.api_root} (company {simulator.company})", flush=True)
    await stop.wait()
    await simulator.close()
    if dump:
        write_dump(simulator.state, dump)


if __name__ == "__main__":
    main()
