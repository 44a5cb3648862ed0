"""Acceptance cases H: orders, from Shopify into one sales order each, exactly once."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local.business_central.faults import Fault
from local.shopify.money import bag
from shared.stores.links import LinkState
from shared.to_business_central.orders.resolving import resolve
from tests.house import House

LONG = "Société des Établissements Réunis de la Vallée de l'Ouche "


def test_h1_an_order_becomes_one_sales_order_with_the_same_total(house: House) -> None:
    house.order(5001, name="#1001", shipping=[{"title": "Express", "price": "12.00"}], tax_rate="0.2")

    run = house.sync("orders")

    assert run.state == "succeeded", run
    assert run.counts["orders"].created == 1, house.parked()
    assert house.document(5001)["externalDocumentNumber"] == "SHP-5001"
    assert house.lines(5001, "quantity", "amountIncludingTax") == [(2, 240), (1, 12)]
    assert house.total(5001) == Decimal("252.00")
    assert house.document(5001)["totalTaxAmount"] == 42


def test_h2_an_order_synced_three_times_is_one_sales_order_and_written_once(house: House) -> None:
    house.order(5001)
    house.sync()
    written = house.bc_writes()

    runs = [house.sync(), house.sync()]

    assert [(run.counts["orders"].read, run.counts["orders"].unchanged) for run in runs] == [(1, 1), (1, 1)]
    assert house.bc_writes() == written
    assert len(house.documents(5001)) == 1


def test_h2_an_order_that_was_only_touched_in_shopify_is_not_written_again(house: House) -> None:
    house.order(5001)
    house.sync()
    written = house.bc_writes()
    house.change("orders", 5001, tags=["gift wrapped"], note="Merci")

    run = house.sync()

    assert run.counts["orders"].unchanged == 1
    assert house.bc_writes() == written


def test_h3_an_order_whose_answer_was_lost_is_adopted_and_not_sent_twice(house: House) -> None:
    house.order(5001)
    house.bc.faults.replica_lag = 30
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")

    run = house.sync()

    assert run.counts["orders"].created == 1, house.parked()
    assert house.bc.stats.by_entity["salesOrders"]["POST"] == 1
    assert house.link("orders", 5001).bc_number == house.document(5001)["number"]
    assert house.parked() == {}


def test_h3_an_order_that_could_not_even_be_looked_up_is_adopted_by_the_next_run(house: House) -> None:
    house.sync()
    house.order(5001)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")
    broken = _no_look_up_after_the_first(house)
    house.sync()
    assert house.parked()[5001].code == "outcome-unknown"
    house.bc.faults.clear(broken.id)

    run = house.sync()

    assert run.counts["orders"].created == 1, house.parked()
    assert house.bc.stats.by_entity["salesOrders"]["POST"] == 1
    assert house.link("orders", 5001).bc_number == house.document(5001)["number"]


@pytest.mark.parametrize("pieces, lines", [
    pytest.param(1, 2, id="that-needs-a-rounding-line"), pytest.param(104, 105, id="of-many-lines-too"),
])
def test_h3_an_outage_right_after_an_order_was_stored_does_not_double_it(house: House, pieces: int, lines: int) -> None:
    house.sync()
    total = bag(pieces * 120 + Decimal("0.01"), "EUR", pieces * 120 + Decimal("0.01"), "EUR")
    house.order(5001, [_line("1000")] * pieces, fields={"currentTotalPriceSet": total})
    broken = _no_look_up_after_the_first(house)
    house.sync()
    assert house.parked()[5001].code == "outcome-unknown"
    house.bc.faults.clear(broken.id)

    run = house.sync()

    assert run.counts["orders"].created == 1, house.parked()
    assert house.bc.stats.by_entity["salesOrders"]["POST"] == 1
    assert len(house.lines(5001)) == lines


def test_h3_an_outage_before_anything_was_sent_holds_no_order_back(house: House) -> None:
    house.order(5001)
    broken = house.bc.control.add_fault(kind="status", method="GET", entity="salesOrders", times=None)
    assert house.sync().state == "failed"
    house.bc.faults.clear(broken.id)

    run = house.sync()

    assert run.counts["orders"].created == 1, house.parked()
    assert len(house.documents(5001)) == 1


def test_h4_without_auto_create_an_order_is_imported_and_has_no_document(house: House) -> None:
    house.card(auto_create_sales_documents=False)
    house.order(5001)

    run = house.sync()

    assert (run.counts["orders"].read, run.counts["orders"].created) == (1, 0)
    assert house.link("orders", 5001).state is LinkState.IMPORTED
    assert house.parked() == {}
    assert house.documents(5001) == []
    assert house.bc_writes() == 0


def test_h6_the_shopify_order_number_is_a_comment_on_line_1(house: House) -> None:
    house.card(shopify_order_no_on_doc_line=True)
    house.order(5001, name="#1001")

    house.sync()

    first, second = house.document(5001)["salesOrderLines"]
    assert first["lineType"] == "Comment"
    assert "#1001" in first["description"]
    assert (second["lineType"], second["amountIncludingTax"]) == ("Item", 240)


def test_h7_an_order_with_an_unknown_sku_is_parked_and_the_others_pass(house: House) -> None:
    house.order(5001, [_line("1000"), _line("NO-SUCH")])
    house.order(5002)

    run = house.sync()

    assert (run.state, run.counts["orders"].created, run.counts["orders"].parked) == ("succeeded", 1, 1)
    assert house.parked()[5001].code == "item-not-found"
    assert "NO-SUCH" in house.parked()[5001].detail
    assert house.documents(5001) == []
    assert house.total(5002) == Decimal("240.00")


def test_h8_a_line_refused_by_business_central_leaves_no_half_document(house: House) -> None:
    house.bc.control.change("items", "1001", {"salesBlocked": True})
    house.order(5001, [_line("1000"), _line("1001", price="10.55")])
    house.order(5002)

    run = house.sync()

    assert (run.counts["orders"].created, run.counts["orders"].parked) == (1, 1)
    assert house.parked()[5001].code == "item-blocked"
    assert "1001" in house.parked()[5001].detail
    assert house.documents(5001) == []
    assert _stored(house) == {"salesOrders": 1, "salesOrderLines": 1}


def test_h8_a_refused_line_after_the_first_hundred_leaves_no_half_document(house: House) -> None:
    house.bc.control.change("items", "1001", {"salesBlocked": True})
    house.order(5001, [_line("1000")] * 104 + [_line("1001", price="10.55")])

    house.sync()

    assert house.parked()[5001].code == "item-blocked"
    assert house.bc.stats.by_entity["salesOrders"]["POST"] == 1
    assert _stored(house) == {}


def test_h9_a_po_number_becomes_a_comment_and_the_key_stays(house: House) -> None:
    house.order(5001, po_number="PO-778")

    house.sync()

    assert house.document(5001)["externalDocumentNumber"] == "SHP-5001"
    comments = [text for kind, text in house.lines(5001, "lineType", "description") if kind == "Comment"]
    assert comments == ["PO No. PO-778"]


def test_h9_the_shop_card_may_leave_the_po_number_out(house: House) -> None:
    house.card(po_number_handling="Ignore")
    house.order(5001, po_number="PO-778")

    house.sync()

    assert house.document(5001)["externalDocumentNumber"] == "SHP-5001"
    assert house.lines(5001, "lineType") == [("Item",)]


def test_h10_names_and_addresses_longer_than_the_fields_are_cut(house: House) -> None:
    address = {
        "first_name": LONG, "last_name": LONG, "company": LONG * 3, "address1": "1 " + "rue Haute " * 14,
        "address2": "Escalier B, " * 10, "city": "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson",
        "zip": "75005 CEDEX PARIS LA SORBONNE", "province": "P" * 40, "province_code": "P" * 40,
        "country_code": "FR", "phone": "+33 1 44 27 46 22 44 27 46 22 44 27 46",
    }
    house.customer(7001, first_name=LONG, last_name=LONG, email=None, addresses=[address])
    line = _line("1000") | {"title": "Bureau en chêne massif " * 10}
    house.order(5001, [line], customer=7001, shipping_address=address, email="a" * 90 + "@example.fr")

    house.sync()

    document = house.document(5001)
    assert house.parked() == {}
    assert document["shipToAddressLine1"] == document["sellToAddressLine1"] == address["address1"][:100].rstrip()
    assert document["shipToAddressLine2"] == address["address2"][:50].rstrip()
    assert document["shipToCity"] == "Saint-Remy-en-Bouzemont-Saint-"
    assert document["shipToPostCode"] == "75005 CEDEX PARIS LA"
    assert document["shipToState"] == "P" * 30
    assert document["shipToName"] == (LONG * 3)[:100].rstrip()
    assert document["email"] == ""
    assert house.lines(5001, "description") == [(line["title"][:100].rstrip(),)]
    assert house.bc.control.row("customers", "S7001")["addressLine1"] == document["sellToAddressLine1"]


FOOD = {"quantity": 1, "unit_price": "42.20"}


@pytest.mark.parametrize("order, change, named", [
    pytest.param({}, {"line_quantities": {"0": 3}}, "quantity 2 → 3", id="h13-more-pieces"),
    pytest.param({"shipping": [{"title": "Express", "price": "12.00"}]},
                 {"shipping": [{"title": "Express", "price": "9.00"}]}, "price 12 → 9", id="h15-shipping"),
    pytest.param({"shipping": [{"title": "Express", "price": "12.00"}]},
                 {"shipping": [{"title": "Economy", "price": "12.00"}]}, '"Express" → "Economy"',
                 id="other-shipping-at-one-price"),
    pytest.param({"lines": [FOOD | {"sku": "1000", "tax_rate": "0.2"}]},
                 {"lines": [FOOD | {"sku": "1001", "tax_rate": "0.055"}]}, "(1000) → ", id="another-item-at-one-price"),
    pytest.param({"lines": [FOOD | {"sku": "1000", "tax_rate": "0.2"}]},
                 {"lines": [FOOD | {"sku": "1000", "tax_rate": "0.055"}]}, "tax 20 %: 7.03 → 5.5 %: 2.2",
                 id="another-tax"),
    pytest.param({"customer": 7001}, {"customer": 7002, "email": "jean7002@example.fr"}, "customer 7001 → 7002",
                 id="another-customer"),
    pytest.param({}, {"tip": "5.00"}, "Tip", id="a-tip"),
])
def test_what_is_sold_and_to_whom_changed_after_processing_is_a_conflict_and_nothing_is_written(
    house: House, order: dict[str, Any], change: dict[str, Any], named: str
) -> None:
    house.customer(7001)
    house.customer(7002)
    house.order(5001, **order)
    house.sync()
    document = house.document(5001)
    written = house.bc_writes()
    house.change("orders", 5001, **change)

    house.sync("orders")

    assert house.parked()[5001].code == "order-changed-after-processing"
    assert named in house.parked()[5001].detail
    assert document["number"] in house.parked()[5001].detail
    assert (house.document(5001), house.bc_writes()) == (document, written)


def test_h13_marking_as_resolved_clears_the_conflict_and_the_next_change_is_one_again(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, line_quantities={"0": 3})
    house.sync("orders")
    _mark_as_resolved(house, 5001)

    house.sync("orders")

    assert house.lines(5001, "quantity") == [(2,)]
    assert house.link("orders", 5001).state is LinkState.APPLIED
    house.change("orders", 5001, note="Merci")
    house.sync("orders")
    assert house.parked() == {}
    house.change("orders", 5001, line_quantities={"0": 4})
    house.sync("orders")
    assert "quantity 3 → 4" in house.parked()[5001].detail


def test_marking_a_cancelled_order_as_resolved_clears_it_too(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, cancelled=True)
    house.sync("orders")
    _mark_as_resolved(house, 5001)
    house.change("orders", 5001, note="Merci")

    house.sync("orders")

    assert house.parked() == {}
    assert house.link("orders", 5001).state is LinkState.APPLIED


def test_another_account_on_the_shop_card_is_no_conflict(house: House) -> None:
    house.order(5001, shipping=[{"title": "Express", "price": "12.00"}])
    house.sync("orders")
    house.card(shipping_charges_account="658000")

    house.sync("orders")

    assert house.parked() == {}


def test_h16_an_order_edited_before_it_was_processed_is_billed_as_edited(house: House) -> None:
    house.card(auto_create_sales_documents=False)
    house.order(5001)
    house.sync()
    house.change("orders", 5001, line_quantities={"0": 3})
    house.sync()
    house.card(auto_create_sales_documents=True)

    house.sync()

    assert house.lines(5001, "quantity", "amountIncludingTax") == [(3, 360)]


def test_h16_a_parked_order_is_tried_again_when_it_is_edited_and_billed_as_edited(house: House) -> None:
    house.order(5001, [_line("1900")])
    house.sync()
    assert house.parked()[5001].code == "item-blocked"
    house.bc.control.change("items", "1900", {"blocked": False})
    house.change("orders", 5001, line_quantities={"0": 3})

    house.sync()

    assert house.lines(5001, "quantity", "amountIncludingTax") == [(3, 360)]
    assert house.parked() == {}


def test_h17_an_unpaid_order_cancelled_before_it_was_processed_has_no_document(house: House) -> None:
    house.order(5001, cancelled=True, payment_pending=True)

    run = house.sync()

    assert (run.counts["orders"].read, run.counts["orders"].parked) == (1, 0)
    assert house.link("orders", 5001).state is LinkState.LEFT_OUT
    assert house.bc_writes() == 0


def test_h18_after_a_tip_the_next_line_is_an_item_again(house: House) -> None:
    house.order(5001, [{"title": "Tip", "unit_price": "5.00", "tip": True}, _line("1000")])

    house.sync()

    assert house.lines(5001, "lineType", "lineObjectNumber", "amountIncludingTax") == [
        ("Account", "758800", 5), ("Item", "1000", 120),
    ]


def test_h20_an_order_of_25_lines_keeps_all_lines_in_shopifys_order(house: House) -> None:
    titles = [f"Line {number:02}" for number in range(25, 0, -1)]
    house.order(5001, [_line("1000") | {"title": title} for title in titles])

    house.sync()

    further_pages = house.shopify.stats.by_operation["OrderLinesNext"]
    assert further_pages > 0, "the order was read in one page"
    assert house.lines(5001, "description") == [(title,) for title in titles]
    assert house.total(5001) == 25 * 120


def _line(sku: str, price: str = "120.00") -> dict[str, Any]:
    return {"sku": sku, "quantity": 1, "unit_price": price}


def _mark_as_resolved(house: House, number: int) -> None:
    resolve(house.connector, house.shop, str(number), house.link("orders", number).bc_number, by="Claire")


def _no_look_up_after_the_first(house: House) -> Fault:
    """Each new order is looked up before it is sent; what fails is every question after that."""
    return house.bc.control.add_fault(kind="status", method="GET", entity="salesOrders", spare=1, times=None)


def _stored(house: House) -> dict[str, int]:
    """Rows of sales orders and their lines in Business Central."""
    totals = house.bc.control.totals()
    return {name: totals[name] for name in ("salesOrders", "salesOrderLines") if name in totals}
