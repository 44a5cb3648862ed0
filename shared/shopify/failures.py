"""What can go wrong with a request, and for how long it is tried again.

Source: "Shopify API response status and error codes" and "Shopify API rate limits". Failures of a
passing kind stand in a table with their tries and pauses; `next_wait` decides, the client waits.
Refusals are final and say what to do. Border: no I/O, no clock, no HTTP type.
"""
from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from shared.errors import ConnectorError, OutcomeUnknown, ServiceUnavailable
from shared.texts import Sentence, sentence

LONGEST_PAUSE = 30.0
LONGEST_RETRY_AFTER = 120.0


class QueryFailed(ConnectorError):
    """Shopify took the question and could not answer it: one of the records it is about may be the reason."""


class AccessDenied(QueryFailed):
    """The token may not read some fields: `fields` are their paths, such as "nodes.customer".

    of_records  it was denied below single records of a list, not as a whole
    of_some     and others of the same list were given
    of_several  and of no record of the list, which has more than one
    """

    def __init__(self, sentence: Sentence, *, fields: frozenset[str] = frozenset(), of_records: bool = False,
                 of_some: bool = False, of_several: bool = False) -> None:
        super().__init__("access-scope-changed", sentence)
        self.fields, self.of_records, self.of_some, self.of_several = fields, of_records, of_some, of_several

    def concerns(self, name: str) -> bool:
        """Whether the field of this name is among what was denied."""
        return any(name in field.replace(" ", ".").split(".") for field in self.fields)


def may_be_a_records(problem: ConnectorError) -> bool:
    """Whether a smaller question might be answered: not where the shop, the token or the points are the reason."""
    if isinstance(problem, AccessDenied):
        return problem.of_records
    return isinstance(problem, QueryFailed) or problem.code == "shopify-unavailable"


class Passing(StrEnum):
    """Kinds of failure that may pass by themselves."""

    THROTTLED = "throttled"
    TURNED_AWAY = "turned away"
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
    Passing.TURNED_AWAY: Rule(4, 2.0, "shopify-refused"),
    Passing.SERVER_FAULT: Rule(3, 1.0, "shopify-unavailable"),
    Passing.NO_ANSWER: Rule(3, 1.0, "shopify-unavailable"),
}

REFUSED_STATUS = {
    401: ("reconnect-required", sentence("Shopify does not accept the access token")),
    402: ("shopify-refused", sentence("the shop is frozen until its Shopify bill is paid")),
    403: ("access-scope-changed", sentence("the app may not do this; a scope is missing or not approved")),
    404: ("shop-url-invalid", sentence("there is no Shopify shop at this address")),
    423: ("shopify-refused", sentence("Shopify has locked the shop")),
    430: ("shopify-refused", sentence("Shopify's security check rejected the request")),
}

AT_THE_EDGE = frozenset({403, 430})
"""What a guard in front of Shopify's API answers too: a challenge (403), a security rejection (430), as an HTML page or
an error of its own form. Shopify's API itself says in `errors` why it refuses. Sources: Cloudflare, "Detect a Challenge
Page response"; Shopify/shopify-api-js#1030 (430 comes and goes, with an HTML page); community.shopify.dev/t/33386
(challenge pages in bursts at a GraphQL endpoint)."""

PASSING_STATUS = frozenset({408, 421})
"""Beside 5xx: the request was not read in time, or reached a server that does not serve this shop (RFC 9110)."""

REDIRECTS = frozenset({301, 302, 307, 308})
SHOP_HOST = re.compile(r"[a-z0-9][a-z0-9-]{0,99}\.myshopify\.com")


@dataclass(frozen=True)
class Failure:
    """A passing failure: its kind, what it says of it, and the wait Shopify asked for (seconds)."""

    kind: Passing
    sentence: Sentence
    asked_wait: float | None = None


def next_wait(failure: Failure, tries: int, chance: float, *, most_tries: int | None = None) -> float | None:
    """Seconds to wait before the next try, or None to give up.

    tries       requests that failed in this way so far, at least 1
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
    told = sentence("{reason} (1 try)" if tries == 1 else "{reason} ({tries} tries)", reason=failure.sentence,
                    tries=tries)
    if wrote and failure.kind in (Passing.SERVER_FAULT, Passing.NO_ANSWER):
        return OutcomeUnknown("shopify-unavailable", sentence(
            "{reason}; the change may have been made", reason=told))
    return ServiceUnavailable(RULES[failure.kind].code, told)


class ShopMoved(ConnectorError):
    """The shop is there, under another address."""


def moved(status: int, location: str) -> ShopMoved | None:
    """The error for a redirect to another shop's address; None if it leads anywhere else."""
    try:
        host = urlsplit(location).hostname or ""
    except ValueError:
        return None
    if status not in REDIRECTS or not SHOP_HOST.fullmatch(host):
        return None
    return ShopMoved("shop-url-invalid", sentence(
        "HTTP {status}: the shop's address has changed, Shopify names {host}", status=status, host=host))


def refused(status: int, text: str) -> ConnectorError:
    """The error for a status that no retry will change; `text` is what Shopify wrote, if anything."""
    code, reason = REFUSED_STATUS.get(status, ("shopify-refused", sentence("Shopify does not accept the request")))
    return ConnectorError(code, sentence("HTTP {status}: {reason}: {words}" if text else "HTTP {status}: {reason}",
                                         status=status, reason=reason, words=text))
