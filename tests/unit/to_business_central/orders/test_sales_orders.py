"""One Shopify order, one sales order: header, addresses, comments."""
from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.business_central.plan import LineTax, SalesOrderPlan
from shared.business_central.rows import LENGTHS
from shared.shopify.records import Attribute
from shared.shops.card import CountySource, PoNumberHandling
from shared.shops.card_fields import caption
from tests.builders import (
    a_card,
    a_line,
    a_shipping_line,
    an_address,
    an_order,
    an_order_customer,
)
from tests.unit.to_business_central.orders.planning import account, item, plan_of, refusal_of

# The document as a whole

def test_h1_an_order_with_shipping_is_one_document_of_the_same_total():
    order = an_order(lines=[a_line(quantity=2)], shipping=[a_shipping_line()], total="252.00")

    plan = plan_of(order)

    assert plan == SalesOrderPlan(
        external_document_number="SHP-5001",
        header={
            "customerNumber": "C00010", "externalDocumentNumber": "SHP-5001", "currencyCode": "EUR",
            "pricesIncludeTax": True, "orderDate": "2026-03-10",
            "sellToAddressLine1": "1 rue Pierre", "sellToAddressLine2": "", "sellToCountry": "FR",
            "sellToPostCode": "75005", "sellToCity": "Paris", "sellToState": "IDF",
            "shipToName": "Marie Curie", "shipToContact": "Marie Curie",
            "shipToAddressLine1": "1 rue Pierre", "shipToAddressLine2": "", "shipToCountry": "FR",
            "shipToPostCode": "75005", "shipToCity": "Paris", "shipToState": "IDF",
            "email": "marie@example.fr",
        },
        lines=(item(quantity=2), account("708500", "Express", "12.00")),
        expected_total=Decimal("252.00"),
        rounding_account="658000",
        rounding_tolerance=Decimal("0.05"),
        order_name="#1001",
        taxes=(LineTax(), LineTax()),
        accounts={"708500": caption("shipping_charges_account"), "758800": caption("tip_account"),
                  "419100": caption("sold_gift_card_account"), "658000": caption("cash_roundings_account")},
        tax_advice=plan.tax_advice,
    )


def test_properties_are_in_the_order_business_central_needs_them():
    order = an_order(lines=[a_line(sku="1000")], phone="+33 1 00 00 00 00")

    plan = plan_of(order)

    assert list(plan.header)[:5] == [
        "customerNumber", "externalDocumentNumber", "currencyCode", "pricesIncludeTax", "orderDate"]
    assert list(plan.header)[-2:] == ["phoneNumber", "email"]
    assert list(plan.lines[0]) == [
        "lineType", "lineObjectNumber", "description", "quantity", "unitPrice", "discountAmount"]


@pytest.mark.parametrize(
    ("zone", "processed", "date"),
    [
        pytest.param("Europe/Paris", datetime(2026, 3, 9, 23, 30, tzinfo=UTC), "2026-03-10", id="next-day-in-paris"),
        pytest.param("America/New_York", datetime(2026, 3, 10, 2, 0, tzinfo=UTC), "2026-03-09", id="day-before"),
        pytest.param("UTC", datetime(2026, 3, 10, 23, 59, tzinfo=UTC), "2026-03-10", id="utc"),
    ],
)
def test_order_date_is_the_day_in_the_shop_s_time_zone(zone, processed, date):
    order = an_order(processed_at=processed, created_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert plan_of(order, a_card(time_zone=zone)).header["orderDate"] == date


# Addresses and contact

def test_the_sell_to_address_is_the_billing_the_ship_to_address_the_shipping_address():
    shipping = an_address(company="Radium SA", city="Lyon", zip="69001", address2="2e étage")

    header = plan_of(an_order(shipping_address=shipping)).header

    assert (header["sellToCity"], header["sellToPostCode"], header["sellToAddressLine2"]) == ("Paris", "75005", "")
    assert (header["shipToCity"], header["shipToPostCode"], header["shipToAddressLine2"]) == (
        "Lyon", "69001", "2e étage")
    assert (header["shipToName"], header["shipToContact"]) == ("Radium SA", "Marie Curie")


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param({"shipping_address": None, "billing_address": an_address(city="Lyon")}, id="billing-only"),
        pytest.param({"billing_address": None, "shipping_address": an_address(city="Lyon")}, id="shipping-only"),
    ],
)
def test_one_address_serves_as_both(addresses):
    header = plan_of(an_order(**addresses)).header

    assert (header["sellToCity"], header["shipToCity"]) == ("Lyon", "Lyon")


