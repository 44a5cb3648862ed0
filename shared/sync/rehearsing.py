"""The surroundings in which it is said what would happen: Shopify is not asked, and nothing is left out.

What is needed beside a record (the customer of an order) is taken from the newest capture of that.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from shared.business_central.client import BusinessCentral
from shared.business_central.directory import Directory
from shared.clock import Clock
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.journal.captures import DataCaptures
from shared.mapping.prices import AskShopPrices
from shared.record_names import one_called
from shared.shopify.reading import Record, kept_record
from shared.shops.card import ShopCard
from shared.stores.links import ITEMS, Links, LinksOfAll, Wish
from shared.stores.redacted_records import RedactedOfShop
from shared.stores.synchronization_info import BEGINNING
from shared.sync.shop_prices import as_kept
from shared.texts import sentence


class Rehearsing(NamedTuple):
    """Surroundings (decision.py) of a record that an operator wants."""

    card: ShopCard
    bc: BusinessCentral
    directory: Directory
    clock: Clock
    settle_seconds: float
    all_links: LinksOfAll
    named: Callable[[str, Sequence[str]], list[Record]]
    redacted: RedactedOfShop
    shop_prices: AskShopPrices
    history_before: datetime = BEGINNING
    wish: Wish = Wish.IN_ANY_CASE

    def links(self, type: str) -> Links:
        """The links of this shop's records of one type."""
        return self.all_links(self.card.code, type)

    def item_links(self) -> Links:
        """The links of this shop's variants."""
        return self.all_links(self.card.code, ITEMS)


def rehearsing(connector: Connector, card: ShopCard, bc: BusinessCentral, directory: Directory) -> Rehearsing:
    """The surroundings of this shop."""
    return Rehearsing(
        card, bc, directory, connector.clock, connector.settings.bc_settle_seconds, connector.links,
        Kept(connector.captures, card.code).named, connector.redacted.of(card.code), as_kept(card, connector.shops),
    )


class Kept:
    """Records by id from their newest captures."""

    def __init__(self, captures: DataCaptures, shop: str) -> None:
        self._captures, self._shop = captures, shop

    def named(self, type: str, ids: Sequence[str]) -> list[Record]:
        """One record for each id; ConnectorError not-found when no capture of it is kept."""
        return [self._newest(type, id) for id in ids]

    def _newest(self, type: str, id: str) -> Record:
        captured = self._captures.of_record(self._shop, type, id)
        if not captured:
            raise ConnectorError("not-found", sentence(
                "the replay needs {record}, of which no capture is kept: retry the record instead",
                record=one_called(type, id)))
        return kept_record(type, self._captures.payload(captured[0]))
