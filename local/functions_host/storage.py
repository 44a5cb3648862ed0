"""Storage clients of the host: one for each connection, made on first use, closed together.

Rules: azure-storage-queue and azure-storage-blob (asynchronous clients). Border: clients only; what is stored, and
under which name, is said in `queues`, `timers` and `singleton`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from azure.identity.aio import ManagedIdentityCredential
from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.functions_host.errors import HostError
from local.functions_host.settings import DEFAULT_CONNECTION, storage_connection

# The SDK's own first pause is 15 s: a lock would be lost in it, and a wrong address take minutes to be noticed.
RETRIES: dict[str, Any] = {"initial_backoff": 0, "increment_base": 1, "retry_total": 2, "random_jitter_range": 0}

HOST_CONTAINER = "azure-webjobs-hosts"


Client = TypeVar("Client", QueueServiceClient, BlobServiceClient)


class StorageAccounts:
    """The storage accounts that the app's bindings name; keeps their connections open until `close`."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._queues: dict[str, QueueServiceClient] = {}
        self._blobs: BlobServiceClient | None = None
        self._identities: dict[str, ManagedIdentityCredential] = {}

    def queue(self, connection: str, name: str) -> QueueClient:
        """A queue of the account behind `connection`. Raises HostError when the setting is missing or wrong."""
        if connection not in self._queues:
            self._queues[connection] = self._client(QueueServiceClient, connection, "queue")
        return self._queues[connection].get_queue_client(name)

    def host_container(self) -> ContainerClient:
        """Where the host keeps schedules and locks. Raises HostError when the host storage is not set."""
        if self._blobs is None:
            self._blobs = self._client(BlobServiceClient, DEFAULT_CONNECTION, "blob")
        return self._blobs.get_container_client(HOST_CONTAINER)

    async def close(self) -> None:
        """Close all connections."""
        for client in (*self._queues.values(), self._blobs, *self._identities.values()):
            if client is not None:
                await client.close()

    def _client(self, kind: type[Client], connection: str, service: str) -> Client:
        found = storage_connection(connection, self._settings)
        try:
            if isinstance(found, str):
                return kind.from_connection_string(found, **RETRIES)
        except ValueError as error:
            raise HostError(f"The app setting {connection} is not a storage connection string.") from error
        identity = self._identities.setdefault(
            found.client_id, ManagedIdentityCredential(client_id=found.client_id or None)
        )
        return kind(f"https://{found.account}.{service}.core.windows.net", credential=identity, **RETRIES)
