"""The access token of each shop: handed out, renewed in time, and given up only when it is dead.

Source: Shopify, "About offline access tokens" (an access token lives an hour, a refresh token 90 days and
can be used again until its replacement is used). A token is renewed 5 minutes before its end and once
after an unexpected 401. A failed renewal never takes away a token that still works; a dead refresh token
is noted once (connections.py), so that nobody asks Shopify again for nothing.
"""
from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from shared.access.access_lease import access_lease
from shared.access.connections import Connection, Connections, State
from shared.access.grant import TOKEN, Grant, Grants
from shared.access.oauth import OAuthOf
from shared.access.scopes import OPTIONAL, WANTED, missing
from shared.clock import Clock, from_iso, iso
from shared.errors import ConnectorError
from shared.storage.tables import Table
from shared.texts import sentence

RENEW_BEFORE_END = timedelta(minutes=5)
MIGRATE_AGAIN_AFTER = timedelta(hours=1)
RENEW_AGAIN_AFTER = timedelta(minutes=1)
FINAL = ("reconnect-required", "shop-disconnected")
"""Refusals of a refresh that only a new access helps."""
MAY_PASS = ("oauth-refused", "api-key-unknown")
"""Refusals of a refresh that a corrected setting may help."""
_log = logging.getLogger(__name__)


