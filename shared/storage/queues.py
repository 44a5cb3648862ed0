"""Queue storage: sending only; receiving is the functions host's part.

Messages are base64 text, which is what host.json's `messageEncoding` says and Azure Functions
expects (Microsoft Learn, "Azure Queue storage trigger"). A message whose answer was lost is sent again: whoever
receives one twice does nothing twice.
"""
from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from shared.storage.retries import IsThere, NotThere, Retries

_LANES = 8
"""Messages that are sent at a time, where there are many."""


class Queues:
    """The queues of the storage account."""

    def __init__(self, service: QueueServiceClient, retries: Retries) -> None:
        self._service, self._retries = service, retries

    def send_all(self, queue: str, texts: Iterable[str]) -> None:
        """Put many messages on the queue, several at a time. What fails of one is raised when the others are sent."""
        with ThreadPoolExecutor(_LANES, thread_name_prefix="send") as lanes:
            sent = [lanes.submit(self.send, queue, text) for text in texts]
        for one in sent:
            one.result()

    def send(self, queue: str, text: str, *, delay_seconds: int = 0) -> None:
        """Put one message on the queue, visible after the delay."""
        client = self._service.get_queue_client(queue, message_encode_policy=TextBase64EncodePolicy())

        def put() -> None:
            client.send_message(text, visibility_timeout=delay_seconds)

        try:
            self._retries.ask(put)
        except NotThere:
            try:
                self._retries.ask(lambda: self._service.create_queue(queue))
            except IsThere:
                pass  # somebody else was quicker
            self._retries.ask(put)
