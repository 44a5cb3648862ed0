"""A page that fetches itself anew leaves whoever reads it where he is: by keyboard, and with what he has unfolded."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.portal.chromium import looking
from tests.portal.scene import Scene
from tests.portal.served import Portal
from tests.portal.skipping import skip


@contextmanager
def live(browser: Browser, portal: Portal, path: str) -> Iterator[Page]:
    """A page whose time stands still until it is let run."""
    with looking(browser) as (page, complaints):
        page.clock.install()
        page.goto(portal.url + path)
        page.wait_for_load_state("networkidle")
        yield page
        assert complaints == []


def fetched_anew(page: Page, seconds: int) -> None:
    """Let so much time pass, and be there when the part has been replaced."""
    page.locator("#live").evaluate("one => one.dataset.old = 'yes'")
    page.clock.run_for(1000 * seconds)
    expect(page.locator("#live:not([data-old])")).to_have_count(1)


@pytest.mark.parametrize("what", [".act button", "tbody th a", "summary"])
def test_the_focus_stays_on_the_overview(portal: Portal, browser: Browser, what: str) -> None:
    portal.house.order(5001)
    portal.house.sync()
    with live(browser, portal, "/portal") as page:
        held = page.locator("#live").locator(what).first
        held.focus()
        fetched_anew(page, 31)

        expect(held).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#live :focus, #services :focus")).to_have_count(1)


def test_the_focus_follows_its_row_and_is_nowhere_when_that_is_gone(portal: Portal, browser: Browser) -> None:
    scene = Scene(portal.house)
    with live(browser, portal, "/portal/runs") as page:
        link = page.locator(f"#live a[href$='/runs/{scene.run}']").first
        link.focus()
        portal.house.sync()
        fetched_anew(page, 16)
        expect(link).to_be_focused()
        portal.house.connector.runs.remove_before(portal.house.clock.now())
        fetched_anew(page, 16)

        expect(page.locator("#live :focus")).to_have_count(0)


def test_a_table_that_was_unfolded_stays_so_and_no_other_opens(portal: Portal, browser: Browser) -> None:
    skip(portal.house, 5001)
    portal.house.sync()
    with live(browser, portal, "/portal") as page:
        table = page.locator("#live details.as-table")
        fetched_anew(page, 31)
        expect(table).not_to_have_attribute("open", "")
        table.locator("summary").click()
        for _time in range(2):
            fetched_anew(page, 31)
            expect(table).to_have_attribute("open", "")


def test_whoever_was_elsewhere_is_not_drawn_to_it(portal: Portal, browser: Browser) -> None:
    with live(browser, portal, "/portal") as page:
        page.locator("#find").focus()
        page.keyboard.type("#50")
        fetched_anew(page, 31)

        expect(page.locator("#find")).to_be_focused()
        expect(page.locator("#find")).to_have_value("#50")
