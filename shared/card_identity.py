"""What a shop card is about, its store and its company, and when that may not change. The one rule of every door.

Links say which record of the company a record of the store has become, and times how far the store was read. Both are
worthless, and dangerous, for another store or another company: numbers are the same there and mean something else. Two
cards that bring one store into one company bring every order twice. Pure; shops.py asks before it stores a card.
"""
from __future__ import annotations

from collections.abc import Iterable

from shared.errors import ConnectorError
from shared.shop_card import ShopCard


def check_not_moved(before: ShopCard, after: ShopCard) -> None:
    """ConnectorError shop-card-moved when a card that something was synchronized with is to be about something else."""
    moved = []
    if before.host != after.host:
        moved.append(f"the store {before.host} (not {after.host})")
    if company_key(before) != company_key(after):
        moved.append(f"the company {before.company_id or 'none'} (not {after.company_id or 'none'})")
    if moved:
        raise ConnectorError(
            "shop-card-moved",
            f"what shop {before.code} has synchronized belongs to {' and to '.join(moved)}: make a new card, "
            f"or forget the links first (POST /api/shops/{before.code}/forget-links)",
        )


def check_alone(card: ShopCard, others: Iterable[ShopCard]) -> None:
    """ConnectorError shop-card-twice when another enabled card brings the same store into the same company."""
    if not card.enabled:
        return
    for other in others:
        same = other.host == card.host and company_key(other) == company_key(card)
        if same and other.enabled and other.code != card.code:
            raise ConnectorError(
                "shop-card-twice",
                f"shop {other.code} brings {card.host} into company {card.company_id} already: with shop {card.code} "
                f"as well every order would be made twice. Switch {other.code} off, or choose another company",
            )


def company_key(card: ShopCard) -> str:
    """The company's id in one spelling."""
    return card.company_id.strip().strip("{}").lower()
