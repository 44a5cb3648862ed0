"""Acceptance cases G, units of measure: a box is never booked as a piece."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.business_central.control import add_rows
from local.business_central.posting import ship_and_invoice
from tests.house import House

PRODUCT = 8200000001
PIECE, BOX = 8200000001001, 8200000001002
FIVE_MINUTES = 300


def pieces_and_boxes(house: House, *values: str, option: str = "Conditionnement") -> None:
    """Item 1000 in Shopify, one variant for each value of an option."""
    house.product(PRODUCT, "", title="Desk", options=[option], variants=[
        {"sku": "1000", "price": "120.00", "options": [value]} for value in values or ("PCS", "BOX")])


def boxes_hold(house: House, pieces: int) -> None:
    """Add the unit BOX to item 1000."""
    house.bc.control.change("items", "1000", {"units": {"BOX": Decimal(pieces)}})


def order_of(house: House, number: int, variant: int, title: str, quantity: int = 1, **line: Any) -> None:
    house.order(number, lines=[{"sku": "1000", "quantity": quantity, "unit_price": "1200.00", "variant": variant,
                                "product": PRODUCT, "variant_title": title, **line}])


def post(house: House, number: int) -> None:
    """Ship and invoice an order in Business Central."""
    order = house.bc.control.row("salesOrders", house.document(number)["id"])
    with house.bc.control.lock, house.bc.state.transaction():
        ship_and_invoice(house.bc.state, order)


def sold(house: House, number: int) -> list[tuple[Any, ...]]:
    return house.lines(number, "lineObjectNumber", "quantity", "unitOfMeasureCode", "unitPrice")


def test_a_box_is_sold_as_one_box_and_takes_its_pieces_from_stock(house: House) -> None:
    boxes_hold(house, 12)
    house.card(uom_as_variant=True, variant_option_name_for_uom="Conditionnement")
    pieces_and_boxes(house)
    order_of(house, 5001, BOX, "BOX")
    order_of(house, 5002, PIECE, "PCS", 2)

    house.sync()

    assert sold(house, 5001) == [("1000", 1, "BOX", 1200)]
    assert sold(house, 5002) == [("1000", 2, "PCS", 1200)]
    assert not house.parked()

    for number in (5001, 5002):
        post(house, number)
    (stock,) = house.bc.state.rows("stock")
    assert stock["quantity"] == -14


@pytest.mark.parametrize("values", [("PCS", "BOX"), ("Single", "Box of 12"), ("BOX",)])
def test_with_the_setting_off_a_box_of_the_same_item_is_parked_with_its_orders(
    house: House, values: tuple[str, ...],
) -> None:
    boxes_hold(house, 12)
    pieces_and_boxes(house, *values)
    order_of(house, 5001, PIECE + len(values) - 1, values[-1])

    house.sync()

    assert {number: record.code for number, record in house.parked().items()} == {
        PRODUCT: "unit-unclear", 5001: "unit-unclear"}
    assert "UoM as Variant" in house.parked()[PRODUCT].detail
    assert house.documents(5001) == []


def test_what_was_parked_goes_on_once_the_card_names_the_option(house: House) -> None:
    boxes_hold(house, 12)
    pieces_and_boxes(house)
    order_of(house, 5001, BOX, "BOX")
    house.sync()

    house.card(uom_as_variant=True, variant_option_name_for_uom="Conditionnement")
    house.clock.forward(FIVE_MINUTES)
    house.sync()

    assert sold(house, 5001) == [("1000", 1, "BOX", 1200)]
    assert not house.parked()


def test_a_unit_that_the_item_does_not_have_is_refused_by_name(house: House) -> None:
    house.card(uom_as_variant=True, variant_option_name_for_uom="Conditionnement")
    pieces_and_boxes(house)
    order_of(house, 5001, BOX, "BOX")

    house.sync()

    assert house.parked()[5001].code == "unit-unknown"
    assert "BOX" in house.parked()[5001].detail
    assert house.documents(5001) == []

    boxes_hold(house, 12)
    house.clock.forward(FIVE_MINUTES)
    house.sync()

    assert sold(house, 5001) == [("1000", 1, "BOX", 1200)]


def test_sizes_of_one_sku_go_on_as_pieces_when_the_card_says_that_they_are_no_units(house: House) -> None:
    house.card(uom_as_variant=True)
    pieces_and_boxes(house, "S", "M", option="Taille")
    order_of(house, 5001, BOX, "M", 3)

    house.sync()

    assert sold(house, 5001) == [("1000", 3, "PCS", 1200)]
    assert not house.parked()


@pytest.mark.parametrize("linked", [True, False])
def test_the_base_unit_is_named_since_the_items_sales_unit_would_make_boxes_of_pieces(
    house: House, linked: bool,
) -> None:
    boxes_hold(house, 12)
    house.bc.control.change("items", "1000", {"salesUnitOfMeasure": "BOX"})
    if linked:
        house.product(PRODUCT, "1000")
    house.order(5001)

    house.sync()

    assert house.lines(5001, "quantity", "unitOfMeasureCode", "unitPrice") == [(2, "PCS", 120)]


def test_an_item_that_shipping_is_booked_on_names_its_base_unit_too(house: House) -> None:
    house.bc.control.change("items", "FREIGHT", {"salesUnitOfMeasure": "BOX", "units": {"BOX": Decimal(10)}})
    house.card(shipping_charges=[{"title": "Express", "type": "Item", "number": "FREIGHT"}])
    house.order(5001, shipping=[{"title": "Express", "price": "12.00"}])

    house.sync()

    assert house.lines(5001, "lineObjectNumber", "unitOfMeasureCode") == [("1000", "PCS"), ("FREIGHT", "PCS")]


@pytest.mark.parametrize(("switch", "value"), [("blocked", True), ("salesBlocked", True)])
def test_a_blocked_item_variant_parks_the_order_by_name(house: House, switch: str, value: bool) -> None:
    add_rows(house.bc.control, {"itemVariants": [{"itemNumber": "1000", "code": "RED", switch: value}]})
    house.card(sku_mapping="Item No. + Variant Code")
    house.order(5001, lines=[{"sku": "1000|RED", "quantity": 1, "unit_price": "120.00"}])

    house.sync()

    assert house.parked()[5001].code == "item-blocked"
    assert "RED" in house.parked()[5001].detail


@pytest.mark.parametrize(
    "trouble", [{"last": 100000}, {"default": False}, None], ids=["it ended", "no default numbers", "it is not there"]
)
def test_a_number_series_that_gives_no_number_parks_the_order_by_name_and_goes_on_when_it_does(
    house: House, trouble: dict[str, Any] | None,
) -> None:
    series = house.bc.control.row("numberSeries", "ORDERS")
    if trouble:
        house.bc.control.change("numberSeries", "ORDERS", trouble)
    else:
        house.bc.control.remove("numberSeries", "ORDERS")
    house.order(5001)

    house.sync()

    assert house.parked()[5001].code == "number-series"
    assert "ORDERS" in house.parked()[5001].detail

    if trouble:
        house.bc.control.change("numberSeries", "ORDERS", {"last": None, "default": True})
    else:
        house.bc.control.add("numberSeries", series)
    house.clock.forward(FIVE_MINUTES)
    house.sync()

    assert house.document(5001)["number"] == "SO100001"
    assert not house.parked()


def test_a_custom_line_goes_onto_the_default_item_with_shopifys_text(house: House) -> None:
    house.card(default_item_no="1001")
    house.order(5001, lines=[
        {"sku": "1000", "quantity": 1, "unit_price": "120.00"},
        {"title": "Engraving", "quantity": 2, "unit_price": "10.55", "tax_rate": "0.055"},
    ])

    house.sync()

    assert house.lines(5001, "lineObjectNumber", "description", "quantity") == [
        ("1000", "Article", 1), ("1001", "Engraving", 2)]


def test_without_a_default_item_the_custom_line_and_its_setting_are_named(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    house.order(5001, lines=[{"title": "Engraving", "quantity": 1, "unit_price": "10.00"}])

    house.sync()

    skipped = house.parked()[5001]
    assert skipped.code == "item-not-found"
    assert "Engraving" in skipped.detail
    assert "Default Item No." in skipped.detail
