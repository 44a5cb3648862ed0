"""Acceptance cases H, what a document says beside its lines and addresses."""
from __future__ import annotations

from typing import Any

import pytest

from local.business_central import documents
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


# Terms, method, salesperson, delivery date, dimensions


def said(house: House, number: int) -> dict[str, Any]:
    """What the header of the document says, with codes in the place of ids."""
    document = house.document(number)
    tables = ("paymentTerms", "shipmentMethods")
    codes = {row["id"]: row["code"] for table in tables for row in house.bc.state.rows(table)}
    return {
        "terms": codes.get(document["paymentTermsId"], ""), "method": codes.get(document["shipmentMethodId"], ""),
        "salesperson": document["salesperson"], "delivery": document["requestedDeliveryDate"],
        "dimensions": (document["shortcutDimension1Code"], document["shortcutDimension2Code"]),
    }


def test_a_document_says_what_the_card_maps_and_its_lines_bear_its_dimensions(house: House) -> None:
    house.card(
        payment_terms_mapping={"Net 30": "30D"}, shipment_method_mapping={"Express": "DAP"}, salesperson_code="JR",
        requested_delivery_date_attribute="Delivery date",
        document_dimensions=[{"dimension_code": "DEPARTMENT", "dimension_value_code": "WEB"},
                             {"dimension_code": "AREA", "dimension_value_code": "70", "country_region_code": "FR"}])
    house.order(5001, payment_terms={"payment_terms_name": "Net 30", "due_in_days": 30},
                shipping=[{"title": "Express", "price": "12.00"}], attributes={"Delivery date": "2026-03-20"})

    house.sync()
    writes = house.bc_writes()
    house.change("orders", 5001, tags=["seen"])
    house.sync()

    assert said(house, 5001) == {
        "terms": "30D", "method": "DAP", "salesperson": "JR", "delivery": "2026-03-20", "dimensions": ("WEB", "70")}
    assert {(line["shortcutDimension1Code"], line["shortcutDimension2Code"])
            for line in house.bc.state.rows("salesOrderLines")} == {("WEB", "70")}
    assert house.bc_writes() == writes
    assert not house.parked()


def test_what_the_card_does_not_map_is_the_customers_own(house: House) -> None:
    terms, method = (house.bc.control.row(table, code)["id"]
                     for table, code in (("paymentTerms", "CM"), ("shipmentMethods", "EXW")))
    house.bc.control.change("customers", "C00010", {
        "paymentTermsId": terms, "shipmentMethodId": method, "salespersonCode": "JR"})
    house.card(payment_terms_mapping={"Net 60": "30D"}, shipment_method_mapping={"Standard": "DAP"})
    house.order(5001, payment_terms={"payment_terms_name": "Net 30", "due_in_days": 30},
                shipping=[{"title": "Express", "price": "12.00"}])

    house.sync()

    assert said(house, 5001) == {
        "terms": "CM", "method": "EXW", "salesperson": "JR", "delivery": "0001-01-01", "dimensions": ("", "")}


@pytest.mark.parametrize(("table", "row", "settings"), [
    ("salespeoplePurchasers", {"code": "AB", "displayName": "Ada"}, {"salesperson_code": "AB"}),
    ("shipmentMethods", {"code": "FOB", "displayName": "Free"}, {"shipment_method_mapping": {"Express": "FOB"}}),
    ("paymentTerms", {"code": "60D", "displayName": "Net 60"}, {"payment_terms_mapping": {"Net 30": "60D"}}),
])
def test_a_code_that_is_added_to_business_central_lets_the_parked_order_go_on(
    house: House, table: str, row: dict[str, str], settings: dict[str, Any],
) -> None:
    house.card(**settings)
    house.order(5001, payment_terms={"payment_terms_name": "Net 30"}, shipping=[{"title": "Express", "price": "12.00"}])
    house.sync()

    assert (house.parked()[5001].code, house.documents(5001)) == ("code-unknown", [])

    house.bc.control.add(table, row)
    house.clock.forward(FIVE_MINUTES)
    house.sync()

    assert house.document(5001)
    assert not house.parked()


