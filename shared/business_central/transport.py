"""Sending one request until there is an answer to act on: gate, pace, sign-in, retries, report.

Rules: Microsoft Learn, "Operational limits for Business Central online"; what a failure means stands as a table
in retries.py. Each attempt is reported to the observer, also one that was not answered. The sign-in never
leaves this module: not in an exchange, not in an error.
Border: knows HTTP and nothing of entities; client.py builds the calls and reads the values.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from ssl import SSLCertVerificationError
from typing import NamedTuple, NoReturn

import requests

from shared.business_central.answers import NO_PARTS, Answer, Parts, Reply, failed_parts, read_answer
from shared.business_central.lanes import Lanes
from shared.business_central.refusals import Written, intercepted, refusal
from shared.business_central.request_window import DEFAULT_LIMIT, RequestWindow
from shared.business_central.retries import (
    ANSWER_LOST,
    NOT_CONNECTED,
    NOT_ITS_OWN,
    Action,
    Failure,
    action_for,
    is_locked,
    next_wait,
)
from shared.business_central.sign_in import TokenProvider
from shared.clock import Clock
from shared.errors import OutcomeUnknown, ServiceUnavailable
from shared.exchange import Exchange, Observer, unobserved
from shared.outgoing import Session
from shared.patience import Patience
from shared.texts import Sentence, sentence

_HEADERS = {"Accept": "application/json", "Accept-Language": "en-US", "User-Agent": "serverless-shopify-connector"}


Before = Callable[[], None] | None
"""What is called right before a request goes out; an error of it keeps the request from being sent."""


class Call(NamedTuple):
    """One request. writes: operations of it that change something; weight: requests it may count as; parts: those of a
    batch."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    written: Written
    writes: int
    weight: int = 1
    parts: Parts = NO_PARTS
    before: Before = None


