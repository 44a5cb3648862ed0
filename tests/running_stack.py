"""The local stack in a process of its own, as `./run` starts it."""
from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.processes import ROOT

SIZE = ["--orders", "60", "--customers", "30", "--products", "12", "--seed", "5"]


@contextmanager
def the_stack(data: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any], dict[str, Any]]]:
    """The running stack: its process, its ready file, and the JSON it printed; what it said is in data.said."""
    ready = data.with_suffix(".ready")
    command = [sys.executable, "-m", "local.stack", "--json", "--data", str(data), "--ready-file", str(ready), *SIZE]
    with data.with_suffix(".said").open("w") as said, subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            printed = ""
            for line in process.stdout:
                printed += line
                if line.startswith("}"):
                    break
            yield process, json.loads(ready.read_text()), json.loads(printed)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()  # or leaving the with block waits for ever
                raise
