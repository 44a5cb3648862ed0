"""Shopify companies become Business Central customers."""
from __future__ import annotations

import msgspec
import pytest

from shared.business_central.plan import CustomerPlan
from shared.errors import RecordRefused
from shared.shopify.records import Company
from shared.shops.card import CompanyImport, CompanyMapping, CustomerImport
from shared.to_business_central.companies.plan import company_plan, wants_company
from tests.builders import a_card, a_customer_row, cronus

ADDRESS = {"address1": "1 rue Pierre", "city": "Paris", "zip": "75005", "province": "Île-de-France",
           "zoneCode": "IDF", "countryCode": "FR"}
LOCATION = {"id": "gid://shopify/CompanyLocation/1", "name": "Paris", "phone": "+33 1 00 00 00 01",
            "billingAddress": ADDRESS}
CONTACT = {"id": "gid://shopify/CompanyContact/1",
           "customer": {"id": "gid://shopify/Customer/1", "defaultEmailAddress": {"emailAddress": "buy@radium.fr"},
                        "defaultPhoneNumber": {"phoneNumber": "+33 1 00 00 00 02"}}}


def nobody(shopify_id: str) -> None:
    """No private person is linked."""


def a_company(*, locations=(LOCATION,), contact=CONTACT, **values) -> Company:
    wire = {"id": "gid://shopify/Company/42", "name": "Radium SA", "updatedAt": "2026-03-10T10:00:00Z",
            "mainContact": contact, "locations": {"nodes": list(locations)}}
    return msgspec.convert(wire | values, Company)


def test_a_new_company_takes_its_location_s_address_and_its_contact_s_email():
    plan = company_plan(a_company(), a_card(), cronus(), None, nobody)

    assert plan == CustomerPlan("C42", "", {
        "number": "C42", "displayName": "Radium SA", "phoneNumber": "+33 1 00 00 00 01", "email": "buy@radium.fr",
        "addressLine1": "1 rue Pierre", "country": "FR", "postalCode": "75005", "city": "Paris", "state": "IDF",
    })


def test_o3_a_company_is_matched_by_its_contact_s_email():
    customer = {"id": "gid://shopify/Customer/7001", "defaultEmailAddress": {"emailAddress": "Marie@example.fr"}}
    contact = {"id": "x", "customer": customer}

    assert company_plan(a_company(contact=contact), a_card(), cronus(), None, nobody).number == "C00010"


MAIN_CONTACT_IN_BC = a_customer_row("S1", email="buy@radium.fr", phone_number="+33 1 00 00 00 02")


def test_the_private_customer_of_the_main_contact_never_becomes_the_company_s():
    known = cronus(customers=(MAIN_CONTACT_IN_BC,))

    assert company_plan(a_company(), a_card(), known, None, nobody).number == "C42"
    assert company_plan(a_company(), a_card(), known, MAIN_CONTACT_IN_BC, nobody).number == "C42"


def test_nor_does_any_other_customer_that_was_made_for_a_person():
    other = a_customer_row("S77", email="buy@radium.fr")

    assert company_plan(a_company(), a_card(), cronus(customers=(other,)), None, {"77": "S77"}.get).number == "C42"
    assert company_plan(a_company(), a_card(), cronus(customers=(other,)), None, nobody).number == "S77"


def test_the_phone_counts_only_for_a_company_whose_contact_has_no_email():
    known = cronus(customers=(a_customer_row("C00020", email="", phone_number="+33 1 00 00 00 01"),))
    without = CONTACT | {"customer": {"id": "gid://shopify/Customer/1"}}

    assert company_plan(a_company(), a_card(), known, None, nobody).number == "C42"
    assert company_plan(a_company(contact=without), a_card(), known, None, nobody).number == "C00020"


BY_TAX_ID = {"company_mapping_type": CompanyMapping.BY_TAX_ID}


@pytest.mark.parametrize(
    ("in_shopify", "in_bc", "found"),
    [
        pytest.param("FR40303265045", {"tax_registration_number": "FR40303265045"}, True, id="o2-equal"),
        pytest.param("FR 40 303 265 045", {"tax_registration_number": "fr40.303.265.045"}, True, id="other-spacing"),
        pytest.param("FR40303265045", {"tax_registration_number": "40303265045"}, True, id="bc-without-prefix"),
        pytest.param("40303265045", {"tax_registration_number": "FR40303265045"}, True, id="shopify-without-prefix"),
        pytest.param("DE123456789", {"tax_registration_number": "PT123456789"}, False, id="another-country-s-figures"),
        pytest.param("DE123456789", {"tax_registration_number": "123456789", "country": "PT"}, False,
                     id="figures-of-a-customer-in-another-country"),
        pytest.param("EL094259216", {"tax_registration_number": "GR 094259216"}, True, id="greece-has-two-codes"),
        pytest.param("CHE-123.456.788 MWST", {"tax_registration_number": "CHE123456788"}, True, id="swiss-ending"),
        pytest.param("FR40303265045", {"tax_registration_number": "FR40303265046"}, False, id="other-number"),
        pytest.param("", {"tax_registration_number": "", "email": "buy@radium.fr"}, False, id="none-is-no-number"),
        pytest.param("FR", {"tax_registration_number": "FR"}, False, id="a-prefix-is-no-number"),
    ],
)
def test_o2_by_tax_id_the_figures_and_the_country_decide(in_shopify, in_bc, found):
    known = cronus(customers=(a_customer_row("C00030", **({"email": ""} | in_bc)),))
    company = a_company(locations=(LOCATION | {"taxSettings": {"taxRegistrationId": in_shopify}},))

    plan = company_plan(company, a_card(**BY_TAX_ID), known, None, nobody)

    assert plan.number == ("C00030" if found else "C42")


