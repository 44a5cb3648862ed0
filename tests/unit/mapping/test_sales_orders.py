"""One Shopify order, one sales order: header, lines, and what is left out."""
from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from shared.business_central.rows import LENGTHS
from shared.errors import RecordRefused
from shared.mapping.known import ItemLink
from shared.mapping.plan import SalesOrderPlan
from shared.mapping.sales_orders import LeftOut, plan_total, sales_order_plan
from shared.shop_card import ChargeType, CountySource, CurrencyHandling, PoNumberHandling, ShippingCharge
from shared.shopify.records import DiscountAllocation
from tests.builders import (
    a_card,
    a_cash_rounding,
    a_gift_card,
    a_line,
    a_refund,
    a_refund_line,
    a_shipping_line,
    a_tip,
    an_account_row,
    an_address,
    an_item_row,
    an_order,
    an_order_customer,
    bag,
    cronus,
)


def plan_of(order, card=None, known=None) -> SalesOrderPlan:
    plan = sales_order_plan(order, card or a_card(), known or cronus(), "C00010", lambda variant: None)
    assert isinstance(plan, SalesOrderPlan)
    return plan


def refusal_of(order, card=None, known=None) -> RecordRefused:
    with pytest.raises(RecordRefused) as refused:
        sales_order_plan(order, card or a_card(), known or cronus(), "C00010", lambda variant: None)
    assert refused.value.record == "order 5001"
    return refused.value


def item(number="1000", description="Line 1", quantity=1, price="120.00", discount="0.00"):
    return {"lineType": "Item", "lineObjectNumber": number, "description": description, "quantity": quantity,
            "unitPrice": Decimal(price), "discountAmount": Decimal(discount)}


def account(number, description, price, discount="0.00"):
    return item(number, description, 1, price, discount) | {"lineType": "Account"}


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
        pytest.param({"phone": "+33 1 ext. 5", "email": "m@example.fr"},
                     {"phoneNumber": "+33 1 . 5", "email": "m@example.fr"}, id="the-order-s-own"),
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
    assert [len(line["description"]) for line in plan.lines] == [100, 100]


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


# Lines

def test_h20_25_lines_stay_in_shopify_s_order():
    lines = [a_line(number, price="1.00") for number in range(1, 26)]

    plan = plan_of(an_order(lines=lines, total="25.00"))

    assert [line["description"] for line in plan.lines] == [f"Line {number}" for number in range(1, 26)]


def test_h18_only_the_line_without_product_named_tip_is_a_tip():
    lines = [a_tip(), a_line(2, title="Tip", name="Tip jar")]

    plan = plan_of(an_order(lines=lines, total="125.00"))

    assert plan.lines == (account("758800", "Tip", "5.00"), item(description="Tip jar"))


def test_i8_a_sold_gift_card_goes_onto_its_account():
    assert plan_of(an_order(lines=[a_gift_card()], total="50.00")).lines == (account("419100", "Gift card", "50.00"),)


def test_i10_a_tip_goes_onto_its_account():
    assert plan_of(an_order(lines=[a_tip()], total="5.00")).lines == (account("758800", "Tip", "5.00"),)


def test_an_item_variant_is_sent_by_its_id_right_after_the_item():
    plan = sales_order_plan(an_order(lines=[a_line(sku="x")]), a_card(), cronus(), "C00010",
                            lambda variant: ItemLink("1000", "RED"))

    assert list(plan.lines[0].items())[:3] == [
        ("lineType", "Item"), ("lineObjectNumber", "1000"), ("itemVariantId", "id-1000-RED")]


def test_i1_allocations_become_the_line_discount():
    order = an_order(lines=[a_line(quantity=2, discounts=["20.00", "4.00"])], total="216.00")

    assert plan_of(order).lines == (item(quantity=2, discount="24.00"),)


def test_i2_an_order_discount_is_spread_as_shopify_spread_it():
    lines = [a_line(1, quantity=2, discounts=["24.00"]), a_line(2, sku="1001", price="10.55", discounts=["1.06"])]

    plan = plan_of(an_order(lines=lines, total="225.49"))

    assert plan.lines == (item(quantity=2, discount="24.00"), item("1001", "Line 2", 1, "10.55", "1.06"))
    assert plan_total(plan) == plan.expected_total == Decimal("225.49")


def test_a_free_line_says_so_explicitly():
    plan = plan_of(an_order(lines=[a_line(price="0.00")], total="0.00"))

    assert plan.lines == (item(price="0.00"),)


