"""Carries out the commands of the queue webhook-commands.

A command is for the store that it came from: if the card points to another one by the time of its turn, nothing
happens. What would end a connection or erase a shop is believed only when Shopify, asked with the shop's own access,
says so (asking.py); until it does, the command waits, and an operator may confirm it. A privacy command leaves a
receipt (shared/stores/privacy_receipts.py), whatever becomes of it, and waits for a synchronization that is under way:
what is being read must not be written behind the erasure's back. Border: each command's work is another room's.
"""
from __future__ import annotations

import logging
from datetime import timedelta

import msgspec

from shared.clock import from_iso, iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.privacy.erasure import erase_customer, erase_shop, installed_again, nothing_is_kept
from shared.privacy.export import export_customer
from shared.privacy.subject import Subject
from shared.shopify.topics import BULK_FINISHED, PRIVACY_TOPICS
from shared.storage.lease import LeaseTaken
from shared.stores.privacy_receipts import Receipt
from shared.sync.queue import request_look
from shared.sync.shop_lease import ShopTaken, shop_lease
from shared.texts import NOTHING, Sentence, sentence, together
from shared.webhooks.asking import Asked, Standing, ask_shopify
from shared.webhooks.commands import FOLLOW_CARD, Command, send, why_refused
from shared.webhooks.subscriptions import repair_shop

ERASURES = ("customers/redact", "shop/redact")
ASK_AGAIN = timedelta(hours=1)
ASKED_FOR = {"shop/redact": timedelta(days=29)}
"""Shopify allows 30 days for an erasure; other commands are given up after a day: the next run finds out itself."""

_ASKED_FOR_OTHERS = timedelta(days=1)
_log = logging.getLogger(__name__)


def carry_out(connector: Connector, command: Command) -> None:
    """Do what the command says; raises what nobody foresaw, so that the queue tries again."""
    if command.refused:
        _refuse(connector, command, why_refused(command))
    elif not _is_of_our_store(connector, command):
        _refuse(connector, command, sentence("the shop's card or access is not that of {host}", host=command.host))
    else:
        _carry_out(connector, command)


def _is_of_our_store(connector: Connector, command: Command) -> bool:
    """Whether the card points to the store of the command, and the access, where it tells, is that store's too.

    A card with a neighbour's address by mistake holds our store's data: the neighbour must not decide about them.
    """
    if not command.host:
        return True
    granted_by = connector.tokens.host(command.shop)
    return connector.shops.store_of(command.shop) == command.host and granted_by in ("", command.host)


def _carry_out(connector: Connector, command: Command) -> None:
    match command.topic:
        case "app/uninstalled":
            _disconnect(connector, command)
        case "app/scopes_update":
            _take_scopes(connector, command)
        case topic if topic == BULK_FINISHED:
            # What it came to is asked when the run goes on: the body is believed for the id, and that must be ours.
            awaited = request_look(connector, command.shop, command.id)
            _log.info("shop %s: a bulk operation%s ended", command.shop, "" if awaited else " that no run waits for")
        case topic if topic == FOLLOW_CARD:
            _follow_card(connector, command.shop)
        case "shop/redact":
            _redact_shop(connector, command)
        case topic if topic in PRIVACY_TOPICS:
            _privately(connector, command)
        case topic:
            _log.error("shop %s: there is no command %s", command.shop, topic)


def _refuse(connector: Connector, command: Command, why: Sentence) -> None:
    """Nothing is done; a privacy request says so on its receipt."""
    _log.warning("shop %s: %s of %s was not carried out: %s", command.shop, command.topic, command.at, why)
    if command.topic in PRIVACY_TOPICS:
        _end(connector, _receipt(connector, command, "refused"), {}, why)


def _disconnect(connector: Connector, command: Command) -> None:
    since = connector.tokens.since(command.shop)
    if since is not None and since > from_iso(command.at):
        _log.warning("shop %s: the app was removed, before its present access", command.shop)
        return
    asked = ask_shopify(connector, command.shop, command.host)
    match asked.standing:
        case Standing.INSTALLED:
            _refuse(connector, command, sentence("Shopify says that the app is installed"))
        case Standing.UNKNOWN:
            _ask_later(connector, command, asked)
        case Standing.REMOVED:
            connector.tokens.disconnect(command.shop, at=from_iso(command.at))
            _log.warning("shop %s: the app was removed", command.shop)


def _take_scopes(connector: Connector, command: Command) -> None:
    """The notice names no store, so it is only the reason to ask which scopes there are."""
    if not connector.tokens.has_access_key(command.shop):
        return
    asked = ask_shopify(connector, command.shop, command.host)
    match asked.standing:
        case Standing.INSTALLED:
            connector.tokens.scopes_changed(command.shop, asked.scopes, at=from_iso(command.at))
        case Standing.UNKNOWN:
            _ask_later(connector, command, asked)
        case Standing.REMOVED:
            _refuse(connector, command, sentence("Shopify does not accept the access: {reason}", reason=asked.reason))


def _redact_shop(connector: Connector, command: Command) -> None:
    if command.asked_since and _is_settled(connector, command):
        return
    again = installed_again(connector, command.shop, triggered_at=from_iso(command.at))
    if again:
        _end(connector, _receipt(connector, command, "done"), {}, again)
        return
    asked = ask_shopify(connector, command.shop, command.host)
    match asked.standing:
        case Standing.INSTALLED:
            _refuse(connector, command, sentence(
                "nothing was erased: Shopify says that the app is installed"))
        case Standing.UNKNOWN if not command.confirmed_by and not nothing_is_kept(connector, command.shop):
            _ask_later(connector, command, asked)
        case _:
            _privately(connector, command)


