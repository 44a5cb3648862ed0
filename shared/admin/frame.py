"""What stands around every page of the portal: the shops' names, the time zone of its times, the environment."""
from __future__ import annotations

import msgspec

from shared.clock import iso
from shared.connector import Connector

_UTC = "UTC"


class ShopName(msgspec.Struct, frozen=True):
    """A shop in the menu."""

    code: str
    host: str


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """now: UTC, ISO 8601; time_zone: that of the shops if they all have the same, else UTC."""

    shops: list[ShopName]
    time_zone: str
    environment: str
    now: str


NOTHING_KNOWN = Frame(shops=[], time_zone=_UTC, environment="", now="")
"""Where nothing may be shown, or nothing can be read."""


def frame(connector: Connector) -> Frame:
    """As it is now."""
    cards = list(connector.shops.all())
    zones = {card.time_zone for card in cards}
    return Frame(
        shops=[ShopName(card.code, card.host) for card in cards], time_zone=zones.pop() if len(zones) == 1 else _UTC,
        environment=connector.settings.environment, now=iso(connector.clock.now()),
    )
