"""What the operator's queries read: log lines that are JSON objects, each with what it is about.

The Functions host hands on the text of a line and nothing else, so shop, type and run stand in the text, and a
query reads them with parse_json(message), whichever way the line came to Application Insights. `record` writes one
fact with its figures; every other line within `about` becomes {"event": "line", "text": …} with the same context.
Events and figures are listed in docs/observability.md. Border: no customer's data and no secret, only codes, numbers
and the sentences of errors.
"""
from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from concurrent.futures import Executor, Future
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar, copy_context
from typing import Any, ParamSpec, TypeVar

import msgspec

SIDE_BY_SIDE = 8
"""Questions that somebody who waits has asked at a time, each of them over a connection of its own."""

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

_context: ContextVar[dict[str, str]] = ContextVar("about", default={})  # noqa: B039 - it is never changed in place
_plain_record = logging.getLogRecordFactory()
_log = logging.getLogger(__name__)


@contextmanager
def about(**context: str) -> Iterator[None]:
    """Say with every line of the block what it is about, e.g. shop="FR"; what is set already stays."""
    token = _context.set(_context.get() | context)
    try:
        yield
    finally:
        _context.reset(token)


def carried(work: Callable[[T], R]) -> Callable[[T], R]:
    """`work` for a pool's threads: their lines say the same as ours."""
    context = copy_context()
    return lambda item: context.copy().run(work, item)


def beside(lanes: Executor, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """What will be the answer, asked in a pool's thread, whose lines say the same as ours."""
    context = copy_context()
    return lanes.submit(lambda: context.run(question, *args, **kwargs))


def side_by_side(work: Callable[[T], R], items: Iterable[T], lanes: Executor | None = None) -> list[R]:
    """`work` on every item, several at once; results in the order of the items.

    Of those that fail the first in this order is raised, and what has not begun by then never will.
    lanes: the pool of whoever asks in many rounds; None for one that ends with this round. For one item none is made.
    """
    several = list(items)
    if len(several) < 2:
        return [work(one) for one in several]
    # Taken from its package, which loads the pools for whoever makes the first one.
    pool = nullcontext(lanes) if lanes else futures.ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="side by side")
    with pool as threads:
        return list(threads.map(carried(work), several))


def record(event: str, **figures: Any) -> None:
    """One fact as one line: the event, what it is about, and its figures (seconds, counts, codes)."""
    _log.info(_text({"event": event} | _context.get() | figures))


def tell_what_lines_are_about() -> None:
    """From now on lines within `about` are JSON objects, those of libraries too; Azure's SDK only warns."""
    logging.getLogger("azure").setLevel(logging.WARNING)  # or it writes lines about every call to storage
    _log.setLevel(logging.INFO)  # facts are told whatever level the host has set
    logging.setLogRecordFactory(_record_with_context)


def _record_with_context(*args: Any, **kwargs: Any) -> logging.LogRecord:
    line = _plain_record(*args, **kwargs)
    context = _context.get()
    if context and line.name != __name__:
        with suppress(Exception):  # a line that cannot be put together is logging's to report
            _make_json(line, context)
    return line


def _make_json(line: logging.LogRecord, context: dict[str, str]) -> None:
    facts = {"event": "line", "level": line.levelname, "logger": line.name, "text": line.getMessage()}
    if line.exc_info:
        facts["trace"] = logging.Formatter().formatException(line.exc_info)
    line.msg, line.args, line.exc_info = _text(facts | context), (), None


def _text(facts: dict[str, Any]) -> str:
    return msgspec.json.encode(facts).decode()
