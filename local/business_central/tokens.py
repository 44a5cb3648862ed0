"""Access tokens: the client-credentials endpoint and the check of the Authorization header.

Rules: Microsoft identity platform, "OAuth 2.0 client credentials flow". Issued tokens expire by the injected clock;
one development token does not. On-premises a user with a web service access key signs in by HTTP Basic (Microsoft
Learn, "Web services authentication"); online that is refused. Border: the tenant in the path is not checked.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from . import errors
from .contract import Row
from .state import Clock

SCOPE = "https://api.businesscentral.dynamics.com/.default"


@dataclass
class Tokens:
    """The client that may sign in, and the tokens given out."""

    clock: Clock
    client_id: str = "11111111-2222-3333-4444-555555555555"
    client_secret: str = "local-client-secret"
    development_token: str = "local-development-token"
    user: str = "CONNECTOR"
    web_service_key: str = "local-web-service-key"
    lifetime: timedelta = timedelta(hours=1)
    issued: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def issue(self, form: dict[str, str]) -> tuple[int, Row]:
        """Answer of the token endpoint: status and JSON body, errors in the form of RFC 6749."""
        if form.get("grant_type") != "client_credentials":
            return 400, _refusal("unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
        if form.get("client_id") != self.client_id:
            return 400, _refusal("unauthorized_client", "AADSTS700016: Application was not found in the directory.")
        if form.get("client_secret") != self.client_secret:
            return 401, _refusal("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        if form.get("scope") != SCOPE:
            return 400, _refusal("invalid_scope", "AADSTS70011: The provided value for 'scope' is not valid.")
        token = f"access-{uuid4().hex}"
        self.issued[token] = (self.client_id, self.clock.now() + self.lifetime)
        return 200, {"token_type": "Bearer", "expires_in": int(self.lifetime.total_seconds()),
                     "ext_expires_in": int(self.lifetime.total_seconds()), "access_token": token}  # fmt: skip

    def client_of(self, authorization: str, *, on_premises: bool = False) -> str:
        """The client a Bearer token belongs to, or the user. Raises 401 for none, an unknown or an expired one."""
        if on_premises and authorization == f"Basic {_pair(self.user, self.web_service_key)}":
            return self.user
        token = authorization.removeprefix("Bearer ").strip()
        if token == self.development_token:
            return self.client_id
        client, expires = self.issued.get(token, ("", None))
        if expires is None or expires <= self.clock.now():
            raise errors.invalid_credentials()
        return client

    def expire_all(self) -> None:
        """Make every issued token invalid (the development token stays)."""
        self.issued.clear()


def _pair(user: str, key: str) -> str:
    return b64encode(f"{user}:{key}".encode()).decode()


def _refusal(error: str, description: str) -> Row:
    return {"error": error, "error_description": description}
