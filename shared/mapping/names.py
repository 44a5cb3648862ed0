"""Name, name 2 and contact of a customer from what Shopify knows.

Rules: Microsoft's Shopify Connector, Name Source, Name 2 Source and Contact Source on the shop
card. If the name stays empty, name 2 moves up, then the contact.
"""
from __future__ import annotations

from typing import NamedTuple

from shared.business_central.rows import LENGTHS
from shared.mapping.text import cut, tidy
from shared.shops.card import NameSource, ShopCard

NAME_LENGTH = LENGTHS["customers"]["displayName"]


class Names(NamedTuple):
    """What goes into Name, Name 2 and Contact; "" where nothing is left."""

    name: str
    name_2: str
    contact: str


def names_of(card: ShopCard, *, first: str | None, last: str | None, company: str | None) -> Names:
    """The three names by the sources of the card, each at most 100 characters."""
    def by(source: NameSource) -> str:
        return from_source(source, first=first, last=last, company=company)

    name, name_2, contact = by(card.name_source), by(card.name_2_source), by(card.contact_source)
    if not name:
        name, name_2 = name_2, ""
    if not name:
        name, contact = contact, ""
    return Names(name, name_2, contact)


def from_source(source: NameSource, *, first: str | None, last: str | None, company: str | None) -> str:
    """The text one source stands for: trimmed, joined by one space, cut to 100."""
    parts = {
        NameSource.COMPANY_NAME: (company,),
        NameSource.FIRST_LAST: (first, last),
        NameSource.LAST_FIRST: (last, first),
        NameSource.NONE: (),
    }[source]
    return cut(" ".join(filter(None, map(tidy, parts))), NAME_LENGTH)
