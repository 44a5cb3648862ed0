"""Shopify companies become Business Central customers."""
from __future__ import annotations

import msgspec
import pytest

from shared.errors import RecordRefused
from shared.mapping.companies import company_plan
from shared.mapping.plan import CustomerPlan
from shared.shopify.records import Company
from tests.builders import a_card, a_customer_row, cronus

ADDRESS = {"address1": "1 rue Pierre", "city": "Paris", "zip": "75005", "province": "Île-de-France",
           "zoneCode": "IDF", "countryCode": "FR"}
LOCATION = {"id": "gid://shopify/CompanyLocation/1", "name": "Paris", "phone": "+33 1 00 00 00 01",
            "billingAddress": ADDRESS}
CONTACT = {"id": "gid://shopify/CompanyContact/1",
           "customer": {"id": "gid://shopify/Customer/1", "defaultEmailAddress": {"emailAddress": "buy@radium.fr"},
                        "defaultPhoneNumber": {"phoneNumber": "+33 1 00 00 00 02"}}}


def a_company(*, locations=(LOCATION,), contact=CONTACT, **values) -> Company:
    wire = {"id": "gid://shopify/Company/42", "name": "Radium SA", "updatedAt": "2026-03-10T10:00:00Z",
            "mainContact": contact, "locations": {"nodes": list(locations)}}
    return msgspec.convert(wire | values, Company)


def test_a_new_company_takes_its_location_s_address_and_its_contact_s_email():
    plan = company_plan(a_company(), a_card(), cronus(), None)

    assert plan == CustomerPlan("C42", "", {
        "number": "C42", "displayName": "Radium SA", "phoneNumber": "+33 1 00 00 00 01", "email": "buy@radium.fr",
        "addressLine1": "1 rue Pierre", "country": "FR", "postalCode": "75005", "city": "Paris", "state": "IDF",
    })


def test_o3_a_company_is_matched_by_its_contact_s_email():
    customer = {"id": "gid://shopify/Customer/7001", "defaultEmailAddress": {"emailAddress": "Marie@example.fr"}}
    contact = {"id": "x", "customer": customer}

    assert company_plan(a_company(contact=contact), a_card(), cronus(), None).number == "C00010"


@pytest.mark.parametrize(
    "locations",
    [pytest.param((), id="no-location"),
     pytest.param(({"id": "x", "name": "Paris"},), id="location-without-address")],
)
def test_o4_without_a_location_the_company_is_parked_by_its_id(locations):
    with pytest.raises(RecordRefused, match=r"company 42 \(Radium SA\) has no location") as refused:
        company_plan(a_company(locations=locations), a_card(), cronus(), None)

    assert (refused.value.code, refused.value.record) == ("customer-without-address", "company 42")


def test_the_shipping_address_stands_in_for_the_billing_address():
    location = {"id": "x", "name": "Lyon", "shippingAddress": ADDRESS | {"city": "Lyon"}}

    body = company_plan(a_company(locations=(location,)), a_card(), cronus(), None).body

    assert (body["city"], body["phoneNumber"]) == ("Lyon", "+33 1 00 00 00 02")


def test_no_company_is_created_when_the_card_does_not_allow_it():
    with pytest.raises(RecordRefused, match="company 42") as refused:
        company_plan(a_company(), a_card(auto_create_unknown_customers=False), cronus(), None)

    assert refused.value.code == "customer-missing"


@pytest.mark.parametrize(("allowed", "expected"), [(True, {"postalCode": "75006"}), (False, {})])
def test_a_linked_company_sends_what_changed_if_allowed(allowed, expected):
    linked = a_customer_row("C42", display_name="Radium SA", email="buy@radium.fr", phone_number="+33100000001")
    company = a_company(locations=(LOCATION | {"billingAddress": ADDRESS | {"zip": "75006"}},))

    plan = company_plan(company, a_card(shopify_can_update_customers=allowed), cronus(), linked)

    assert plan == CustomerPlan("C42", "id-C42", expected)


def test_a_company_without_contact_is_created_without_email():
    body = company_plan(a_company(contact=None), a_card(), cronus(), None).body

    assert "email" not in body


def test_a_company_created_before_its_link_was_lost_is_found_by_its_number():
    known = cronus(customers=(a_customer_row("C42", email="", phone_number=""),))

    assert company_plan(a_company(), a_card(), known, None).customer_id == "id-C42"
