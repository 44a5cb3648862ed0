"""Access to the shop: codes, access tokens, refresh tokens, and which of them still work.

Shopify: Authorization code grant; Offline access tokens; More resilient refreshes for expiring offline
access tokens (2026-08-28); Migrate to expiring offline access tokens; Client credentials grant.
- A code works once, for a minute. Expiring tokens live an hour, their refresh tokens 90 days.
- A used refresh token may be used again, with the same replacement as answer, until that replacement is
  itself used, at most 30 days after its first use and never beyond its own 90 days.
- A non-expiring token exchanged for an expiring pair stops at once; the exchange may be repeated for seven
  days with the same answer, until a refresh or a later grant.
- A later grant retires the app's earlier refresh tokens. Removing the app ends everything.
Border: rules and values by the injected clock; `oauth` speaks HTTP. Refusals are `Refused`.
"""
from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from local.shopify.access import Token
from local.shopify.apps import App

CODE_LIFE = timedelta(seconds=60)
TOKEN_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=90)
REPLAY_LIFE = timedelta(days=30)
MIGRATION_REPLAY = timedelta(days=7)
CLIENT_TOKEN_LIFE = timedelta(hours=24)
Answer = dict[str, Any]


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, with a time zone."""


class Refused(Exception):
    """A token request that fails. `error` is OAuth's code, `description` a sentence."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True)
class Code:
    """What one consent allows to fetch, once."""

    app: str
    scopes: frozenset[str]
    expires_at: datetime


@dataclass(frozen=True)
class Refresh:
    """A refresh token. `access` is the access token given together with it."""

    value: str
    app: str
    scopes: frozenset[str]
    access: str
    expires_at: datetime
    predecessor: str = ""
    replacement: str = ""
    used_at: datetime | None = None


@dataclass(frozen=True)
class Migration:
    """A non-expiring token that was exchanged, and the pair given for it."""

    app: str
    refresh: str
    at: datetime


