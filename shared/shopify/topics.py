"""The webhook topics we understand, and where each body names its record.

Source: Shopify's WebhookSubscriptionTopic (schema 2026-10) and the payload examples on the page "Webhooks".
Only ids are read from a body: a delivery may be late, doubled or out of order, so what a record is like now is
asked by id. Border: values and reading of ids; whose delivery it is, is the business of webhooks.py.
"""
from __future__ import annotations

from typing import Annotated

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify.kinds import Kind

Number = Annotated[int, msgspec.Meta(gt=0, le=2**63 - 1)]
"""An id of Shopify's."""


class _Named(msgspec.Struct):
    id: Number


class _OfOrder(msgspec.Struct):
    order_id: Number


class _OrderEdit(msgspec.Struct):
    order_edit: _OfOrder


_Body = type[_Named] | type[_OfOrder] | type[_OrderEdit]

RECORD_TOPICS: dict[str, tuple[Kind, _Body]] = {
    "orders/create": ("orders", _Named),
    "orders/updated": ("orders", _Named),
    "orders/cancelled": ("orders", _Named),
    "orders/edited": ("orders", _OrderEdit),
    "refunds/create": ("orders", _OfOrder),
    "order_transactions/create": ("orders", _OfOrder),
    "fulfillments/create": ("orders", _OfOrder),
    "fulfillments/update": ("orders", _OfOrder),
    "customers/create": ("customers", _Named),
    "customers/update": ("customers", _Named),
    "products/create": ("products", _Named),
    "products/update": ("products", _Named),
    "products/delete": ("products", _Named),
}
"""Topic -> the kind of record that changed, and the part of the body that names it."""

PRIVACY_TOPICS = ("customers/data_request", "customers/redact", "shop/redact")
"""Compulsory; set in the app's configuration, no subscription can be made for them."""

APP_TOPICS = ("app/uninstalled", "app/scopes_update", "bulk_operations/finish")

SUBSCRIBED_TOPICS = (*RECORD_TOPICS, *APP_TOPICS)
"""What a connected shop is asked to tell us."""


def changed_record(topic: str, body: bytes) -> tuple[Kind, int]:
    """The record that a delivery of a record topic is about; ConnectorError input-invalid if the body names none."""
    kind, shape = RECORD_TOPICS[topic]
    try:
        named = decoded(body, type=shape)
    except msgspec.DecodeError as error:
        raise ConnectorError("input-invalid", f"the body of {topic} names no record: {error}") from error
    if isinstance(named, _OrderEdit):
        named = named.order_edit
    return kind, named.id if isinstance(named, _Named) else named.order_id


def enum_name(topic: str) -> str:
    """orders/create as GraphQL spells it: ORDERS_CREATE."""
    return topic.replace("/", "_").upper()