@pytest.mark.parametrize(
    ("given", "sent"),
    [("FR 40 303 265 045", "FR 40 303 265 045"), ("FR 4 0 3 0 3 2 6 5 0 4 5", "FR40303265045"), ("9" * 21, None),
     ("", None)],
)
def test_a_new_company_takes_the_tax_registration_number_whole_or_not_at_all(given, sent):
    company = a_company(locations=(LOCATION | {"taxSettings": {"taxRegistrationId": given}},))

    body = company_plan(company, a_card(), cronus(), None, nobody).body

    assert body.get("taxRegistrationNumber") == sent


@pytest.mark.parametrize(
    ("settings", "linked", "wanted"),
    [
        ({"company_import_from_shopify": CompanyImport.ALL_COMPANIES}, False, True),
        ({}, False, False),
        ({}, True, False),
        ({"shopify_can_update_companies": True}, True, True),
        ({"shopify_can_update_companies": True}, False, False),
        ({"company_import_from_shopify": CompanyImport.NONE, "shopify_can_update_companies": True}, True, False),
        ({"customer_import_from_shopify": CustomerImport.ALL_CUSTOMERS}, False, False),
    ],
)
def test_the_import_range_of_companies_says_which_are_taken_in_by_themselves(settings, linked, wanted):
    assert wants_company(a_card(**settings), linked=linked) is wanted


@pytest.mark.parametrize(
    "locations",
    [pytest.param((), id="no-location"),
     pytest.param(({"id": "x", "name": "Paris"},), id="location-without-address")],
)
def test_o4_without_a_location_the_company_is_parked_by_its_id(locations):
    with pytest.raises(RecordRefused, match=r"company 42 \(Radium SA\) has no location") as refused:
        company_plan(a_company(locations=locations), a_card(), cronus(), None, nobody)

    assert (refused.value.code, refused.value.record) == ("customer-without-address", "company 42")


def test_the_shipping_address_stands_in_for_the_billing_address():
    location = {"id": "x", "name": "Lyon", "shippingAddress": ADDRESS | {"city": "Lyon"}}

    body = company_plan(a_company(locations=(location,)), a_card(), cronus(), None, nobody).body

    assert (body["city"], body["phoneNumber"]) == ("Lyon", "+33 1 00 00 00 02")


def test_no_company_is_created_when_the_card_does_not_allow_it():
    sentence = r"company 42 \(Radium SA\).*Auto Create Unknown Companies is off\. Default Company No\. is empty"
    with pytest.raises(RecordRefused, match=sentence) as refused:
        company_plan(a_company(), a_card(auto_create_unknown_companies=False), cronus(), None, nobody)

    assert refused.value.code == "customer-missing"


def test_a_company_that_may_not_be_created_is_the_default_company():
    card = a_card(auto_create_unknown_companies=False, default_company_no="C-WEB")

    assert company_plan(a_company(), card, cronus(), None, nobody) == CustomerPlan("C-WEB", "id-C-WEB", {})


def test_always_the_default_company_takes_it_even_if_another_matches():
    card = a_card(company_mapping_type=CompanyMapping.DEFAULT_COMPANY, default_company_no="C-WEB",
                  shopify_can_update_companies=True)

    assert company_plan(a_company(), card, cronus(), a_customer_row(), nobody) == CustomerPlan("C-WEB", "id-C-WEB", {})


@pytest.mark.parametrize(("allowed", "expected"), [(True, {"postalCode": "75006"}), (False, {})])
def test_a_linked_company_sends_what_changed_if_allowed(allowed, expected):
    linked = a_customer_row("C42", display_name="Radium SA", email="buy@radium.fr", phone_number="+33100000001")
    company = a_company(locations=(LOCATION | {"billingAddress": ADDRESS | {"zip": "75006"}},))

    plan = company_plan(company, a_card(shopify_can_update_companies=allowed), cronus(), linked, nobody)

    assert plan == CustomerPlan("C42", "id-C42", expected)


def test_a_company_without_contact_is_created_without_email():
    body = company_plan(a_company(contact=None), a_card(), cronus(), None, nobody).body

    assert "email" not in body


def test_a_company_created_before_its_link_was_lost_is_found_by_its_number():
    known = cronus(customers=(a_customer_row("C42", email="", phone_number=""),))

    assert company_plan(a_company(), a_card(), known, None, nobody).customer_id == "id-C42"
