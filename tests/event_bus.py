"""Amazon's side of a delivery over EventBridge: a bus, a rule, a queue and its dead-letter queue, played by moto.

moto knows no partner event sources, so events are put on an ordinary bus, with the source that Amazon lets only
Shopify use. A received message is hidden for no time at all: a test need not wait until it comes again.
"""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from local.serving import serving
from tests.webhooks import SHOP, headers_of

REGION = "eu-west-1"
SOURCE = "aws.partner/shopify.com/7000001/connector"
TRIES = 3
KEY = ("AKIAOFATEST", "the-secret-key-of-amazon")


class EventBus:
    """The bus at one end, the queue at the other."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.name = f"bus-{uuid4().hex[:8]}"
        self._events, self._sqs = (boto3.client(
            service, region_name=REGION, endpoint_url=endpoint, aws_access_key_id=KEY[0],
            aws_secret_access_key=KEY[1]) for service in ("events", "sqs"))
        self.dead_letters = self._sqs.create_queue(QueueName=f"{self.name}-dead")["QueueUrl"]
        redrive = {"deadLetterTargetArn": self._arn(self.dead_letters), "maxReceiveCount": TRIES}
        self.queue = self._sqs.create_queue(QueueName=self.name, Attributes={
            "VisibilityTimeout": "0", "RedrivePolicy": json.dumps(redrive)})["QueueUrl"]
        self._events.create_event_bus(Name=self.name)
        self._events.put_rule(Name="shopify", EventBusName=self.name, EventPattern=json.dumps(
            {"source": [{"prefix": "aws.partner/shopify.com/"}], "detail-type": ["shopifyWebhook"]}))
        self._events.put_targets(Rule="shopify", EventBusName=self.name,
                                 Targets=[{"Id": "queue", "Arn": self._arn(self.queue)}])

    @property
    def settings(self) -> dict[str, str]:
        """What makes a connector drain this queue."""
        return {"event_queue_url": self.queue, "event_queue_region": REGION, "event_queue_endpoint": self.endpoint,
                "event_queue_access_key_id": KEY[0], "event_queue_secret_access_key": KEY[1]}

    def put(self, topic: str, content: Mapping[str, Any], *, shop: str = SHOP, source: str = SOURCE,
            **headers: str) -> None:
        """An event on the bus, as Shopify would put it there."""
        metadata = {name.title(): value for name, value in headers_of(topic, b"", shop=shop, **headers).items()}
        detail = json.dumps({"payload": content, "metadata": metadata}, ensure_ascii=False)
        answer = self._events.put_events(Entries=[{
            "Source": source, "DetailType": "shopifyWebhook", "EventBusName": self.name, "Detail": detail}])
        assert answer["FailedEntryCount"] == 0, answer["Entries"]

    def send(self, text: str) -> None:
        """A message straight into the queue, by whoever may write to it."""
        self._sqs.send_message(QueueUrl=self.queue, MessageBody=text)

    def waiting(self) -> int:
        """Messages in the queue."""
        return self._count(self.queue)

    def dead(self) -> int:
        """Messages in the dead-letter queue."""
        return self._count(self.dead_letters)

    def _count(self, queue: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def _arn(self, queue: str) -> str:
        found = self._sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])


@contextmanager
def amazon() -> Iterator[str]:
    """Where the played Amazon answers."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def deleting_fails_once(endpoint: str) -> Iterator[str]:
    """A door to Amazon: the first deletion is answered as Amazon does when it could not delete, the rest passes."""
    with _door(endpoint, failures_left=[1]) as address:
        yield address


@contextmanager
def requests_seen(endpoint: str) -> Iterator[tuple[str, list[Message]]]:
    """A door to Amazon, and the headers of whatever passes it."""
    seen: list[Message] = []
    with _door(endpoint, failures_left=[], seen=seen) as address:
        yield address, seen


@contextmanager
def _door(endpoint: str, **state: Any) -> Iterator[str]:
    handler = type("Door", (_Door,), {"upstream": urlsplit(endpoint).netloc, "seen": [], **state})
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}"


class _Door(BaseHTTPRequestHandler):
    upstream: str
    failures_left: list[int]
    seen: list[Message]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(self.headers)
        if self.headers["X-Amz-Target"].endswith("DeleteMessageBatch") and self.failures_left:
            self.failures_left.pop()
            failed = [{"Id": one["Id"], "SenderFault": False, "Code": "InternalError"}
                      for one in json.loads(body)["Entries"]]
            self._answer(200, json.dumps({"Successful": [], "Failed": failed}).encode())
            return
        connection = HTTPConnection(self.upstream, timeout=30)
        connection.request("POST", self.path, body, dict(self.headers))
        answer = connection.getresponse()
        self._answer(answer.status, answer.read())
        connection.close()

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
