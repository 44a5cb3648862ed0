"""Logging Mode Until on the shop card: how the time that a mode ends is entered.

A mode that is chosen anew, without a time, holds without end: the time of an earlier choice would make it end at
once. What the time means is on the card (`ShopCard.logging_mode_at`), its form is checked in shops/card_rules.py.
"""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.clock import from_iso
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.shops.card_rules import CardRefused, Wrong
from shared.texts import sentence


def with_logging_time(changes: Mapping[str, Any], before: ShopCard | None, now: datetime) -> dict[str, Any]:
    """The changes of a card as they are to be saved; ConnectorError shop-card-invalid for a time that has passed.

    A time that is sent back as it stands on the card may have passed: that changes nothing.
    """
    if "logging_mode_until" not in changes:
        return {"logging_mode_until": "", **changes} if "logging_mode" in changes else dict(changes)
    until = changes["logging_mode_until"]
    if until != (before.logging_mode_until if before else "") and _has_passed(until, now):
        raise CardRefused([Wrong("logging_mode_until", sentence(
            "{setting}: {until} lies in the past", setting=caption("logging_mode_until"), until=until[:50]))])
    return dict(changes)


def _has_passed(until: Any, now: datetime) -> bool:
    try:
        return from_iso(until) <= now
    except (ValueError, TypeError, OverflowError):
        return False  # no time at all: the card's own rules say so
