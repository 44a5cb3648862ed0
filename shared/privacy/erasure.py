"""Forgets a person, or a whole shop, in everything we keep. Needs no access to Shopify; doing it twice is harmless.

Source: Shopify, "Privacy law compliance" (customers/redact, shop/redact). The caller holds the shop's lease, so
that nothing is being read meanwhile. What a person's orders became in Business Central is the merchant's
bookkeeping and stays there. What goes of each table and container, it says itself (holdings.py).
"""
from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from shared.clock import iso
from shared.connector import Connector
from shared.journal import captures
from shared.privacy.capture_traces import CaptureTraces
from shared.privacy.holdings import HOLDINGS
from shared.privacy.subject import Subject
from shared.storage.holding import OfPerson
from shared.stores.kept import is_synchronized
from shared.stores.links import Link, LinksOfAll
from shared.texts import NOTHING, Sentence, sentence

REINSTALLED_WITHIN = timedelta(hours=48)
"""Shopify sends shop/redact so long after the app was removed; access that is younger is a new start."""


def erase_customer(connector: Connector, shop: str, subject: Subject) -> tuple[dict[str, int], Sentence]:
    """Forget the person; what was found, by place, and a remark for the receipt."""
    captured = CaptureTraces(connector.storage, shop, subject)
    bc_ids = _ids_in_business_central(connector.links, shop, subject, captured.orders)
    whom = captured.data_subject(iso(connector.clock.now()), bc_ids)
    connector.redacted.remember(shop, "customers", whom.customers, connector.clock.now())
    connector.redacted.remember(shop, "orders", whom.orders, connector.clock.now())
    found = {
        one.name: one.of_person.erase(connector.storage, whom)
        for one in HOLDINGS if isinstance(one.of_person, OfPerson)
    }
    # Last: the captures and merges tell who is meant, so an erasure that broke off finds its way again.
    found["captures"] = len(captured.found)
    captured.blot_out()
    connector.merged.forget(shop, subject.ids)
    unreadable = (*sorted(captured.packs.unreadable), *whom.unreadable)
    return found | ({"unreadable packs": len(unreadable)} if unreadable else {}), _removed(unreadable)


def installed_again(connector: Connector, shop: str, *, triggered_at: datetime) -> Sentence:
    """A remark if the merchant has installed the app again since its removal, so that nothing may be erased."""
    since = connector.tokens.since(shop)
    if since is not None and since + REINSTALLED_WITHIN > triggered_at:
        return sentence("nothing was erased: access was granted again at {time}", time=since)
    return NOTHING


def nothing_is_kept(connector: Connector, shop: str) -> bool:
    """Whether no link, no time and no capture is kept of the shop: there is nothing that an erasure could take."""
    storage = connector.storage
    return not is_synchronized(storage, shop) and not storage.blobs.names(
        captures.CONTAINER, f"{shop}/")


def erase_shop(connector: Connector, shop: str) -> dict[str, int]:
    """Forget everything of the shop but its card, which is switched off; what was found."""
    found = {one.name: one.of_shop(connector.storage, shop) for one in HOLDINGS if not isinstance(one.of_shop, str)}
    connector.tokens.forget(shop)
    if connector.shops.readable(shop) is not None:
        connector.shops.switch_off(shop, iso(connector.clock.now()), by="shop/redact")
    elif shop not in connector.shops.codes():  # a card that cannot be read is mended by hand, and lets no run through
        connector.shops.forget_domains(shop)
    return found


def _removed(packs: Collection[str]) -> Sentence:
    """Nobody can say that the person is not in them, and nobody can read them: they are gone too."""
    if not packs:
        return NOTHING
    return sentence("packs that could not be unpacked and were removed: {packs}", packs=", ".join(packs))


def _ids_in_business_central(links: LinksOfAll, shop: str, subject: Subject, orders: Iterable[str]) -> set[str]:
    """What the person's records alone became: a call about one of them may name nothing else of the person."""
    own = links(shop, "customers").of(subject.ids).values()
    made = list(links(shop, "orders").of(orders).values())
    made += [link for link in own if not _is_shared(links, shop, link, subject)]
    return {link.bc_id for link in made} | {link.bc_number for link in made}


def _is_shared(links: LinksOfAll, shop: str, own: Link, subject: Subject) -> bool:
    """Whether others of the shop, also companies, are the same customer in Business Central: it tells nobody apart."""
    people, companies = (links(shop, type).known_as(own.bc_id) for type in ("customers", "companies"))
    return any(link.id not in subject.ids for link in people) or bool(companies)
