"""An HTTP server that says exactly what a test tells it to, for answers no well-behaved service gives.

Each request takes the next answer of the script; DROP closes the connection without one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from local.serving import serving


class Answer(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


DROP = Answer(0)


def says(body: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(body).encode(), (("Content-Type", "application/json"),))


def refuses(status: int, code: str, message: str, *headers: tuple[str, str]) -> Answer:
    """Business Central's own form of a refusal."""
    text = f"{message}  CorrelationId:  1f3c9a8e-0000-4000-8000-00000000000a."
    return Answer(status, json.dumps({"error": {"code": code, "message": text}}).encode(), headers)


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ScriptedServer:
    root: str
    script: list[Answer] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def answers(self, *script: Answer) -> None:
        """What the next requests get, in turn."""
        self.script.extend(script)


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """The server on a free port of this machine; `.root` is its API root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    scripted = ScriptedServer(f"http://127.0.0.1:{server.server_port}/v2.0/sandbox/api/v2.0")
    server.scripted = scripted  # type: ignore[attr-defined]
    with serving(server):
        yield scripted


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, else each answer waits for the client's delayed ACK

    def _serve(self) -> None:
        scripted: ScriptedServer = self.server.scripted  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        scripted.requests.append(Request(self.command, self.path, dict(self.headers), body))
        answer = scripted.script.pop(0)
        if answer is DROP:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve

    def log_message(self, format: str, *args: Any) -> None:
        pass
