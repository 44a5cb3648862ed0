"""What follows an order that is already in Business Central, and what is a conflict."""
from __future__ import annotations

import hashlib

import msgspec
import pytest

from shared.mapping.money import amounts_of
from shared.shopify.records import Gid, NamedCompany, PurchasingEntity
from shared.shops.card import CountrySetup, CurrencyHandling
from shared.to_business_central.orders.changes import Made, change_since, header_changes, made_by
from shared.to_business_central.orders.content import content_of
from shared.to_business_central.orders.plan import sales_order_plan
from tests.builders import (
    NOW,
    a_card,
    a_cash_rounding,
    a_line,
    a_refund,
    a_refund_line,
    a_shipping_line,
    a_tax,
    a_tip,
    an_address,
    an_order,
    an_order_customer,
    bag,
    cronus,
)


def plan_of(customer="C00010", card=None, **order):
    return sales_order_plan(an_order(**order), card or a_card(), cronus(), customer, lambda variant: None)


LINES = {"lines": [a_line(quantity=2)], "shipping": [a_shipping_line()], "total": "252.00"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"shipping_address": an_address(city="Lyon", zip="69001")},
                     {"shipToPostCode": "69001", "shipToCity": "Lyon"}, id="ship-to"),
        pytest.param({"shipping_address": an_address(first_name="Eve")},
                     {"shipToName": "Eve Curie", "shipToContact": "Eve Curie"}, id="ship-to-name"),
        pytest.param({"billing_address": an_address(address2="2e")}, {"sellToAddressLine2": "2e"}, id="sell-to"),
        pytest.param({"email": "new@example.fr"}, {"email": "new@example.fr"}, id="email"),
        pytest.param({"phone": "+33 1"}, {"phoneNumber": "+33 1"}, id="phone"),
        pytest.param({"currency_code": "USD", "taxes_included": False}, {}, id="money-never-follows"),
    ],
)
def test_addresses_phone_and_email_follow(changed, expected):
    assert header_changes(plan_of().header, plan_of(**changed)) == expected


def test_another_customer_is_not_followed():
    assert header_changes(plan_of().header, plan_of("C-WEB")) == {}


VARIANT = "gid://shopify/ProductVariant/"
FOOD = {"price": "42.20", "tax_lines": [a_tax("0.055", "2.20")]}


def change(before, after, card=None):
    """The conflict of an order that was `before` when SO1 was made and is `after` now."""
    amounts = amounts_of(before, card or a_card())
    return change_since(made_by(before, amounts), after, "SO1", card or a_card())


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        pytest.param({"lines": [a_line(quantity=3)], "total": "372.00"}, "quantity 2 → 3", id="h13-more-pieces"),
        pytest.param({"lines": [a_line(quantity=2, current=1)], "total": "132.00"}, "quantity 2 → 1", id="fewer"),
        pytest.param({"shipping": [a_shipping_line(price="9.00")], "total": "249.00"},
                     'shipping "Express" price 12 → 9', id="h15-shipping"),
        pytest.param({"shipping": [], "total": "240.00"}, 'shipping 1 × "Express" at 12 → nothing',
                     id="shipping-removed"),
        pytest.param({"shipping": [a_shipping_line("Economy")]}, 'shipping "Express" → "Economy"',
                     id="another-shipping-at-one-price"),
        pytest.param({"shipping": [a_shipping_line("Economy", id=2)]},
                     'shipping 1 × "Express" at 12 → 1 × "Economy" at 12', id="another-shipping-line-at-one-price"),
        pytest.param({"lines": [a_line(quantity=2, discounts=["24.00"])], "total": "228.00"}, "discount 0 → 24",
                     id="discount"),
        pytest.param({"lines": [a_line(quantity=2), a_line(2, sku="1001", price="0.00")]},
                     'nothing → 1 × "Line 2" (1001) at 0', id="a-line-added"),
        pytest.param({"lines": [a_line(2, quantity=2)]}, '2 × "Line 1" (1000) at 120 → 2 × "Line 2" (1000) at 120',
                     id="another-line-at-one-price"),
        pytest.param({"lines": [a_line(price="60.00", quantity=4)]}, "quantity 2 → 4, price 120 → 60",
                     id="same-total-other-price"),
        pytest.param({"lines": [a_line(quantity=2, sku="1100")]},
                     '"Line 1" (1000) → "Line 1" (1100)', id="another-item"),
        pytest.param({"lines": [a_line(quantity=2, variant=Gid(id=f"{VARIANT}1"))]},
                     '"Line 1" (1000) → "Line 1" (1000)',
                     id="another-size-under-one-sku"),
        pytest.param({"lines": [a_line(quantity=2, tax_lines=[a_tax("0.055", "12.51")])]},
                     "tax none → 5.5 %: 12.51", id="another-tax"),
        pytest.param({"lines": [a_line(quantity=2), a_tip()], "total": "257.00"},
                     'nothing → 1 × "Tip" at 5', id="a-tip"),
        pytest.param({"customer": an_order_customer(7002)}, "customer 7100000000001 → 7002", id="another-customer"),
        pytest.param({"purchasing_entity": PurchasingEntity(company=NamedCompany(id="gid://shopify/Company/503"),
                                                            location=NamedCompany(id="gid://shopify/CompanyLocation/1"))},
                     "company none → 503/1", id="a-company"),
        pytest.param({"currency_code": "USD"}, "currency EUR → USD", id="currency"),
        pytest.param({"taxes_included": False}, "prices include tax yes → no", id="price-mode"),
        pytest.param({"shipping_address": an_address(country_code_v2="DE")}, "country of delivery FR → DE",
                     id="country"),
        pytest.param({"shipping_address": None, "billing_address": an_address(country_code_v2="CH")},
                     "country of delivery FR → CH", id="country-of-billing"),
        pytest.param({"total": "252.01"}, "total 252 → 252.01", id="total"),
        pytest.param({"total_cash_rounding_adjustment": a_cash_rounding("0.02")}, "cash rounding 0 → 0.02",
                     id="cash-rounding"),
    ],
)
def test_h13_h15_who_buys_what_for_how_much_is_a_conflict_that_names_both_sides(changed, named):
    problem = change(an_order(**LINES), an_order(**LINES | changed))

    assert problem.code == "order-changed-after-processing"
    assert "SO1" in problem.detail
    assert named in problem.detail


