"""A small Key Vault: the REST calls of secrets over TLS, with the challenge, versions and soft delete.

Source: Microsoft Learn, "Key Vault REST API" (Set, Get, Delete Secret; Recover Deleted Secret) and
"Authentication, requests and responses". It refuses what the service refuses: no token, names with other
characters, and a name whose deleted secret has not been recovered.
"""
from __future__ import annotations

import ipaddress
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

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
def running_key_vault(folder: Path) -> Iterator[FakeKeyVault]:
    """Serve an empty vault on 127.0.0.1; `refusals` are statuses for the next calls."""
    certificate = _certificate(folder)
    state: dict[str, Any] = {"secrets": {}, "deleted": {}, "calls": [], "refusals": []}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    state["url"] = f"https://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield FakeKeyVault(state["url"], certificate, state["secrets"], state["deleted"], state["calls"],
                           state["refusals"])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(state: dict[str, Any]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
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


def _certificate(folder: Path) -> Path:
    """Key and certificate for 127.0.0.1 in one file, for one day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "key-vault.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path
