"""Every page and state that is looked at: the list is whole, and each is for everybody."""
from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.portal.chromium import DESK, PHONE, looking, serious
from tests.portal.pages import page_functions, pattern
from tests.portal.states import SITUATIONS, situation

LOOKED_AT_WITH_A_HOSTILE_SHOP = {"pages", "paper"}
"""test_in_a_browser.py has them."""


def test_the_pictures_leave_no_page_of_the_app_out() -> None:
    seen = list[str]()
    for name in SITUATIONS:
        with situation(name) as (_, states):
            seen += [look.path for _, look in states]

    assert [name for name, route in page_functions().items() if not any(map(pattern(route).fullmatch, seen))] == []


@pytest.mark.slow("axe in a browser over every state, whose work counts when the browser ends")
@pytest.mark.parametrize("name", sorted(SITUATIONS.keys() - LOOKED_AT_WITH_A_HOSTILE_SHOP))
@pytest.mark.parametrize("language, colours, viewport", [("en-GB", "light", DESK), ("fr-FR", "dark", PHONE)])
def test_every_state_is_for_everybody(
    browser: Browser, name: str, language: str, colours: Any, viewport: Any
) -> None:
    with situation(name) as (portal, states):
        for state, look in states:
            with looking(browser, locale=language, color_scheme=colours, viewport=viewport) as (page, complaints):
                page.goto(portal.url + look.path)
                if look.act:
                    look.act(page)

                assert serious(page) == [], state
                expect(page.locator("h1"), state).to_have_count(1)
                expect(page.locator("html"), state).to_have_attribute("lang", language[:2])
                assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"], state
                assert [one for one in complaints if "responded with a status" not in one] == [], state
