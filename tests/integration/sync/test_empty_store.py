"""The connector starts anew on an empty store, as docs/backup.md describes it, and makes nothing twice."""
from __future__ import annotations

from shared.stores.links import TABLE as LINKS
from shared.stores.synchronization_info import TABLE as INFORMATION
from tests.house import House

LOST = (LINKS, INFORMATION, "SkippedRecords", "DataCaptures", "ChangedRecords", "Payouts", "Disputes")


def lose(house: House) -> None:
    """Everything the connector remembers of what it did is gone."""
    for name in LOST:
        table = house.connector.storage.tables[name]
        for row in list(table.rows("PartitionKey ge @shop and PartitionKey lt @next",
                                   {"shop": house.shop, "next": f"{house.shop}~"})):
            table.delete(row["PartitionKey"], row["RowKey"])


def test_after_the_loss_of_the_store_what_business_central_has_is_recognised(house: House) -> None:
    house.card(auto_create_unknown_items=True)
    house.product(81, "SKU-81")
    house.customer(71)
    for number in (5001, 5002):
        house.order(number, lines=[{"sku": "SKU-81", "quantity": 1, "unit_price": "59.00"}])
    first = house.sync()
    assert {type: counts.created for type, counts in first.counts.items() if counts.created} == {
        "products": 1, "customers": 1, "orders": 2,
    }
    lose(house)
    house.order(5003, lines=[{"sku": "SKU-81", "quantity": 1, "unit_price": "59.00"}])

    again = house.sync()

    assert again.state == "succeeded"
    assert [len(house.documents(number)) for number in (5001, 5002, 5003)] == [1, 1, 1]
    assert {type: counts.created for type, counts in again.counts.items() if counts.created} == {"orders": 1}
    assert house.link("orders", 5001).state == "applied"
    assert not house.parked()
