"""Shopify's token endpoint: a code, a refresh token or an old endless token in, a new pair out.

Source: Shopify, "Authorization code grant", "About offline access tokens" (expiring=1, refresh, exchange
of a non-expiring token) and "Uninstall app". An unanswered call is repeated with the same token, which
Shopify answers safely. Border: one store address and one call; nothing is stored here. Errors:
ConnectorError reconnect-required (invalid_grant), shop-disconnected (invalid_client), api-key-unknown,
oauth-refused; ServiceUnavailable shopify-unavailable. No token or secret in any of them.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
import requests

from shared.access.app import ShopifyApp
from shared.access.grant import TOKEN, Grant
from shared.access.scopes import read_scopes
from shared.clock import Clock
from shared.errors import ConnectorError, ServiceUnavailable
from shared.exchange import Exchange, Observer
from shared.json_text import decoded
from shared.texts import Sentence, sentence

TRIES = 2
TIMEOUT_SECONDS = (5.0, 10.0)
AT_THE_EDGE = frozenset({403, 430})
"""What a guard in front of Shopify answers, with a page of its own (shopify/failures.py names the sources)."""

UNKNOWN_APP = "could not find shopify api application"
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


Seconds = Annotated[float, msgspec.Meta(gt=0, le=10**9)]
"""Thirty years at most: what is longer is no time that could be counted with."""

OAuthOf = Callable[[str], "OAuth"]
"""Token calls that concern the shop card with this code."""


class TokenAnswer(msgspec.Struct, frozen=True):
    """Shopify's answer; seconds until the ends, and no refresh token if it never ends."""

    access_token: Annotated[str, msgspec.Meta(pattern=TOKEN)]
    scope: str = ""
    expires_in: Seconds | None = None
    refresh_token: Annotated[str, msgspec.Meta(pattern=rf"\A\Z|{TOKEN}")] = ""
    refresh_token_expires_in: Seconds | None = None


class OAuth:
    """Token calls of one app to any store, told to the observer of one shop card; keeps nothing alive."""

    def __init__(self, app: ShopifyApp, base_url: str, clock: Clock, *,
                 http_gate: Callable[[], None], observe: Observer) -> None:
        """`base_url` holds {shop} where the store's domain goes."""
        self._app, self._base_url, self._clock = app, base_url, clock
        self._http_gate, self._observe = http_gate, observe

    def address(self, host: str) -> str:
        """Where the store's pages and endpoints are."""
        return self._base_url.replace("{shop}", host).rstrip("/")

    def exchange_code(self, host: str, code: str, requested: tuple[str, ...]) -> Grant:
        """The grant that a callback's code stands for."""
        try:
            answer = self._token(host, {"code": code, "expiring": "1"}, sentence("exchange of the code"))
        except ConnectorError as problem:
            if problem.code != "shop-disconnected":
                raise
            raise ConnectorError("api-key-unknown", sentence(
                "Shopify refuses the client id and secret of the settings")) from None
        return self._grant(host, answer, requested, read_scopes(answer.scope))

    def refresh(self, grant: Grant) -> Grant:
        """A new pair for the grant's refresh token; what does not change is taken over."""
        form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        answer = self._token(grant.host, form, sentence("refresh"))
        return self._renewed(grant, answer)

    def migrate(self, grant: Grant) -> Grant:
        """An expiring pair for a token that never expires; the old token ends at once."""
        form = {"grant_type": _EXCHANGE, "subject_token": grant.access_token, "subject_token_type": _OFFLINE,
                "requested_token_type": _OFFLINE, "expiring": "1"}
        return self._renewed(grant, self._token(grant.host, form, sentence("migration")))

    def revoke(self, host: str, access_token: str) -> bool:
        """Take the app's access to the store back; False if the token was dead already, which is fine."""
        url = f"{self.address(host)}/admin/api_permissions/current.json"
        headers = {"X-Shopify-Access-Token": access_token}
        return self._send("DELETE", url, None, headers, sentence("revocation"), fine=(401, 403, 404)).ok

    def knows_the_app(self, host: str) -> bool:
        """Whether Shopify takes the client id and secret of the settings, tried with a code that nobody was given.

        The app is looked at before the code, so whatever else is refused says that the app is known.
        """
        try:
            self._token(host, {"code": "nobody-was-given-this"}, sentence("check of the client secret"))
        except ServiceUnavailable:
            raise
        except ConnectorError as problem:
            return problem.code not in ("shop-disconnected", "api-key-unknown")
        return True

    def _renewed(self, grant: Grant, answer: TokenAnswer) -> Grant:
        granted = read_scopes(answer.scope) or grant.granted
        return msgspec.structs.replace(
            self._grant(grant.host, answer, grant.requested, granted), since=grant.since)

    def _grant(self, host: str, answer: TokenAnswer, requested: tuple[str, ...], granted: tuple[str, ...]) -> Grant:
        now = self._clock.now()
        return Grant(
            access_token=answer.access_token, since=now, host=host, refresh_token=answer.refresh_token,
            expires_at=_end(now, answer.expires_in), refresh_expires_at=_end(now, answer.refresh_token_expires_in),
            obtained_at=now, requested=requested, granted=granted, own_app=True,
        )

    def _token(self, host: str, form: dict[str, str], what: Sentence) -> TokenAnswer:
        """The answer; a client secret that Shopify does not take is tried in its previous form too."""
        url = f"{self.address(host)}/admin/oauth/access_token"
        refused: ConnectorError | None = None
        for secret in self._app.secrets or ("",):
            body = form | {"client_id": self._app.client_id, "client_secret": secret}
            try:
                return _read(self._send("POST", url, body, {"Accept": "application/json"}, what), what)
            except ConnectorError as problem:
                if problem.code != "shop-disconnected":
                    raise
                refused = refused or problem
        raise refused or ServiceUnavailable("shopify-unavailable", sentence("{what}: nothing was sent", what=what))

    def _send(self, method: str, url: str, form: dict[str, str] | None, headers: dict[str, str], what: Sentence, *,
              fine: tuple[int, ...] = ()) -> requests.Response:
        problem = sentence("no answer from Shopify")
        for tries in range(TRIES):
            self._clock.sleep(1.0 if tries else 0.0)
            self._http_gate()
            began = self._clock.now()
            try:
                answer = requests.request(method, url, data=form, headers=headers, timeout=TIMEOUT_SECONDS,
                                          allow_redirects=False)
            except requests.RequestException as lost:
                problem = sentence("no answer from Shopify ({error})", error=type(lost).__name__)
                self._report(method, url, what, began, 0, str(problem), tries)
                continue
            self._report(method, url, what, began, answer.status_code, answer.reason or "", tries)
            if answer.ok or answer.status_code in fine:
                return answer
            problem = sentence("Shopify answered {status}", status=answer.status_code)
            if answer.status_code < 500 and answer.status_code != 429 and not _turned_away(answer):
                raise _refusal(answer, what)
        raise ServiceUnavailable("shopify-unavailable", sentence(
            "{what}: {reason} ({tries} tries)", what=what, reason=problem, tries=TRIES))

    def _report(
        self, method: str, url: str, what: Sentence, began: datetime, status: int, words: str, retry: int
    ) -> None:
        """Bodies hold nothing but secrets: the journal gets the kind of call instead."""
        self._observe(Exchange(
            at=began, direction="Shopify", method=method, url=url, status=status, description=words,
            seconds=(self._clock.now() - began).total_seconds(), request=f"({what}; not shown)",
            response="(not shown)", retry=retry, has_error=not 200 <= status < 300,
        ))


