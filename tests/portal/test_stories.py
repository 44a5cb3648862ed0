"""Whole stories in a real browser, by nothing but what the pages show: a newcomer, and two nights of an operator.

Between two clicks the house does what queue, timer, Shopify and Business Central do. One story is told on a desk, one
in French on a phone, one without a script.
"""
from __future__ import annotations

import pytest
from playwright.sync_api import Browser, LocatorAssertions, Page, expect

from tests.house import MARIE, House
from tests.portal.chromium import DESK, PHONE, follow, looking, press, serious
from tests.portal.served import Portal

STRANGER = {**MARIE, "first_name": "Irène", "phone": None}
SWISS = {"first_name": "Heidi", "last_name": "Keller", "address1": "1 rue du Rhône", "city": "Genève", "zip": "1204",
         "country_code": "CH"}
EXPORT = {"genBusPostingGroup": "EXPORT", "vatBusPostingGroup": "EXPORT", "customerPostingGroup": "EXPORT"}


@pytest.fixture
def empty(portal: Portal) -> Portal:
    """The portal of an app that was deployed a moment ago, into an environment that may not call out yet."""
    house = portal.house
    house.connector.shops.remove(house.shop)
    house.connector.tokens.forget(house.shop)
    house.connector.permission.allow(False, by="test")
    house.shopify.shop_state.card["shipsToCountries"] = ["FR"]
    return portal


def heading(page: Page) -> LocatorAssertions:
    return expect(page.get_by_role("heading", level=1))


def next_step(page: Page) -> LocatorAssertions:
    """The title of the step that the guide says is next."""
    return expect(page.locator("li[aria-current=step] h2"))


def typed(page: Page, **fields: str) -> None:
    """Type into fields of the shop card, wherever their FastTabs are, and save it."""
    for name, text in fields.items():
        unfolded(page, name)
        control = page.locator(f"[id='{name}']")
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(text)
        elif control.get_attribute("type") == "checkbox":
            control.set_checked(bool(text))
        else:
            control.fill(text)
    follow(page.locator(".card-form .bar button").first)


def unfolded(page: Page, field: str) -> None:
    tab = page.locator("details.tab", has=page.locator(f"#field-{field}"))
    if tab.get_attribute("open") is None:
        tab.locator("> summary").click()


def test_a_newcomer_comes_from_an_empty_app_to_the_first_order_in_business_central(
    empty: Portal, browser: Browser
) -> None:
    house = empty.house

    with looking(browser, viewport=DESK) as (page, complaints):
        page.goto(f"{empty.url}/portal")
        follow(page.get_by_role("main").get_by_role("link", name="Set-up guide"))

        next_step(page).to_have_text("HTTP requests")
        follow(page.get_by_role("button", name="Allow HTTP requests"))
        next_step(page).to_have_text("Shop card")
        page.get_by_label("Code").fill(house.shop)
        page.get_by_label("Shopify Admin URL").fill(f"https://{house.shopify.shop}")
        follow(page.get_by_role("button", name="Create the shop card"))
        next_step(page).to_have_text("Access to Shopify")
        follow(page.get_by_role("button", name="Request access"))
        follow(page.get_by_role("button", name="Install"))
        page.get_by_text("Connected").wait_for()
        follow(page.get_by_role("main").get_by_role("link", name="Set-up guide"))
        next_step(page).to_have_text("Company")
        follow(page.get_by_role("link", name="Choose it from Business Central’s list"))
        page.get_by_role("radio").first.check()
        follow(page.get_by_role("button", name="Take this company"))
        expect(page.get_by_text("Saved.")).to_be_visible()
        typed(page, auto_create_unknown_customers="on", sku_mapping="Item No.",
              default_customer_no="C-WEBB", auto_create_sales_documents="on", shipping_charges_account="708500",
              tip_account="758800", sold_gift_card_account="419100", cash_roundings_account="658000")
        expect(page.get_by_role("status")).to_contain_text("Saved.")

        # The set-up check is red, its line leads to the field, and then it is green.
        follow(page.get_by_role("main").get_by_role("link", name="Set-up guide"))
        next_step(page).to_have_text("Set-up check")
        follow(page.get_by_role("main").get_by_role("link", name="Set-up check"))
        press(page.get_by_role("button", name="Run the check"))
        line = page.locator("#step-default-customer.missing")
        expect(line).to_contain_text("C-WEBB is not in Business Central")
        heading(page).to_have_text("Business Central would not take every order")
        follow(line.get_by_role("link", name="To the field of the shop card"))
        expect(page.locator("#default_customer_no")).to_be_visible()
        house.clock.forward(60)
        typed(page, default_customer_no="C-WEB")
        house.clock.forward(60)
        follow(page.get_by_role("main").get_by_role("link", name="Set-up check"))
        press(page.get_by_role("button", name="Run the check"))
        page.locator("#step-default-customer.good").wait_for()
        heading(page).to_have_text("Business Central would take the shop’s orders")

        follow(page.get_by_role("main").get_by_role("link", name="Set-up guide"))
        next_step(page).to_have_text("Enabled")
        follow(page.get_by_role("button", name="Enable"))
        next_step(page).to_have_text("First synchronization")
        follow(page.get_by_role("button", name="Synchronize now"))
        house.sync()
        page.reload()
        next_step(page).to_have_text("First order")
        house.order(5001)
        follow(page.get_by_role("button", name="Synchronize now"))
        house.sync()
        page.reload()

        heading(page).to_contain_text("Everything is set up")
        follow(page.get_by_role("link", name="See an order that is in Business Central"))
        expect(page.locator("section", has_text="What stands").first).to_contain_text(house.document(5001)["number"])
        assert serious(page) == []
        assert complaints == []