class AccessTokens:
    """Access tokens by shop code."""

    def __init__(self, grants: Grants, connections: Connections, leases: Table, oauth: OAuthOf, clock: Clock) -> None:
        self.grants, self.connections, self._leases = grants, connections, leases
        self._oauth, self._clock = oauth, clock
        self._failed_at: dict[str, datetime] = {}

    # Handing out

    def token(self, shop: str) -> str:
        """A token that works; ConnectorError access-token-missing, reconnect-required, shop-disconnected."""
        grant = self._held(shop)
        if self._ends_soon(grant) or self._to_migrate(shop, grant):
            grant = self._renewed(shop, grant)
        return grant.access_token

    def renew(self, shop: str, refused: str) -> None:
        """Shopify refused this token: get another one, once a minute. ConnectorError if there is no way to.

        One that Shopify gave less than a minute ago is kept: another one would be refused as well.
        """
        with access_lease(self._leases, shop, self._clock):
            grant = self.grants.read(shop)
            if grant is None or grant.access_token != refused:
                return  # somebody else has renewed, replaced or removed it meanwhile
            if grant.obtained_at is not None and self._clock.now() - grant.obtained_at < RENEW_AGAIN_AFTER:
                return
            if not grant.refresh_token:
                problem = ConnectorError("reconnect-required", sentence("Shopify does not accept the access token"))
                raise self.connections.broken(shop, problem, self._clock.now(), may_pass=True)
            self._refresh(shop, grant, works=False)

    def check(self, shop: str, host: str) -> None:
        """Whether runs may use the shop's access, asked before any call.

        ConnectorError access-token-missing, shop-disconnected, reconnect-required (also when the token
        is another store's) or access-scope-changed.
        """
        grant = self._held(shop)
        connection = self.connections.get(shop)
        if connection.final:
            raise connection.problem
        if grant.host and grant.host != host:
            raise ConnectorError("reconnect-required", sentence(
                "the access token is that of {host}, not of {other}", host=grant.host, other=host))
        lacking = missing_scopes(grant)
        if set(lacking) - set(OPTIONAL):
            raise ConnectorError("access-scope-changed", sentence(
                "shop {shop} has not granted {scopes}", shop=shop, scopes=', '.join(lacking)))

    def lacks(self, shop: str, scopes: Iterable[str]) -> bool:
        """Whether the shop is known to have granted none of these; False while its scopes are not known."""
        grant, wanted = self.grants.get(shop), set(scopes)
        return grant is not None and bool(grant.granted) and set(missing(wanted, grant.granted)) == wanted

    def has_access_key(self, shop: str) -> bool:
        """Whether a token is kept for the shop."""
        return self.grants.get(shop) is not None

    def since(self, shop: str) -> datetime | None:
        """When access was granted; None if it was not, or is known to have ended."""
        grant = self.grants.read(shop)
        return grant.since if grant and not self.connections.get(shop).final else None

    def was_removed(self, shop: str) -> bool:
        """Whether the app is known to have been removed from the store."""
        return self.connections.get(shop).state is State.DISCONNECTED

    def is_gone(self, shop: str) -> bool:
        """Whether Shopify says that the app is gone from the store, asked after it did not take the shop's access.

        A token may be dead with the app still installed: it has an end, another worker's copy took its place, public
        apps' endless ones are ended on 1 January 2027, and a custom app is given a new one by being installed anew
        ("Generate access tokens for custom apps in the Shopify admin"). Only this says that the app is gone: the token
        endpoint, which takes our secret, does not know the app for the store (invalid_client, also for a refresh token
        that has ended). Without any access: what was known before. ConnectorError if Shopify does not answer.
        """
        with access_lease(self._leases, shop, self._clock):
            grant = self.grants.read(shop)
            if grant is None:
                return self.was_removed(shop)
            if not grant.refresh_token:
                return False
            try:
                self._kept(shop, grant, self._oauth(shop).refresh(grant))
                self.connections.recovered(shop)
            except ConnectorError as problem:
                if problem.code == "shop-disconnected":
                    return self._oauth(shop).knows_the_app(grant.host)
                if problem.code not in (*FINAL, *MAY_PASS):
                    raise
            return False

    def host(self, shop: str) -> str:
        """The store that granted access; "" if none did, or a pasted token does not tell."""
        grant = self.grants.get(shop)
        return grant.host if grant else ""

    def described(self, shop: str) -> dict[str, object]:
        """The shop's access as the API shows it, times in ISO 8601; never a token."""
        return self.described_and_since(shop)[0]

    def described_and_since(self, shop: str) -> tuple[dict[str, object], str]:
        """The same, and since when the shop is not connected; "" if it is, or nobody knows."""
        grant, connection = self.grants.read(shop), self.connections.get(shop)
        return _described(grant, connection, iso(self._clock.now())), connection.at

    # Taking in

    def keep(self, shop: str, token: str, *, own_app: bool = False, host: str = "") -> None:
        """Keep a token that an operator pasted: that of a custom app, or (own_app) an endless one to migrate."""
        if not re.fullmatch(TOKEN, token):
            raise ConnectorError("input-invalid", sentence("access_token must be 8 to 512 printable characters"))
        self.store(shop, Grant(access_token=token, since=self._clock.now(), own_app=own_app, host=host))

    def store(self, shop: str, grant: Grant) -> None:
        """Keep a new grant in place of whatever there was; the shop is connected."""
        with access_lease(self._leases, shop, self._clock):
            self.grants.write(shop, grant)
            self.connections.forget(shop)

    def forget(self, shop: str) -> None:
        """Drop the shop's grant."""
        with access_lease(self._leases, shop, self._clock):
            self.grants.remove(shop)
            self.connections.forget(shop)

    def revoke(self, shop: str, host: str) -> None:
        """Give the access back to Shopify, which removes the app, then drop it; kept if Shopify does not answer."""
        with access_lease(self._leases, shop, self._clock):
            grant, now = self._working(shop), self._clock.now()
            removed = grant is not None and self._oauth(shop).revoke(grant.host or host, grant.access_token)
            self.grants.remove(shop)
            self.connections.forget(shop)
            if removed:
                problem = ConnectorError("shop-disconnected", sentence(
                    "access was given back to Shopify at {time}", time=now))
                self.connections.broken(shop, problem, now)

    def _working(self, shop: str) -> Grant | None:
        """The grant, renewed if it has ended: with a dead token nothing can be given back. As it is if that fails."""
        grant = self.grants.read(shop)
        if grant is None or not self._ended(grant):
            return grant
        try:
            return self._refresh(shop, grant, works=False)
        except ConnectorError as problem:
            if problem.code not in (*FINAL, *MAY_PASS):
                raise
            return grant

    def disconnect(self, shop: str, *, at: datetime) -> bool:
        """The app was uninstalled at this moment; False if the access is newer and stays."""
        with access_lease(self._leases, shop, self._clock):
            grant = self.grants.read(shop)
            if grant is None or grant.since > at:
                return False
            problem = ConnectorError("shop-disconnected", sentence(
                "the app was removed from the store at {time}", time=at))
            self.connections.broken(shop, problem, at)
            return True

    def scopes_changed(self, shop: str, granted: Sequence[str], *, at: datetime) -> None:
        """The merchant granted these at this moment; an older notice, or a pasted token, changes nothing."""
        with access_lease(self._leases, shop, self._clock):
            grant = self.grants.read(shop)
            if grant is not None and grant.granted and grant.since <= at:
                self.grants.write(shop, msgspec.structs.replace(grant, granted=tuple(sorted(granted))))

    def refused(self, shop: str, problem: ConnectorError) -> None:
        """A run ended because Shopify refuses even a renewed token: pause, and try again in an hour."""
        if self.connections.get(shop).state is State.CONNECTED:
            self.connections.broken(shop, problem, self._clock.now(), may_pass=True)

    def worked(self, shop: str) -> None:
        """A run went through: a refusal that was noted has passed."""
        if self.connections.get(shop).retry_at:
            self.connections.recovered(shop)

    # Renewing

    def _held(self, shop: str) -> Grant:
        grant = self.grants.get(shop)
        if grant is None:
            raise ConnectorError("access-token-missing", sentence("shop {shop} has no access token", shop=shop))
        return grant

    def _renewed(self, shop: str, seen: Grant) -> Grant:
        """The grant after it was this worker's turn, renewed by this worker or by another one."""
        with access_lease(self._leases, shop, self._clock):
            grant = self.grants.read(shop)
            if grant is None:
                raise ConnectorError("access-token-missing", sentence("shop {shop} has no access token", shop=shop))
            if self._to_migrate(shop, grant):
                return self._migrate(shop, grant)
            return self._refresh(shop, grant, works=not self._ended(grant)) if self._ends_soon(grant) else grant

    def _refresh(self, shop: str, grant: Grant, *, works: bool) -> Grant:
        """The new grant; the old one while it works and Shopify gives no other."""
        if works and self._clock.now() - self._failed_at.get(shop, grant.since) < RENEW_AGAIN_AFTER:
            return grant
        connection = self.connections.get(shop)
        if connection.final:
            raise connection.problem
        try:
            return self._kept(shop, grant, self._oauth(shop).refresh(self._refreshable(grant)))
        except ConnectorError as problem:
            _log.warning("shop %s: %s", shop, problem)
            if works:
                self._failed_at[shop] = self._clock.now()
                return grant
            if problem.code not in (*FINAL, *MAY_PASS):
                raise
            may_pass = problem.code in MAY_PASS
            raise self.connections.broken(shop, problem, self._clock.now(), may_pass=may_pass) from None

    def _kept(self, shop: str, before: Grant, after: Grant) -> Grant:
        """`after`, kept in place of `before`. Where a worker stood still past its lease it is what others put there
        meanwhile that counts: an older pair in its place would be a dead one."""
        found = self.grants.read(shop)
        return self.grants.write(shop, after) if found == before else found or after

    def _refreshable(self, grant: Grant) -> Grant:
        """The grant if its refresh token can still be alive; an unknown end counts as valid."""
        end = grant.refresh_expires_at
        if not grant.refresh_token:
            raise ConnectorError("reconnect-required", sentence("the access token has ended and cannot be renewed"))
        if end is not None and self._clock.now() >= end:
            raise ConnectorError("reconnect-required", sentence("the refresh token ended at {time}", time=end))
        return grant

    def _migrate(self, shop: str, grant: Grant) -> Grant:
        """An expiring grant for an endless one; the endless one if Shopify gives no other."""
        now = self._clock.now()
        self.connections.save(shop, msgspec.structs.replace(self.connections.get(shop), migrated_at=iso(now)))
        try:
            return self._kept(shop, grant, self._oauth(shop).migrate(grant))
        except ConnectorError as problem:
            _log.warning("shop %s: the endless token could not be exchanged: %s", shop, problem)
            return grant

    def _ends_soon(self, grant: Grant) -> bool:
        return grant.expires_at is not None and self._clock.now() >= grant.expires_at - RENEW_BEFORE_END

    def _ended(self, grant: Grant) -> bool:
        return grant.expires_at is not None and self._clock.now() >= grant.expires_at

    def _to_migrate(self, shop: str, grant: Grant) -> bool:
        if not grant.own_app or not grant.host or grant.expires_at is not None:
            return False
        tried = self.connections.get(shop).migrated_at
        return not tried or self._clock.now() - from_iso(tried) >= MIGRATE_AGAIN_AFTER


