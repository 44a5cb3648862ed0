"""The page of the environment: when what runs, what is kept how long, which versions; and the way to the webhooks."""
from __future__ import annotations

import platform
import re

import pytest
from playwright.sync_api import Browser, expect

from shared.admin.environment import get_environment, version_of_the_code
from shared.settings import SYNC_FUNCTION, SYNC_TIMER
from shared.shopify.client import API_VERSION
from tests.admin import admin_api, app_functions
from tests.house import HouseStorage
from tests.portal.chromium import looking, press, serious
from tests.portal.served import Portal, a_portal, page_of, text_of

PAGE = "/portal/environment"


@pytest.mark.parametrize(("language", "rows"), [
    ("en-GB", ["Every enabled shop is synchronized every 5 minutes SYNC_SCHEDULE = 0 */5 * * * * 10:05",
               "every hour, 25 minutes past SUBSCRIPTION_SCHEDULE = 0 25 * * * * 10:25",
               "What is too old is removed every day at 02:00 UTC LOG_PURGE_SCHEDULE = 0 0 2 * * * 11/03/2026 02:00"]),
    ("fr-FR", ["Chaque boutique activée est synchronisée toutes les 5 minutes SYNC_SCHEDULE = 0 */5 * * * * 10:05",
               "tous les jours à 02:00 UTC LOG_PURGE_SCHEDULE = 0 0 2 * * * 11/03/2026 02:00"]),
])
def test_each_timer_is_told_in_words_with_its_next_time(portal: Portal, language: str, rows: list[str]) -> None:
    text = text_of(portal.visitor(language).get(PAGE).text)

    assert [row for row in rows if row not in text] == []
    assert "EVENT_QUEUE_SCHEDULE" not in text


@pytest.mark.parametrize(("language", "row"), [
    ("en-GB", "SYNC_SCHEDULE = 0 */5 * * * * Switched off AzureWebJobs.incremental_sync.Disabled Webhook"),
    ("fr-FR", "SYNC_SCHEDULE = 0 */5 * * * * Désactivé AzureWebJobs.incremental_sync.Disabled"),
])
def test_a_timer_that_is_switched_off_has_no_next_time(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch, language: str, row: str
) -> None:
    with a_portal(house_storage, monkeypatch, switched_off=frozenset({"incremental_sync"})) as portal:
        text = text_of(portal.visitor(language).get(PAGE).text)

    assert row in text
    assert "HEALTH_SCHEDULE = 0 */15 * * * * 10:15" in text


def test_each_timer_is_told_by_the_name_that_the_app_has_for_it(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    timers = {one.get_function_name(): one.get_trigger().schedule.strip("%") for one in app_functions()
              if one.get_trigger().type == "timerTrigger"}

    with a_portal(house_storage, monkeypatch, event_queue_url="https://sqs.example/q") as portal:
        told = get_environment(portal.house.connector).schedules

    assert {one.function: one.setting for one in told} == timers
    assert {SYNC_TIMER, SYNC_FUNCTION} <= {one.get_function_name() for one in app_functions()}


def test_a_queue_that_is_drained_and_an_expression_that_is_none_are_told(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, event_queue_url="https://sqs.example/q", event_queue_region="eu-west-3",
                  sync_schedule="every now and then") as portal:
        text = text_of(portal.visitor().get(PAGE).text)

    assert "The event queue is drained every minute" in text
    assert "Every enabled shop is synchronized no schedule: every now and then" in text


def test_what_is_kept_how_long_is_told_by_the_settings(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, log_retention_days=1, capture_retention_days=45,
                  operation_retention_days=0) as portal:
        text = text_of(portal.visitor().get(PAGE).text)

    assert "Log entries one day LOG_RETENTION_DAYS" in text
    assert "Data captures 45 days CAPTURE_RETENTION_DAYS" in text
    assert "Operations of the audit for ever OPERATION_RETENTION_DAYS" in text
    assert "Runs 90 days" in text


def test_the_versions_are_told(portal: Portal) -> None:
    text = text_of(portal.visitor().get(PAGE).text)

    assert re.search(r"Connector [0-9a-f]{12} ", text)
    assert f"Connector {version_of_the_code()} " in text
    assert f"Shopify’s API {API_VERSION} served until 1 Oct 2027 at least" in text
    assert f"Python {platform.python_version()}" in text
    assert "Layout of storage 1 the oldest that is read: 0" in text


def test_near_its_end_the_api_warns_instead(portal: Portal) -> None:
    portal.house.clock.forward(560 * 24 * 3600)

    text = text_of(portal.visitor().get(PAGE).text)

    assert "Shopify's support of API version 2026-10 ends on" in text
    assert "served until" not in text


def test_the_api_answers_the_same(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    with admin_api(portal.house, monkeypatch) as admin:
        answer = admin("get_environment")[1]

    assert [one["setting"] for one in answer["schedules"]] == [
        "SYNC_SCHEDULE", "SUBSCRIPTION_SCHEDULE", "HEALTH_SCHEDULE", "LOG_PURGE_SCHEDULE"]
    assert answer["versions"]["app"] == version_of_the_code()
    assert {"what": "Runs", "setting": "", "days": 90} in answer["kept"]


def test_a_viewer_is_led_to_the_webhooks_and_may_not_renew_them(viewers_portal: Portal) -> None:
    page = viewers_portal.visitor().get(PAGE).text

    assert f'href="{page_of(viewers_portal)}/webhooks"' in page
    assert "/webhooks/renew" not in page


def test_in_a_browser_subscriptions_are_renewed_from_there(browser: Browser, portal: Portal) -> None:
    with looking(browser, locale="fr-FR") as (page, _):
        page.goto(portal.url + PAGE)
        assert serious(page) == []
        press(page.locator(f"form[action='{page_of(portal)}/webhooks/renew'] button"))

        expect(page).to_have_url(portal.url + page_of(portal) + "/webhooks")
        expect(page.locator(".notice")).to_contain_text("Comparés avec Shopify")