@pytest.mark.parametrize("variant", [None, Gid(id=f"{VARIANT}1")], ids=["deleted", "known"])
def test_b12_a_box_in_the_place_of_a_piece_is_a_conflict_though_sku_and_price_are_the_same(variant):
    def sold(unit):
        return an_order(lines=[a_line(name=f"Desk - {unit}", variant_title=unit, variant=variant)])

    assert '"Desk - PCS" (1000) → "Desk - BOX" (1000)' in change(sold("PCS"), sold("BOX")).detail
    assert change(sold("PCS"), sold(" PCS ")) is None


def test_b12_what_was_kept_before_units_were_told_is_still_the_same_sale():
    order = an_order(lines=[a_line(variant_title="BOX")])
    amounts = amounts_of(order, a_card())
    kept = msgspec.json.decode(made_by(order, amounts).content)
    assert kept["lines"][0].pop() == "BOX"
    before = Made(content=msgspec.json.encode(kept).decode())

    assert change_since(before, order, "SO1", a_card()) is None


def test_b12_nor_is_an_order_a_conflict_that_was_too_long_for_a_table_then():
    order = an_order(lines=[a_line(n, price="1.00", variant_title="BOX") for n in range(600)], total="600.00")
    amounts = amounts_of(order, a_card())
    kept = msgspec.to_builtins(content_of(order, amounts))
    for later in ("country", "county"):
        kept.pop(later, None)
    for line in kept["lines"]:
        line.pop()
    before = Made(content=f"sha256:{hashlib.sha256(msgspec.json.encode(kept)).hexdigest()}")

    assert change_since(before, order, "SO1", a_card()) is None
    assert change_since(made_by(order, amounts), an_order(
        lines=[a_line(n, price="1.00", variant_title="PCS") for n in range(600)], total="600.00"), "SO1", a_card())


@pytest.mark.parametrize("lines", [1, 600], ids=["short", "too-long-for-a-table"])
def test_an_order_kept_before_its_country_was_told_is_still_the_same_sale(lines):
    order = an_order(lines=[a_line(n, price="1.00") for n in range(lines)], total=f"{lines}.00")
    amounts = amounts_of(order, a_card())
    kept = msgspec.to_builtins(content_of(order, amounts))
    kept.pop("county", None)
    assert kept.pop("country") == "FR"
    text = msgspec.json.encode(kept)
    before = Made(content=text.decode() if lines == 1 else f"sha256:{hashlib.sha256(text).hexdigest()}")

    assert change_since(before, order, "SO1", a_card()) is None


@pytest.mark.parametrize(("rows", "before", "after", "named"), [
    pytest.param(["TX"], "TX", "OR", "state of delivery TX → OR", id="out-of-a-state-with-a-row"),
    pytest.param(["TX"], "or", "tx", "state of delivery OR → TX", id="into-it"),
    pytest.param(["TX", "OR"], "TX", "OR", "state of delivery TX → OR", id="between-two"),
    pytest.param(["TX"], "OR", "NY", "", id="between-states-of-the-country-s-row"),
    pytest.param([], "TX", "OR", "", id="no-rows"),
    pytest.param(["TX"], "TX", "TX", "", id="within-the-state"),
    pytest.param(["TX"], "TX", None, "", id="no-state-is-told"),
    pytest.param(["TX"], None, "TX", "", id="nobody-kept-it"),
])
@pytest.mark.parametrize("lines", [1, 600], ids=["short", "too-long-for-a-table"])
def test_another_state_is_a_conflict_only_where_the_card_has_a_row_for_one_of_them(lines, rows, before, after, named):
    card = a_card(customer_setup_by_country_region=(
        CountrySetup("US", "C-US"), *(CountrySetup("US", "C-" + row, county_code=row) for row in rows)))

    def sent_to(state):
        return an_order(lines=[a_line(n, price="1.00") for n in range(lines)], total=f"{lines}.00",
                        shipping_address=an_address(country_code_v2="US", province_code=state))

    problem = change(sent_to(before), sent_to(after), card)

    assert (problem is not None) == bool(named and lines == 1)
    assert problem is None or named in problem.detail


