"""The simulated shop delivers to the functions host: changes, bad roads, a removed app, privacy requests."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.azurite import start_azurite
from shared.shopify.topics import PRIVACY_TOPICS, SUBSCRIBED_TOPICS
from tests.integration.sync.street import SHOP, Street, a_street
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A connected, synchronized shop whose webhooks reach the host; alone in its storage."""
    size: dict[str, Any] = {"customers": 8, "products": 5, "orders": 20, "plain": True}
    folder = tmp_path_factory.mktemp("street")
    with start_azurite() as azurite, a_street(azurite.connection_string, folder, **size) as street:
        street.shopify.shop_state.allow_loopback = True
        street.shopify.webhooks.retry_scale = 0.01
        street.settings["WEBHOOK_DELAY_SECONDS"] = "1"
        street.open()
        street.connect()
        assert street.host is not None
        for topic in PRIVACY_TOPICS:
            street.shopify.app.webhook_urls[topic] = f"{street.host.ready['url']}/api/webhooks/shopify"
        street.start_sync()
        street.finished_run()
        wait_until(lambda: len(street.shopify.shop_state.subscriptions) == len(SUBSCRIBED_TOPICS))
        yield street


def test_changes_arrive_over_bad_roads(street: Street) -> None:
    """Doubled, swapped, held back; those that are never sent are what the schedule is for."""
    for fault in ("webhook_double", "webhook_swapped"):
        street.shopify.fault(fault, 3)
    street.shopify.fault("webhook_late", 1, seconds=2)

    wanted = street.move_orders("9 chemin des Ornières", 10)

    wait_until(lambda: wanted.items() <= street.addresses().items())


def test_a_burst_in_disorder_arrives_as_it_is_now(street: Street) -> None:
    street.shopify.webhooks.paused = True
    for line in ("1 rue Ancienne", "2 rue Moins Ancienne"):
        street.move_orders(line, 6)
    wanted = street.move_orders("3 rue Neuve", 6)
    street.shopify.webhooks.paused = False
    street.shopify.flush_webhooks("shuffled")

    wait_until(lambda: wanted.items() <= street.addresses().items())


def test_privacy_requests_are_carried_out_and_leave_receipts(street: Street) -> None:
    customer = street.shopify.shop_state.stored("customers")[0].number
    person = {"id": customer, "email": None, "phone": None}

    def receipts() -> dict[str, dict[str, Any]]:
        return {receipt["topic"]: receipt for receipt in street.call("GET", "privacy-requests").json()}

    street.shopify.webhooks.privacy("customers/data_request", person, [])
    wait_until(lambda: receipts().get("customers/data_request", {}).get("state") == "done")
    number = receipts()["customers/data_request"]["id"]
    assert street.call("GET", f"privacy-requests/{SHOP}/{number}/export").json()["customer_id"] == str(customer)

    street.shopify.webhooks.privacy("customers/redact", person, [])
    wait_until(lambda: receipts().get("customers/redact", {}).get("state") == "done")
    assert street.call("GET", f"privacy-requests/{SHOP}/{number}/export").status_code == 404
    assert street.call("GET", f"privacy-requests/{SHOP}/nope/export").status_code == 404


def test_a_removed_app_disconnects_the_shop_and_it_pauses(street: Street) -> None:
    """Last in this file: the shop is disconnected afterwards."""
    street.call("PUT", f"shops/{SHOP}/access/token", {"access_token": street.shopify.token, "migrate": True})
    street.start_sync()
    wait_until(lambda: street.call("GET", f"shops/{SHOP}").json()["access"]["token_until"] is not None)
    street.shopify.uninstall()

    wait_until(lambda: street.call("GET", f"shops/{SHOP}").json()["access"]["state"] == "disconnected")

    answer = street.call("POST", f"shops/{SHOP}/sync")
    assert answer.status_code == 409
    assert answer.json()["type"] == "shop-disconnected"
