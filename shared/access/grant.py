"""What a shop has granted: both tokens, both ends, the scopes - one value, kept in one write.

Source: Shopify, "About offline access tokens": an expiring token comes with a refresh token, and a
refresh replaces both; keeping one without the other loses the shop. Border: the value and its place in
the vault; who may use or renew it is tokens.py.
"""
from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from shared.access.vault import Vault
from shared.clock import Clock
from shared.json_text import decoded

_REMEMBER = timedelta(seconds=30)

TOKEN = r"\A[\x21-\x7e]{8,512}\Z"
"""What a token looks like: printable, so that it can be a header."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Times are aware, UTC; None means never (or unknown).

    host        the store it belongs to, e.g. demo-fr.myshopify.com; "" if an operator pasted the token
    own_app     the token was issued to the app of our client id, so it may be renewed or migrated
    obtained_at when Shopify gave this pair of tokens; None for a pasted one
    requested   scopes asked for; empty if unknown
    granted     scopes Shopify answered with; empty if unknown
    """

    access_token: str
    since: datetime
    host: str = ""
    refresh_token: str = ""
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    obtained_at: datetime | None = None
    requested: tuple[str, ...] = ()
    granted: tuple[str, ...] = ()
    own_app: bool = False

    def __repr__(self) -> str:
        """Without the tokens: a value that turns up in a traceback must not give them away."""
        return f"<Grant of {self.host or 'a pasted token'} since {self.since:%Y-%m-%dT%H:%M:%SZ}>"

    def with_(self, **changes: object) -> Grant:
        """A copy with some fields changed."""
        return msgspec.structs.replace(self, **changes)

    @property
    def until(self) -> datetime | None:
        """When access ends if nothing renews it."""
        return self.refresh_expires_at if self.refresh_token else self.expires_at


class Grants:
    """The grants by shop code; one that was read is remembered for half a minute.

    That there is none is not remembered: access is mostly granted from another instance, and whoever is asked to act on
    it at once must find it.
    """

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault, self._clock = vault, clock
        self._known: dict[str, tuple[datetime, Grant | None]] = {}

    def get(self, shop: str) -> Grant | None:
        """The shop's grant; what another instance changed is seen after 30 seconds at the latest."""
        known = self._known.get(shop)
        if known is not None and known[1] is not None and self._clock.now() - known[0] <= _REMEMBER:
            return known[1]
        return self.read(shop)

    def read(self, shop: str) -> Grant | None:
        """The shop's grant as it is in the vault now."""
        text = self._vault.read(_name(shop))
        return self._remember(shop, _decoded(text) if text else None)

    def write(self, shop: str, grant: Grant) -> Grant:
        """Keep the whole grant in one write."""
        self._vault.write(_name(shop), msgspec.json.encode(grant).decode())
        self._remember(shop, grant)
        return grant

    def remove(self, shop: str) -> None:
        """Forget it."""
        self._vault.remove(_name(shop))
        self._remember(shop, None)

    def _remember(self, shop: str, grant: Grant | None) -> Grant | None:
        self._known[shop] = (self._clock.now(), grant)
        return grant


def _name(shop: str) -> str:
    return f"shopify-{shop}"


def _decoded(text: str) -> Grant | None:
    try:
        return decoded(text, type=Grant)
    except msgspec.DecodeError:
        return None
