"""What somebody saw in a picture and would not want at night: words, signs, zones and paper."""
from __future__ import annotations

import re

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from functions.portal.files import FOLDER
from functions.portal.formats import Reader, path
from functions.portal.rendering import TEMPLATES, environment
from local.business_central.faults import Fault
from shared.admin.skipped import MOST_COUNTED
from shared.stores.skipped_records import SkippedRecord
from tests.house import HouseStorage
from tests.portal.chromium import DESK, PHONE, follow, looking
from tests.portal.scene import ORDER, SKIPPED, Scene
from tests.portal.served import OPERATOR, VIEWER, Portal, a_portal, page_of, text_of


@pytest.mark.parametrize("language, what, count, told", [
    ("en", "records", 1, "1 record"), ("en", "records", 0, "0 records"), ("en", "writes", 1, "1 call wrote"),
    ("en", "fields", 1234, "1,234 fields"), ("fr", "read", 0, "0 lu"), ("fr", "read", 1, "1 lu"),
    ("en", "skipped", 0, "0 newly skipped"),
    ("fr", "skipped", 2, "2 nouvellement ignorés"), ("fr", "records", 1234, "1 234 enregistrements"),
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


def test_a_dispute_is_headed_by_how_it_stands_and_told_in_french(portal: Portal) -> None:
    portal.house.dispute(7501)
    Scene(portal.house)

    page = portal.visitor("fr-FR").get(f"{page_of(portal)}/records/disputes/7501").text

    assert re.findall(r'#shape-([\w-]+)"/></svg>([^<]+)</span></h1>', page) == [("needs-you", "Réponse attendue")]
    assert {"Rétrofacturation", "Frauduleux"} <= set(re.split(r"\s+", text_of(page)))


@pytest.mark.parametrize("path, told", [
    ("audit", "Nobody has done anything yet."), ("audit?operation=start-run", "No operation fits these filters."),
    ("skipped-records", "Nothing is skipped."), ("skipped-records?state=left-out", "No skipped record fits"),
    ("shops/{shop}/skipped-records?code=item-not-found", "No record is skipped for this reason any more."),
    ("log-entries", "No call that fits is kept."),
])
def test_an_empty_list_says_what_there_is_none_of(portal: Portal, path: str, told: str) -> None:
    text = text_of(portal.visitor().get("/portal/" + path.format(shop=portal.house.shop)).text)

    assert told in text
    assert "0 entries" not in text


@pytest.mark.parametrize("state, told", [
    ("", "Skipped records"), ("dismissed", "Dismissed records"), ("left-out", "Records that the shop card leaves out"),
])
def test_a_heading_says_which_records_are_listed(portal: Portal, state: str, told: str) -> None:
    page = portal.visitor().get(f"/portal/skipped-records?state={state}").text

    assert re.findall(r"<h1>(.+)</h1>", page) == [told]


def test_more_than_is_counted_is_told_as_at_least_so_many(portal: Portal) -> None:
    row = {"shop": portal.house.shop, "type": "orders", "code": "item-not-found", "detail": "it is said here",
           "tries": 1, "first_at": "2026-03-10T08:00:00Z", "last_at": "2026-03-10T08:00:00Z", "next_try": ""}
    portal.house.connector.skipped.park(
        [msgspec.convert(row | {"id": str(one)}, SkippedRecord) for one in range(MOST_COUNTED + 1)])

    first, listed = (text_of(portal.visitor().get(f"/portal{path}").text) for path in ("", "/skipped-records"))

    assert "At least 999 records wait for a correction." in first
    assert re.search(r"item-not-found\s+\S+\s+at least 999\s", first)
    assert "5 of at least 999" in listed


@pytest.mark.parametrize("page, what", [
    ("{shop}", "Switch off"), ("{shop}", "Remove this shop card…"), ("/portal/environment", "Stop all calls"),
    ("/portal/log-entries", "Delete entries…"), ("{shop}/records/orders/5001", "Unlink and create again…"),
])
def test_what_stops_or_removes_something_shows_it_before_it_is_pressed(portal: Portal, page: str, what: str) -> None:
    Scene(portal.house)

    html = portal.visitor().get(page.format(shop=page_of(portal))).text

    assert re.search(rf'<(?:a|button) class="(?:button )?risky"[^>]*>{what}</', html)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("one, other, ratio", [
    ("bar", "sheet", 3), ("ink", "bar", 3), ("rim", "sheet", 3), ("rim", "dip", 3), ("rim", "tint", 3),
    ("soft", "dip", 4.5), ("soft", "tint", 4.5), ("accent", "needs-tint", 4.5), ("accent", "warns-tint", 4.5),
    ("soft", "needs-tint", 4.5), ("needs", "sheet", 4.5), ("warns", "sheet", 4.5), ("good", "tint", 4.5),
])
def test_colours_that_meet_are_told_apart(colours: str, one: str, other: str, ratio: float) -> None:
    """Also where axe does not look: lines on bars, edges of fields. Source: WCAG 2.2, 1.4.3 and 1.4.11."""
    found = re.findall(r"--([\w-]+): (#\w+);", (FOLDER / "portal.css").read_text().split("/* ground */")[0])
    values = dict(found[:len(found) // 2] if colours == "light" else found[len(found) // 2:])

    assert contrast(values[one], values[other]) >= ratio


def contrast(one: str, other: str) -> float:
    """Of two colours, #rgb or #rrggbb. Source: WCAG 2.2, relative luminance and contrast ratio."""
    def luminance(colour: str) -> float:
        wide = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
        red, green, blue = (int(wide[place:place + 2], 16) / 255 for place in (0, 2, 4))
        linear = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (red, green, blue))
        return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_a_field_is_called_by_a_word_with_a_capital() -> None:
    """As every other field above its list: "Orders from" and "until" were two ways."""
    called = {(file.name, label) for file in TEMPLATES.glob("*.html") for label in re.findall(
        r"<label[^>]*>\{\{ _\([\"']([^\"']+)", file.read_text())}

    assert len(called) > 20
    assert {one for one in called if not one[1][0].isupper()} == set()


def test_a_phone_says_first_where_an_order_stands_and_then_where_it_should(portal: Portal, browser: Browser) -> None:
    house = portal.house
    house.customer(7003, email="buy@spalt.example")
    house.company(503, name="Spalt AG", contacts=[7003])
    house.order(5001, customer=7003, email="buy@spalt.example", company={"company": 503})
    house.sync()
    house.bc.control.change("salesOrders", house.document(5001)["number"], {"customerNumber": "S7003"})

    with looking(browser, locale="en-GB", viewport=PHONE) as (page, _):
        page.goto(portal.url + "/portal/orders/not-on-their-company")
        rows = page.locator(".cards td[data-label]")
        expect(rows).to_have_count(4)
        places = rows.evaluate_all(
            "cells => cells.map(one => [one.getBoundingClientRect().top, one.getBoundingClientRect().left,"
            " one.dataset.label]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(one => one[2])")

    assert places == ["Document", "Stands on", "Company", "Should stand on"]


@pytest.mark.parametrize("width", [1130, 1200, 1360])
def test_why_a_record_is_skipped_has_the_most_room_in_its_row(portal: Portal, browser: Browser, width: int) -> None:
    Scene(portal.house)

    with looking(browser, locale="fr-FR", viewport={"width": width, "height": 900}) as (page, _):
        page.goto(portal.url + "/portal/skipped-records")
        heads = page.locator(".skipped").first.locator("thead th")
        expect(heads).to_have_count(6)
        widths = heads.evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")

    assert widths[1] > 280
    assert widths[1] == max(widths)


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


def test_paper_has_the_orders_that_arrived_as_bars_and_leads_nowhere(portal: Portal, browser: Browser) -> None:
    Scene(portal.house)

    with looking(browser, viewport={"width": 720, "height": 1000}) as (page, _):
        page.goto(f"{portal.url}/portal")
        page.emulate_media(media="print")

        expect(page.locator(".bars .bar").first).to_be_visible()
        page.goto(f"{portal.url}{page_of(portal)}")
        expect(page.locator("h1")).to_be_visible()
        expect(page.get_by_role("link", name="Remove this shop card")).not_to_be_visible()


def test_somebody_without_a_menu_chooses_the_language_on_a_phone_too(portal: Portal, browser: Browser) -> None:
    with looking(browser, viewport=PHONE) as (page, _):
        page.goto(f"{portal.url}/portal/signed-out")

        expect(page.get_by_role("link", name="Français")).to_be_visible()


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


@pytest.mark.parametrize("page", ["bc-company", "set-up-check"])
def test_a_service_that_is_away_asks_nobody_in_red(portal: Portal, page: str) -> None:
    portal.house.bc.faults.add(Fault("status", times=None, status=503))
    address, visitor = f"{page_of(portal)}/{page}", portal.visitor()

    html = (visitor.get if page == "bc-company" else visitor.post)(address).text

    assert re.findall(r'<section class="callout (\w+)" (?:role="alert"|aria-labelledby)', html) == ["warn"]


def test_what_somebody_has_to_mend_is_told_in_red(portal: Portal) -> None:
    portal.house.shopify.fault("access_revoked")

    html = portal.visitor().get(f"{page_of(portal)}/webhooks").text

    assert re.findall(r'<section class="callout (\w+)" aria-labelledby', html) == ["needs"]


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
