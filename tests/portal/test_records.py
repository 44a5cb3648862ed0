"""The page of one record: what was sent, what was decided, what stands, what happened, and what can be done."""
from __future__ import annotations

import re
from html import unescape

import pytest

from tests.house import House
from tests.portal.served import Portal, text_of
from tests.portal.skipping import skip

UNKNOWN_SKU = [{"sku": "NOBODY-KNOWS", "quantity": 1, "unit_price": "25.00", "title": "Lamp"}]


def address(house: House, type: str, number: int) -> str:
    return f"/portal/shops/{house.shop}/records/{type}/{number}"


def text(portal: Portal, type: str, number: int, language: str = "en-GB") -> str:
    return unescape(portal.visitor(language).get(address(portal.house, type, number)).text)


def last_operation(house: House) -> tuple[str, str]:
    """What was done last, and who did it."""
    last = house.connector.operations.page().operations[0]
    return last.operation, last.by


def test_an_order_in_business_central_shows_what_was_sent_and_what_stands(portal: Portal) -> None:
    house = portal.house
    house.order(5001)
    house.sync()

    page = text(portal, "orders", 5001)

    assert re.search(r"<h1><bdi>Order #5001</bdi>", page)
    assert "In Business Central" in page
    assert house.link("orders", 5001).bc_number in page
    assert '"marie@example.fr"' in page
    assert "Captured: Shopify sent it, new or changed" in page


def test_a_skipped_order_says_why_and_what_to_do_and_goes_through_when_it_is_put_right(portal: Portal) -> None:
    house = portal.house
    house.order(5002, UNKNOWN_SKU)
    house.sync("orders")
    visitor = portal.visitor()

    before = text(portal, "orders", 5002)
    back = address(house, "orders", 5002)
    retried = visitor.post(
        f"/portal/shops/{house.shop}/skipped-records/orders/5002/retry", {"back": back}, allow_redirects=False)

    assert "NOBODY-KNOWS" in before
    assert "Create the item in Business Central with this SKU" in before
    assert "It is skipped until what is wrong is put right." in before
    assert retried.headers["Location"] == back
    assert "Retry a skipped record" in text(portal, "orders", 5002)


def test_the_calls_that_speak_of_a_record_are_shown_and_those_of_others_are_not(portal: Portal) -> None:
    house = portal.house
    house.card(logging_mode="All")
    house.order(5001)
    house.order(50010)
    house.sync()

    page = text(portal, "orders", 5001)
    entries = set(re.findall(r"/portal/log-entries/([\w-]+)", page))
    bodies = [house.connector.logs.get(number) for number in entries]

    assert entries
    assert all(re.search(r"SHP-5001\b|Order/5001\b", f"{one.url}{one.request}{one.response}")
               or house.link("orders", 5001).bc_id in f"{one.url}{one.request}{one.response}" for one in bodies)
    assert any("SHP-5001" in one.request for one in bodies)


def test_a_product_shows_the_item_of_each_variant(portal: Portal) -> None:
    house = portal.house
    house.card(auto_create_unknown_items=True)
    house.product(3001, "LAMP-1")
    house.sync("products")

    page = text(portal, "products", 3001)

    assert "<strong>LAMP-1</strong>" in page


def test_a_payout_is_kept_and_offers_nothing_to_do(portal: Portal) -> None:
    portal.house.payout(9001)
    portal.house.sync("payouts")

    page = text(portal, "payouts", 9001)

    assert "It is kept and shown, and does not go to Business Central." in page
    assert "What can be done" not in page


def test_an_order_that_nobody_knows_has_a_page_that_brings_it(portal: Portal) -> None:
    house = portal.house
    house.order(5003)
    visitor = portal.visitor()

    answer = visitor.get(address(house, "orders", 5003))
    done = visitor.post(f"/portal/shops/{house.shop}/orders/sync", {"order": "5003"})

    assert answer.status_code == 404
    assert "Nothing is kept of it" in answer.text
    assert "Synchronize this order" in answer.text
    assert "The order was synchronized:" in done.text
    assert done.url.endswith(address(house, "orders", 5003))
    assert house.document(5003)["number"] in done.text


def test_an_order_is_synchronized_by_its_name(portal: Portal) -> None:
    house = portal.house
    house.order(5004)
    house.clock.forward(60)

    done = portal.visitor().post(f"/portal/shops/{house.shop}/orders/sync", {"order": " #5004 "})

    assert done.url.endswith(address(house, "orders", 5004))
    assert last_operation(house) == ("sync_order", "ada@example.com")


