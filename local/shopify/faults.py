"""Faults that tests order in advance, each for a number of times.

kind            what the next calls meet                                          parameters (default)
http_429        status 429 with Retry-After                                       retry_after (2.0)
http_5xx        an HTML page with status 500, 502 or 503                          status (502)
http_403        an HTML page with status 403, as a gateway in between sends it
throttled       THROTTLED, whatever the bucket holds
internal_error  data null and INTERNAL_SERVER_ERROR with a request id
drop_connection the connection is closed without an answer                        after_work (false)
delay           the answer comes late; its points stay reserved meanwhile         seconds (0.2)
access_revoked  401, errors as a string                                           lasts until cleared
missing_scope   the token lacks `scope`                                           scope; lasts until cleared
token_5xx       an HTML page in place of a token answer, nothing done             status (502)
token_lost      the connection is closed after the token work is done
webhook_double  the next webhook is sent twice, with one id
webhook_never   the next webhook is never sent
webhook_late    the next webhook is held back, its payload grows old              seconds (60)
webhook_swapped the next webhook is sent after the one that follows it
bulk_failed     the next bulk operation fails, the first lines are its partial data  lines (0), code
search_lag      lists show changes only after `seconds`                           seconds (5); lasts until cleared

With record="Order/5002" a fault strikes whenever that record is in an answer, and lasts until cleared; `operation`
(how the name of the document begins) narrows it, e.g. to OrderLinesNext. See `tied_faults`. So may http_5xx,
internal_error and drop_connection be tied, and these always are:
nameless_error  data null and an error without a code
max_cost        MAX_COST_EXCEEDED
no_data         data null, and no error
denied_node     the record, or its `field`, is null, and ACCESS_DENIED             field (none)
null_node       the record is null in a list, and no error
odd_field       `field` of the record holds what the schema rules out             field, value (null)
spoilt_note     the note holds "surrogate", "control" or "not utf-8" bytes         bytes
same_cursor     lists of the `operation` say that they go on where they began      operation; needs no record
"""
from __future__ import annotations

import threading
from typing import Any

TIED = {"nameless_error", "max_cost", "no_data", "denied_node", "null_node", "odd_field", "spoilt_note", "same_cursor"}
LASTING = {"access_revoked", "missing_scope", "search_lag"}
KINDS = LASTING | {"http_429", "http_5xx", "http_403", "throttled", "internal_error", "drop_connection", "delay",
                   "token_5xx", "token_lost", "webhook_double", "webhook_never", "webhook_late", "webhook_swapped",
                   "bulk_failed"} | TIED


class Faults:
    """The faults still to come. Thread-safe."""

    def __init__(self) -> None:
        self._waiting: list[dict[str, Any]] = []
        self._tied: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def add(self, kind: str, times: int = 1, **parameters: Any) -> None:
        """ValueError for an unknown kind, or one that lacks what it is tied to."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(sorted(KINDS))}")
        if kind in TIED and ("operation" if kind == "same_cursor" else "record") not in parameters:
            raise ValueError(f"fault {kind!r} must be tied to something")
        with self._lock:
            if kind == "same_cursor" or "record" in parameters:
                self._tied.append({"kind": kind, **parameters})
                return
            self._waiting.append({"kind": kind, "times": times, **parameters})

    def clear(self, kind: str | None = None) -> None:
        with self._lock:
            self._waiting = [f for f in self._waiting if kind is not None and f["kind"] != kind]
            self._tied = [f for f in self._tied if kind is not None and f["kind"] != kind]

    def tied(self) -> list[dict[str, Any]]:
        """The faults that are tied to a record or a list."""
        return list(self._tied)

    def take(self, kind: str) -> dict[str, Any] | None:
        """The next fault of this kind; counts it down unless it lasts until cleared."""
        if not self._waiting:
            return None
        with self._lock:
            fault = next((f for f in self._waiting if f["kind"] == kind), None)
            if fault and kind not in LASTING:
                fault["times"] -= 1
                if fault["times"] <= 0:
                    self._waiting.remove(fault)
            return fault

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(f) for f in (*self._waiting, *self._tied)]
