"""The identity endpoint of App Service: tokens for the app's user-assigned identity.

Rules: Microsoft Learn, "Use managed identities for App Service and Azure Functions", REST endpoint reference
(api-version 2019-08-01): GET IDENTITY_ENDPOINT with `resource`, `client_id` and the header X-IDENTITY-HEADER, which
must be the value of IDENTITY_HEADER; the answer holds access_token, client_id, expires_on (seconds since 1970, as
text), resource and token_type. An identity that the app does not have, or none named where there is no
system-assigned one, is 400; a resource that nobody knows is 500, as msal notes of the real one. Border: tokens are
random texts; who takes them asks `resource_of`.

    with identity_endpoint("client-id", resources) as identity:
        os.environ.update(identity.environment)
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from local.serving import serving

STORAGE = "https://storage.azure.com"
KEY_VAULT = "https://vault.azure.net"
BUSINESS_CENTRAL = "https://api.businesscentral.dynamics.com"
RESOURCES = (STORAGE, KEY_VAULT, BUSINESS_CENTRAL)

API_VERSION = "2019-08-01"
PATH = "/msi/token"


class Token(NamedTuple):
    """What was handed out; `expires` in seconds since 1970."""

    text: str
    resource: str
    client_id: str
    expires: float


class Identity:
    """The running endpoint: what it gave and what it refused, as (status, query)."""

    def __init__(self, client_id: str, resources: Collection[str], lifetime_seconds: float) -> None:
        self.client_id, self.resources, self.lifetime_seconds = client_id, resources, lifetime_seconds
        self.environment: dict[str, str] = {}
        self.secret = secrets.token_hex(16)
        self.issued: dict[str, Token] = {}
        self.refused: list[tuple[int, dict[str, str]]] = []
        self.on_issue: Callable[[Token], None] = lambda token: None

    def resource_of(self, authorization: str) -> str | None:
        """The resource that this Authorization header is good for; None if it is none of ours, or no longer."""
        token = self.issued.get(authorization.removeprefix("Bearer "))
        return token.resource if token is not None and token.expires > time.time() else None

    def answer(self, secret: str, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body for one request."""
        status, message = self._refusal(secret, query)
        if status:
            self.refused.append((status, query))
            return status, {"statusCode": status, "message": message, "correlationId": secrets.token_hex(8)}
        now = int(time.time())
        token = Token(f"token-{secrets.token_hex(24)}", query["resource"].rstrip("/"), self.client_id,
                      now + self.lifetime_seconds)  # fmt: skip
        self.issued[token.text] = token
        self.on_issue(token)
        return 200, {
            "access_token": token.text, "client_id": token.client_id, "expires_on": str(int(token.expires)),
            "not_before": str(now), "resource": query["resource"], "token_type": "Bearer",
        }  # fmt: skip

    def _refusal(self, secret: str, query: dict[str, str]) -> tuple[int, str]:
        if not hmac.compare_digest(secret, self.secret):
            return 401, "The header X-IDENTITY-HEADER is missing or wrong."
        if query.get("api-version") != API_VERSION:
            return 400, "The api-version is not supported."
        if "resource" not in query:
            return 400, "The parameter resource is missing."
        if query.get("client_id") != self.client_id:
            return 400, "Unable to load the proper Managed Identity."
        if query["resource"].rstrip("/") not in self.resources:
            return 500, "An unexpected error occured while fetching the AAD Token."
        return 0, ""


@contextmanager
def identity_endpoint(
    client_id: str, resources: Collection[str] = RESOURCES, lifetime_seconds: float = 86_400
) -> Iterator[Identity]:
    """Serve tokens for one user-assigned identity; `.environment` is what App Service sets in the app."""
    identity = Identity(client_id, resources, lifetime_seconds)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"identity": identity}))
    server.daemon_threads = True
    identity.environment = {
        "IDENTITY_ENDPOINT": f"http://127.0.0.1:{server.server_port}{PATH}",
        "IDENTITY_HEADER": identity.secret,
    }
    with serving(server):
        yield identity


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    identity: Identity

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == PATH:
            secret = self.headers.get("X-IDENTITY-HEADER", "")
            status, body = self.identity.answer(secret, dict(parse_qsl(address.query)))
        else:
            status, body = 404, {}
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
