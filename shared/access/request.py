"""Request access: send the operator's browser to Shopify, check what comes back, keep the grant.

Source: Shopify, "Authorization code grant". Nothing of a callback is believed before its signature,
its form, its state and its cookie have been checked; only then is the code exchanged. A store that is not
the card's is not connected before the operator has confirmed it. Border: parameters and cookies in, a
grant in the vault; pages and headers are functions/access.py.
"""
from __future__ import annotations

import base64
import binascii
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from shared.access.app import ShopifyApp, signed_by_shopify
from shared.access.grant import Grant
from shared.access.oauth import UNKNOWN_APP, OAuthOf
from shared.access.scopes import WANTED
from shared.access.state import LIFE, Asked, States, Ticket
from shared.access.tokens import AccessTokens, missing_scopes
from shared.access.vault import Vault
from shared.clock import Clock, from_iso, iso
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shops.store import Shops
from shared.texts import sentence

_STORE = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_ADMIN = re.compile(r"(?:admin\.shopify\.com/store/[A-Za-z0-9-]+|[a-z0-9][a-z0-9-]*\.myshopify\.com/admin)")
_log = logging.getLogger(__name__)


class Begun(NamedTuple):
    """Where the browser goes, and the cookie it takes along."""

    authorize_url: str
    ticket: Ticket


class Connected(NamedTuple):
    """A shop that has granted access; `missing` are wanted scopes it has not granted, `by` who asked for it."""

    shop: str
    host: str
    missing: tuple[str, ...]
    by: str = ""