def test_an_order_from_a_till_has_no_address_and_keeps_the_customer_card_s():
    header = plan_of(an_order(billing_address=None, shipping_address=None)).header

    assert not [name for name in header if name.startswith(("sellTo", "shipTo"))]


def test_a_nameless_shipping_address_carries_the_customer_s_name():
    order = an_order(shipping_address=an_address(first_name=None, last_name=None))

    assert plan_of(order).header["shipToName"] == "Marie Curie"


def test_an_address_with_half_a_name_keeps_its_own():
    order = an_order(shipping_address=an_address(first_name=None, last_name="Joliot"))

    assert plan_of(order).header["shipToName"] == "Joliot"


def test_without_any_name_the_ship_to_name_is_left_to_the_customer_card():
    order = an_order(customer=None, shipping_address=an_address(first_name=None, last_name=None))

    header = plan_of(order).header

    assert "shipToName" not in header
    assert header["shipToCity"] == "Paris"


def test_county_follows_county_source():
    header = plan_of(an_order(), a_card(county_source=CountySource.NAME)).header

    assert (header["sellToState"], header["shipToState"]) == ("Île-de-France", "Île-de-France")


@pytest.mark.parametrize(
    ("order", "contact"),
    [
        pytest.param({"phone": "+33 1-5", "email": "m@example.fr"},
                     {"phoneNumber": "+33 1-5", "email": "m@example.fr"}, id="the-order-s-own"),
        pytest.param({"phone": "+33 1 ext. 5", "customer": an_order_customer(phone="+33 2"), "email": "a@b.fr; c"},
                     {"phoneNumber": "+33 2", "email": "marie@example.fr"}, id="the-first-that-fits-whole"),
        pytest.param({"email": None, "customer": an_order_customer(phone="+33 2")},
                     {"phoneNumber": "+33 2", "email": "marie@example.fr"}, id="the-customer-s"),
        pytest.param({"email": None, "customer": None, "shipping_address": an_address(phone="+33 3")},
                     {"phoneNumber": "+33 3"}, id="the-address-s-phone"),
        pytest.param({"email": "nobody", "customer": None}, {}, id="an-invalid-email-is-left-out"),
    ],
)
def test_phone_and_email_of_the_buyer(order, contact):
    header = plan_of(an_order(**order)).header

    assert {name: header[name] for name in ("phoneNumber", "email") if name in header} == contact


def test_h10_texts_longer_than_their_fields_are_cut_not_refused():
    long = an_address(company="n" * 140, first_name="f" * 140, address1="a" * 140, address2="b" * 140,
                      city="c" * 140, zip="d" * 140, province_code="e" * 140)
    order = an_order(lines=[a_line(name="ü" * 140)], shipping_address=long, billing_address=long, phone="1" * 140,
                     po_number="p" * 140)

    plan = plan_of(order)

    cut = {name: len(value) for name, value in plan.header.items() if name.startswith(("sellTo", "shipTo", "phone"))}
    limits = {name: limit for name, limit in LENGTHS["salesOrders"].items() if name in cut}
    assert cut == limits | {"sellToCountry": 2, "shipToCountry": 2}
    assert [len(line["description"]) for line in plan.lines if line["lineType"] == "Item"] == [100]


