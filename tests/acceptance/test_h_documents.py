"""Acceptance cases H, what a document says beside its lines and addresses."""
from __future__ import annotations

from typing import Any

import pytest

from tests.house import House

FIVE_MINUTES = 300
LYON, PARIS = {"id": 11, "name": "Entrepôt de Lyon"}, {"id": 12, "name": "Paris"}


def locations(house: House, number: int) -> list[tuple[Any, ...]]:
    """Pieces of each line with the code of the location that sends them."""
    codes = {row["id"]: row["code"] for row in house.bc.state.rows("locations")}
    return [(quantity, codes.get(place, "")) for quantity, place in house.lines(number, "quantity", "locationId")]


# Locations


def test_k7_each_line_is_sent_from_the_location_that_shopify_assigned(house: House) -> None:
    house.card(location_mapping={"Entrepôt de Lyon": "EAST", "Paris": "MAIN"})
    line = {"sku": "1000", "unit_price": "120.00"}
    house.order(5001, lines=[{**line, "quantity": 2}, {**line, "quantity": 5}], fulfillment_orders=[
        {"lines": [0, 1], "quantities": [2, 2], "location": LYON},
        {"lines": [1], "quantities": [3], "location": PARIS}])

    house.sync()
    house.sync()

    assert locations(house, 5001) == [(2, "EAST"), (2, "EAST"), (3, "MAIN")]
    assert house.total(5001) == 840
    assert not house.parked()


@pytest.mark.parametrize(("default", "location"), [("MAIN", "MAIN"), ("", "EAST")])
def test_an_unmapped_location_takes_the_cards_default_else_that_of_the_customer(
    house: House, default: str, location: str,
) -> None:
    house.bc.control.change("customers", "C00010", {"locationCode": "EAST"})
    house.card(default_location_code=default)
    house.order(5001)

    house.sync()

    assert locations(house, 5001) == [(2, location)]


def test_an_unknown_location_parks_the_order_until_business_central_has_it(house: House) -> None:
    house.card(location_mapping={"Paris": "WEST"})
    house.order(5001, fulfillment_orders=[{"lines": [0], "location": PARIS}])
    house.sync()

    assert house.parked()[5001].code == "code-unknown"
    assert 'Location Mapping "Paris"' in house.parked()[5001].detail
    assert house.documents(5001) == []

    house.bc.control.add("locations", {"code": "WEST", "displayName": "West"})
    house.clock.forward(FIVE_MINUTES)
    house.sync()

    assert locations(house, 5001) == [(2, "WEST")]


def test_a_document_whose_location_somebody_changed_is_not_taken_over(house: House) -> None:
    house.card(location_mapping={"Paris": "MAIN"})
    house.order(5001, fulfillment_orders=[{"lines": [0], "location": PARIS}])
    house.sync()
    (line,) = house.document(5001)["salesOrderLines"]
    (east,) = (row["id"] for row in house.bc.state.rows("locations") if row["code"] == "EAST")
    house.bc.control.change("salesOrderLines", line["id"], {"locationId": east})
    house.forget("orders", 5001)

    house.change("orders", 5001, note="again")
    house.sync()

    assert house.parked()[5001].code == "document-differs"
    assert "location of item 1000" in house.parked()[5001].detail
    assert len(house.documents(5001)) == 1
