"""Logging Mode All that ends by itself at the time on the shop card."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import iso
from shared.errors import ConnectorError
from shared.journal.log_list import LogFilter, list_log_entries
from shared.journal.log_writer import LogWriter
from shared.shops.card import LoggingMode, ShopCard
from shared.shops.logging_time import with_logging_time
from tests.admin import Admin
from tests.house import House
from tests.integration.journal.conftest import a_call


def count(house: House) -> int:
    return len(list_log_entries(house.connector.logs, [house.shop], LogFilter()).entries)


def in_hours(hours: float) -> str:
    """A time by the machine's clock, which the admin API goes by."""
    return iso(datetime.now(UTC) + timedelta(hours=hours))


def test_all_is_kept_until_the_time_and_errors_only_from_then_on(house: House) -> None:
    house.card(logging_mode="All", logging_mode_until="2026-03-10T11:00:00Z")
    house.order(5001)

    house.sync("orders")
    before = count(house)
    house.clock.forward(3600)
    house.order(5002)
    quiet = house.sync("orders")
    after = count(house)
    house.shopify.fault("http_5xx", times=1, status=500)
    house.sync("orders")

    assert before > 3
    assert (quiet.counts["orders"].created, after) == (1, before)
    assert count(house) == before + 1


def test_a_run_that_is_under_way_at_that_time_keeps_what_came_before_it(house: House) -> None:
    house.card(logging_mode="All", logging_mode_until="2026-03-10T10:00:05Z")
    log = LogWriter(house.connector.logs, house.connector.shops.get(house.shop), "run-1")

    for _ in range(10):
        log(a_call(house.clock.now()))
        house.clock.forward(1)
    log.close()

    assert log.written == 5


@pytest.mark.parametrize("mode", [LoggingMode.DISABLED, LoggingMode.ERROR_ONLY])
def test_the_other_modes_take_no_notice_of_the_time(house: House, mode: LoggingMode) -> None:
    house.card(logging_mode=mode, logging_mode_until="2026-03-10T09:00:00Z")

    assert house.connector.shops.get(house.shop).logging_mode_at(house.clock.now()) is mode


def test_the_card_shows_the_time_and_which_mode_holds(house: House, admin: Admin) -> None:
    until = in_hours(1)

    _, saved = admin("save_shop", {"logging_mode": "All", "logging_mode_until": until})
    house.card(logging_mode_until=in_hours(-1))  # an hour and more later
    _, later = admin("get_shop")

    assert (saved["logging_mode_until"], saved["logging_mode_in_force"]) == (until, "All")
    assert (later["logging_mode"], later["logging_mode_in_force"]) == ("All", "Error Only")


@pytest.mark.parametrize("until, sentence", [
    ("2020-01-01T00:00:00Z", "lies in the past"), ("tomorrow", "a time with its time zone"),
    ("2099-01-01T00:00:00", "a time with its time zone"), (7, "logging_mode_until"),
])
def test_a_time_in_the_past_or_no_time_at_all_is_refused(
    house: House, admin: Admin, until: object, sentence: str
) -> None:
    status, problem = admin("save_shop", {"logging_mode": "All", "logging_mode_until": until})

    assert (status, problem["type"]) == (400, "shop-card-invalid")
    assert sentence in problem["detail"]
    assert house.connector.shops.get(house.shop).logging_mode is LoggingMode.ERROR_ONLY


def test_a_card_that_is_sent_back_with_a_time_that_has_passed_is_saved(house: House, admin: Admin) -> None:
    passed = in_hours(-1)
    house.card(logging_mode="All", logging_mode_until=passed)

    status, card = admin("save_shop", {"logging_mode": "All", "logging_mode_until": passed, "tip_account": "758801"})

    assert (status, card["tip_account"], card["logging_mode_in_force"]) == (200, "758801", "Error Only")


def test_a_mode_that_is_chosen_anew_holds_without_end(house: House, admin: Admin) -> None:
    house.card(logging_mode="All", logging_mode_until=in_hours(-1))

    _, card = admin("save_shop", {"logging_mode": "All"})

    assert (card["logging_mode_until"], card["logging_mode_in_force"]) == ("", "All")


def test_other_changes_of_a_card_leave_the_time_alone() -> None:
    card = ShopCard(code="FR", shopify_url="https://demo-fr.myshopify.com", logging_mode_until="2026-03-10T11:00:00Z")

    changes = with_logging_time({"tip_account": "1"}, card, datetime(2026, 3, 10, 12, tzinfo=UTC))

    assert changes == {"tip_account": "1"}


def test_a_new_card_may_not_begin_with_a_time_in_the_past() -> None:
    with pytest.raises(ConnectorError, match="lies in the past"):
        with_logging_time({"logging_mode_until": "2026-03-10T11:00:00Z"}, None, datetime(2026, 3, 10, 12, tzinfo=UTC))