def test_an_edit_to_another_item_at_one_price_is_named_with_its_tax():
    before = an_order(lines=[a_line(price="42.20", tax_lines=[a_tax("0.2", "7.03")])], total="42.20")
    after = an_order(lines=[a_line(current=0, **FOOD), a_line(2, sku="1100", **FOOD)], total="42.20")

    assert '1 × "Line 1" (1000) at 42.2 → 1 × "Line 2" (1100) at 42.2' in change(before, after).detail


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"shipping_address": an_address(city="Lyon")}, id="address"),
        pytest.param({"po_number": "PO-778"}, id="comment"),
        pytest.param({"lines": [a_line(quantity=2, price="120")], "total": "252"}, id="amounts-written-otherwise"),
        pytest.param({"lines": [a_line(quantity=2, variant=None, product=None)]}, id="the-product-was-deleted"),
        pytest.param({"customer": None}, id="the-customer-was-erased"),
        pytest.param({"billing_address": an_address(country_code_v2="DE")}, id="billed-to-another-country"),
        pytest.param({"shipping_address": None, "billing_address": None}, id="the-addresses-were-erased"),
        pytest.param({"lines": [a_line(quantity=2), a_line(2, current=0)]}, id="put-on-and-taken-off-again"),
        pytest.param({"refunds": [a_refund()]}, id="a-refund-that-failed"),
    ],
)
def test_what_is_still_the_same_sale_is_no_conflict(changed):
    assert change(an_order(**LINES), an_order(**LINES | changed)) is None


def test_the_card_s_currency_handling_is_no_change_of_the_order():
    money = bag("745.00", "DKK", presentment="100.00", presentment_currency="EUR")
    order = an_order(lines=[a_line(price=money)], total=money, currency_code="DKK")
    shop, buyer = (a_card(currency_handling=side) for side in CurrencyHandling)

    assert change_since(made_by(order, amounts_of(order, shop)), order, "SO1", buyer) is None
    assert change_since(made_by(order, amounts_of(order, buyer)), order, "SO1", shop) is None


def test_an_order_too_long_for_a_table_is_compared_all_the_same():
    lines = [a_line(n, price="1.00") for n in range(600)]
    order = an_order(lines=lines, total="600.00")
    other = an_order(lines=[a_line(0, price="1.00", sku="1001"), *lines[1:]], total="600.00")

    made = made_by(order, amounts_of(order, a_card()))

    assert len(made.content) < 100
    assert change(order, order) is None
    assert change(order, other).code == "order-changed-after-processing"


def test_what_a_person_accepted_is_known_and_later_refunds_are_not():
    first = a_refund(a_refund_line(1, subtotal="120.00"), total="120.00")
    second = a_refund(a_refund_line(1, subtotal="120.00"), total="120.00", id=6002)
    accepted = an_order(lines=[a_line(quantity=2, current=1)], total="120.00", refunds=[first])
    later = an_order(lines=[a_line(quantity=2, current=0)], total="0.00", refunds=[first, second])

    assert change(accepted, accepted) is None
    assert change(accepted, later).code == "order-refunded-after-processing"
    assert "6001" not in change(accepted, later).detail
    assert made_by(later, amounts_of(later, a_card())).refunds == "6001,6002"


def test_a_cancellation_goes_before_its_refund_and_says_when():
    refund = a_refund(a_refund_line(1, 2, subtotal="240.00"), total="240.00", created_at=NOW)
    gone = an_order(lines=[a_line(quantity=2, current=0)], total="0.00", cancelled_at=NOW, refunds=[refund])

    problem = change(an_order(lines=[a_line(quantity=2)], total="240.00"), gone)

    assert problem.code == "order-cancelled-after-processing"
    assert "was cancelled on 2026-03-10T10:00:00Z after SO1 was created" in problem.detail
    assert "Refund 6001 of 2026-03-10, 240.00 EUR for 2 × Line 1 (1000)" in problem.detail


def test_an_order_as_business_central_shows_it_can_be_compared():
    plan = plan_of()
    shown = msgspec.json.decode(msgspec.json.encode(plan.header)) | {"id": "x", "number": "S-1"}

    assert header_changes(shown, plan) == {}
