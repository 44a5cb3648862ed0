"""Terms, method, salesperson, delivery date and dimensions: what the header of a document says beside the sale."""
from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.shopify.records import Attribute, PaymentTerms, SalesApp
from shared.shops.card import DocumentDimension
from tests.builders import (
    a_card,
    a_fulfillment_order,
    a_shipping_line,
    an_address,
    an_order,
    fulfillment_orders,
)
from tests.unit.to_business_central.orders.planning import plan_of, refusal_of

NET_30 = PaymentTerms(payment_terms_name="Net 30", due_in_days=30)
WEB = DocumentDimension("DEPARTMENT", "WEB")


def told(order, **card):
    """What the header says after the addresses."""
    header = plan_of(order, a_card(**card)).header
    return dict(list(header.items())[list(header).index("email") + 1:])


def test_a_card_that_maps_nothing_says_nothing():
    assert told(an_order(payment_terms=NET_30, shipping_lines=an_order().shipping_lines)) == {}


@pytest.mark.parametrize(("terms", "said"), [
    (NET_30, {"paymentTermsId": "id-30D"}), (PaymentTerms(payment_terms_name="Net 60"), {}), (None, {}),
], ids=["mapped", "not mapped", "paid at once"])
def test_payment_terms_are_those_the_card_maps_else_the_customers(terms, said):
    assert told(an_order(payment_terms=terms), payment_terms_mapping={"net 30 ": "30d"}) == said


def test_terms_that_could_not_be_read_park_the_order_only_where_the_card_maps_them():
    order = an_order()

    assert told(order) == {}
    refused = refusal_of(order, a_card(payment_terms_mapping={"Net 30": "30D"}))
    assert refused.code == "access-scope-changed"
    assert "read_payment_terms" in refused.detail


@pytest.mark.parametrize(("charges", "said"), [
    ([a_shipping_line("Express")], {"shipmentMethodId": "id-DAP"}),
    ([a_shipping_line("Livraison rapide", code="express")], {"shipmentMethodId": "id-DAP"}),
    ([a_shipping_line("Standard")], {}),
    ([a_shipping_line("Express", is_removed=True), a_shipping_line("Pick-up", id=2)], {"shipmentMethodId": "id-EXW"}),
    ([a_shipping_line("Standard"), a_shipping_line("Pick-up", id=2)], {"shipmentMethodId": "id-EXW"}),
], ids=["by title", "by code", "not mapped", "removed", "the first that is mapped"])
def test_the_shipment_method_is_that_of_the_first_shipping_line_that_the_card_maps(charges, said):
    total = 120 + sum(12 for charge in charges if not charge.is_removed)

    assert told(an_order(shipping=charges, total=total),
                shipment_method_mapping={"Express": "DAP", "Pick-up": "EXW"}) == said


def test_the_salesperson_is_the_cards():
    assert told(an_order(), salesperson_code="jr") == {"salesperson": "JR"}


@pytest.mark.parametrize("written", ["2026-03-12", "2026/3/12", " 12.03.2026 ", "2026-03-12T09:00:00+01:00"])
def test_the_date_that_the_buyer_named_is_the_requested_delivery_date(written):
    order = an_order(custom_attributes=[Attribute(key="Color", value="red"),
                                        Attribute(key="delivery date", value=written)])

    assert told(order, requested_delivery_date_attribute="Delivery Date") == {"requestedDeliveryDate": "2026-03-12"}


@pytest.mark.parametrize("written", ["12/03/2026", "tomorrow", "2026-02-30", "12.03.26", "Paul, 3 rue X"])
def test_a_date_that_may_be_another_parks_the_order_and_does_not_repeat_what_the_buyer_wrote(written):
    order = an_order(custom_attributes=[Attribute(key="Delivery date", value=written)])

    refused = refusal_of(order, a_card(requested_delivery_date_attribute="Delivery date"))

    assert refused.code == "delivery-date-unclear"
    assert refused.detail == (
        'The attribute "Delivery date" of #1001 is no clear date such as 2026-03-12 or 12.03.2026.')


