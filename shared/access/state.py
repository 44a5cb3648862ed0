"""The state of an access request: from sending the browser to Shopify until it comes back, once.

Source: Shopify, "Authorization code grant" (a random state, tied to the browser by a signed cookie) and
RFC 6749, 10.12. The table keeps the state's hash only; the cookie holds a second random value, sealed
together with the state, so that neither a stolen link nor a stolen cookie is enough.
"""
from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import msgspec

from shared.access.app import ShopifyApp, is_sealed, sealed
from shared.clock import Clock, from_iso, iso
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.storage.tables import RowChanged, Table
from shared.texts import sentence

TABLE = "AccessRequests"
LIFE = timedelta(minutes=10)
_RANDOM_BYTES = 32
_PURPOSE = "oauth-state"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for: the card, its store, the scopes, and who asked."""

    shop: str
    host: str
    scopes: tuple[str, ...]
    by: str


class Ticket(NamedTuple):
    """What the browser takes along: the state in the address, and a cookie of ours."""

    state: str
    cookie_name: str
    cookie: str


class States:
    """The access requests that are under way."""

    def __init__(self, table: Table, app: ShopifyApp, clock: Clock) -> None:
        self._table, self._app, self._clock = table, app, clock

    def issue(self, asked: Asked) -> Ticket:
        """Write down a new request; requests that nobody came back for are cleared away."""
        self._clear()
        state, browser = secrets.token_urlsafe(_RANDOM_BYTES), secrets.token_urlsafe(_RANDOM_BYTES)
        self._table.insert({
            "PartitionKey": "state", "RowKey": _key(state), "asked": msgspec.json.encode(asked).decode(),
            "until": iso(self._clock.now() + LIFE), "used": False,
        })
        seal = sealed(self._app, _PURPOSE, f"{state}\n{browser}")
        return Ticket(state, cookie_name(state), f"{browser}.{seal}")

    def redeem(self, state: str, cookies: Mapping[str, str]) -> Asked:
        """What was asked for with this state; it works once.

        ConnectorError oauth-state-mismatch for a state that is unknown, used, too old or another browser's.
        """
        browser, _, seal = cookies.get(cookie_name(state), "").partition(".")
        if not browser or not is_sealed(self._app, _PURPOSE, f"{state}\n{browser}", seal):
            raise _mismatch("this browser did not ask for access")
        row = self._table.get("state", _key(state))
        if row is None or row["used"]:
            raise _mismatch("the request is not known, or was answered before")
        try:
            self._table.replace(row | {"used": True}, row["etag"])
        except RowChanged:
            raise _mismatch("the request was answered before") from None
        if from_iso(row["until"]) <= self._clock.now():
            raise _mismatch("the request is older than ten minutes")
        return decoded(row["asked"], type=Asked)

    def _clear(self) -> None:
        for row in self._table.rows("PartitionKey eq 'state' and until lt @now", {"now": iso(self._clock.now())}):
            self._table.delete("state", row["RowKey"])


def cookie_name(state: str) -> str:
    """A name per request, so that two requests in one browser do not disturb each other."""
    return f"shopify_oauth_{_key(state)[:12]}"


def _key(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()


def _mismatch(why: str) -> ConnectorError:
    return ConnectorError("oauth-state-mismatch", sentence(
        "the callback does not belong to an access request: {why}", why=why))
