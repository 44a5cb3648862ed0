"""The Amazon SQS queue that an EventBridge rule fills with Shopify's deliveries.

Source: Amazon, "SQS API Reference" (ReceiveMessage; DeleteMessageBatch, which may answer 200 and yet name entries
that failed). The key is handed to boto3, so that it never takes one that lies about in the environment. Imported only
where EVENT_QUEUE_URL is set, so that nobody else pays for the package. Errors: ConnectorError event-queue-unavailable;
no key and no message in it.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import ConnectorError
from shared.texts import Sentence, sentence

AT_ONCE = 10
"""Amazon's most for one call."""

_WAIT_SECONDS = 1
"""Without waiting Amazon asks only some of its servers, and "no message" would mean nothing."""


class Message(NamedTuple):
    """One message as it was received; `receipt` deletes it."""

    id: str
    receipt: str
    body: str


class Key(NamedTuple):
    """An access key of Amazon's."""

    id: str
    secret: str


class EventQueue:
    """The queue at this address."""

    def __init__(self, client: Any, url: str) -> None:
        self._client, self._url = client, url

    def receive(self) -> list[Message]:
        """Up to ten messages, hidden from others for the queue's visibility timeout; none means it is empty."""
        with _explained(sentence("the event queue could not be read")):
            answer = self._client.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=AT_ONCE, WaitTimeSeconds=_WAIT_SECONDS
            )
        return [Message(one["MessageId"], one["ReceiptHandle"], one["Body"]) for one in answer.get("Messages", [])]

    def delete(self, messages: Sequence[Message]) -> list[Message]:
        """Delete these, ten at most; those that Amazon did not delete, and will hand out again."""
        if not messages:
            return []
        entries = [{"Id": str(place), "ReceiptHandle": one.receipt} for place, one in enumerate(messages)]
        with _explained(sentence("the event queue could not be emptied")):
            answer = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
        return [messages[int(failed["Id"])] for failed in answer.get("Failed", [])]


def event_queue(url: str, region: str, key: Key, endpoint: str) -> EventQueue:
    """The queue at `url` in an Amazon region; `endpoint` "" is Amazon itself. One for a process."""
    own = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 3},
                 ignore_configured_endpoint_urls=True)
    client = boto3.client(
        "sqs", region_name=region, endpoint_url=endpoint or None, config=own,
        aws_access_key_id=key.id, aws_secret_access_key=key.secret,
    )
    return EventQueue(client, url)


@contextmanager
def _explained(what: Sentence) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        why = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise ConnectorError("event-queue-unavailable", sentence("{what} ({why})", what=what, why=why)) from None
