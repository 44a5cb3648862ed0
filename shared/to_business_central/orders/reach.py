"""What it means that Shopify has no answer for a record: it is gone, or the app may no longer read it.

Source: Shopify, Admin API, Order: only the orders of the last 60 days can be read, older ones need the scope
read_all_orders. Asked for by id an older order is null, exactly like one that was deleted. Border: tells the two
apart; what follows is the engine's (gone.py).
"""
from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from shared.errors import ConnectorError, RecordRefused
from shared.json_text import decoded
from shared.shopify.installation import ALL_ORDERS, READABLE, granted_scopes
from shared.sync.context import JobContext
from shared.texts import sentence

_CERTAIN = READABLE - timedelta(hours=1)
"""An order younger than this can be read by every app, also where the clocks differ a little."""


def out_of_reach(missing: Collection[str], context: JobContext) -> dict[str, RecordRefused]:
    """Of the orders that Shopify answered nothing for those that may still be there, of unknown or old age; and why.

    Shopify is asked for the app's scopes only if there are such orders.
    """
    old = sorted(number for number in missing if not _is_young(number, context))
    if not old or ALL_ORDERS in granted_scopes(context.shopify):
        return {}
    return {id: _too_old(id) for id in old}


def _too_old(id: str) -> RecordRefused:
    return RecordRefused("order-out-of-reach", sentence(
        "Order {number} is older than {days} days, and the app lacks the scope {scope}: Shopify no longer shows it.",
        number=id, days=READABLE.days, scope=ALL_ORDERS), record=sentence("order {number}", number=id))


def _is_young(id: str, context: JobContext) -> bool:
    """Whether the order is known to be young enough for every app; False where its age is not known."""
    created = _created_at(id, context)
    return created is not None and created > context.clock.now() - _CERTAIN


def _created_at(id: str, context: JobContext) -> datetime | None:
    """When the order was made, from its newest capture; None without one that can be read."""
    captures = context.captures
    newest = next(iter(captures.of_record(context.card.code, "orders", id)), None) if captures else None
    if captures is None or newest is None:
        return None
    try:
        return decoded(captures.payload(newest), type=_Created).created_at
    except (ConnectorError, msgspec.DecodeError):
        return None


class _Created(msgspec.Struct, rename="camel"):
    created_at: datetime
