"""What the connector stands on, asked live: who answers, who refuses, who is silent, and nobody for long."""
from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import Browser, expect

from local.business_central.faults import Fault
from shared.access.connections import Connection, State
from shared.admin import services
from shared.admin.services import ServiceView
from tests.house import House
from tests.portal.chromium import looking
from tests.portal.served import Portal


def states(house: House) -> dict[str, str]:
    return {one.name: one.state for one in asked(house)}


def asked(house: House) -> list[ServiceView]:
    return [one for one in services.services(house.connector, "en").services if one.shop in ("", house.shop)]


def test_each_is_asked_once_and_says_how_long_it_took(house: House) -> None:
    before = len(house.exchanges)

    found = asked(house)

    assert states(house) == {"storage": "answers", "business-central": "answers", "shopify": "answers"}
    assert all(one.seconds is not None and one.problem is None for one in found)
    assert [one.companies for one in found] == [None, len(list(house.bc.state.rows("companies"))), None]
    assert 2 <= len(house.exchanges) - before <= 6  # and the sign-in, once


def test_a_business_central_that_is_down_is_silent_and_is_not_asked_twice(house: House) -> None:
    house.bc.faults.add(Fault("status", entity="companies", times=None, status=503))

    (bc,) = [one for one in asked(house) if one.name == "business-central"]

    assert bc.state == "silent"
    assert bc.problem is not None
    assert bc.problem.code == "bc-unavailable"
    assert house.clock.sleeps == []


def test_a_shopify_that_is_down_is_silent_and_is_not_asked_twice(house: House) -> None:
    house.shopify.fault("http_5xx", times=9)

    (shopify,) = [one for one in asked(house) if one.name == "shopify"]

    assert (shopify.state, shopify.seconds) == ("silent", None)
    assert len([one for one in house.exchanges if one.direction == "Shopify"]) == 1


def test_a_shop_whose_access_was_taken_away_refuses_and_the_others_are_told_all_the_same(house: House) -> None:
    house.shopify.fault("access_revoked")

    assert states(house) == {"storage": "answers", "business-central": "answers", "shopify": "refuses"}


def test_an_access_that_is_known_not_to_work_is_not_tried_and_what_is_known_of_it_stays(house: House) -> None:
    known = Connection(
        state=State.DISCONNECTED, reason="shop-disconnected", detail="removed", at="2026-03-09T09:00:00Z")
    house.connector.tokens.connections.save(house.shop, known)

    (shopify,) = [one for one in asked(house) if one.name == "shopify"]

    assert shopify.state == "not-asked"
    assert shopify.problem is not None
    assert shopify.problem.code == "shop-disconnected"
    assert house.connector.tokens.connections.get(house.shop) == known


def test_an_environment_that_may_not_call_out_asks_nobody_but_storage(house: House) -> None:
    house.connector.permission.allow(False, by="test")
    before = len(house.exchanges)

    assert states(house) == {"storage": "answers", "business-central": "not-asked", "shopify": "not-asked"}
    assert len(house.exchanges) == before


def test_a_shop_that_is_switched_off_is_left_alone(house: House) -> None:
    house.card(enabled=False)

    assert states(house) == {"storage": "answers", "business-central": "not-asked"}


def test_what_does_not_answer_in_time_is_silent_and_nobody_waits_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "PATIENT", 0.05)
    house.shopify.fault("delay", seconds=3)

    (shopify,) = [one for one in asked(house) if one.name == "shopify"]

    assert shopify.state == "silent"
    assert shopify.problem is not None
    assert "no answer within" in shopify.problem.detail


@pytest.mark.parametrize("days, soon", [(0, False), (600, True)])
def test_the_age_of_the_api_version_is_told(house: House, days: int, soon: bool) -> None:
    house.clock.forward(days * 86_400)

    found = services.services(house.connector, "en")

    assert (found.api_version_until, found.api_version_ends_soon) == ("2027-10-01T00:00:00Z", soon)


def test_the_page_says_of_each_what_came_of_it_in_the_readers_language(portal: Portal) -> None:
    portal.house.connector.tokens.forget(portal.house.shop)

    page = unescape(portal.visitor("fr-FR").get("/portal/services").text)
    text = " ".join(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1]).split())

    assert "Business Central Répond" in text
    assert "Non interrogé" in text
    assert "access-token-missing" in text
    assert "Que faire" in text


def test_the_overview_leads_there_without_a_script_and_asks_nobody_itself(portal: Portal) -> None:
    before = len(portal.house.exchanges)

    page = portal.visitor().get("/portal").text

    assert '<a href="/portal/services">Ask now</a>' in page
    assert len(portal.house.exchanges) == before


def test_the_overview_fetches_the_answers_itself_and_stays_the_page_that_it_is(
    portal: Portal, browser: Browser
) -> None:
    with looking(browser) as (page, complaints):
        page.goto(f"{portal.url}/portal")
        page.get_by_role("link", name="Ask again").wait_for()

        expect(page.locator("#services").get_by_text("Answers")).to_have_count(3)
        expect(page).to_have_title(re.compile("^Overview"))
        assert complaints == []
