"""The lists about orders: whose tax stands apart, and whose document does not stand on their company."""
from __future__ import annotations

import re
from collections import Counter
from html import unescape
from itertools import chain

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from local.business_central.faults import Fault
from tests.portal.chromium import follow, looking, serious
from tests.portal.served import Portal, text_of

TAX, ELSEWHERE = "/portal/orders/tax-apart", "/portal/orders/not-on-their-company"
NEVER_ROUND = [{"sku": "1000", "quantity": 1, "unit_price": "0.99"}] * 3
"""Shopify charges 0.51 of tax, Business Central reckons 0.49."""

BUYER = {"email": "buy@spalt.example", "first_name": "Rita", "last_name": "Spalt"}


@pytest.fixture
def apart(portal: Portal) -> Portal:
    """An order whose tax stands apart, and one whose tax does not."""
    portal.house.order(5001, NEVER_ROUND, tax_rate="0.2", created_at="2026-03-10T08:00:00Z")
    portal.house.order(5002, [{"sku": "1000", "quantity": 1, "unit_price": "120.00"}], tax_rate="0.2")
    portal.house.sync()
    return portal


@pytest.fixture
def elsewhere(portal: Portal) -> Portal:
    """An order of a company that stands on the person who ordered it."""
    house = portal.house
    house.customer(7003, **BUYER)
    house.company(503, name="Spalt AG", contacts=[7003])
    house.order(5003, customer=7003, email=BUYER["email"])
    house.order(5001, customer=7003, email=BUYER["email"], company={"company": 503})
    house.sync()
    house.bc.control.change("salesOrders", house.document(5001)["number"], {"customerNumber": "S7003"})
    return portal


@pytest.mark.parametrize(("language", "row"), [
    ("en-GB", "10 Mar 2026 20 €0.51 €0.49 €0.02"), ("fr-FR", "10 mars 2026 20 0,51 € 0,49 € 0,02 €"),
])
def test_tax_that_stands_apart_is_listed_with_both_sides_in_the_readers_form(
    apart: Portal, language: str, row: str
) -> None:
    page = apart.visitor(language).get(TAX)

    text = " ".join(text_of(page.text).split())
    assert page.status_code == 200
    assert f"#5001 {apart.house.document(5001)['number']} {row}" in text
    assert "5002" not in text
    assert f'href="/portal/shops/{apart.house.shop}/records/orders/5001"' in page.text


def test_an_order_whose_captures_are_gone_is_listed_by_its_id(apart: Portal) -> None:
    apart.house.clock.forward(100 * 86400)
    apart.house.connector.retention.remove_expired(by="schedule")

    text = text_of(apart.visitor().get(TAX).text)

    assert f"5001 {apart.house.document(5001)['number']} 10 Mar 2026" in text
    assert "#5001" not in text


@pytest.mark.parametrize(("language", "last"), [("en-GB", "That is all."), ("fr-FR", "C’est tout.")])
def test_on_a_phone_the_word_at_the_end_of_a_list_stands_in_one_line(
    browser: Browser, apart: Portal, language: str, last: str
) -> None:
    with looking(browser, locale=language, viewport={"width": 320, "height": 700}) as (page, _):
        page.goto(apart.url + TAX)
        word = page.locator(".pages > :last-child")

        expect(word).to_have_text(last)
        lines = word.evaluate(
            "one => { const all = document.createRange(); all.selectNodeContents(one);"
            " return new Set(Array.from(all.getClientRects(), line => line.top)).size; }")
        assert lines == 1


@pytest.mark.parametrize(("query", "found"), [
    ("?from=2026-03-10&to=2026-03-10", True), ("?from=2026-03-11", False), ("?to=2026-03-09", False), ("?from=", True),
])
def test_it_is_listed_by_the_days_of_the_orders(apart: Portal, query: str, found: bool) -> None:
    assert ("records/orders/5001" in apart.visitor().get(TAX + query).text) == found


@pytest.mark.parametrize("address", [
    f"{TAX}?continuation=x", f"{TAX}?other=1",
    f"{ELSEWHERE}?continuation=x", f"{ELSEWHERE}?other=1",
])
def test_what_is_no_continuation_is_told(portal: Portal, address: str) -> None:
    answer = portal.visitor().get(address)

    assert answer.status_code == 400
    assert "input-invalid" in answer.text
    assert "Business Central could not be asked" not in answer.text


@pytest.mark.parametrize("query", ["", "?from=2026-03-10&to=2026-03-10"])
def test_much_tax_apart_is_listed_page_by_page_each_order_whole_and_once(apart: Portal, query: str) -> None:
    links = apart.house.connector.links(apart.house.shop, "orders")
    one = links.of(["5001"])["5001"]
    links.save([msgspec.structs.replace(one, id=str(id), tax_apart="20:0.51:0.49 5.5:0.20:0.19 10:0.02:0.01", etag="")
                for id in range(6001, 6081)])

    pages, address = [], TAX + query
    while address:
        pages.append(apart.visitor().get(address).text)
        older = re.search(r'href="([^"]+)" rel="next"', pages[-1])
        address = unescape(older[1]) if older else ""

    listed = [re.findall(r"records/orders/(\d+)", page) for page in pages]
    assert [len(page) for page in listed] == [1 + 33 * 3, 34 * 3, 13 * 3]
    assert Counter(chain.from_iterable(listed)) == {"5001": 1} | {str(id): 3 for id in range(6001, 6081)}


def test_an_order_that_stands_on_another_customer_is_listed_with_where_it_should_stand(elsewhere: Portal) -> None:
    page = elsewhere.visitor().get(ELSEWHERE)

    text = text_of(page.text)
    assert page.status_code == 200
    assert f"Order #5001 Sales order {elsewhere.house.document(5001)['number']} S7003 Company Spalt AG C503" in text
    assert "#5003" not in text


def test_while_business_central_does_not_answer_the_page_says_so(elsewhere: Portal) -> None:
    elsewhere.house.bc.faults.add(Fault("status", times=None, status=503))

    answer = elsewhere.visitor().get(ELSEWHERE)

    assert answer.status_code == 503
    assert "Business Central could not be asked" in text_of(answer.text)
    assert "bc-unavailable" in answer.text


@pytest.mark.parametrize("path", [TAX, ELSEWHERE])
def test_without_orders_and_without_a_shop_each_has_a_page(portal: Portal, path: str) -> None:
    without_orders = portal.visitor().get(path)
    portal.house.connector.shops.remove(portal.house.shop)
    without_shop = portal.visitor().get(path)

    assert "None:" in text_of(without_orders.text)
    assert "There is no shop yet." in text_of(without_shop.text)
    assert portal.visitor().get(f"{path}?shop=NOBODY").status_code == 404


@pytest.mark.parametrize(("path", "heading"), [
    (TAX, "Écarts de TVA"), (ELSEWHERE, "Commandes hors de leur entreprise"),
])
def test_the_menu_leads_to_each_in_french_too(
    browser: Browser, apart: Portal, path: str, heading: str
) -> None:
    with looking(browser, locale="fr-FR") as (page, _):
        page.goto(apart.url + "/portal")
        follow(page.locator(".rail").get_by_role("link", name=heading))

        expect(page.locator("h1")).to_have_text(heading)
        expect(page).to_have_url(apart.url + path)
        expect(page.locator(".rail [aria-current=page]")).to_have_text(heading)
        assert serious(page) == []
