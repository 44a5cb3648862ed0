"""Acceptance R: webhooks. Through the functions host, with deliveries of the simulated shop and forged ones."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.azurite import Azurite, start_azurite
from shared.shopify.topics import SUBSCRIBED_TOPICS, enum_name
from tests.house import House
from tests.integration.sync.street import SHOP, Street, a_street
from tests.waiting import wait_until
from tests.webhooks import an_order, headers_of


@pytest.fixture(scope="module")
def street(street_storage: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A running host with a connected, synchronized shop of a few records, which does not listen yet."""
    size: dict[str, Any] = {"customers": 3, "products": 3, "orders": 12, "plain": True}
    with a_street(street_storage.connection_string, tmp_path_factory.mktemp("street"), **size) as street:
        street.settings["WEBHOOK_DELAY_SECONDS"] = "2"
        street.open()
        street.connect()
        street.start_sync()
        street.finished_run()
        yield street


@pytest.fixture(scope="module")
def second_street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A running host with a connected shop that delivers its webhooks to it; alone in its storage."""
    size: dict[str, Any] = {"customers": 3, "products": 3, "orders": 3, "plain": True}
    folder = tmp_path_factory.mktemp("street")
    with start_azurite() as azurite, a_street(azurite.connection_string, folder, **size) as street:
        street.shopify.shop_state.allow_loopback = True
        street.settings["WEBHOOK_DELAY_SECONDS"] = "1"
        street.open()
        street.connect()
        yield street


@pytest.fixture
def listening(second_street: Street) -> Street:
    """That street with its shop enabled and every topic subscribed, whatever a test before did to it."""
    second_street.shopify.clear_faults()
    second_street.call("PATCH", f"shops/{SHOP}", {"enabled": True}).raise_for_status()
    second_street.call("PUT", f"shops/{SHOP}/access/token", {"access_token": second_street.shopify.token})
    wait_until(lambda: topics(second_street) == set(map(enum_name, SUBSCRIBED_TOPICS)))
    return second_street


def topics(street: Street) -> set[str]:
    """What the shop tells us about."""
    return {row["topic"] for row in street.shopify.shop_state.subscriptions.values()}


def numbers(street: Street) -> list[int]:
    return [stored.number for stored in street.shopify.shop_state.stored("orders")]


def post(street: Street, topic: str, content: dict[str, Any], *, secret: str = "", **headers: str) -> int:
    """One delivery; signed with the app's secret unless another one is given."""
    assert street.host is not None
    body = json.dumps(content).encode()
    signed = headers_of(topic, body, shop=street.shopify.shop, secret=secret or street.shopify.client_secret)
    url = f"{street.host.ready['url']}/api/webhooks/shopify"
    return requests.post(url, data=body, headers=signed | headers, timeout=10).status_code


def changed_address(street: Street, number: int, line: str) -> None:
    street.shopify.shop_state.patch("orders", number, {"shipping_address": {"address1": line}})


def address_in_bc(street: Street, number: int) -> str:
    rows = street.bc.state.table("salesOrders").rows.values()
    return next(row["shipToAddressLine1"] for row in rows if row["externalDocumentNumber"] == f"SHP-{number}")


def webhook_runs(street: Street) -> list[dict[str, Any]]:
    """Runs that were woken by webhooks, newest first."""
    return [run for run in street.call("GET", f"shops/{SHOP}/runs").json() if run["only_changed"]]


def one_more_change(street: Street, number: int) -> None:
    """A change that is told and applied: whatever was told before it has been carried out too, or never will be."""
    changed_address(street, number, f"{number} rue du Vrai")
    assert post(street, "orders/updated", an_order(number)) == 200
    wait_until(lambda: address_in_bc(street, number) == f"{number} rue du Vrai" and webhook_runs(street)[0]["ended_at"])


