"""GET …/records: what is kept of one record, as JSON."""
from __future__ import annotations

import pytest

from shared.admin import records
from shared.errors import ConnectorError
from tests.house import House


def test_a_record_is_told_with_what_was_decided_and_what_can_be_done(house: House) -> None:
    house.order(5001)
    house.order(5002, [{"sku": "NOBODY-KNOWS", "quantity": 1, "unit_price": "25.00"}])
    house.sync()

    stands = records.get_record(house.connector, house.shop, "orders", "5001", language="en")
    waits = records.get_record(house.connector, house.shop, "orders", "5002", language="fr")

    assert (stands.state, stands.decided, stands.name) == ("stands", "leave", "#5001")
    assert [one.number for one in stands.stands] == [house.document(5001)["number"]]
    assert stands.may == ["sync", "create-again", "replay"]
    assert waits.skipped is not None
    assert (waits.state, waits.decided) == ("waits", "refuse")
    assert waits.skipped.title == "Aucun article Business Central pour ce produit"
    assert waits.may == ["retry", "dismiss", "sync", "resolve", "replay"]


@pytest.mark.parametrize("type, id", [("orders", "x"), ("nothing", "1"), ("orders", "9" * 21), ("orders", "")])
def test_what_cannot_be_a_record_is_not_found(house: House, type: str, id: str) -> None:
    with pytest.raises(ConnectorError, match="is no record"):
        records.get_record(house.connector, house.shop, type, id, language="en")


def test_an_order_that_gets_no_document_by_the_card_is_kept(house: House) -> None:
    house.card(auto_create_sales_documents=False)
    house.order(5001)
    house.sync()

    one = records.get_record(house.connector, house.shop, "orders", "5001", language="en")

    assert (one.state, one.decided, one.document) == ("kept", "keep", "")
