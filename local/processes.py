"""Programs of the local stack: started with a ready file, watched, stopped in order.

Each program writes its addresses to a JSON file once it answers. Each gets a session of its own, so
that Ctrl-C reaches only the stack, which then stops them in the right order; if the stack itself is
killed, the kernel ends them (Linux).
"""
from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1


class ProgramFailed(RuntimeError):
    """A program of the stack did not start or ended by itself; the text is one clear sentence."""


class Program:
    """A running program; `.ready` is what its ready file said."""

    def __init__(self, name: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._ready_file = folder / f"{name}.ready.json"
        self._command = [sys.executable, "-m", *arguments, "--ready-file", str(self._ready_file)]
        self._environment = {**os.environ, **environment}
        self.start()

    def start(self) -> None:
        """Start the process: when it is made, and again after it was stopped."""
        self.ready: dict[str, Any] = {}
        self._ready_file.unlink(missing_ok=True)
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL,
                stdout=stream, stderr=stream, start_new_session=True, preexec_fn=_die_with_parent,
            )

    def wait_until_ready(self, seconds: float = 60) -> dict[str, Any]:
        """What the program says of itself; ProgramFailed if it ends or stays silent."""
        deadline = time.monotonic() + seconds
        while not self._ready_file.exists():
            self.check()
            if time.monotonic() > deadline:
                raise ProgramFailed(f"{self.name} did not get ready in {seconds:g} s; see {self.log}")
            time.sleep(0.05)
        self.ready = json.loads(self._ready_file.read_text())
        return self.ready

    def check(self) -> None:
        """ProgramFailed if the program has ended."""
        if self.process.poll() is not None:
            raise ProgramFailed(f"{self.name} ended with code {self.process.returncode}: {self._last_line()}")

    def stop(self, seconds: float = 40) -> None:
        """SIGTERM, then wait; SIGKILL after the time given."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()

    def _last_line(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else f"it wrote nothing to {self.log}"


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment.

    It lies below those from which systems take a connection's own end (Linux: from 32768 on, ip(7)), so that whoever
    listens there, ends, and begins again finds it free.
    """
    while True:
        port = secrets.choice(range(20_000, 32_768))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
