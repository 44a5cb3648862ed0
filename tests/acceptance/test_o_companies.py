"""Acceptance cases O: companies."""
from __future__ import annotations

import json
from typing import Any

import pytest

from local.business_central.customers import CARD
from local.business_central.seed import posting_groups
from shared.shops.store import TABLE as SHOPS
from shared.stores.links import LinkState
from tests.house import House

PERRACHE = {"address1": "1 quai Perrache", "city": "Lyon", "zip": "69002", "country_code": "FR"}
NICE = {"address1": "2 quai Lunel", "city": "Nice", "zip": "06300", "country_code": "FR"}
BUYER = {"email": "buy@spalt.example", "first_name": "Rita", "last_name": "Spalt"}


def spalt(house: House, **location: Any) -> None:
    """Spalt AG, whose main contact is customer 7003."""
    house.customer(7003, **BUYER)
    house.company(503, name="Spalt AG", contacts=[7003], locations=[{"name": "L", "address": PERRACHE, **location}])


def bought_by_spalt(house: House, number: int = 5001, **spec: Any) -> None:
    house.order(number, customer=7003, email="buy@spalt.example", company={"company": 503}, **spec)


def numbers(house: House) -> set[str]:
    return {row["number"] for row in house.bc.state.table("customers").rows.values()}


def in_bc(house: House, number: str, **values: Any) -> None:
    """A customer that Business Central has already."""
    card = {**CARD, **posting_groups("DOMESTIC"), "country": "FR"}
    house.bc.control.add("customers", {**card, "number": number, "displayName": number, **values})


@pytest.mark.parametrize("with_companies_first", [True, False])
def test_b3_an_order_of_a_company_is_booked_on_the_company_not_on_the_person(
    house: House, with_companies_first: bool,
) -> None:
    house.card(company_import_from_shopify="All Companies" if with_companies_first else "With Order Import",
               customer_import_from_shopify="With Order Import")
    spalt(house)
    bought_by_spalt(house)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C503"
    assert house.bc.control.row("customers", "C503")["displayName"] == "Spalt AG"
    assert "S7003" not in numbers(house)
    assert house.parked() == {}


def test_b3_nor_on_the_person_who_was_there_first_with_the_same_email(house: House) -> None:
    house.card(company_import_from_shopify="With Order Import")
    house.customer(7003, **BUYER)
    house.order(5000, customer=7003, email="buy@spalt.example")
    house.sync()
    spalt(house)
    bought_by_spalt(house)
    house.order(5002, customer=7003, email="buy@spalt.example")

    house.sync()

    assert [house.document(number)["customerNumber"] for number in (5000, 5001, 5002)] == ["S7003", "C503", "S7003"]


def test_an_order_of_a_company_that_may_not_be_created_is_parked_until_it_may(house: House) -> None:
    house.card(company_import_from_shopify="With Order Import", auto_create_unknown_companies=False)
    spalt(house)
    bought_by_spalt(house)
    house.sync()

    parked = house.parked()[5001]
    assert parked.code == "customer-missing"
    assert "company 503 (Spalt AG)" in parked.detail
    assert "Auto Create Unknown Companies is off" in parked.detail
    assert house.documents(5001) == []

    house.card(auto_create_unknown_companies=True)
    house.clock.forward(3600)
    house.sync()

    assert house.document(5001)["customerNumber"] == "C503"
    assert [one for one in house.parked().values() if not one.left_out] == []


def test_with_order_import_no_company_comes_by_itself(house: House) -> None:
    house.card(company_import_from_shopify="With Order Import")
    spalt(house)

    run = house.sync()

    assert (run.counts["companies"].created, run.counts["companies"].parked) == (0, 0)
    assert "C503" not in numbers(house)


def test_o2_by_tax_id_the_order_goes_to_the_customer_with_that_number(house: House) -> None:
    house.card(company_mapping_type="By Tax Id")
    in_bc(house, "C00099", taxRegistrationNumber="FR 40 303 265 045")
    spalt(house, tax_id="FR40303265045")
    bought_by_spalt(house)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C00099"
    assert "C503" not in numbers(house)


def test_o2_by_tax_id_nobody_with_that_number_makes_a_customer_that_has_it(house: House) -> None:
    house.card(company_mapping_type="By Tax Id")
    spalt(house, tax_id="FR40303265045")

    house.sync()

    assert house.bc.control.row("customers", "C503")["taxRegistrationNumber"] == "FR40303265045"


def test_b11_a_contact_of_a_company_does_not_become_a_second_customer_by_itself(house: House) -> None:
    spalt(house)

    house.sync()

    assert {"C503"} == numbers(house) & {"C503", "S7003"}
    told = house.parked()[7003]
    assert (told.code, told.left_out) == ("customer-left-out", True)
    assert told.detail == "Customer 7003 is left out: a contact of company 503 (Spalt AG), which is the customer."


