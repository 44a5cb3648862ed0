"""A server that plays a script: odd answers that the simulator, being well-bred, does not give.

Each request takes the next step of the script; the last step is repeated. What was asked is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.serving import serving


@dataclass(frozen=True)
class Step:
    """One answer; status 0 closes the connection without a word."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Script:
    """The running server: its address, and the requests it saw."""

    url: str
    steps: list[Step]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def next_step(self) -> Step:
        return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


@contextmanager
def playing(*steps: Step) -> Iterator[Script]:
    """A server on a free port of this machine that answers with `steps` in order."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    script = Script(f"http://127.0.0.1:{server.server_address[1]}", list(steps))
    server.script = script  # type: ignore[attr-defined]
    with serving(server):
        yield script


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        script: Script = self.server.script  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        script.requests.append(json.loads(body))
        self._answer(script)

    def do_GET(self) -> None:
        self._answer(self.server.script)  # type: ignore[attr-defined]

    def _answer(self, script: Script) -> None:
        """A length that the step states itself may be longer than what it sends: then the connection ends."""
        script.headers.append(dict(self.headers))
        step = script.next_step()
        if step.status == 0:
            self.close_connection = True
            return
        self.send_response(step.status)
        for name, value in {"X-Request-Id": f"req-{len(script.requests)}", **step.headers}.items():
            self.send_header(name, value)
        if "Content-Length" not in step.headers:
            self.send_header("Content-Length", str(len(step.content)))
        self.end_headers()
        self.wfile.write(step.content)
        self.close_connection = "Content-Length" in step.headers

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: pytest shows what matters."""
