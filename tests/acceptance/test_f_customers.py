"""Acceptance cases F: customers."""
from __future__ import annotations

from typing import Any

import pytest

from local.business_central.customers import CARD
from local.business_central.seed import posting_groups
from shared.errors import ConnectorError
from tests.house import MARIE, House

JEAN = 7100000000001
BELLECOUR = {"address1": "1 place Bellecour", "city": "Lyon", "zip": "69002", "country_code": "FR"}
JEANS_ADDRESS = {"first_name": "Jean", "last_name": "Perrin", **BELLECOUR}
STRANGER = {"email": "nobody@example.fr", "shipping_address": JEANS_ADDRESS}


@pytest.fixture
def house(house: House) -> House:
    """Customers come in with their orders, as the acceptance cases have it."""
    house.card(customer_import_from_shopify="With Order Import")
    return house


def jean(house: House, **spec: Any) -> int:
    """A Shopify customer whom Business Central does not know."""
    names = {"first_name": "Jean", "last_name": "Perrin", "email": "jean@example.fr"}
    return house.customer(JEAN, **{**names, "addresses": [BELLECOUR], **spec})


def order_of_jean(house: House, number: int = 5001) -> int:
    return house.order(number, customer=JEAN, email="jean@example.fr", phone="+33 4 72 00 00 01",
                       shipping_address=JEANS_ADDRESS)


def customers(house: House) -> int:
    """How many customers Business Central has."""
    return house.bc.control.totals()["customers"]


def test_f1_an_email_in_other_capitals_finds_the_customer(house: House) -> None:
    before = customers(house)
    house.order(5001, email="Marie@Example.FR", shipping_address=JEANS_ADDRESS)

    house.sync("orders")

    assert house.document(5001)["customerNumber"] == "C00010"
    assert customers(house) == before


def test_f1_a_shopify_customer_with_this_email_is_linked_and_not_created(house: House) -> None:
    house.card(customer_import_from_shopify="All Customers")
    before = customers(house)
    jean(house, email="Marie@Example.FR")

    house.sync("customers")

    assert house.link("customers", JEAN).bc_number == "C00010"
    assert customers(house) == before


@pytest.mark.parametrize(("phone", "customer"), [
    ("0033144274622", "C00010"),
    ("+33 1 44 27 46 23", "C-WEB"),
])
def test_f2_without_an_email_the_phone_number_decides_in_whatever_form(
    house: House, phone: str, customer: str,
) -> None:
    house.order(5001, email=None, phone=phone, shipping_address=JEANS_ADDRESS)

    house.sync("orders")

    assert house.document(5001)["customerNumber"] == customer


def test_f4_an_unknown_buyer_becomes_one_customer_with_the_national_rules_groups(house: House) -> None:
    before = customers(house)
    jean(house)
    order_of_jean(house, 5001)
    order_of_jean(house, 5002)

    house.sync()
    house.sync()

    assert customers(house) == before + 1
    created = house.bc.control.row("customers", "S7100000000001")
    assert (created["displayName"], created["city"], created["country"]) == ("Jean Perrin", "Lyon", "FR")
    groups = ("genBusPostingGroup", "vatBusPostingGroup", "customerPostingGroup")
    assert [created[group] for group in groups] == ["DOMESTIC"] * 3
    assert {house.document(number)["customerNumber"] for number in (5001, 5002)} == {"S7100000000001"}


def test_f4_a_customer_abroad_gets_the_groups_of_its_country(house: House) -> None:
    jean(house, addresses=[{**BELLECOUR, "city": "Berlin", "country_code": "DE"}])
    order_of_jean(house)

    house.sync()

    assert house.bc.control.row("customers", "S7100000000001")["customerPostingGroup"] == "EU"


def test_f5_with_creation_off_an_unknown_buyers_order_goes_to_the_default_customer(house: House) -> None:
    house.card(auto_create_unknown_customers=False)
    before = customers(house)
    jean(house)
    order_of_jean(house)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C-WEB"
    assert customers(house) == before


