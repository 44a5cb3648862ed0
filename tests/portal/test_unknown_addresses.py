"""Addresses at which there is nothing: a page of ours under /portal, a problem under /api, the host's own elsewhere."""
from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.portal.chromium import looking, serious
from tests.portal.served import Portal, Visitor, page_of, text_of

KEY = {"x-functions-key": "host-key"}
ODD = ["/portal/nothing", "/portal/shops", "/portal/shops/x/y/z", "/portal/Shops/x/nothing/more?a=1&a=2",
       "/portal/%E2%80%AEtxt", "/portal/<script>alert(1)</script>", "/portal/runs/", "/portal/runs/x",
       "/portal/static/nothing.css", "/portal/language", "/portal/" + "x/" * 300]


@pytest.mark.parametrize("path", ODD)
def test_a_page_of_ours_says_that_there_is_nothing_and_leads_on(portal: Portal, path: str) -> None:
    answer = portal.visitor().get(path)

    if path == "/portal/runs/":  # the host takes a slash at the end for nothing
        assert answer.status_code == 200
        return
    assert answer.status_code == 404
    assert "There is no such page" in text_of(answer.text)
    assert 'action="/portal/search"' in answer.text.split("<main", 1)[1]
    assert "To the overview" in text_of(answer.text)
    assert "<script>alert" not in answer.text


def test_it_is_in_the_readers_language(portal: Portal) -> None:
    answer = portal.visitor("fr-FR").get("/portal/rien")

    assert answer.status_code == 404
    assert 'lang="fr"' in answer.text
    assert "Cette page n’existe pas" in text_of(answer.text)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("form", ["ours", "forged", "no form at all"])
def test_whatever_is_sent_there_gets_the_page_and_changes_nothing(portal: Portal, method: str, form: str) -> None:
    visitor = portal.visitor()
    forms = {"ours": {"form-token": visitor.token(), "x": "1"}, "forged": {"form-token": "0" * 32}}
    data = forms.get(form, b"\xff\xfe{")

    answer = visitor.session.request(method, f"{portal.url}/portal/shops/x/nothing", data=data, timeout=30)

    assert answer.status_code == 404
    assert "There is no such page" in text_of(answer.text)
    assert portal.house.connector.operations.page().operations == []


def test_a_viewer_gets_it_too_also_for_a_form(viewers_portal: Portal) -> None:
    visitor = viewers_portal.visitor()

    assert [visitor.get("/portal/x").status_code, visitor.post("/portal/x").status_code] == [404, 404]


def test_a_stranger_is_told_of_no_address_whether_it_is_there(portal: Portal) -> None:
    there, nowhere = (portal.stranger().get(path, allow_redirects=False) for path in ("/portal/runs", "/portal/x"))

    assert (there.status_code, nowhere.status_code) == (302, 302)
    assert nowhere.headers["Location"] == there.headers["Location"].replace("runs", "x")
    assert portal.stranger().post("/portal/x").status_code == 401


def test_whoever_wants_no_page_gets_a_problem(portal: Portal) -> None:
    answer = portal.visitor().get("/portal/x", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["type"]) == (404, "address-unknown")


@pytest.mark.parametrize("before, back", [
    ("{url}{shop}", "{shop}"), ("https://evil.example/portal/x", "/portal/x"), ("https://evil.example/", ""),
    ("javascript:alert(1)", ""), ("", ""),
])
def test_the_way_back_is_a_page_of_the_portal_or_none(portal: Portal, before: str, back: str) -> None:
    values = {"url": portal.url, "shop": page_of(portal)}
    page = portal.visitor().get("/portal/x", headers={"Referer": before.format(**values)}).text

    assert ("Back to the page before" in page) == bool(back)
    assert f'href="{back.format(**values) or "/portal"}"' in page


def test_in_a_browser_the_search_there_leads_to_the_record(browser: Browser, portal: Portal) -> None:
    portal.house.order(5001)
    portal.house.sync()
    with looking(browser, locale="fr-FR") as (page, _):
        page.goto(f"{portal.url}/portal/commandes")
        expect(page.locator("h1")).to_have_text("Cette page n’existe pas")
        assert serious(page) == []
        page.locator("#find-here").fill("#5001")

        page.locator("main form button").click()

        expect(page.locator("h1")).to_contain_text("5001")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_the_api_answers_with_a_problem_for_whoever_has_a_key(portal: Portal, method: str) -> None:
    answer = requests.request(
        method, f"{portal.url}/api/shops/x/nothing", data=b"{", headers=KEY | {"Accept-Language": "fr"}, timeout=30)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("address-unknown", 404)
    assert problem["detail"] == f"l’API n’a pas de {method} à cette adresse"


def test_a_method_that_an_address_does_not_take_is_told_so(portal: Portal) -> None:
    answer = requests.delete(f"{portal.url}/api/environment", headers=KEY, timeout=30)

    assert (answer.status_code, answer.json()["detail"]) == (404, "the API has no DELETE at this address")


@pytest.mark.parametrize("path", ["/api/nothing", "/api/environment"])
def test_without_a_key_the_api_tells_nobody_what_is_there(portal: Portal, path: str) -> None:
    answer = requests.get(f"{portal.url}{path}", timeout=30)

    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/portals", "/apis/x"])
def test_outside_of_both_the_host_answers_by_itself(portal: Portal, path: str) -> None:
    answer = Visitor(portal.url).get(path)

    assert (answer.status_code, answer.content) == (404, b"")
