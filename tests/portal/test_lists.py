"""Lists of records by type, of every type of the registry; a payout with its transactions."""
from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from shared.record_types import TYPE_NAMES
from tests.portal.served import Portal


def listed(portal: Portal, path: str) -> list[str]:
    """The ids of the records that a list leads to."""
    page = portal.visitor().get(path).text
    return re.findall(r'<th scope="row"[^>]*><a href="/portal/shops/[\w-]+/records/\w+/(\d+)"', page)


@pytest.mark.parametrize("type", TYPE_NAMES)
def test_every_type_of_the_registry_has_its_list_in_the_menu(portal: Portal, type: str) -> None:
    visitor = portal.visitor()

    page = visitor.get(f"/portal/lists/{type}")

    assert page.status_code == 200
    assert f'href="/portal/lists/{type}" aria-current="page"' in page.text
    assert "None was read yet." in page.text


def test_companies_are_listed_with_what_they_became(portal: Portal) -> None:
    house = portal.house
    house.company(8001, name="Atelier <b>")
    house.sync("companies")

    page = portal.visitor().get("/portal/lists/companies").text

    assert listed(portal, "/portal/lists/companies") == ["8001"]
    assert "Atelier &lt;b&gt;" in page
    assert house.link("companies", 8001).bc_number in page
    assert listed(portal, "/portal/lists/companies?state=parked") == []


def test_payouts_are_listed_newest_first_and_by_their_status(portal: Portal) -> None:
    house = portal.house
    house.payout(9001)
    house.payout(9002, status="SCHEDULED", trace=None)
    house.sync("payouts")

    assert listed(portal, "/portal/lists/payouts") == ["9002", "9001"]
    assert listed(portal, "/portal/lists/payouts?state=Paid") == ["9001"]
    assert "€97.10" in portal.visitor().get("/portal/lists/payouts").text
    assert portal.visitor().get("/portal/lists/payouts?state=nothing").status_code == 400


def test_a_payout_is_shown_with_its_transactions(portal: Portal) -> None:
    house = portal.house
    house.payout(9001, transactions=[{"amount": "100.00", "fee": "2.90", "order": 5001}])
    house.sync("payouts")

    page = unescape(portal.visitor().get(f"/portal/shops/{house.shop}/records/payouts/9001").text)

    assert "Balance transactions" in page
    assert "Bank reference" in page
    assert "€100.00" in page
    assert "€2.90" in page


def test_a_dispute_leads_to_its_order(portal: Portal) -> None:
    house = portal.house
    house.order(5001)
    house.dispute(7001, order=5001)
    house.sync("orders", "disputes")

    page = portal.visitor().get("/portal/lists/disputes").text

    assert f'/portal/shops/{house.shop}/records/orders/5001"' in page


def test_a_list_goes_on_page_by_page(portal: Portal) -> None:
    for number in range(9001, 9061):
        portal.house.payout(number)
    portal.house.sync("payouts")

    older = re.search(r'href="([^"]+)" rel="next"', portal.visitor().get("/portal/lists/payouts").text)

    assert older is not None
    assert listed(portal, unescape(older[1])) == [str(number) for number in range(9010, 9000, -1)]


def test_payouts_are_saved_with_numbers_that_are_numbers(portal: Portal) -> None:
    house = portal.house
    house.payout(9001, charges="-100.00", charges_fee="0.00", trace="=1+1")
    house.sync("payouts")

    answer = portal.visitor("fr-FR").get(f"/portal/lists/payouts/export?shop={house.shop}")
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")

    assert row[head.index("trace_id")] == "'=1+1"
    assert row[head.index("net")].startswith("-100,0")
    assert row[head.index("id")] == "9001"


@pytest.mark.parametrize("path", ["nothing", "orders/export?shop=NOBODY", "orders?shop=NOBODY"])
def test_what_is_no_list_has_no_page(portal: Portal, path: str) -> None:
    assert portal.visitor().get(f"/portal/lists/{path}").status_code == 404


def test_an_app_without_shops_has_empty_lists(portal: Portal) -> None:
    portal.house.connector.shops.remove(portal.house.shop)

    assert portal.visitor().get("/portal/lists/orders").status_code == 200