def test_f5_with_creation_off_and_no_default_customer_the_order_is_parked(house: House) -> None:
    house.card(auto_create_unknown_customers=False, default_customer_no="")
    jean(house)
    order_of_jean(house, 5001)
    house.order(5002)

    house.sync()

    assert {number: record.code for number, record in house.parked().items()} == {5001: "customer-missing"}
    assert "Default Customer No. is empty" in house.parked()[5001].detail
    assert house.documents(5001) == []
    assert house.document(5002)["customerNumber"] == "C00010"


@pytest.mark.parametrize(("different", "customer"), [
    ({}, "C00010"),
    ({"first_name": "marie", "city": " PARIS "}, "C00010"),
    ({"zip": "75006"}, "C-WEB"),
    ({"address1": "12 rue Pierre et Marie Curie"}, "C-WEB"),
    ({"province_code": "93"}, "C-WEB"),
    ({"country_code": "ES"}, "C-WEB"),
    ({"last_name": "Skłodowska"}, "C-WEB"),
], ids=["equal", "other capitals", "other zip", "other street", "other county", "other country", "other name"])
def test_f6_by_bill_to_info_name_and_address_decide_and_not_the_email(
    house: House, different: dict[str, str], customer: str,
) -> None:
    house.card(customer_mapping_type="By Bill-to Info")
    house.bc.control.change("customers", "C00010", {"state": "75"})
    address = {**MARIE, "address1": "11 rue Pierre et Marie Curie", "province_code": "75", "province": "Paris"}
    house.order(5001, email="nobody@example.fr", tax_rate="0.20", shipping_address={**address, **different})

    house.sync("orders")

    assert house.document(5001)["customerNumber"] == customer


def test_f6_by_bill_to_info_an_email_does_not_decide_where_the_address_is_another(house: House) -> None:
    house.card(customer_mapping_type="By Bill-to Info")
    house.order(5001, email="marie@example.fr", shipping_address=JEANS_ADDRESS)

    house.sync("orders")

    assert house.document(5001)["customerNumber"] == "C-WEB"


def test_f7_by_bill_to_info_an_order_without_any_name_is_matched_by_its_email(house: House) -> None:
    house.card(customer_mapping_type="By Bill-to Info")
    house.order(5001, email="marie@example.fr", shipping_address=BELLECOUR)
    house.order(5002, email=None, phone="0033144274622", shipping_address=BELLECOUR)

    house.sync("orders")

    assert house.document(5001)["customerNumber"] == "C00010"
    assert house.document(5002)["customerNumber"] == "C00010"


def test_f8_always_default_takes_the_default_customer_even_for_a_known_buyer(house: House) -> None:
    house.card(customer_mapping_type="Always take the default customer")
    before = customers(house)
    jean(house, email="marie@example.fr")
    house.order(5001, customer=JEAN, email="marie@example.fr")

    house.sync()

    assert house.document(5001)["customerNumber"] == "C-WEB"
    assert customers(house) == before


@pytest.mark.parametrize(("company", "name"), [("Radium SA", "Radium SA"), (None, "Marie Curie")])
def test_f10_the_name_is_the_company_else_the_person_who_is_the_contact_anyway(
    house: House, company: str | None, name: str,
) -> None:
    house.card(name_source="Company Name", name_2_source="First+Last", contact_source="First+Last")
    address = {**BELLECOUR, "company": company}
    jean(house, first_name="Marie", last_name="Curie", addresses=[address])
    house.order(5001, customer=JEAN, email="jean@example.fr",
                shipping_address={**address, "first_name": "Marie", "last_name": "Curie"})

    house.sync()

    assert house.bc.control.row("customers", "S7100000000001")["displayName"] == name
    document = house.document(5001)
    assert (document["shipToName"], document["shipToContact"]) == (name, "Marie Curie")


