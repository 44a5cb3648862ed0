"""Commands: what Shopify asks of us beyond "this record changed", carried out from the queue webhook-commands.

Source: Shopify, "Privacy law compliance" and "Webhooks" (payloads of app/uninstalled, app/scopes_update and the
three compulsory topics). Headers are not signed, so a body must fit the topic and the store that the headers name:
a delivery that was recorded once cannot be sent again as something worse. What a body does not name (app/scopes_update
no store, shop/redact no time) is asked of Shopify (asking.py). Border: reads, sends; command_handlers.py carries out.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import ceil
from typing import Any

import msgspec

from shared.clock import from_iso, iso, iso_exact
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.privacy.subject import Subject
from shared.shopify.topics import APP_TOPICS, BULK_FINISHED, PRIVACY_TOPICS, IdInBody
from shared.shopify.webhooks import Delivery
from shared.texts import Sentence, sentence

QUEUE = "webhook-commands"
COMMAND_TOPICS = (*APP_TOPICS, *PRIVACY_TOPICS)
FOLLOW_CARD = "subscriptions/follow-card"
"""Ours, not Shopify's: a shop was enabled or disabled, its subscriptions follow."""

ABOUT_A_CUSTOMER = ("customers/data_request", "customers/redact")

ORDERS_A_COMMAND = 1000
"""A message of the queue holds 48 KiB; a longer list becomes several commands."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the queue. `at` is UTC, ISO 8601: when Shopify triggered it, never in the future.

    id           Shopify's of the request or the bulk operation, or of the delivery if there is neither
    host         the store that it is about, "" for a command of our own
    refused      why the body cannot be carried out though Shopify signed it; it only gets a receipt
    asked_since  UTC: Shopify is being asked since then whether it is true, "" = not yet
    confirmed_by  the operator who says that it is true, where Shopify does not say otherwise
    """

    shop: str
    topic: str
    at: str
    id: str
    host: str = ""
    subject: Subject | None = None
    refused: str = ""
    asked_since: str = ""
    confirmed_by: str = ""


def send(connector: Connector, command: Command, *, delay_seconds: float = 0) -> None:
    """Have the command carried out, after this delay at the earliest."""
    connector.storage.queues.send(QUEUE, written(command), delay_seconds=ceil(delay_seconds))


def send_all(connector: Connector, commands: Iterable[Command]) -> None:
    """Have each of them carried out, on its own."""
    connector.storage.queues.send_all(QUEUE, map(written, commands))


def written(command: Command) -> str:
    """The message of the queue. A version before may take it: it calls the id number, and ids are numbers to it."""
    fields: dict[str, Any] = msgspec.to_builtins(command)
    fields["number"] = fields.pop("id")
    if subject := fields["subject"]:
        subject |= {"id": int(subject["id"])} | {name: list(map(int, subject[name])) for name in ("orders", "merged")}
    return msgspec.json.encode(fields).decode()


def command_in(message: bytes) -> Command:
    """The command of a message, also of one that a version before wrote."""
    fields = decoded(message, type=dict[str, Any])
    if subject := fields.get("subject"):
        several = {name: list(map(str, subject.get(name, ()))) for name in ("orders", "merged")}
        fields["subject"] = subject | {"id": str(subject["id"])} | several
    return msgspec.convert(fields | {"id": fields.pop("number")}, Command)


def why_refused(command: Command) -> Sentence:
    """Why the body cannot be carried out; a message says it in English."""
    _, _, reason = command.refused.partition(": ")
    return sentence("the request names no customer that can be: {reason}", reason=reason)


class _Customer(msgspec.Struct):
    id: IdInBody
    email: str | None = None
    phone: str | None = None


class _About(msgspec.Struct):
    """Whom a privacy request is about."""

    customer: _Customer
    orders_requested: list[IdInBody] | None = None
    orders_to_redact: list[IdInBody] | None = None


class _Request(msgspec.Struct):
    id: IdInBody


class _Body(msgspec.Struct):
    """The parts of all commands' bodies that say what they are."""

    shop_domain: str = ""
    myshopify_domain: str = ""
    customer: Any = None
    data_request: _Request | None = None
    current: list[str] | None = None
    admin_graphql_api_id: str = ""


def read_command(delivery: Delivery, now: datetime) -> Iterator[Command]:
    """The commands of a delivery, for no shop yet; ConnectorError input-invalid if the body is not of its topic.

    A privacy request that fits its topic and store, and names nobody, becomes a refused command: Shopify could only
    send the same again.
    """
    try:
        body = decoded(delivery.body, type=_Body)
    except msgspec.DecodeError as error:
        raise ConnectorError("input-invalid", sentence(
            "the body of {topic} cannot be read: {error}", topic=delivery.topic, error=error)) from error
    if not _fits(delivery, body):
        raise ConnectorError("input-invalid", sentence(
            "the body is not one of {topic} of {host}", topic=delivery.topic, host=delivery.shop_domain))
    command = Command(
        shop="", topic=delivery.topic, host=delivery.shop_domain, at=sent_at(delivery, now),
        id=_id_of(delivery, body) or delivery.webhook_id or iso(now),
    )
    if delivery.topic not in ABOUT_A_CUSTOMER:
        yield command
        return
    try:
        about = decoded(delivery.body, type=_About)
    except msgspec.DecodeError as error:
        yield msgspec.structs.replace(command, refused=f"the request names no customer that can be: {error}"[:500])
        return
    yield from _by_parts(command, about)


def _id_of(delivery: Delivery, body: _Body) -> str:
    """Shopify's id of what the body is about, "" if it has none."""
    if delivery.topic == BULK_FINISHED:
        return body.admin_graphql_api_id
    return str(body.data_request.id) if body.data_request else ""


def _by_parts(command: Command, about: _About) -> Iterator[Command]:
    orders = about.orders_requested or about.orders_to_redact or []
    for start in range(0, max(len(orders), 1), ORDERS_A_COMMAND):
        subject = Subject(
            id=str(about.customer.id), email=about.customer.email or "", phone=about.customer.phone or "",
            orders=tuple(map(str, orders[start : start + ORDERS_A_COMMAND])),
        )
        part = f"-{start // ORDERS_A_COMMAND + 1}" if start else ""
        yield msgspec.structs.replace(command, subject=subject, id=command.id + part)


def _fits(delivery: Delivery, body: _Body) -> bool:
    """Whether this body can belong to the topic and the store of the headers."""
    host = delivery.shop_domain
    of_store = body.shop_domain.lower() == host
    match delivery.topic:
        case "app/uninstalled":
            return body.myshopify_domain.lower() == host
        case "app/scopes_update":
            return body.current is not None
        case "customers/data_request":
            return of_store and body.customer is not None and body.data_request is not None
        case "customers/redact":
            return of_store and body.customer is not None and body.data_request is None
        case "shop/redact":
            return of_store and body.customer is None
        case _:
            return bool(body.admin_graphql_api_id)


def sent_at(delivery: Delivery, now: datetime) -> str:
    """The header's time, but none in the future: nobody has signed it.

    To the microsecond: an app may be removed and installed again within one second.
    """
    try:
        at = min(from_iso(delivery.triggered_at), now)
    except (ValueError, OverflowError):
        at = now
    return iso_exact(at)
