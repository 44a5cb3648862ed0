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
    "read_payment_terms",
    "read_products",
)
"""Without one of these no synchronization starts."""

OPTIONAL = ("read_all_orders",)
"""Asked for as well; without it orders older than 60 days are absent. Shopify approves it per app."""

WANTED = (*REQUIRED, *OPTIONAL)


def read_scopes(text: str) -> tuple[str, ...]:
    """The scopes of Shopify's comma list, sorted."""
    return tuple(sorted({part.strip() for part in text.split(",") if part.strip()}))


def missing(wanted: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The wanted scopes that the granted ones do not contain, sorted."""
    held = set(granted)
    held |= {scope.replace("write_", "read_", 1) for scope in held if scope.startswith("write_")}
    return tuple(sorted(set(wanted) - held))
