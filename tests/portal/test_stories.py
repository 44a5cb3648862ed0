"""Whole stories in a real browser, by nothing but what the pages show: a newcomer, and two nights of an operator.

Between two clicks the house does what queue, timer, Shopify and Business Central do. One story is told on a desk, one
in French on a phone, one without a script.
"""
from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import MARIE, House
from tests.portal.chromium import DESK, PHONE, looking, serious
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


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def next_step(page: Page) -> str:
    """The title of the step that the guide says is next."""
    return page.locator("li[aria-current=step] h2").inner_text()


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
    page.locator(".card-form .bar button").first.click()


def unfolded(page: Page, field: str) -> None:
    tab = page.locator("details.tab", has=page.locator(f"#field-{field}"))
    if tab.get_attribute("open") is None:
        tab.locator("> summary").click()


def test_a_newcomer_comes_from_an_empty_app_to_the_first_order_in_business_central(
    empty: Portal, browser: Browser
) -> None:
    house, seen = empty.house, list[str]()

    with looking(browser, viewport=DESK) as (page, complaints):
        page.goto(f"{empty.url}/portal")
        page.get_by_role("main").get_by_role("link", name="Set-up guide").click()

        seen.append(next_step(page))
        page.get_by_role("button", name="Allow HTTP requests").click()
        seen.append(next_step(page))
        page.get_by_label("Code").fill(house.shop)
        page.get_by_label("Shopify Admin URL").fill(f"https://{house.shopify.shop}")
        page.get_by_role("button", name="Create the shop card").click()
        seen.append(next_step(page))
        page.get_by_role("button", name="Request access").click()
        page.get_by_role("button", name="Install").click()
        page.get_by_text("Connected").wait_for()
        page.get_by_role("main").get_by_role("link", name="Set-up guide").click()
        seen.append(next_step(page))
        page.get_by_role("link", name="Choose it from Business Central’s list").click()
        page.get_by_role("radio").first.check()
        page.get_by_role("button", name="Take this company").click()
        assert page.get_by_text("Saved.").is_visible()
        typed(page, auto_create_unknown_customers="on", sku_mapping="Item No.",
              default_customer_no="C-WEBB", auto_create_sales_documents="on", shipping_charges_account="708500",
              tip_account="758800", sold_gift_card_account="419100", cash_roundings_account="658000")
        assert "Saved." in page.get_by_role("status").inner_text()

        # The set-up check is red, its line leads to the field, and then it is green.
        page.get_by_role("main").get_by_role("link", name="Set-up guide").click()
        seen.append(next_step(page))
        page.get_by_role("main").get_by_role("link", name="Set-up check").click()
        page.get_by_role("button", name="Run the check").click()
        line = page.locator("#step-default-customer.missing")
        assert "C-WEBB is not in Business Central" in line.inner_text()
        assert heading(page) == "Business Central would not take every order"
        line.get_by_role("link", name="To the field of the shop card").click()
        expect(page.locator("#default_customer_no")).to_be_visible()
        house.clock.forward(60)
        typed(page, default_customer_no="C-WEB")
        house.clock.forward(60)
        page.get_by_role("main").get_by_role("link", name="Set-up check").click()
        page.get_by_role("button", name="Run the check").click()
        page.locator("#step-default-customer.good").wait_for()
        assert heading(page) == "Business Central would take the shop’s orders"

        page.get_by_role("main").get_by_role("link", name="Set-up guide").click()
        seen.append(next_step(page))
        page.get_by_role("button", name="Enable").click()
        seen.append(next_step(page))
        page.get_by_role("button", name="Synchronize now").click()
        house.sync()
        page.reload()
        seen.append(next_step(page))
        house.order(5001)
        page.get_by_role("button", name="Synchronize now").click()
        house.sync()
        page.reload()

        assert heading(page).startswith("Everything is set up")
        page.get_by_role("link", name="See an order that is in Business Central").click()
        assert house.document(5001)["number"] in page.locator("section", has_text="What stands").first.inner_text()
        assert serious(page) == []
        assert complaints == []
    assert seen == ["HTTP requests", "Shop card", "Access to Shopify", "Company", "Set-up check", "Enabled",
                    "First synchronization", "First order"]


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
        page.get_by_role("link", name="Un groupe de comptabilisation").click()
        assert "C00107" in page.get_by_role("main").inner_text()
        assert "Business Central > Clients" in page.get_by_role("main").inner_text()

        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name=night.shop, exact=True).click()
        typed(page, default_customer_no="C-WEB")
        assert "Enregistré" in page.get_by_role("status").inner_text()
        page.goto(f"{portal.url}/portal/skipped-records")
        page.get_by_role("button", name="Réessayer tout").click()
        assert "2 enregistrements" in page.get_by_role("status").inner_text()
        night.sync()

        page.goto(f"{portal.url}/portal")
        assert "Aucun enregistrement n’est ignoré." in page.get_by_role("main").inner_text()
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
        page.get_by_role("link", name="No template rule fits").click()
        assert "API Setup: add a rule for table 18" in page.get_by_role("main").inner_text()
        night.bc.control.add("template-rules", {"set": "customers", "criteria": {"country": "CH"}, "values": EXPORT})
        night.bc.control.change("customers", "S7101", EXPORT)  # "complete the named customer by hand"
        page.goto(f"{portal.url}/portal/skipped-records")
        page.get_by_role("button", name="Retry all").first.click()
        night.sync()

        page.goto(f"{portal.url}/portal")
        assert "Nothing is skipped." in page.get_by_role("main").inner_text()
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
        assert heading(page) == "Your shop needs you"
        page.get_by_role("button", name="Request access").click()
        page.get_by_role("button", name="Install").click()
        page.wait_for_url(f"**/portal/shops/{night.shop}")
        expect(page.get_by_text("Connected")).to_be_visible()
        page.get_by_role("button", name="Synchronize now", exact=True).first.click()
        night.sync()

        page.goto(f"{portal.url}/portal")
        assert heading(page) == "Everything is running"
        page.locator("#find").fill("#5002")
        page.get_by_role("button", name="Search").click()
        assert night.document(5002)["number"] in page.get_by_role("main").inner_text()
