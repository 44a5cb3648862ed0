"""Every page in a real browser: complete without a script, for everybody, in both languages, whatever shops send."""
from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal.chromium import DESK, HOSTILE, PHONE, follow, looking, press, serious
from tests.portal.pages import functions
from tests.portal.scene import Scene
from tests.portal.served import Portal

LAST = ("/retry", "/dismiss", "/resolve", "/create-again", "/enabled", "/environment", "/log-removal",
        "/removal")
"""Forms after which others are gone, in the order in which they are sent."""



@pytest.mark.slow("axe in a browser over every page and state, whose work counts when the browser ends")
@pytest.mark.parametrize("language, colours, viewport", [
    ("en-GB", "light", DESK), ("en-GB", "dark", PHONE), ("fr-FR", "light", PHONE), ("fr-FR", "dark", DESK)])
def test_every_page_is_for_everybody(
    portal: Portal, browser: Browser, language: str, colours: Any, viewport: Any
) -> None:
    pages = Scene(portal.house, HOSTILE).pages()

    with looking(browser, locale=language, color_scheme=colours, viewport=viewport) as (page, complaints):
        for name, path in pages.items():
            page.goto(portal.url + path)

            assert serious(page) == [], name
            expect(page.locator("h1"), name).to_have_count(1)
            expect(page.locator("html"), name).to_have_attribute("lang", language[:2])
            assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"], name
        assert complaints == []


def test_a_page_that_a_shop_sent_a_megabyte_for_runs_nothing_and_stays_small(
    portal: Portal, browser: Browser
) -> None:
    pages = Scene(portal.house, HOSTILE, length=1_000_000).pages()

    with looking(browser) as (page, complaints):
        for name, path in pages.items():
            answer = page.goto(portal.url + path)

            assert answer is not None
            assert answer.status in (200, 400, 404, 422), name
            assert len(answer.body()) < 300_000, name
            expect(page.locator("h1"), name).to_have_count(1)
        assert complaints == []


def test_every_page_says_everything_without_a_script(portal: Portal, browser: Browser) -> None:
    """What a script would fetch stands behind a link, or a form, of the same page."""
    pages = Scene(portal.house).pages()

    with looking(browser, java_script_enabled=False) as (page, _):
        for name, path in pages.items():
            page.goto(portal.url + path)

            expect(page.locator("h1"), name).to_have_count(1)
            reached = {one.split("?")[0] for one in attributes(page, "href", "a") | attributes(page, "action", "form")}
            fetched = {one.split("?")[0] for one in attributes(page, "hx-get", "[hx-get]")}
            assert fetched <= reached, name


def test_every_form_is_sent_without_a_script(portal: Portal, browser: Browser) -> None:
    found, sent = dict[str, tuple[str, str]](), set[str]()

    with looking(browser, java_script_enabled=False) as (page, _):
        for path in Scene(portal.house).pages().values():
            page.goto(portal.url + path)
            for action in attributes(page, "action", "main form[method=post]"):
                found.setdefault(route_of(action), (path, action))
        for route, (path, action) in sorted(found.items(), key=lambda one: (late(one[0]), one[0])):
            page.goto(portal.url + path)
            if page.locator(sent_to(action)).count():
                send(page, action)
                sent.add(route)
                if route.endswith("/access/request"):
                    # Its page goes on to Shopify by itself, and would go on from the next page.
                    expect(page).not_to_have_url(re.compile(re.escape(portal.url)))
                else:
                    expect(page.locator("h1"), action).to_have_count(1)
                    expect(page.locator("body"), action).not_to_contain_text("internal-error")

    # The search stands in the head of every page.
    assert set(functions("POST").values()) - sent == {"/portal/search"}


def sent_to(action: str) -> str:
    """Where the forms are that change something at this address; others ask there how much that is."""
    return f'main form[method=post][action="{action}"]'


def late(route: str) -> int:
    """When a form is sent: 0 for those that leave the others where they are."""
    return next((place for place, end in enumerate(LAST, 1) if route.endswith(end)), 0)


def attributes(page: Page, name: str, where: str) -> set[str]:
    """What this attribute holds, of all elements there."""
    return {one.get_attribute(name) or "" for one in page.locator(where).all()}


def route_of(action: str) -> str:
    """The route of a form's address, as the app declares it."""
    for route in functions("POST").values():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", route), re.split("[?#]", action)[0]):
            return route
    raise AssertionError(f"no function takes the form {action}")


def send(page: Page, action: str) -> None:
    """Fill in what has to be, and press the form's button."""
    form = page.locator(sent_to(action)).first
    for field in form.locator("input[required], textarea[required]").all():
        if field.get_attribute("type") not in ("hidden", "radio", "checkbox") and not field.input_value():
            field.fill("1")
    press(form.locator("button").first)


def test_a_page_on_a_phone_has_its_menu_without_a_script(portal: Portal, browser: Browser) -> None:
    with looking(browser, viewport=PHONE, java_script_enabled=False) as (page, _):
        page.goto(f"{portal.url}/portal")

        expect(page.get_by_role("link", name="Sign out")).not_to_be_visible()
        page.get_by_role("button", name="Menu").click()
        expect(page.get_by_role("link", name="Sign out")).to_be_visible()


def test_a_synchronization_is_started_without_a_script(portal: Portal, browser: Browser) -> None:
    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{portal.url}/portal")
        follow(page.get_by_role("button", name="Synchronize now"))

        expect(page.get_by_role("status")).to_contain_text("is on its way")
    assert [one.operation for one in portal.house.connector.operations.page().operations] == ["start_sync"]


def test_whoever_signs_out_is_out_until_the_next_sign_in(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, _):
        page.goto(f"{portal.url}/portal")
        follow(page.get_by_role("link", name="Sign out"))

        expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
        follow(page.get_by_role("link", name="Sign in again"))
        expect(page).to_have_url(f"{portal.url}/portal")


def test_the_language_is_changed_where_one_is(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, _):
        page.goto(f"{portal.url}/portal")
        follow(page.get_by_role("link", name="Français"))

        expect(page).to_have_url(f"{portal.url}/portal")
        expect(page.get_by_role("heading", level=1)).to_have_text("Tout fonctionne")


def test_the_overview_is_brought_up_to_date_by_itself(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, complaints):
        page.clock.install()
        page.goto(f"{portal.url}/portal")
        portal.house.card(enabled=False)
        page.clock.fast_forward(31_000)

        page.get_by_role("heading", name="Everything is paused").wait_for()
        assert complaints == []
