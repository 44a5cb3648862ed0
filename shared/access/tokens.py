"""The access token of each shop: set by an operator, read by the Shopify client."""
from __future__ import annotations

import re

from shared.access.vault import EncryptedTable
from shared.errors import ConnectorError

_TOKEN = re.compile(r"[\x21-\x7e]{8,512}")


class AccessTokens:
    """Access tokens by shop code."""

    def __init__(self, vault: EncryptedTable) -> None:
        self._vault = vault

    def has_access_key(self, shop: str) -> bool:
        """Whether a token is kept for the shop."""
        return self._vault.read(f"shopify-{shop}") is not None

    def token(self, shop: str) -> str:
        """The token, or ConnectorError access-token-missing."""
        token = self._vault.read(f"shopify-{shop}")
        if token is None:
            raise ConnectorError("access-token-missing", f"shop {shop} has no access token")
        return token

    def keep(self, shop: str, token: str) -> None:
        """Keep an Admin API access token of a custom app."""
        if not _TOKEN.fullmatch(token):
            raise ConnectorError("input-invalid", "access_token must be 8 to 512 printable characters")
        self._vault.write(f"shopify-{shop}", token)

    def forget(self, shop: str) -> None:
        """Drop the shop's token."""
        self._vault.remove(f"shopify-{shop}")
