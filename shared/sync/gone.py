"""What it means that Shopify has no answer for a record: it is gone, or the app may no longer read it.

Source: Shopify, Admin API, Order: only the orders of the last 60 days can be read, older ones need the scope
read_all_orders. Asked for by id an older order is null, exactly like one that was deleted. Border: tells the two apart
and keeps what may be there; what is gone is noted by who asked.
"""
from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify.installation import granted_scopes
from shared.stores.skipped_records import parked_again
from shared.sync.context import JobContext

READABLE = timedelta(days=60)
_CERTAIN = READABLE - timedelta(hours=1)
"""An order younger than this can be read by every app, also where the clocks differ a little."""

SCOPE = "read_all_orders"


def out_of_reach(kind: str, missing: Collection[int], context: JobContext) -> list[int]:
    """Of the records that Shopify answered nothing for those that may still be there: orders of unknown or old age.

    Shopify is asked for the app's scopes only if there are such orders.
    """
    if kind != "orders":
        return []
    old = sorted(number for number in missing if not _is_young(number, context))
    return [] if not old or SCOPE in granted_scopes(context.shopify) else old


def keep_out_of_reach(kind: str, numbers: Sequence[int], context: JobContext) -> None:
    """Park what we know of these orders, or let it stay parked, with the sentence that names the scope."""
    shop, now = context.card.code, context.clock.now()
    parked, known = context.skipped.among(shop, kind, numbers), context.links(kind).of(numbers)
    context.skipped.park([
        parked_again(
            parked.get(number), shop=shop, kind=kind, number=number, code="order-out-of-reach",
            detail=f"order {number} is older than {READABLE.days} days, and the app lacks the scope {SCOPE}: Shopify "
                   "no longer shows it", now=now, run=context.run.run,
        )
        for number in numbers if number in parked or number in known
    ])


def _is_young(number: int, context: JobContext) -> bool:
    """Whether the order is known to be young enough for every app; False where its age is not known."""
    created = _created_at(number, context)
    return created is not None and created > context.clock.now() - _CERTAIN


def _created_at(number: int, context: JobContext) -> datetime | None:
    """When the order was made, from its newest capture; None without one that can be read."""
    captures = context.captures
    newest = next(iter(captures.of_record(context.card.code, "orders", number)), None) if captures else None
    if captures is None or newest is None:
        return None
    try:
        return decoded(captures.payload(newest), type=_Created).created_at
    except (ConnectorError, msgspec.DecodeError):
        return None


class _Created(msgspec.Struct, rename="camel"):
    created_at: datetime
