"""Queue functions: fetch messages, run the function, delete, give back or set aside.

Rules: Microsoft Learn, "Azure Queue storage trigger for Azure Functions" (poison messages, polling algorithm,
concurrency, host.json settings). A message is received for ten minutes, and again for as long as the function runs;
a failing one comes back until its last try, then goes to `<queue>-poison`. Border: who sends the message and what it
means is the app's business.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import logging
import random
from collections.abc import AsyncIterator
from datetime import timedelta

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.functions import meta
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.functions_host.app_metadata import Function
from local.functions_host.errors import FunctionFailed
from local.functions_host.invocation import Invoker, text
from local.functions_host.settings import QueueOptions

log = logging.getLogger("host.queues")

POISON = "-poison"
INVISIBILITY = timedelta(minutes=10)
_SHORTEST_PAUSE_SECONDS = 0.1


class QueueListener:
    """Feeds one function from its queue: `run()` until `stop()`, then it ends with the last running message."""

    def __init__(
        self,
        function: Function,
        queue: QueueClient,
        poison: QueueClient | None,
        *,
        options: QueueOptions,
        invoker: Invoker,
        invisibility: timedelta = INVISIBILITY,
    ) -> None:
        """`poison` is None for a queue that is itself a poison queue. `invisibility`: whole seconds, at least one."""
        self.function = function
        self.queue = queue
        self._poison = poison
        self._options = options
        self._invoker = invoker
        self._invisibility = invisibility
        self._stopping = False
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look now: a message has just been put into the queue."""
        self._wake.set()

    def stop(self) -> None:
        """Fetch no more."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Poll, as long as not stopped; faster again after every message found."""
        empty_polls = 0
        while not self._stopping:
            self._wake.clear()
            found = await self._fetch()
            empty_polls = 0 if found else empty_polls + 1
            if not found:
                await self._rest(polling_pause(empty_polls, self._options.max_polling_interval, random.random()))
            while len(self._tasks) > self._options.new_batch_threshold:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*self._tasks)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            if not self._stopping:
                await asyncio.wait_for(self._wake.wait(), seconds)

    async def _fetch(self) -> bool:
        """Start what one look into the queue gives; False when it gave nothing."""
        try:
            messages = await self._receive()
        except ResourceNotFoundError:
            return False
        except AzureError as error:
            log.warning("queue %s cannot be read: %s", self.queue.queue_name, error.message.splitlines()[0])
            return False
        for message in messages:
            task = asyncio.create_task(self._handle(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(messages)

    async def _receive(self) -> list[QueueMessage]:
        pages = self.queue.receive_messages(
            messages_per_page=self._options.batch_size,
            visibility_timeout=int(self._invisibility.total_seconds()),
        ).by_page()
        async for page in pages:
            return [message async for message in page]
        return []

    async def _handle(self, message: QueueMessage) -> None:
        try:
            if _tries(message) > self._options.max_dequeue_count:
                await self._set_aside(message)
            elif await self._succeeds(message):
                await self.queue.delete_message(message.id, message.pop_receipt)
            else:
                await self._give_back_or_set_aside(message)
        except HttpResponseError as error:
            # Somebody else has received or deleted it meanwhile; the message is theirs now.
            log.info("message %s is no longer ours: %s", message.id, getattr(error, "error_code", error))
        except Exception:
            log.exception("message %s stays invisible until its time is over", message.id)

    async def _succeeds(self, message: QueueMessage) -> bool:
        async with self._kept_invisible(message):
            try:
                body = decoded(message.content, self._options.message_encoding)
                await self._invoker.run(self.function, body, _metadata(message))
            except FunctionFailed:
                return False
            except ValueError as error:
                log.error("message %s of queue %s: %s", message.id, self.queue.queue_name, error)
                return False
        return True

    @contextlib.asynccontextmanager
    async def _kept_invisible(self, message: QueueMessage) -> AsyncIterator[None]:
        done = asyncio.Event()
        renewing = asyncio.create_task(self._renew(message, done))
        try:
            yield
        finally:
            # Not cancelled but told: an update under way must bring home its new pop receipt.
            done.set()
            await renewing

    async def _renew(self, message: QueueMessage, done: asyncio.Event) -> None:
        seconds = self._invisibility.total_seconds()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), seconds / 2)
            if done.is_set():
                return
            try:
                updated = await self.queue.update_message(
                    message.id, message.pop_receipt, visibility_timeout=int(seconds)
                )
                message.pop_receipt = updated.pop_receipt
            except AzureError as error:
                log.warning("message %s could not be kept invisible: %s", message.id, error.message.splitlines()[0])

    async def _give_back_or_set_aside(self, message: QueueMessage) -> None:
        if self._poison is None:
            # No poison queue behind a poison queue: left invisible, so that it does not spin.
            return
        if _tries(message) >= self._options.max_dequeue_count:
            await self._set_aside(message)
        else:
            seconds = int(self._options.visibility_timeout.total_seconds())
            await self.queue.update_message(message.id, message.pop_receipt, visibility_timeout=seconds)

    async def _set_aside(self, message: QueueMessage) -> None:
        if self._poison is None:
            return
        log.warning(
            "message %s has failed %d times: moved to %s",
            message.id,
            message.dequeue_count,
            self._poison.queue_name,
        )
        await send(self._poison, message.content)
        await self.queue.delete_message(message.id, message.pop_receipt)


