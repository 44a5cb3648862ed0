"""A seeded shop of some size."""
from __future__ import annotations

from typing import Any

from local.shopify.demo_shop import demo_shop
from local.shopify.state import ShopState
from local.shopify.tests.conftest import NOW, ManualClock


def a_shop(**options: Any) -> ShopState:
    return demo_shop(**{"seed": 1, "now": NOW, "customers": 60, "products": 50, "orders": 200,
                        "clock": ManualClock(), **options})
