"""A shop's access to Shopify: ask for it, take what comes back, confirm another store, paste a token, give it back.

What is written down of a change is the state of the access before and after it, and never a token.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.access.request import Begun, Connected
from shared.connector import Connector
from shared.webhooks.subscriptions import follow_card

_TOLD = ("state", "missing", "pending")
"""What of AccessTokens.described is written down."""


def request_access(connector: Connector, shop: str, *, by: str) -> Begun:
    """Where the operator's browser goes; ConnectorError shop-unknown or settings-invalid."""
    with connector.operations.recorded("request_access", by=by, shop=shop):
        return connector.access_requests.begin(shop, by=by)


def take_callback(
    connector: Connector, parameters: Sequence[tuple[str, str]], cookies: Mapping[str, str]
) -> Connected:
    """Take what Shopify sent the browser back with; ConnectorError as AccessRequests.finish.

    Written down once it is known to be ours, under the name of whoever asked for access.
    """
    connected = connector.access_requests.finish(parameters, cookies)
    with connector.operations.recorded("grant_access", by=connected.by, shop=connected.shop) as operation:
        operation.changed({}, _told(connector, connected.shop))
        follow_card(connector, connected.shop)
    return connected


def confirm_access(connector: Connector, shop: str, *, by: str, seen: str = "") -> dict[str, Any]:
    """Take the other store that answered; the access as the card shows it. `seen` and ConnectorError as for
    AccessRequests.confirm."""
    with connector.operations.recorded("confirm_access", by=by, shop=shop) as operation:
        before = _told(connector, shop) | {"shopify_url": connector.shops.get(shop).shopify_url}
        connector.access_requests.confirm(shop, seen)
        operation.changed(before, _told(connector, shop) | {"shopify_url": connector.shops.get(shop).shopify_url})
        follow_card(connector, shop)
    return connector.tokens.described(shop)


def set_access_token(connector: Connector, shop: str, token: str, *, migrate: bool, by: str) -> dict[str, bool]:
    """Keep a token that was pasted; ConnectorError shop-unknown or input-invalid."""
    with connector.operations.recorded("set_access_token", by=by, shop=shop) as operation:
        card, before = connector.shops.get(shop), _told(connector, shop)
        connector.tokens.keep(card.code, token, own_app=migrate, host=card.host)
        operation.changed(before, _told(connector, shop))
        follow_card(connector, card.code)
    return {"has_access_key": True}


def revoke_access(connector: Connector, shop: str, *, by: str) -> None:
    """Give the access back to Shopify; ConnectorError as AccessTokens.revoke."""
    with connector.operations.recorded("revoke_access", by=by, shop=shop) as operation:
        card, before = connector.shops.get(shop), _told(connector, shop)
        connector.tokens.revoke(card.code, card.host)
        operation.changed(before, _told(connector, shop))


def _told(connector: Connector, shop: str) -> dict[str, Any]:
    described = connector.tokens.described(shop)
    return {f"access.{name}": described[name] for name in _TOLD}
