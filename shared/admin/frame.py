"""What stands around every page of the portal: the shops' names, the time zone of its times, the environment."""
from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from shared.clock import iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shops.card import ShopCard
from shared.texts import sentence

_UTC = "UTC"


class ShopName(msgspec.Struct, frozen=True):
    """A shop in the menu."""

    code: str
    host: str


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """types: the record types; now: UTC, ISO 8601; time_zone: that of the shops if they all have the same, else UTC."""

    shops: list[ShopName]
    types: list[str]
    time_zone: str
    environment: str
    now: str


NOTHING_KNOWN = Frame(shops=[], types=[], time_zone=_UTC, environment="", now="")
"""Where nothing may be shown, or nothing can be read."""


def moment_of(connector: Connector, text: str) -> datetime | None:
    """The moment that a field for a time holds (2026-03-10T10:00), in the zone of the portal's times; None for "".

    ConnectorError input-invalid.
    """
    try:
        local = datetime.fromisoformat(text) if text else None
        return local and (local.replace(tzinfo=ZoneInfo(frame(connector).time_zone)) if local.tzinfo is None else local
                          ).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConnectorError("input-invalid", sentence("{text} is not a date and time", text=repr(text[:50]))) from None


def frame(connector: Connector) -> Frame:
    """As it is now."""
    cards = list(connector.shops.each())
    zones = {card.time_zone for card in cards if isinstance(card, ShopCard)}
    return Frame(
        shops=[ShopName(card.code, card.host) for card in cards], types=list(connector.types.names),
        time_zone=zones.pop() if len(zones) == 1 else _UTC,
        environment=connector.settings.environment, now=iso(connector.clock.now()),
    )
