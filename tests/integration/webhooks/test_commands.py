"""Commands: from a delivery onto the queue, and what they do to a shop's access."""
from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from shared.access.grant import Grant
from shared.clock import iso
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.commands import Command
from tests.house import House
from tests.webhooks import deliver, queued, store_of, uninstalled

PERSON = {"id": 7_100_000_077_001, "email": None, "phone": None}


def test_a_command_becomes_a_message_with_nothing_but_what_is_needed(house: House) -> None:
    deliver(house, "app/uninstalled", {"id": 1, "myshopify_domain": store_of(house), "email": "owner@example.fr"},
            at="2026-03-10T09:59:30.123456789Z")

    (command,) = queued(house)

    assert (command.topic, command.at, command.subject) == (
        "app/uninstalled", "2026-03-10T09:59:30.123456Z", None
    )
    assert b"owner@example.fr" not in msgspec.json.encode(command)


def test_a_long_list_of_orders_is_spread_over_messages_that_fit_the_queue(house: House) -> None:
    orders = list(range(5_400_000_000_000, 5_400_000_002_500))
    deliver(house, "customers/redact", {
        "shop_id": 1, "shop_domain": store_of(house), "customer": PERSON, "orders_to_redact": orders})

    commands = sorted(queued(house), key=lambda command: command.id)

    assert [len(command.subject.orders) for command in commands if command.subject] == [1000, 1000, 500]
    assert sorted(int(id) for command in commands if command.subject for id in command.subject.orders) == orders
    assert len({command.id for command in commands}) == 3


def test_a_command_for_a_store_reaches_a_card_that_is_disabled_or_removed(house: House) -> None:
    house.card(enabled=False)
    store = store_of(house)
    house.connector.shops.remove(house.shop)

    deliver(house, "shop/redact", {"shop_id": 1, "shop_domain": store}, shop=store)

    assert [command.topic for command in queued(house)] == ["shop/redact"]


def test_an_uninstalled_app_disconnects_the_shop_and_an_old_notice_does_not(house: House) -> None:
    uninstalled(house)
    before, after = (iso(house.clock.now() + timedelta(seconds=seconds)) for seconds in (-1, 1))

    carry_out(house.connector, Command(shop=house.shop, topic="app/uninstalled", at=before, id="1"))
    assert house.connector.tokens.described(house.shop)["state"] == "connected"

    carry_out(house.connector, Command(shop=house.shop, topic="app/uninstalled", at=after, id="2"))
    assert house.connector.tokens.described(house.shop)["state"] == "disconnected"


def test_changed_scopes_are_asked_of_shopify_and_never_taken_from_the_notice(house: House) -> None:
    now = house.clock.now()
    house.connector.tokens.store(house.shop, Grant(
        access_token=house.shopify.token, since=now, granted=("read_orders", "read_themes")))
    house.shopify.webhooks.scopes_changed(house.shopify.app, ["read_orders", "read_products"])

    carry_out(house.connector, scopes(house, now - timedelta(seconds=1)))
    assert house.connector.tokens.described(house.shop)["scopes"] == ["read_orders", "read_themes"]

    carry_out(house.connector, scopes(house, now + timedelta(seconds=1)))
    assert house.connector.tokens.described(house.shop)["scopes"] == ["read_orders", "read_products"]


def test_the_scopes_of_a_pasted_token_stay_unknown(house: House) -> None:
    carry_out(house.connector, scopes(house, house.clock.now() + timedelta(seconds=1)))

    assert house.connector.tokens.described(house.shop)["scopes"] == []


def test_the_end_of_a_bulk_operation_changes_nothing(house: House) -> None:
    deliver(house, "bulk_operations/finish", {"admin_graphql_api_id": "gid://shopify/BulkOperation/1"})

    (command,) = queued(house)
    carry_out(house.connector, command)

    assert queued(house) == []


def scopes(house: House, at: datetime) -> Command:
    return Command(shop=house.shop, topic="app/scopes_update", at=iso(at), id="1", host=store_of(house))
