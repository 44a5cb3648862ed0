"""The way from a page of ours into Business Central: for a shop whose company's name is known, and nowhere else.

The name is told by whoever asks Business Central for its companies: *What it stands on*, which the overview asks for
whenever somebody opens it, *Test connection*, and the list that the company is chosen from. Border: what an address
looks like, web_addresses.py says.
"""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from shared.admin.web_addresses import MENDED_ON, PAGES, address, root_of
from shared.connector import Connector
from shared.shops.card import ShopCard
from shared.shops.card_identity import company_key


class WebClient(NamedTuple):
    """Business Central as people open it; company: the name, "" where it is not known."""

    root: str
    company: str

    def home(self) -> str:
        """The company's first page; "" where there is no way."""
        return address(self.root, self.company)

    def record(self, set: str, number: str) -> str:
        """The row with this number of a page of the API; "" where there is no way."""
        return address(self.root, self.company, PAGES[set], number) if set in PAGES else ""

    def mended(self, code: str) -> str:
        """Where a problem is mended; "" where that is elsewhere, or there is no way."""
        return address(self.root, self.company, MENDED_ON[code]) if code in MENDED_ON else ""


NOWHERE = WebClient("", "")


def web_client(connector: Connector, card: ShopCard | None, name: str | None = None) -> WebClient:
    """That of a shop's company; storage is asked only where there is a way at all, and the name is not given."""
    settings = connector.settings
    root = root_of(settings.bc_api_root, settings.bc_web_client_url)
    if not root or card is None:
        return NOWHERE
    return WebClient(root, connector.shops.company_name(card) if name is None else name)


def company_called(card: ShopCard, companies: Iterable[dict[str, Any]]) -> str:
    """The name of the card's company among these of Business Central; "" if it is not one of them."""
    return next((str(one["name"]) for one in companies if str(one["id"]).lower() == company_key(card)), "")


def note_companies(connector: Connector, cards: Iterable[ShopCard], companies: Iterable[dict[str, Any]]) -> None:
    """Remember the names of these cards' companies, wherever another is remembered, or none."""
    named, known = {str(one["id"]).lower(): str(one["name"]) for one in companies}, connector.shops.company_names()
    for card in cards:
        company = company_key(card)
        if company in named and known.get(card.code) != (company, named[company]):
            connector.shops.note_company(card, named[company])


def note_company(connector: Connector, card: ShopCard, companies: Iterable[dict[str, Any]]) -> str:
    """Remember the name of the card's company; the name, "" if it is not one of these."""
    name = company_called(card, companies)
    if name and name != connector.shops.company_name(card):
        connector.shops.note_company(card, name)
    return name
