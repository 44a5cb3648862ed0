"""Storage clients of the host: one for each connection, made on first use, closed together.

Rules: azure-storage-queue and azure-storage-blob (asynchronous clients). Border: clients only; what is stored, and
under which name, is said in `queues`, `timers` and `singleton`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.storage.blob.aio import BlobServiceClient, ContainerClient
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.functions_host.errors import HostError
from local.functions_host.settings import DEFAULT_CONNECTION, connection_string

# The SDK's own first pause is 15 s: a lock would be lost in it, and a wrong address take minutes to be noticed.
RETRIES: dict[str, Any] = {"initial_backoff": 0, "increment_base": 1, "retry_total": 2, "random_jitter_range": 0}

HOST_CONTAINER = "azure-webjobs-hosts"


class StorageAccounts:
    """The storage accounts that the app's bindings name; keeps their connections open until `close`."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._settings = settings
        self._queues: dict[str, QueueServiceClient] = {}
        self._blobs: BlobServiceClient | None = None

    def queue(self, connection: str, name: str) -> QueueClient:
        """A queue of the account behind `connection`. Raises HostError when the setting is missing or wrong."""
        if connection not in self._queues:
            value = connection_string(connection, self._settings)
            try:
                self._queues[connection] = QueueServiceClient.from_connection_string(value, **RETRIES)
            except ValueError as error:
                raise HostError(f"The app setting {connection} is not a storage connection string.") from error
        return self._queues[connection].get_queue_client(name)

    def host_container(self) -> ContainerClient:
        """Where the host keeps schedules and locks. Raises HostError when the host storage is not set."""
        if self._blobs is None:
            value = connection_string(DEFAULT_CONNECTION, self._settings)
            try:
                self._blobs = BlobServiceClient.from_connection_string(value, **RETRIES)
            except ValueError as error:
                raise HostError(f"The app setting {DEFAULT_CONNECTION} is not a storage connection string.") from error
        return self._blobs.get_container_client(HOST_CONTAINER)

    async def close(self) -> None:
        """Close all connections."""
        for client in (*self._queues.values(), self._blobs):
            if client is not None:
                await client.close()