@pytest.mark.parametrize(("first", "last", "name"), [
    (" Marie ", "Curie", "Curie Marie"),
    ("M" * 59, "C" * 60, "C" * 60 + " " + "M" * 39),
], ids=["last name first", "120 characters"])
def test_f11_the_last_name_comes_first_and_no_name_is_longer_than_100(
    house: House, first: str, last: str, name: str,
) -> None:
    house.card(customer_import_from_shopify="All Customers", name_source="Last+First")
    jean(house, first_name=first, last_name=last)

    house.sync("customers")

    assert house.bc.control.row("customers", "S7100000000001")["displayName"] == name


def test_f13_without_a_default_address_the_customer_is_created_from_the_one_there_is(house: House) -> None:
    jean(house, fields={"defaultAddress": None})
    order_of_jean(house)

    house.sync()

    created = house.bc.control.row("customers", "S7100000000001")
    assert (created["addressLine1"], created["postalCode"]) == ("1 place Bellecour", "69002")
    assert house.document(5001)["customerNumber"] == "S7100000000001"


@pytest.mark.parametrize("range", ["With Order Import", "All Customers"])
def test_b11_a_buyer_without_an_address_is_created_with_the_orders(house: House, range: str) -> None:
    house.card(customer_import_from_shopify=range)
    jean(house, addresses=[])
    order_of_jean(house)

    house.sync()
    house.sync()

    created = house.bc.control.row("customers", "S7100000000001")
    assert (created["displayName"], created["addressLine1"], created["city"]) == (
        "Jean Perrin", "1 place Bellecour", "Lyon")
    assert house.document(5001)["customerNumber"] == "S7100000000001"
    assert house.parked() == {}


def test_b11_of_several_orders_the_first_that_has_an_address_gives_it(house: House) -> None:
    jean(house, addresses=[])
    house.order(5001, customer=JEAN, email="jean@example.fr", shipping_address=None)
    order_of_jean(house, 5002)

    house.sync()

    assert {house.document(number)["customerNumber"] for number in (5001, 5002)} == {"S7100000000001"}
    assert house.bc.control.row("customers", "S7100000000001")["city"] == "Lyon"


def test_b11_without_any_address_at_all_the_order_goes_to_the_default_customer(house: House) -> None:
    before = customers(house)
    jean(house, addresses=[])
    house.order(5001, customer=JEAN, email="jean@example.fr", shipping_address=None)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C-WEB"
    assert customers(house) == before
    assert not {number: record for number, record in house.parked().items() if not record.left_out}


def test_f13_without_any_address_and_default_customer_the_order_is_parked_with_a_sentence_naming_the_buyer(
    house: House,
) -> None:
    house.card(default_customer_no="")
    jean(house, addresses=[])
    house.order(5001, customer=JEAN, email="jean@example.fr", shipping_address=None)

    house.sync()

    assert house.parked()[5001].code == "customer-without-address"
    assert "customer 7100000000001 has no address" in house.parked()[5001].detail
    assert house.documents(5001) == []


def test_b11_a_subscriber_without_an_address_is_left_out_with_a_sentence_and_not_tried_again(house: House) -> None:
    house.card(customer_import_from_shopify="All Customers")
    before = customers(house)
    jean(house, addresses=[])
    run = house.sync("customers")
    writes = house.bc_writes()

    house.clock.forward(3600)
    house.sync("customers")

    told = house.parked()[JEAN]
    assert (told.code, told.left_out, told.next_try, told.tries) == ("customer-left-out", True, "", 1)
    assert told.detail == "Customer 7100000000001 is left out: Shopify has no address, and no order brings one."
    assert (run.counts["customers"].parked, customers(house), house.bc_writes()) == (0, before, writes)

    house.change("customers", JEAN, addresses=[BELLECOUR])
    house.sync("customers")

    assert house.bc.control.row("customers", "S7100000000001")["city"] == "Lyon"
    assert house.parked() == {}


