"""Forget the links of a shop, so that its card may be about another store or another company.

An explicit step of an operator, confirmed with the number of links and written down with his name. The card is switched
off with it, or the next run would link everything to the old company again. Orders are not doubled by it: a run without
links looks every order up in Business Central before it is sent.
"""
from __future__ import annotations

from datetime import timedelta

from shared.clock import from_iso, iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.journal.purges import LINKS, Purge
from shared.record_names import one_called
from shared.stores.kept import Kept, number_of_links, remove_kept
from shared.sync.shop_lease import shop_lease
from shared.texts import count, sentence


def forget_links(connector: Connector, shop: str, confirm: int | None, *, by: str) -> tuple[Purge, Kept]:
    """Remove links, times, skipped and announced records, payouts and disputes of a card, also of a removed one.

    What was removed, and the entry in the book of purges. ConnectorError: shop-unknown, sync-already-running,
    confirmation-needed (names the number of links), outcome-unknown while an order may be under way.
    """
    if connector.shops.find(shop) is None and not connector.shops.was_removed(shop):
        connector.shops.get(shop)
    with shop_lease(connector, shop):
        return _forget(connector, shop, confirm, by)


def _forget(connector: Connector, shop: str, confirm: int | None, by: str) -> tuple[Purge, Kept]:
    number = number_of_links(connector.storage, shop)
    if confirm != number:
        raise ConnectorError("confirmation-needed", sentence(
            "this removes {number} links of shop {shop}, its synchronization times and its skipped records, and "
            "switches the card off; confirm={confirm} does it", number=count(number), shop=shop, confirm=number))
    _check_nothing_is_under_way(connector, shop)
    if connector.shops.find(shop) is not None:
        connector.shops.switch_off(shop, iso(connector.clock.now()), by=by)
    removed: list[Kept] = []

    def remove(purge: Purge) -> None:
        removed.append(remove_kept(connector.storage, shop))
        purge.entries = removed[0].links

    purge = connector.book.carry_out(LINKS, connector.clock.now(), remove, by=by, shop=shop)
    return purge, removed[0]


def _check_nothing_is_under_way(connector: Connector, shop: str) -> None:
    """A claim is all that is known of an order whose answer was lost: it may still arrive, so it is kept."""
    since = connector.clock.now() - timedelta(seconds=connector.settings.bc_settle_seconds)
    for link in connector.links(shop, "orders").being_sent():
        if from_iso(link.claimed_at) > since:
            raise ConnectorError("outcome-unknown", sentence(
                "{record} of shop {shop} was sent at {time} without an answer: wait until a synchronization "
                "has settled it", record=one_called("orders", link.id), shop=shop,
                time=from_iso(link.claimed_at)))