class ShopToken:
    """One client's view of a shop's token: remembers which one it was given, so that it can name it."""

    def __init__(self, tokens: AccessTokens, shop: str) -> None:
        self._tokens, self._shop, self._given = tokens, shop, ""

    def __call__(self) -> str:
        """The token for the next request."""
        self._given = self._tokens.token(self._shop)
        return self._given

    def renew(self) -> None:
        """The token given last was refused."""
        self._tokens.renew(self._shop, self._given)


def missing_scopes(grant: Grant) -> tuple[str, ...]:
    """The wanted scopes the grant lacks; none for a pasted token, whose scopes are not known."""
    return missing(WANTED, grant.granted) if grant.granted else ()


def _described(grant: Grant | None, connection: Connection, now: str) -> dict[str, object]:
    pending = connection.pending_host if connection.pending_until > now else None
    if grant is None:
        return {"has_access_key": False, "state": State.NONE, "since": None, "until": None, "token_until": None,
                "scopes": [], "missing": [], "reason": None, "detail": None,
                "pending": pending}
    return {
        "has_access_key": connection.state is not State.DISCONNECTED,
        "state": connection.state,
        "since": iso(grant.since),
        "until": iso(grant.until) if grant.until else None,
        "token_until": iso(grant.expires_at) if grant.expires_at else None,
        "scopes": list(grant.granted),
        "missing": list(missing_scopes(grant)),
        "reason": connection.reason or None,
        "detail": connection.sentence if connection.detail else None,
        "pending": pending,
    }