def test_h7_every_unknown_sku_is_named_and_there_is_no_plan():
    lines = [a_line(1, sku="A-1"), a_line(2), a_line(3, sku="A-3")]

    refused = refusal_of(an_order(lines=lines, total="360.00"))

    assert refused.code == "item-not-found"
    assert "A-1" in refused.detail
    assert "A-3" in refused.detail


def test_a_blocked_item_parks_the_order():
    assert refusal_of(an_order(), known=cronus(items=(an_item_row("1000", blocked=True),))).code == "item-blocked"


# Shipping

EXPRESS_ITEM = ShippingCharge("express", ChargeType.ITEM, "freight")
EXPRESS_ACCOUNT = ShippingCharge("Express", ChargeType.ACCOUNT, "624100")


@pytest.mark.parametrize(
    ("charges", "expected"),
    [
        pytest.param((), account("708500", "Express", "12.00"), id="j1-unmapped"),
        pytest.param((EXPRESS_ITEM,), item("FREIGHT", "Express", 1, "12.00"), id="j2-item"),
        pytest.param((EXPRESS_ACCOUNT,), account("624100", "Express", "12.00"), id="j2-account"),
        pytest.param((ShippingCharge("Standard", ChargeType.ACCOUNT, "624100"),),
                     account("708500", "Express", "12.00"), id="another-title"),
    ],
)
def test_j1_j2_a_shipping_charge_goes_where_its_title_is_mapped(charges, expected):
    order = an_order(lines=[], shipping=[a_shipping_line()], total="12.00")

    assert plan_of(order, a_card(shipping_charges=charges)).lines == (expected,)


@pytest.mark.parametrize(
    ("shipping", "total", "expected"),
    [
        pytest.param([a_shipping_line(discounts=["5.00"])], "127.00", [account("708500", "Express", "12.00", "5.00")],
                     id="j5-discounted"),
        pytest.param([a_shipping_line(price="0.00")], "120.00", [], id="j5-free"),
        pytest.param([a_shipping_line(discounts=["12.00"])], "120.00", [], id="discounted-to-nothing"),
        pytest.param([a_shipping_line(is_removed=True)], "120.00", [], id="removed"),
        pytest.param([a_shipping_line(), a_shipping_line("Standard", "3.00", id=2)], "135.00",
                     [account("708500", "Express", "12.00"), account("708500", "Standard", "3.00")], id="two-charges"),
    ],
)
def test_j5_shipping_lines(shipping, total, expected):
    assert list(plan_of(an_order(shipping=shipping, total=total)).lines) == [item(), *expected]


# Accounts

@pytest.mark.parametrize(
    ("order", "setting", "field"),
    [
        pytest.param(an_order(lines=[a_gift_card()], total="50.00"), "sold_gift_card_account",
                     "Sold Gift Card Account", id="i8-gift-card"),
        pytest.param(an_order(lines=[a_tip()], total="5.00"), "tip_account", "Tip Account", id="i10-tip"),
        pytest.param(an_order(shipping=[a_shipping_line()], total="132.00"), "shipping_charges_account",
                     "Shipping Charges Account", id="j8-shipping"),
        pytest.param(an_order(total_cash_rounding_adjustment=a_cash_rounding("0.02")), "cash_roundings_account",
                     "Cash Roundings Account", id="cash-rounding"),
    ],
)
@pytest.mark.parametrize(
    ("number", "row", "says"),
    [
        pytest.param("", None, "which is empty", id="empty"),
        pytest.param("999999", None, "account 999999 does not exist", id="not-in-bc"),
        pytest.param("999999", {"blocked": True}, "account 999999 is blocked", id="blocked"),
        pytest.param("999999", {"direct_posting": False}, "account 999999 does not allow Direct Posting", id="direct"),
        pytest.param("999999", {"account_type": "Heading"}, "account 999999 is of type Heading", id="heading"),
    ],
)
def test_an_account_that_cannot_be_used_parks_the_order(order, setting, field, number, row, says):
    known = cronus(accounts=(an_account_row("999999", **row),) if row else ())

    refused = refusal_of(order, a_card(**{setting: number}), known)

    assert refused.code == "account-missing"
    assert field in refused.detail
    assert says in refused.detail


def test_all_missing_accounts_are_named_at_once():
    order = an_order(lines=[a_tip(), a_gift_card()], shipping=[a_shipping_line()], total="67.00")

    refused = refusal_of(order, a_card(tip_account="", sold_gift_card_account="", shipping_charges_account=""))

    for field in ("Tip Account", "Sold Gift Card Account", "Shipping Charges Account"):
        assert field in refused.detail


