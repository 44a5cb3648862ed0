"""Hosts as processes of their own, running small sample apps on the shared storage emulator."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.azurite import Azurite

ROOT = Path(__file__).resolve().parents[3]

# What the sample apps share: they report what happened as lines of JSON in a file.
PREAMBLE = """
import json, logging, os, threading, time
import azure.functions as func

app = func.FunctionApp()

def report(**facts):
    with open(os.environ["REPORT"], "a") as stream:
        stream.write(json.dumps(facts) + chr(10))
"""


BUNDLE = {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.0.0, 5.0.0)"}
QUICKLY = "00:00:00.200"
ABSENT = object()
"""In place of a section of host.json: leave it out."""


def wait_for(condition: Callable[[], Any], what: str, timeout_seconds: float = 20) -> Any:
    """The first true value of the condition; fails the test when there is none in time."""
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    pytest.fail(f"waited in vain for {what}")


class HostProcess:
    """`python -m local.host` with what it wrote; `url` and keys once it is ready."""

    def __init__(self, app: Path, environment: dict[str, str], options: list[str]) -> None:
        self._ready = app / f"ready-{uuid.uuid4().hex}.json"
        self._log = app / f"log-{uuid.uuid4().hex}.txt"
        self.report_file = app / "report.jsonl"
        command = [sys.executable, "-m", "local.host", "--app", str(app), "--ready-file", str(self._ready), *options]
        with self._log.open("wb") as stream:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stderr=stream, env={**environment, "REPORT": str(self.report_file)}
            )

    def wait_until_ready(self) -> HostProcess:
        wait_for(lambda: self._ready.exists() or self.process.poll() is not None, "the host to be ready")
        assert self._ready.exists(), self.log
        ready = json.loads(self._ready.read_text())
        self.url, self.key, self.master_key = ready["url"], ready["functions_key"], ready["master_key"]
        self.functions = ready["functions"]
        return self

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def reports(self) -> list[dict[str, Any]]:
        """What the functions of this app have reported; hosts of one folder share it."""
        return [json.loads(line) for line in self.report_file.read_text().splitlines()] if self._has_reports() else []

    def _has_reports(self) -> bool:
        return self.report_file.exists()

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(20)


StartHost = Callable[..., HostProcess]


@pytest.fixture(scope="module")
def start_host(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartHost]:
    """start_host(source, *options, **settings): a ready host; `folder=` runs a second host of the same app.

    `host_json=` replaces sections of host.json.
    """
    started: list[HostProcess] = []

    def start(
        source: str, *options: str, folder: Path | None = None, ready: bool = True,
        host_json: dict[str, Any] | None = None, **settings: str,
    ) -> HostProcess:
        app = folder or tmp_path_factory.mktemp("app")
        write_app(app, source, host_json or {})
        environment = {**os.environ, "AzureWebJobsStorage": azurite.connection_string, **settings}
        environment.setdefault("AzureFunctionsWebHost__hostid", app.name)
        host = HostProcess(app, environment, list(options))
        started.append(host)
        return host.wait_until_ready() if ready else host

    yield start
    for host in started:
        if host.process.poll() is None:
            host.process.kill()
            host.process.wait()


def write_app(folder: Path, source: str, host_json: dict[str, Any]) -> None:
    """A function_app.py with the preamble and this source, and a host.json with quick polling and the bundle."""
    (folder / "function_app.py").write_text(PREAMBLE + textwrap.dedent(source))
    usual = {"version": "2.0", "extensionBundle": BUNDLE, "extensions": {"queues": {"maxPollingInterval": QUICKLY}}}
    content = {name: value for name, value in {**usual, **host_json}.items() if value is not ABSENT}
    (folder / "host.json").write_text(json.dumps(content))


@pytest.fixture(scope="module")
def a_name() -> Callable[[str], str]:
    """Names for queues that no other test uses."""
    return lambda prefix: f"{prefix}-{uuid.uuid4().hex[:12]}"