def _end(now: datetime, seconds: float | None) -> datetime | None:
    return now + timedelta(seconds=seconds) if seconds else None


def _read(answer: requests.Response, what: Sentence) -> TokenAnswer:
    try:
        return decoded(answer.content, type=TokenAnswer)
    except msgspec.DecodeError:
        raise ServiceUnavailable("shopify-unavailable", sentence(
            "{what}: Shopify's answer holds no token", what=what)) from None


def _refusal(answer: requests.Response, what: Sentence) -> ConnectorError:
    """Decided by `error`, not by the status: Shopify does not document the statuses."""
    error, words = _error(answer)
    if UNKNOWN_APP in f"{error} {words}".lower() or UNKNOWN_APP in answer.text.lower():
        return ConnectorError("api-key-unknown", sentence(
            "{what}: Shopify knows no app with the client id of the settings", what=what))
    if error == "invalid_grant":
        return ConnectorError("reconnect-required", sentence(
            "{what}: Shopify no longer accepts the refresh token", what=what))
    if error == "invalid_client":
        return ConnectorError("shop-disconnected", sentence(
            "{what}: Shopify does not know the app for this store any more", what=what))
    return ConnectorError("oauth-refused", sentence(
        "{what}: HTTP {status} {error}", what=what, status=answer.status_code,
        error=error or sentence("without a reason")))


def _turned_away(answer: requests.Response) -> bool:
    """Whether a guard in front of Shopify answered in its place: that passes, and nothing was done."""
    return answer.status_code in AT_THE_EDGE and not {"error", "errors"} & _body(answer).keys()


def _error(answer: requests.Response) -> tuple[str, str]:
    """Shopify's error, if it is one of the protocol's words, and its description."""
    body = _body(answer)
    # Only a word of the protocol goes on: whatever else stands there might repeat what we sent.
    word = re.fullmatch(r"[a-z_]{1,40}", str(body.get("error") or ""))
    return word.group() if word else "", str(body.get("error_description") or "")[:200]


def _body(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of the answer, {} if it is none."""
    try:
        body = decoded(answer.content)
    except msgspec.DecodeError:
        return {}
    return body if isinstance(body, dict) else {}
