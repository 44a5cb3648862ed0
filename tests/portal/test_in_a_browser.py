"""Every page in a real browser: complete without a script, for everybody, in both languages, whatever shops send."""
from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from shared.access.connections import Connection, State
from tests.portal.chromium import HOSTILE, PHONE, looking, serious
from tests.portal.pages import address, functions
from tests.portal.served import Portal


def eventful(portal: Portal) -> None:
    """A house in which every page has something to show, some of it hostile."""
    house = portal.house
    house.order(5001)
    house.order(5002, [{"sku": HOSTILE[:100], "quantity": 1, "unit_price": "25.00", "title": HOSTILE[:200]}])
    house.sync()
    house.connector.tokens.connections.save(house.shop, Connection(
        state=State.DISCONNECTED, reason="shop-disconnected", detail=HOSTILE, at="2026-03-10T09:00:00Z"))


@pytest.mark.parametrize("language, colours", [("en-GB", "light"), ("fr-FR", "dark")])
def test_every_page_is_for_everybody(portal: Portal, browser: Browser, language: str, colours: Any) -> None:
    eventful(portal)

    with looking(browser, locale=language, color_scheme=colours) as (page, complaints):
        for name, route in functions("GET").items():
            page.goto(portal.url + address(route, portal.house))

            assert serious(page) == [], name
            assert page.locator("h1").count() == 1, name
            assert page.locator("html").get_attribute("lang") == language[:2], name
        assert complaints == []


def test_no_page_is_wider_than_a_small_phone(portal: Portal, browser: Browser) -> None:
    eventful(portal)

    with looking(browser, viewport=PHONE, locale="fr-FR") as (page, _):
        for name, route in functions("GET").items():
            page.goto(portal.url + address(route, portal.house))

            assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], name


def test_a_page_on_a_phone_has_its_menu_without_a_script(portal: Portal, browser: Browser) -> None:
    with looking(browser, viewport=PHONE, java_script_enabled=False) as (page, _):
        page.goto(f"{portal.url}/portal")

        assert not page.get_by_role("link", name="Sign out").is_visible()
        page.get_by_role("button", name="Menu").click()
        assert page.get_by_role("link", name="Sign out").is_visible()


def test_a_synchronization_is_started_without_a_script(portal: Portal, browser: Browser) -> None:
    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{portal.url}/portal")
        page.get_by_role("button", name="Synchronize now").click()

        assert "is on its way" in page.get_by_role("status").inner_text()
    assert [one.operation for one in portal.house.connector.operations.page().operations] == ["start_sync"]


def test_whoever_signs_out_is_out_until_the_next_sign_in(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, _):
        page.goto(f"{portal.url}/portal")
        page.get_by_role("link", name="Sign out").click()

        assert page.get_by_role("heading", level=1).inner_text() == "You are signed out"
        page.get_by_role("link", name="Sign in again").click()
        assert page.url == f"{portal.url}/portal"


def test_the_language_is_changed_where_one_is(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, _):
        page.goto(f"{portal.url}/portal")
        page.get_by_role("link", name="Français").click()

        assert page.url == f"{portal.url}/portal"
        assert page.get_by_role("heading", level=1).inner_text() == "Tout fonctionne"


def test_the_overview_is_brought_up_to_date_by_itself(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, complaints):
        page.clock.install()
        page.goto(f"{portal.url}/portal")
        portal.house.card(enabled=False)
        page.clock.fast_forward(31_000)

        page.get_by_role("heading", name="Everything is paused").wait_for()
        assert complaints == []