@pytest.mark.parametrize(
    ("items", "code"),
    [pytest.param((an_item_row("1000"),), "item-not-found", id="unknown"),
     pytest.param((an_item_row("1000"), an_item_row("FREIGHT", blocked=True)), "item-blocked", id="blocked")],
)
def test_a_shipping_charge_mapped_to_an_item_that_cannot_be_used_parks_the_order(items, code):
    order = an_order(shipping=[a_shipping_line()], total="132.00")

    refused = refusal_of(order, a_card(shipping_charges=(EXPRESS_ITEM,)), cronus(items=items))

    assert refused.code == code
    assert 'Shipping Charges "express"' in refused.detail


# Currency

def dkk(shop, presentment):
    return bag(shop, "DKK", presentment=presentment, presentment_currency="EUR")


@pytest.mark.parametrize(
    ("handling", "currency", "price", "total"),
    [
        pytest.param(CurrencyHandling.SHOP_CURRENCY, "DKK", "100.00", "95.00", id="shop"),
        pytest.param(CurrencyHandling.PRESENTMENT_CURRENCY, "EUR", "13.40", "12.73", id="presentment-is-local"),
    ],
)
def test_i11_every_amount_comes_from_the_same_side_of_the_money(handling, currency, price, total):
    allocation = DiscountAllocation(allocated_amount_set=dkk("5.00", "0.67"))
    line = a_line(price=dkk("100.00", "13.40"), discount_allocations=[allocation])
    order = an_order(lines=[line], total=dkk("95.00", "12.73"), currency_code="DKK", presentment_currency_code="EUR")

    plan = plan_of(order, a_card(currency_handling=handling))

    assert plan.header["currencyCode"] == currency
    assert plan.lines[0]["unitPrice"] == Decimal(price)
    assert plan.expected_total == plan_total(plan) == Decimal(total)


@pytest.mark.parametrize(
    ("iso", "mapping", "expected"),
    [
        pytest.param("EUR", {}, "EUR", id="i13-local"),
        pytest.param("USD", {"USD": "US-D"}, "US-D", id="i13-mapped"),
        pytest.param("USD", {"USD": "us-d"}, "US-D", id="mapped-in-small-letters"),
        pytest.param("USD", {}, "USD", id="same-code"),
        pytest.param("XEU", {"XEU": ""}, "EUR", id="mapped-to-local"),
        pytest.param("XEU", {"XEU": "EUR"}, "EUR", id="mapped-to-local-by-code"),
    ],
)
def test_i13_currency_codes(iso, mapping, expected):
    order = an_order(currency_code=iso)

    assert plan_of(order, a_card(currency_mapping=mapping)).header["currencyCode"] == expected


@pytest.mark.parametrize("mapping", [{}, {"XXX": "YYY"}])
def test_i13_an_unknown_currency_is_parked_never_booked_as_local(mapping):
    refused = refusal_of(an_order(currency_code="XXX"), a_card(currency_mapping=mapping))

    assert refused.code == "currency-unknown"
    assert "XXX" in refused.detail
    assert mapping.get("XXX", "XXX") in refused.detail


# Cash rounding

@pytest.mark.parametrize("amount", ["0.02", "-0.02"])
def test_cash_rounding_is_a_line_and_part_of_the_total(amount):
    plan = plan_of(an_order(total_cash_rounding_adjustment=a_cash_rounding(amount)))

    assert plan.lines[-1] == account("658000", "Cash rounding", amount)
    assert plan.expected_total == plan_total(plan) == Decimal("120.00") + Decimal(amount)


def test_no_line_where_nothing_was_rounded():
    assert plan_of(an_order(total_cash_rounding_adjustment=a_cash_rounding("0.00"))).lines == (item(),)


# What is left to bill

def test_h16_an_edited_order_is_billed_as_it_is_now():
    order = an_order(lines=[a_line(quantity=3), a_line(2, quantity=1, current=0)], total="360.00")

    assert plan_of(order).lines == (item(quantity=3),)


def test_m6_a_refund_without_money_only_lowers_the_order():
    order = an_order(lines=[a_line(quantity=3, current=2)], total="240.00",
                     refunds=[a_refund(a_refund_line(1, subtotal="120.00"))])

    plan = plan_of(order)

    assert plan.lines == (item(quantity=2),)
    assert plan.expected_total == Decimal("240.00")