@pytest.fixture
def night(portal: Portal) -> House:
    """A house whose orders went through until a moment ago."""
    portal.house.order(5001)
    portal.house.sync()
    return portal.house


def test_orders_stopped_for_a_posting_group_and_go_on_once_the_card_names_another_customer(
    portal: Portal, night: House, browser: Browser
) -> None:
    """In French, on a phone: the default customer that somebody chose has no posting groups."""
    night.card(default_customer_no="C00107", auto_create_unknown_customers=False)
    for number in (5002, 5003):
        night.order(number, email=f"inconnu{number}@example.fr", shipping_address=STRANGER)
    night.sync()

    with looking(browser, locale="fr-FR", viewport=PHONE, color_scheme="dark") as (page, complaints):
        page.goto(f"{portal.url}/portal")
        follow(page.get_by_role("link", name="Un groupe de comptabilisation"))
        expect(page.get_by_role("main")).to_contain_text("C00107")
        expect(page.get_by_role("main")).to_contain_text("Business Central > Clients")

        page.get_by_role("button", name="Menu").click()
        follow(page.get_by_role("link", name=night.shop, exact=True))
        typed(page, default_customer_no="C-WEB")
        expect(page.get_by_role("status")).to_contain_text("Enregistré")
        page.goto(f"{portal.url}/portal/skipped-records")
        follow(page.get_by_role("button", name="Réessayer tout"))
        expect(page.get_by_role("status")).to_contain_text("2 enregistrements")
        night.sync()

        page.goto(f"{portal.url}/portal")
        expect(page.get_by_role("main")).to_contain_text("Aucun enregistrement n’est ignoré.")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert complaints == []
    assert [night.document(number)["customerNumber"] for number in (5002, 5003)] == ["C-WEB", "C-WEB"]


def test_an_order_from_a_country_without_a_template_rule_goes_through_once_the_rule_is_there(
    portal: Portal, night: House, browser: Browser
) -> None:
    night.customer(7101, email="heidi@example.ch", addresses=[SWISS])
    night.order(5002, email="heidi@example.ch", customer=7101, shipping_address=SWISS)
    night.sync()

    with looking(browser) as (page, complaints):
        page.goto(f"{portal.url}/portal")
        follow(page.get_by_role("link", name="No template rule fits"))
        expect(page.get_by_role("main")).to_contain_text("API Setup: add a rule for table 18")
        night.bc.control.add("template-rules", {"set": "customers", "criteria": {"country": "CH"}, "values": EXPORT})
        night.bc.control.change("customers", "S7101", EXPORT)  # "complete the named customer by hand"
        page.goto(f"{portal.url}/portal/skipped-records")
        follow(page.get_by_role("button", name="Retry all").first)
        night.sync()

        page.goto(f"{portal.url}/portal")
        expect(page.get_by_role("main")).to_contain_text("Nothing is skipped.")
        assert complaints == []
    assert night.document(5002)


def test_orders_go_on_where_they_stopped_once_access_is_requested_again_for_an_app_that_was_removed(
    portal: Portal, night: House, browser: Browser
) -> None:
    """Without a script."""
    night.shopify.uninstall()
    night.order(5002)
    night.sync()

    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{portal.url}/portal")
        heading(page).to_have_text("Your shop needs you")
        follow(page.get_by_role("button", name="Request access"))
        follow(page.get_by_role("button", name="Install"))
        page.wait_for_url(f"**/portal/shops/{night.shop}")
        expect(page.get_by_text("Connected")).to_be_visible()
        follow(page.get_by_role("button", name="Synchronize now", exact=True).first)
        night.sync()

        page.goto(f"{portal.url}/portal")
        heading(page).to_have_text("Everything is running")
        page.locator("#find").fill("#5002")
        follow(page.get_by_role("button", name="Search"))
        expect(page.get_by_role("main")).to_contain_text(night.document(5002)["number"])
