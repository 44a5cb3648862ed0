"""What a month costs: the page shows what the program reckons, and the sums are the ones it names."""
from __future__ import annotations

from pathlib import Path

import pytest

from local.cost import PRICES, VOLUMES, costs, quantities, tables, with_log

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "cost.md"


def test_the_page_holds_the_tables_that_the_program_prints() -> None:
    assert tables(VOLUMES) in PAGE.read_text(), "python -m local.cost prints the new ones"


def test_a_shop_without_orders_still_pays_for_its_schedule() -> None:
    used = quantities(0)

    assert used["runs"] == 8640
    assert used["executions"] == 55_470 + 8640
    assert used["GB-s"] == 2 * (55_470 + 8640)
    assert used["table operations"] == 18 * 8640
    assert costs(used)["GB-s"] == pytest.approx((128_220 - 100_000) * 0.000026)


def test_an_order_is_paid_for_when_it_comes_and_when_it_is_read_again() -> None:
    more = quantities(100)["table operations"] - quantities(0)["table operations"]

    assert more == pytest.approx(300 * (18 + 17 + 2 * 8) + 100 * 0.225 + 600 * 2)


def test_the_log_costs_a_batch_a_run_a_blob_a_woken_run_and_a_week_of_entries() -> None:
    more = with_log(100)

    assert (more["table operations"], more["blob writes"]) == (8940, 300)
    assert more["table GB"] == pytest.approx((9540 + 8 * 100) * 4 * 7 / 30 / 1e6)


def test_what_is_free_costs_nothing_and_the_rest_its_price() -> None:
    used = quantities(1_000_000)

    assert costs(quantities(100))["executions"] == 0
    assert costs(used)["executions"] == pytest.approx((6_236_910 - 250_000) * PRICES["execution"])


def test_no_instance_is_billed_for_more_webhook_seconds_than_the_month_has() -> None:
    more = quantities(2_000_000)["GB-s"] - quantities(1_000_000)["GB-s"]

    assert more == pytest.approx(2 * 0.4 * 1_000_000)