def test_b11_a_subscriber_whom_business_central_knows_needs_no_address(house: House) -> None:
    house.card(customer_import_from_shopify="All Customers")
    jean(house, email="marie@example.fr", addresses=[])

    house.sync("customers")

    assert house.link("customers", JEAN).bc_number == "C00010"
    assert house.parked() == {}


@pytest.mark.parametrize("range", ["With Order Import", "All Customers"])
def test_f14_without_shopify_can_update_a_changed_phone_leaves_the_customer_untouched(
    house: House, range: str,
) -> None:
    house.card(customer_import_from_shopify=range, shopify_can_update_customers=False)
    jean(house, phone="+33 4 72 00 00 01")
    order_of_jean(house)
    house.sync()
    written = house.bc_writes()

    house.change("customers", JEAN, phone="+33 4 72 00 00 02")
    house.sync()

    assert house.bc.control.row("customers", "S7100000000001")["phoneNumber"] == "+33 4 72 00 00 01"
    assert house.bc_writes() == written


def test_f14_with_shopify_can_update_only_the_changed_phone_is_sent(house: House) -> None:
    house.card(shopify_can_update_customers=True)
    jean(house, phone="+33 4 72 00 00 01")
    order_of_jean(house)
    house.sync()

    house.change("customers", JEAN, phone="+33 4 72 00 00 02")
    house.sync()

    assert house.sent("Business Central", "PATCH") == [{"phoneNumber": "+33 4 72 00 00 02"}]
    assert house.bc.control.row("customers", "S7100000000001")["phoneNumber"] == "+33 4 72 00 00 02"


def test_f14_the_change_follows_for_a_customer_whom_an_order_found_in_business_central(house: House) -> None:
    house.card(shopify_can_update_customers=True)
    jean(house, first_name="Marie", last_name="Curie", email="marie@example.fr", phone="+33 1 44 27 46 22")
    house.order(5001, customer=JEAN)
    house.sync()
    assert house.link("customers", JEAN).bc_number == "C00010"

    house.change("customers", JEAN, phone="+33 1 44 27 46 99", email="marie.curie@example.fr")
    house.sync()

    marie = house.bc.control.row("customers", "C00010")
    assert (marie["phoneNumber"], marie["email"]) == ("+33 1 44 27 46 99", "marie.curie@example.fr")


def test_f15_of_two_switches_that_exclude_each_other_the_one_switched_on_last_stays_on(house: House) -> None:
    house.card(shopify_can_update_customers=True)

    house.card(can_update_shopify_customers=True)

    card = house.connector.shops.get(house.shop)
    assert (card.can_update_shopify_customers, card.shopify_can_update_customers) == (True, False)


def test_f15_a_card_with_mistakes_keeps_what_it_was(house: House) -> None:
    with pytest.raises(ConnectorError, match="Default Customer No"):
        house.card(customer_mapping_type="Always take the default customer", default_customer_no="")

    assert house.connector.shops.get(house.shop).default_customer_no == "C-WEB"


UNFIT = "tel:+33144274622;ext=12"


def test_a_phone_number_that_business_central_does_not_take_whole_is_left_out_and_named(house: House) -> None:
    jean(house, phone=None, addresses=[{**BELLECOUR, "phone": UNFIT}])
    house.order(5001, customer=JEAN, email="jean@example.fr", phone=UNFIT, shipping_address=JEANS_ADDRESS)

    run = house.sync()

    assert house.bc.control.row("customers", "S7100000000001")["phoneNumber"] == ""
    assert house.document(5001)["phoneNumber"] == ""
    assert list(map(str, run.warnings)) == [
        "Left out of customer 7100000000001, since Business Central does not take it whole: the phone number.",
        "Left out of order #5001, since Business Central does not take it whole: the phone number."]
    assert sum(counts.tax_warnings for counts in run.counts.values()) == 0
    assert house.parked() == {}
    assert house.sync().warnings == []


