"""Shopify customers become Business Central customers."""
from __future__ import annotations

import pytest

from shared.business_central.plan import CustomerPlan
from shared.errors import RecordRefused
from shared.shops.card import CountySource, CustomerImport, CustomerMapping
from shared.to_business_central.customers import plan as customers
from shared.to_business_central.customers.customers_to_import import wants_customer
from tests.builders import a_card, a_customer, a_customer_row, an_address, cronus

NOBODY = cronus(customers=())
ALLOWED = {"auto_create_unknown_customers": True}
FOUND = CustomerPlan("C00010", "id-C00010", {})


def customer_plan(customer, card, known, linked):
    return customers.customer_plan(customer, card, known, linked, lambda company: None)


@pytest.mark.parametrize(
    ("customer", "found"),
    [
        pytest.param({"email": "Marie@Example.FR"}, True, id="f1-email-case-blind"),
        pytest.param({"email": "pierre@example.fr"}, False, id="other-email"),
        pytest.param({"email": None, "phone": "0033144274622"}, True, id="f2-phone-written-otherwise"),
        pytest.param({"email": None, "phone": "+33 1 44 27 46 23"}, False, id="f2-other-phone"),
        pytest.param({"email": None, "phone": "4622"}, False, id="ending-alike-is-not-enough"),
        pytest.param({"email": None, "phone": None}, False, id="neither"),
    ],
)
def test_customer_is_matched_by_email_then_phone(customer, found):
    plan = customer_plan(a_customer(**customer), a_card(), cronus(), None)

    assert (plan == FOUND) is found
    assert found or plan.number == "S7100000000001"


@pytest.mark.parametrize(("phone", "found"), [("12345", ""), ("123456", "id-C00010")])
def test_f2_a_number_too_short_to_tell_people_apart_finds_nobody(phone, found):
    known = cronus(customers=(a_customer_row(email="", phone_number=phone),))

    plan = customer_plan(a_customer(email=None, phone=phone), a_card(), known, None)

    assert plan.customer_id == found


def test_f1_email_wins_over_phone():
    other = a_customer_row("C00020", email="", phone_number="+33 6 11 22 33 44")
    known = cronus(customers=(other, a_customer_row()))

    plan = customer_plan(a_customer(phone="+33 6 11 22 33 44"), a_card(), known, None)

    assert plan.number == "C00010"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        pytest.param({}, True, id="f6-equal"),
        pytest.param({"address1": "1 RUE  pierre"}, True, id="case-and-spaces-do-not-count"),
        pytest.param({"zip": "75006"}, False, id="f6-other-zip"),
        pytest.param({"city": "Lyon"}, False, id="other-city"),
        pytest.param({"address2": "2e étage"}, False, id="other-second-line"),
        pytest.param({"province_code": "ARA"}, False, id="other-county"),
        pytest.param({"country_code_v2": "DE"}, False, id="other-country"),
        pytest.param({"company": "Radium SA"}, False, id="other-name"),
    ],
)
def test_f6_by_bill_to_info_name_and_address_decide_not_the_email(address, found):
    card = a_card(customer_mapping_type=CustomerMapping.BY_BILL_TO)
    customer = a_customer(email="someone@else.fr", addresses=[an_address(**address)])

    plan = customer_plan(customer, card, cronus(), None)

    assert (plan == FOUND) is found


def test_f6_a_long_address_equals_the_one_business_central_had_to_cut():
    known = cronus(customers=(a_customer_row(address_line1="x" * 100, email=""),))
    card = a_card(customer_mapping_type=CustomerMapping.BY_BILL_TO)

    plan = customer_plan(a_customer(addresses=[an_address(address1="x" * 140)]), card, known, None)

    assert plan == FOUND


def test_f7_a_nameless_customer_is_matched_by_email_whatever_the_card_says():
    card = a_card(customer_mapping_type=CustomerMapping.BY_BILL_TO)
    nameless = a_customer(first_name=None, last_name=None,
                          addresses=[an_address(first_name=None, last_name=None, address1="elsewhere")])

    plan = customer_plan(nameless, card, cronus(), None)

    assert plan == FOUND


def test_f8_always_default_takes_the_default_customer_even_if_another_matches():
    card = a_card(customer_mapping_type=CustomerMapping.DEFAULT_CUSTOMER, shopify_can_update_customers=True)

    plan = customer_plan(a_customer(), card, cronus(), a_customer_row())

    assert plan == CustomerPlan("C-WEB", "id-C-WEB", {})


