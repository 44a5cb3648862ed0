"""Shop cards as they lie in storage, also those that a newer version wrote."""
from __future__ import annotations

import json

from shared.shops.store import TABLE
from tests.house import House


def test_a_card_that_a_newer_version_saved_is_read_without_the_fields_it_added(house: House) -> None:
    table = house.connector.storage.tables[TABLE]
    row = table.get("shop", house.shop)
    assert row is not None
    table.put(row | {"card": json.dumps(json.loads(row["card"]) | {"field_of_next_year": ["x"]})})

    card = house.connector.shops.get(house.shop)

    assert card.default_customer_no == "C-WEB"
    assert house.shop in {one.code for one in house.connector.shops.all()}
    assert house.connector.shops.save(house.shop, {"enabled": False}).enabled is False
