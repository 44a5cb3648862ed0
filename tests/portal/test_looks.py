"""What somebody saw in a picture and would not want at night: words, signs, zones and paper."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from functions.portal.formats import Reader, path
from functions.portal.rendering import environment
from local.business_central.faults import Fault
from tests.house import HouseStorage
from tests.portal.chromium import DESK, PHONE, follow, looking
from tests.portal.scene import ORDER, SKIPPED, Scene
from tests.portal.served import OPERATOR, VIEWER, Portal, a_portal, page_of, text_of


@pytest.mark.parametrize("language, what, count, told", [
    ("en", "records", 1, "1 record"), ("en", "records", 0, "0 records"), ("en", "writes", 1, "1 call wrote"),
    ("en", "fields", 1234, "1,234 fields"), ("fr", "read", 0, "0 lu"), ("fr", "read", 1, "1 lu"),
    ("fr", "skipped", 2, "2 ignorés"), ("fr", "records", 1234, "1 234 enregistrements"),
    ("fr", "values", 1, "1 valeur"),
])
def test_a_number_agrees_with_its_noun(language: str, what: str, count: int, told: str) -> None:
    template = environment(language).from_string(
        '{% import "parts.html" as parts with context %}{{ parts.how_many(what, count) }}')

    said = template.render(what=what, count=count, reader=Reader.of(language, f"{language}-GB", "UTC"))

    assert re.sub(r"\s", " ", said) == told


@pytest.mark.parametrize("url, told", [
    ("https://api.businesscentral.dynamics.com/v2.0/tenant/sandbox/api/v2.0"
     "/companies(11111111-2222-3333-4444-555555555555)/salesOrders?$filter=number%20eq%20'1'",
     "…/salesOrders?$filter=number eq '1'"),
    ("https://api.businesscentral.dynamics.com/v2.0/tenant/sandbox/api/v2.0/companies?$select=id",
     "/v2.0/tenant/sandbox/api/v2.0/companies?$select=id"),
    ("https://demo-fr.myshopify.com/admin/api/2026-10/graphql.json", "/admin/api/2026-10/graphql.json"),
])
def test_a_call_is_told_by_what_it_is_about(url: str, told: str) -> None:
    assert path(url) == told


def test_a_state_in_a_list_has_its_sign(portal: Portal) -> None:
    portal.house.dispute(7501)
    Scene(portal.house)

    orders, disputes = (portal.visitor().get(f"/portal/lists/{type}").text for type in ("orders", "disputes"))

    assert re.findall(r'#shape-([\w-]+)"/></svg>(In Business Central|Skipped)', orders) == [
        ("good", "In Business Central"), ("needs-you", "Skipped")]
    assert re.findall(r'#shape-([\w-]+)"/></svg>Needs response', disputes) == ["needs-you"]


def test_one_record_is_skipped_in_the_singular(portal: Portal) -> None:
    Scene(portal.house)

    page = portal.visitor("fr-FR").get(f"{page_of(portal)}/records/orders/{SKIPPED}").text

    assert "Ignoré</span>" in page
    assert "Ignorés</span>" not in page


@pytest.mark.parametrize("viewport, told", [(DESK, "none"), (PHONE, '" UTC"')])
def test_a_time_has_its_zone_where_the_head_of_its_column_is_not_seen(
    portal: Portal, browser: Browser, viewport: dict[str, int], told: str
) -> None:
    portal.house.sync()

    with looking(browser, viewport=viewport) as (page, _):
        page.goto(f"{portal.url}/portal/runs")
        zone = page.locator("tbody time").first.evaluate("one => getComputedStyle(one, '::after').content")

    assert zone == told


def test_paper_has_tables_and_everything_that_is_folded(portal: Portal, browser: Browser) -> None:
    Scene(portal.house)

    with looking(browser, viewport={"width": 720, "height": 1000}) as (page, _):
        page.goto(f"{portal.url}{page_of(portal)}/records/orders/{ORDER}")
        page.emulate_media(media="print")

        assert page.locator("thead").first.evaluate("one => getComputedStyle(one).display") == "table-header-group"
        expect(page.get_by_text("gid://shopify/Order/5001").first).to_be_visible()
        expect(page.get_by_role("heading", name="What can be done")).not_to_be_visible()


@pytest.mark.parametrize("who, told", [(VIEWER, True), (OPERATOR, False)])
@pytest.mark.parametrize("page", ["reset/orders", "removal", f"skipped-records/orders/{SKIPPED}/dismiss"])
def test_a_viewer_is_told_why_a_page_has_no_button(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch, page: str, who: str, told: bool
) -> None:
    with a_portal(house_storage, monkeypatch, who=who) as portal:
        Scene(portal.house)

        answer = portal.visitor().get(f"{page_of(portal)}/{page}")

    assert answer.status_code == 200
    assert ("an operator can do it" in text_of(answer.text)) is told


def test_a_page_that_a_form_led_to_is_not_called_the_overview(portal: Portal) -> None:
    page = portal.visitor().post(f"{page_of(portal)}/test-connection").text

    assert "Both sides answer" in page
    assert "aria-current" not in page


def test_the_audit_tells_lists_in_words(portal: Portal) -> None:
    visitor = portal.visitor("fr-FR")
    visitor.post(f"{page_of(portal)}/sync")

    text = text_of(visitor.get("/portal/audit").text)

    assert "Produits, Clients, Entreprises, Commandes" in text
    assert "['" not in text


@pytest.mark.parametrize("code, look", [("bc-unavailable", "warn"), ("bc-company-unknown", "needs")])
def test_a_run_that_the_next_one_mends_asks_nobody_in_red(portal: Portal, code: str, look: str) -> None:
    run = portal.house.sync()
    run.state, run.error_code, run.error_detail = "failed", code, "it is said here"
    portal.house.connector.runs.save(run)

    page = portal.visitor().get(f"{page_of(portal)}/runs/{run.id}").text

    assert re.findall(r'<section class="callout (\w+)" aria-labelledby="problem">', page) == [look]


def test_a_mistake_in_a_reset_stands_at_the_time(portal: Portal) -> None:
    page = portal.visitor().get(f"{page_of(portal)}/reset/orders?how=since&since=").text

    assert re.search(r'aria-invalid="true">\s*<p class="mistake" id="mistake">', page)


def test_a_type_that_a_run_left_half_read_is_not_said_to_be_under_way(portal: Portal) -> None:
    house = portal.house
    house.bc.faults.add(Fault("status", entity="salesOrders", times=None, status=503))
    house.order(ORDER)
    run = house.sync()

    text = text_of(portal.visitor().get(page_of(portal)).text)

    assert run.state == "failed"
    assert "Goes on in the next run" in text
    assert "Under way" not in text


def test_what_is_wrong_with_a_card_is_in_sight_and_not_behind_the_head(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, _):
        page.goto(portal.url + page_of(portal))
        page.locator("[name=time_zone]").evaluate("one => { one.closest('details').open = true }")
        page.locator("[name=time_zone]").fill("Europe/Nowhere")
        follow(page.locator(".card-form .primary").first)
        page.locator("#card-problem").wait_for()

        top, head = (page.locator(one).bounding_box() for one in ("#card-problem", ".top"))
        assert top is not None
        assert head is not None
        assert head["height"] <= top["y"] < DESK["height"] / 2