@pytest.mark.parametrize(
    ("number", "says"),
    [("", r"Default Customer No\. is empty"), ("C-GONE", r"Default Customer No\. C-GONE does not exist")],
)
def test_always_default_without_a_usable_default_customer_is_refused(number, says):
    card = a_card(customer_mapping_type=CustomerMapping.DEFAULT_CUSTOMER, default_customer_no=number)

    with pytest.raises(RecordRefused, match=says) as refused:
        customer_plan(a_customer(), card, cronus(), None)

    assert refused.value.code == "customer-missing"
    assert refused.value.record == "customer 7100000000001"


def test_f4_an_unknown_customer_is_created_from_name_address_phone_and_email():
    address = an_address(phone="+33 6 11 22 33 44", address2="2e étage")

    plan = customer_plan(a_customer(phone="+33 1 00 00 00 00", addresses=[address]), a_card(), NOBODY, None)

    assert plan == CustomerPlan("S7100000000001", "", {
        "number": "S7100000000001", "displayName": "Marie Curie", "phoneNumber": "+33 6 11 22 33 44",
        "email": "marie@example.fr", "addressLine1": "1 rue Pierre", "addressLine2": "2e étage", "country": "FR",
        "postalCode": "75005", "city": "Paris", "state": "IDF",
    })


def test_a_created_customer_has_no_empty_properties_and_no_longer_texts_than_its_fields():
    long = an_address(company="n" * 120, address1="a" * 140, address2="b" * 60, city="c" * 40, zip="d" * 30,
                      province_code="e" * 40, phone="1" * 40)

    plan = customer_plan(a_customer(email=None, addresses=[long]), a_card(), NOBODY, None)

    assert {name: len(value) for name, value in plan.body.items()} == {
        "number": 14, "displayName": 100, "addressLine1": 100, "addressLine2": 50,
        "country": 2, "postalCode": 20, "city": 30, "state": 30,
    }
    assert "the phone number" in str(plan.notice)


@pytest.mark.parametrize(("source", "county"), [(CountySource.CODE, "IDF"), (CountySource.NAME, "Île-de-France")])
def test_county_follows_county_source(source, county):
    plan = customer_plan(a_customer(), a_card(county_source=source), NOBODY, None)

    assert plan.body["state"] == county


@pytest.mark.parametrize(
    ("email", "expected"),
    [pytest.param("marie@example.fr", "marie@example.fr", id="email"), pytest.param(None, "customer 7", id="number")],
)
def test_a_nameless_customer_is_created_under_something_that_can_be_found(email, expected):
    nameless = a_customer(7, email=email, first_name=None, last_name=None,
                          addresses=[an_address(first_name=None, last_name=None)])

    plan = customer_plan(nameless, a_card(), NOBODY, None)

    assert plan.body["displayName"] == expected


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        pytest.param({"first_name": None, "last_name": None}, "Irène Joliot", id="nameless-takes-the-address-s"),
        pytest.param({"first_name": None}, "Curie", id="half-a-name-is-a-name"),
        pytest.param({}, "Marie Curie", id="own-name"),
    ],
)
def test_the_name_is_the_customer_s_own_before_the_address_s(customer, expected):
    address = an_address(first_name="Irène", last_name="Joliot")

    plan = customer_plan(a_customer(addresses=[address], **customer), a_card(), NOBODY, None)

    assert plan.body["displayName"] == expected


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"auto_create_unknown_customers": False}, id="f5-creation-off"),
        pytest.param({"customer_import_from_shopify": CustomerImport.NONE}, id="f5-range-none"),
    ],
)
def test_f5_nobody_is_created_when_the_card_does_not_allow_it(settings):
    with pytest.raises(RecordRefused, match="customer 7100000000001") as refused:
        customer_plan(a_customer(), a_card(**settings), NOBODY, None)

    assert refused.value.code == "customer-missing"


def test_f13_the_first_address_stands_in_for_a_missing_default_address():
    plan = customer_plan(a_customer(default=None), a_card(), NOBODY, None)

    assert plan.body["city"] == "Paris"


def test_the_default_address_is_taken_not_the_first():
    customer = a_customer(addresses=[an_address(), an_address(city="Lyon")], default=1)

    assert customer_plan(customer, a_card(), NOBODY, None).body["city"] == "Lyon"


