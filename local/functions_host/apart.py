"""Each scale group of an app in a process of its own, as Flex Consumption runs them.

Rules: Microsoft Learn, "Azure Functions Flex Consumption plan hosting", per-function scaling: all HTTP functions share
instances; every queue function and every timer has its own. So nothing that a module remembers is shared between them.
A process that ends is started anew, as an instance would be. Border: one instance of each; Azure may run many.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.processes import Program

_LOOK_SECONDS = 0.2


class Apart:
    """The running processes, one for each group; their logs lie in the folder."""

    def __init__(self, groups: Sequence[str], arguments: Sequence[str], folder: Path, port: int) -> None:
        """`arguments` are those of the host, for all of them; the HTTP functions get the port."""
        folder.mkdir(parents=True, exist_ok=True)
        self._programs = [
            Program(group, ["local.host", *arguments, "--functions", group,
                            "--port", str(port if group == "http" else 0)], folder, {})
            for group in groups
        ]  # fmt: skip

    def wait_until_ready(self) -> dict[str, Any]:
        """What a single host would have said of itself; ProgramFailed when one of them does not come up."""
        for program in self._programs:
            program.wait_until_ready()
        ready = [program.ready for program in self._programs]
        front = next((program.ready for program in self._programs if program.name == "http"), ready[0])
        return {
            **front,
            "functions": [name for each in ready for name in each["functions"]],
            "in_error": {name: why for each in ready for name, why in each["in_error"].items()},
            "pid": os.getpid(),
        }

    def keep_running(self, stopping: threading.Event) -> None:
        """Start anew whatever ends, until told to stop."""
        while not stopping.wait(_LOOK_SECONDS):
            for program in self._programs:
                if program.process.poll() is not None:
                    program.start()

    def stop(self) -> int:
        """Ask all of them to end, then wait; 1 if one had to leave work."""
        for program in self._programs:
            program.process.terminate()
        for program in self._programs:
            program.stop()
        return int(any(program.process.returncode for program in self._programs))


def run_apart(
    groups: Sequence[str], arguments: Sequence[str], folder: Path, *, port: int, ready_file: Path | None
) -> int:
    """Run until a signal; the exit code."""
    stopping = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopping.set())
    apart = Apart(groups, arguments, folder, port)
    try:
        ready = apart.wait_until_ready()
        if ready_file is not None:
            draft = ready_file.with_name(f"{ready_file.name}.{os.getpid()}.tmp")
            draft.write_text(json.dumps(ready))
            draft.replace(ready_file)
        apart.keep_running(stopping)
    finally:
        code = apart.stop()
    return code
