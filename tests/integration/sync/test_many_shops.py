"""The schedule of many shops: none of them waits for another one's card, connection, or place in the alphabet."""
from __future__ import annotations

import json

import pytest

from local.azurite import Azurite
from local.storage_proxy import StorageCall, storage_proxy
from shared.errors import ConnectorError, ServiceUnavailable
from shared.sync.queue import QUEUE, SyncJob, request_sync_of_all_shops
from shared.sync.run import run_sync
from tests.house import House, a_house
from tests.memory import MemoryQueues, storage_in_memory
from tests.unreadable_card import unreadable_card

MORE = 20


def neighbours(house: House, count: int, **changes: object) -> list[str]:
    """Further enabled shops, each with a store of its own."""
    codes = [f"{house.shop[:12]}-{number}" for number in range(count)]
    for code in codes:
        card = {"shopify_url": f"{code.lower()}.myshopify.com", "company_id": house.bc.company, "enabled": True}
        house.connector.shops.save(code, card | changes)
    return codes


def test_a_card_that_cannot_be_read_fails_in_its_own_run_and_keeps_no_other_shop_waiting(house: House) -> None:
    first, second = neighbours(house, 2)
    with unreadable_card(house, first):
        asked = request_sync_of_all_shops(house.connector)
        run_sync(house.connector, SyncJob(shop=first, started_by="test"))

    assert {house.shop, first, second} <= set(asked)
    (run,) = house.connector.runs.latest(first)
    assert (run.state, run.error_code) == ("failed", "shop-card-unreadable")


def test_shops_that_are_disabled_or_paused_are_not_asked_for(house: House) -> None:
    paused, disabled, fine = neighbours(house, 3)
    house.connector.shops.save(disabled, {"enabled": False})
    problem = ConnectorError("reconnect-required", "Shopify does not accept the access")
    house.connector.tokens.connections.broken(paused, problem, house.clock.now())

    asked = request_sync_of_all_shops(house.connector)

    assert {house.shop, fine} <= set(asked)
    assert not {paused, disabled} & set(asked)


def test_every_shop_gets_one_message_and_nothing_else_grows_with_their_number(azurite: Azurite) -> None:
    with storage_proxy(azurite.connection_string) as door, a_house(door.connection_string) as house:
        neighbours(house, 1)
        before = calls_of_the_schedule(house, door.calls)

        neighbours(house, MORE + 1)
        after = calls_of_the_schedule(house, door.calls)

    def messages(calls: list[StorageCall]) -> int:
        return sum((call.service, call.method) == ("Queue", "POST") for call in calls)

    assert messages(after) - messages(before) == MORE
    assert len(after) - len(before) == MORE


def calls_of_the_schedule(house: House, calls: list[StorageCall]) -> list[StorageCall]:
    request_sync_of_all_shops(house.connector)
    calls.clear()
    request_sync_of_all_shops(house.connector)
    return list(calls)


def test_a_message_that_storage_does_not_take_keeps_no_other_from_being_sent() -> None:
    storage = storage_in_memory()
    queues = storage.queues
    assert isinstance(queues, MemoryQueues)
    with a_house(storage) as house:
        first, *others = neighbours(house, 12)
        take = queues.send

        def send(queue: str, text: str, *, delay_seconds: int = 0) -> None:
            if f'"{first}"' in text:
                raise ServiceUnavailable("storage-unavailable", "it does not answer")
            take(queue, text, delay_seconds=delay_seconds)

        queues.send = send  # type: ignore[method-assign]
        with pytest.raises(ServiceUnavailable):
            request_sync_of_all_shops(house.connector)

        assert {json.loads(text)["shop"] for text, _ in queues.sent[QUEUE]} == {house.shop, *others}
