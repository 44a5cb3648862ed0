"""What operators do with the orders of somebody who was erased: nothing comes back unasked, and no sale is lost."""
from __future__ import annotations

from typing import Any

import pytest

from shared.admin.orders import create_order_again, sync_order
from shared.admin.skipped import list_skipped, retry
from shared.clock import iso
from shared.privacy.subject import Subject
from shared.stores.links import LinkState
from shared.stores.skipped_records import Wanted
from shared.sync.page import LEFT_ALONE
from shared.texts import said
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.commands import Command
from tests.house import House
from tests.webhooks import deliver

PERSON, BOOKED, PARKED = 7001, 5001, 5002


@pytest.fixture
def shop(house: House) -> House:
    """A person with an order that is booked and one that is parked for want of its item; then the person is erased."""
    house.card(auto_create_unknown_items=False)
    house.customer(PERSON)
    house.order(BOOKED, customer=PERSON)
    house.order(PARKED, [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "10.00"}], customer=PERSON)
    house.sync()
    erase(house)
    return house


def erase(house: House) -> None:
    carry_out(house.connector, Command(shop=house.shop, topic="customers/redact", at=iso(house.clock.now()), id="1",
                                       subject=Subject(id=str(PERSON))))


def captured(house: House, number: int) -> int:
    return len(house.connector.captures.of_record(house.shop, "orders", str(number)))


def item_arrives(house: House) -> None:
    house.card(default_item_no="1000")


def in_any_case(house: House, number: int) -> Any:
    return sync_order(house.connector, house.shop, str(number), even_if_left_out=True, by="Claire")


def test_a_document_that_is_given_up_is_made_anew_though_the_person_was_erased(shop: House) -> None:
    before = shop.link("orders", BOOKED).bc_number
    shop.bc.control.remove("salesOrders", before)

    create_order_again(shop.connector, shop.shop, str(BOOKED), before, by="Claire")

    assert shop.document(BOOKED)["number"] == shop.link("orders", BOOKED).bc_number != before
    assert shop.link("orders", BOOKED).state is LinkState.APPLIED


def test_a_parked_order_that_an_operator_has_tried_again_is_read_once_and_dismissed_again(shop: House) -> None:
    shop.clock.forward(3600)  # no overlap: nothing is read but what is tried again
    shop.sync("orders")
    retry(shop.connector, shop.shop, "orders", str(PARKED), by="Claire")

    read = [shop.sync("orders").counts["orders"].read for _ in range(2)]

    assert read == [1, 0]
    assert captured(shop, PARKED) == 0
    assert shop.parked()[PARKED].dismissed_by == "privacy request"
    (shown,) = [one for one in list_skipped(
        shop.connector, shop.shop, "orders", Wanted(dismissed=True), language="fr", continuation="", limit=10,
    ).records if one.id == str(PARKED)]
    assert (shown.dismissed_by, shown.note) == (
        "demande de confidentialité", said(LEFT_ALONE, "fr"))
    assert shown.note != str(LEFT_ALONE)


def test_a_parked_order_is_booked_when_an_operator_wants_it_in_any_case(shop: House) -> None:
    item_arrives(shop)

    done = in_any_case(shop, PARKED)

    assert (done.result, done.number) == ("created", shop.document(PARKED)["number"])
    assert PARKED not in shop.parked()


def test_what_is_wanted_in_any_case_and_parked_is_tried_until_it_is_booked(shop: House) -> None:
    assert in_any_case(shop, PARKED).result == "parked"
    item_arrives(shop)
    shop.clock.forward(24 * 3600)

    shop.sync("orders")

    assert len(shop.documents(PARKED)) == 1


def test_what_was_wanted_in_any_case_before_the_erasure_is_not_captured_by_a_reset_after_it(house: House) -> None:
    house.card(auto_create_unknown_items=False)
    house.customer(PERSON)
    house.order(PARKED, [{"sku": "NO-SUCH-ITEM", "quantity": 1, "unit_price": "10.00"}], customer=PERSON)
    house.sync()
    in_any_case(house, PARKED)
    erase(house)
    house.clock.forward(24 * 3600)

    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="test")
    house.card(default_item_no="1000")  # so that every order is decided again
    house.sync("orders")

    assert captured(house, PARKED) == 0
    assert house.documents(PARKED) == []


def merge(house: House, at: str) -> None:
    deliver(house, "customers/merge", {
        "admin_graphql_api_customer_kept_id": f"gid://shopify/Customer/{PERSON}",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/7009", "status": "completed",
    }, at=at)


def test_a_merge_that_is_told_late_brings_no_erased_number_back(shop: House) -> None:
    sent = iso(shop.clock.now())
    shop.clock.forward(3600)

    merge(shop, sent)

    assert shop.connector.merged.into(shop.shop, str(PERSON)) == ()


def test_who_is_merged_with_an_erased_customer_afterwards_is_known(shop: House) -> None:
    shop.clock.forward(3600)

    merge(shop, iso(shop.clock.now()))

    assert shop.connector.merged.into(shop.shop, str(PERSON)) == ("7009",)


def test_a_dispute_that_goes_on_does_not_say_again_about_which_order_it_is(house: House) -> None:
    house.customer(PERSON)
    house.order(BOOKED, customer=PERSON)
    house.order(5003)
    house.sync()
    house.dispute(9001, order=BOOKED)
    house.dispute(9002, order=5003)
    house.sync()
    erase(house)

    for number in (9001, 9002):
        house.change("disputes", number, status="UNDER_REVIEW")
    house.sync()

    kept = {one.id: one for one in house.connector.disputes.all(house.shop)}
    assert [(kept[str(n)].status.value, kept[str(n)].order_id) for n in (9001, 9002)] == [
        ("Under Review", ""), ("Under Review", "5003")]
    assert house.connector.captures.of_record(house.shop, "disputes", "9001") == []
    assert len(house.connector.captures.of_record(house.shop, "disputes", "9002")) == 2
    assert house.sync("disputes").counts["disputes"].updated == 0


def test_nobody_is_found_by_the_address_of_a_person_who_was_erased(house: House) -> None:
    house.customer(PERSON, email="jean@example.fr")
    house.order(5001, email="jean@example.fr", customer=PERSON)
    house.order(5002, email="marie@example.fr")
    house.sync()
    number = house.link("orders", 5001).bc_number

    before = {(one.type, one.id) for one in house.connector.names.called(house.shop, "Jean@example.fr", 9)}
    erase(house)

    assert before == {("customers", str(PERSON)), ("orders", "5001")}
    assert house.connector.names.called(house.shop, "jean@example.fr", 9) == []
    assert [one.id for one in house.connector.names.called(house.shop, "marie@example.fr", 9)] == ["5002"]
    assert [one.id for one in house.connector.names.called(house.shop, number, 9)] == ["5001"]
