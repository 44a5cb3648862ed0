"""The storage account: tables, blobs and queues from one connection.

Locally and in tests a connection string; in Azure the account's name and a managed identity
(Microsoft Learn, "Connecting to host storage with an identity"). Clients are made once a process.
"""
from __future__ import annotations

from typing import NamedTuple

from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from shared.storage.blobs import Blobs
from shared.storage.patience import PATIENT, Patience
from shared.storage.queues import Queues
from shared.storage.tables import Tables


class Storage(NamedTuple):
    tables: Tables
    blobs: Blobs
    queues: Queues


def storage_from_connection_string(text: str, patience: Patience = PATIENT) -> Storage:
    """Storage by connection string (emulator, development)."""
    made = patience.of_the_sdk()
    return Storage(
        Tables(TableServiceClient.from_connection_string(text, **made), patience),
        Blobs(BlobServiceClient.from_connection_string(text, **made), patience),
        Queues(QueueServiceClient.from_connection_string(text, **made), patience),
    )


def storage_from_identity(account: str, client_id: str | None, patience: Patience = PATIENT) -> Storage:
    """Storage by managed identity; `client_id` chooses a user-assigned one."""
    from azure.identity import ManagedIdentityCredential

    credential = ManagedIdentityCredential(client_id=client_id)
    address = "https://{}.{}.core.windows.net".format
    made = patience.of_the_sdk()
    return Storage(
        Tables(TableServiceClient(address(account, "table"), credential=credential, **made), patience),
        Blobs(BlobServiceClient(address(account, "blob"), credential=credential, **made), patience),
        Queues(QueueServiceClient(address(account, "queue"), credential=credential, **made), patience),
    )
