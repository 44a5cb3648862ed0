"""One call of one function: threads, context, log lines with the invocation's id, and its outputs.

Rules: Microsoft Learn, "Azure Functions Python developer guide" (context, logging, outputs) and "Improve throughput
performance of Python apps": sync functions share a thread pool, async ones share one event loop. That loop is not
the host's own: an async function that blocks stops its sisters, but no lease or message is lost meanwhile.
Border: knows values and bindings, not HTTP, schedules or messages.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace, TracebackType
from typing import Any

import azure.functions as func
from azure.functions import meta

from local.functions_host.app_metadata import RETURN, Binding, Function, converter
from local.functions_host.errors import FunctionFailed

log = logging.getLogger("host.invocation")

# Threads that a function starts on its own name their invocation here, as in Azure.
thread_local_storage = threading.local()

SendOutput = Callable[[Binding, meta.Datum], Awaitable[None]]


@dataclass(frozen=True)
class InvocationContext:
    """What a function gets as `context`: the shape of azure.functions.Context."""

    function_name: str
    function_directory: str
    invocation_id: str
    retry_context: Any
    thread_local_storage: threading.local = field(default=thread_local_storage)
    trace_context: Any = field(
        default_factory=lambda: SimpleNamespace(trace_parent=_trace_parent(), trace_state="", attributes={})
    )


func.Context.register(InvocationContext)

_current: contextvars.ContextVar[InvocationContext | None] = contextvars.ContextVar("invocation", default=None)


class Output(func.Out[Any]):
    """An output parameter: it remembers what the function set."""

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, val: Any) -> None:
        self._value = val

    def get(self) -> Any:
        return self._value


class WorkerEnded(Exception):
    """The worker process ends, and with it every call that it was running."""


class Invoker:
    """Runs functions of one app and knows which are running; keeps the threads and the event loop they run on.

    A call that takes longer than `timeout` cannot be stopped: Azure ends the worker process, and every other call in
    it fails too. Here they fail, `worker_ended` is set, and whoever runs this host starts it anew (host.json,
    functionTimeout).
    """

    def __init__(
        self, send_output: SendOutput, threads: int | None = None, timeout: timedelta | None = None
    ) -> None:
        """`threads` bounds how many sync functions run at once: Python's default is min(32, processors + 4)."""
        self.worker_ended = asyncio.Event()
        self._timeout = timeout
        self._send_output = send_output
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._loop = asyncio.new_event_loop()
        self._running: dict[str, str] = {}
        threading.Thread(target=self._loop.run_forever, name="async-functions", daemon=True).start()

    @property
    def running(self) -> list[str]:
        """The names of the functions that run now, once for each call."""
        return sorted(self._running.values())

    async def run(
        self, function: Function, value: meta.Datum, metadata: Mapping[str, meta.Datum], *, retry: int = 0
    ) -> meta.Datum | None:
        """Call the function with its trigger's value and send its outputs.

        Returns what an HTTP function answered, encoded; None when it gave nothing. Raises FunctionFailed, after
        logging it, when the function raises or an output cannot be encoded or sent.
        """
        context = _context(function, retry)
        self._running[context.invocation_id] = function.name
        token = _current.set(context)
        try:
            log.info("started")
            answer = await self._in_time(self._call(function, value, metadata, context), context)
            log.info("succeeded")
            return answer
        except Exception as error:
            where = (type(error), error, _below_this_module(error))
            log.error("failed: %s: %s", type(error).__name__, error, exc_info=where)
            raise FunctionFailed(f"{function.name}: {error}") from error
        finally:
            _current.reset(token)
            del self._running[context.invocation_id]

    def close(self) -> None:
        """Give up the threads; a function that still runs is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _in_time(
        self, call: Coroutine[Any, Any, meta.Datum | None], context: InvocationContext
    ) -> meta.Datum | None:
        calling, ending = asyncio.ensure_future(call), asyncio.ensure_future(self.worker_ended.wait())
        seconds = self._timeout.total_seconds() if self._timeout else None
        await asyncio.wait({calling, ending}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if calling.done():
            return calling.result()
        calling.cancel()
        if self.worker_ended.is_set():
            raise WorkerEnded("the worker process ended because another function of it took too long")
        log.error(
            "Timeout value of %s exceeded by function '%s' (Id: '%s'). Initiating cancellation.",
            self._timeout, context.function_name, context.invocation_id,
        )  # fmt: skip
        self.worker_ended.set()
        raise WorkerEnded(f"Timeout value of {self._timeout} was exceeded by function: {context.function_name}")

    async def _call(
        self,
        function: Function,
        value: meta.Datum,
        metadata: Mapping[str, meta.Datum],
        context: InvocationContext,
    ) -> meta.Datum | None:
        outputs = {each["name"]: Output() for each in function.outputs if each["name"] != RETURN}
        arguments: dict[str, Any] = {function.trigger["name"]: _decode(function, value, metadata), **outputs}
        if function.wants_context:
            arguments["context"] = context
        result = await (
            self._on_loop(function, arguments) if function.is_async else self._in_thread(function, arguments)
        )
        if result is not None and not function.returns_output:
            raise TypeError(f"it returned a {type(result).__name__}, but has no $return binding")
        return await self._deliver(function, {name: each.get() for name, each in outputs.items()}, result)

    async def _in_thread(self, function: Function, arguments: dict[str, Any]) -> Any:
        copied = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, lambda: copied.run(function.call, **arguments)
        )

    async def _on_loop(self, function: Function, arguments: dict[str, Any]) -> Any:
        coroutine: Coroutine[Any, Any, Any] = _with_context(_current.get(), function, arguments)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))

    async def _deliver(self, function: Function, values: dict[str, Any], result: Any) -> meta.Datum | None:
        answer = None
        for binding in function.outputs:
            value = result if binding["name"] == RETURN else values[binding["name"]]
            if value is None:
                continue
            datum = _encode(function, binding, value)
            if binding["type"] == "http":
                answer = datum
            else:
                await self._send_output(binding, datum)
        return answer


class InvocationFilter(logging.Filter):
    """Adds `function` and `invocation` to every log record, so that the format can show them."""

    def filter(self, record: logging.LogRecord) -> bool:
        context = _current.get()
        record.function = context.function_name if context else "host"
        record.invocation = context.invocation_id if context else getattr(thread_local_storage, "invocation_id", "-")
        return True


def text(value: str) -> meta.Datum:
    """Text as the host hands it to a function."""
    return meta.Datum(value, "string")


async def _with_context(context: InvocationContext | None, function: Function, arguments: dict[str, Any]) -> Any:
    _current.set(context)
    return await function.call(**arguments)


def _context(function: Function, retry: int) -> InvocationContext:
    most = function.retry.max_retry_count if function.retry else 0
    return InvocationContext(
        function_name=function.name,
        function_directory=function.folder,
        invocation_id=str(uuid.uuid4()),
        retry_context=SimpleNamespace(retry_count=retry, max_retry_count=most, exception=None),
    )


def _below_this_module(error: Exception) -> TracebackType | None:
    """The traceback without the host's own frames: what the author of the function wants to read."""
    below = frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == __file__:
            below = frame.tb_next
        frame = frame.tb_next
    return below


def _trace_parent() -> str:
    return f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-00"


def _decode(function: Function, value: meta.Datum, metadata: Mapping[str, meta.Datum]) -> Any:
    annotation = function.annotations.get(function.trigger["name"])
    if annotation in (str, bytes):
        # The worker hands such a parameter the bare text.
        body = value.value
        return body.encode() if annotation is bytes and isinstance(body, str) else body
    return converter(function.trigger["type"]).decode(value, trigger_metadata=metadata)


def _encode(function: Function, binding: Binding, value: Any) -> meta.Datum:
    kind, name = binding["type"], binding["name"]
    if isinstance(value, dict):
        # The worker would send the keys and lose the values without a word: better found here than in Azure.
        raise TypeError(f"output {name} was given a dict: send json.dumps(...) of it")
    try:
        datum: meta.Datum = converter(kind).encode(value, expected_type=None)
        return datum
    except NotImplementedError as error:
        raise TypeError(f"output {name} ({kind}) cannot be a {type(value).__name__}") from error
