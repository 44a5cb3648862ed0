"""Acceptance E: environments that may not call out, shops that may not be written to, and what Shopify bounds.

E4 has more rows in tests/unit/shopify/test_throttle.py.
"""
from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from local.azurite import Azurite
from shared.access.grant import Grant
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.record_types import TYPE_NAMES
from shared.shopify.client import LONGEST_REQUEST
from shared.shopify.documents import Document, read_document
from shared.shopify.reading import by_ids
from shared.shopify.subscriptions import repair
from shared.shopify.throttle import PointsBudget, ThrottleStatus
from shared.sync.queue import SyncJob, request_sync
from shared.sync.run import run_sync
from shared.to_business_central.set_up_check import check_set_up
from shared.webhooks.subscriptions import repair_shop
from tests.house import House, a_house
from tests.manual_clock import ManualClock

FULFILMENT = read_document("fulfillment_create", """
# Tells Shopify what was shipped.
# cost: 10
# scopes: write_merchant_managed_fulfillment_orders

mutation FulfillmentCreate($order: ID!) {
  fulfillmentCreate(fulfillment: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: $order }] }) {
    userErrors { message }
  }
}
""")

PRODUCT = read_document("product_update", """
# Changes a product's text.
# cost: 10
# scopes: write_products

mutation ProductUpdate($product: ProductUpdateInput!) {
  productUpdate(product: $product) {
    userErrors { message }
  }
}
""")


class Guard:
    """Ports that this process connects to while the guard looks; an audit hook cannot be taken out again."""

    def __init__(self) -> None:
        self.ports: set[int] = set()
        self._looks = False
        sys.addaudithook(self._heard)

    def looks(self) -> None:
        self.ports.clear()
        self._looks = True

    def is_done(self) -> set[int]:
        self._looks = False
        return set(self.ports)

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._looks and event == "socket.connect" and isinstance(arguments[1], tuple):
            self.ports.add(arguments[1][1])


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard()


@pytest.fixture
def sandbox(azurite: Azurite) -> Iterator[House]:
    """A connected shop in an environment that is not production; its token ends soon, so it wants renewing."""
    app = {"public_url": "https://connector.example.net"}
    with a_house(azurite.connection_string, environment="sandbox", **app) as house:
        house.connector.tokens.store(house.shop, Grant(
            access_token=house.shopify.token, since=house.clock.now(), host="demo-fr.myshopify.com",
            refresh_token="shprt_of_a_test", own_app=True, expires_at=house.clock.now() + timedelta(minutes=1),
        ))
        house.order(5001)
        yield house


def storage_ports(house: House) -> set[int]:
    return set(map(int, re.findall(r"Endpoint=http://127\.0\.0\.1:(\d+)/", house.settings.storage_connection)))


def service_ports(house: House) -> set[int]:
    return {int(re.search(r":(\d+)", url)[1]) for url in (house.shopify.url, house.bc.api_root)}  # type: ignore[index]


def refused(work: Callable[[], object]) -> str:
    """The code that the work was refused with; "" if it was not."""
    try:
        work()
    except ConnectorError as problem:
        return problem.code
    return ""


def allow(house: House, allowed: bool) -> None:
    house.connector.permission.allow(allowed, by="test")