@pytest.mark.parametrize(
    "refund",
    [
        pytest.param(a_refund(a_refund_line(1, subtotal="120.00"), total="120.00"), id="gives-money"),
        pytest.param(a_refund(a_refund_line(1, subtotal="120.00", restock="RETURN")), id="takes-goods-back"),
    ],
)
def test_a_refund_that_becomes_a_credit_memo_leaves_the_sale_whole(refund):
    order = an_order(lines=[a_line(quantity=3, current=2)], total="240.00", refunds=[refund])

    plan = plan_of(order)

    assert plan.lines == (item(quantity=3),)
    assert plan.expected_total == Decimal("360.00")


def test_refunded_shipping_is_billed_in_full():
    order = an_order(shipping=[a_shipping_line()], total="120.00", refunds=[a_refund(total="12.00", shipping="12.00")])

    assert plan_of(order).expected_total == Decimal("132.00")


def test_refunded_tax_counts_where_it_comes_on_top():
    refund = a_refund(a_refund_line(1, subtotal="100.00", tax="20.00"), total="132.00", shipping="10.00",
                      shipping_tax="2.00")
    order = an_order(lines=[a_line(price="100.00", quantity=2, current=1, taxes=["40.00"])], total="120.00",
                     shipping=[a_shipping_line(price="10.00", taxes=["2.00"])], refunds=[refund], taxes_included=False)

    plan = plan_of(order)

    assert plan.header["pricesIncludeTax"] is False
    assert plan.expected_total == Decimal("252.00")
    assert plan_total(plan) == Decimal("210.00")


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        pytest.param(an_order(lines=[a_line(current=0)], total="0.00"), "has nothing left", id="all-lines-removed"),
        pytest.param(an_order(lines=[a_line(current=0)], shipping=[a_shipping_line()], total="12.00",
                              cancelled_at=datetime(2026, 3, 10, tzinfo=UTC)), "was cancelled",
                     id="h17-cancelled-before-processing"),
        pytest.param(an_order(lines=[], total="0.00"), "has nothing left", id="no-lines"),
    ],
)
def test_h17_nothing_left_to_bill_is_no_document(order, reason):
    result = sales_order_plan(order, a_card(), cronus(), "C00010", lambda variant: None)

    assert isinstance(result, LeftOut)
    assert f"Order 5001 {reason}" in result.reason


def test_h17_nothing_is_demanded_of_the_set_up_for_an_order_without_a_document():
    order = an_order(lines=[a_line(current=0, sku="UNKNOWN")], currency_code="XXX", total="0.00")

    assert isinstance(sales_order_plan(order, a_card(), cronus(), "C00010", lambda variant: None), LeftOut)


def test_a_paid_order_cancelled_with_a_refund_is_billed():
    order = an_order(lines=[a_line(current=0)], total="0.00", cancelled_at=datetime(2026, 3, 10, tzinfo=UTC),
                     refunds=[a_refund(a_refund_line(1, subtotal="120.00"), total="120.00")])

    assert plan_of(order).lines == (item(),)


def test_shipping_kept_by_the_shop_is_billed_without_goods():
    order = an_order(lines=[a_line(current=0)], shipping=[a_shipping_line()], total="12.00")

    assert plan_of(order).lines == (account("708500", "Express", "12.00"),)


def test_a_test_order_is_an_order():
    assert plan_of(an_order(test=True)).lines == (item(),)


# Totals that cannot be right

@pytest.mark.parametrize("total", ["119.94", "120.06"])
def test_i6_lines_that_miss_the_total_by_more_than_the_tolerance_are_parked(total):
    refused = refusal_of(an_order(total=total))

    assert refused.code == "total-mismatch"
    assert "120.00" in refused.detail
    assert total in refused.detail


@pytest.mark.parametrize("total", ["119.95", "120.05"])
def test_i6_a_difference_within_the_tolerance_is_settled_on_the_document(total):
    assert plan_of(an_order(total=total)).expected_total == Decimal(total)


def test_where_tax_comes_on_top_business_central_s_total_is_checked_instead():
    order = an_order(lines=[a_line(price="100.00", taxes=["20.00"])], taxes_included=False, total="120.00")

    assert plan_total(plan_of(order)) == Decimal("100.00")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(a_line(discounts=["120.01"]), id="discount-above-the-price"),
        pytest.param(a_line(discounts=["-0.01"]), id="negative-discount"),
        pytest.param(a_line(price="-1.00"), id="negative-price"),
        pytest.param(a_line(quantity=-1), id="negative-quantity"),
    ],
)
def test_a_line_no_document_can_hold_is_parked_with_its_figures(line):
    refused = refusal_of(an_order(lines=[line]))

    assert refused.code == "total-mismatch"
    assert '"Line 1" of order 5001 cannot be billed' in refused.detail