def test_without_the_scope_of_payment_terms_an_order_that_needs_the_mapping_waits_for_it(house: House) -> None:
    house.card(payment_terms_mapping={"Net 30": "30D"})
    house.shopify.fault("missing_scope", scope="read_payment_terms")
    house.order(5001, payment_terms={"payment_terms_name": "Net 30"})

    house.sync()

    assert (house.parked()[5001].code, house.documents(5001)) == ("access-scope-changed", [])


def test_a_delivery_date_that_is_not_clear_parks_the_order_until_somebody_writes_it_clearly(house: House) -> None:
    house.card(requested_delivery_date_attribute="Delivery date")
    house.order(5001, attributes={"Delivery date": "12/03/2026"})
    house.sync()

    assert house.parked()[5001].code == "delivery-date-unclear"
    assert "12/03" not in house.parked()[5001].detail

    house.change("orders", 5001, attributes={"Delivery date": "2026-03-12"})
    house.sync()

    assert said(house, 5001)["delivery"] == "2026-03-12"


def test_dimensions_that_business_central_sets_anew_take_the_order_back(
    house: House, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Should Business Central validate the salesperson after the dimensions, these would be lost."""
    house.card(document_dimensions=[{"dimension_code": "AREA", "dimension_value_code": "70"}])
    monkeypatch.setitem(documents.SETTERS, "shortcutDimension2Code", lambda state, draft, values, name: None)
    house.order(5001)

    house.sync()

    assert house.parked()[5001].code == "document-differs"
    assert "second global dimension" in house.parked()[5001].detail
    assert house.documents(5001) == []


# Notes and attributes


def comments(house: House, number: int) -> list[str]:
    """The comment lines of the document; they stand at its head."""
    lines = house.lines(number, "lineType", "description")
    head = [text for kind, text in lines if kind == "Comment"]
    assert [text for _, text in lines[:len(head)]] == head
    return head


def test_the_note_and_the_attributes_of_the_card_stand_at_the_head_once_however_often_the_order_comes(
    house: House,
) -> None:
    house.card(shopify_order_no_on_doc_line=True, attributes_on_doc_lines=["Gift message"])
    note = "Sonnez deux fois 😀, s'il vous plaît. " * 8
    house.order(5001, note=f"Code 1234\n{note}", attributes={"Gift message": "Bon anniversaire", "gclid": "x"})
    house.sync()
    first = comments(house, 5001)

    house.change("orders", 5001, note="Code 4321")
    house.sync()
    house.forget("orders", 5001)
    house.change("orders", 5001, tags=["again"])
    house.sync()

    assert first[:2] == ["Shopify Order No. #5001", "Code 1234"]
    assert first[-1] == "Gift message: Bon anniversaire"
    assert " ".join(first[2:-1]) == note.strip()
    assert comments(house, 5001) == first
    assert house.total(5001) == 240
    assert len(house.documents(5001)) == 1
    assert not house.parked()


def test_an_engraving_stands_at_the_head_behind_its_line_s_name_and_a_lost_link_doubles_nothing(house: House) -> None:
    house.card(attributes_on_doc_lines=["Engraving"])
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "120.00", "title": "Desk",
                        "attributes": {"Engraving": "Anne", "_bundle": "17"}}])
    house.sync()

    house.forget("orders", 5001)
    house.change("orders", 5001, tags=["again"])
    house.sync()

    assert comments(house, 5001) == ["Desk, Engraving: Anne"]
    assert len(house.documents(5001)) == 1
    assert not house.parked()


def test_an_order_whose_answer_was_lost_has_its_note_once(house: House) -> None:
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders", times=1)
    house.order(5001, note="Ring twice")

    house.sync()

    assert comments(house, 5001) == ["Ring twice"]
    assert len(house.documents(5001)) == 1
