"""Deliveries as Shopify would send them, signed."""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient, TextBase64DecodePolicy

from shared.access.grant import Grant
from shared.shopify.webhooks import signature
from shared.webhooks.commands import QUEUE, Command, command_in
from shared.webhooks.intake import receive
from tests.house import House, HouseStorage, a_house
from tests.memory import MemoryQueues

SECRET, OLD_SECRET = "shpss_the_present_secret", "shpss_the_one_before"
SHOP = "demo-fr.myshopify.com"


@contextmanager
def a_house_with_secrets(house_storage: HouseStorage) -> Iterator[House]:
    """An empty Shopify shop, the seeded company and a connector that webhooks may reach: with the app's client secret,
    the present one and the one before."""
    with a_house(house_storage, shopify_client_secret=SECRET, shopify_previous_client_secret=OLD_SECRET) as everything:
        # A store of its own: the houses of other tests share the emulator, and with it the store demo-fr.
        everything.card(shopify_url=f"{everything.shop.lower()}.myshopify.com")
        yield everything


def headers_of(topic: str, body: bytes, *, shop: str = SHOP, secret: str = SECRET,
               at: str = "2026-03-10T10:00:00.123456789Z", **more: str) -> dict[str, str]:
    """The headers of one delivery, as the Functions host hands them on: names in lower case."""
    return {
        "x-shopify-topic": topic, "x-shopify-hmac-sha256": signature(body, secret), "x-shopify-shop-domain": shop,
        "x-shopify-api-version": "2026-10", "x-shopify-webhook-id": str(uuid4()),
        "x-shopify-event-id": str(uuid4()), "x-shopify-triggered-at": at, **more,
    }


def deliver(house: House, topic: str, content: Mapping[str, Any], **how: str) -> None:
    """One signed delivery to the house's connector; raises what refuses it."""
    body = json.dumps(content).encode()
    how["shop"] = how.get("shop") or store_of(house)
    receive(house.connector, headers_of(topic, body, **how), body)


def uninstalled(house: House) -> None:
    """The app is removed from the store that granted it access: with a refresh token, so that Shopify says so."""
    for secret in (OLD_SECRET, house.settings.shopify_client_secret):
        house.shopify.app.rotate(secret, house.clock.now())
    tokens, shop = house.connector.tokens, house.shop
    tokens.store(shop, Grant(access_token=house.shopify.token, since=tokens.since(shop) or house.clock.now(),
                             own_app=True, host=house.connector.shops.get(shop).host))
    tokens.token(shop)
    house.shopify.uninstall()


def queued(house: House) -> list[Command]:
    """The commands that wait for this house's shop; those of other houses are let go unread."""
    if isinstance(house.storage.queues, MemoryQueues):
        waiting = house.storage.queues.sent.pop(QUEUE, [])
        return [command_in(text.encode()) for text, _ in waiting]
    queue = QueueClient.from_connection_string(
        house.settings.storage_connection, QUEUE, message_decode_policy=TextBase64DecodePolicy())
    found: list[Command] = []
    with suppress(ResourceNotFoundError):  # nobody has sent one yet
        found += _received(house, queue)
    return found


def _received(house: House, queue: QueueClient) -> Iterator[Command]:
    for message in queue.receive_messages(messages_per_page=32, visibility_timeout=60):
        command = command_in(message.content.encode())
        if command.shop == house.shop:
            queue.delete_message(message)
            yield command


def store_of(house: House) -> str:
    """The store of the house's card."""
    return house.connector.shops.get(house.shop).host


def an_order(number: int) -> dict[str, Any]:
    """The part of an order's body that we read, and some that we do not."""
    return {"id": number, "admin_graphql_api_id": f"gid://shopify/Order/{number}", "total_price": "0.00"}
