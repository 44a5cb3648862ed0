"""The set-up check as a page: said before it is run, every step with its result, reason and fix, all or one."""
from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from shared.to_business_central.set_up_check import check_set_up
from shared.to_business_central.set_up_steps import Step
from tests.house import House
from tests.portal.chromium import PHONE, follow, looking, press, serious
from tests.portal.served import Portal, text_of


def page_of(portal: Portal) -> str:
    return f"/portal/shops/{portal.house.shop}/set-up-check"


def ships_to(house: House, *countries: str) -> None:
    house.shopify.shop_state.card["shipsToCountries"] = list(countries)


def states_on(page: str) -> dict[str, str]:
    """Step -> state."""
    return dict(re.findall(r'<tr id="step-([^"]+)" class="([^"]+)"', page))


def everything(house: House) -> dict[str, list[Any]]:
    return {name: sorted(table.rows) for name, table in house.bc.state.tables.items() if table.rows}


# One step of it


@pytest.mark.parametrize("step", Step)
def test_a_step_that_is_asked_alone_finds_what_it_finds_among_all(house: House, step: Step) -> None:
    house.card(tip_account="", default_customer_no="C00107", default_location_code="WEST", default_item_no="NONE")
    house.order(5001)
    house.sync()
    ships_to(house, "CH")

    whole = check_set_up(house.connector, house.shop)
    alone = check_set_up(house.connector, house.shop, steps=[step])

    assert alone.steps == [step]
    assert alone.missing == [one for one in whole.missing if one.step is step]
    assert alone.advice == [one for one in whole.advice if one.step is step]
    assert alone.orders == (whole.orders if step is Step.ORDERS else [])
    assert {one.step for one in (*whole.missing, *whole.advice)} >= {
        Step.DEFAULT_CUSTOMER, Step.ACCOUNTS, Step.CODES, Step.ITEMS, Step.COUNTRIES}


def test_a_step_alone_asks_business_central_less_than_all_do(house: House) -> None:
    ships_to(house, "FR", "DE", "US")
    check_set_up(house.connector, house.shop)
    before = len(house.exchanges)
    check_set_up(house.connector, house.shop)
    whole = len(house.exchanges) - before

    check_set_up(house.connector, house.shop, steps=[Step.CODES])

    assert len(house.exchanges) - before - whole < whole / 2


def test_a_step_for_which_the_card_gives_nothing_to_ask_says_so(house: House) -> None:
    house.card(default_customer_no="", auto_create_unknown_customers=False)

    report = check_set_up(house.connector, house.shop)

    assert report.idle == [Step.DEFAULT_CUSTOMER, Step.COUNTRIES, Step.ORDERS]
    assert report.ready


# The page


def test_it_is_said_what_a_check_writes_before_it_is_run_and_looking_asks_nobody(portal: Portal) -> None:
    before = len(portal.house.exchanges)

    page = portal.visitor().get(page_of(portal)).text

    assert "all as a batch that is rolled back" in text_of(page)
    assert set(states_on(page).values()) == {"not-asked"}
    assert len(portal.house.exchanges) == before
    assert portal.house.connector.operations.page().operations == []


def test_every_step_has_its_result_reason_and_fix_and_nothing_stays_in_business_central(portal: Portal) -> None:
    house = portal.house
    house.card(tip_account="", default_customer_no="C00107")
    house.order(5001)
    house.sync()
    ships_to(house, "FR", "CH")
    before = everything(house)

    page = portal.visitor().post(page_of(portal)).text

    assert states_on(page) == {
        "default-customer": "missing", "accounts": "advice", "currencies": "good", "codes": "good", "items": "good",
        "countries": "missing", "orders": "good"}
    text = text_of(page)
    assert "Business Central would not take every order" in text
    assert "Customer C00107 has no Gen. Bus. Posting Group." in text
    assert "An order with a tip needs Tip Account, which is empty." in text
    assert re.findall(r"#field-(\w+)", page) == ["default_customer_no", "tip_account"]
    assert "What to do: Shop card: fill in the named account." in text
    assert everything(house) == before
    (done,) = house.connector.operations.page(operation="check_set_up").operations
    assert (done.by, done.after["ready"], done.after["whole"]) == ("ada@example.com", False, True)


