"""Carries out the commands of the queue webhook-commands.

A privacy command leaves a receipt (shared/privacy/receipts.py), whatever becomes of it, and waits for a
synchronization that is under way: what is being read must not be written behind the erasure's back.
Border: each command's work is another room's.
"""
from __future__ import annotations

import logging

import msgspec

from shared.clock import from_iso
from shared.connector import Connector
from shared.privacy.erasure import erase_customer, erase_shop
from shared.privacy.export import export_customer
from shared.privacy.receipts import Receipt
from shared.shopify.topics import PRIVACY_TOPICS
from shared.storage.lease import TABLE as LEASE_TABLE
from shared.storage.lease import LeaseTaken, held
from shared.webhooks.commands import FOLLOW_CARD, Command
from shared.webhooks.sending import send
from shared.webhooks.upkeep import repair_shop

_log = logging.getLogger(__name__)


def carry_out(connector: Connector, command: Command) -> None:
    """Do what the command says; raises what nobody foresaw, so that the queue tries again."""
    match command.topic:
        case "app/uninstalled":
            newer = not connector.tokens.disconnect(command.shop, at=from_iso(command.at))
            _log.warning("shop %s: the app was removed%s", command.shop, ", before its present access" if newer else "")
        case "app/scopes_update":
            connector.tokens.scopes_changed(command.shop, command.scopes, at=from_iso(command.at))
        case "bulk_operations/finish":
            # Nothing of ours runs in bulk yet, so there is nothing to collect.
            _log.info("shop %s: a bulk operation ended", command.shop)
        case topic if topic == FOLLOW_CARD:
            _follow_card(connector, command.shop)
        case topic if topic in PRIVACY_TOPICS:
            _privately(connector, command)
        case topic:
            _log.error("shop %s: there is no command %s", command.shop, topic)


def give_up(connector: Connector, command: Command) -> None:
    """The command failed too often: an operator has to see to it."""
    _log.error("shop %s: the command %s of %s failed too often", command.shop, command.topic, command.at)
    if command.topic in PRIVACY_TOPICS:
        connector.receipts.keep(_receipt(connector, command, "failed"))


def _privately(connector: Connector, command: Command) -> None:
    receipt = _receipt(connector, command, "received")
    connector.receipts.keep(receipt)
    leases = connector.storage.tables[LEASE_TABLE]
    seconds = connector.settings.lease_seconds
    try:
        with held(leases, f"sync-{command.shop}", seconds=seconds, clock=connector.clock):
            found, note = _work(connector, command)
    except LeaseTaken as taken:
        wait = (from_iso(taken.until) - connector.clock.now()).total_seconds() + 1
        send(connector, command, delay_seconds=max(wait, 1))
        return
    connector.receipts.keep(msgspec.structs.replace(
        receipt, state="done", ended_at=connector.clock.now().isoformat(timespec="seconds"), found=found, note=note
    ))


def _work(connector: Connector, command: Command) -> tuple[dict[str, int], str]:
    """What was found, by place, and a remark for the receipt."""
    if command.subject is None:
        return erase_shop(connector, command.shop, triggered_at=from_iso(command.at))
    if command.topic == "customers/redact":
        return erase_customer(connector, command.shop, command.subject)
    return export_customer(connector, command.shop, command.subject, command.number)


def _receipt(connector: Connector, command: Command, state: str) -> Receipt:
    return Receipt(
        shop=command.shop, topic=command.topic, number=command.number, state=state, triggered_at=command.at,
        received_at=connector.clock.now().isoformat(timespec="seconds"),
        customer=command.subject.id if command.subject else 0,
    )


def _follow_card(connector: Connector, shop: str) -> None:
    """One at a time per shop, and the card read in turn: else an older command undoes a newer one's work.

    LeaseTaken after twenty tries half a second apart: the queue brings the command again.
    """
    leases = connector.storage.tables[LEASE_TABLE]
    for tries_left in range(19, -1, -1):
        try:
            with held(leases, f"subscriptions-{shop}", seconds=60, clock=connector.clock):
                card = connector.shops.find(shop)
                if card is not None:
                    repair_shop(connector, card)
                return
        except LeaseTaken:
            if not tries_left:
                raise
            connector.clock.sleep(0.5)
