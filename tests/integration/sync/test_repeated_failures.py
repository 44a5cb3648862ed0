"""A shop that cannot run: its history shows one row with a count, not a row every five minutes."""
from __future__ import annotations

import pytest

from shared.errors import ConnectorError
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.house import House


def scheduled(house: House, *, by: str = "schedule") -> None:
    house.clock.forward(300)
    run_sync(house.connector, SyncJob(shop=house.shop, started_by=by))


def history(house: House) -> list[tuple[str, str, int]]:
    """(started by, error code, repeats), newest first."""
    return [(run.started_by, run.error_code, run.repeats) for run in house.connector.runs.latest(house.shop)]


def test_scheduled_runs_that_fail_before_any_call_become_one_row_with_a_count_and_the_last_time(house: House) -> None:
    house.card(enabled=False)

    for _ in range(4):
        scheduled(house)

    (run,) = house.connector.runs.latest(house.shop)
    assert history(house) == [("schedule", "shop-disabled", 3)]
    assert (run.started_at[:19], run.ended_at[:19]) == ("2026-03-10T10:05:00", "2026-03-10T10:20:00")


def test_another_reason_and_somebody_who_asked_get_rows_of_their_own(house: House) -> None:
    house.card(enabled=False)
    scheduled(house)
    scheduled(house)
    scheduled(house, by="Claire")
    scheduled(house)
    house.card(enabled=True)
    house.connector.tokens.forget(house.shop)
    scheduled(house)

    assert history(house) == [
        ("schedule", "access-token-missing", 0), ("schedule", "shop-disabled", 0), ("Claire", "shop-disabled", 0),
        ("schedule", "shop-disabled", 1),
    ]


def test_runs_that_failed_after_a_call_are_never_put_together(house: House) -> None:
    for _ in range(2):
        house.shopify.fault("http_5xx", times=20, status=500)
        scheduled(house)

    assert history(house) == [("schedule", "shopify-unavailable", 0)] * 2


def test_a_row_that_was_put_together_is_gone_and_says_so(house: House) -> None:
    house.card(enabled=False)
    scheduled(house)
    house.clock.forward(300)
    second = run_sync(house.connector, SyncJob(shop=house.shop, started_by="schedule"))

    assert second is not None
    with pytest.raises(ConnectorError, match="has no run"):
        house.connector.runs.get(house.shop, second.id)
