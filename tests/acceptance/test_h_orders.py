"""Acceptance cases H: orders."""
from __future__ import annotations

from decimal import Decimal

from tests.house import House


def test_h1_an_order_becomes_one_sales_order_with_the_same_total(house: House) -> None:
    house.order(5001, shipping=[{"title": "Express", "price": "12.00"}], tax_rate="0.2")

    run = house.sync("orders")

    assert run.state == "succeeded", run
    assert run.counts["orders"].created == 1, house.parked()
    assert house.document(5001)["externalDocumentNumber"] == "SHP-5001"
    assert [line["amountIncludingTax"] for line in house.document(5001)["salesOrderLines"]] == [240, 12]
    assert house.total(5001) == Decimal("252.00")
    assert house.document(5001)["totalTaxAmount"] == 42
