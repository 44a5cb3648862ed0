"""What happens to a Shopify product: which items it becomes, which follow, and which variants are refused.

Border: decides only; which item a variant is, and what is sent of it, says the mapping.
"""
from __future__ import annotations

from enum import StrEnum

from shared.business_central.operations import of_items
from shared.business_central.plan import ItemPlan
from shared.errors import ConnectorError
from shared.mapping.known import ItemsAndSetup, LinkOfVariant
from shared.mapping.prices import AskShopPrices
from shared.shopify.records import Product
from shared.shops.card import ShopCard
from shared.stores.links import Link
from shared.sync.decision import Decision, What
from shared.texts import sentence
from shared.to_business_central.products.plan import RefusedVariant, item_plans, unit_unclear, without_price

ProductDecision = Decision[tuple[ItemPlan | RefusedVariant, ...]]


class Owed(StrEnum):
    """What an item was to be given and could not be; UNIT: nobody can say in which unit the variant is sold."""

    TARIFF = "tariff"
    PRICE = "price"
    UNIT = "unit"


def decide_product(
    product: Product, link: Link, card: ShopCard, known: ItemsAndSetup, link_of_variant: LinkOfVariant,
    shop_prices: AskShopPrices,
) -> ProductDecision:
    """What happens to a product that changed: what can be done of it is done, whatever else of it is refused."""
    plans = item_plans(product, card, known, link_of_variant, shop_prices)
    operations = of_items((plan for plan in plans if isinstance(plan, ItemPlan)), card.item_card_service)
    problems = tuple(problem for plan in plans for problem in _problems(plan))
    if problems:
        return Decision(What.REFUSE, link, plans, operations, problems)
    creates = any(one.target == "items" and not one.key for one in operations)
    what = What.CREATE if creates else What.CHANGE if operations else What.LEAVE
    return Decision(what, link, plans, operations, why=sentence("The items stay as they are."))


def owed_of(plan: ItemPlan) -> list[tuple[Owed, ConnectorError]]:
    """What the plan itself leaves the item without, and why."""
    owed: list[tuple[Owed, ConnectorError]] = []
    if plan.unclear_unit:
        owed.append((Owed.UNIT, unit_unclear(plan, plan.unclear_unit)))
    if plan.unpriced:
        owed.append((Owed.PRICE, without_price(plan, plan.unpriced)))
    return owed


def _problems(plan: ItemPlan | RefusedVariant) -> list[ConnectorError]:
    if isinstance(plan, RefusedVariant):
        return [plan.reason]
    return [problem for _, problem in owed_of(plan)]