WAYS_OUT: dict[str, Callable[[Connector, str], object]] = {
    "a run of the schedule": lambda c, shop: run_sync(c, SyncJob(shop=shop, started_by="schedule")),
    "a run woken by webhooks": lambda c, shop: run_sync(c, SyncJob(shop=shop, started_by="webhook", only_changed=True)),
    "an operator's run": lambda c, shop: request_sync(c, shop, started_by="admin"),
    "the repair of subscriptions": lambda c, shop: repair_shop(c, c.shops.get(shop)),
    "the renewal of a token": lambda c, shop: c.tokens.token(shop),
    "giving access back": lambda c, shop: c.tokens.revoke(shop, c.shops.get(shop).host),
    "a question to Shopify": lambda c, shop: by_ids(c.shopify(c.shops.get(shop)), "orders", ["5001"]),
    "a question to Business Central": lambda c, shop: c.business_central(c.shops.get(shop)).companies(),
    "the set-up check": lambda c, shop: check_set_up(c, shop, ["FR"]),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_e1_with_http_requests_off_no_socket_is_opened_but_to_storage(
    sandbox: House, guard: Guard, way: str
) -> None:
    sandbox.connector.changed.add(sandbox.shop, "orders", "5001", "orders/create")

    guard.looks()
    refusal = refused(lambda: WAYS_OUT[way](sandbox.connector, sandbox.shop))
    opened = guard.is_done()

    assert refusal in ("", "http-requests-not-allowed")
    assert opened <= storage_ports(sandbox)
    assert sandbox.exchanges == []


@pytest.mark.parametrize("type", TYPE_NAMES)
def test_e1_a_run_of_any_type_says_that_requests_are_not_allowed(sandbox: House, type: str) -> None:
    run = sandbox.run(type)

    assert (run.state, run.error_code) == ("failed", "http-requests-not-allowed")
    assert run.shopify_calls == run.bc_calls == 0


def test_e1_the_guard_sees_both_services_once_requests_are_allowed(sandbox: House, guard: Guard) -> None:
    sandbox.connector.tokens.keep(sandbox.shop, sandbox.shopify.token)
    allow(sandbox, True)

    guard.looks()
    run = sandbox.sync()

    assert run.state == "succeeded"
    assert service_ports(sandbox) <= guard.is_done()


def test_e2_without_allow_data_sync_no_mutation_is_sent_and_a_query_passes(house: House) -> None:
    house.card(allow_data_sync_to_shopify=False)
    house.order(5001)
    client = house.connector.shopify(house.connector.shops.get(house.shop))

    with pytest.raises(ConnectorError, match="data-sync-to-shopify-disabled"):
        client.ask(FULFILMENT, {"order": "gid://shopify/FulfillmentOrder/1"})

    assert [record.id for record in by_ids(client, "orders", ["5001"])] == ["5001"]
    assert [body for body in house.sent("Shopify") if "mutation" in body["query"]] == []


def test_e2_webhook_subscriptions_do_not_need_allow_data_sync(house: House) -> None:
    house.card(allow_data_sync_to_shopify=False)
    client = house.connector.shopify(house.connector.shops.get(house.shop))

    done = repair(client, ["orders/create"], "https://connector.example.net/api/webhooks/shopify")

    assert done.made == ["ORDERS_CREATE"]


def test_e2_with_allow_data_sync_the_mutation_is_sent(house: House) -> None:
    house.card(allow_data_sync_to_shopify=True)
    client = house.connector.shopify(house.connector.shops.get(house.shop))

    refusal = refused(lambda: client.ask(FULFILMENT, {"order": "gid://shopify/FulfillmentOrder/1"}))

    assert refusal != "data-sync-to-shopify-disabled"
    assert len([body for body in house.sent("Shopify") if "mutation" in body["query"]]) == 1


def test_e3_a_request_of_50_001_characters_is_not_sent_and_one_of_50_000_passes(house: House) -> None:
    client = house.connector.shopify(house.connector.shops.get(house.shop))
    frame = len(msgspec.json.encode({"query": a_query("").text, "variables": {}}))

    client.ask(a_query("é" * (LONGEST_REQUEST - frame)))
    with pytest.raises(ConnectorError, match="request-too-long"):
        client.ask(a_query("é" * (LONGEST_REQUEST - frame + 1)))

    assert [len(exchange.request) for exchange in house.exchanges] == [LONGEST_REQUEST]


def test_e3_for_a_product_the_sentence_names_its_text_and_images(house: House) -> None:
    house.card(allow_data_sync_to_shopify=True)
    client = house.connector.shopify(house.connector.shops.get(house.shop))
    product = {"title": "Lampe", "descriptionHtml": "é" * LONGEST_REQUEST}

    with pytest.raises(ConnectorError, match="request-too-long") as refused:
        client.ask(PRODUCT, {"product": product})

    assert "text" in refused.value.detail
    assert "images" in refused.value.detail
    assert house.exchanges == []


def test_e4_150_points_wanted_with_50_there_and_50_a_second_wait_two_seconds() -> None:
    clock, budget = ManualClock(), PointsBudget()
    budget.answered(ThrottleStatus(maximum_available=2000, currently_available=50, restore_rate=50), clock.now())

    wait = budget.wait_seconds(150, clock.now())

    assert wait == pytest.approx(2.0, abs=0.2)


def test_q3_the_fix_names_the_card_and_the_switch_in_french_too(house: House) -> None:
    house.card(allow_data_sync_to_shopify=False)
    client = house.connector.shopify(house.connector.shops.get(house.shop))

    with pytest.raises(ConnectorError, match="data-sync-to-shopify-disabled") as refused:
        client.ask(FULFILMENT, {"order": "gid://shopify/FulfillmentOrder/1"})

    problem = refused.value.problem
    assert "Shop card > Allow Data Sync to Shopify" in problem.fix
    assert "Fiche magasin > Autoriser la synchronisation des données vers Shopify" in problem.told("fr").fix


def a_query(padding: str) -> Document:
    return read_document("padded", f"# cost: 1\n# scopes: none\n\nquery Padded {{ shop {{ id }} }} # {padding}")
