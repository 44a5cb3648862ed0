"""Deliveries over Amazon EventBridge: bus, rule, SQS, us. At least once, and nothing is deleted before it is kept."""
from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.azurite import Azurite
from local.processes import ROOT
from local.storage_proxy import storage_proxy
from shared.errors import ConnectorError, ServiceUnavailable
from shared.storage.event_queue import Key, event_queue
from shared.webhooks.draining import Drained, drain
from tests.event_bus import KEY, REGION, SOURCE, TRIES, EventBus, amazon, deleting_fails_once, requests_seen
from tests.house import TOKEN_KEY, House, HouseStorage, a_house
from tests.webhooks import an_order, queued, store_of

MARIE = "marie.curie@example.fr"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with amazon() as endpoint:
        yield endpoint


@pytest.fixture
def bus(endpoint: str) -> EventBus:
    """A bus, a rule and two queues of this test's own."""
    return EventBus(endpoint)


@pytest.fixture
def house(house_storage: HouseStorage, bus: EventBus) -> Iterator[House]:
    """A shop with a store of its own, and a connector that drains the queue."""
    with a_house(house_storage, **bus.settings) as everything:
        everything.card(shopify_url=f"{everything.shop.lower()}.myshopify.com")
        yield everything


def changed(house: House, type: str = "orders") -> list[int]:
    return [int(one.id) for one in house.connector.changed.of(house.shop, type)]


def put_orders(house: House, bus: EventBus, *numbers: int) -> None:
    for number in numbers:
        bus.put("orders/updated", an_order(number), shop=store_of(house))


def test_what_shopify_puts_on_the_bus_is_noted_like_a_webhook(house: House, bus: EventBus) -> None:
    put_orders(house, bus, 5001, 5002)
    bus.put("products/update", {"id": 77}, shop=store_of(house))

    drained = drain(house.connector)

    assert drained == Drained(taken=3)
    assert (changed(house), changed(house, "products")) == ([5001, 5002], [77])
    assert (bus.waiting(), bus.dead()) == (0, 0)


def test_one_drain_empties_the_queue_however_full_it_is(house: House, bus: EventBus) -> None:
    put_orders(house, bus, *range(5001, 5036))

    drained = drain(house.connector)

    assert drained == Drained(taken=35)
    assert changed(house) == list(range(5001, 5036))


def test_a_drain_ends_with_its_time_budget_and_the_next_one_goes_on(house_storage: HouseStorage, bus: EventBus) -> None:
    with a_house(house_storage, time_budget_seconds=0, **bus.settings) as house:
        put_orders(house, bus, 5001)

        assert drain(house.connector) == Drained()
        assert bus.waiting() == 1


def test_the_same_message_twice_is_one_change(house: House, bus: EventBus) -> None:
    put_orders(house, bus, 5001, 5001)

    drain(house.connector)

    assert changed(house) == [5001]


def test_what_amazon_did_not_delete_comes_again_and_is_still_one_change(
    house_storage: HouseStorage, bus: EventBus, caplog: pytest.LogCaptureFixture
) -> None:
    with deleting_fails_once(bus.endpoint) as door, \
            a_house(house_storage, **bus.settings | {"event_queue_endpoint": door}) as house:
        house.card(shopify_url=f"{house.shop.lower()}.myshopify.com")
        put_orders(house, bus, 5001)

        drained = drain(house.connector)

        assert drained == Drained(taken=2)
        assert changed(house) == [5001]
        assert bus.waiting() == 0
        assert caplog.text.count("was taken in but not deleted") == 1


@pytest.mark.parametrize("broken", [
    "this is no event", json.dumps({"source": SOURCE, "detail": {"payload": {"id": 1}, "metadata": {}}}),
])
def test_nine_of_ten_get_through_and_the_tenth_ends_in_the_dead_letter_queue(
    house: House, bus: EventBus, broken: str
) -> None:
    put_orders(house, bus, 5001, 5002, 5003, 5004)
    bus.send(broken)
    put_orders(house, bus, 5005, 5006, 5007, 5008, 5009)

    drained = drain(house.connector)

    assert drained.taken == 9
    assert changed(house) == list(range(5001, 5010))
    assert (bus.waiting(), bus.dead()) == (0, 1)


def test_a_body_without_a_record_is_left_to_amazon(house: House, bus: EventBus) -> None:
    bus.put("orders/updated", {"id": "no number"}, shop=store_of(house))

    assert drain(house.connector).taken == 0
    assert bus.dead() == 1


def test_an_event_of_another_source_than_that_of_the_arn_is_not_believed(
    house_storage: HouseStorage, bus: EventBus
) -> None:
    """Whoever may write to the queue could claim any source; one that is known must be met exactly."""
    arn = f"arn:aws:events:eu-west-1::event-source/{SOURCE}"
    with a_house(house_storage, shopify_event_bridge_arn=arn, **bus.settings) as house:
        house.card(shopify_url=f"{house.shop.lower()}.myshopify.com")
        bus.put("orders/updated", an_order(5001), shop=store_of(house), source=f"{SOURCE}-of-another-app")
        put_orders(house, bus, 5002)

        drain(house.connector)

        assert changed(house) == [5002]
        assert bus.dead() == 1


