"""Asks Shopify's GraphQL Admin API: one document, one answer, whatever happens in between.

Source: "GraphQL Admin API reference" (endpoint, headers, versions) and "Shopify API rate limits".
A client belongs to one shop. It waits for points before it asks, repeats what may pass, and reports
every attempt. Callers meet an Answer or a ConnectorError, never an HTTP type; the token appears in
one request header and nowhere else. Requests go out one at a time, so one prefetching thread is safe.
"""
from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, overload
from urllib.parse import urlsplit

import msgspec
import requests

from shared.clock import Clock
from shared.errors import ConnectorError, ServiceUnavailable
from shared.exchange import Exchange, Observer, unobserved
from shared.outgoing import Session
from shared.patience import Patience
from shared.shopify.answers import Answer, Understood, understand
from shared.shopify.documents import Document, document
from shared.shopify.failures import Failure, Passing, gave_up, next_wait
from shared.shopify.throttle import PointsBudget
from shared.texts import count, sentence
from shared.told_clock import ToldClock

T = TypeVar("T")

API_VERSION = "2026-10"
LONGEST_REQUEST = 50_000
TIMEOUT_SECONDS = (5.0, 45.0)


@dataclass
class Usage:
    """What the client did since it was made: requests sent, points, refusals for want of points."""

    calls: int = 0
    requested_points: float = 0.0
    actual_points: float = 0.0
    throttled: int = 0


def allowed() -> None:
    """The gate that is open."""


def not_known(scopes: Iterable[str]) -> bool:
    """Nothing is known of the token's scopes."""
    return False


