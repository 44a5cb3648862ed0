"""The page of a shop: its access, its synchronization, its switch and its log; and the pages of the whole app."""
from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, expect

from tests.portal.chromium import follow, looking
from tests.portal.served import Portal, page_of, text_of


def test_the_page_says_how_the_shop_stands_and_how_far_each_type_has_come(portal: Portal) -> None:
    portal.house.sync()

    text = text_of(portal.visitor().get(page_of(portal)).text)

    assert "Running" in text
    assert "State Connected" in text
    assert "Orders 10:01 Succeeded" in text


def test_a_shop_that_is_not_there_has_no_page(portal: Portal) -> None:
    assert portal.visitor().get("/portal/shops/NOBODY").status_code == 404


@pytest.mark.parametrize("type, types", [("", 6), ("orders", 1)])
def test_a_synchronization_of_all_or_of_one_type_is_started_and_leads_back(
    portal: Portal, type: str, types: int
) -> None:
    answer = portal.visitor().post(f"{page_of(portal)}/sync", {"type": type, "back": page_of(portal)})

    assert answer.url == portal.url + page_of(portal)
    (done,) = portal.house.connector.operations.page().operations
    assert (done.operation, len(done.after["types"])) == ("start_sync", types)


@pytest.mark.parametrize("language, told", [
    ("en-GB", ("is on its way. It begins", "no second one was queued")),
    ("fr-FR", ("Elle commence", "aucune deuxième n’a été mise en file d’attente")),
])
def test_four_people_who_press_synchronize_now_at_once_queue_one_run_and_are_told_how_it_stands(
    portal: Portal, language: str, told: tuple[str, str]
) -> None:
    visitors = [portal.visitor(language) for _ in range(4)]

    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(
            lambda one: one.post(f"{page_of(portal)}/sync", {"back": page_of(portal)}), visitors))

    assert [one.status_code for one in answers] == [200] * 4
    assert [sum(word in text_of(one.text) for one in answers) for word in told] == [1, 3]
    assert queued_runs(portal) == 1


def test_two_types_and_all_of_them_pressed_four_times_each_queue_three_runs(portal: Portal) -> None:
    visitor = portal.visitor()

    for type in ("products", "orders", "") * 4:
        visitor.post(f"{page_of(portal)}/sync", {"type": type})

    assert queued_runs(portal) == 3


def queued_runs(portal: Portal) -> int:
    """How many messages ask for a run of the shop."""
    sent: dict[str, list[tuple[str, int]]] = portal.house.storage.queues.sent  # type: ignore[attr-defined]
    return sum(portal.house.shop in text for text, _ in sent.get("sync-jobs", []))


def test_a_shop_is_switched_off_and_on(portal: Portal) -> None:
    visitor = portal.visitor()

    off = visitor.post(f"{page_of(portal)}/enabled", {"enabled": "no"})
    was = portal.house.connector.shops.get(portal.house.shop).enabled
    on = visitor.post(f"{page_of(portal)}/enabled", {"enabled": "yes"})

    assert ("is switched off" in off.text, was, "is enabled" in on.text) == (True, False, True)
    assert portal.house.connector.shops.get(portal.house.shop).enabled


@pytest.mark.parametrize("hours, until", [("24", "2026-03-11T10:00:00Z"), ("", "")])
def test_logging_of_all_calls_ends_after_so_many_hours(portal: Portal, hours: str, until: str) -> None:
    portal.visitor().post(f"{page_of(portal)}/logging", {"mode": "All", "hours": hours})

    card = portal.house.connector.shops.get(portal.house.shop)
    assert (card.logging_mode, card.logging_mode_until) == ("All", until)


@pytest.mark.parametrize("fields, time", [
    ({"how": "all", "since": ""}, ""), ({"how": "since", "since": "2026-03-10T09:30"}, "2026-03-10T08:30:00Z"),
])
def test_a_type_is_reset_to_a_time_of_the_zone_that_the_page_shows_or_completely(
    portal: Portal, fields: dict[str, str], time: str
) -> None:
    portal.house.card(time_zone="Europe/Paris")
    portal.house.sync()
    visitor = portal.visitor()

    asked = visitor.get(f"{page_of(portal)}/reset/orders").text
    answer = visitor.post(f"{page_of(portal)}/reset/orders", fields)

    assert "Reset the synchronization: Orders?" in asked
    assert "The time is reset" in answer.text
    info = portal.house.connector.informations.get(portal.house.shop, "orders")
    assert (info.last_sync_time, info.changed_by) == (time, "ada@example.com")


