"""Each alert's query over telemetry recorded from real runs: it fires when it should, and is silent when not."""
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from azure.functions.queue import QueueMessage

from shared.access.grant import Grant
from shared.health import report_health
from tests.admin import admin_api, trigger
from tests.house import House
from tests.recorded import Recorded
from tests.repository import ROOT
from tests.unreadable_card import unreadable_card

ALERTS = ROOT / "infra" / "alerts"
HOUR, DAY = 3600, 86400
Row = dict[str, Any]


@pytest.fixture
def alert(recorded: Recorded) -> Callable[[str], list[Row]]:
    """What an alert finds at this moment."""
    return lambda name: recorded.answer((ALERTS / f"{name}.kql").read_text())


def time_passes(house: House, hours: float, *, runs: bool = True) -> None:
    """Every quarter of an hour a report, and before every fourth, if there are runs, a run."""
    for quarter in range(int(hours * 4)):
        house.clock.forward(HOUR / 4)
        if runs and quarter % 4 == 0:
            house.run()
        report_health(house.connector)


def test_every_alert_is_silent_while_all_is_well(house: House, alert: Any) -> None:
    house.order(5001)
    house.product(8001, "SKU-1")

    time_passes(house, 3)

    assert {path.stem: alert(path.stem) for path in ALERTS.iterdir() if alert(path.stem)} == {}


def test_every_alert_has_its_tests_here() -> None:
    assert {path.stem for path in ALERTS.iterdir()} == {
        "nothing-applied", "poison-messages", "refresh-token-dying", "skipped-records-rising",
    }


# Nothing applied


def test_nothing_applied_names_a_shop_whose_runs_fail_since_when_and_why(house: House, alert: Any) -> None:
    time_passes(house, 0.25)
    last_good = house.clock.now()
    house.connector.permission.allow(False, by="test")

    time_passes(house, 1.75)
    assert alert("nothing-applied") == []
    time_passes(house, 0.5)

    fired = alert("nothing-applied")
    assert {row["type"] for row in fired} >= {"products", "customers", "companies", "orders"}
    assert {(row["shop"], row["why"]) for row in fired} == {(house.shop, "http-requests-not-allowed")}
    assert all(abs(row["since"] - last_good.replace(tzinfo=None)) < timedelta(minutes=1) for row in fired)


def test_nothing_applied_falls_silent_once_a_run_went_through(house: House, alert: Any) -> None:
    time_passes(house, 0.25)
    house.connector.permission.allow(False, by="test")
    time_passes(house, 3)
    assert alert("nothing-applied")

    house.connector.permission.allow(True, by="test")
    time_passes(house, 0.25)

    assert alert("nothing-applied") == []


def test_nothing_applied_names_a_shop_that_was_enabled_and_never_synchronized(house: House, alert: Any) -> None:
    time_passes(house, 1.75, runs=False)
    assert alert("nothing-applied") == []

    time_passes(house, 1, runs=False)

    assert {row["shop"] for row in alert("nothing-applied")} == {house.shop}


def test_nothing_applied_leaves_alone_a_shop_that_was_switched_off(house: House, alert: Any) -> None:
    time_passes(house, 3, runs=False)
    house.card(enabled=False)

    time_passes(house, 0.25, runs=False)

    assert alert("nothing-applied") == []


def test_nothing_applied_forgets_a_shop_that_was_removed_within_the_hour(house: House, alert: Any) -> None:
    time_passes(house, 3, runs=False)
    house.connector.shops.remove(house.shop)

    time_passes(house, 1.25, runs=False)

    assert alert("nothing-applied") == []


def test_every_alert_is_silent_before_the_app_has_said_anything(house: House, alert: Any) -> None:
    house.clock.forward(3 * DAY)

    assert {path.stem: alert(path.stem) for path in ALERTS.iterdir() if alert(path.stem)} == {}


def test_nothing_applied_still_speaks_for_an_app_that_has_been_silent_for_more_than_a_day(
    house: House, alert: Any
) -> None:
    report_health(house.connector)

    house.clock.forward(1.9 * DAY)

    assert [row["why"] for row in alert("nothing-applied")] == ["the app does not report"]


def test_a_shop_whose_card_cannot_be_read_does_not_hide_how_the_others_stand(house: House, alert: Any) -> None:
    first = f"A-{house.shop[-8:]}"
    house.connector.shops.save(first, {"shopify_url": "another.myshopify.com"})
    time_passes(house, 0.25)
    house.connector.permission.allow(False, by="test")

    with unreadable_card(house, first):
        time_passes(house, 3)

    assert {row["shop"] for row in alert("nothing-applied")} == {house.shop}