def test_with_storage_down_nothing_is_deleted_and_afterwards_all_is_noted(azurite: Azurite, bus: EventBus) -> None:
    """The drain stops at once: going on would cost every message of the queue one of its tries."""
    with storage_proxy(azurite.connection_string) as door, a_house(door.connection_string, **bus.settings) as house:
        house.card(shopify_url=f"{house.shop.lower()}.myshopify.com")
        put_orders(house, bus, *range(5001, 5013))
        door.refuse = lambda call: call.target.startswith("ChangedRecords")

        for _ in range(TRIES - 1):
            with pytest.raises(ServiceUnavailable):
                drain(house.connector)
        assert (bus.waiting(), bus.dead()) == (12, 0)

        door.refuse = lambda call: False
        assert drain(house.connector) == Drained(taken=12)
        assert changed(house) == list(range(5001, 5013))


def test_an_event_of_amazons_largest_size_is_taken_in(house: House, bus: EventBus) -> None:
    """256 KiB of an order with many lines."""
    bus.put("orders/updated", an_order(5001) | {"note": "é" * 130_000}, shop=store_of(house))

    assert drain(house.connector) == Drained(taken=1)
    assert changed(house) == [5001]


def test_a_privacy_request_goes_onto_the_queue_of_commands_and_nowhere_else(
    house: House, bus: EventBus, caplog: pytest.LogCaptureFixture
) -> None:
    store = store_of(house)
    person = {"id": 7_100_000_077_001, "email": MARIE, "phone": "+33144274622"}
    body = {"shop_id": 1, "shop_domain": store, "customer": person, "orders_to_redact": [5001]}
    bus.put("customers/redact", body, shop=store)
    bus.put("customers/redact", body | {"shop_domain": "another.myshopify.com"}, shop=store)
    bus.send(json.dumps(body))

    with caplog.at_level(logging.DEBUG, logger="shared"):
        drained = drain(house.connector)

    (command,) = queued(house)
    assert drained.taken == 1
    assert command.subject is not None
    assert (command.topic, command.subject.email) == ("customers/redact", MARIE)
    assert bus.dead() == 2
    assert "stays in the queue" in caplog.text
    assert "marie" not in caplog.text
    assert "+33144" not in caplog.text


def test_a_delivery_for_a_shop_that_nobody_knows_is_dropped_without_a_trace_in_the_queue(
    house: House, bus: EventBus
) -> None:
    bus.put("orders/updated", an_order(5001), shop="unknown-shop.myshopify.com")

    assert drain(house.connector) == Drained(taken=1)
    assert (bus.waiting(), bus.dead()) == (0, 0)


def test_an_environment_that_may_not_call_out_leaves_the_queue_to_the_one_that_may(
    house: House, bus: EventBus
) -> None:
    put_orders(house, bus, 5001)
    house.connector.permission.allow(False, by="test")

    drained = drain(house.connector)
    house.connector.permission.allow(True, by="test")

    assert drained == Drained()
    assert bus.waiting() == 1


def test_a_queue_that_is_not_there_is_an_error_without_a_key_in_it(house_storage: HouseStorage, bus: EventBus) -> None:
    settings = bus.settings | {"event_queue_url": f"{bus.queue}-that-was-removed"}
    with a_house(house_storage, **settings) as house, pytest.raises(ConnectorError) as refused:
        drain(house.connector)

    assert refused.value.code == "event-queue-unavailable"
    assert "NonExistentQueue" in refused.value.detail or "QueueDoesNotExist" in refused.value.detail
    assert not [key for key in KEY if key in refused.value.detail]


def test_only_the_key_of_the_settings_signs_whatever_lies_in_the_environment(
    house: House, bus: EventBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFTHEOPERATOR")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "his-own")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "his-session")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with requests_seen(bus.endpoint) as (door, seen):
        event_queue(bus.queue, REGION, Key(*KEY), door).receive()

    assert [(f"Credential={KEY[0]}/" in one["Authorization"], one["X-Amz-Security-Token"]) for one in seen] == [
        (True, None)]


def test_without_a_queue_the_package_for_amazon_is_not_even_looked_for(azurite: Azurite) -> None:
    program = f"""
import sys
sys.modules["boto3"] = sys.modules["botocore"] = None
import function_app
from shared.root import build_connector
from shared.settings import read_settings
from shared.webhooks.draining import drain
settings = read_settings({{"AzureWebJobsStorage": {azurite.connection_string!r}, "TOKEN_KEY": {TOKEN_KEY!r},
                          "BC_API_ROOT": "http://127.0.0.1:9"}})
print(drain(build_connector(settings)))
"""

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)

    assert done.stdout == "Drained(taken=0, left=0)\n", done.stderr
