"""Which token may see what.

The schema file notes the access each type and field requires ("`read_orders` access scope or ..."). A note
is read as: all of its sentences, in each sentence any of the scopes named. A write scope contains its
read scope. Orders older than 60 days need ``read_all_orders``: without it they are simply absent.
Source: access notes of the schema file; Shopify: Access scopes; recorded refusals.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, lru_cache

from local.shopify.schema import AdminSchema

OLD_ORDERS = timedelta(days=60)
# What the file does not say but the recordings show.
NOT_FOR_FEW = {"QueryRoot.appInstallations"}
# What the file leaves out or says of people only (Shopify: Access scopes).
PAYOUTS, DISPUTES = (f"`read_shopify_payments_{what}` access scope." for what in ("payouts", "disputes"))
FURTHER_NOTES = {
    "ShopifyPaymentsAccount.payouts": PAYOUTS, "ShopifyPaymentsAccount.balanceTransactions": PAYOUTS,
    "ShopifyPaymentsPayout": PAYOUTS, "ShopifyPaymentsAccount.disputes": DISPUTES,
    "ShopifyPaymentsDispute": DISPUTES,
}
FEW_SCOPES = frozenset(  # one list is easier to read than thirty quoted names
    """
    read_orders read_products read_customers read_companies read_inventory read_locations read_fulfillments
    read_shipping read_draft_orders read_discounts read_price_rules read_payment_terms read_returns
    read_gift_cards read_metaobjects read_metaobject_definitions read_publications read_markets read_files
    read_content read_themes read_translations read_locales read_order_edits read_product_listings
    read_assigned_fulfillment_orders read_merchant_managed_fulfillment_orders
    read_third_party_fulfillment_orders
""".split())  # noqa: SIM905


@dataclass(frozen=True)
class Token:
    """An access token of one app: its scopes, whether the app may list installations, and when it ends."""

    value: str
    app: str
    scopes: frozenset[str]
    lists_installations: bool = True
    expires_at: datetime | None = None

    @property
    def sees_all_orders(self) -> bool:
        return "read_all_orders" in self.scopes

    def without(self, scope: str) -> Token:
        return replace(self, scopes=self.scopes - {scope, scope.replace("read_", "write_")})


@lru_cache(maxsize=4)
def all_scopes(schema: AdminSchema) -> frozenset[str]:
    """Every scope the access notes mention, and two that they do not."""
    found = re.findall(r"`((?:read|write)_\w+)`", " ".join((*schema.access.values(), *FURTHER_NOTES.values())))
    return frozenset(found) | FEW_SCOPES | {"read_all_orders", "read_customer_merge"}


def missing_access(schema: AdminSchema, token: Token, parent: str, field: str, named: str) -> str | None:
    """The note this token does not meet for a field, or None; "" when nothing can be said about it."""
    coordinate = f"{parent}.{field}"
    if coordinate in NOT_FOR_FEW:
        return None if token.lists_installations else ""
    types = [named]
    if named.endswith("Connection"):
        types.append(named.removesuffix("Connection"))
    for key in (coordinate, *types):
        note = FURTHER_NOTES.get(key) or schema.access.get(key)
        if note and not all(token_has(token.scopes, group) for group in wanted_scopes(note)):
            return note
    return None


@cache
def wanted_scopes(note: str) -> tuple[frozenset[str], ...]:
    """The scope groups of an access note: one scope of each group is needed."""
    groups = []
    for sentence in note.split(". "):
        # "User needs ..." and "When called by Shopify POS ..." speak of people, not of tokens.
        if "User" in sentence or "user must" in sentence or "POS" in sentence:
            continue
        scopes = re.findall(r"`((?:read|write)_\w+)`", sentence)
        if scopes:
            groups.append(frozenset(scopes))
    return tuple(groups)


def token_has(scopes: frozenset[str], group: frozenset[str]) -> bool:
    return any(s in scopes or s.replace("read_", "write_", 1) in scopes for s in group)


def order_is_visible(token: Token, created_at: str, now: datetime) -> bool:
    """False for an order older than 60 days when the token lacks read_all_orders."""
    return token.sees_all_orders or datetime.fromisoformat(created_at) >= now - OLD_ORDERS