def test_a_document_is_given_up_only_after_a_page_that_says_so(portal: Portal) -> None:
    house = portal.house
    house.order(5001)
    house.sync()
    number = house.link("orders", 5001).bc_number
    visitor, path = portal.visitor(), f"/portal/shops/{house.shop}/orders/5001/create-again"

    asked = unescape(visitor.get(path).text)
    refused = visitor.post(path, {"confirm": number})

    assert f"The connector forgets {number}" in asked
    assert "It cannot be taken back." in asked
    assert "document-still-there" in refused.text
    assert last_operation(house) == ("create_order_again", "ada@example.com")


def test_an_order_that_changed_afterwards_is_marked_as_resolved_by_its_documents_number(portal: Portal) -> None:
    house = portal.house
    house.order(5001)
    house.sync()
    house.change("orders", 5001, lines=[{"sku": "1000", "quantity": 5, "unit_price": "120.00"}])
    house.sync("orders")
    number = house.link("orders", 5001).bc_number
    visitor, path = portal.visitor(), f"/portal/shops/{house.shop}/orders/5001/resolve"

    asked = unescape(visitor.get(path).text)
    done = visitor.post(path, {"confirm": number})

    assert f"This says that {number} is right as it stands" in asked
    assert f"{number} is right as it stands." in unescape(done.text)
    assert house.parked() == {}
    assert "Mark as resolved" in done.text
    assert last_operation(house) == ("resolve_order", "ada@example.com")


@pytest.mark.parametrize("action", ["resolve", "create-again"])
def test_where_there_is_nothing_to_decide_there_is_no_page(portal: Portal, action: str) -> None:
    assert portal.visitor().get(f"/portal/shops/{portal.house.shop}/orders/1/{action}").status_code == 404


@pytest.mark.parametrize("path", ["orders/abc", "orders/%3Cscript%3E", "nothing/1", "orders/" + "9" * 40])
def test_what_cannot_be_a_record_has_no_page(portal: Portal, path: str) -> None:
    answer = portal.visitor().get(f"/portal/shops/{portal.house.shop}/records/{path}")

    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_a_viewer_sees_the_record_and_nothing_to_do(viewers_portal: Portal) -> None:
    house = viewers_portal.house
    house.order(5002, UNKNOWN_SKU)
    house.sync("orders")

    page = text(viewers_portal, "orders", 5002)

    assert "NOBODY-KNOWS" in page
    assert "What can be done" not in page


def test_a_name_that_is_markup_is_only_text(portal: Portal) -> None:
    house = portal.house
    house.company(8001, name="<script>alert(1)</script>\u202e")
    house.sync("companies")

    page = portal.visitor().get(address(house, "companies", 8001)).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_record_has_its_page_while_business_central_and_shopify_are_down(portal: Portal) -> None:
    house = portal.house
    house.order(5001)
    house.sync()
    house.shopify.stop()

    assert portal.visitor().get(address(house, "orders", 5001)).status_code == 200


@pytest.mark.parametrize(("asked", "is_told"), [
    ({"code": "item-not-found"}, True), ({}, True), ({"code": "total-mismatch"}, False), ({"type": "products"}, False),
])
def test_having_all_of_a_reason_tried_again_stands_in_the_history_of_each_of_its_records(
    portal: Portal, asked: dict[str, str], is_told: bool
) -> None:
    house = portal.house
    skip(house, 5001)
    skip(house, 5002, dismissed_at="2026-03-10T09:00:00Z", dismissed_by="ada", note="paid in cash")
    visitor = portal.visitor("fr-FR")

    visitor.post(f"/portal/shops/{house.shop}/skipped-records/retry", {"code": "", "type": "", **asked})

    waiting = text_of(visitor.get(f"/portal/shops/{house.shop}/records/orders/5001").text)
    dismissed = text_of(visitor.get(f"/portal/shops/{house.shop}/records/orders/5002").text)
    assert ("ada@example.com" in waiting) == is_told
    assert "ada@example.com" not in dismissed


def test_it_stays_there_when_the_record_fails_once_more(portal: Portal) -> None:
    house = portal.house
    house.card(auto_create_unknown_items=False)
    house.order(5001, [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "10.00"}])
    house.sync()
    visitor = portal.visitor()
    visitor.post(f"/portal/shops/{house.shop}/skipped-records/retry", {"code": "item-not-found", "type": ""})

    house.sync()

    record = house.parked()[5001]
    assert (record.tries, record.retried_by) == (2, "ada@example.com")
    page = text_of(visitor.get(f"/portal/shops/{house.shop}/records/orders/5001").text)
    assert "Retry skipped records" in page
