"""The picture of the last 24 hours: which orders count, what is usual, and what is not known."""
from __future__ import annotations

import re
from html import unescape

import pytest

from local.business_central.faults import Fault
from shared.admin.overview import ArrivalsView, overview
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import House
from tests.portal.served import Portal

HOUR, DAY = 3600, 86_400


def arrived(house: House) -> ArrivalsView:
    (found,) = overview(house.connector, "en").arrivals
    return found


def counts(house: House) -> dict[str, int]:
    """Hour -> orders, where there are any."""
    return {hour.at[11:13]: hour.count for hour in arrived(house).hours if hour.count}


def test_an_order_counts_in_the_hour_in_which_it_was_first_read_and_never_again(house: House) -> None:
    house.order(5001)
    house.sync()
    house.clock.forward(HOUR)
    house.change("orders", 5001, note="gift")
    house.order(5002)
    house.sync()
    house.sync()

    assert counts(house) == {"10": 1, "11": 1}
    assert arrived(house).count == 2


def test_a_skipped_order_has_arrived_too_and_its_retry_brings_nobody_new(house: House) -> None:
    house.order(5001, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.sync()
    house.clock.forward(2 * DAY - HOUR)
    house.sync()

    assert arrived(house).count == 0
    house.clock.forward(HOUR)
    assert [hour.usual for hour in arrived(house).hours][-1] == 0.5


@pytest.mark.parametrize("kind, method", [
    pytest.param("status", "GET", id="looked up"), pytest.param("forbidden", "POST", id="made"),
])
def test_orders_that_failing_runs_read_again_and_again_have_arrived_once(
    house: House, kind: str, method: str
) -> None:
    """Where none could be looked up none is known to the next run; where one was refused, its parcel is."""
    for number in range(5001, 5006):
        house.order(number)
    house.bc.faults.add(Fault(kind, method=method, entity="salesOrders", times=None))

    failed = [house.sync("orders").state for _ in range(3)]
    house.bc.faults.clear()
    house.sync("orders")

    assert failed == ["failed"] * 3
    assert arrived(house).count == 5


def test_customers_are_no_orders(house: House) -> None:
    house.customer(7101)
    house.sync()

    assert counts(house) == {}


def test_orders_of_a_back_fill_arrived_long_ago(house: House) -> None:
    house.sync()
    house.order(5001, created_at="2026-01-10T10:00:00Z", updated_at="2026-01-10T10:00:00Z")

    run = run_sync(house.connector, SyncJob(
        shop=house.shop, started_by="ada", types=("orders",), created_since="2026-01-01T00:00:00Z",
        created_until="2026-02-01T00:00:00Z"))

    assert run is not None
    assert (run.counts["orders"].read, counts(house)) == (1, {})


def test_the_usual_is_the_middle_of_that_hour_on_the_days_before(house: House) -> None:
    for count in (4, 10, 6):
        house.connector.arrivals.add(house.shop, "orders", count)
        house.clock.forward(DAY)

    (now,) = [hour for hour in arrived(house).hours if hour.at == "2026-03-13T10:00:00Z"]

    assert (now.count, now.usual) == (0, 6)
    assert arrived(house).usual == 6


def test_of_an_hour_before_the_first_order_nothing_is_usual(house: House) -> None:
    house.connector.arrivals.add(house.shop, "orders", 4)
    house.clock.forward(DAY - HOUR)

    assert arrived(house).usual is None


def test_hours_of_more_than_two_weeks_ago_are_forgotten(house: House) -> None:
    house.connector.arrivals.add(house.shop, "orders", 400)
    for _ in range(15):
        house.clock.forward(DAY)
        house.connector.arrivals.add(house.shop, "orders", 2)
    house.clock.forward(DAY)

    assert arrived(house).usual == 2


def test_what_has_not_been_read_is_no_quiet_hour(house: House) -> None:
    house.order(5001)
    house.sync()
    house.clock.forward(3 * HOUR)

    unread = [hour.at[11:13] for hour in arrived(house).hours if hour.unread]

    assert unread == ["11", "12", "13"]


def test_a_shop_that_is_read_every_few_minutes_has_no_gap_at_the_turn_of_the_hour(house: House) -> None:
    house.sync()
    house.clock.forward(HOUR - 120)

    assert [hour for hour in arrived(house).hours if hour.unread and hour.at >= "2026-03-10T10"] == []


def test_all_shops_are_on_one_scale(house: House) -> None:
    house.connector.shops.save("BBB", {"shopify_url": "https://demo-bb.myshopify.com"})
    house.connector.arrivals.add("BBB", "orders", 20)
    house.connector.arrivals.add(house.shop, "orders", 5)

    heights = {one.shop: max(hour.share for hour in one.hours) for one in overview(house.connector, "en").arrivals}

    assert heights == {"BBB": 100.0, house.shop: 25.0}


def test_the_picture_says_in_words_and_in_a_table_what_it_shows(portal: Portal) -> None:
    house = portal.house
    house.connector.arrivals.add(house.shop, "orders", 1_200)

    page = portal.visitor().get("/portal").text
    table = re.search(r'<details class="as-table">.*?</details>', page, re.DOTALL)

    assert f'role="img" aria-label="{house.shop}: 1,200 orders' in page
    assert table is not None
    assert len(re.findall(r'<th scope="row"><time', table[0])) == 24
    assert "1,200" in table[0]


def test_the_picture_is_told_in_french_too(portal: Portal) -> None:
    portal.house.connector.arrivals.add(portal.house.shop, "orders", 1)
    portal.house.clock.forward(3 * HOUR)

    page = unescape(portal.visitor("fr-FR").get("/portal").text)

    assert "1 commande, les dernières heures ne sont pas lues" in page