def test_another_number_of_the_buyer_takes_its_place(house: House) -> None:
    jean(house, phone="+33472000001", addresses=[{**BELLECOUR, "phone": UNFIT}])
    house.order(5001, customer=JEAN, email="jean@example.fr", phone=UNFIT, shipping_address=JEANS_ADDRESS)

    run = house.sync()

    assert house.bc.control.row("customers", "S7100000000001")["phoneNumber"] == "+33472000001"
    assert house.document(5001)["phoneNumber"] == "+33472000001"
    assert list(map(str, run.warnings)) == []


@pytest.mark.parametrize("known_as", ["marie@example.fr; p@example.fr", "p@example.fr;Marie@Example.fr"])
def test_f1_a_customer_with_several_email_addresses_is_found_by_each_and_keeps_them(
    house: House, known_as: str,
) -> None:
    house.card(shopify_can_update_customers=True)
    house.bc.control.change("customers", "C00010", {"email": known_as})
    before = customers(house)
    jean(house, email="marie@example.fr")
    house.order(5001, customer=JEAN, email="marie@example.fr", shipping_address=JEANS_ADDRESS)

    house.sync()
    house.change("customers", JEAN, phone="+33472000001")
    house.sync()

    assert (house.document(5001)["customerNumber"], customers(house)) == ("C00010", before)
    card = house.bc.control.row("customers", "C00010")
    assert (card["email"], card["phoneNumber"]) == (known_as, "+33472000001")


# One person, one customer, however telephones are written


@pytest.mark.parametrize("there, by", [
    pytest.param({"phoneNumber": "01 44 27 46 29"}, {"phone": "+33144274629"}, id="national-in-business-central"),
    pytest.param({"phoneNumber": "01 44 27 46 29", "country": ""}, {"phone": "+33144274629"},
                 id="national-without-a-country"),
    pytest.param({"phoneNumber": "030 1234567", "country": "DE"}, {"phone": "+49301234567"}, id="national-in-germany"),
    pytest.param({"phoneNumber": "+33 (0)1 44 27 46 29"}, {"phone": "+33144274629"}, id="with-a-nought-in-brackets"),
    pytest.param({"phoneNumber": "+33144274629"}, {"address_phone": "01 44 27 46 29"}, id="national-in-shopify"),
])
def test_b16_an_order_finds_the_customer_however_a_telephone_is_written(
    house: House, there: dict[str, str], by: dict[str, str]
) -> None:
    _in_bc(house, "C-PERRIN", **there)
    address = {**MARIE, "phone": by.get("address_phone")}
    house.order(5001, email=None, phone=by.get("phone"), shipping_address=address)

    house.sync()

    assert house.document(5001)["customerNumber"] == "C-PERRIN"


def test_b16_nor_does_a_customer_who_is_there_become_a_second_one(house: House) -> None:
    house.card(customer_import_from_shopify="All Customers")
    _in_bc(house, "C-PERRIN", phoneNumber="04 78 12 34 56")
    house.customer(7101, email=None, phone="+33478123456")

    house.sync("customers")

    assert house.link("customers", 7101).bc_number == "C-PERRIN"


def test_b16_the_same_national_number_in_another_country_is_somebody_else(house: House) -> None:
    _in_bc(house, "C-DE", phoneNumber="01 44 27 46 29", country="DE")
    house.order(5001, email=None, phone="+33144274629", shipping_address={**MARIE, "phone": None})

    house.sync()

    assert house.document(5001)["customerNumber"] == "C-WEB"


def _in_bc(house: House, number: str, **values: str) -> None:
    card = {**CARD, **posting_groups("DOMESTIC"), "country": "FR"}
    house.bc.control.add("customers", {**card, "number": number, "displayName": number, **values})
