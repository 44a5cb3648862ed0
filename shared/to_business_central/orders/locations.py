"""From which location of Business Central the goods of an order are sent.

Rules: Shopify, object FulfillmentOrder: each assigns a location to pieces of the order's lines, and a line may be
split over several. Microsoft's Shopify Connector: each location of Shopify has a Default Location Code. API v2.0 has a
location on lines alone, so a line that two locations send becomes two. Locations that the card does not map, and pieces
that no location is said to send, take the card's default; without one Business Central decides (customer's location).
Border: pure.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from shared.errors import RecordRefused
from shared.mapping.card_codes import CardCode, code_of_field, mapped
from shared.mapping.money import ZERO, Amounts
from shared.mapping.text import code
from shared.shopify.records import AssignedLocation, FulfillmentOrder, LineItem, LineToFulfill, Order, id_of
from shared.shops.card import ShopCard
from shared.shops.card_fields import caption
from shared.texts import sentence
from shared.to_business_central.orders.billing import Billed, is_tip


class Placed(msgspec.Struct, frozen=True):
    """Pieces of a line that one location sends; `location` None where Business Central decides."""

    line: LineItem
    billed: Billed
    location: CardCode | None = None


def placed(order: Order, goods: Sequence[tuple[LineItem, Billed]], card: ShopCard, amounts: Amounts) -> list[Placed]:
    """The goods that are billed, each line in as many parts as locations send it.

    RecordRefused(access-scope-changed) where the card maps locations, and they cannot be read.
    """
    _check_readable(order, card)
    return [part for line, billed in goods for part in _parts(order, line, billed, card, amounts)]


def _check_readable(order: Order, card: ShopCard) -> None:
    if card.location_mapping and order.fulfillment_orders is None:
        record = sentence("order {number}", number=id_of(order.id))
        raise RecordRefused(
            "access-scope-changed",
            sentence("{setting} of the shop card is filled in, but the fulfillment orders of {order} were read without "
                     "the scopes that show from where it is sent.", setting=caption("location_mapping"),
                     order=order.name),
            record=record,
        )


def _parts(order: Order, line: LineItem, billed: Billed, card: ShopCard, amounts: Amounts) -> Iterator[Placed]:
    if is_tip(line) or line.is_gift_card:
        yield Placed(line, billed)
        return
    shares = _shares(order, line, billed.quantity, card)
    done = 0
    for location, pieces in shares:
        yield Placed(line, _share(billed, done, done + pieces, amounts), location)
        done += pieces


def _shares(order: Order, line: LineItem, pieces: int, card: ShopCard) -> list[tuple[CardCode | None, int]]:
    """How many of these pieces each location sends, each once. What nobody is said to send goes with the last one."""
    found: dict[str, tuple[CardCode | None, int]] = {}
    left, key = pieces, ""
    for place, sends in _places(order, line):
        location = _code_of(place, card)
        key = code(location.code) if location else ""
        taken = min(sends, left)
        found[key] = (location, found[key][1] + taken if key in found else taken)
        left -= taken
    if left:
        location, already = found.get(key, (_default(card), 0))
        found[key] = (location, already + left)
    return [share for share in found.values() if share[1]]


def _places(order: Order, line: LineItem) -> list[tuple[AssignedLocation, int]]:
    """Locations with the pieces they send; those that still have to send some come first, as they may still change."""
    found = [(one, part) for one in order.sendings for part in one.line_items.nodes
             if part.line_item.id == line.id and part.total_quantity > 0]
    found.sort(key=_is_done)
    return [(one.assigned_location, part.total_quantity) for one, part in found]


def _is_done(sent: tuple[FulfillmentOrder, LineToFulfill]) -> bool:
    return sent[1].remaining_quantity == 0


def _code_of(place: AssignedLocation, card: ShopCard) -> CardCode | None:
    names = [place.name] + ([str(id_of(place.location.id))] if place.location else [])
    return mapped("location_mapping", card.location_mapping, names) or _default(card)


def _default(card: ShopCard) -> CardCode | None:
    return code_of_field("default_location_code", card.default_location_code) if card.default_location_code else None


def _share(billed: Billed, start: int, end: int, amounts: Amounts) -> Billed:
    """The pieces from `start` to `end` with their share of the discount; all shares add up to it."""
    if (start, end) == (0, billed.quantity):
        return billed
    first, last = (amounts.rounded(billed.discount * at / billed.quantity) for at in (start, end))
    return Billed(end - start, billed.unit_price, last - first, ZERO)
