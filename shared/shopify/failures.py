"""What can go wrong with a request, and for how long it is tried again.

Source: "Shopify API response status and error codes" and "Shopify API rate limits". Failures of a
passing kind stand in a table with their tries and pauses; `next_wait` decides, the client waits.
Refusals are final and say what to do. Border: no I/O, no clock, no HTTP type.
"""
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import ConnectorError, OutcomeUnknown, ServiceUnavailable

LONGEST_PAUSE = 30.0
LONGEST_RETRY_AFTER = 120.0


class Passing(StrEnum):
    """Kinds of failure that may pass by themselves."""

    THROTTLED = "throttled"
    TOO_MANY_REQUESTS = "too many requests"
    SERVER_FAULT = "server fault"
    NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Rule:
    """How often a request is sent in all, the first pause in seconds (doubled each time), the code."""

    tries: int
    first_pause: float
    code: str


RULES = {
    Passing.THROTTLED: Rule(8, 0.5, "shopify-throttled"),
    Passing.TOO_MANY_REQUESTS: Rule(6, 1.0, "shopify-throttled"),
    Passing.SERVER_FAULT: Rule(3, 1.0, "shopify-unavailable"),
    Passing.NO_ANSWER: Rule(3, 1.0, "shopify-unavailable"),
}

REFUSED_STATUS = {
    401: ("reconnect-required", "Shopify does not accept the access token"),
    402: ("shopify-refused", "the shop is frozen until its Shopify bill is paid"),
    403: ("access-scope-changed", "the app may not do this; a scope is missing or not approved"),
    404: ("shop-url-invalid", "there is no Shopify shop at this address"),
    423: ("shopify-refused", "Shopify has locked the shop"),
    430: ("shopify-refused", "Shopify's security check rejected the request"),
}


@dataclass(frozen=True)
class Failure:
    """A passing failure: its kind, a sentence for the log, and the wait Shopify asked for (seconds)."""

    kind: Passing
    sentence: str
    asked_wait: float | None = None


def next_wait(failure: Failure, tries: int, chance: float, *, most_tries: int | None = None) -> float | None:
    """Seconds to wait before the next try, or None to give up.

    tries       requests sent so far, at least 1
    chance      a random number in 0..1 that spreads the pauses, so that shops do not retry in step
    most_tries  an upper bound below the table's, for callers with a better idea than waiting
    """
    rule = RULES[failure.kind]
    allowed = rule.tries
    if most_tries is not None and failure.kind in (Passing.SERVER_FAULT, Passing.NO_ANSWER):
        allowed = min(allowed, most_tries)
    asked = failure.asked_wait or 0.0
    if tries >= allowed or asked > LONGEST_RETRY_AFTER:
        return None
    pause: float = min(LONGEST_PAUSE, rule.first_pause * 2.0 ** (tries - 1))
    return max(asked, pause * (0.5 + chance / 2))


def gave_up(failure: Failure, tries: int, *, wrote: bool) -> ConnectorError:
    """The error for a failure that did not pass. `wrote`: the request was a mutation."""
    detail = f"{failure.sentence} ({tries} {'try' if tries == 1 else 'tries'})"
    if wrote and failure.kind in (Passing.SERVER_FAULT, Passing.NO_ANSWER):
        return OutcomeUnknown("shopify-unavailable", f"{detail}; the change may have been made")
    return ServiceUnavailable(RULES[failure.kind].code, detail)


def refused(status: int, text: str) -> ConnectorError:
    """The error for a status that no retry will change; `text` is what Shopify wrote, if anything."""
    code, reason = REFUSED_STATUS.get(status, ("shopify-refused", "Shopify does not accept the request"))
    words = f": {text}" if text else ""
    return ConnectorError(code, f"HTTP {status}: {reason}{words}")
