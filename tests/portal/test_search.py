"""The search on every page: to the record that is meant, whatever it is called by, and by nothing that stands in an
address."""
from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import Browser, expect

from tests.house import House
from tests.portal.chromium import looking
from tests.portal.served import Portal


def went_to(portal: Portal, text: str) -> str:
    """The type and id of the record that a search leads to; "" if it lists."""
    answer = portal.visitor().post("/portal/search", {"text": text}, allow_redirects=False)
    found = re.fullmatch(r"/portal/shops/[\w-]+/records/(\w+/\d+)", answer.headers.get("Location", ""))
    return found[1] if found else ""


def listed(portal: Portal, text: str) -> set[str]:
    """The records that a search lists, type and id."""
    page = portal.visitor().post("/portal/search", {"text": text}).text
    return set(re.findall(r'<th scope="row"[^>]*><a href="/portal/shops/[\w-]+/records/(\w+/\d+)"', page))


def filled(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    house.product(3001, "LAMP-1", variant={"barcode": "4006381333931"})
    house.company(8001, name="Atelier Exemple")
    house.customer(7101)
    house.order(5001, email="Jean.Petit@example.fr")
    house.sync()


@pytest.mark.parametrize("text, record", [
    ("#5001", "orders/5001"), (" 5001 ", "orders/5001"), ("gid://shopify/Order/5001", "orders/5001"),
    ("https://admin.shopify.com/store/fr/orders/5001?x=1", "orders/5001"), ("shp-5001", "orders/5001"),
    ("jean.petit@EXAMPLE.fr", "orders/5001"), ("jean7101@example.fr", "customers/7101"), ("lamp-1", "products/3001"),
    ("4006381333931", "products/3001"), ("Product 3001", "products/3001"), ("atelier exemple", "companies/8001"),
])
def test_a_record_is_found_by_whatever_it_is_called(portal: Portal, text: str, record: str) -> None:
    filled(portal.house)

    assert went_to(portal, text) == record


def test_a_record_is_found_by_its_number_in_business_central(portal: Portal) -> None:
    house = portal.house
    filled(house)

    assert went_to(portal, house.document(5001)["number"]) == "orders/5001"
    assert went_to(portal, house.link("customers", 7101).bc_number.lower()) == "customers/7101"


def test_several_are_listed_with_their_names(portal: Portal) -> None:
    house = portal.house
    for number in (5001, 5002):
        house.order(number, email="marie@example.fr")
    house.sync("orders")

    page = portal.visitor().post("/portal/search", {"text": "marie@example.fr"})

    assert listed(portal, "marie@example.fr") == {"orders/5001", "orders/5002"}
    assert "2 records" in page.text
    assert "#5002" in page.text
    assert "marie" not in page.url


def test_nothing_says_what_was_looked_at_and_brings_an_order_by_its_name(portal: Portal) -> None:
    house = portal.house
    house.order(5009)
    house.clock.forward(60)
    visitor = portal.visitor()

    page = unescape(visitor.post("/portal/search", {"text": "#5009"}).text)
    action = re.search(r'action="([^"]+/orders/sync)"', page)

    assert "Nothing was found" in page
    assert "SKUs and barcodes, e-mail addresses, Shopify ids" in page
    assert action is not None
    assert visitor.post(action[1], {"order": "#5009"}).url.endswith("/records/orders/5009")


def test_an_address_that_nobody_has_is_offered_as_no_order(portal: Portal) -> None:
    page = portal.visitor().post("/portal/search", {"text": "nobody@example.fr"}).text

    assert "Nothing was found" in page
    assert "/orders/sync" not in page


def test_what_was_sought_is_written_down_nowhere(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    house = portal.house
    filled(house)
    before = len(house.exchanges)

    with caplog.at_level("DEBUG"):
        went_to(portal, "jean7101@example.fr")

    assert "jean7101" not in caplog.text.lower()
    assert house.exchanges[before:] == []
    assert house.connector.operations.page().operations == []


@pytest.mark.parametrize("text", [
    "", "   ", "<script>alert(1)</script>", "' or 1 eq 1 or '", "\u202e\u2066", "x" * 1000,
])
def test_whatever_is_sought_breaks_nothing(portal: Portal, text: str) -> None:
    answer = portal.visitor().post("/portal/search", {"text": text})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_a_viewer_searches(viewers_portal: Portal) -> None:
    filled(viewers_portal.house)

    assert went_to(viewers_portal, "LAMP-1") == "products/3001"
    assert "/orders/sync" not in viewers_portal.visitor().post("/portal/search", {"text": "#1"}).text


def test_the_field_stands_on_every_page_and_works_without_a_script(portal: Portal, browser: Browser) -> None:
    filled(portal.house)

    with looking(browser, java_script_enabled=False) as (page, complaints):
        page.goto(f"{portal.url}/portal/runs")
        page.get_by_role("search").get_by_label("Order, SKU, e-mail, id or number").fill("jean7101@example.fr")
        page.keyboard.press("Enter")

        expect(page).to_have_url(re.compile("/records/customers/7101$"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("Customer 7101")
        assert complaints == []