class ShopifyClient:
    """The connection to one shop: session, points budget, counters, page sizes that worked, scopes denied.

    base_url         https://demo-fr.myshopify.com
    token            gives the current access token; asked anew for each attempt
    their_clock      hears the Date of every answer
    http_gate        raises ConnectorError when this environment may not make HTTP requests
    mutation_gate    raises ConnectorError when data may not be changed in Shopify
    observe          gets an Exchange for every attempt
    on_unauthorized  called once after a 401, before the last try; may renew the token
    lacks            whether the token is known to have none of these scopes
    chance           gives random numbers in 0..1 that spread the retries
    patience         how long all tries that fail may take, pauses included
    """

    def __init__(self, base_url: str, *, token: Callable[[], str], clock: Clock,
                 their_clock: ToldClock | None = None,
                 api_version: str = API_VERSION, http_gate: Callable[[], None] = allowed,
                 mutation_gate: Callable[[], None] = allowed, observe: Observer = unobserved,
                 on_unauthorized: Callable[[], None] | None = None,
                 lacks: Callable[[Iterable[str]], bool] = not_known,
                 chance: Callable[[], float] = random.random,
                 timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
                 patience: Patience | None = None) -> None:
        self.url = f"{base_url.rstrip('/')}/admin/api/{api_version}/graphql.json"
        self.usage = Usage()
        self.budget = PointsBudget()
        self.page_sizes: dict[str, int] = {}
        self.denied: set[frozenset[str]] = set()
        self._token, self._clock, self._version = token, clock, api_version
        self.their_clock = their_clock or ToldClock(clock)
        self._http_gate, self._mutation_gate, self._observe = http_gate, mutation_gate, observe
        self._on_unauthorized, self._chance, self._timeout = on_unauthorized, chance, timeout_seconds
        self._lacks, self._patience = lacks, patience or Patience()
        self._costs: dict[tuple[str, Any], float] = {}
        self._session, self._files = Session(), Session()
        self._one_at_a_time = threading.Lock()

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()
        self._files.close()

    def now(self) -> datetime:
        """The time by our clock."""
        return self._clock.now()

    def wait(self, seconds: float) -> None:
        """Let so much time pass by our clock."""
        self._clock.sleep(seconds)

    def file(self, address: str, headers: Mapping[str, str]) -> requests.Response:
        """The answer to a plain request for a file that Shopify named, its body yet to be read and then to be closed.

        Without the token: whoever knows the address may read the file, so the address stays out of what is observed.
        Raises ServiceUnavailable("shopify-unavailable") if no answer came, and what the gate raises.
        """
        self._http_gate()
        began = self._clock.now()
        shown = urlsplit(address)._replace(query="", fragment="").geturl()
        sent = Exchange(at=began, direction="Shopify", method="GET", url=shown, status=0, description="", seconds=0.0,
                        request="", response="", has_error=True)
        try:
            response = self._files.get(address, headers=dict(headers), timeout=self._timeout, stream=True)
        except requests.RequestException as error:
            lost = sentence("No answer from Shopify: {error}", error=error.__class__.__name__)
            self._observe(msgspec.structs.replace(sent, description=str(lost), seconds=self._seconds_since(began)))
            raise ServiceUnavailable("shopify-unavailable", lost) from None
        self._observe(msgspec.structs.replace(
            sent, status=response.status_code, description=response.reason or "", seconds=self._seconds_since(began),
            has_error=not response.ok))
        return response

    def may_read(self, scopes: frozenset[str]) -> bool:
        """Whether to ask for what one of these scopes opens: not if they are known to be lacking, or were denied."""
        return scopes not in self.denied and not self._lacks(scopes)

    @overload
    def ask(self, asked: str | Document, variables: Mapping[str, Any] | None = None, *,
            most_tries: int | None = None) -> Answer: ...

    @overload
    def ask(self, asked: str | Document, variables: Mapping[str, Any] | None = None, *,
            type: type[T], most_tries: int | None = None) -> T: ...

    def ask(self, asked: str | Document, variables: Mapping[str, Any] | None = None, *,
            type: type[T] | None = None, most_tries: int | None = None) -> Answer | T:
        """The answer to a document (by name), as bytes or decoded as `type`.

        most_tries bounds the tries after 5xx and lost connections below the table in failures.py.
        Raises ServiceUnavailable ("shopify-throttled", "shopify-unavailable") when the tries are
        used up, OutcomeUnknown when a mutation's answer was lost, QueryFailed ("shopify-refused",
        "access-scope-changed", "record-unreadable") when this question cannot be answered, and ConnectorError
        ("reconnect-required", "access-scope-changed", "api-version-unsupported", "shop-url-invalid",
        "request-too-long", "shopify-refused", and what the gates raise).
        """
        wanted = document(asked) if isinstance(asked, str) else asked
        if wanted.changes_merchants_data:
            self._mutation_gate()
        if wanted.changes_data:
            most_tries = 1
        body = _body(wanted, variables or {})
        size = (variables or {}).get("first")
        with self._one_at_a_time:
            answer = self._answer(wanted, (wanted.name, size), body, most_tries)
        return answer if type is None else answer.read(type)

    def _answer(self, wanted: Document, cost_key: tuple[str, Any], body: bytes,
                most_tries: int | None) -> Answer:
        sent, failed, renewed = 0, Counter[Passing](), False
        while True:
            self._wait_for_points(self._costs.get(cost_key, wanted.cost))
            began = self._clock.now()
            outcome = self._attempt(wanted, cost_key, body, sent)
            sent += 1
            if isinstance(outcome, Answer):
                return outcome
            if isinstance(outcome, Failure):
                failed[outcome.kind] += 1
                wait = next_wait(outcome, failed[outcome.kind], self._chance(), most_tries=most_tries)
                if wait is None or not self._patience.lasts(self._seconds_since(began) + wait):
                    raise gave_up(outcome, sent, wrote=wanted.changes_data)
                self._clock.sleep(wait)
                continue
            if outcome.code != "reconnect-required" or renewed or self._on_unauthorized is None:
                raise outcome
            self._on_unauthorized()
            renewed = True

    def _wait_for_points(self, cost: float) -> None:
        wait = self.budget.wait_seconds(cost, self._clock.now())
        if wait > 0:
            self._clock.sleep(wait)

    def _attempt(self, wanted: Document, cost_key: tuple[str, Any], body: bytes,
                 retry: int) -> Answer | Failure | ConnectorError:
        """Send once, report it, learn from the cost it shows."""
        self._http_gate()
        headers, began = self._headers(), self._clock.now()
        self.usage.calls += 1
        sent = Exchange(at=began, direction="Shopify", method="POST", url=self.url, status=0, description="",
                        seconds=0.0, request=body.decode(), response="", retry=retry, has_error=True)
        try:
            response = self._session.post(self.url, data=body, headers=headers,
                                          timeout=self._timeout, allow_redirects=False)
        except requests.RequestException as error:
            lost = Failure(Passing.NO_ANSWER, sentence(
                "No answer from Shopify: {error}", error=error.__class__.__name__))
            self._observe(msgspec.structs.replace(
                sent, description=str(lost.sentence), seconds=self._seconds_since(began)))
            return lost
        self.their_clock.told(response.headers.get("Date"), began)
        understood = understand(response.status_code, response.headers, response.content, self._version)
        answered = _answered(sent, response, understood, self._seconds_since(began))
        self._observe(_without_token(answered, headers["X-Shopify-Access-Token"]))
        return self._learn(wanted, cost_key, understood)

    def _seconds_since(self, moment: datetime) -> float:
        return (self._clock.now() - moment).total_seconds()

    def _headers(self) -> dict[str, str]:
        return {"X-Shopify-Access-Token": self._token(), "Content-Type": "application/json",
                "Accept": "application/json"}

    def _learn(self, wanted: Document, cost_key: tuple[str, Any],
               understood: Understood) -> Answer | Failure | ConnectorError:
        cost, outcome, now = understood.cost, understood.outcome, self._clock.now()
        requested = cost.requested_query_cost
        if requested is not None:
            self._costs[cost_key] = requested
        if isinstance(outcome, Failure) and outcome.kind is Passing.THROTTLED:
            needed = requested or wanted.cost
            self.usage.throttled += 1
            self.budget.throttled(needed, cost.throttle_status, now)
            return replace(outcome, asked_wait=self.budget.wait_seconds(needed, now))
        self.usage.requested_points += requested or 0.0
        self.usage.actual_points += cost.actual_query_cost or 0.0
        if cost.throttle_status is not None:
            self.budget.answered(cost.throttle_status, now)
        return outcome


