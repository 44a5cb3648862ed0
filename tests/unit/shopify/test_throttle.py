"""The points budget: how long to wait before a request, and what it learns from answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.shopify.throttle import PointsBudget, ThrottleStatus

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def a_budget(available: float, restore: float = 50, maximum: float = 1000) -> PointsBudget:
    budget = PointsBudget()
    budget.answered(ThrottleStatus(maximum, available, restore), NOON)
    return budget


def test_nothing_known_means_no_wait() -> None:
    assert PointsBudget().wait_seconds(600, NOON) == 0


@pytest.mark.parametrize("available, restore, cost, after, wait", [
    pytest.param(50, 50, 150, 0, 2.0, id="100 points missing at 50 per second"),
    pytest.param(50, 50, 150, 1, 1.0, id="a second later half of it is back"),
    pytest.param(150, 50, 150, 0, 0.0, id="just enough"),
    pytest.param(0, 100, 632, 0, 6.32, id="a page of orders from an empty bucket"),
    pytest.param(0, 50, 5000, 0, 20.0, id="dearer than the bucket: waits for a full one"),
])
def test_wait_is_missing_points_over_restore_rate(
        available: float, restore: float, cost: float, after: float, wait: float) -> None:
    budget = a_budget(available, restore)

    assert budget.wait_seconds(cost, NOON + timedelta(seconds=after)) == pytest.approx(wait, abs=0.02)


def test_bucket_never_holds_more_than_its_maximum() -> None:
    budget = a_budget(900)

    assert budget.available(NOON + timedelta(hours=1)) == 1000


@given(available=st.floats(0, 2000), restore=st.sampled_from([50, 100, 1000]), cost=st.integers(1, 1000))
def test_after_the_wait_the_bucket_holds_the_cost(available: float, restore: float, cost: int) -> None:
    budget = a_budget(available, restore, maximum=2000)

    wait = budget.wait_seconds(cost, NOON)

    full = budget.available(NOON + timedelta(seconds=wait))
    assert full is not None
    assert full >= cost


def test_refusal_we_had_points_for_halves_the_refill_we_count_on() -> None:
    budget = a_budget(500)

    budget.throttled(150, ThrottleStatus(1000, 50, 50), NOON)

    assert budget.wait_seconds(150, NOON) == pytest.approx(4.0, abs=0.02)


def test_refusal_we_had_to_expect_leaves_the_refill_as_it_is() -> None:
    budget = a_budget(40)

    budget.throttled(150, ThrottleStatus(1000, 50, 50), NOON)

    assert budget.wait_seconds(150, NOON) == pytest.approx(2.0, abs=0.02)


def test_full_refill_is_trusted_again_once_queries_pass() -> None:
    budget = a_budget(500)
    budget.throttled(150, ThrottleStatus(1000, 50, 50), NOON)

    budget.answered(ThrottleStatus(1000, 50, 50), NOON)

    assert budget.wait_seconds(150, NOON) == pytest.approx(2.0, abs=0.02)
