"""Acceptance cases J: shipping charges, on the account or item the shop card names."""
from __future__ import annotations

from decimal import Decimal

import pytest

from shared.errors import ConnectorError
from tests.house import House

EXPRESS = {"title": "Express", "price": "12.00"}


def test_j1_a_charge_without_mapping_goes_to_the_shipping_account(house: House) -> None:
    house.order(5001, shipping=[EXPRESS])

    house.sync()

    assert _charges(house) == [("Account", "708500", 1, "Express", 12)]
    assert house.total(5001) == Decimal("252.00")


def test_j2_a_charge_mapped_to_an_item_is_an_item_line(house: House) -> None:
    house.card(shipping_charges=[{"title": "Express", "type": "Item", "number": "FREIGHT"}])
    house.order(5001, shipping=[EXPRESS])

    house.sync()

    assert _charges(house) == [("Item", "FREIGHT", 1, "Express", 12)]
    assert house.total(5001) == Decimal("252.00")


def test_j2_a_charge_mapped_to_an_account_goes_there_and_others_do_not(house: House) -> None:
    house.card(shipping_charges=[{"title": "Express", "type": "G/L Account", "number": "624100"}])
    house.order(5001, shipping=[EXPRESS, {"title": "Emballage", "price": "3.00"}])

    house.sync()

    assert _charges(house) == [("Account", "624100", 1, "Express", 12), ("Account", "708500", 1, "Emballage", 3)]


def test_j4_a_charge_mapped_to_an_item_charge_is_refused_at_set_up(house: House) -> None:
    house.order(5001, shipping=[EXPRESS])

    with pytest.raises(ConnectorError) as refusal:
        house.card(shipping_charges=[{"title": "Express", "type": "Charge (Item)", "number": "S-FREIGHT"}])

    assert refusal.value.code == "shop-card-invalid"
    assert "Charge (Item)" in refusal.value.detail
    house.sync()
    assert _charges(house) == [("Account", "708500", 1, "Express", 12)], "the card was changed all the same"


def test_j5_a_discount_on_shipping_is_the_discount_of_its_line(house: House) -> None:
    house.order(5001, shipping=[EXPRESS | {"discount": "5.00"}])

    house.sync()

    shipping = house.document(5001)["salesOrderLines"][1]
    assert (shipping["unitPrice"], shipping["discountAmount"], shipping["amountIncludingTax"]) == (12, 5, 7)
    assert house.total(5001) == Decimal("247.00")


@pytest.mark.parametrize("free", [
    pytest.param({"title": "Retrait", "price": "0.00"}, id="no-price"),
    pytest.param(EXPRESS | {"discount": "12.00"}, id="discounted-to-nothing"),
])
def test_j5_a_free_charge_gives_no_line(house: House, free: dict[str, str]) -> None:
    house.order(5001, shipping=[free])

    house.sync()

    assert _charges(house) == []
    assert house.total(5001) == Decimal("240.00")


def test_j8_without_account_and_mapping_the_order_is_parked_naming_the_setting(house: House) -> None:
    house.card(shipping_charges_account="")
    house.order(5001, shipping=[EXPRESS])

    house.sync()

    assert house.parked()[5001].code == "account-missing"
    assert "Shipping Charges Account" in house.parked()[5001].detail
    assert house.documents(5001) == []


def _charges(house: House) -> list[tuple[object, ...]]:
    """The lines of order 5001 after its one line of goods."""
    properties = ("lineType", "lineObjectNumber", "quantity", "description", "amountIncludingTax")
    return house.lines(5001, *properties)[1:]