def test_f13_without_any_address_the_customer_is_parked_by_its_id():
    with pytest.raises(RecordRefused, match="customer 7100000000001 has no address") as refused:
        customer_plan(a_customer(addresses=[]), a_card(), NOBODY, None)

    assert refused.value.code == "customer-without-address"


def test_an_address_in_a_country_business_central_lacks_is_parked():
    customer = a_customer(addresses=[an_address(country="Suisse", country_code_v2="CH")])

    with pytest.raises(RecordRefused, match=r"is in Suisse.*no country/region CH") as refused:
        customer_plan(customer, a_card(), NOBODY, None)

    assert refused.value.code == "country-unknown"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, {}, id="nothing-changed"),
        pytest.param({"phone": "+33 6 11 22 33 44"}, {"phoneNumber": "+33 6 11 22 33 44"}, id="f14-only-the-phone"),
        pytest.param({"phone": "0033 144 274 622"}, {}, id="same-phone-written-otherwise"),
        pytest.param({"email": "MARIE@example.fr"}, {}, id="same-email-in-capitals"),
        pytest.param({"email": "m@example.fr"}, {"email": "m@example.fr"}, id="email"),
        pytest.param({"email": None}, {}, id="an-email-that-is-gone-clears-nothing"),
        pytest.param({"last_name": "Skłodowska"}, {"displayName": "Marie Skłodowska"}, id="name"),
        pytest.param({"addresses": []}, {}, id="no-address-clears-nothing"),
        pytest.param({"addresses": [an_address(address1="1 rue Marie")]}, {"addressLine1": "1 rue Marie"},
                     id="the-street-though-its-number-stays"),
        pytest.param({"addresses": [an_address(zip="75006")]}, {"postalCode": "75006"}, id="only-the-zip"),
        pytest.param({"addresses": [an_address(province_code=None)]}, {"state": ""}, id="an-address-is-whole"),
    ],
)
def test_f14_only_changed_properties_are_sent(changed, expected):
    linked = a_customer_row()
    customer = a_customer(**({"phone": "+33 1 44 27 46 22"} | changed))

    plan = customer_plan(customer, a_card(shopify_can_update_customers=True), cronus(), linked)

    assert plan == CustomerPlan("C00010", "id-C00010", expected)


def test_f14_without_permission_nothing_is_sent():
    plan = customer_plan(a_customer(phone="+33 6 11 22 33 44"), a_card(), cronus(), a_customer_row())

    assert plan.body == {}


def test_postal_codes_are_compared_as_business_central_stores_them():
    customer = a_customer(phone="+33 1 44 27 46 22", addresses=[an_address(zip="sw1a 1aa")])
    linked = a_customer_row(postal_code="SW1A 1AA")

    assert customer_plan(customer, a_card(shopify_can_update_customers=True), cronus(), linked).body == {}


def test_the_default_customer_is_never_changed_by_a_buyer():
    card = a_card(default_customer_no="c00010", shopify_can_update_customers=True)

    plan = customer_plan(a_customer(last_name="Skłodowska"), card, cronus(), None)

    assert plan == FOUND


def test_a_link_to_the_default_customer_identifies_nobody():
    plan = customer_plan(a_customer(), a_card(), cronus(), a_customer_row("C-WEB"))

    assert plan == FOUND


def test_a_customer_created_before_its_link_was_lost_is_found_by_its_number():
    known = cronus(customers=(a_customer_row("S7100000000001", email="old@example.fr", phone_number=""),))

    plan = customer_plan(a_customer(), a_card(), known, None)

    assert plan.customer_id == "id-S7100000000001"


@pytest.mark.parametrize(
    ("range_", "can_update", "linked", "wanted"),
    [
        pytest.param(CustomerImport.ALL_CUSTOMERS, False, False, True, id="all"),
        pytest.param(CustomerImport.WITH_ORDER_IMPORT, True, True, True, id="with-orders-refreshes-known-ones"),
        pytest.param(CustomerImport.WITH_ORDER_IMPORT, True, False, False, id="with-orders-takes-no-new-ones"),
        pytest.param(CustomerImport.WITH_ORDER_IMPORT, False, True, False, id="with-orders-without-updates"),
        pytest.param(CustomerImport.NONE, True, True, False, id="none"),
    ],
)
def test_which_changed_customers_are_taken_in(range_, can_update, linked, wanted):
    card = a_card(customer_import_from_shopify=range_, shopify_can_update_customers=can_update)

    assert wants_customer(card, linked=linked) is wanted