def polling_pause(empty_polls: int, longest: timedelta, chance: float) -> float:
    """Seconds to wait after this many looks in vain: from 0.1 s, doubling, up to `longest`. `chance` is 0 to 1."""
    doubled: float = _SHORTEST_PAUSE_SECONDS * 2 ** min(max(empty_polls - 1, 0), 30)
    return max(_SHORTEST_PAUSE_SECONDS, min(longest.total_seconds(), doubled * (0.8 + 0.4 * chance)))


def decoded(content: str, encoding: str) -> meta.Datum:
    """The body of a message: text, or bytes where it is none. Raises ValueError when it is not base64."""
    if encoding == "none":
        return text(content)
    try:
        body = base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise ValueError("it is not base64: was it sent without TextBase64EncodePolicy?") from error
    try:
        return text(body.decode("utf-8"))
    except UnicodeDecodeError:
        return meta.Datum(body, "bytes")


def encoded(body: str | bytes, encoding: str) -> str:
    """How a body travels in a queue."""
    if encoding == "none":
        return body if isinstance(body, str) else body.decode("utf-8")
    return base64.b64encode(body.encode("utf-8") if isinstance(body, str) else body).decode("ascii")


def bodies(datum: meta.Datum) -> list[str | bytes]:
    """The messages in the value of a queue output: a list becomes one message for each element."""
    if datum.type != "json":
        return [datum.value]
    value = json.loads(datum.value)
    if not isinstance(value, list):
        return [datum.value]
    return [each if isinstance(each, str) else json.dumps(each) for each in value]


async def send(queue: QueueClient, content: str) -> None:
    """Put a message into a queue; the queue is created when it does not exist."""
    try:
        await queue.send_message(content)
    except ResourceNotFoundError:
        with contextlib.suppress(HttpResponseError):
            await queue.create_queue()
        await queue.send_message(content)


def _tries(message: QueueMessage) -> int:
    return message.dequeue_count or 0


def _metadata(message: QueueMessage) -> dict[str, meta.Datum]:
    def moment(name: str) -> meta.Datum:
        value = getattr(message, name)
        return meta.Datum(json.dumps(value.isoformat() if value else None), "json")

    return {
        "Id": text(message.id),
        "DequeueCount": meta.Datum(json.dumps(message.dequeue_count), "json"),
        "InsertionTime": moment("inserted_on"),
        "ExpirationTime": moment("expires_on"),
        "NextVisibleTime": moment("next_visible_on"),
        "PopReceipt": text(message.pop_receipt or ""),
    }
