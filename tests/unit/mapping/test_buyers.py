"""Which Business Central customer an order goes to."""
from __future__ import annotations

import pytest

from shared.errors import RecordRefused
from shared.mapping.buyers import CompanyBuyer, ExistingBuyer, NewBuyer, buyer_of
from shared.shopify.records import NamedCompany, PurchasingEntity
from shared.shops.card import CompanyImport, CompanyMapping, CustomerImport, CustomerMapping
from tests.builders import a_card, a_customer_row, an_address, an_order, an_order_customer, cronus

MARIE, WEB = ExistingBuyer("C00010"), ExistingBuyer("C-WEB")
MARIE_HERSELF = ExistingBuyer("C00010", is_own=True)
STRANGER = {"email": "new@example.fr", "customer": an_order_customer(email="new@example.fr")}
GUEST = {"email": "new@example.fr", "customer": None}
OFF = {"auto_create_unknown_customers": False}
BILL_TO = {"customer_mapping_type": CustomerMapping.BY_BILL_TO}
DEFAULT = {"customer_mapping_type": CustomerMapping.DEFAULT_CUSTOMER}
NO_RANGE = {"customer_import_from_shopify": CustomerImport.NONE}


def unlinked(shopify_id: str) -> None:
    return None


@pytest.mark.parametrize(
    ("order", "settings", "expected"),
    [
        pytest.param({"email": "Marie@Example.FR"}, {}, MARIE_HERSELF, id="f1-by-email"),
        pytest.param({"email": None, "customer": None, "phone": "0033144274622"}, {}, MARIE, id="f2-by-phone"),
        pytest.param({"email": None, "customer": an_order_customer()}, {}, MARIE_HERSELF,
                     id="by-the-customer-s-email"),
        pytest.param({"email": None, "customer": an_order_customer(email=None, phone="+33144274622")}, {},
                     MARIE_HERSELF, id="by-the-customer-s-phone"),
        pytest.param(GUEST | {"billing_address": an_address(phone="+33144274622")}, {}, MARIE,
                     id="by-the-phone-of-the-address"),
        pytest.param({"customer": an_order_customer(email="new@example.fr")}, {}, MARIE,
                     id="somebody-else-orders-with-her-email"),
        pytest.param(STRANGER, {}, NewBuyer("7100000000001"), id="f4-unknown-is-created"),
        pytest.param(STRANGER, OFF, WEB, id="f5-creation-off"),
        pytest.param(STRANGER, NO_RANGE, WEB, id="f5-range-none"),
        pytest.param({}, NO_RANGE, WEB, id="range-none-does-not-even-match"),
        pytest.param({}, DEFAULT, WEB, id="f8-always-default"),
        pytest.param(STRANGER, BILL_TO, MARIE, id="f6-by-bill-to"),
        pytest.param(STRANGER | {"billing_address": an_address(zip="75006")}, BILL_TO, NewBuyer("7100000000001"),
                     id="f6-other-zip"),
        pytest.param({"billing_address": an_address(first_name=None, last_name=None, zip="1")}, BILL_TO, MARIE,
                     id="f7-nameless-goes-by-email"),
        pytest.param({"billing_address": None, "shipping_address": None}, BILL_TO, MARIE, id="no-address-by-email"),
        pytest.param({"customer": None}, {}, MARIE, id="guest-who-is-known"),
        pytest.param(GUEST, {}, WEB, id="unknown-guest-goes-to-the-default-customer"),
    ],
)
def test_buyer_of_an_order(order, settings, expected):
    assert buyer_of(an_order(**order), a_card(**settings), cronus(), unlinked, unlinked) == expected


def test_a_link_wins_over_what_the_order_says():
    known = cronus(customers=(a_customer_row(), a_customer_row("C00099", email="other@example.fr")))

    assert buyer_of(an_order(), a_card(), known, {"7100000000001": "C00099"}.get, unlinked) == ExistingBuyer("C00099")


def test_c9_a_link_to_a_deleted_customer_does_not_count():
    buyer = buyer_of(an_order(**STRANGER), a_card(), cronus(), {"7100000000001": "C-DELETED"}.get, unlinked)

    assert buyer == NewBuyer("7100000000001")


