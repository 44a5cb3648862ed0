"""Which tariff number an item is to have: Shopify's harmonized system code, without separators.

Rules: Microsoft's Shopify Connector (compared by digits; set when the item is created, followed when Shopify Can
Update Items is on; an empty code clears nothing). API v2.0 shows no tariff number, so this asks for the Item Card
Service on the shop card. Of several variants that share an item, the first with a code speaks for it.
"""
from __future__ import annotations

import re
from collections.abc import Iterable

from shared.business_central.plan import ItemPlan
from shared.mapping.known import LinkOfVariant
from shared.shopify.records import Product, Variant, id_of
from shared.shops.card import ShopCard

LONGEST = 20
"""Business Central's Tariff No. is a code of 20 characters."""


def tariff_number(variant: Variant) -> str:
    """The digits of the variant's code, "" without any or with more than a tariff number takes: 8471.30 -> 847130."""
    digits = re.sub(r"[^0-9]", "", variant.inventory_item.harmonized_system_code or "")
    return digits if len(digits) <= LONGEST else ""


def tariffs(product: Product, plans: Iterable[ItemPlan], card: ShopCard,
            link_of_variant: LinkOfVariant) -> dict[str, str]:
    """Shopify variant id -> the tariff number its plan is to set; nothing for all the others."""
    if not card.item_card_service:
        return {}
    variants = {id_of(variant.id): variant for variant in product.variants.nodes}
    found: dict[str, str] = {}
    spoken: set[str] = set()
    for plan in plans:
        number = tariff_number(variants[plan.shopify_variant_id])
        if not number or plan.item_number in spoken:
            continue
        spoken.add(plan.item_number)
        if _may_set(plan, card, link_of_variant):
            found[plan.shopify_variant_id] = number
    return found


def _may_set(plan: ItemPlan, card: ShopCard, link_of_variant: LinkOfVariant) -> bool:
    """A new item always gets its number, also one that could not be given it at once."""
    link = link_of_variant(plan.shopify_variant_id)
    return not plan.item_id or card.shopify_can_update_items or (link is not None and link.tariff_owed)
