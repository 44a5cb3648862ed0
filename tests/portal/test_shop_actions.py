"""What an operator does from the shop card: test the connection, choose the company, reset, remove the card."""
from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from shared.clock import iso
from tests.portal.chromium import PHONE, follow, looking, serious
from tests.portal.served import Portal, page_of, text_of

# Test connection


def test_both_sides_of_a_connection_answer_with_what_they_are(portal: Portal) -> None:
    answer = portal.visitor().post(f"{page_of(portal)}/test-connection")

    assert answer.status_code == 200
    text = text_of(answer.text)
    assert "Both sides answer" in text
    assert "Company CRONUS" in text
    assert portal.house.shopify.shop.removeprefix("https://") in text
    assert "plan " in text


def test_a_side_that_does_not_work_says_why_and_what_to_do_while_the_other_one_answers(portal: Portal) -> None:
    portal.house.card(company_id="00000000-0000-0000-0000-000000000000")

    text = text_of(portal.visitor().post(f"{page_of(portal)}/test-connection").text)

    assert "The connection does not work" in text
    assert "bc-company-unknown" in text
    assert "What to do: Shop card > Company" in text
    assert "answered," in text


def test_access_that_was_never_requested_is_told_for_shopify(portal: Portal) -> None:
    portal.house.connector.tokens.forget(portal.house.shop)

    text = text_of(portal.visitor().post(f"{page_of(portal)}/test-connection").text)

    assert "Does not work" in text
    assert "access-token-missing" in text
    assert "Company CRONUS" in text


def test_nobody_is_asked_while_the_environment_may_not_call_out(portal: Portal) -> None:
    portal.house.connector.permission.allow(False, by="test")
    before = len(portal.house.sent("Shopify"))

    text = text_of(portal.visitor().post(f"{page_of(portal)}/test-connection").text)

    assert text.count("http-requests-not-allowed") == 2
    assert len(portal.house.sent("Shopify")) == before


# Choose the company


def test_the_company_is_chosen_from_business_centrals_list(portal: Portal) -> None:
    portal.house.card(company_id="", enabled=False)
    visitor = portal.visitor()

    page = visitor.get(f"{page_of(portal)}/bc-company").text
    answer = visitor.post(f"{page_of(portal)}/bc-company", {"company": portal.house.bc.company})

    assert f'value="{portal.house.bc.company}"' in page
    assert "checked" not in page
    assert answer.url == portal.url + page_of(portal)
    assert portal.house.connector.shops.get(portal.house.shop).company_id == portal.house.bc.company
    assert 'checked><span><bdi>' in visitor.get(f"{page_of(portal)}/bc-company").text


def test_a_list_from_which_nothing_was_chosen_says_so(portal: Portal) -> None:
    answer = portal.visitor().post(f"{page_of(portal)}/bc-company", {})

    assert (answer.status_code, "Choose one of them." in answer.text) == (422, True)


def test_business_central_that_cannot_be_asked_is_told_and_the_id_may_be_entered_by_hand(portal: Portal) -> None:
    portal.house.connector.permission.allow(False, by="test")

    answer = portal.visitor().get(f"{page_of(portal)}/bc-company")

    assert answer.status_code >= 400
    assert "Business Central could not be asked" in text_of(answer.text)
    assert f'href="{page_of(portal)}#field-company_id"' in answer.text


# Reset


@pytest.mark.parametrize("query, said", [
    ("how=all", "reads 2 records again"),
    ("how=since&since=2026-03-09T00:00", "reads 2 records again"),
    ("how=since&since=2026-03-10T09:59:59", "reads one record again"),
])
def test_a_reset_says_beforehand_how_many_records_shopify_counts(portal: Portal, query: str, said: str) -> None:
    portal.house.order(5001, created_at=iso(portal.house.clock.now() - timedelta(hours=3)),
                       updated_at=iso(portal.house.clock.now() - timedelta(hours=2)))
    portal.house.order(5002)
    portal.house.sync()
    before = portal.house.connector.informations.get(portal.house.shop, "orders")

    text = text_of(portal.visitor().get(f"{page_of(portal)}/reset/orders?{query}").text)

    assert said in text
    assert portal.house.connector.informations.get(portal.house.shop, "orders") == before


