"""What a shop card is about, its store and its company, and when that may not change. The one rule of every door.

Links say which record of the company a record of the store has become, and times how far the store was read. Both are
worthless, and dangerous, for another store or another company: numbers are the same there and mean something else. Two
cards that bring one store into one company bring every order twice. A store is its id at Shopify (Shop.id), where that
is known; its address under myshopify.com may be changed by its owner. Pure; shops.py asks before it stores a card.
"""
from __future__ import annotations

from collections.abc import Iterable

from shared.errors import ConnectorError
from shared.shops.card import ShopCard
from shared.texts import sentence

_NONE = sentence("none")


def is_elsewhere(before: ShopCard, after: ShopCard) -> bool:
    """Whether the card points to another address or another company now."""
    return before.host != after.host or company_key(before) != company_key(after)


def check_not_moved(before: ShopCard, after: ShopCard, *, same_store: bool) -> None:
    """ConnectorError shop-card-moved when a card that something was synchronized with is to be about something else.

    same_store  Shopify has said that both addresses are of one store
    """
    moved = []
    if before.host != after.host and not same_store:
        moved.append(sentence("the store {before} (not {after})", before=before.host, after=after.host))
    if company_key(before) != company_key(after):
        moved.append(sentence("the company {before} (not {after})", before=before.company_id or _NONE,
                              after=after.company_id or _NONE))
    if moved:
        raise ConnectorError("shop-card-moved", sentence(
            "what shop {shop} has synchronized belongs to {what}: make a new card, or forget the links first (POST "
            "/api/shops/{shop}/forget-links)", shop=before.code,
            what=sentence("{first} and to {second}", first=moved[0], second=moved[1]) if moved[1:] else moved[0]))


def check_alone(card: ShopCard, store: str, others: Iterable[tuple[ShopCard, str]]) -> None:
    """ConnectorError shop-card-twice when another enabled card brings the same store into the same company.

    store, others  the card's store and each other card with its store: Shopify's id, "" where it is not known
    """
    if not card.enabled:
        return
    for other, other_store in others:
        same_store = other.host == card.host or (store != "" and store == other_store)
        same = same_store and company_key(other) == company_key(card)
        if same and other.enabled and other.code != card.code:
            raise ConnectorError("shop-card-twice", sentence(
                "shop {other} brings {host} into company {company} already: with shop {shop} as well every order "
                "would be made twice. Switch {other} off, or choose another company", other=other.code,
                host=card.host, company=card.company_id, shop=card.code))


def company_key(card: ShopCard) -> str:
    """The company's id in one spelling."""
    return card.company_id.strip().strip("{}").lower()
