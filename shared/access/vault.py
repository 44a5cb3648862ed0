"""Where secrets are kept: one interface, and its implementation outside Azure.

The encrypted table's key is an application setting and never lies beside the values (Fernet:
AES-128-CBC and HMAC-SHA256, package `cryptography`). In Azure it is key_vault.py. Secrets leave a
vault only to become a request header or a form field of a token call.
"""
from __future__ import annotations

from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken

from shared.errors import ConnectorError
from shared.storage.tables import Table
from shared.texts import sentence

TABLE = "AccessTokens"


class Vault(Protocol):
    """Secrets by name. Names are shop codes with a prefix: letters, digits, - and _."""

    def read(self, name: str) -> str | None:
        """The secret, or None if there is none that can be read."""
        ...

    def write(self, name: str, secret: str) -> None:
        """Keep the secret under this name, whole or not at all."""
        ...

    def remove(self, name: str) -> None:
        """Forget it; a name that is not there is fine."""
        ...


class EncryptedTable:
    """Secrets by name, encrypted at rest."""

    def __init__(self, table: Table, key: str) -> None:
        """`key` is 32 bytes in URL-safe base64; ConnectorError settings-invalid if it is not."""
        self._table = table
        try:
            self._cipher = Fernet(key.encode())
        except ValueError as error:
            raise ConnectorError("settings-invalid", sentence(
                "TOKEN_KEY must be 32 bytes in URL-safe base64")) from error

    def read(self, name: str) -> str | None:
        """The secret, or None if there is none (or it was written with another key)."""
        row = self._table.get("secret", name)
        if row is None:
            return None
        try:
            return self._cipher.decrypt(row["value"].encode()).decode()
        except InvalidToken:
            return None

    def write(self, name: str, secret: str) -> None:
        """Keep the secret under this name."""
        value = self._cipher.encrypt(secret.encode()).decode()
        self._table.put({"PartitionKey": "secret", "RowKey": name, "value": value})

    def remove(self, name: str) -> None:
        """Forget it."""
        self._table.delete("secret", name)
