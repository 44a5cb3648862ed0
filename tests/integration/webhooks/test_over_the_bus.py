"""The whole way over Amazon EventBridge: the shop, the bus, the queue, the timer of a host, Business Central."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.azurite import start_azurite
from shared.shopify.topics import SUBSCRIBED_TOPICS
from tests.event_bus import EventBus, amazon
from tests.integration.sync.street import Street, a_street
from tests.waiting import wait_until


@pytest.fixture
def bus() -> Iterator[EventBus]:
    with amazon() as endpoint:
        yield EventBus(endpoint)


@pytest.fixture
def street(tmp_path_factory: pytest.TempPathFactory, bus: EventBus) -> Iterator[Street]:
    """A connected, synchronized shop that delivers to Amazon; no address of ours is known to it."""
    size: dict[str, Any] = {"customers": 4, "products": 3, "orders": 6, "plain": True}
    folder = tmp_path_factory.mktemp("street")
    with start_azurite() as azurite, a_street(azurite.connection_string, folder, **size) as street:
        street.settings |= {name.upper(): value for name, value in bus.settings.items()} | {
            "SHOPIFY_EVENT_BRIDGE_ARN": "arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/"
                                        f"{street.shopify.app.number}/connector",
            "EVENT_QUEUE_SCHEDULE": "* * * * * *", "WEBHOOK_DELAY_SECONDS": "1", "PUBLIC_URL": "",
        }
        street.open()
        street.connect()
        street.start_sync()
        street.finished_run()
        wait_until(lambda: len(street.shopify.shop_state.subscriptions) == len(SUBSCRIBED_TOPICS))
        yield street


def test_a_change_in_the_shop_reaches_business_central_over_the_bus(street: Street, bus: EventBus) -> None:
    wanted = street.move_orders("7 rue du Pont", 3)

    put_on_the_bus(street, bus)

    wait_until(lambda: wanted.items() <= street.addresses().items())
    assert (bus.waiting(), bus.dead()) == (0, 0)


def put_on_the_bus(street: Street, bus: EventBus) -> None:
    """What the shop has for Amazon: the simulated one keeps it, since it knows no Amazon."""
    found = [one for one in street.shopify.webhooks.listed() if one.state == "cloud bus"]
    assert found
    for one in found:
        bus.put(one.topic, json.loads(one.body), shop=one.shop,
                source=one.address.partition(":event-source/")[2], at=one.headers("")["X-Shopify-Triggered-At"])
