"""The apps that may be installed on the shop: keys, redirect addresses, webhooks of their configuration.

What a developer sets in Shopify's Dev Dashboard is changed here through the control API. A client secret
is rotated by adding a new one; until the old one is revoked both are accepted, and for an hour deliveries
still carry the old one's signature (Shopify: Rotate client credentials; Verify webhook deliveries).
Border: plain values, no HTTP. A secret never leaves this module except to sign or to be compared.
"""
from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

OLD_SIGNATURE = timedelta(hours=1)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# What the connector's callback is called; on loopback any port will do, as RFC 8252 (7.3) has it.
REDIRECT_URLS = ("http://127.0.0.1/api/oauth/callback", "http://localhost/api/oauth/callback")


@dataclass
class App:
    """One app. `secrets`: newest first. `webhook_urls`: topic -> address, the subscriptions of the app's own
    configuration; the mandatory privacy topics exist only there.

    `sign_with` is "new", "old", or "" for Shopify's own rule.
    """

    client_id: str
    number: int
    secrets: list[str]
    redirect_urls: list[str] = field(default_factory=lambda: list(REDIRECT_URLS))
    title: str = "Connector"
    lists_installations: bool = True
    installed: bool = True
    webhook_urls: dict[str, str] = field(default_factory=dict)
    rotated_at: str = ""
    sign_with: str = ""

    def accepts(self, secret: str) -> bool:
        return any(hmac.compare_digest(known.encode(), secret.encode()) for known in self.secrets)

    def signing_secret(self, now: datetime) -> str:
        """The secret deliveries are signed with: the old one during the first hour after a rotation."""
        rotated_lately = bool(self.rotated_at) and now - datetime.fromisoformat(self.rotated_at) < OLD_SIGNATURE
        old = self.sign_with == "old" or (not self.sign_with and rotated_lately)
        return self.secrets[-1] if old else self.secrets[0]

    def rotate(self, secret: str, now: datetime) -> None:
        """Add a new secret; the one before stays accepted until `revoke_old_secret`."""
        self.secrets = [secret, *self.secrets[:1]]
        self.rotated_at = now.isoformat()

    def revoke_old_secret(self) -> None:
        self.secrets, self.rotated_at = self.secrets[:1], ""

    def may_redirect_to(self, address: str) -> bool:
        """True for a listed address; a listed loopback address without a port stands for every port."""
        return address in self.redirect_urls or _without_port(address) in self.redirect_urls

    def described(self) -> dict[str, Any]:
        """The app without its secrets, for the control API."""
        content = asdict(self)
        content["secrets"] = len(self.secrets)
        return content

    def configure(self, changes: dict[str, Any]) -> None:
        """Lay settings over the app; ValueError for one that does not exist."""
        for name, value in changes.items():
            if name not in CONFIGURABLE:
                raise ValueError(f"unknown app setting {name!r}; known: {', '.join(sorted(CONFIGURABLE))}")
            setattr(self, name, value)


CONFIGURABLE = {"redirect_urls", "title", "webhook_urls", "sign_with"}


def is_loopback(address: str) -> bool:
    """True when a URL's host is this machine."""
    try:
        return urlsplit(address).hostname in LOOPBACK
    except ValueError:
        return False


def _without_port(address: str) -> str:
    if not is_loopback(address):
        return address
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"
