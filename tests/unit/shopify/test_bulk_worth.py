"""When records are read in bulk: reckoned from the points of the documents and the shop's own rate."""

from __future__ import annotations

import pytest

from shared.shopify.bulk_worth import seconds_by_pages, seconds_in_bulk, worth_it
from shared.shopify.documents import document
from shared.shopify.shapes import SHAPES


def test_a_page_costs_its_points_at_the_rate_of_the_shop() -> None:
    cost = document("orders_changed").cost

    assert seconds_by_pages("orders", 100_000, 100) == pytest.approx(1_000 * cost / 100)
    assert seconds_by_pages("orders", 100_000, 50) == 2 * seconds_by_pages("orders", 100_000, 100)


def test_a_page_takes_its_way_however_many_points_there_are() -> None:
    assert seconds_by_pages("orders", 1_000, 1e9) == 10 * 0.5


def test_bulk_takes_its_time_once_and_what_it_does_not_give_is_read_beside_it() -> None:
    assert seconds_in_bulk("products", 10**6, 100) == seconds_in_bulk("products", 1, 100) == 60
    assert seconds_in_bulk("orders", 10_000, 100) == 60 + 100 * 0.5
    assert seconds_in_bulk("orders", 10_000, 10) == 60 + 100 * document("order_shipping_lines").cost / 10


@pytest.mark.parametrize("type, pays, does_not", [
    ("orders", 1_500, 1_400), ("products", 3_600, 3_500), ("customers", 22_000, 21_000), ("companies", 10_300, 10_000)])
def test_break_even_of_a_standard_shop(type: str, pays: int, does_not: int) -> None:
    assert worth_it(type, pays, 100)
    assert not worth_it(type, does_not, 100)


@pytest.mark.parametrize("type", SHAPES)
def test_a_few_records_are_never_read_in_bulk(type: str) -> None:
    assert not any(worth_it(type, count, rate) for count in (0, 1, 100, 500) for rate in (50, 100, 200, 1_000, 2_000))


def test_the_more_points_a_shop_has_the_later_bulk_pays() -> None:
    assert [worth_it("orders", 3_000, rate) for rate in (50, 100, 200, 1_000)] == [True, True, False, False]


@pytest.mark.parametrize("type", SHAPES)
def test_what_pays_for_some_pays_for_more(type: str) -> None:
    answers = [worth_it(type, count, 100) for count in range(0, 60_000, 500)]

    assert answers == sorted(answers)
