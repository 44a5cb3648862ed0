"""Signing in to Business Central: something that returns the value of the Authorization header.

Rules: Microsoft Learn, "Using service-to-service authentication" (client credentials, the scope below, no
refresh token: ask again) and "Managed identities"; user and web service key exist on-premises only.
Border: knows tokens, not Business Central. Errors: ConnectorError "bc-unauthorized" when the sign-in is
refused, "bc-intercepted" when somebody in front of the token service does that, ServiceUnavailable "bc-unavailable"
when the token service does not answer. No secret in either, nor in what the observer of the call that needed the token
is told.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Protocol

import msgspec
import requests

from shared.clock import Clock
from shared.errors import ConnectorError, ServiceUnavailable
from shared.exchange import Exchange, Observer, unobserved
from shared.json_text import decoded
from shared.texts import Sentence, as_said, sentence

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

SCOPE = "https://api.businesscentral.dynamics.com/.default"
RENEW_BEFORE_EXPIRY = timedelta(minutes=5)
RENEW_AGAIN_AFTER = timedelta(minutes=1)
_TRIES = 4
_TIMEOUT_SECONDS = (10, 30)


class TokenProvider(Protocol):
    """Gives the Authorization header's value; any thread may call it."""

    def __call__(self, observe: Observer = unobserved) -> str:
        """The full value, e.g. "Bearer eyJ…"; `observe` is told of each call that it takes to get one."""
        ...

    def forget(self) -> None:
        """It was refused: get a new one when asked next, once a minute."""
        ...


class FixedSignIn:
    """A header value that never changes."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, observe: Observer = unobserved) -> str:
        return self._value

    def forget(self) -> None:
        """Nothing can be renewed; the next refusal ends the run."""


def bearer(token: str) -> FixedSignIn:
    """A token that somebody else obtained, e.g. the simulator's development token."""
    return FixedSignIn(f"Bearer {token}")


def basic(user: str, web_service_key: str) -> FixedSignIn:
    """User name and web service access key of an on-premises installation."""
    pair = base64.b64encode(f"{user}:{web_service_key}".encode()).decode()
    return FixedSignIn(f"Basic {pair}")


class _OnceAMinute:
    """When a refused sign-in may be forgotten: lanes that were refused together come one after the other, and what
    follows a minute's new token is refused like it. The caller holds his lock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: datetime | None = None

    def allows(self) -> bool:
        """Whether a minute has passed since this was last answered with yes."""
        now = self._clock.now()
        if self._last is not None and now - self._last < RENEW_AGAIN_AFTER:
            return False
        self._last = now
        return True


class _Granted(msgspec.Struct, frozen=True):
    """A token and its life in seconds (RFC 6749, section 5.1)."""

    access_token: Annotated[str, msgspec.Meta(pattern=r"\A[\x21-\x7e]+\Z")]
    expires_in: Annotated[float, msgspec.Meta(ge=0, le=10**9)] = 3600


class ClientCredentials:
    """OAuth client credentials against any token endpoint; keeps the token until shortly before it expires."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        clock: Clock,
        *,
        scope: str = SCOPE,
        http_gate: Callable[[], None] = lambda: None,
    ) -> None:
        self._token_url = token_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
        }
        self._clock = clock
        self._http_gate = http_gate
        self._lock = threading.Lock()
        self._value = ""
        self._renew_at = clock.now()
        self._once_a_minute = _OnceAMinute(clock)

    def __call__(self, observe: Observer = unobserved) -> str:
        with self._lock:
            if not self._value or self._clock.now() >= self._renew_at:
                self._value, self._renew_at = self._fetch(observe)
            return self._value

    def forget(self) -> None:
        with self._lock:
            if self._once_a_minute.allows():
                self._value = ""

    def _fetch(self, observe: Observer) -> tuple[str, datetime]:
        answer = self._ask(observe)
        try:
            # Not strict: Entra's older endpoint writes the seconds as a text.
            granted = msgspec.convert(decoded(answer.content), _Granted, strict=False)
        except msgspec.DecodeError:
            raise ServiceUnavailable("bc-unavailable", sentence("The token service's answer holds no token.")) from None
        ends = self._clock.now() + timedelta(seconds=granted.expires_in)
        return f"Bearer {granted.access_token}", ends - RENEW_BEFORE_EXPIRY

    def _ask(self, observe: Observer) -> requests.Response:
        problem = sentence("The token service did not answer.")
        for tries in range(_TRIES):
            self._clock.sleep(2.0**tries if tries else 0)
            self._http_gate()
            began = self._clock.now()
            try:
                answer = requests.post(
                    self._token_url, data=self._form, timeout=_TIMEOUT_SECONDS, allow_redirects=False
                )
            except requests.RequestException as lost:
                problem = sentence("The token service did not answer ({why}).", why=type(lost).__name__)
                observe(self._exchange(began, tries, 0, type(lost).__name__, "(no answer)"))
                continue
            granted = answer.ok and not answer.is_redirect
            reason = "" if granted else self._without_secret(_reason(answer))
            said = "(not shown)" if granted else str(_refused(answer.status_code, reason))
            observe(self._exchange(began, tries, answer.status_code, answer.reason or "", said))
            if granted:
                return answer
            if answer.status_code < 500 and answer.status_code != 429:
                raise _final(answer.status_code, reason)
            problem = sentence("The token service answered {status}.", status=answer.status_code)
        raise ServiceUnavailable("bc-unavailable", problem)

    def _exchange(self, began: datetime, tries: int, status: int, reason: str, response: str) -> Exchange:
        """Bodies hold nothing but secrets: the journal gets what was asked for, and why it was refused."""
        return Exchange(
            at=began, direction="Business Central", method="POST", url=self._token_url, status=status,
            description=reason, seconds=(self._clock.now() - began).total_seconds(), request="(sign-in; not shown)",
            response=response, retry=tries, has_error=not 200 <= status < 300,
        )

    def _without_secret(self, text: str) -> str:
        secret = self._form["client_secret"]
        return text.replace(secret, "***") if secret else text


