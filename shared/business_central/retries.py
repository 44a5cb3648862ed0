"""What to do after a call that failed, as a table, and how long to wait, as a pure function.

Rules: Microsoft Learn, "Operational limits for Business Central online" (429, 503, 504) and "Web services
error codes". The one question behind the table: may the request have been carried out? A POST that may
have been is never repeated here, since Business Central has no idempotency key. GET and DELETE may always
be repeated, and so may PATCH: it carries an ETag, so the second of two equal ones is refused.
Border: decides only. client.py waits and sends; refusals.py finds words for what is refused.
"""

from __future__ import annotations

import re
from datetime import timedelta
from enum import Enum
from fnmatch import fnmatchcase
from typing import NamedTuple

NOT_CONNECTED = "not-connected"
"""Code of ours (status 0): no connection was made, so nothing was sent."""
ANSWER_LOST = "answer-lost"
"""Code of ours (status 0): the request was sent, the answer did not come or broke off."""
UNREADABLE = "unreadable-answer"
"""Code of ours (status 2xx): the answer is not JSON."""
NOT_ITS_OWN = "not-its-own"
"""Code of ours: somebody in front of Business Central answered in its place, see answers.py."""

TRIES = 6
LONGEST_BACKOFF = timedelta(seconds=60)
LONGEST_WAIT = timedelta(minutes=5)
"""A service that asks for more patience is left alone until the next run."""


class Action(Enum):
    REPEAT = "wait and send it again"
    RENEW_SIGN_IN = "sign in again and send it once more"
    LOOK_UP = "the write may have happened: look before writing again"
    REFUSE = "sending it again would not help"


class Failure(NamedTuple):
    """A call that did not succeed. status 0 = no answer; code and message as wire.error_in reads them."""

    status: int
    code: str
    message: str = ""


class _Rule(NamedTuple):
    statuses: range
    code: str
    text: str
    otherwise: Action
    post: Action


_ANY = range(1000)
_LOCKED = (
    r"in a transaction done by another session|locked by another user|deadlocked with another"
    r"|transaction .{0,40}une autre session|verrouillée? par un autre utilisateur"
)
_TOO_LARGE = r"batch message contains too many parts"
_QUEUED = r"\bqueued?\b|file d.attente"


def _one(status: int) -> range:
    return range(status, status + 1)


_RULES = (
    #     status            code                         text        GET DELETE PATCH      POST
    _Rule(range(400, 600), NOT_ITS_OWN, "", Action.REFUSE, Action.REFUSE),
    _Rule(_one(401), "*", "", Action.RENEW_SIGN_IN, Action.RENEW_SIGN_IN),
    _Rule(_one(429), "*", "", Action.REPEAT, Action.REPEAT),
    _Rule(range(400, 600), "*", _LOCKED, Action.REPEAT, Action.REPEAT),
    _Rule(_one(0), NOT_CONNECTED, "", Action.REPEAT, Action.REPEAT),
    _Rule(_one(0), "*", "", Action.REPEAT, Action.LOOK_UP),
    _Rule(range(200, 300), "*", "", Action.REPEAT, Action.LOOK_UP),
    _Rule(range(300, 400), "*", "", Action.REPEAT, Action.REPEAT),
    _Rule(_one(503), "Internal_TenantUnavailable", "", Action.REPEAT, Action.REPEAT),
    _Rule(_one(503), "*", _QUEUED, Action.REPEAT, Action.REPEAT),
    _Rule(_one(500), "Unknown", _TOO_LARGE, Action.REFUSE, Action.REFUSE),
    _Rule(_one(501), "*", "", Action.REFUSE, Action.REFUSE),
    _Rule(_one(408), "*", "", Action.REPEAT, Action.LOOK_UP),
    _Rule(range(500, 600), "*", "", Action.REPEAT, Action.LOOK_UP),
    _Rule(_ANY, "*", "", Action.REFUSE, Action.REFUSE),
)


def action_for(failure: Failure, method: str) -> Action:
    """The first rule that fits; `method` is the HTTP verb in capitals."""
    for rule in _RULES:
        if _fits(rule, failure):
            return rule.post if method == "POST" else rule.otherwise
    raise AssertionError("the last rule fits everything")


def _fits(rule: _Rule, failure: Failure) -> bool:
    return (
        failure.status in rule.statuses
        and fnmatchcase(failure.code, rule.code)
        and (not rule.text or re.search(rule.text, failure.message, re.IGNORECASE) is not None)
    )


def next_wait(
    failure: Failure, tries: int, retry_after: timedelta | None = None, jitter: float = 0.0
) -> timedelta | None:
    """How long to wait before sending again, None when that is enough.

    tries        how often it was sent already, 1 or more
    retry_after  what the answer asked for; obeyed up to LONGEST_WAIT
    jitter       0 to 1, chosen by the caller: spreads callers that failed together
    """
    if tries >= TRIES or (retry_after or timedelta(0)) > LONGEST_WAIT:
        return None
    if retry_after is not None:
        return retry_after + timedelta(seconds=jitter)
    first = 0.5 if is_locked(failure) else 2.0
    backoff = min(timedelta(seconds=first * 2.0 ** (tries - 1)), LONGEST_BACKOFF)
    return backoff * (1 + jitter / 2)


def is_locked(failure: Failure) -> bool:
    """Whether another session held the rows; the transaction was rolled back."""
    return failure.status >= 400 and re.search(_LOCKED, failure.message, re.IGNORECASE) is not None
