"""The webhook topics we understand, and where each body names its record.

Source: Shopify's WebhookSubscriptionTopic (schema 2026-10) and the payload examples on the page "Webhooks".
Only ids are read from a body: a delivery may be late, doubled or out of order, so what a record is like now is
asked by id. A company's locations and contacts are a part of it, and a change of one of them is none of the company
itself; bodies about companies carry no numeric ids. Border: values and reading of ids; whose delivery it is, is the
business of webhooks.py.
"""
from __future__ import annotations

from typing import Annotated, Any

import msgspec

from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.shopify.records import id_of
from shared.texts import sentence

IdInBody = Annotated[int, msgspec.Meta(gt=0, le=2**63 - 1)]
"""An id of Shopify's as a webhook's body has it."""

_CompanyGid = Annotated[str, msgspec.Meta(pattern=r"^gid://shopify/Company/[1-9][0-9]{0,17}$")]
_CustomerGid = Annotated[str, msgspec.Meta(pattern=r"^gid://shopify/Customer/[1-9][0-9]{0,17}$")]


class _Named(msgspec.Struct):
    id: IdInBody


class _Whole(msgspec.Struct):
    """What an order has as long as it is there."""

    line_items: Any = None


class _OfOrder(msgspec.Struct):
    order_id: IdInBody


class _OrderEdit(msgspec.Struct):
    order_edit: _OfOrder


class _Merge(msgspec.Struct):
    kept: _CustomerGid = msgspec.field(name="admin_graphql_api_customer_kept_id")
    deleted: _CustomerGid = msgspec.field(name="admin_graphql_api_customer_deleted_id")
    status: str = ""


class _Company(msgspec.Struct):
    gid: _CompanyGid = msgspec.field(name="admin_graphql_api_id")


class _OfCompany(msgspec.Struct):
    company: _Company


_NamedRecord = _Named | _OfOrder | _OrderEdit | _Merge | _Company | _OfCompany
_Body = type[_Named] | type[_OfOrder] | type[_OrderEdit] | type[_Merge] | type[_Company] | type[_OfCompany]

RECORD_TOPICS: dict[str, tuple[str, _Body]] = {
    "orders/create": ("orders", _Named),
    "orders/updated": ("orders", _Named),
    "orders/cancelled": ("orders", _Named),
    "orders/edited": ("orders", _OrderEdit),
    "orders/delete": ("orders", _Named),
    "refunds/create": ("orders", _OfOrder),
    "order_transactions/create": ("orders", _OfOrder),
    "fulfillments/create": ("orders", _OfOrder),
    "fulfillments/update": ("orders", _OfOrder),
    "customers/create": ("customers", _Named),
    "customers/update": ("customers", _Named),
    "customers/delete": ("customers", _Named),
    "customers/merge": ("customers", _Merge),
    "companies/create": ("companies", _Company),
    "companies/update": ("companies", _Company),
    "companies/delete": ("companies", _Company),
    "company_locations/create": ("companies", _OfCompany),
    "company_locations/update": ("companies", _OfCompany),
    "company_locations/delete": ("companies", _OfCompany),
    "company_contacts/create": ("companies", _OfCompany),
    "company_contacts/update": ("companies", _OfCompany),
    "company_contacts/delete": ("companies", _OfCompany),
    "products/create": ("products", _Named),
    "products/update": ("products", _Named),
    "products/delete": ("products", _Named),
}
"""Topic -> the type of record that changed, and the part of the body that names it."""

PRIVACY_TOPICS = ("customers/data_request", "customers/redact", "shop/redact")
"""Compulsory; set in the app's configuration, no subscription can be made for them."""

BULK_FINISHED = "bulk_operations/finish"
APP_TOPICS = ("app/uninstalled", "app/scopes_update", BULK_FINISHED)

SUBSCRIBED_TOPICS = (*RECORD_TOPICS, *APP_TOPICS)
"""What a connected shop is asked to tell us."""

SCOPES_OF_TOPICS = {"customers/merge": frozenset({"read_customer_merge"})}
"""What a topic needs beside the scopes without which nothing starts; without it no subscription can be made.

Topics of companies need read_customers or read_companies; the first is one of those.
"""


def changed_records(topic: str, body: bytes) -> tuple[str, list[str]]:
    """The records that a delivery of a record topic is about; ConnectorError input-invalid if the body names none."""
    type, shape = RECORD_TOPICS[topic]
    try:
        named = decoded(body, type=shape)
    except msgspec.DecodeError as error:
        raise ConnectorError("input-invalid", sentence(
            "the body of {topic} names no record: {error}", topic=topic, error=error)) from error
    return type, _ids(named)


def _ids(named: _NamedRecord) -> list[str]:
    match named:
        case _Named():
            return [str(named.id)]
        case _OfOrder():
            return [str(named.order_id)]
        case _OrderEdit():
            return [str(named.order_edit.order_id)]
        case _Merge():
            return [id_of(named.kept), id_of(named.deleted)]
        case _Company():
            return [id_of(named.gid)]
        case _OfCompany():
            return [id_of(named.company.gid)]


def told_topic(topic: str, body: bytes) -> str:
    """The topic that the body can be of. Nobody has signed the header: an order that is there, sent again as
    orders/delete, is none that was deleted."""
    if topic == "orders/delete" and decoded(body, type=_Whole).line_items is not None:
        return "orders/updated"
    return topic


def merged_customers(topic: str, body: bytes) -> tuple[str, str] | None:
    """(kept, merged away) of a customers/merge that went through; None of one that did not, or of another topic."""
    if topic != "customers/merge":
        return None
    named = decoded(body, type=_Merge)
    return (id_of(named.kept), id_of(named.deleted)) if named.status.lower() == "completed" else None


def enum_name(topic: str) -> str:
    """orders/create as GraphQL spells it: ORDERS_CREATE."""
    return topic.replace("/", "_").replace(".", "_").upper()
