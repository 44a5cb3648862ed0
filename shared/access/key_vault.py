"""Secrets in Azure Key Vault, reached with the app's managed identity.

Source: Microsoft Learn, "Azure Key Vault secrets client library" and "Soft-delete overview": a deleted
secret keeps its name for the vault's retention time, so writing it again first brings it back. Names
there are letters, digits and hyphens and ignore case. Imported only where KEY_VAULT_URL is set, so that
nobody else pays for the package. Errors: ConnectorError vault-unavailable; no secret in it.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.keyvault.secrets import SecretClient

from shared.errors import ConnectorError
from shared.storage.connections import transport
from shared.texts import Sentence, sentence


class KeyVault:
    """A Vault over one Key Vault; every write is a new version of the secret."""

    def __init__(self, url: str, credential: Any, **options: Any) -> None:
        """`options` go to the SDK's client (tests point it at a loopback address)."""
        self._client = SecretClient(vault_url=url, credential=credential, **options)

    def read(self, name: str) -> str | None:
        """The latest version, or None if there is none."""
        with _explained(sentence("the secret could not be read")):
            try:
                return self._client.get_secret(secret_name(name)).value
            except ResourceNotFoundError:
                return None

    def write(self, name: str, secret: str) -> None:
        """Keep a new version; a deleted secret of that name comes back to life first."""
        with _explained(sentence("the secret could not be written")):
            try:
                self._client.set_secret(secret_name(name), secret)
            except ResourceExistsError:
                self._client.begin_recover_deleted_secret(secret_name(name)).wait()
                self._client.set_secret(secret_name(name), secret)

    def remove(self, name: str) -> None:
        """Delete all versions; the vault finishes that in its own time."""
        with _explained(sentence("the secret could not be deleted")):
            try:
                self._client.begin_delete_secret(secret_name(name))
            except ResourceNotFoundError:
                return


def key_vault(url: str, client_id: str) -> KeyVault:
    """The vault at `url`; `client_id` names a user-assigned identity, "" the system-assigned one."""
    from azure.identity import ManagedIdentityCredential

    return KeyVault(url, ManagedIdentityCredential(client_id=client_id or None), transport=transport())


def secret_name(name: str) -> str:
    """A name Key Vault takes: `-` is written `--` and `_` is written `-u`, so that no two names meet."""
    return name.replace("-", "--").replace("_", "-u")


@contextmanager
def _explained(what: Sentence) -> Iterator[None]:
    try:
        yield
    except AzureError as error:
        status = getattr(error, "status_code", None)
        why = type(error).__name__ + (f", HTTP {status}" if status else "")
        raise ConnectorError("vault-unavailable", sentence("{what} ({why})", what=what, why=why)) from None