@pytest.mark.parametrize("attributes", [
    [], [Attribute(key="Delivery date", value=" ")], [Attribute(key="Delivery date", value=None)],
], ids=["missing", "blank", "null"])
def test_without_a_named_date_the_first_deadline_of_shopify_counts_as_a_day_of_the_shop(attributes):
    orders = fulfillment_orders(
        a_fulfillment_order("Lyon", {1: 1}, fulfill_by=datetime(2026, 3, 14, 9, tzinfo=UTC)),
        a_fulfillment_order("Nice", {1: 1}, fulfill_by=datetime(2026, 3, 12, 23, 30, tzinfo=UTC)),
        a_fulfillment_order("Caen", {1: 1}, fulfill_by=datetime(2026, 3, 11, 9, tzinfo=UTC), status="CANCELLED"),
        a_fulfillment_order("Metz", {1: 1}))
    order = an_order(custom_attributes=attributes, fulfillment_orders=orders)
    settings = {"requested_delivery_date_attribute": "Delivery date"}

    assert told(order, **settings, fulfill_by_as_requested_delivery_date=True) == {
        "requestedDeliveryDate": "2026-03-13"}
    assert told(order, **settings) == {}


@pytest.mark.parametrize(("order", "value"), [
    (an_order(app=SalesApp(name="Point of Sale")), "POS"),
    (an_order(source_name="pos"), "POS"),
    (an_order(shipping_address=an_address(country_code_v2="DE")), "SALES"),
    (an_order(), "WEB"),
], ids=["app", "source", "country", "the rest"])
def test_a_dimension_takes_the_first_row_that_fits_channel_and_country(order, value):
    rows = (DocumentDimension("department", "pos", channel="Point of Sale"),
            DocumentDimension("DEPARTMENT", "POS", channel=" POS"),
            DocumentDimension("DEPARTMENT", "SALES", country_region_code="DE"), WEB)

    assert told(order, document_dimensions=rows) == {"shortcutDimension1Code": value}


def test_dimensions_stand_last_the_first_global_one_first():
    rows = (DocumentDimension("AREA", "70"), WEB)

    assert list(told(an_order(), document_dimensions=rows, salesperson_code="JR").items()) == [
        ("salesperson", "JR"), ("shortcutDimension1Code", "WEB"), ("shortcutDimension2Code", "70")]


@pytest.mark.parametrize(("settings", "named"), [
    ({"payment_terms_mapping": {"Net 30": "60D"}}, 'Payment Terms Mapping "Net 30" of the shop card: 60D'),
    ({"shipment_method_mapping": {"Express": "FOB"}}, 'Shipment Method Mapping "Express" of the shop card: FOB'),
    ({"salesperson_code": "XX"}, "Salesperson Code of the shop card: XX"),
    ({"document_dimensions": (DocumentDimension("PROJECT", "SPRING"),)}, 'Document Dimensions "PROJECT"'),
    ({"document_dimensions": (DocumentDimension("DEPARTMENT", "30"),)}, 'Document Dimensions "DEPARTMENT" of the shop '
                                                                        "card: 30 is none of its values"),
], ids=["terms", "method", "salesperson", "no global dimension", "value of another dimension"])
def test_a_code_that_business_central_lacks_is_named_with_its_setting(settings, named):
    order = an_order(payment_terms=NET_30, shipping=[a_shipping_line()], total="132.00")

    refused = refusal_of(order, a_card(**settings))

    assert refused.code == "code-unknown"
    assert named in refused.detail


def test_all_codes_that_are_missing_are_named_at_once():
    refused = refusal_of(an_order(payment_terms=NET_30), a_card(
        payment_terms_mapping={"Net 30": "60D"}, salesperson_code="XX", default_location_code="WEST",
        document_dimensions=(DocumentDimension("PROJECT", "A"), DocumentDimension("AREA", "99"))))

    assert [code for code in ("60D", "XX", "PROJECT", "99", "WEST") if code in refused.detail] == [
        "60D", "XX", "PROJECT", "99", "WEST"]
