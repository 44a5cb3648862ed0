"""A door in front of the storage emulator: counts every call that passes, and refuses some when told to.

Tests and benchmarks put it between the connector and the emulator, to see what a step costs in calls and what
happens when storage refuses or fails (storage_faults.py), or when its clock is another one (`now`). Signatures stay
valid, for they do not cover the host (Microsoft Learn, "Authorize with Shared Key"). A keeper may look at each request
first, change it or refuse it, and then the door speaks TLS (identity/storage_door.py). Border: passes bytes on; knows
of storage only how a batch names its table.

    with storage_proxy(azurite.connection_string) as proxy:
        proxy.connection_string, proxy.calls, proxy.refuse = lambda call: "LogEntries" in call.target
"""
from __future__ import annotations

import contextlib
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import unquote

from local.serving import serving
from local.storage_faults import CODES, Faults, StorageFault

_ENDPOINT = re.compile(r"(Blob|Queue|Table)Endpoint=http://([^:/;]+):(\d+)/")
_TABLE_IN_BATCH = re.compile(rb"https?://[^/\s]+/\w+/(\w+)")
_REFUSAL = b'{"odata.error":{"code":"AuthorizationFailure","message":{"lang":"en","value":"refused by the proxy"}}}'


class StorageCall(NamedTuple):
    """One call: "Table", "Blob" or "Queue"; the method; table or path it is about."""

    service: str
    method: str
    target: str


class Request(NamedTuple):
    """One request as it comes in, or as it goes on to the emulator."""

    service: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value whatever the case of its name; "" if there is none."""
        return next((value for each, value in self.headers.items() if each.lower() == name.lower()), "")


class Refused(Exception):
    """A keeper turns a request away."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.headers = status, code, headers or {}


Keeper = Callable[[Request], Request]


class StorageProxy:
    """The running proxy; `ports` by service."""

    def __init__(self, keeper: Keeper = lambda request: request, tls: ssl.SSLContext | None = None) -> None:
        self.connection_string = ""
        self.ports: dict[str, int] = {}
        self.keeper, self.tls = keeper, tls
        self.calls: list[StorageCall] = []
        self.refuse: Callable[[StorageCall], bool] = lambda call: False
        self.faults = Faults()
        self.now: Callable[[], datetime] | None = None      # storage's clock, for the Date of its answers
        self.closing = threading.Event()

    def count(self, part: str = "") -> int:
        """Calls so far whose target contains `part`."""
        return sum(part in call.target for call in self.calls)


@contextmanager
def storage_proxy(
    connection_string: str, *, keeper: Keeper = lambda request: request, tls: ssl.SSLContext | None = None
) -> Iterator[StorageProxy]:
    """A proxy for the three endpoints of this connection string."""
    proxy = StorageProxy(keeper, tls)
    with ExitStack() as started:

        def through(found: re.Match[str]) -> str:
            port = proxy.ports[found[1]] = started.enter_context(_door(proxy, found[1], found[2], int(found[3])))
            return f"{found[1]}Endpoint=http{'s' if tls else ''}://127.0.0.1:{port}/"

        proxy.connection_string = _ENDPOINT.sub(through, connection_string)
        started.callback(proxy.closing.set)
        yield proxy


@contextmanager
def _door(proxy: StorageProxy, service: str, host: str, port: int) -> Iterator[int]:
    handler = type("Door", (_Door,), {"proxy": proxy, "service": service, "upstream": (host, port)})
    server = _Doors(("127.0.0.1", 0), handler)
    if proxy.tls is not None:
        server.socket = proxy.tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with serving(server) as port_of_door:
        yield port_of_door


class _Doors(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a crowd that comes at once is not turned away


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    proxy: StorageProxy
    service: str
    upstream: tuple[str, int]

    def setup(self) -> None:
        super().setup()
        self._connection = HTTPConnection(*self.upstream, timeout=60)

    def finish(self) -> None:
        self._connection.close()
        with contextlib.suppress(OSError):
            super().finish()

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = StorageCall(self.service, self.command, _target(self.path, body))
        self.proxy.calls.append(call)
        if self.proxy.refuse(call):
            self._answer(403, [("Content-Type", "application/json")], _REFUSAL)
            return
        try:
            request = self.proxy.keeper(Request(self.service, self.command, self.path, dict(self.headers), body))
        except Refused as refusal:
            self._turn_away(refusal)
            return
        fault = self.proxy.faults.for_call(call.service, call.target)
        if fault is not None:
            self._fail(fault, request)
            return
        answer = self._ask(request)
        content = answer.read()
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OWN_HEADERS]
        self._answer(answer.status, headers, content, answer.getheader("Content-Length"))

    def _turn_away(self, refusal: Refused) -> None:
        headers = [("Content-Type", "application/xml"), ("x-ms-error-code", refusal.code), *refusal.headers.items()]
        content = f'<?xml version="1.0"?><Error><Code>{refusal.code}</Code></Error>'
        self._answer(refusal.status, headers, content.encode())

    def _fail(self, fault: StorageFault, request: Request) -> None:
        if fault.kind in CODES:
            self._answer(int(fault.kind), *_refusal(self.service, fault.code))
            return
        self.close_connection = True
        if fault.kind in ("timeout", "lost"):
            self._ask(request).read()
        if fault.kind == "timeout":
            self.proxy.closing.wait(fault.seconds)

    def _ask(self, request: Request) -> HTTPResponse:
        for last_try in (False, True):
            try:
                self._connection.request(request.method, request.path, request.body or None, dict(request.headers))
                return self._connection.getresponse()
            except (RemoteDisconnected, ConnectionError):  # the emulator closes connections that were idle
                self._connection.close()
                if last_try:
                    raise
        raise AssertionError("not reached")

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, length: str | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() != "date" or self.proxy.now is None:
                self.send_header(name, value)
        if self.proxy.now is not None:
            self.send_header("Date", format_datetime(self.proxy.now().astimezone(UTC), usegmt=True))
        if status not in (204, 304):
            known = length if self.command == "HEAD" and length else str(len(content))
            self.send_header("Content-Length", known)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_MERGE = do_PATCH = _pass_on

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


_OWN_HEADERS = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def _target(path: str, body: bytes) -> str:
    """Path without the account and the query; for a batch of rows the table."""
    inner = unquote(path.split("?")[0]).lstrip("/").partition("/")[2]
    found = _TABLE_IN_BATCH.search(body) if inner == "$batch" else None
    return found[1].decode() if found else inner


def _refusal(service: str, code: str) -> tuple[list[tuple[str, str]], bytes]:
    """Headers and body of a refusal: tables say it in JSON, blobs and queues in XML."""
    told = [("x-ms-error-code", code)]
    if service == "Table":
        said = {"odata.error": {"code": code, "message": {"lang": "en-US", "value": f"Refused: {code}."}}}
        return [("Content-Type", "application/json"), *told], json.dumps(said).encode()
    said_in_xml = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>Refused: {code}.</Message></Error>'
    return [("Content-Type", "application/xml"), *told], said_in_xml.encode()
