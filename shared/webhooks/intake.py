"""Takes in one delivery: verify, note what it says, wake the job or queue the command. Answers fast.

A notice costs one write, and once per span of time a message. Border: HTTP and its statuses are the business of
functions/webhooks.py; nothing is read from Shopify here.
"""
from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import msgspec

from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shopify.topics import RECORD_TOPICS, changed_records, merged_customers, told_topic
from shared.shopify.webhooks import Delivery, verified_delivery
from shared.sync.queue import request_changed
from shared.webhooks.commands import COMMAND_TOPICS, read_command, send, sent_at

_log = logging.getLogger(__name__)


def receive(connector: Connector, headers: Mapping[str, str], body: bytes) -> None:
    """Take in what came over HTTP; ConnectorError webhook-signature-invalid or input-invalid."""
    settings = connector.settings
    secrets = (settings.shopify_client_secret, settings.shopify_previous_client_secret)
    try:
        delivery = verified_delivery(headers, body, secrets)
    except ConnectorError as problem:
        if problem.code == "webhook-signature-invalid":
            connector.refused.add()
        raise
    accept(connector, delivery)


def accept(connector: Connector, delivery: Delivery) -> None:
    """Take in a delivery that is known to be Shopify's.

    One for a store that we do not know, or of a topic that we do not follow, is dropped without complaint:
    Shopify could only repeat it.
    """
    if delivery.topic in RECORD_TOPICS:
        _note_change(connector, delivery)
    elif delivery.topic in COMMAND_TOPICS:
        _queue_command(connector, delivery)
    else:
        _log.warning("a delivery of %s was dropped: no such topic is followed", delivery.topic)


def _note_change(connector: Connector, delivery: Delivery) -> None:
    type, ids = changed_records(delivery.topic, delivery.body)
    merge = merged_customers(delivery.topic, delivery.body)
    why = told_topic(delivery.topic, delivery.body)
    if merge is not None:
        for shop in connector.shops.codes_at(delivery.shop_domain):  # also one that is off: it holds people's data
            if not _was_erased_since(connector, shop, delivery, merge):
                connector.merged.add(shop, *merge)
    shops = connector.enabled_shops.at(delivery.shop_domain)
    if not shops:
        _log.warning("a delivery of %s was dropped: no enabled shop is %s", delivery.topic, delivery.shop_domain)
    for shop in shops:
        for id in ids:
            connector.changed.add(shop, type, id, why)
        request_changed(connector, shop)


def _was_erased_since(connector: Connector, shop: str, delivery: Delivery, customers: Sequence[str]) -> bool:
    """Whether a notice came late: one of these customers was erased after it was sent, and nothing is to be joined."""
    at = from_iso(sent_at(delivery, connector.clock.now()))
    redacted = connector.redacted.of(shop)
    return any(redacted.unchanged_since("customers", id, at) for id in customers)


def _queue_command(connector: Connector, delivery: Delivery) -> None:
    """For every card that points to this store now; command_handlers.py looks again when the command's turn comes."""
    commands = list(read_command(delivery, connector.clock.now()))
    shops = connector.shops.codes_at(delivery.shop_domain)
    if not shops:
        _log.warning("a delivery of %s was dropped: no shop is %s", delivery.topic, delivery.shop_domain)
    for shop in shops:
        for command in commands:
            send(connector, msgspec.structs.replace(command, shop=shop))
