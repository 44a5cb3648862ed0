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
bulk_canceled   the next bulk operation stalls, and Shopify cancels it
bulk_cut        the next file is cut off after so many bytes                      after (1000)
bulk_5xx        the next file is answered with an HTML page                       status (503)
bulk_moved      the next file's address is served no more, the operation names another
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
from collections.abc import Collection
from typing import Any

from local.shopify.access import all_scopes
from local.shopify.schema import load_schema
from local.shopify.specs import check_fields
from local.shopify.tied_faults import SPOILT

RECORD_OR_LIST = {"operation", "record", "bare"}
TIED = {
    "nameless_error": RECORD_OR_LIST, "max_cost": RECORD_OR_LIST, "no_data": RECORD_OR_LIST,
    "null_node": RECORD_OR_LIST, "denied_node": RECORD_OR_LIST | {"field"},
    "odd_field": RECORD_OR_LIST | {"field", "value"}, "spoilt_note": RECORD_OR_LIST | {"bytes"},
    "same_cursor": {"operation"},
}
TIED_OR_NOT = {"http_5xx": {"status"}, "internal_error": set[str](), "drop_connection": set[str]()}
LASTING = {"access_revoked": set[str](), "missing_scope": {"scope"}, "search_lag": {"seconds"}}
COUNTED = {
    "http_429": {"retry_after"}, "http_5xx": {"status"}, "http_403": set[str](), "throttled": set[str](),
    "internal_error": set[str](), "drop_connection": {"after_work"}, "delay": {"seconds"}, "token_5xx": {"status"},
    "token_lost": set[str](), "webhook_double": set[str](), "webhook_never": set[str](), "webhook_late": {"seconds"},
    "webhook_swapped": set[str](), "bulk_failed": {"lines", "code"},
    "bulk_canceled": set[str](), "bulk_cut": {"after"}, "bulk_5xx": {"status"}, "bulk_moved": set[str](),
}
"""The kinds, and the parameters that each of them knows: tied ones, those that may be tied, the others."""

KINDS = {*TIED, *LASTING, *COUNTED}
NEEDED = {"same_cursor": {"operation"}, "odd_field": {"record", "field"}, "spoilt_note": {"record", "bytes"},
          "missing_scope": {"scope"}}


def check(kind: str, times: int, parameters: dict[str, Any], operations: Collection[str] = ()) -> bool:
    """Whether the fault is tied. ValueError for what means nothing: an unknown kind or parameter, one that is lacking,
    a type, field or scope that Shopify does not have, a number of times for what lasts until cleared, an `operation`
    with which none of the client's `operations` begins, if they are known."""
    if kind not in KINDS:
        raise ValueError(f"unknown fault {kind!r}; known: {', '.join(sorted(KINDS))}")
    tied = kind in TIED or (kind in TIED_OR_NOT and "record" in parameters)
    known = (TIED.get(kind) or TIED_OR_NOT[kind] | RECORD_OR_LIST) if tied else (LASTING | COUNTED)[kind]
    if unknown := sorted(parameters.keys() - known):
        raise ValueError(f"fault {kind!r} knows no {', '.join(unknown)}; known: {', '.join(sorted(known)) or 'none'}")
    if lacking := sorted(NEEDED.get(kind, {"record"} if kind in TIED else set()) - parameters.keys()):
        raise ValueError(f"fault {kind!r} must be tied to something: it lacks {', '.join(lacking)}")
    if times != 1 and (tied or kind in LASTING):
        raise ValueError(f"fault {kind!r} lasts until it is cleared, so it takes no number of times")
    if parameters.get("bytes", "control") not in SPOILT:
        raise ValueError(f"fault {kind!r} knows these bytes: {', '.join(SPOILT)}")
    if "scope" in parameters and parameters["scope"] not in all_scopes(load_schema()):
        raise ValueError(f"Shopify has no scope {parameters['scope']!r}")
    operation = str(parameters.get("operation", ""))
    if operations and not any(name.startswith(operation) for name in operations):
        raise ValueError(f"no operation begins with {operation!r}; known: {', '.join(sorted(operations))}")
    if "record" in parameters:
        typename, _, number = str(parameters["record"]).partition("/")
        if not number.isdigit():
            raise ValueError(f"a record is written like Order/5002, not {parameters['record']!r}")
        check_fields(typename, [parameters["field"]] if parameters.get("field") else [])
    return tied


class Faults:
    """The faults still to come. Thread-safe.

    operations  names of the documents that the client asks, if they are known
    """

    def __init__(self, operations: Collection[str] = ()) -> None:
        self._operations = operations
        self._waiting: list[dict[str, Any]] = []
        self._tied: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def add(self, kind: str, times: int = 1, **parameters: Any) -> None:
        """ValueError as `check`."""
        tied = check(kind, times, parameters, self._operations)
        with self._lock:
            if tied:
                self._tied.append({"kind": kind, **parameters})
            else:
                self._waiting.append({"kind": kind, "times": times, **parameters})

    def clear(self, kind: str | None = None) -> None:
        """Forget all that were ordered, or those of one kind; ValueError for an unknown one."""
        if kind is not None and kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}")
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
