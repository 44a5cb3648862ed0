"""B3: the repair list names company orders whose document stands on another customer, and asks Shopify nothing."""
from __future__ import annotations

from typing import Any

import pytest

from tests.admin import Admin
from tests.house import House

BUYER = {"email": "buy@spalt.example", "first_name": "Rita", "last_name": "Spalt"}


def listed(admin: Admin, **query: str) -> dict[str, Any]:
    status, page = admin("list_orders_not_on_their_company", query=query or None)
    assert status == 200, page
    answer: dict[str, Any] = page
    return answer


def bought_by_spalt(house: House, *numbers: int) -> None:
    """Orders that person 7003 made for company 503, with their documents."""
    house.customer(7003, **BUYER)
    house.company(503, name="Spalt AG", contacts=[7003])
    for number in numbers:
        house.order(number, customer=7003, email=BUYER["email"], company={"company": 503})
    house.sync()
    assert all(house.document(number)["customerNumber"] == "C503" for number in numbers), house.parked()


def booked_on(house: House, number: int, customer: str) -> None:
    """As an earlier version booked it, or somebody in Business Central."""
    house.bc.control.change("salesOrders", house.document(number)["number"], {"customerNumber": customer})


def test_an_order_that_a_company_bought_and_a_person_was_billed_for_is_listed_with_both(
    house: House, admin: Admin
) -> None:
    bought_by_spalt(house, 5001, 5002)
    house.order(5003, customer=7003, email=BUYER["email"])
    house.sync()
    booked_on(house, 5001, "S7003")
    calls = house.shopify.stats.calls

    page = listed(admin)

    capture = house.connector.captures.of_record(house.shop, "orders", "5001")[0].id
    assert page == {"continuation": None, "orders": [{
        "id": "5001", "name": "#5001", "document": "sales order", "number": house.document(5001)["number"],
        "customer": "S7003", "company_id": "503", "company_name": "Spalt AG", "company_customer": "C503", "detail": "",
        "capture": f"/api/shops/{house.shop}/data-captures/orders/{capture}",
    }]}
    assert house.shopify.stats.calls == calls
    assert admin("get_data_capture", type="orders", id=capture)[1]["purchasingEntity"]["company"]["name"] == "Spalt AG"


def test_what_was_put_right_in_business_central_is_listed_no_more(house: House, admin: Admin) -> None:
    bought_by_spalt(house, 5001, 5002)
    booked_on(house, 5001, "S7003")
    booked_on(house, 5002, "C00010")
    assert [one["customer"] for one in listed(admin)["orders"]] == ["S7003", "C00010"]

    booked_on(house, 5001, "C503")
    house.bc.control.remove("salesOrders", house.document(5002)["number"])

    assert listed(admin)["orders"] == []


def test_a_posted_document_is_listed_by_its_own_number(house: House, admin: Admin) -> None:
    bought_by_spalt(house, 5001)
    booked_on(house, 5001, "C00010")
    bc = house.connector.business_central(house.connector.shops.get(house.shop))
    bc.create(f"salesOrders({house.document(5001)['id']})/Microsoft.NAV.shipAndInvoice", {})

    (one,) = listed(admin)["orders"]

    assert (one["document"], one["customer"]) == ("sales invoice", "C00010")
    assert one["number"] != house.link("orders", 5001).bc_number


def test_a_company_that_has_no_customer_yet_is_named_and_why(house: House, admin: Admin) -> None:
    bought_by_spalt(house, 5001)
    booked_on(house, 5001, "C00010")
    house.bc.control.remove("customers", "C503")
    (one,) = listed(admin)["orders"]
    assert (one["company_id"], one["company_customer"]) == ("503", "")
    assert "synchronize companies" in one["detail"]

    house.card(company_mapping_type="Always take the default company", default_company_no="C-NONE")
    (one,) = listed(admin)["orders"]
    assert (one["company_customer"], "C-NONE does not exist" in one["detail"]) == ("", True)


def test_an_order_on_the_default_company_is_right_where_the_card_sends_companies_there(
    house: House, admin: Admin
) -> None:
    bought_by_spalt(house, 5001)
    booked_on(house, 5001, "C-WEB")
    assert len(listed(admin)["orders"]) == 1

    house.card(company_mapping_type="Always take the default company", default_company_no="C-WEB")

    assert listed(admin)["orders"] == []


def test_the_newest_capture_counts_and_an_order_without_document_is_not_listed(house: House, admin: Admin) -> None:
    bought_by_spalt(house, 5001)
    booked_on(house, 5001, "S7003")
    house.order(5002, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}], customer=7003, company={"company": 503})
    house.change("orders", 5001, note="seen")
    house.sync()
    newest, oldest = house.connector.captures.of_record(house.shop, "orders", "5001")

    (one,) = listed(admin)["orders"]

    assert 5002 in house.parked()
    assert (one["id"], one["capture"].rpartition("/")[2]) == ("5001", newest.id)
    assert newest.id != oldest.id


def test_the_list_goes_on_page_by_page_in_the_order_of_ids_though_a_page_may_be_empty(
    house: House, admin: Admin
) -> None:
    bought_by_spalt(house, 5001, 5004)
    for number in (5002, 5003):
        house.order(number)
    house.sync()
    for number in (5001, 5004):
        booked_on(house, number, "S7003")

    pages, continuation = [], ""
    while True:
        page = listed(admin, limit="1", continuation=continuation)
        pages.append([int(one["id"]) for one in page["orders"]])
        if not (continuation := page["continuation"] or ""):
            break

    assert pages == [[5001], [], [], [5004]]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "1001"}, {"continuation": "orders:5001"},
                                   {"continuation": "-1"}, {"page": "2"}])
def test_an_odd_question_is_refused(house: House, admin: Admin, query: dict[str, str]) -> None:
    status, problem = admin("list_orders_not_on_their_company", query=query)

    assert (status, problem["type"]) == (400, "input-invalid")


def test_without_permission_to_call_out_business_central_is_not_asked(house: House, admin: Admin) -> None:
    bought_by_spalt(house, 5001)
    admin("set_environment", {"allow_http_requests": False})

    try:
        status, problem = admin("list_orders_not_on_their_company")
    finally:
        admin("set_environment", {"allow_http_requests": True})

    assert (status, problem["type"]) == (409, "http-requests-not-allowed")
