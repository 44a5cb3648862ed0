"""What a page fetches by itself: when that fails the page says so, and never stands there as if it were new."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Page, expect

from shared.errors import ConnectorError, ServiceUnavailable
from shared.texts import sentence
from tests.portal.chromium import looking
from tests.portal.served import Portal

HTMX = {"HX-Request": "true", "Accept": "*/*"}
SESSION = "AppServiceAuthSession"
POLLS = 31_000
"""Milliseconds after which every page that fetches parts of itself has done so."""


@contextmanager
def at(portal: Portal, browser: Browser, path: str, **how: str) -> Iterator[Page]:
    """This page in a browser whose time goes on when told to."""
    with looking(browser, **how) as (page, _):
        page.clock.install()
        page.goto(portal.url + path)
        yield page


@pytest.mark.parametrize("path", ["/portal", "/portal/runs?shop=", "/portal/log-entries?live=on&errors=on"])
def test_a_sign_in_that_expired_leads_to_the_sign_in_and_back_to_the_very_page(
    portal: Portal, browser: Browser, path: str
) -> None:
    with at(portal, browser, path) as page:
        page.context.clear_cookies(name=SESSION)

        with page.expect_request("**/.auth/login/aad?*") as asked:
            page.clock.run_for(POLLS)

        assert asked.value.is_navigation_request()
        assert unquote(asked.value.url).endswith(f"post_login_redirect_uri={path}")


def test_a_form_that_htmx_sends_after_the_sign_in_expired_leads_there_too(portal: Portal) -> None:
    page = f"/portal/shops/{portal.house.shop}/set-up-check"

    answer = portal.stranger().post(page, headers=HTMX | {"HX-Current-URL": portal.url + page})

    assert answer.status_code == 401
    assert unquote(answer.headers["HX-Redirect"]).endswith(f"post_login_redirect_uri={page}")


@pytest.mark.parametrize("looked_at", ["https://evil.example/", "//evil.example/portal", "/api/shops", "", "http://["])
def test_the_way_back_from_the_sign_in_is_a_page_of_the_portal(portal: Portal, looked_at: str) -> None:
    answer = portal.stranger().get("/portal/runs", headers=HTMX | {"HX-Current-URL": looked_at})

    assert unquote(answer.headers["HX-Redirect"]).endswith("post_login_redirect_uri=/portal")


def test_a_form_that_is_sent_after_the_sign_in_expired_shows_where_to_sign_in_again(portal: Portal) -> None:
    answer = portal.stranger().post(f"/portal/shops/{portal.house.shop}/sync")

    assert answer.status_code == 401
    assert 'href="/.auth/login/aad?post_login_redirect_uri=%2Fportal"' in answer.text


def test_a_page_that_cannot_be_fetched_anew_says_why_with_code_and_fix_until_it_can(
    portal: Portal, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(portal, browser, "/portal/runs", locale="fr-FR") as page:
        with monkeypatch.context() as down:
            down.setattr("shared.root.ready_connector", silent)
            page.clock.run_for(POLLS)
            told = page.get_by_role("status")

            expect(told).to_contain_text("n’a pas pu être mise à jour")
            expect(told).to_contain_text("storage-unavailable")
            expect(told).to_contain_text("Que faire")
            expect(page.locator("#live")).to_have_count(1)
        page.clock.run_for(POLLS)

        expect(told).to_have_count(0)


def test_a_page_whose_server_is_not_reached_says_so_once(portal: Portal, browser: Browser) -> None:
    with at(portal, browser, "/portal/runs") as page:
        page.route("**/portal/runs", lambda route: route.abort())
        page.clock.run_for(2 * POLLS)

        expect(page.get_by_role("status")).to_have_text(
            "This page could not be brought up to date: what it shows is older.")


def test_a_role_that_was_taken_away_is_told_where_the_page_fetches(
    portal: Portal, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(portal, browser, "/portal/runs") as page:
        monkeypatch.setattr("functions.portal.edge.person", no_longer)
        page.clock.run_for(POLLS)

        expect(page.get_by_role("status")).to_contain_text("role-missing")


def silent() -> None:
    raise ServiceUnavailable("storage-unavailable", sentence("the storage account did not answer"))


def no_longer(*_: object) -> None:
    raise ConnectorError("role-missing", sentence("nobody has a role any more"))