def _refused(status: int, reason: str) -> Sentence:
    return sentence("The token service refused the sign-in with {status}: {reason}", status=status,
                    reason=as_said(reason) if reason else sentence("no reason given"))


def _final(status: int, reason: str) -> ConnectorError:
    """A token service says in JSON why it refuses (RFC 6749, section 5.2)."""
    if reason:
        return ConnectorError("bc-unauthorized", _refused(status, reason))
    return ConnectorError("bc-intercepted", sentence(
        "Something in front of the token service answered in its place with {status}.", status=status))


def _reason(answer: requests.Response) -> str:
    """The token service's reason, cut before the trace ids: AADSTS7000215: Invalid client secret…"""
    try:
        said = decoded(answer.content)
        reason = str(said.get("error_description") or said.get("error") or "")
    except (msgspec.DecodeError, AttributeError):
        reason = ""
    return reason.split("Trace ID:")[0].splitlines()[0].strip()[:300] if reason else ""


class AzureIdentity:
    """A token from azure-identity, which keeps and renews it; `make` builds the credential when first used."""

    def __init__(self, make: Callable[[], TokenCredential], clock: Clock, *, scope: str = SCOPE) -> None:
        self._make = make
        self._scope = scope
        self._once_a_minute = _OnceAMinute(clock)
        self._lock = threading.Lock()
        self._credential: TokenCredential | None = None

    def __call__(self, observe: Observer = unobserved) -> str:
        # What azure-identity calls stays inside it: there is nothing to tell.
        with self._lock:
            self._credential = self._credential or self._make()
            return f"Bearer {_token(self._credential, self._scope)}"

    def forget(self) -> None:
        # A new credential starts with an empty cache; the old one would give the refused token again.
        with self._lock:
            if self._once_a_minute.allows():
                self._credential = None


def _token(credential: TokenCredential, scope: str) -> str:
    from azure.core.exceptions import AzureError

    try:
        return credential.get_token(scope).token
    except AzureError as refused:
        raise ConnectorError("bc-unauthorized", sentence(
            "azure-identity gave no token ({why}).", why=type(refused).__name__)) from None


def managed_identity(clock: Clock, client_id: str = "") -> AzureIdentity:
    """The function app's own identity; `client_id` names a user-assigned one."""

    def make() -> TokenCredential:
        from azure.identity import ManagedIdentityCredential

        return ManagedIdentityCredential(client_id=client_id) if client_id else ManagedIdentityCredential()

    return AzureIdentity(make, clock)
