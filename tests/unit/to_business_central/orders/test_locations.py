"""From where the goods of an order are sent: one document line for each location of a line."""
from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    a_card,
    a_fulfillment_order,
    a_gift_card,
    a_line,
    a_tip,
    an_order,
    fulfillment_orders,
)
from tests.unit.to_business_central.orders.planning import plan_of, refusal_of

EAST_AND_MAIN = {"Lyon": "EAST", "Paris": "MAIN"}


def sent(order, **card):
    """Pieces, discount and location of each document line; a location is told by the id of its code."""
    lines = plan_of(order, a_card(**card)).lines
    return [(line["quantity"], line["discountAmount"], line.get("locationId")) for line in lines]


def test_k7_a_line_is_sent_from_the_location_that_shopify_assigned_it_to():
    order = an_order(fulfillment_orders=fulfillment_orders(a_fulfillment_order("Lyon", {1: 1})))

    assert sent(order, location_mapping=EAST_AND_MAIN) == [(1, 0, "id-EAST")]


@pytest.mark.parametrize("name", ["Lyon", " lyon ", "77"])
def test_a_location_is_mapped_by_its_name_or_its_id(name):
    order = an_order(fulfillment_orders=fulfillment_orders(a_fulfillment_order("LYON", {1: 1}, location_id=77)))

    assert sent(order, location_mapping={name: "EAST"}) == [(1, 0, "id-EAST")]


@pytest.mark.parametrize(("default", "location"), [("MAIN", "id-MAIN"), ("", None)])
def test_a_location_that_is_not_mapped_takes_the_default_else_business_centrals_own(default, location):
    order = an_order(fulfillment_orders=fulfillment_orders(a_fulfillment_order("Nice", {1: 1})))

    assert sent(order, location_mapping=EAST_AND_MAIN, default_location_code=default) == [(1, 0, location)]


def test_the_default_needs_no_fulfillment_order():
    assert sent(an_order(), default_location_code="MAIN") == [(1, 0, "id-MAIN")]


def test_a_deleted_location_is_known_by_the_name_it_had():
    order = an_order(fulfillment_orders=fulfillment_orders(a_fulfillment_order("Lyon", {1: 1}, location_id=None)))

    assert sent(order, location_mapping=EAST_AND_MAIN) == [(1, 0, "id-EAST")]


def test_k3_a_line_that_two_locations_send_becomes_two_which_share_the_discount_to_the_cent():
    order = an_order(
        lines=[a_line(quantity=5, price="10.00", discounts=["1.01"])], total="48.99",
        fulfillment_orders=fulfillment_orders(
            a_fulfillment_order("Lyon", {1: 2}), a_fulfillment_order("Paris", {1: 3}, id=2)))

    assert sent(order, location_mapping=EAST_AND_MAIN) == [
        (2, Decimal("0.40"), "id-EAST"), (3, Decimal("0.61"), "id-MAIN")]


def test_two_locations_of_one_code_are_one_line():
    order = an_order(
        lines=[a_line(quantity=5, price="10.00")], total="50.00",
        fulfillment_orders=fulfillment_orders(
            a_fulfillment_order("Lyon", {1: 2}), a_fulfillment_order("Paris", {1: 3}, id=2)))

    assert sent(order, location_mapping={"Lyon": "EAST", "Paris": "east"}) == [(5, 0, "id-EAST")]


def test_what_still_has_to_be_sent_decides_over_what_was_moved_away_or_cancelled():
    order = an_order(fulfillment_orders=fulfillment_orders(
        a_fulfillment_order("Nice", {1: 1}, status="CANCELLED"),
        a_fulfillment_order("Lyon", {1: 1}, id=2, status="CLOSED", left=0),
        a_fulfillment_order("Paris", {1: 1}, id=3)))

    assert sent(order, location_mapping=EAST_AND_MAIN | {"Nice": "WEST"}) == [(1, 0, "id-MAIN")]


def test_a_piece_that_was_taken_off_is_sent_by_nobody():
    order = an_order(
        lines=[a_line(quantity=3, current=2, price="10.00")], total="20.00",
        fulfillment_orders=fulfillment_orders(
            a_fulfillment_order("Lyon", {1: 1}), a_fulfillment_order("Paris", {1: 2}, id=2)))

    assert sent(order, location_mapping=EAST_AND_MAIN) == [(1, 0, "id-EAST"), (1, 0, "id-MAIN")]


def test_a_piece_that_nobody_is_said_to_send_goes_with_the_others():
    order = an_order(lines=[a_line(quantity=3, price="10.00")], total="30.00",
                     fulfillment_orders=fulfillment_orders(a_fulfillment_order("Lyon", {1: 2})))

    assert sent(order, location_mapping=EAST_AND_MAIN, default_location_code="MAIN") == [(3, 0, "id-EAST")]


def test_a_tip_and_a_gift_card_are_sent_from_nowhere():
    order = an_order(lines=[a_tip(), a_gift_card(2)], total="55.00")

    assert sent(order, default_location_code="MAIN") == [(1, 0, None), (1, 0, None)]


def test_a_code_that_business_central_lacks_parks_the_order_and_names_the_setting():
    order = an_order(fulfillment_orders=fulfillment_orders(a_fulfillment_order("Lyon", {1: 1})))

    refused = refusal_of(order, a_card(location_mapping={"Lyon": "WEST"}))

    assert refused.code == "code-unknown"
    assert refused.detail == (
        'Order 5001 needs Location Mapping "Lyon" of the shop card: WEST is not in Business Central (page Locations).')


def test_a_mapping_without_the_scopes_to_read_locations_parks_the_order():
    refused = refusal_of(an_order(), a_card(location_mapping=EAST_AND_MAIN))

    assert refused.code == "access-scope-changed"
    assert "Location Mapping" in refused.detail


def test_the_location_is_told_after_the_unit_and_before_the_quantity():
    (line,) = plan_of(an_order(), a_card(default_location_code="MAIN")).lines

    assert list(line)[:4] == ["lineType", "lineObjectNumber", "locationId", "description"]


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(1, 40), st.integers(0, 4000))
def test_the_parts_of_a_line_are_its_pieces_and_its_discount_however_it_is_split(sends, quantity, cents):
    discount = min(Decimal(cents) / 100, Decimal(10) * quantity)
    order = an_order(
        lines=[a_line(quantity=quantity, price="10.00", discounts=[discount], taxes=["7.77"])],
        total=Decimal(10) * quantity - discount,
        fulfillment_orders=fulfillment_orders(*(
            a_fulfillment_order(f"L{index}", {1: pieces}, id=index + 1) for index, pieces in enumerate(sends))))

    plan = plan_of(order, a_card(location_mapping={f"L{index}": "EAST" for index in range(0, 6, 2)}))

    assert sum(line["quantity"] for line in plan.lines) == quantity
    assert sum(line["discountAmount"] for line in plan.lines) == discount
    assert all(0 <= line["discountAmount"] <= 10 * line["quantity"] for line in plan.lines)
    assert round(sum(tax.amount for tax in plan.taxes), 6) == Decimal("7.77")
