"""Writing the log beside the work: nothing that happens here fails a sync or makes it wait.

The clients report every call (shared/exchange.py). What the shop card's logging mode wants is kept until the
page is done and then written in batches by a thread of its own. When storage refuses or cannot follow, entries
are lost rather than waited for, and counted. Border: decides what is kept; how it is stored: log_entries.py.
"""
from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from shared.exchange import Exchange, Observer
from shared.journal.log_entries import LogEntries
from shared.shops.card import LoggingMode, ShopCard
from shared.storage.batches import BATCH_ROWS

_log = logging.getLogger(__name__)
_MOST_ENTRIES = 500
_MOST_CHARACTERS = 4_000_000
_MOST_BATCHES = 4


def is_wanted(exchange: Exchange, mode: LoggingMode) -> bool:
    """Whether the logging mode keeps this call."""
    return mode is LoggingMode.ALL or (mode is LoggingMode.ERROR_ONLY and exchange.has_error)


def written_at_once(logs: LogEntries, card: Callable[[], ShopCard]) -> Observer:
    """For calls outside a run: each wanted one is written as it happens; a refusal of storage is only noted.

    `card` gives the shop card when a call has been made.
    """

    def observe(exchange: Exchange) -> None:
        try:
            shop = card()
        except Exception:
            _log.warning("a log entry is lost: its shop card cannot be read", exc_info=True)
            return
        if is_wanted(exchange, shop.logging_mode_at(exchange.at)):
            _write(logs, shop.code, "", [(0, exchange)])

    return observe


class LogWriter:
    """The log of one run. Call it with an exchange; `flush(whole=True)` after a page, `close` at the end.

    patience_seconds  how long `close` waits for storage
    written, lost   entries so far; complete after `close`
    """

    def __init__(self, logs: LogEntries, card: ShopCard, run: str, *, patience_seconds: float = 10) -> None:
        self._patience = patience_seconds
        self._logs, self._shop, self._run, self._mode_at = logs, card.code, run, card.logging_mode_at
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, Exchange]] = []
        self._characters = 0
        self._sequence = 0
        self._batches: dict[Future[bool], int] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="log")
        self.written = 0
        self.lost = 0

    def __call__(self, exchange: Exchange) -> None:
        """Keep the call for the next batch, if the mode wants it."""
        if not is_wanted(exchange, self._mode_at(exchange.at)):
            return
        with self._lock:
            self._waiting.append((self._sequence, exchange))
            self._sequence += 1
            self._characters += _characters(exchange)
            full = len(self._waiting) >= _MOST_ENTRIES or self._characters >= _MOST_CHARACTERS
        if full:
            self.flush()

    def flush(self, *, whole: bool = False) -> None:
        """Hand what is waiting to the writing thread; returns at once.

        `whole` takes only as many as fill batches of storage; the rest waits for the next page, or the end.
        """
        with self._lock:
            size = len(self._waiting)
            size -= size % BATCH_ROWS if whole else 0
            batch, self._waiting = self._waiting[:size], self._waiting[size:]
            self._characters = sum(_characters(exchange) for _, exchange in self._waiting)
            self._count_finished()
            if not batch:
                return
            if len(self._batches) >= _MOST_BATCHES:
                self._lose(len(batch), "storage cannot follow")
                return
            self._batches[self._thread.submit(_write, self._logs, self._shop, self._run, batch)] = len(batch)

    def close(self) -> None:
        """Write what is left; what is not written when patience ends counts as lost."""
        self.flush()
        wait(list(self._batches), timeout=self._patience)
        self._thread.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._count_finished()
            if self._batches:
                self._lose(sum(self._batches.values()), "storage did not answer in time")
                self._batches.clear()

    def _count_finished(self) -> None:
        for batch in [future for future in self._batches if future.done()]:
            size = self._batches.pop(batch)
            if not batch.cancelled() and batch.result():
                self.written += size
            else:
                self.lost += size

    def _lose(self, entries: int, reason: str) -> None:
        self.lost += entries
        _log.warning("shop %s: %d log entries are lost: %s", self._shop, entries, reason)


def _characters(exchange: Exchange) -> int:
    return len(exchange.request) + len(exchange.response)


def _write(logs: LogEntries, shop: str, run: str, batch: list[tuple[int, Exchange]]) -> bool:
    """Whether it was written. Any refusal is noted and goes no further: the log must not stop the work."""
    try:
        logs.write(shop, run, batch)
    except Exception:
        _log.warning("shop %s: %d log entries are lost", shop, len(batch), exc_info=True)
        return False
    return True