def test_once_all_is_right_the_heading_says_so(portal: Portal) -> None:
    ships_to(portal.house, "FR")

    assert "Business Central would take the shop’s orders" in portal.visitor().post(page_of(portal)).text


def test_one_step_is_asked_again_alone_and_the_page_claims_nothing_about_the_others(portal: Portal) -> None:
    page = portal.visitor().post(page_of(portal), {"step": "accounts"}).text

    states = states_on(page)
    assert states.pop("accounts") == "good"
    assert set(states.values()) == {"not-asked"}
    assert "would take the shop’s orders" not in page.split("<h1>")[1].split("</h1>")[0]


def test_a_step_that_is_none_is_refused(portal: Portal) -> None:
    assert portal.visitor().post(page_of(portal), {"step": "everything"}).status_code == 400


def test_a_check_that_cannot_ask_says_why_and_what_to_do(portal: Portal) -> None:
    portal.house.connector.permission.allow(False, by="test")

    answer = portal.visitor().post(page_of(portal))

    text = text_of(answer.text)
    assert "The set-up check could not be carried out" in text
    assert "http-requests-not-allowed" in text
    assert "What to do:" in text
    assert set(states_on(answer.text).values()) == {"not-asked"}


def test_a_shop_that_is_not_there_has_no_check(portal: Portal) -> None:
    visitor = portal.visitor()

    assert visitor.get("/portal/shops/NOBODY/set-up-check").status_code == 404
    assert visitor.post("/portal/shops/NOBODY/set-up-check").status_code == 404


def test_a_viewer_reads_what_is_asked_and_cannot_run_it(viewers_portal: Portal) -> None:
    page = viewers_portal.visitor().get(page_of(viewers_portal)).text

    assert "Would an order of the default customer be taken?" in page
    assert "Run the check" not in page
    assert "Check only this" not in page


# In a browser


@pytest.mark.parametrize("language, colours, again", [
    ("en-GB", "light", "Check again"), ("fr-FR", "dark", "Vérifier à nouveau")])
def test_a_check_and_one_step_of_it_change_the_page_where_it_is(
    portal: Portal, browser: Browser, language: str, colours: Any, again: str
) -> None:
    house = portal.house
    house.card(tip_account="")
    ships_to(house, "FR", "CH")

    with looking(browser, locale=language, color_scheme=colours, viewport=PHONE) as (page, complaints):
        page.goto(portal.url + page_of(portal))
        press(page.locator("#check .head button"))

        expect(page.locator("#step-countries")).to_have_class("missing")
        expect(page.locator("#check .head button")).to_have_text(again)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert serious(page) == []
        expect(page.locator("#step-accounts")).to_have_class("advice")
        house.card(tip_account="758800")
        press(page.locator("#step-accounts button"))
        expect(page.locator("#step-accounts")).to_have_class("good")
        expect(page.locator("#step-countries")).to_have_class("missing")
        assert complaints == []


def test_while_business_central_takes_its_time_the_page_says_that_it_is_asking(
    portal: Portal, browser: Browser
) -> None:
    with looking(browser) as (page, _):
        page.goto(portal.url + page_of(portal))
        held = list[Route]()
        page.route(f"**{page_of(portal)}", lambda route: held.append(route))
        page.locator("#check .head button").click()
        page.locator("#check .head .pending").get_by_text("Asking; this can take a minute").wait_for()

        expect(page.get_by_role("button", name="Run the check")).to_be_disabled()
        while not held:
            page.wait_for_timeout(20)
        held[0].continue_()
        page.locator("#step-accounts.good").wait_for()
        expect(page.locator("#check .head .pending")).not_to_be_visible()


def test_without_a_script_a_check_is_a_form_like_others(portal: Portal, browser: Browser) -> None:
    ships_to(portal.house, "FR")

    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(portal.url + page_of(portal))
        follow(page.get_by_role("button", name="Run the check"))

        expect(page.get_by_role("heading", level=1)).to_have_text("Business Central would take the shop’s orders")