class Transport:
    """Keeps connections (one per thread), the request window and the counts alive between calls.

    http_gate   called before every request; raises when this environment may not make any
    jitter      a number from 0 to 1 for each wait
    lanes       requests under way at once
    patience    how long all tries that fail may take, pauses included
    calls, writes  attempts made, and write operations among them
    """

    def __init__(
        self,
        sign_in: TokenProvider,
        clock: Clock,
        http_gate: Callable[[], None] = lambda: None,
        observe: Observer = unobserved,
        *,
        requests_per_five_minutes: int = DEFAULT_LIMIT,
        at_once: int = 5,
        timeout_seconds: tuple[float, float] = (10, 120),
        jitter: Callable[[], float] = random.random,
        patience: Patience | None = None,
    ) -> None:
        self._clock = clock
        self._sign_in = sign_in
        self._http_gate = http_gate
        self._observe = observe
        self._timeout = timeout_seconds
        self._jitter = jitter
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self.lanes = Lanes(at_once)
        self._window = RequestWindow(requests_per_five_minutes)
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self.calls = 0
        self.writes = 0

    def close(self) -> None:
        """Close the connections; new ones are opened when needed."""
        with self._lock:
            sessions, self._sessions, self._local = self._sessions, [], threading.local()
        for session in sessions:
            session.close()

    def send(self, call: Call) -> Answer:
        """Send until there is an answer to act on: a good one or a refusal. Everything else is raised."""
        tries, signed_in_again = 0, False
        while True:
            tries += 1
            began = self._clock.now()
            answer = self._attempt(call, tries)
            action = _action(answer.failure, call) if answer.failure else None
            if answer.failure is None or action is Action.REFUSE:
                return answer
            if action is Action.LOOK_UP:
                raise OutcomeUnknown("outcome-unknown", sentence(
                    "{request}: {reason}", request=call.written.entity_set, reason=said_of(answer.failure)))
            if action is Action.RENEW_SIGN_IN:
                if signed_in_again:
                    raise refusal(answer.failure, call.written)
                signed_in_again = True
                self._sign_in.forget()
                continue
            wait = next_wait(answer.failure, tries, answer.retry_after, self._jitter())
            if wait is None or not self._patience.lasts((self._clock.now() - began + wait).total_seconds()):
                _give_up(answer.failure, call, tries)
            self._clock.sleep(wait.total_seconds())

    def _attempt(self, call: Call, tries: int) -> Answer:
        self._http_gate()
        with self.lanes.one(asks=not call.writes) as turn:
            self._take_place(call)
            authorization = self._sign_in(self._observe)
            if call.before is not None:
                call.before()  # the last thing: whatever was waited for above lies behind us
            sent_at = self._clock.now()
            reply = self._exchange(call, authorization)
            answered_at = self._clock.now()
        if reply.status == 429:
            self.lanes.turned_away(turn)
        elif 200 <= reply.status < 500:
            self.lanes.answered()
        seconds = (answered_at - sent_at).total_seconds()
        answer = read_answer(reply, answered_at, parts=call.parts)._replace(seconds=seconds)
        self._report(call, tries, sent_at, reply, answer)
        return answer

    def _exchange(self, call: Call, authorization: str) -> Reply:
        headers = {**_HEADERS, **call.headers, "Authorization": authorization}
        try:
            response = self._session().request(
                call.method, call.url, data=call.body or None, headers=headers, timeout=self._time_for(call),
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as lost:
            return Reply(0, _why_lost(lost), {}, b"", _how_lost(lost))
        content = _without_secret(response.content, authorization)
        return Reply(response.status_code, response.reason or "", response.headers, content)

    def _time_for(self, call: Call) -> tuple[float, float]:
        """Seconds to connect and to answer: what is only read is not waited for longer than patience goes."""
        connect, answer = self._timeout
        return connect, min(answer, self._patience.seconds) if call.method == "GET" else answer

    def _take_place(self, call: Call) -> None:
        with self._lock:
            self.calls += 1
            self.writes += call.writes
            wait = self._window.reserve(self._clock.now(), call.weight)
        self._clock.sleep(wait.total_seconds())

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = Session()
            with self._lock:
                self._sessions.append(session)
        return session

    def _report(self, call: Call, tries: int, sent_at: datetime, reply: Reply, answer: Answer) -> None:
        refused = failed_parts(answer, call.parts)
        self._observe(
            Exchange(
                at=sent_at,
                direction="Business Central",
                method=call.method,
                url=call.url,
                status=reply.status,
                description=", ".join([reply.reason, *refused]),
                seconds=answer.seconds,
                request=call.body.decode(),
                response=reply.content.decode("utf-8", "replace"),
                request_id=reply.headers.get("request-id", ""),
                retry=tries - 1,
                has_error=answer.failure is not None or bool(refused),
            )
        )


def _action(failure: Failure, call: Call) -> Action:
    """What a failure asks for. A batch whose parts stand for themselves may have begun when a lock ended it."""
    action = action_for(failure, call.method)
    return Action.LOOK_UP if call.parts.each and action is Action.REPEAT and is_locked(failure) else action


def request_of(call: Call) -> str:
    """GET items."""
    return f"{call.method} {call.written.entity_set}"


def _how_lost(lost: requests.RequestException) -> str:
    """Whether the request can have reached the other side; in doubt, yes."""
    # A ValueError is an address or header that cannot be sent at all.
    if isinstance(lost, (requests.exceptions.ConnectTimeout, ValueError)):
        return NOT_CONNECTED
    reason = type(_reason(lost)).__name__
    refused = reason in ("NewConnectionError", "NameResolutionError") or _on_the_way(lost) is not None
    return NOT_CONNECTED if refused else ANSWER_LOST


def _why_lost(lost: requests.RequestException) -> str:
    """In the words of the program; what a proxy or a certificate is about, too."""
    why = _on_the_way(lost)
    return f"{type(lost).__name__}: {why}" if why else type(lost).__name__


def _on_the_way(lost: requests.RequestException) -> BaseException | None:
    """What a proxy says that leads nowhere, or why a certificate is not trusted: then nothing was sent."""
    causes = [one for one in getattr(_reason(lost), "args", ()) if isinstance(one, OSError)]
    if isinstance(lost, requests.exceptions.ProxyError):
        return next(iter(causes), lost)
    return next((one for one in causes if isinstance(one, SSLCertVerificationError)), None)


def _reason(lost: requests.RequestException) -> object:
    cause = lost.args[0] if isinstance(lost, requests.exceptions.ConnectionError) and lost.args else None
    return getattr(cause, "reason", None)


def said_of(failure: Failure) -> Sentence:
    """One sentence about a failure that is not Business Central's own refusal."""
    if failure.code == NOT_CONNECTED:
        return sentence("no connection could be made ({why}).", why=failure.message)
    if failure.status == 0:
        return sentence("no answer came ({why}).", why=failure.message)
    said = failure.message if failure.code == NOT_ITS_OWN else f"{failure.code} {failure.message}"
    return sentence("answer {status} {words}", status=failure.status, words=said.strip())


def _give_up(failure: Failure, call: Call, tries: int) -> NoReturn:
    if failure.code == NOT_ITS_OWN:
        raise intercepted(failure, request_of(call))
    code = "bc-throttled" if failure.status == 429 else "bc-unavailable"
    raise ServiceUnavailable(code, sentence(
        "After one try: {reason}" if tries == 1 else "After {tries} tries: {reason}", tries=tries,
        reason=said_of(failure)))


def _without_secret(content: bytes, authorization: str) -> bytes:
    secret = authorization.split(" ", 1)[-1].encode()
    return content.replace(secret, b"***") if secret else content
