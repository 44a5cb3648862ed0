"""Orders that change in Shopify after they have their document, and documents that go away."""
from __future__ import annotations

import pytest

from tests.house import MARIE, House


def changed(house: House, number: int, **changes: object) -> None:
    house.clock.forward(60)
    house.shopify.shop_state.patch("orders", number, changes)


def test_a_new_address_follows_and_nothing_else_is_touched(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    lines = house.document(5001)["salesOrderLines"]

    changed(house, 5001, shipping_address=MARIE | {"address1": "36 quai de Béthune", "zip": "75004"})
    run = house.sync("orders")

    assert run.counts["orders"].updated == 1
    assert run.bc_writes == 1
    assert house.document(5001)["shipToAddressLine1"] == "36 quai de Béthune"
    assert house.document(5001)["salesOrderLines"] == lines


def test_a_note_changes_nothing_in_business_central(house: House) -> None:
    house.order(5001)
    house.sync("orders")

    changed(house, 5001, note="Please gift-wrap")
    run = house.sync("orders")

    assert (run.counts["orders"].unchanged, run.bc_writes) == (1, 0)
    assert len(house.connector.captures.of_record(house.shop, "orders", "5001")) == 2


@pytest.mark.parametrize("change", [
    {"note": "Please gift-wrap"}, {"tags": ["vip"]}, {"note": None, "closed": True},
])
def test_for_what_no_document_follows_nothing_is_asked_of_business_central(
    house: House, change: dict[str, object],
) -> None:
    house.card(note_on_doc_lines=True)
    house.order(5001, note="First")
    house.sync("orders")

    for _ in range(2):
        changed(house, 5001, **change)
        run = house.sync("orders")

        assert (run.counts["orders"].unchanged, run.bc_calls) == (1, 0)


def test_an_address_follows_also_after_a_note(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    changed(house, 5001, note="Please gift-wrap")
    house.sync("orders")

    changed(house, 5001, shipping_address=MARIE | {"address1": "36 quai de Béthune", "zip": "75004"}, note="")
    house.sync("orders")

    assert house.document(5001)["shipToAddressLine1"] == "36 quai de Béthune"


def test_after_the_card_changed_a_note_is_looked_at_in_full_once(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.card(tip_account="")

    changed(house, 5001, note="Please gift-wrap")
    first = house.sync("orders")
    changed(house, 5001, note="No, do not")
    second = house.sync("orders")

    assert (first.bc_calls > 0, second.bc_calls) == (True, 0)
    assert first.bc_writes == 0


def test_more_pieces_after_processing_are_a_conflict_and_the_document_stays(house: House) -> None:
    house.order(5001)
    house.sync("orders")

    changed(house, 5001, line_quantities={"0": 3})
    house.sync("orders")

    assert house.parked()[5001].code == "order-changed-after-processing"
    assert house.document(5001)["salesOrderLines"][0]["quantity"] == 2


def test_an_unpaid_order_cancelled_after_processing_is_a_conflict_too(house: House) -> None:
    house.order(5001, payment_pending=True)
    house.sync("orders")

    changed(house, 5001, cancelled=True)
    house.sync("orders")

    assert house.parked()[5001].code == "order-cancelled-after-processing"
    assert len(house.documents(5001)) == 1


def test_a_document_that_was_posted_or_deleted_in_business_central_is_left_alone(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.bc.control.remove("salesOrders", house.document(5001)["id"])

    changed(house, 5001, shipping_address=MARIE | {"address1": "36 quai de Béthune"})
    run = house.sync("orders")

    assert (run.counts["orders"].unchanged, run.bc_writes) == (1, 0)
    assert house.parked() == {}


def test_a_full_run_adopts_what_is_there_even_if_the_links_are_lost(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    links = house.connector.storage.tables["Links"]
    for row in list(links.partition(f"{house.shop}|orders")):
        links.delete(row["PartitionKey"], row["RowKey"])
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="test")

    run = house.sync("orders")

    assert (run.counts["orders"].created, run.counts["orders"].unchanged) == (0, 1)
    assert len(house.documents(5001)) == 1