def _is_settled(connector: Connector, command: Command) -> bool:
    """Whether the request that waited has been carried out meanwhile, by an operator's word."""
    receipt = connector.receipts.find(command.shop, command.topic, command.id)
    return receipt is not None and receipt.state in ("done", "refused")


def confirm_erasure(connector: Connector, shop: str, id: str, *, by: str) -> None:
    """Have a shop erased on an operator's word, which counts where Shopify does not say that the app is installed.

    ConnectorError not-found without such a request, input-invalid when it does not wait for anybody.
    """
    receipt = connector.receipts.find(shop, "shop/redact", id)
    if receipt is None:
        raise ConnectorError("not-found", sentence(
            "shop {shop} has no request {number} to erase it", shop=repr(shop[:20]), number=repr(id[:80])))
    if receipt.state not in ("waiting", "failed"):
        raise ConnectorError("input-invalid", sentence(
            "the request is {state}: there is nothing to confirm", state=receipt.state))
    host = connector.shops.store_of(shop)
    send(connector, Command(
        shop=shop, topic=receipt.topic, at=receipt.triggered_at, id=id, host=host, confirmed_by=by,
    ))


def _ask_later(connector: Connector, command: Command, asked: Asked) -> None:
    """Come again in an hour; after the longest time it is left to an operator. Nothing is destroyed unasked."""
    now = connector.clock.now()
    waiting = msgspec.structs.replace(command, asked_since=command.asked_since or iso(now))
    end = from_iso(waiting.asked_since) + ASKED_FOR.get(command.topic, _ASKED_FOR_OTHERS)
    if now < end:
        _log.warning("shop %s: %s waits, Shopify does not confirm it: %s", command.shop, command.topic, asked.reason)
        send(connector, waiting, delay_seconds=ASK_AGAIN.total_seconds())
    else:
        _log.error("shop %s: %s was given up, unconfirmed by Shopify: %s", command.shop, command.topic, asked.reason)
    if command.topic in PRIVACY_TOPICS:
        problem = ConnectorError("erasure-unconfirmed", sentence(
            "nothing of shop {shop} was erased: Shopify cannot be asked, or does not say, whether the app is still "
            "installed ({reason})", shop=command.shop, reason=asked.reason))
        receipt = _receipt(connector, command, "waiting" if now < end else "failed")
        note = together((problem.code, problem.sentence), ": ")
        connector.receipts.keep(msgspec.structs.replace(receipt, received_at=waiting.asked_since, note=note))


def give_up(connector: Connector, command: Command) -> None:
    """The command failed too often: an operator has to see to it."""
    _log.error("shop %s: the command %s of %s failed too often", command.shop, command.topic, command.at)
    if command.topic in PRIVACY_TOPICS:
        connector.receipts.keep(_receipt(connector, command, "failed"))


def _privately(connector: Connector, command: Command) -> None:
    before = connector.receipts.find(command.shop, command.topic, command.id)
    receipt = _receipt(connector, command, "received")
    if before is not None and command.topic in ERASURES:
        # Shopify delivers twice: what went the first time is not found again, and the receipt is its only proof.
        receipt = msgspec.structs.replace(receipt, received_at=before.received_at, found=before.found)
    connector.receipts.keep(receipt)
    try:
        with shop_lease(connector, command.shop):
            found, note = _work(connector, command)
    except ShopTaken as taken:
        send(connector, command, delay_seconds=taken.seconds_left(connector))
        return
    altogether = {place: found.get(place, 0) + receipt.found.get(place, 0) for place in {**receipt.found, **found}}
    _end(connector, msgspec.structs.replace(receipt, state="done"), altogether, note)


def _work(connector: Connector, command: Command) -> tuple[dict[str, int], Sentence]:
    """What was found, by place, and a remark for the receipt."""
    match command.topic, command.subject:
        case "shop/redact", None:
            who = command.confirmed_by
            return erase_shop(connector, command.shop), sentence("confirmed by {who}", who=who) if who else NOTHING
        case "customers/redact", Subject() as subject:
            return erase_customer(connector, command.shop, _with_merged(connector, command.shop, subject))
        case "customers/data_request", Subject() as subject:
            whole = _with_merged(connector, command.shop, subject)
            return export_customer(connector, command.shop, whole, command.id)
    raise ValueError(f"{command.topic} names {'somebody' if command.subject else 'nobody'}")


def _with_merged(connector: Connector, shop: str, subject: Subject) -> Subject:
    return msgspec.structs.replace(subject, merged=connector.merged.into(shop, subject.id))


def _end(connector: Connector, receipt: Receipt, found: dict[str, int], note: Sentence) -> None:
    ended_at = iso(connector.clock.now())
    connector.receipts.keep(msgspec.structs.replace(receipt, ended_at=ended_at, found=found, note=note))


def _receipt(connector: Connector, command: Command, state: str) -> Receipt:
    return Receipt(
        shop=command.shop, topic=command.topic, id=command.id, state=state, triggered_at=command.at,
        received_at=iso(connector.clock.now()),
        customer_id=command.subject.id if command.subject else "",
    )


def _follow_card(connector: Connector, shop: str) -> None:
    """One at a time per shop, and the card read in turn: else an older command undoes a newer one's work.

    LeaseTaken after twenty tries half a second apart: the queue brings the command again.
    """
    for tries_left in range(19, -1, -1):
        try:
            with connector.leases.held(f"subscriptions-{shop}", seconds=60):
                card = connector.shops.readable(shop)  # of one that cannot be read nothing can follow
                if card is not None:
                    repair_shop(connector, card)
                return
        except LeaseTaken:
            if not tries_left:
                raise
            connector.clock.sleep(0.5)
