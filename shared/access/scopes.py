"""The access scopes the connector asks for: the one list, and what a grant lacks of it.

Source: Shopify, "Access scopes". A write scope contains its read scope, and Shopify's answer names
only the write scope then: sets are compared with what they imply, never as texts. A room that reads
something new adds its scope here, and every shop is told which scope is missing (access-scope-changed).
"""
from __future__ import annotations

from collections.abc import Iterable

REQUIRED = (
    "read_customers",
    "read_fulfillments",
    "read_inventory",
    "read_orders",
    "read_products",
)
"""Without one of these no synchronization starts."""

FULFILLMENT_ORDERS = (
    "read_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
)
"""Each opens its share of the fulfillment orders; without any of them orders are read without."""

PAYMENTS = (
    "read_shopify_payments_accounts",
    "read_shopify_payments_disputes",
    "read_shopify_payments_payouts",
)
"""The account, and what is read through it; without them payouts and disputes are not used."""

OPTIONAL = ("read_all_orders", "read_payment_terms", "read_customer_merge", *FULFILLMENT_ORDERS, *PAYMENTS)
"""Asked for as well; what needs them is left out where they are not granted, and the card names them.

read_all_orders: without it orders older than 60 days are absent. Shopify approves it per app.
read_customer_merge: without it no webhook tells that two customers were merged.
"""

WANTED = (*REQUIRED, *OPTIONAL)


def read_scopes(text: str) -> tuple[str, ...]:
    """The scopes of Shopify's comma list, sorted."""
    return tuple(sorted({part.strip() for part in text.split(",") if part.strip()}))


def missing(wanted: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The wanted scopes that the granted ones do not contain, sorted."""
    held = set(granted)
    held |= {scope.replace("write_", "read_", 1) for scope in held if scope.startswith("write_")}
    return tuple(sorted(set(wanted) - held))
