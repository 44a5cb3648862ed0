"""The host is killed again and again in the middle of a sync; nothing is lost, nothing doubled."""
from __future__ import annotations

import random
import time
from decimal import Decimal
from pathlib import Path

import pytest

from local.azurite import Azurite
from tests.integration.sync.street import SHOP, Street, a_street

ORDERS, KILLS = 2000, 20


@pytest.mark.timeout(600)
def test_after_twenty_kills_business_central_holds_every_order_exactly_once(
    azurite: Azurite, tmp_path: Path
) -> None:
    chance = random.Random(11)
    size = {"orders": ORDERS, "customers": 20, "products": 20, "plain": True, "plan": "enterprise"}
    with a_street(azurite.connection_string, tmp_path, **size) as street:
        street.open()
        street.connect()
        killed_while_running = 0

        for _ in range(KILLS):
            street.start_sync()
            time.sleep(chance.uniform(0.05, 1.6))
            killed_while_running += not finished(street)
            street.kill()
            street.open()
        street.start_sync()
        run = street.finished_run()

        assert run["state"] == "succeeded", run
        assert killed_while_running >= KILLS * 3 // 4
        assert totals_in_cents(street.orders_in_bc()) == totals_in_cents(orders_in_shopify(street))


def finished(street: Street) -> bool:
    """Whether the whole sync had ended before the kill, which then proves nothing."""
    info = street.call("GET", f"shops/{SHOP}/synchronization-info/orders").json()
    return info["last_outcome"] == "succeeded"


def orders_in_shopify(street: Street) -> list[tuple[str, str]]:
    """What must be there: every order that was not archived before the first sync."""
    records = [stored.record for stored in street.shopify.shop_state.stored("orders")]
    return sorted(
        (f"SHP-{record['id'].rsplit('/', 1)[-1]}", record["currentTotalPriceSet"]["shopMoney"]["amount"])
        for record in records if not record["closed"]
    )


def totals_in_cents(rows: list[tuple[str, str]]) -> list[tuple[str, Decimal]]:
    return [(key, Decimal(total).quantize(Decimal("0.01"))) for key, total in rows]