@pytest.mark.parametrize("since", ["", "2099-01-01T00:00", "yesterday"])
def test_a_reset_to_no_time_or_one_to_come_is_told_at_the_field_and_changes_nothing(
    portal: Portal, since: str
) -> None:
    portal.house.sync()
    before = portal.house.connector.informations.get(portal.house.shop, "orders")

    answer = portal.visitor().post(f"{page_of(portal)}/reset/orders", {"how": "since", "since": since})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert portal.house.connector.informations.get(portal.house.shop, "orders") == before


def test_a_reset_that_would_leave_something_out_says_so_and_waits_for_a_word(portal: Portal) -> None:
    portal.house.sync()
    portal.house.clock.forward(3600)
    visitor = portal.visitor()
    fields = {"how": "since", "since": "2026-03-10T10:30"}

    asked = visitor.post(f"{page_of(portal)}/reset/orders", fields)
    confirm = re.search(r'name="confirm" value="([^"]+)"', asked.text)
    before = portal.house.connector.informations.get(portal.house.shop, "orders").last_sync_time
    assert confirm is not None
    visitor.post(f"{page_of(portal)}/reset/orders", {**fields, "confirm": confirm[1]})

    assert (asked.status_code, before, confirm[1]) == (422, "2026-03-10T10:01:00Z", "2026-03-10T10:01:00Z")
    info = portal.house.connector.informations.get(portal.house.shop, "orders")
    assert info.last_sync_time == "2026-03-10T10:30:00Z"


def test_access_is_requested_in_the_browser_which_comes_back_to_the_shop(portal: Portal, browser: Browser) -> None:
    house = portal.house
    house.connector.tokens.forget(house.shop)

    with looking(browser) as (page, complaints):
        page.goto(f"{portal.url}/portal")
        follow(page.get_by_role("button", name="Request access"))
        follow(page.get_by_role("button", name="Install"))
        page.wait_for_url(f"**{page_of(portal)}")

        expect(page.get_by_text("Connected")).to_be_visible()
        assert complaints == []
    assert house.sync().state == "succeeded"


# The whole app


def test_http_requests_are_stopped_and_allowed_again(portal: Portal) -> None:
    visitor = portal.visitor()

    stopped = visitor.post("/portal/environment", {"allow": "no"})
    was = portal.house.connector.permission.allowed()
    allowed = visitor.post("/portal/environment", {"allow": "yes"})

    assert ("No call leaves" in stopped.text, was) == (True, False)
    assert "HTTP requests are allowed." in allowed.text
    assert portal.house.connector.permission.allowed()


def test_the_audit_says_who_changed_what_and_what_was_refused(portal: Portal) -> None:
    visitor = portal.visitor()
    visitor.post(f"{page_of(portal)}/logging", {"mode": "All", "hours": ""})
    portal.house.card(enabled=False)
    visitor.post(f"{page_of(portal)}/sync")

    text = text_of(visitor.get("/portal/audit").text)

    assert "ada@example.com" in text
    assert "Logging Mode Error Only" in text
    assert "Logging Mode All" in text
    assert "Refused shop-disabled" in text


@pytest.mark.parametrize("query, found", [("", 2), ("?operation=save_shop", 1), ("?shop=NOBODY", 0),
                                          ("?from=2026-03-10T09:59", 2), ("?from=2099-01-01T00:00", 0)])
def test_operations_are_found_by_name_shop_and_time(portal: Portal, query: str, found: int) -> None:
    visitor = portal.visitor()
    visitor.post(f"{page_of(portal)}/logging", {"mode": "All", "hours": ""})
    visitor.post(f"{page_of(portal)}/sync")

    assert visitor.get(f"/portal/audit{query}").text.count('scope="row"') == found
