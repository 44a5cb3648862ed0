"""Queue storage: sending only; receiving is the functions host's part.

Messages are base64 text, which is what host.json's `messageEncoding` says and Azure Functions
expects (Microsoft Learn, "Azure Queue storage trigger").
"""
from __future__ import annotations

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy


class Queues:
    """The queues of the storage account."""

    def __init__(self, service: QueueServiceClient) -> None:
        self._service = service

    def send(self, queue: str, text: str, *, delay_seconds: int = 0) -> None:
        """Put one message on the queue, visible after the delay."""
        client = self._service.get_queue_client(queue, message_encode_policy=TextBase64EncodePolicy())
        try:
            client.send_message(text, visibility_timeout=delay_seconds)
        except ResourceNotFoundError:
            try:
                self._service.create_queue(queue)
            except ResourceExistsError:
                pass  # somebody else was quicker
            client.send_message(text, visibility_timeout=delay_seconds)
