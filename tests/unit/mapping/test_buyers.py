"""Which Business Central customer an order goes to."""
from __future__ import annotations

import pytest

from shared.errors import RecordRefused
from shared.mapping.buyers import ExistingBuyer, NewBuyer, buyer_of
from shared.shop_card import CustomerImport, CustomerMapping
from tests.builders import a_card, a_customer_row, an_address, an_order, an_order_customer, cronus

MARIE, WEB = ExistingBuyer("C00010"), ExistingBuyer("C-WEB")
MARIE_HERSELF = ExistingBuyer("C00010", is_own=True)
STRANGER = {"email": "new@example.fr", "customer": an_order_customer(email="new@example.fr")}
GUEST = {"email": "new@example.fr", "customer": None}
OFF = {"auto_create_unknown_customers": False}
BILL_TO = {"customer_mapping_type": CustomerMapping.BY_BILL_TO}
DEFAULT = {"customer_mapping_type": CustomerMapping.DEFAULT_CUSTOMER}
NO_RANGE = {"customer_import_from_shopify": CustomerImport.NONE}


def unlinked(shopify_id: int) -> None:
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
        pytest.param(STRANGER, {}, NewBuyer(7100000000001), id="f4-unknown-is-created"),
        pytest.param(STRANGER, OFF, WEB, id="f5-creation-off"),
        pytest.param(STRANGER, NO_RANGE, WEB, id="f5-range-none"),
        pytest.param({}, NO_RANGE, WEB, id="range-none-does-not-even-match"),
        pytest.param({}, DEFAULT, WEB, id="f8-always-default"),
        pytest.param(STRANGER, BILL_TO, MARIE, id="f6-by-bill-to"),
        pytest.param(STRANGER | {"billing_address": an_address(zip="75006")}, BILL_TO, NewBuyer(7100000000001),
                     id="f6-other-zip"),
        pytest.param({"billing_address": an_address(first_name=None, last_name=None, zip="1")}, BILL_TO, MARIE,
                     id="f7-nameless-goes-by-email"),
        pytest.param({"billing_address": None, "shipping_address": None}, BILL_TO, MARIE, id="no-address-by-email"),
        pytest.param({"customer": None}, {}, MARIE, id="guest-who-is-known"),
        pytest.param(GUEST, {}, WEB, id="unknown-guest-goes-to-the-default-customer"),
    ],
)
def test_buyer_of_an_order(order, settings, expected):
    assert buyer_of(an_order(**order), a_card(**settings), cronus(), unlinked) == expected


def test_a_link_wins_over_what_the_order_says():
    known = cronus(customers=(a_customer_row(), a_customer_row("C00099", email="other@example.fr")))

    assert buyer_of(an_order(), a_card(), known, {7100000000001: "C00099"}.get) == ExistingBuyer("C00099")


def test_c9_a_link_to_a_deleted_customer_does_not_count():
    buyer = buyer_of(an_order(**STRANGER), a_card(), cronus(), {7100000000001: "C-DELETED"}.get)

    assert buyer == NewBuyer(7100000000001)


def test_a_link_to_the_default_customer_identifies_nobody():
    assert buyer_of(an_order(), a_card(), cronus(), {7100000000001: "C-WEB"}.get) == MARIE_HERSELF


@pytest.mark.parametrize(("number", "says"), [("", "is empty"), ("C-GONE", "C-GONE does not exist")])
@pytest.mark.parametrize("order", [pytest.param(STRANGER, id="customer"), pytest.param(GUEST, id="guest")])
def test_f5_without_a_usable_default_customer_the_order_is_parked(order, number, says):
    with pytest.raises(RecordRefused, match=rf"order 5001.*Default Customer No\. {says}") as refused:
        buyer_of(an_order(**order), a_card(**OFF, default_customer_no=number), cronus(), unlinked)

    assert refused.value.code == "customer-missing"
    assert refused.value.record == "order 5001"
