"""Reading an answer: the value that was asked for, or the failure that came instead.

Rules: Microsoft Learn, "Use OData batch" (a batch answers 200 whatever its parts say, and after a rollback still
shows 201 for the parts before the failed one); "Web services error codes" (each refusal is JSON with a code); RFC 9110
(Retry-After). A good status with a body that cannot be read is a failure. What is no JSON of Business Central's is the
answer of somebody in front of it: a proxy, a firewall, a page to sign in at.
Pure: the bytes were fetched by transport.py, what a failure means stands in retries.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from shared.business_central import wire
from shared.business_central.retries import NOT_ITS_OWN, UNREADABLE, Failure

_ALSO_ITS_OWN = frozenset({401, 404, 408, 409, 412, 429})
"""What Business Central, or the server that it runs on, answers without a word too; so are 5xx, but not 501."""


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
        return Answer(None, _failure_in(reply), wire.retry_after(reply.headers.get("Retry-After"), now))
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


def _failure_in(reply: Reply) -> Failure:
    code, message = wire.error_in(reply.content)
    if code or reply.status in _ALSO_ITS_OWN or (reply.status >= 500 and reply.status != 501):
        return Failure(reply.status, code, message)
    return Failure(reply.status, NOT_ITS_OWN, " ".join(filter(None, (message, _leads_to(reply.headers)))))


def _leads_to(headers: Mapping[str, str]) -> str:
    """Where a redirect leads: the host, for the rest may hold what nobody else may know."""
    try:
        return urlsplit(headers.get("Location", "")).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _read_value(reply: Reply, parts: Parts) -> Answer:
    if reply.content.lstrip()[:1] == b"<":
        return Answer(None, Failure(reply.status, NOT_ITS_OWN, wire.readable(reply.content)))
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
