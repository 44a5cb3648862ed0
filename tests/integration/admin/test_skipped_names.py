"""What skipped records are called: as people know them, kept where they are parked, and of a person nothing."""
from __future__ import annotations

import json

import pytest

from shared.clock import iso
from shared.privacy.subject import Subject
from shared.stores.skipped_records import TABLE
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.commands import Command
from tests.admin import admin_api
from tests.house import House
from tests.webhooks import a_house_with_secrets

NO_SUCH_ITEM = [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "10.00"}]


def names(house: House) -> dict[int, str]:
    return {number: one.name for number, one in house.parked().items()}


def test_an_order_is_called_by_its_number_and_a_product_by_its_title(house: House) -> None:
    house.card(auto_create_unknown_items=False)
    house.order(5001, NO_SUCH_ITEM, name="WEB-1001")
    house.product(7201, "", title="Chemise en lin <b>")

    house.sync()

    assert names(house) == {5001: "WEB-1001", 7201: "Chemise en lin <b>"}


def test_a_customer_is_called_by_nothing_but_the_id(house: House) -> None:
    house.customer(7001, first_name="Jean", last_name="Perrin", addresses=[])

    house.sync("customers")

    assert {number: (one.code, one.name) for number, one in house.parked().items()} == {
        7001: ("customer-left-out", "")}


def test_an_order_that_the_card_leaves_out_has_its_name_too(house: House) -> None:
    house.card(orders_to_import={"tags": ["wholesale"]})
    house.order(5001)

    house.sync()

    assert names(house) == {5001: "#5001"}
    assert house.parked()[5001].left_out


def test_a_new_name_replaces_the_one_before_and_none_leaves_it(house: House) -> None:
    house.card(auto_create_unknown_items=False)
    house.order(5001, NO_SUCH_ITEM)
    house.sync()
    house.change("orders", 5001, name="#5001-A")
    house.sync()
    assert names(house) == {5001: "#5001-A"}


def test_a_row_of_before_is_listed_by_its_id_and_learns_its_name_when_it_is_tried(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.card(auto_create_unknown_items=False)
    house.order(5001, NO_SUCH_ITEM)
    house.sync()
    table = house.storage.tables[TABLE]
    (row,) = table.partition(house.shop)
    table.put({name: value for name, value in row.items() if name not in ("name", "etag")})

    with admin_api(house, monkeypatch) as admin:
        (before,) = json.loads(admin.raw("list_skipped_records").get_body())
        house.clock.forward(600)
        house.sync()
        (after,) = json.loads(admin.raw("list_skipped_records").get_body())

    assert (before["id"], before["name"]) == ("5001", "")
    assert (after["id"], after["name"]) == ("5001", "#5001")


def test_an_erasure_takes_the_name_of_the_persons_order_and_of_what_is_called_like_the_person(house: House) -> None:
    with a_house_with_secrets(house.storage) as shop:
        shop.card(auto_create_unknown_items=False)
        shop.customer(7001, email="zoe.unique@example.fr")
        shop.order(5001, NO_SUCH_ITEM, customer=7001)
        shop.order(5002, NO_SUCH_ITEM)
        shop.order(5003, NO_SUCH_ITEM, name="for zoe.unique@example.fr")
        shop.sync()
        assert names(shop)[5003] == "for zoe.unique@example.fr"

        carry_out(shop.connector, Command(
            shop=shop.shop, topic="customers/redact", at=iso(shop.clock.now()), id="1",
            subject=Subject(id="7001", email="zoe.unique@example.fr")))

        assert names(shop) == {5001: "", 5002: "#5002", 5003: ""}
