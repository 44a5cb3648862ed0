"""Keeps each shop's webhook subscriptions as they should be: all of them while it is enabled, none when it is not.

Shopify delivers to PUBLIC_URL, or to Amazon EventBridge where SHOPIFY_EVENT_BRIDGE_ARN is set; with neither there
are no webhooks, and the schedule alone finds what changed. A shop that cannot be asked now (no access, Shopify
refuses) is asked again by the next repair: nothing an operator does waits for it.
"""
from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

from shared.clock import iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.settings import Settings
from shared.shopify.subscriptions import Repair, repair, subscriptions
from shared.shopify.topics import SCOPES_OF_TOPICS, SUBSCRIBED_TOPICS, enum_name
from shared.shops.card import ShopCard
from shared.texts import sentence
from shared.webhooks.commands import FOLLOW_CARD, Command, send, send_all

PATH = "/api/webhooks/shopify"
_log = logging.getLogger(__name__)


def follow_card(connector: Connector, shop: str) -> None:
    """The card was saved or access was granted: have the subscriptions follow, from the queue."""
    if _addresses(connector.settings):
        send(connector, _following(connector, shop))


def follow_all_cards(connector: Connector) -> list[str]:
    """Have every shop's subscriptions compared and repaired, from the queue; the shops' codes.

    Each by a command of its own: a store that answers late, or not at all, is waited for by nobody else.
    """
    shops = connector.shops.codes() if _addresses(connector.settings) else []
    send_all(connector, (_following(connector, shop) for shop in shops))
    return shops


def _following(connector: Connector, shop: str) -> Command:
    now = iso(connector.clock.now())
    return Command(shop=shop, topic=FOLLOW_CARD, at=now, id=now)


def repair_shop(connector: Connector, card: ShopCard) -> Repair | None:
    """Compare and repair for one shop; None if it could not be asked, which is logged and goes no further.

    The access is read anew: another instance may just have been granted more scopes, and nobody asks for this again
    before the next repair.
    """
    connector.tokens.grants.read(card.code)
    if not _can_ask(connector, card):
        return None
    try:
        return _repaired(connector, card)
    except ConnectorError as problem:
        _log.warning("webhook subscriptions of shop %s were not repaired: %s", card.code, problem)
        return None


def _repaired(connector: Connector, card: ShopCard) -> Repair:
    topics = _topics(connector, card) if _is_listened_to(connector, card) else []
    address, *former = _addresses(connector.settings)
    client = connector.shopify(card)
    try:
        done = repair(client, topics, address, former=former)
    finally:
        client.close()
    for topic, why in done.refused.items():
        _log.warning("shop %s: Shopify refuses the subscription of %s: %s", card.code, topic, why)
    return done


class TopicStanding(NamedTuple):
    """One topic, as GraphQL spells it; state: subscribed, elsewhere, missing, scope or not-wanted; why: of a scope."""

    topic: str
    state: str
    address: str
    why: str


class Standing(NamedTuple):
    """What is subscribed to. address: where Shopify is to deliver, "" if it can reach us nowhere."""

    address: str
    topics: list[TopicStanding]


def standing(connector: Connector, card: ShopCard) -> Standing:
    """How the shop's subscriptions are at Shopify; ConnectorError why it cannot be asked."""
    _check_may_ask(connector, card)
    address, *former = _addresses(connector.settings)
    client = connector.shopify(card)
    try:
        ours = [one for one in subscriptions(client) if one.uri in (address, *former)]
    finally:
        client.close()
    found = {one.topic: one.uri for one in sorted(ours, key=lambda one: one.uri == address)}
    wanted = _is_listened_to(connector, card)
    return Standing(address, [_stands(topic, address, found, connector, card, wanted) for topic in SUBSCRIBED_TOPICS])


def renew_shop(connector: Connector, card: ShopCard) -> Repair:
    """Compare and repair for one shop, now; ConnectorError why it cannot be."""
    connector.tokens.grants.read(card.code)
    _check_may_ask(connector, card)
    return _repaired(connector, card)


def _stands(
    topic: str, address: str, found: Mapping[str, str], connector: Connector, card: ShopCard, wanted: bool
) -> TopicStanding:
    name = enum_name(topic)
    uri = found.get(name, "")
    scopes = SCOPES_OF_TOPICS.get(topic, frozenset())
    if uri:
        return TopicStanding(name, "subscribed" if uri == address else "elsewhere", uri, "")
    if not wanted:
        return TopicStanding(name, "not-wanted", "", "")
    if scopes and connector.tokens.lacks(card.code, scopes):
        return TopicStanding(name, "scope", "", ", ".join(sorted(scopes)))
    return TopicStanding(name, "missing", "", "")


def _check_may_ask(connector: Connector, card: ShopCard) -> None:
    if not _addresses(connector.settings):
        raise ConnectorError("settings-invalid", sentence(
            "Shopify can reach the connector nowhere: neither PUBLIC_URL nor SHOPIFY_EVENT_BRIDGE_ARN is set"))
    connector.permission()
    connector.tokens.check(card.code, card.host)


def _topics(connector: Connector, card: ShopCard) -> list[str]:
    """All that the shop's token is not known to lack the scope for."""
    lacked = [topic for topic, scopes in SCOPES_OF_TOPICS.items() if connector.tokens.lacks(card.code, scopes)]
    return [topic for topic in SUBSCRIBED_TOPICS if topic not in lacked]


def _addresses(settings: Settings) -> list[str]:
    """Where Shopify is to deliver, then where it no longer is; none if it can reach us nowhere."""
    web = settings.public_url and settings.public_url + PATH
    return [address for address in (settings.shopify_event_bridge_arn, web) if address]


def _can_ask(connector: Connector, card: ShopCard) -> bool:
    return (
        bool(_addresses(connector.settings))
        and connector.permission.allowed()
        and connector.tokens.has_access_key(card.code)
        and not connector.tokens.connections.paused(card.code)
    )


def _is_listened_to(connector: Connector, card: ShopCard) -> bool:
    """Whether any enabled card is of this store: two cards share its subscriptions."""
    return any(map(connector.shops.is_enabled, connector.shops.codes_at(card.host)))
