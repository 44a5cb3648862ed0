"""The storage account: tables, blobs and queues from one connection.

Locally and in tests a connection string; in Azure the account's name and a managed identity
(Microsoft Learn, "Connecting to host storage with an identity"). Clients are made once a process. A clock that is
given hears the Date of every answer.
"""
from __future__ import annotations

from typing import Any, NamedTuple

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from shared.storage.blobs import Blobs
from shared.storage.queues import Queues
from shared.storage.retries import RETRIES, Retries
from shared.storage.tables import Tables
from shared.told_clock import ToldClock


class Storage(NamedTuple):
    tables: Tables
    blobs: Blobs
    queues: Queues


def storage_from_connection_string(
    text: str, retries: Retries = RETRIES, clock: ToldClock | None = None
) -> Storage:
    """Storage by connection string (emulator, development)."""
    made = retries.of_the_sdk() | _telling(clock)
    return Storage(
        Tables(TableServiceClient.from_connection_string(text, **made), retries),
        Blobs(BlobServiceClient.from_connection_string(text, **made), retries),
        Queues(QueueServiceClient.from_connection_string(text, **made), retries),
    )


def storage_from_identity(
    account: str, client_id: str | None, retries: Retries = RETRIES, clock: ToldClock | None = None
) -> Storage:
    """Storage by managed identity; `client_id` chooses a user-assigned one."""
    from azure.identity import ManagedIdentityCredential

    credential = ManagedIdentityCredential(client_id=client_id)
    address = "https://{}.{}.core.windows.net".format
    made = retries.of_the_sdk() | _telling(clock)
    return Storage(
        Tables(TableServiceClient(address(account, "table"), credential=credential, **made), retries),
        Blobs(BlobServiceClient(address(account, "blob"), credential=credential, **made), retries),
        Queues(QueueServiceClient(address(account, "queue"), credential=credential, **made), retries),
    )


def _telling(clock: ToldClock | None) -> dict[str, Any]:
    """What a client of the SDK is made with so that the clock hears the Date of its answers."""
    if clock is None:
        return {}

    def asks(request: PipelineRequest[Any]) -> None:
        request.context["asked_at"] = clock.own.now()

    def answers(response: PipelineResponse[Any, Any]) -> None:
        clock.told(response.http_response.headers.get("Date"), response.context.get("asked_at") or clock.own.now())

    return {"raw_request_hook": asks, "raw_response_hook": answers}
