"""Which commands are believed: those of the card's present store, and what Shopify, asked, does not deny."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.access.grant import Grant
from shared.clock import from_iso, iso
from shared.record_types import TYPE_NAMES
from shared.shopify.topics import PRIVACY_TOPICS, RECORD_TOPICS
from shared.shops.store import TABLE as SHOP_TABLE
from shared.shops.store import shop_url
from shared.stores.privacy_receipts import Receipt
from shared.webhooks.command_handlers import ASK_AGAIN, carry_out
from shared.webhooks.commands import COMMAND_TOPICS, Command
from tests.house import House
from tests.webhooks import deliver, queued, store_of, uninstalled

MARIE = {"id": 7001, "email": "marie@example.fr", "phone": None}
LIVE = "2099-01-01T00:00:00Z"


def body_of(topic: str, store: str) -> dict[str, Any]:
    """What Shopify sends of this topic."""
    bodies: dict[str, dict[str, Any]] = {
        "app/uninstalled": {"id": 1, "myshopify_domain": store},
        "app/scopes_update": {"id": 1, "previous": [], "current": ["read_themes"]},
        "bulk_operations/finish": {"admin_graphql_api_id": "gid://shopify/BulkOperation/1"},
        "customers/data_request": {"shop_id": 1, "shop_domain": store, "customer": MARIE, "orders_requested": [5001],
                                   "data_request": {"id": 9}},
        "customers/redact": {"shop_id": 1, "shop_domain": store, "customer": MARIE, "orders_to_redact": [5001]},
        "shop/redact": {"shop_id": 1, "shop_domain": store},
        "orders/edited": {"order_edit": {"order_id": 5001}},
        "customers/merge": {"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/7001",
                            "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/7002"},
    }
    company = {"admin_graphql_api_id": "gid://shopify/Company/5001"}
    return bodies.get(topic, {"id": 5001, "order_id": 5001, "company": company, **company})


def deliver_from(house: House, topic: str, store: str, **how: str) -> None:
    deliver(house, topic, body_of(topic, store), shop=store, **how)


def neighbour_of(house: House) -> str:
    return f"{house.shop.lower()}-neighbour.myshopify.com"


def pointed_at(house: House, store: str) -> None:
    """The card with another store, although something was synchronized: former versions allowed it."""
    card = msgspec.structs.replace(house.connector.shops.get(house.shop), shopify_url=shop_url(store))
    table = house.connector.storage.tables[SHOP_TABLE]
    table.put({"PartitionKey": "domain", "RowKey": f"{card.host}|{card.code}"})
    table.put({"PartitionKey": "shop", "RowKey": card.code, "card": msgspec.json.encode(card).decode()})


def carry_out_queued(house: House) -> list[Command]:
    commands = queued(house)
    for command in commands:
        carry_out(house.connector, command)
    return commands


def state_of(house: House) -> dict[str, Any]:
    """What a command may change."""
    connector, shop = house.connector, house.shop
    return {
        "access": connector.tokens.described(shop), "card": connector.shops.find(shop),
        "captures": {type: connector.captures.packs(shop, type) for type in TYPE_NAMES},
        "link": house.link("customers", 7001), "receipts": receipts(house),
        "changed": [connector.changed.of(shop, type) for type in TYPE_NAMES],
    }


def receipts(house: House) -> list[Receipt]:
    return [one for one in house.connector.receipts.all() if one.shop == house.shop]


@pytest.fixture
def synced(house: House) -> House:
    """A customer and an order are here, and the access is older than two days."""
    house.customer(7001, email="marie@example.fr")
    house.order(5001, customer=7001)
    house.sync()
    house.clock.forward(7 * 24 * 3600)
    return house


def test_a_neighbour_whose_address_the_card_once_had_changes_nothing(synced: House) -> None:
    ours, neighbour = store_of(synced), neighbour_of(synced)
    pointed_at(synced, neighbour)
    pointed_at(synced, ours)
    before = state_of(synced)

    for topic in (*COMMAND_TOPICS, *RECORD_TOPICS):
        deliver_from(synced, topic, neighbour)
        assert carry_out_queued(synced) == []

    assert state_of(synced) == before


def test_a_command_that_waited_while_the_card_got_another_store_is_not_carried_out(synced: House) -> None:
    for topic in COMMAND_TOPICS:
        deliver_from(synced, topic, store_of(synced))
    pointed_at(synced, neighbour_of(synced))
    before = state_of(synced)

    assert sorted(command.topic for command in carry_out_queued(synced)) == sorted(COMMAND_TOPICS)

    after = state_of(synced)
    assert {one.topic: one.state for one in after["receipts"]} == dict.fromkeys(PRIVACY_TOPICS, "refused")
    assert {**after, "receipts": []} == before


@pytest.mark.parametrize("topic", ["app/uninstalled", "customers/redact", "shop/redact"])
def test_a_card_with_a_neighbours_address_by_mistake_keeps_our_data_from_the_neighbour(
    synced: House, topic: str
) -> None:
    synced.connector.tokens.store(synced.shop, Grant(
        access_token="shpat_of_our_store", since=synced.clock.now(), host=store_of(synced)))
    synced.clock.forward(7 * 24 * 3600)
    pointed_at(synced, neighbour_of(synced))
    before = state_of(synced)

    deliver_from(synced, topic, neighbour_of(synced))
    carry_out_queued(synced)

    assert {**state_of(synced), "receipts": []} == before


def test_the_rows_a_former_version_left_behind_lead_nowhere(synced: House) -> None:
    shops, neighbour = synced.connector.shops, neighbour_of(synced)
    synced.connector.storage.tables["Shops"].put({"PartitionKey": "domain", "RowKey": f"{neighbour}|{synced.shop}"})

    assert shops.codes_at(neighbour) == []
    shops.remove(synced.shop)

    assert shops.codes_at(neighbour) == []
    assert shops.codes_at(f"{synced.shop.lower()}.myshopify.com") == [synced.shop]


def test_a_removed_card_that_two_stores_lead_to_is_nobodys(synced: House) -> None:
    synced.connector.shops.remove(synced.shop)
    table = synced.connector.storage.tables["Shops"]
    table.put({"PartitionKey": "domain", "RowKey": f"{neighbour_of(synced)}|{synced.shop}"})

    assert synced.connector.shops.codes_at(neighbour_of(synced)) == []


def test_a_command_is_for_every_card_of_its_store(synced: House) -> None:
    store, second = store_of(synced), f"{synced.shop}-2"
    synced.connector.shops.save(second, {"shopify_url": store})
    synced.connector.shops.save(f"{synced.shop}-3", {"shopify_url": neighbour_of(synced)})

    assert sorted(synced.connector.shops.codes_at(store)) == sorted([synced.shop, second])


def test_a_time_in_the_future_is_now(synced: House) -> None:
    deliver_from(synced, "shop/redact", store_of(synced), at=LIVE)

    (command,) = queued(synced)
    assert from_iso(command.at) == synced.clock.now()


@pytest.mark.parametrize("topic", ["shop/redact", "app/uninstalled", "app/scopes_update"])
@pytest.mark.parametrize("at", [LIVE, "", "2026-03-17T10:00:00Z"])
def test_a_recorded_delivery_changes_nothing_while_the_app_is_installed(synced: House, topic: str, at: str) -> None:
    before = state_of(synced)

    deliver_from(synced, topic, store_of(synced), at=at)
    carry_out_queued(synced)

    after = state_of(synced)
    assert [(one.topic, one.state) for one in after["receipts"]] == (
        [("shop/redact", "refused")] if topic == "shop/redact" else [])
    assert {**after, "receipts": []} == before


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "0001-01-02T23:00:00+14:00"])
def test_a_time_before_which_no_time_is_left_fails_no_command(synced: House, at: str) -> None:
    before = state_of(synced)

    deliver_from(synced, "shop/redact", store_of(synced), at=at)
    carry_out_queued(synced)

    after = state_of(synced)
    assert [one.state for one in after["receipts"]] == ["done"]
    assert after["receipts"][0].note.text.startswith("nothing was erased")
    assert {**after, "receipts": []} == before


def test_when_the_app_is_gone_the_shop_is_disconnected_and_then_erased(synced: House) -> None:
    uninstalled(synced)

    deliver_from(synced, "app/uninstalled", store_of(synced), at=iso(synced.clock.now()))
    carry_out_queued(synced)
    assert synced.connector.tokens.described(synced.shop)["state"] == "disconnected"

    synced.clock.forward(48 * 3600)
    deliver_from(synced, "shop/redact", store_of(synced), at=iso(synced.clock.now()))
    carry_out_queued(synced)

    assert [one.state for one in receipts(synced)] == ["done"]
    assert synced.connector.captures.packs(synced.shop, "orders") == []
    assert synced.link("customers", 7001).bc_number == ""


def test_a_shop_that_is_gone_with_its_card_leaves_no_way_to_its_code(synced: House) -> None:
    store = store_of(synced)
    uninstalled(synced)
    synced.connector.shops.remove(synced.shop)

    deliver_from(synced, "shop/redact", store, at=iso(synced.clock.now()))
    carry_out_queued(synced)

    assert [one.state for one in receipts(synced)] == ["done"]
    assert synced.connector.shops.codes_at(store) == []


@pytest.mark.parametrize("topic", ["shop/redact", "app/uninstalled", "app/scopes_update"])
@pytest.mark.parametrize("status", [402, 403, 423, 502], ids=["frozen", "forbidden", "locked", "down"])
def test_while_shopify_cannot_be_asked_a_command_waits(synced: House, topic: str, status: int) -> None:
    synced.shopify.fault("http_5xx", times=50, status=status)
    before = state_of(synced)

    deliver_from(synced, topic, store_of(synced), at=iso(synced.clock.now()))
    (command,) = queued(synced)
    carry_out(synced.connector, command)

    after = state_of(synced)
    assert [one.state for one in after["receipts"]] == (["waiting"] if topic == "shop/redact" else [])
    assert {**after, "receipts": []} == before


@pytest.fixture
def calls_switched_off(synced: House) -> Iterator[None]:
    """Allow HTTP requests is off; on again afterwards, since tests share the storage emulator."""
    synced.connector.permission.allow(False, by="test")
    yield
    synced.connector.permission.allow(True, by="test")


def test_where_no_calls_are_allowed_a_command_waits_until_they_are(synced: House, calls_switched_off: None) -> None:
    deliver_from(synced, "shop/redact", store_of(synced), at=iso(synced.clock.now()))
    (command,) = queued(synced)
    carry_out(synced.connector, command)
    assert [one.state for one in receipts(synced)] == ["waiting"]
    assert synced.link("customers", 7001).bc_number != ""
    synced.connector.permission.allow(True, by="test")
    uninstalled(synced)

    synced.clock.forward(ASK_AGAIN.total_seconds())
    carry_out(synced.connector, command)

    assert [one.state for one in receipts(synced)] == ["done"]


def test_after_a_month_without_an_answer_an_operator_is_called_and_nothing_is_erased(synced: House) -> None:
    began = synced.clock.now()
    synced.shopify.fault("http_5xx", times=50, status=502)
    before = state_of(synced)
    command = Command(shop=synced.shop, topic="shop/redact", at=iso(began), id="1", host=store_of(synced),
                      asked_since=iso(began - timedelta(days=29)))

    carry_out(synced.connector, command)

    (receipt,) = receipts(synced)
    assert receipt.state == "failed"
    assert "cannot be asked" in str(receipt.note)
    assert {**state_of(synced), "receipts": []} == before


def test_a_frozen_shop_whose_app_was_removed_before_is_erased(synced: House) -> None:
    """Shopify answers 402 whatever the token is: the removal that was believed then decides."""
    synced.connector.tokens.disconnect(synced.shop, at=synced.clock.now())
    synced.shopify.fault("http_5xx", times=50, status=402)

    deliver_from(synced, "shop/redact", store_of(synced), at=iso(synced.clock.now()))
    carry_out_queued(synced)

    assert [one.state for one in receipts(synced)] == ["done"]


NOBODY: list[Any] = [
    {"id": 0}, {"id": -7001}, {"id": "7001"}, {"id": None}, {"id": 2**63}, {"id": True}, {"id": 7001.5}, {"id": [7001]},
    {}, [], 0, "", "7001", {"email": "marie@example.fr"}, {"id": 7001, "email": {"$ne": ""}}, {"id": 7001, "phone": 1},
]
NO_ORDERS: list[Any] = [[0], [-1], ["5001"], [None], [2**64], "5001", {"id": 5001}]


def test_a_request_that_names_nobody_is_answered_refused_and_erases_nothing(synced: House) -> None:
    before = state_of(synced)
    requests = [
        *((topic, {"customer": customer}) for topic in PRIVACY_TOPICS[:2] for customer in NOBODY),
        *(("customers/redact", {"orders_to_redact": orders}) for orders in NO_ORDERS),
        *(("customers/data_request", {"orders_requested": orders}) for orders in NO_ORDERS),
    ]

    for place, (topic, wrong) in enumerate(requests):
        request = {"data_request": {"id": place + 1}} if topic == "customers/data_request" else {}
        deliver(synced, topic, body_of(topic, store_of(synced)) | wrong | request)
        carry_out_queued(synced)

    after = state_of(synced)
    assert len(after["receipts"]) == len(requests)
    assert {(one.state, one.customer_id) for one in after["receipts"]} == {("refused", "")}
    assert all("names no customer" in str(one.note) for one in after["receipts"])
    assert {**after, "receipts": []} == before
