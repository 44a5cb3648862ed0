"""The Shopify app this connector is: its client id and secrets, and what is signed with them.

Source: Shopify, "Authorization code grant": the hmac of a callback is HMAC-SHA256 with the client
secret over all other parameters, sorted, as key=value joined by &, in hex. After a rotation Shopify may
sign with the old secret for a while: both are accepted. Border: pure; signatures in, yes or no out.
"""
from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from shared.errors import ConnectorError
from shared.texts import sentence


class ShopifyApp(msgspec.Struct, frozen=True):
    """Settings SHOPIFY_CLIENT_ID, SHOPIFY_CLIENT_SECRET, SHOPIFY_PREVIOUS_CLIENT_SECRET, PUBLIC_URL."""

    client_id: str = ""
    client_secret: str = ""
    previous_client_secret: str = ""
    public_url: str = ""

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"<Shopify app {self.client_id}>"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that are valid now, the current one first."""
        return tuple(secret for secret in (self.client_secret, self.previous_client_secret) if secret)

    @property
    def redirect_url(self) -> str:
        """Where Shopify sends the browser back; must be listed for the app at Shopify."""
        return f"{self.public_url.rstrip('/')}/api/oauth/callback"

    def check(self) -> None:
        """ConnectorError settings-invalid if access cannot be requested with these settings."""
        names = {"SHOPIFY_CLIENT_ID": self.client_id, "SHOPIFY_CLIENT_SECRET": self.client_secret,
                 "PUBLIC_URL": self.public_url}
        empty = [name for name, value in names.items() if not value]
        if empty:
            raise ConnectorError("settings-invalid", sentence(
                "access can be requested only with {settings} set", settings=', '.join(empty)))


def signed_by_shopify(parameters: Sequence[tuple[str, str]], app: ShopifyApp) -> bool:
    """Whether the query parameters (decoded, hmac among them) carry the app's signature.

    A parameter that comes twice is refused: it could be read one way here and another way there.
    """
    names = [name for name, _ in parameters]
    if len(set(names)) < len(names) or "hmac" not in names:
        return False
    received = _bytes(dict(parameters)["hmac"])
    message = "&".join(f"{name}={value}" for name, value in sorted(parameters) if name != "hmac")
    return any(hmac.compare_digest(received, _hex(secret, message)) for secret in app.secrets)


def sealed(app: ShopifyApp, purpose: str, text: str) -> str:
    """A signature of our own over `text`, for nothing but this purpose."""
    return _hex(app.client_secret, f"{purpose}\n{text}").decode()


def is_sealed(app: ShopifyApp, purpose: str, text: str, seal: str) -> bool:
    """Whether `seal` was made by `sealed`, with the current or the previous secret."""
    message = f"{purpose}\n{text}"
    return any(hmac.compare_digest(_bytes(seal), _hex(secret, message)) for secret in app.secrets)


def _hex(secret: str, message: str) -> bytes:
    return hmac.new(_bytes(secret), _bytes(message), hashlib.sha256).hexdigest().encode()


def _bytes(text: str) -> bytes:
    """Whatever a caller sent has bytes, even half a surrogate pair."""
    return text.encode("utf-8", "surrogatepass")
