"""An app's webhook address: keeps what it is sent and answers as told."""
from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.serving import serving


@dataclass
class Received:
    """One request: its headers (any case), raw body and path."""

    headers: Any
    raw: bytes
    path: str

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Receiver:
    """`statuses`: answers to come, then 200. An event `hold` delays answers until it is set."""

    url: str
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    hold: threading.Event | None = None

    @property
    def topics(self) -> list[str]:
        return [r.topic for r in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free loopback port."""
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Received(self.headers, raw, self.path))
            if receiver.hold:
                receiver.hold.wait(5)
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.send_header("Content-Length", "0")
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hooks")
    with serving(server):
        yield receiver
