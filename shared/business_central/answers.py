"""Reading an answer: the value that was asked for, or the failure that came instead.

Rules: Microsoft Learn, "Use OData batch" (a batch answers 200 whatever its parts say, and after a rollback still
shows 201 for the parts before the failed one); RFC 9110 (Retry-After). A good status with a body that cannot be
read is a failure. Pure: the bytes were fetched by transport.py, what a failure means stands in retries.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.business_central import wire
from shared.business_central.retries import UNREADABLE, Failure


class Reply(NamedTuple):
    """What came over the wire; status 0: nothing, `lost` (a code of retries.py) and `reason` say why."""

    status: int
    reason: str
    headers: Mapping[str, str]
    content: bytes
    lost: str = ""


class Answer(NamedTuple):
    """`failure` is None when all is well, and only then `value` is the JSON object that was asked for."""

    value: Any
    failure: Failure | None
    retry_after: timedelta | None = None


def read_answer(reply: Reply, now: datetime, *, batch_of: int = 0) -> Answer:
    """Value or failure; `batch_of` is the number of operations when it answers a batch."""
    if reply.lost:
        return Answer(None, Failure(reply.status, reply.lost, reply.reason))
    if not 200 <= reply.status < 300:
        failure = Failure(reply.status, *wire.error_in(reply.content))
        return Answer(None, failure, wire.retry_after(reply.headers.get("Retry-After"), now))
    if reply.status == 204:
        return Answer({}, None)
    return _read_value(reply, batch_of)


def _read_value(reply: Reply, batch_of: int) -> Answer:
    try:
        value = wire.decode(reply.content)
        failure = _failed_part(value["responses"], batch_of) if batch_of else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return Answer(None, Failure(reply.status, UNREADABLE, "The answer is not what was asked for."))
    if not isinstance(value, dict):
        return Answer(None, Failure(reply.status, UNREADABLE, "The answer is not a JSON object."))
    return Answer(value, failure)


def _failed_part(parts: list[dict[str, Any]], operations: int) -> Failure | None:
    """The first operation of a batch that failed, as the failure of the whole."""
    asked = {str(number) for number in range(operations)}
    foreign = [part["id"] for part in parts if part["id"] not in asked]
    if foreign or len({part["id"] for part in parts}) < len(parts):
        return Failure(200, UNREADABLE, "The batch is answered under numbers that were not asked for.")
    for part in parts:
        if int(part["status"]) >= 400:
            return Failure(int(part["status"]), *wire.error_in(wire.encode(part.get("body") or {})))
    if len(parts) < operations:
        return Failure(200, UNREADABLE, f"{len(parts)} of {operations} operations were answered.")
    return None
