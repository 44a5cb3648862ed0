"""A seeded shop in a house, and the totals that both services hold."""
from __future__ import annotations

from collections import Counter
from decimal import Decimal

from local.shopify.demo_shop import demo_shop
from tests.house import House


def a_shop_of(house: House, **size: int | bool) -> None:
    """Put a seeded shop into the house and let items and customers be created."""
    state = demo_shop(seed=3, now=house.clock.now(), clock=house.clock, **size)  # type: ignore[arg-type]
    house.shopify.service.state = state
    house.card(auto_create_unknown_items=True)


def wanted_totals(house: House) -> dict[str, Decimal]:
    """Every order that is not history, with the total Shopify states."""
    records = [stored.record for stored in house.shopify.shop_state.stored("orders")]
    return {
        f"SHP-{record['id'].rsplit('/', 1)[-1]}": Decimal(record["currentTotalPriceSet"]["shopMoney"]["amount"])
        for record in records if not record["closed"]
    }


def totals_in_bc(house: House) -> dict[str, Decimal]:
    """What Business Central holds; an order that is there twice would fail here."""
    rows = list(house.bc.state.table("salesOrders").rows.values())
    keys = Counter(row["externalDocumentNumber"] for row in rows)
    assert set(keys.values()) <= {1}, f"doubled: {[key for key, times in keys.items() if times > 1]}"
    return {row["externalDocumentNumber"]: Decimal(str(row["totalAmountIncludingTax"])) for row in rows}
