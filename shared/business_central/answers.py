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
    """`failure` is None when all is well, and only then `value` is the JSON object that was asked for.

    seconds  how long it was waited for
    """

    value: Any
    failure: Failure | None
    retry_after: timedelta | None = None
    seconds: float = 0.0


class Parts(NamedTuple):
    """What a batch asks for: the ids of its parts, and whether each stands for itself or all fail together."""

    ids: tuple[str, ...] = ()
    each: bool = False


NO_PARTS = Parts()


def read_answer(reply: Reply, now: datetime, *, parts: Parts = NO_PARTS) -> Answer:
    """Value or failure; `parts` are those of a batch."""
    if reply.lost:
        return Answer(None, Failure(reply.status, reply.lost, reply.reason))
    if not 200 <= reply.status < 300:
        failure = Failure(reply.status, *wire.error_in(reply.content))
        return Answer(None, failure, wire.retry_after(reply.headers.get("Retry-After"), now))
    if reply.status == 204:
        return Answer({}, None)
    return _read_value(reply, parts)


def failed_parts(answer: Answer, parts: Parts) -> list[str]:
    """What was refused of a batch whose parts stand for themselves: "id: status"."""
    if not parts.each or answer.failure is not None:
        return []
    return [f"{part['id']}: {part['status']}" for part in answer.value["responses"] if int(part["status"]) >= 400]


def failure_of_part(part: Mapping[str, Any]) -> Failure:
    """The failure that one part of a batch was answered with."""
    return Failure(int(part["status"]), *wire.error_in(wire.encode(part.get("body") or {})))


def _read_value(reply: Reply, parts: Parts) -> Answer:
    try:
        value = wire.decode(reply.content)
        failure = _failure_of_batch(value["responses"], parts) if parts.ids else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return Answer(None, Failure(reply.status, UNREADABLE, "The answer is not what was asked for."))
    if not isinstance(value, dict):
        return Answer(None, Failure(reply.status, UNREADABLE, "The answer is not a JSON object."))
    return Answer(value, failure)


def _failure_of_batch(answered: list[dict[str, Any]], parts: Parts) -> Failure | None:
    """The first operation that failed, as the failure of the whole. Where each stands for itself: only that it cannot
    be told which answer is whose; a part without an answer is the caller's to find then."""
    ids = [part["id"] for part in answered]
    if not set(ids) <= set(parts.ids) or len(set(ids)) < len(ids):
        return Failure(200, UNREADABLE, "The batch is answered under numbers that were not asked for.")
    failed = [part for part in answered if int(part["status"]) >= 400]
    if parts.each:
        return None
    if failed:
        return failure_of_part(failed[0])
    if len(ids) < len(parts.ids):
        return Failure(200, UNREADABLE, f"{len(ids)} of {len(parts.ids)} operations were answered.")
    return None