def test_a_link_to_the_default_customer_identifies_nobody():
    assert buyer_of(an_order(), a_card(), cronus(), {"7100000000001": "C-WEB"}.get, unlinked) == MARIE_HERSELF


@pytest.mark.parametrize(("number", "says"), [("", "is empty"), ("C-GONE", "C-GONE does not exist")])
@pytest.mark.parametrize("order", [pytest.param(STRANGER, id="customer"), pytest.param(GUEST, id="guest")])
def test_f5_without_a_usable_default_customer_the_order_is_parked(order, number, says):
    with pytest.raises(RecordRefused, match=rf"order 5001.*Default Customer No\. {says}") as refused:
        buyer_of(an_order(**order), a_card(**OFF, default_customer_no=number), cronus(), unlinked, unlinked)

    assert refused.value.code == "customer-missing"
    assert refused.value.record == "order 5001"


# Orders of companies

SPALT = PurchasingEntity(company=NamedCompany(id="gid://shopify/Company/503", name="Spalt AG"))
C503 = a_customer_row("C503", email="buy@spalt.example")
HERSELF = a_customer_row("S7100000000001")
PERSONS_LINK = {"7100000000001": "S7100000000001"}
NO_COMPANIES = {"company_import_from_shopify": CompanyImport.NONE}
ALWAYS_DEFAULT = {"company_mapping_type": CompanyMapping.DEFAULT_COMPANY}


def company_buyer(links_of_companies=None, customers=(), **settings):
    known = cronus(customers=(*cronus().customers, C503, HERSELF, *customers))
    order = an_order(purchasing_entity=SPALT)
    return buyer_of(order, a_card(**settings), known, PERSONS_LINK.get, (links_of_companies or {}).get)


def test_b3_a_company_s_order_goes_to_the_company_never_to_the_person_who_is_linked():
    assert company_buyer({"503": "C503"}) == ExistingBuyer("C503")


def test_a_company_that_is_not_linked_is_brought_in_first():
    assert company_buyer() == CompanyBuyer("503")


@pytest.mark.parametrize("number", ["C-GONE", "C-WEB", "S7100000000001"])
def test_a_company_s_link_to_nobody_the_default_customer_or_a_person_does_not_count(number):
    assert company_buyer({"503": number}) == CompanyBuyer("503")


def test_a_link_of_a_company_to_another_person_s_customer_does_not_count():
    known = cronus(customers=(a_customer_row("S88"),))
    order = an_order(purchasing_entity=SPALT)

    assert buyer_of(order, a_card(), known, {"88": "S88"}.get, {"503": "S88"}.get) == CompanyBuyer("503")
    assert buyer_of(order, a_card(), known, unlinked, {"503": "S88"}.get) == ExistingBuyer("S88")


@pytest.mark.parametrize("settings", [NO_COMPANIES, ALWAYS_DEFAULT])
def test_o6_with_range_none_or_always_default_it_is_the_default_company(settings):
    b2b = a_customer_row("C-B2B")

    assert company_buyer({"503": "C503"}, (b2b,), default_company_no="c-b2b", **settings) == ExistingBuyer("C-B2B")


@pytest.mark.parametrize(("settings", "setting"), [(NO_COMPANIES, "Company Import from Shopify is None"),
                                                   (ALWAYS_DEFAULT, "Company Mapping Type")])
@pytest.mark.parametrize(("number", "says"), [("", "is empty"), ("C-GONE", "C-GONE does not exist")])
def test_without_a_default_company_the_order_is_parked_with_the_company_and_the_setting(
        settings, setting, number, says):
    with pytest.raises(RecordRefused) as refused:
        company_buyer(default_company_no=number, **settings)

    assert refused.value.code == "customer-missing"
    for part in ("order 5001", "company 503 (Spalt AG)", setting, f"Default Company No. {says}"):
        assert part in refused.value.detail


def test_the_switches_of_customers_say_nothing_about_companies():
    assert company_buyer({"503": "C503"}, **NO_RANGE) == ExistingBuyer("C503")
    assert company_buyer({"503": "C503"}, **DEFAULT) == ExistingBuyer("C503")