class Grants:
    """Apps and their tokens on one shop. Thread-safe. `calls` tells every token request's outcome."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.lock = clock, threading.RLock()
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, Code] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.migrations: dict[str, Migration] = {}
        self.calls: list[Answer] = []

    def token(self, value: str) -> Token | None:
        """The token when it works now."""
        token = self.tokens.get(value)
        return token if token and (token.expires_at is None or token.expires_at > self.clock.now()) else None

    def app(self, client_id: str) -> App:
        """The app with this key; Refused in Shopify's words for an unknown one."""
        if client_id not in self.apps:
            raise Refused("invalid_request", f"Could not find Shopify API application with api_key {client_id}")
        return self.apps[client_id]

    def caller(self, client_id: str, secret: str) -> App:
        """The app that proves itself with its secret (any one that is not revoked)."""
        app = self.app(client_id)
        if not app.accepts(secret):
            raise Refused("invalid_client", "Client authentication failed: the client secret is wrong.", 401)
        return app

    # -- granting --------------------------------------------------------------

    def consent(self, app: App, scopes: frozenset[str]) -> str:
        """The merchant agrees: the app is installed, and the code to fetch its tokens."""
        with self.lock:
            app.installed = True
            code = secrets.token_hex(16)
            self.codes[code] = Code(app.client_id, swallowed(scopes), self.clock.now() + CODE_LIFE)
            return code

    def exchange_code(self, app: App, code: str, *, expiring: bool) -> Answer:
        """Tokens for a code; Refused (invalid_request) for one that is unknown, used, old or another app's."""
        with self.lock:
            found = self.codes.pop(code, None)
            if found is None or found.app != app.client_id or found.expires_at <= self.clock.now():
                raise Refused("invalid_request", "The authorization code was not found or was already used")
            self._retire(app)
            if expiring:
                return self._pair_answer(self._new_pair(app, found.scopes))
            token = self._new_token(app, found.scopes, None)
            return {"access_token": token.value, "scope": ",".join(sorted(token.scopes))}

    def refresh(self, app: App, value: str) -> Answer:
        """The replacement pair of a refresh token; Refused (invalid_grant) for a dead one."""
        with self.lock:
            self._must_be_installed(app)
            used, now = self.refreshes.get(value), self.clock.now()
            if used is None or used.app != app.client_id or used.expires_at <= now:
                raise Refused("invalid_grant", "The refresh token is invalid, expired or was retired.")
            if used.used_at and now - used.used_at > REPLAY_LIFE:
                raise Refused("invalid_grant", "The refresh token was used too long ago.")
            if used.replacement:
                return self._pair_answer(self._with_living_token(app, self.refreshes[used.replacement]))
            self.refreshes.pop(used.predecessor, None)      # its replacement is in use now
            self._forget_migrations(app)
            pair = self._new_pair(app, used.scopes, predecessor=value)
            self.refreshes[value] = replace(used, replacement=pair.value, used_at=now)
            return self._pair_answer(pair)

    def migrate(self, app: App, old: str) -> Answer:
        """The expiring pair for a non-expiring token, which stops; Refused (invalid_subject_token)."""
        with self.lock:
            self._must_be_installed(app)
            done, now = self.migrations.get(old), self.clock.now()
            if done and done.app == app.client_id and now - done.at <= MIGRATION_REPLAY:
                return self._pair_answer(self._with_living_token(app, self.refreshes[done.refresh]))
            token = self.tokens.get(old)
            if token is None or token.app != app.client_id or token.expires_at is not None:
                raise Refused("invalid_subject_token", "The subject token is not a non-expiring offline token.")
            del self.tokens[old]
            self._retire(app)
            pair = self._new_pair(app, token.scopes)
            self.migrations[old] = Migration(app.client_id, pair.value, now)
            return self._pair_answer(pair)

    def client_credentials(self, app: App) -> Answer:
        """A token of 24 hours without a refresh token, with the scopes granted last."""
        with self.lock:
            self._must_be_installed(app)
            scopes = next((t.scopes for t in reversed(list(self.tokens.values())) if t.app == app.client_id),
                          frozenset())
            token = self._new_token(app, scopes, CLIENT_TOKEN_LIFE)
            return {"access_token": token.value, "scope": ",".join(sorted(scopes)),
                    "expires_in": int(CLIENT_TOKEN_LIFE.total_seconds())}

    def uninstall(self, app: App) -> None:
        """The merchant removes the app: every token, code and refresh token of it ends."""
        with self.lock:
            app.installed = False
            self._retire(app)
            for store in (self.tokens, self.codes):
                for value in [v for v, held in store.items() if held.app == app.client_id]:
                    del store[value]

    def change_scopes(self, app: App, scopes: frozenset[str]) -> frozenset[str]:
        """Other scopes for an installed app: on all its tokens, and what refreshing will give. The old ones."""
        with self.lock:
            previous: frozenset[str] = frozenset()
            stores: tuple[dict[str, Any], ...] = (self.refreshes, self.tokens)
            for store in stores:
                for value, held in store.items():
                    if held.app == app.client_id:
                        previous, store[value] = held.scopes, replace(held, scopes=swallowed(scopes))
            return previous

    def expire_refresh_tokens(self, app: App) -> None:
        """End the app's refresh tokens before their time; access tokens live on."""
        with self.lock:
            self._retire(app)

    # -- parts -----------------------------------------------------------------

    def _must_be_installed(self, app: App) -> None:
        if not app.installed:
            raise Refused("invalid_client", "The app is not installed on this shop.", 401)

    def _retire(self, app: App) -> None:
        for value in [v for v, held in self.refreshes.items() if held.app == app.client_id]:
            del self.refreshes[value]
        self._forget_migrations(app)

    def _forget_migrations(self, app: App) -> None:
        for value in [v for v, held in self.migrations.items() if held.app == app.client_id]:
            del self.migrations[value]

    def _new_token(self, app: App, scopes: frozenset[str], life: timedelta | None) -> Token:
        expires_at = self.clock.now() + life if life else None
        token = Token(f"shpat_{secrets.token_hex(16)}", app.client_id, scopes, app.lists_installations, expires_at)
        self.tokens[token.value] = token
        return token

    def _new_pair(self, app: App, scopes: frozenset[str], predecessor: str = "") -> Refresh:
        token = self._new_token(app, scopes, TOKEN_LIFE)
        pair = Refresh(f"shprt_{secrets.token_hex(16)}", app.client_id, scopes, token.value,
                       self.clock.now() + REFRESH_LIFE, predecessor)
        self.refreshes[pair.value] = pair
        return pair

    def _with_living_token(self, app: App, pair: Refresh) -> Refresh:
        """The pair of an earlier answer; its access token is renewed when it ran out meanwhile."""
        if self.token(pair.access) is None:
            pair = replace(pair, access=self._new_token(app, pair.scopes, TOKEN_LIFE).value)
            self.refreshes[pair.value] = pair
        return pair

    def _pair_answer(self, pair: Refresh) -> Answer:
        now, expires_at = self.clock.now(), self.tokens[pair.access].expires_at or self.clock.now()
        return {"access_token": pair.access, "scope": ",".join(sorted(pair.scopes)),
                "expires_in": int((expires_at - now).total_seconds()), "refresh_token": pair.value,
                "refresh_token_expires_in": int((pair.expires_at - now).total_seconds())}

    # -- keeping ---------------------------------------------------------------

    def kept(self) -> Answer:
        """Everything as plain JSON, for a dump."""
        with self.lock:
            return {"apps": [asdict(a) for a in self.apps.values()],
                    **{name: {v: _plain(held) for v, held in getattr(self, name).items()} for name in KEPT}}

    def restore(self, content: Answer) -> None:
        """What `kept` gave."""
        self.apps = {a["client_id"]: App(**a) for a in content["apps"]}
        for name, make in KEPT.items():
            setattr(self, name, {value: make(**_typed(held)) for value, held in content[name].items()})


KEPT: dict[str, Callable[..., Any]] = {"tokens": Token, "codes": Code, "refreshes": Refresh, "migrations": Migration}
MOMENTS = ("expires_at", "used_at", "at")


def swallowed(scopes: frozenset[str]) -> frozenset[str]:
    """Scopes as Shopify grants them: a write scope swallows its read scope."""
    return frozenset(s for s in scopes if s.replace("read_", "write_", 1) == s
                     or s.replace("read_", "write_", 1) not in scopes)


def _plain(held: Any) -> Answer:
    content = asdict(held)
    return {k: v.isoformat() if isinstance(v, datetime) else sorted(v) if isinstance(v, frozenset) else v
            for k, v in content.items()}


def _typed(content: Answer) -> Answer:
    typed: Answer = {k: datetime.fromisoformat(v) if k in MOMENTS and v else v for k, v in content.items()}
    return {**typed, "scopes": frozenset(typed["scopes"])} if "scopes" in typed else typed