def _body(wanted: Document, variables: Mapping[str, Any]) -> bytes:
    body = msgspec.json.encode({"query": wanted.text, "variables": dict(variables)})
    length = len(body.decode())
    if length > LONGEST_REQUEST:
        raise ConnectorError("request-too-long", sentence(
            "{query} would send {length} characters; Shopify takes {most}; shorten the product's text or leave out "
            "some of its images" if wanted.writes_product
            else "{query} would send {length} characters; Shopify takes {most}", query=wanted.name,
            length=count(length), most=count(LONGEST_REQUEST)))
    return body


def _answered(sent: Exchange, response: requests.Response, understood: Understood, seconds: float) -> Exchange:
    bucket = understood.cost.throttle_status
    return msgspec.structs.replace(
        sent, status=response.status_code, description=response.reason or "", seconds=seconds,
        response=response.content.decode("utf-8", "replace"),
        request_id=response.headers.get("X-Request-Id", ""), has_error=understood.has_error,
        requested_cost=understood.cost.requested_query_cost,
        actual_cost=understood.cost.actual_query_cost,
        available_points=bucket.currently_available if bucket else None)


def _without_token(exchange: Exchange, token: str) -> Exchange:
    """The exchange as it may be shown, should an answer repeat the token."""
    if not token or token not in exchange.response:
        return exchange
    return msgspec.structs.replace(exchange, response=exchange.response.replace(token, "***"))