class _Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A code of another store than asked for; never stored outside the vault."""

    code: str
    host: str
    until: str
    scopes: tuple[str, ...]


class AccessRequests:
    """The three steps: begin, finish, and confirm where the store is another one."""

    def __init__(self, app: ShopifyApp, states: States, oauth: OAuthOf, tokens: AccessTokens, vault: Vault,
                 shops: Shops, clock: Clock, store_of: Callable[[str, Grant], str]) -> None:
        """`store_of` asks Shopify for the id of the store that has granted access to a shop's card."""
        self._app, self._states, self._oauth, self._tokens = app, states, oauth, tokens
        self._vault, self._shops, self._clock, self._store_of = vault, shops, clock, store_of

    def check(self) -> None:
        """ConnectorError settings-invalid if access cannot be requested with these settings."""
        self._app.check()

    def begin(self, shop: str, *, by: str) -> Begun:
        """Where to send the operator's browser; ConnectorError shop-unknown or settings-invalid."""
        self.check()
        card = self._shops.get(shop)
        ticket = self._states.issue(Asked(shop=shop, host=card.host, scopes=WANTED, by=by))
        parameters = {"client_id": self._app.client_id, "scope": ",".join(WANTED),
                      "redirect_uri": self._app.redirect_url, "state": ticket.state}
        return Begun(f"{self._oauth(shop).address(card.host)}/admin/oauth/authorize?{urlencode(parameters)}", ticket)

    def finish(self, parameters: Sequence[tuple[str, str]], cookies: Mapping[str, str]) -> Connected:
        """Take a callback (all its query parameters, decoded) and keep the grant.

        ConnectorError oauth-hmac-invalid, oauth-state-mismatch, oauth-shop-unconfirmed, oauth-refused,
        app-permission-missing, api-key-unknown; nothing is kept then.
        """
        self._app.check()
        given = dict(parameters)
        if "error" in given:
            raise _refusal(given)
        if not signed_by_shopify(parameters, self._app):
            raise ConnectorError("oauth-hmac-invalid", sentence(
                "the callback is not signed with this app's client secret"))
        host, code = _checked(given)
        asked = self._states.redeem(given.get("state", ""), cookies)
        if host != asked.host:
            raise self._put_aside(asked, host, code)
        return self._connect(asked, host, code)

    def confirm(self, shop: str, seen: str = "") -> Connected:
        """The operator wants the store that answered: the card takes its address, and it is connected.

        seen  the store that he was asked about; "" for whoever means the one that answered last
        ConnectorError not-found if nothing waits, confirmation-needed if another store answered since he was asked,
        oauth-refused if the code has grown too old meanwhile (the card has the address all the same: request access
        again), shop-card-moved if what was synchronized belongs to another store. A store that only got another
        address is no other store.
        """
        text = self._vault.read(_pending_name(shop))
        pending = decoded(text, type=_Pending) if text else None
        if pending is None or from_iso(pending.until) <= self._clock.now():
            raise ConnectorError("not-found", sentence(
                "no other store waits to be confirmed for shop {shop}", shop=repr(shop[:50])))
        if seen and seen != pending.host:
            raise ConnectorError("confirmation-needed", sentence(
                "the store {other} has answered meanwhile in place of {host}; confirm that one if it is right",
                other=pending.host, host=repr(seen[:100])))
        known = self._shops.store_id(self._shops.get(shop))
        if not known:
            self._shops.save(shop, {"shopify_url": pending.host})
        self._vault.remove(_pending_name(shop))
        self._tokens.connections.pending(shop, "", "")
        grant = self._oauth(shop).exchange_code(pending.host, pending.code, pending.scopes)
        if known:
            same = self._store_of(shop, grant) == known
            self._shops.save(shop, {"shopify_url": pending.host}, same_store=same)
        return self._keep(shop, grant)

    def _connect(self, asked: Asked, host: str, code: str) -> Connected:
        grant = self._oauth(asked.shop).exchange_code(host, code, asked.scopes)
        return self._keep(asked.shop, grant)._replace(by=asked.by)

    def _keep(self, shop: str, grant: Grant) -> Connected:
        self._tokens.store(shop, grant)
        _log.info("shop %s has granted access to %s", shop, grant.host)
        return Connected(shop, grant.host, missing_scopes(grant))

    def _put_aside(self, asked: Asked, host: str, code: str) -> ConnectorError:
        granted = sentence("access was asked for {host}, but {other} has granted it", host=asked.host, other=host)
        before = self._tokens.host(asked.shop)
        if before not in ("", host) and not self._shops.store_id(self._shops.get(asked.shop)):
            # Its links and watermarks are those of the other store: a new store needs a card of its own. Where the
            # store's id is known, the confirmation tells another store from another address.
            return ConnectorError("oauth-shop-unconfirmed", sentence(
                "{granted}; shop {shop} belongs to {before}", granted=granted, shop=asked.shop, before=before))
        until = iso(self._clock.now() + LIFE)
        pending = _Pending(code=code, host=host, until=until, scopes=asked.scopes)
        self._vault.write(_pending_name(asked.shop), msgspec.json.encode(pending).decode())
        self._tokens.connections.pending(asked.shop, host, until)
        return ConnectorError("oauth-shop-unconfirmed", granted)


def _checked(given: Mapping[str, str]) -> tuple[str, str]:
    """(store, code) of a signed callback, if they have the form that Shopify gives them."""
    host, code = given.get("shop", ""), given.get("code", "")
    if not _STORE.fullmatch(host):
        raise ConnectorError("oauth-refused", sentence("the callback names no store under myshopify.com"))
    if not code or not _ADMIN.fullmatch(_decoded(given.get("host", ""))):
        raise ConnectorError("oauth-refused", sentence(
            "the callback lacks its code or the address of the Shopify admin"))
    return host, code


def _decoded(host: str) -> str:
    """`host` is the admin's address in base64, with or without padding; "" if it is not."""
    try:
        return base64.urlsafe_b64decode(host.encode() + b"=" * (-len(host) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def _refusal(given: Mapping[str, str]) -> ConnectorError:
    """Why Shopify sent the browser back without a code. Its words are not repeated: anybody can write them."""
    words = f"{given.get('error')} {given.get('error_description', '')}".lower()
    if UNKNOWN_APP in words:
        return ConnectorError("api-key-unknown", sentence("Shopify knows no app with the client id of the settings"))
    if "does not have permission" in words:
        return ConnectorError("app-permission-missing", sentence(
            "Shopify says that the account may not grant this access"))
    return ConnectorError("oauth-refused", sentence("Shopify sent the browser back without granting access"))


def _pending_name(shop: str) -> str:
    return f"pending-{shop}"
