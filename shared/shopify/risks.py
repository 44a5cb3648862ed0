"""How risky orders are: asked for apart, since only some shop cards want it, and only of new orders.

Source: Shopify's Admin schema 2026-10, Order.risk ("The risk assessments for this order") and RiskAssessmentResult.
Border: what Shopify says; what follows from it is mapping/orders_to_import.py.
"""
from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared.shopify.client import ShopifyClient
from shared.shopify.records import number_of

IDS_PER_CALL = 100


class _Assessment(msgspec.Struct, rename="camel"):
    risk_level: str


class _Risk(msgspec.Struct):
    assessments: list[_Assessment] = []


class _Assessed(msgspec.Struct):
    id: str = ""
    risk: _Risk | None = None


class _Answer(msgspec.Struct):
    nodes: list[_Assessed | None]


def read_risk_levels(client: ShopifyClient, numbers: Sequence[int]) -> dict[int, list[str]]:
    """The levels (HIGH, LOW, MEDIUM, NONE, PENDING) of every assessment, by order; [] for one without any.

    Raises what ShopifyClient.ask raises: of an order that the card wants assessed, no answer is none.
    """
    levels: dict[int, list[str]] = {number: [] for number in numbers}
    for start in range(0, len(numbers), IDS_PER_CALL):
        ids = [f"gid://shopify/Order/{number}" for number in numbers[start:start + IDS_PER_CALL]]
        for order in client.ask("order_risks", {"ids": ids}, type=_Answer).nodes:
            if order is not None and order.id and order.risk is not None:
                levels[number_of(order.id)] = [one.risk_level for one in order.risk.assessments]
    return levels