def test_r1_five_notices_lead_to_one_run_and_five_changed_orders_arrive(street: Street) -> None:
    five = numbers(street)[:5]
    before = len(webhook_runs(street))

    for number in five:
        changed_address(street, number, "5 rue des Cinq")
        assert post(street, "orders/updated", an_order(number)) == 200

    wait_until(lambda: len(webhook_runs(street)) > before and webhook_runs(street)[0]["ended_at"])
    assert [address_in_bc(street, number) for number in five] == ["5 rue des Cinq"] * 5
    (run,) = webhook_runs(street)[: len(webhook_runs(street)) - before]
    assert run["counts"]["orders"]["updated"] == 5
    assert run["shopify_calls"] == 1


def test_r2_a_wrong_signature_is_refused_and_only_counted(street: Street) -> None:
    number, true_one = numbers(street)[6], numbers(street)[8]
    changed_address(street, number, "6 rue du Faux")
    before, writes = len(webhook_runs(street)), street.bc.stats.writes

    assert post(street, "orders/updated", an_order(number), secret="guessed") == 401
    one_more_change(street, true_one)

    assert len(webhook_runs(street)) == before + 1, "the run of the true one"
    assert street.bc.stats.writes == writes + 1
    assert sum(street.call("GET", "webhooks").json()["refused"].values()) >= 1


def test_r2_one_change_delivered_twice_and_by_two_subscriptions_is_acted_on_once(street: Street) -> None:
    number = numbers(street)[7]
    changed_address(street, number, "7 rue du Double")
    before, writes = len(webhook_runs(street)), street.bc.stats.writes
    same = {"x-shopify-webhook-id": "b54557e4-0000-4000-8000-000000000001"}

    for topic, id in [("orders/updated", same), ("orders/updated", same), ("fulfillments/update", {})]:
        assert post(street, topic, {"id": number, "order_id": number}, **id) == 200

    wait_until(lambda: len(webhook_runs(street)) > before and webhook_runs(street)[0]["ended_at"])
    one_more_change(street, numbers(street)[9])
    assert len(webhook_runs(street)) == before + 2, "the run of the one change, and of one more"
    assert street.bc.stats.writes == writes + 2


def test_r3_a_disabled_shop_loses_its_subscriptions_and_gets_them_back(listening: Street) -> None:
    assert listening.call("PATCH", f"shops/{SHOP}", {"enabled": False}).json()["enabled"] is False
    wait_until(lambda: topics(listening) == set())

    listening.call("PATCH", f"shops/{SHOP}", {"enabled": True})
    wait_until(lambda: topics(listening) == set(map(enum_name, SUBSCRIBED_TOPICS)))


def test_r3_if_shopify_refuses_disabling_still_succeeds(listening: Street) -> None:
    listening.shopify.fault("access_revoked")

    answer = listening.call("PATCH", f"shops/{SHOP}", {"enabled": False})

    assert answer.status_code == 200
    assert listening.call("GET", f"shops/{SHOP}").json()["enabled"] is False


def test_a_change_in_shopify_reaches_business_central_without_anybody_asking(listening: Street) -> None:
    listening.start_sync()
    listening.finished_run()
    number = numbers(listening)[0]

    changed_address(listening, number, "1 rue du Signal")

    wait_until(lambda: listening.orders_in_bc() and address_in_bc(listening, number) == "1 rue du Signal")


def test_r6_an_order_that_we_wrote_to_in_shopify_is_listed_once_more_and_changes_nothing(house: House) -> None:
    house.order(5001)
    house.sync()
    writes = house.bc_writes()

    house.clock.forward(3600)
    house.change("orders", 5001, tags=[f"BC {house.document(5001)['number']}"])
    first, second = house.sync("orders"), house.sync("orders")

    assert [first.counts["orders"].read, first.counts["orders"].unchanged] == [1, 1]
    assert house.bc_writes() == writes
    assert len(house.documents(5001)) == 1
    assert second.counts["orders"].updated == 0