@pytest.mark.parametrize("type", ["payouts", "disputes"])
def test_what_shopify_does_not_count_is_said_to_be_unknown(portal: Portal, type: str) -> None:
    text = text_of(portal.visitor().get(f"{page_of(portal)}/reset/{type}?how=all").text)

    assert "is not known: Shopify does not count them." in text
    assert not re.search(r"reads \d", text)


def test_companies_are_counted_all_together_only(portal: Portal) -> None:
    visitor = portal.visitor()

    assert "reads 0 records again" in text_of(visitor.get(f"{page_of(portal)}/reset/companies?how=all").text)
    since = visitor.get(f"{page_of(portal)}/reset/companies?how=since&since=2026-03-09T00:00").text
    assert "Shopify does not count them" in text_of(since)


def test_a_count_that_shopify_refuses_leaves_the_reset_possible(portal: Portal) -> None:
    portal.house.connector.tokens.forget(portal.house.shop)

    page = portal.visitor().get(f"{page_of(portal)}/reset/orders?how=all")

    assert page.status_code == 200
    assert "Shopify could not be asked:" in text_of(page.text)
    assert '<button class="primary">Reset Sync</button>' in page.text


@pytest.mark.parametrize("query", ["how=since&since=", "how=since&since=2099-01-01T00:00", "how=since&since=soon"])
def test_a_time_that_no_reset_can_have_is_told_at_its_field_before_anything_is_counted(
    portal: Portal, query: str
) -> None:
    answer = portal.visitor().get(f"{page_of(portal)}/reset/orders?{query}")

    assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (422, True)


def test_a_type_is_reset_step_by_step_without_a_script(portal: Portal, browser: Browser) -> None:
    portal.house.sync()

    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(portal.url + page_of(portal))
        follow(page.get_by_role("link", name="Reset… Orders"))
        page.get_by_label("Completely").check()
        follow(page.get_by_role("button", name="Go on"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Reset completely: Orders?")
        follow(page.get_by_role("button", name="Reset Sync"))

        expect(page.get_by_role("status")).to_contain_text("The time is reset")
    assert portal.house.connector.informations.get(portal.house.shop, "orders").last_sync_time == ""


# Removal


def test_a_removal_says_what_goes_and_what_is_kept_and_does_just_that(portal: Portal, browser: Browser) -> None:
    portal.house.order(5001)
    portal.house.sync()
    visitor = portal.visitor()

    asked = text_of(visitor.get(f"{page_of(portal)}/removal").text)
    assert asked.index("What goes") < asked.index("What is kept")
    assert portal.house.connector.shops.find(portal.house.shop) is not None
    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(f"{portal.url}{page_of(portal)}/removal")
        follow(page.get_by_role("button", name=f"Remove {portal.house.shop}"))
        expect(page.get_by_role("status")).to_contain_text("is removed")

    assert portal.house.connector.shops.find(portal.house.shop) is None
    assert not portal.house.connector.tokens.has_access_key(portal.house.shop)
    assert len(portal.house.documents(5001)) == 1
    assert portal.house.link("orders", 5001).bc_id
    assert portal.house.connector.operations.page().operations[0].operation == "remove_shop"


def test_a_viewer_is_shown_no_button_that_changes_anything(viewers_portal: Portal) -> None:
    visitor = viewers_portal.visitor()

    for path in (f"{page_of(viewers_portal)}/removal", f"{page_of(viewers_portal)}/bc-company",
                 f"{page_of(viewers_portal)}/reset/orders?how=all"):
        page = visitor.get(path)
        assert page.status_code == 200, path
        assert '<form method="post"' not in page.text.split("<main", 1)[1], path


@pytest.mark.parametrize("language, colours, viewport", [("en-GB", "light", PHONE), ("fr-FR", "dark", PHONE)])
def test_answers_and_questions_of_the_card_are_for_everybody(
    portal: Portal, browser: Browser, language: str, colours: str, viewport: dict[str, int]
) -> None:
    with looking(browser, locale=language, color_scheme=colours, viewport=viewport) as (page, complaints):
        page.goto(portal.url + page_of(portal))
        follow(page.locator('form[action$="/test-connection"] button'))
        assert serious(page) == []
        page.goto(f"{portal.url}{page_of(portal)}/reset/orders?how=all")
        assert serious(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
        assert complaints == []
