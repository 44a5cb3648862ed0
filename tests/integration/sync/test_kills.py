"""The host is killed again and again in the middle of a sync; nothing is lost, nothing doubled.

KILLS=20 kills it so often, over a shop that has a hundred orders for each kill; SEED=new draws other moments.
"""
from __future__ import annotations

import os
import time
from decimal import Decimal
from pathlib import Path

import pytest

from local.azurite import Azurite
from tests.integration.sync.street import SHOP, Street, a_street
from tests.seeds import SEED, draws

KILLS = int(os.environ.get("KILLS", "7"))
ORDERS = 100 * KILLS


@pytest.mark.slow("every kill is followed by a host that starts")
@pytest.mark.timeout(150 + 25 * KILLS)
def test_after_many_kills_business_central_holds_every_order_exactly_once(
    street_storage: Azurite, tmp_path: Path
) -> None:
    print(f"SEED={SEED}")
    chance = draws("kills")
    size = {"orders": ORDERS, "customers": 20, "products": 20, "plain": True}
    with a_street(street_storage.connection_string, tmp_path, **size) as street:
        street.open()
        street.connect()

        for _ in range(KILLS):
            street.start_sync()
            wait_for_more_orders(street, chance.randrange(1, 90))
            time.sleep(chance.uniform(0, 0.05))
            assert street.count_of_orders() < ORDERS, "the sync was over before the kill, which proves nothing"
            street.kill()
            street.open()
        street.start_sync()
        run = street.finished_run()

        assert run["state"] == "succeeded", run
        assert totals_in_cents(street.orders_in_bc()) == totals_in_cents(orders_in_shopify(street))


def wait_for_more_orders(street: Street, more: int) -> None:
    """Let the running sync create so many orders; what moment of its work that is, is left to chance."""
    wanted = street.count_of_orders() + more
    given_up_at = time.monotonic() + 90
    while street.count_of_orders() < wanted:
        assert street.host is not None
        street.host.check()
        assert time.monotonic() < given_up_at, street.call("GET", f"shops/{SHOP}/runs").json()[:2]
        time.sleep(0.005)


def orders_in_shopify(street: Street) -> list[tuple[str, str]]:
    """What must be there: a plain shop has no archived orders."""
    records = [stored.record for stored in street.shopify.shop_state.stored("orders")]
    return sorted(
        (f"SHP-{record['id'].rsplit('/', 1)[-1]}", record["currentTotalPriceSet"]["shopMoney"]["amount"])
        for record in records
    )


def totals_in_cents(rows: list[tuple[str, str]]) -> list[tuple[str, Decimal]]:
    return [(key, Decimal(total).quantize(Decimal("0.01"))) for key, total in rows]