def test_nothing_applied_speaks_for_an_app_without_shops_too(house: House, alert: Any) -> None:
    house.connector.shops.remove(house.shop)
    report_health(house.connector)
    assert alert("nothing-applied") == []

    house.clock.forward(2 * HOUR)

    assert [row["why"] for row in alert("nothing-applied")] == ["the app does not report"]


def test_nothing_applied_speaks_for_an_app_that_does_not(house: House, alert: Any) -> None:
    time_passes(house, 0.5)
    last = house.clock.now()

    house.clock.forward(HOUR + 1)

    (row,) = alert("nothing-applied")
    assert (row["why"], row["since"]) == ("the app does not report", last.replace(tzinfo=None))


# Poison messages


def test_poison_messages_counts_them_by_queue_and_shop_for_an_hour(
    house: House, alert: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with admin_api(house, monkeypatch):
        job = f'{{"shop": "{house.shop}", "started_by": "test"}}'
        for body in (job, job, "{broken"):
            trigger("sync_job_poison")(QueueMessage(id="1", body=body))  # type: ignore[arg-type]
        trigger("webhook_command_poison")(QueueMessage(id="1", body="{broken"))  # type: ignore[arg-type]
    report_health(house.connector)

    found = {(row["queue"], row["shop"]): row["messages"] for row in alert("poison-messages")}
    house.clock.forward(HOUR + 1)

    assert found == {("sync-jobs", house.shop): 2, ("sync-jobs", ""): 1, ("webhook-commands", ""): 1}
    assert alert("poison-messages") == []


# Refresh token dying


def grant(house: House, days: float) -> Grant:
    now = house.clock.now()
    return Grant(access_token="shpat_1", since=now, refresh_token="shprt_1", expires_at=now + timedelta(hours=1),
                 refresh_expires_at=now + timedelta(days=days))


def test_refresh_token_dying_warns_two_weeks_before_and_falls_silent_once_it_was_renewed(
    house: House, alert: Any
) -> None:
    house.connector.tokens.store(house.shop, grant(house, days=20))
    report_health(house.connector)
    assert alert("refresh-token-dying") == []

    house.clock.forward(7 * DAY)
    report_health(house.connector)
    fired = alert("refresh-token-dying")
    house.connector.tokens.store(house.shop, grant(house, days=90))
    house.clock.forward(60)
    report_health(house.connector)

    assert [(row["shop"], round(row["days"], 3), row["access"]) for row in fired] == [(house.shop, 13, "connected")]
    assert alert("refresh-token-dying") == []


def test_refresh_token_dying_is_silent_for_a_token_without_an_end_and_a_shop_that_is_switched_off(
    house: House, alert: Any
) -> None:
    report_health(house.connector)
    assert alert("refresh-token-dying") == []

    house.connector.tokens.store(house.shop, grant(house, days=3))
    house.clock.forward(60)
    report_health(house.connector)
    assert alert("refresh-token-dying")
    house.card(enabled=False)
    house.clock.forward(60)
    report_health(house.connector)

    assert alert("refresh-token-dying") == []


# Skipped records rising


def orders_of_an_unknown_item(house: House, *numbers: int) -> None:
    for number in numbers:
        house.order(number, [{"sku": "UNKNOWN", "quantity": 1, "unit_price": "25.00"}])


def test_skipped_records_rising_fires_at_ten_more_within_a_day_and_not_at_nine(house: House, alert: Any) -> None:
    time_passes(house, 0.25)
    orders_of_an_unknown_item(house, *range(5001, 5010))
    time_passes(house, 0.25)
    assert alert("skipped-records-rising") == []

    orders_of_an_unknown_item(house, 5010)
    time_passes(house, 0.25)

    assert alert("skipped-records-rising") == [
        {"shop": house.shop, "type": "orders", "fewest": 0, "skipped": 10}
    ]


def test_skipped_records_rising_is_silent_about_many_that_stay_the_same(house: House, alert: Any) -> None:
    orders_of_an_unknown_item(house, *range(5001, 5013))
    time_passes(house, 0.25)

    house.clock.forward(DAY)
    report_health(house.connector)

    assert alert("skipped-records-rising") == []


def test_a_run_leaves_no_secret_in_the_telemetry(house: House, recorded: Recorded) -> None:
    house.order(5001)
    run = house.sync()
    report_health(house.connector)

    assert run.counts["orders"].created == 1
    text = "\n".join(text for _, text in recorded.lines)
    assert house.shopify.token not in text
    assert house.bc.client_secret not in text
    assert "marie@example.fr" not in text