def test_a_country_business_central_lacks_parks_the_order():
    refused = refusal_of(an_order(shipping_address=an_address(country="Suisse", country_code_v2="CH")))

    assert refused.code == "country-unknown"
    assert "order 5001" in refused.detail
    assert "CH" in refused.detail


# Comments

@pytest.mark.parametrize(
    ("settings", "po_number", "comments"),
    [
        pytest.param({}, None, [], id="none"),
        pytest.param({"shopify_order_no_on_doc_line": True}, None, ["Shopify Order No. #1001"], id="h6-order-no"),
        pytest.param({}, "PO-778", ["PO No. PO-778"], id="h9-po-number-is-kept"),
        pytest.param({"po_number_handling": PoNumberHandling.IGNORE}, "PO-778", [], id="po-number-ignored"),
        pytest.param({"shopify_order_no_on_doc_line": True}, "PO-778",
                     ["Shopify Order No. #1001", "PO No. PO-778"], id="both"),
    ],
)
def test_comments_come_first_and_the_key_stays(settings, po_number, comments):
    plan = plan_of(an_order(po_number=po_number), a_card(**settings))

    expected = [{"lineType": "Comment", "description": text} for text in comments]
    assert list(plan.lines) == [*expected, item()]
    assert plan.header["externalDocumentNumber"] == "SHP-5001"


def comments_of(order, **card):
    return [line["description"] for line in plan_of(order, a_card(**card)).lines if line["lineType"] == "Comment"]


def test_the_note_follows_the_other_comments_line_by_line():
    order = an_order(note="Ring twice,\r\n\n  please.  ", po_number="PO-778", test=True)

    assert comments_of(order, shopify_order_no_on_doc_line=True) == [
        "Shopify test order: nothing was paid.", "Shopify Order No. #1001", "PO No. PO-778", "Ring twice,", "please."]


def test_a_long_note_takes_as_many_lines_as_it_needs_and_loses_no_word():
    words = [f"word{number}" for number in range(80)]

    found = comments_of(an_order(note=" ".join(words)))

    assert " ".join(found).split() == words
    assert all(len(line) <= LENGTHS["salesOrderLines"]["description"] for line in found)
    assert len(found) == 6


def test_attributes_of_lines_that_the_card_names_stand_behind_the_line_s_name():
    def line(number, *, current=1, **attributes):
        details = [Attribute(key=key, value=value) for key, value in attributes.items()]
        return a_line(number, current=current, custom_attributes=details)

    order = an_order(
        lines=[line(1, Engraving="Anne", _bundle="17"), line(2, engraving="Zoé\nand Max", Colour=""),
               line(3, current=0, Engraving="taken off")],
        custom_attributes=[Attribute(key="Colour", value="red")], total="240.00")

    assert comments_of(order, attributes_on_doc_lines=("ENGRAVING", "Colour")) == [
        "Colour: red", "Line 1, Engraving: Anne", "Line 2, engraving: Zoé", "and Max"]


@pytest.mark.parametrize("note", [None, "", " \n\t "])
def test_no_note_is_no_line(note):
    assert comments_of(an_order(note=note)) == []


def test_the_card_can_do_without_the_note():
    assert comments_of(an_order(note="Ring twice"), note_on_doc_lines=False) == []


def test_attributes_that_the_card_names_stand_after_the_note():
    order = an_order(note="Ring twice", custom_attributes=[
        Attribute(key="Gift message", value="Happy birthday"), Attribute(key="gclid", value="x"),
        Attribute(key="Gift wrap", value=None), Attribute(key="Gate", value=" ")])

    assert comments_of(order, attributes_on_doc_lines=(" gift MESSAGE", "Gift wrap", "Gate")) == [
        "Ring twice", "Gift message: Happy birthday"]
    assert comments_of(order) == ["Ring twice"]


def test_the_taxes_of_a_plan_stay_with_their_lines_behind_the_comments():
    order = an_order(note="one\ntwo", lines=[a_line(taxes=["20.00"])])

    assert [tax.amount for tax in plan_of(order).taxes] == [0, 0, 20]
