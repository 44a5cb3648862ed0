"""A small Key Vault: the REST calls of secrets over TLS, with the challenge, versions and soft delete.

Source: Microsoft Learn, "Key Vault REST API" (Set, Get, Delete Secret; Recover Deleted Secret) and
"Authentication, requests and responses". It refuses what the service refuses: no token, names with other
characters, and a name whose deleted secret has not been recovered.
"""
from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from local.identity.certificate import make_certificate, served_with
from local.serving import serving

TOKEN = "token-of-the-managed-identity"
NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")


class FakeKeyVault(NamedTuple):
    """Versions by name (lower case), what was deleted, and the calls as "METHOD path"."""

    url: str
    certificate: Path
    secrets: dict[str, list[str]]
    deleted: dict[str, list[str]]
    calls: list[str]
    refusals: list[int]


@contextmanager
def running_key_vault(
    certificate: Path, accepts: Callable[[str], bool] = f"Bearer {TOKEN}".__eq__
) -> Iterator[FakeKeyVault]:
    """Serve an empty vault on 127.0.0.1; `accepts` knows good Authorization headers, `refusals` are for the next calls.

    The certificate is made when it is not there.
    """
    if not certificate.exists():
        make_certificate(certificate)
    state: dict[str, Any] = {"secrets": {}, "deleted": {}, "calls": [], "refusals": [], "accepts": accepts}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.socket = served_with(certificate).wrap_socket(server.socket, server_side=True)
    state["url"] = f"https://127.0.0.1:{server.server_port}"
    with serving(server):
        yield FakeKeyVault(state["url"], certificate, state["secrets"], state["deleted"], state["calls"],
                           state["refusals"])


def _handler(state: dict[str, Any]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            if not state["accepts"](self.headers.get("Authorization", "")):
                challenge = 'Bearer authorization="https://login.example/tenant", resource="https://vault.azure.net"'
                return self.reply(401, {"error": {"code": "Unauthorized"}}, {"WWW-Authenticate": challenge})
            path = self.path.split("?")[0].strip("/")
            state["calls"].append(f"{self.command} {path}")
            if state["refusals"]:
                return self.reply(state["refusals"].pop(0), {"error": {"code": "Refused", "message": str(body)}})
            return self.reply(*_answered(state, self.command, path.split("/"), body))

        do_GET = do_PUT = do_DELETE = do_POST = answer

        def reply(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
            raw = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    return Handler


def _answered(state: dict[str, Any], method: str, path: list[str], body: dict[str, Any]) -> tuple[int, Any]:
    store, name = path[0], path[1]
    secrets, deleted, key = state["secrets"], state["deleted"], name.lower()
    if not NAME.fullmatch(name):
        return 400, {"error": {"code": "BadParameter", "message": "invalid name"}}
    if store == "deletedsecrets":
        if key not in deleted:
            return 404, {"error": {"code": "SecretNotFound"}}
        if method == "POST":
            secrets[key] = deleted.pop(key)
        return 200, _bundle(state, name, "")
    if method == "PUT":
        if key in deleted:
            return 409, {"error": {"code": "Conflict", "innererror": {"code": "ObjectIsDeletedButRecoverable"}}}
        secrets.setdefault(key, []).append(body["value"])
    if key not in secrets:
        return 404, {"error": {"code": "SecretNotFound"}}
    answer = _bundle(state, name, secrets[key][-1])
    if method == "DELETE":
        deleted[key] = secrets.pop(key)
    return 200, answer


def _bundle(state: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    vault = state["url"]
    return {"id": f"{vault}/secrets/{name}/0", "value": value, "attributes": {"enabled": True},
            "recoveryId": f"{vault}/deletedsecrets/{name}"}