def test_b3_what_a_contact_buys_for_himself_is_not_booked_on_the_company(house: House) -> None:
    spalt(house)
    house.sync()
    address = {"first_name": "Rita", "last_name": "Spalt", **NICE}
    house.order(5001, customer=7003, email="buy@spalt.example", shipping_address=address)
    house.order(5002, email="buy@spalt.example", shipping_address=address)
    bought_by_spalt(house, 5003)

    house.sync()

    assert [house.document(number)["customerNumber"] for number in (5001, 5002, 5003)] == ["S7003", "S7003", "C503"]
    assert house.link("customers", 7003).bc_number == "S7003"


def test_b3_a_link_of_a_contact_to_the_company_is_mended_with_the_next_private_order(house: House) -> None:
    spalt(house)
    house.sync()
    company = house.bc.control.row("customers", "C503")
    stored = house.link("customers", 7003)
    house.keep_link("customers", stored.with_(state=LinkState.APPLIED, bc_id=company["id"], bc_number="C503"))
    house.order(5001, customer=7003, email="buy@spalt.example", shipping_address={"first_name": "Rita", **NICE})

    house.sync("orders")

    assert house.document(5001)["customerNumber"] == "S7003"


def test_b11_a_contact_who_was_a_customer_before_stays_one_and_is_refreshed(house: House) -> None:
    house.card(shopify_can_update_customers=True)
    house.customer(7003, **BUYER)
    house.sync()
    spalt(house)
    house.change("customers", 7003, phone="+33472000001")

    house.sync()

    assert house.bc.control.row("customers", "S7003")["phoneNumber"] == "+33472000001"
    assert house.parked() == {}


def test_b11_where_contacts_may_not_be_read_customers_come_in_without(house: House) -> None:
    house.customer(7101)
    house.shopify.fault("denied_node", record="Customer/7101", field="companyContactProfiles")

    house.sync("customers")

    assert house.link("customers", 7101).bc_number == "S7101"


@pytest.mark.parametrize(("agreed", "code"), [("Net 30", "30D"), ("Net 60", ""), (None, "")])
def test_o5_a_new_customer_of_a_company_gets_the_terms_that_its_agreed_ones_are_mapped_to(
    house: House, agreed: str | None, code: str,
) -> None:
    house.card(payment_terms_mapping={"Net 30": "30D"})
    spalt(house, payment_terms=agreed)

    house.sync("companies")

    codes = {row["id"]: row["code"] for row in house.bc.state.rows("paymentTerms")}
    assert codes.get(house.bc.control.row("customers", "C503")["paymentTermsId"], "") == code
    assert house.parked() == {}


def test_o5_terms_that_business_central_lacks_park_the_company_and_name_the_mapping(house: House) -> None:
    house.card(payment_terms_mapping={"Net 30": "60D"})
    spalt(house, payment_terms="Net 30")

    house.sync("companies")

    assert house.parked()[503].code == "code-unknown"
    assert 'Company 503 needs Payment Terms Mapping "Net 30"' in house.parked()[503].detail


def test_o3_by_email_the_main_contact_leads_to_the_customer(house: House) -> None:
    house.customer(7003, email="marie@example.fr", first_name="Marie", last_name="Curie")
    house.company(503, name="Spalt AG", contacts=[7003], locations=[{"name": "L", "address": PERRACHE}])
    house.order(5001, customer=7003, company={"company": 503})

    house.sync()

    assert house.document(5001)["customerNumber"] == "C00010"
    assert "C503" not in numbers(house)


def test_o4_a_company_without_location_is_parked_and_so_is_its_order(house: House) -> None:
    house.customer(7003, **BUYER)
    house.company(503, name="Spalt AG", contacts=[7003], locations=[])
    bought_by_spalt(house)

    house.sync()

    assert {number: one.code for number, one in house.parked().items() if not one.left_out} == {
        503: "customer-without-address", 5001: "customer-without-address"}
    assert "company 503 (Spalt AG)" in house.parked()[5001].detail
    assert house.documents(5001) == []


def test_o6_with_range_none_the_order_goes_to_the_default_company(house: House) -> None:
    in_bc(house, "C-B2B")
    house.card(company_import_from_shopify="None", default_company_no="C-B2B")
    spalt(house)
    bought_by_spalt(house)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C-B2B"
    assert "C503" not in numbers(house)


def test_an_order_for_another_location_bears_that_location_s_address(house: House) -> None:
    spalt(house)
    bought_by_spalt(house, shipping_address=NICE)

    house.sync()

    document = house.document(5001)
    assert (document["customerNumber"], document["shipToCity"], document["sellToCity"]) == ("C503", "Nice", "Nice")
    assert house.bc.control.row("customers", "C503")["city"] == "Lyon"


def test_a_card_from_before_takes_companies_in_by_the_switches_of_customers(house: House) -> None:
    table = house.connector.storage.tables[SHOPS]
    row = table.get("shop", house.shop)
    assert row is not None
    card = {name: value for name, value in json.loads(row["card"]).items() if "compan" not in name or
            name == "company_id"}
    table.put(row | {"card": json.dumps(card)})
    spalt(house)
    bought_by_spalt(house)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C503"
    assert house.connector.shops.save(house.shop, {}).auto_create_unknown_companies is True
