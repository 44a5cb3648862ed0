"""Deliveries over real HTTP: who gets what, signed how, and what happens when it fails."""
from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from aiohttp import ClientTimeout

from local.shopify.tests.consenting import a_pair
from local.shopify.tests.receiver import Receiver, receiving
from local.shopify.tests.subscribing import made

ORDER = {"id": 5001, "name": "#1001", "lines": [{"sku": "A", "quantity": 2, "unit_price": "10.00"}],
         "payment_pending": True}


@pytest.fixture
def hooks() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def shop(shop):
    shop.state.allow_loopback = True
    return shop


def listen(shop, hooks, *topics, **more):
    return [made(shop, topic, hooks.url, **more) for topic in topics]


def settled(shop):
    assert shop.running.settle_webhooks()


def signature(secret, raw):
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def test_a_delivery_carries_shopifys_headers_and_a_signature_over_the_raw_body(shop, hooks):
    listen(shop, hooks, "CUSTOMERS_CREATE", name="customers")

    shop.control("POST", "customers", {"id": 71, "first_name": "Zoé", "email": "zoe@example.fr"})
    settled(shop)

    [got] = hooks.received
    assert got.body["admin_graphql_api_id"] == "gid://shopify/Customer/71"
    assert {k: got.headers[k] for k in ("X-Shopify-Topic", "X-Shopify-Shop-Domain", "X-Shopify-API-Version",
                                        "X-Shopify-Name", "Content-Type", "X-Shopify-Triggered-At")} == {
        "X-Shopify-Topic": "customers/create", "X-Shopify-Shop-Domain": "demo-fr.myshopify.com",
        "X-Shopify-API-Version": "2026-10", "X-Shopify-Name": "customers", "Content-Type": "application/json",
        "X-Shopify-Triggered-At": "2026-03-10T10:00:00.000000000Z"}
    assert got.headers["X-Shopify-Hmac-Sha256"] == signature(shop.running.client_secret, got.raw)


def test_nobody_listening_means_no_deliveries(shop):
    shop.control("POST", "orders", ORDER)

    assert shop.control("GET", "deliveries") == []


@pytest.mark.parametrize("type, spec, noun", [("customers", {"id": 71, "first_name": "Ada"}, "CUSTOMERS"),
                                              ("products", {"id": 81, "title": "Lampe"}, "PRODUCTS"),
                                              ("companies", {"id": 61, "name": "Lampes SA"}, "COMPANIES")])
def test_records_are_announced_when_made_changed_and_removed(shop, hooks, type, spec, noun):
    listen(shop, hooks, f"{noun}_CREATE", f"{noun}_UPDATE", f"{noun}_DELETE")

    shop.control("POST", type, spec)
    shop.running.settle_webhooks()
    shop.control("PATCH", f"{type}/{spec['id']}", {name: "x" for name in spec if name != "id"})
    shop.running.settle_webhooks()
    shop.control("DELETE", f"{type}/{spec['id']}")
    settled(shop)

    assert hooks.topics == [f"{type}/create", f"{type}/update", f"{type}/delete"]
    removed = hooks.received[2].body
    if type == "companies":
        assert removed["admin_graphql_api_id"] == f"gid://shopify/Company/{spec['id']}"
    else:
        assert removed == {"id": spec["id"]}


COMPANY_TOPICS = [f"{noun}_{verb}" for noun in ("COMPANIES", "COMPANY_LOCATIONS", "COMPANY_CONTACTS")
                  for verb in ("CREATE", "UPDATE", "DELETE")]


@pytest.mark.parametrize("changes, topics", [
    ({"name": "Lampes SARL"}, {"companies/update"}),
    ({"locations": [{"name": "Paris"}]}, {"company_locations/update"}),
    ({"locations": [{"name": "Lyon"}, {"name": "Nice"}]}, {"company_locations/create"}),
    ({"contacts": []}, {"companies/update", "company_contacts/delete"}),
    ({"contacts": [71, 72]}, {"company_contacts/create"}),
])
def test_a_part_of_a_company_that_changes_is_told_in_its_own_topic_with_the_company(shop, hooks, changes, topics):
    """One more contact is no change of the company; the first one is its main contact."""
    for number in (71, 72):
        shop.control("POST", "customers", {"id": number, "first_name": "Ada"})
    shop.control("POST", "companies", {"id": 61, "name": "Lampes SA", "contacts": [71],
                                       "locations": [{"name": "Lyon"}]})
    listen(shop, hooks, *COMPANY_TOPICS)

    shop.control("PATCH", "companies/61", changes)
    settled(shop)

    assert set(hooks.topics) == topics
    told = {(one.body.get("company") or one.body)["admin_graphql_api_id"] for one in hooks.received}
    assert told == {"gid://shopify/Company/61"}


ALL_ORDER_TOPICS = ("ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_CANCELLED", "ORDERS_EDITED", "ORDERS_PAID",
                    "ORDERS_FULFILLED", "REFUNDS_CREATE", "ORDER_TRANSACTIONS_CREATE", "FULFILLMENTS_CREATE",
                    "FULFILLMENTS_UPDATE", "ORDERS_DELETE")


@pytest.mark.parametrize("changes, topics", [
    ({"note": "x"}, {"orders/updated"}),
    ({"cancelled": True}, {"orders/updated", "orders/cancelled", "refunds/create"}),
    ({"line_quantities": {"0": 3}}, {"orders/updated", "orders/edited"}),
    ({"line_quantities": {"0": 1}}, {"orders/updated", "orders/edited"}),
    ({"fulfilled": True}, {"orders/updated", "orders/fulfilled", "fulfillments/create"}),
    ({"transactions": [{"kind": "SALE", "status": "PENDING"}, {"kind": "SALE", "status": "SUCCESS"}]},
     {"orders/updated", "orders/paid", "order_transactions/create"}),
    ({"refunds": [{"lines": [{"line": 0, "quantity": 1, "restock": True}]}]}, {"orders/updated", "refunds/create"})])
def test_a_change_of_an_order_is_told_in_the_topics_it_means(shop, hooks, changes, topics):
    shop.control("POST", "orders", ORDER)
    listen(shop, hooks, *ALL_ORDER_TOPICS)

    shop.control("PATCH", "orders/5001", changes)
    settled(shop)

    assert set(hooks.topics) == topics
    assert len({r.headers["X-Shopify-Event-Id"] for r in hooks.received}) == 1


def test_a_new_order_is_also_its_transactions(shop, hooks):
    listen(shop, hooks, *ALL_ORDER_TOPICS)

    shop.control("POST", "orders", {**ORDER, "payment_pending": False})
    settled(shop)

    assert sorted(hooks.topics) == ["order_transactions/create", "orders/create", "orders/paid"]


def test_an_order_body_is_rest_shaped(shop, hooks):
    listen(shop, hooks, "ORDERS_CREATE")

    shop.control("POST", "orders", {**ORDER, "tags": ["b2b", "vip"], "customer": 7_100_000_000_001,
                                    "presentment_currency": "USD", "presentment_rate": "1.10"})
    settled(shop)

    body = hooks.received[0].body
    assert {k: body[k] for k in ("id", "admin_graphql_api_id", "name", "order_number", "currency", "tags", "test",
                                 "presentment_currency", "financial_status", "fulfillment_status", "created_at",
                                 "total_price", "total_price_set", "cancelled_at", "refunds", "fulfillments")} == {
        "id": 5001, "admin_graphql_api_id": "gid://shopify/Order/5001", "name": "#1001", "order_number": 1001,
        "currency": "EUR", "tags": "b2b, vip", "test": False, "presentment_currency": "USD",
        "financial_status": "pending", "fulfillment_status": None, "created_at": "2026-03-10T11:00:00+01:00",
        "total_price": "20.00", "total_price_set": {"shop_money": {"amount": "20.00", "currency_code": "EUR"},
                                                    "presentment_money": {"amount": "22.00", "currency_code": "USD"}},
        "cancelled_at": None, "refunds": [], "fulfillments": []}
    assert body["customer"]["id"] == 7_100_000_000_001
    assert {k: body["line_items"][0][k] for k in ("id", "sku", "quantity", "current_quantity", "price")} == {
        "id": 5001000, "sku": "A", "quantity": 2, "current_quantity": 2, "price": "10.00"}
    assert "transactions" not in body


def test_a_guests_order_has_no_customer(shop, hooks):
    listen(shop, hooks, "ORDERS_CREATE")

    shop.control("POST", "orders", ORDER)
    settled(shop)

    assert "customer" not in hooks.received[0].body


def test_bodies_of_what_hangs_on_an_order_name_the_order(shop, hooks):
    shop.control("POST", "orders", {**ORDER, "payment_pending": False})
    listen(shop, hooks, "REFUNDS_CREATE", "FULFILLMENTS_CREATE", "ORDER_TRANSACTIONS_CREATE", "ORDERS_EDITED")

    shop.control("PATCH", "orders/5001", {"fulfilled": True, "line_quantities": {"0": 3},
                                          "refunds": [{"lines": [{"line": 0, "quantity": 1, "restock": True}]}]})
    settled(shop)

    bodies = {r.topic: r.body for r in hooks.received}
    refund, transaction = bodies["refunds/create"], bodies["order_transactions/create"]
    assert (refund["order_id"], refund["refund_line_items"][0]["line_item_id"]) == (5001, 5001000)
    assert refund["refund_line_items"][0]["subtotal_set"]["shop_money"] == {"amount": "10.00", "currency_code": "EUR"}
    assert {k: transaction[k] for k in ("order_id", "kind", "status", "amount", "currency", "parent_id", "test")} == {
        "order_id": 5001, "kind": "refund", "status": "success", "amount": "10.00", "currency": "EUR",
        "parent_id": 5001000, "test": False}
    assert refund["transactions"][0]["id"] == transaction["id"]
    assert bodies["fulfillments/create"]["order_id"] == 5001
    assert list(bodies["orders/edited"]) == ["order_edit"]
    assert bodies["orders/edited"]["order_edit"]["order_id"] == 5001


def test_every_order_of_the_demo_shop_can_be_told(shop, hooks):
    listen(shop, hooks, "ORDERS_UPDATED")
    shop.running.webhooks.paused = True

    numbers = shop.control("POST", "touch", {"type": "orders", "count": 30})["touched"]

    assert [d["body"]["id"] for d in shop.control("GET", "deliveries")] == numbers


# -- which subscriptions ------------------------------------------------------------

def test_two_subscriptions_get_one_event_with_two_webhook_ids(shop, hooks):
    made(shop, "ORDERS_CREATE", f"{hooks.url}/1")
    made(shop, "ORDERS_CREATE", f"{hooks.url}/2")

    shop.control("POST", "orders", ORDER)
    settled(shop)

    first, second = hooks.received
    assert {first.path, second.path} == {"/hooks/1", "/hooks/2"}
    assert first.headers["X-Shopify-Event-Id"] == second.headers["X-Shopify-Event-Id"]
    assert first.headers["X-Shopify-Webhook-Id"] != second.headers["X-Shopify-Webhook-Id"]


@pytest.mark.parametrize("text, told", [
    ("status:active", True), ("status:ACTIVE", False), ("variants.price:>=10", True), ("variants.price:>11", False),
    ("vendor:Nobody OR status:active", True), ("NOT status:active", False), ("statuss:active", False),
    ("product_type:*", True)])
def test_a_filter_is_exact_and_a_misspelt_one_suppresses_everything(shop, hooks, text, told):
    listen(shop, hooks, "PRODUCTS_CREATE", filter=text)

    shop.control("POST", "products", {"title": "Lampe", "price": "10.00"})
    settled(shop)

    assert bool(hooks.received) is told


def test_only_the_included_fields_are_sent(shop, hooks):
    listen(shop, hooks, "PRODUCTS_CREATE", includeFields=["id", "variants.sku"])

    shop.control("POST", "products", {"id": 81, "title": "Lampe", "variants": [{"sku": "L-1"}]})
    settled(shop)

    assert hooks.received[0].body == {"id": 81, "variants": [{"sku": "L-1"}]}


def test_a_cloud_bus_is_recorded_and_not_sent(shop):
    made(shop, "ORDERS_CREATE", "pubsub://valid-project:orders")

    shop.control("POST", "orders", ORDER)

    [delivery] = shop.control("GET", "deliveries")
    assert (delivery["state"], delivery["attempts"], delivery["body"]["id"]) == ("cloud bus", [], 5001)


# -- failing -------------------------------------------------------------------------

def test_a_failed_delivery_is_tried_again_with_its_first_payload_and_address(shop, hooks):
    [subscription] = listen(shop, hooks, "ORDERS_UPDATED")
    shop.control("POST", "orders", ORDER)
    hooks.statuses = [500]
    shop.control("PATCH", "orders/5001", {"note": "first"})
    settled(shop)
    shop.ask("mutation($id: ID!, $uri: String!) { webhookSubscriptionUpdate(id: $id, webhookSubscription: {uri: $uri})"
             " { userErrors { message } } }", id=subscription["id"], uri=f"{hooks.url}/moved")
    shop.control("PATCH", "orders/5001", {"note": "second"})
    settled(shop)

    shop.clock.forward(10)
    settled(shop)

    assert [(r.path, r.body["note"]) for r in hooks.received] == [
        ("/hooks", "first"), ("/hooks/moved", "second"), ("/hooks", "first")]
    ids = [r.headers["X-Shopify-Webhook-Id"] for r in hooks.received]
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize("status", [301, 302, 400, 410, 500])
def test_anything_but_2xx_is_a_failure(shop, hooks, status):
    listen(shop, hooks, "ORDERS_CREATE")
    hooks.statuses = [status]

    shop.control("POST", "orders", ORDER)
    settled(shop)

    [delivery] = shop.control("GET", "deliveries")
    assert (delivery["state"], delivery["attempts"][0]["outcome"]) == ("waiting", str(status))
    assert len(hooks.received) == 1


def test_an_address_nobody_answers_at_is_a_failure(shop):
    with receiving() as gone:
        url = gone.url
    made(shop, "ORDERS_CREATE", url)

    shop.control("POST", "orders", ORDER)
    settled(shop)

    assert shop.control("GET", "deliveries")[0]["attempts"][0]["outcome"] == "ClientConnectorError"


def test_after_eight_failed_retries_the_subscription_is_removed(shop, hooks):
    listen(shop, hooks, "ORDERS_CREATE", "ORDERS_UPDATED")
    hooks.statuses = [500] * 9
    shop.control("POST", "orders", ORDER)
    settled(shop)

    for _ in range(8):
        assert len(shop.state.subscriptions) == 2
        shop.clock.moment = shop.running.webhooks.listed()[0].due
        settled(shop)

    [delivery] = shop.control("GET", "deliveries")
    assert (delivery["state"], len(delivery["attempts"])) == ("given up", 9)
    assert [r["topic"] for r in shop.state.subscriptions.values()] == ["ORDERS_UPDATED"]
    times = [datetime.fromisoformat(a["at"]) for a in delivery["attempts"]]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == sorted(set(gaps))
    assert times[-1] - times[0] < timedelta(hours=4)


def test_a_success_on_the_way_keeps_the_subscription(shop, hooks):
    listen(shop, hooks, "ORDERS_CREATE")
    hooks.statuses = [500] * 8
    shop.running.webhooks.retry_scale = 0

    shop.control("POST", "orders", ORDER)
    settled(shop)

    assert shop.control("GET", "deliveries")[0]["state"] == "delivered"
    assert len(shop.state.subscriptions) == 1


def test_a_slow_answer_is_a_failure(shop, hooks):
    shop.running.sender.timeout = ClientTimeout(total=0.05)
    listen(shop, hooks, "ORDERS_CREATE")
    hooks.hold = threading.Event()

    shop.control("POST", "orders", ORDER)
    settled(shop)
    hooks.hold.set()

    assert shop.control("GET", "deliveries")[0]["attempts"][0]["outcome"] == "TimeoutError"


# -- faults and order ------------------------------------------------------------------

def test_a_double_has_the_same_webhook_id(shop, hooks):
    listen(shop, hooks, "ORDERS_CREATE")
    shop.running.fault("webhook_double")

    shop.control("POST", "orders", ORDER)
    settled(shop)

    first, second = hooks.received
    assert first.raw == second.raw
    assert first.headers["X-Shopify-Webhook-Id"] == second.headers["X-Shopify-Webhook-Id"]


def test_a_lost_webhook_never_comes(shop, hooks):
    listen(shop, hooks, "ORDERS_CREATE", "ORDERS_UPDATED")
    shop.running.fault("webhook_never")

    shop.control("POST", "orders", ORDER)
    shop.control("PATCH", "orders/5001", {"note": "x"})
    settled(shop)

    assert hooks.topics == ["orders/updated"]
    assert shop.control("GET", "deliveries?topic=orders/create")[0]["state"] == "never sent"


def test_a_late_webhook_brings_an_old_payload(shop, hooks):
    shop.control("POST", "orders", ORDER)
    listen(shop, hooks, "ORDERS_UPDATED")
    shop.running.fault("webhook_late", seconds=120)

    shop.control("PATCH", "orders/5001", {"note": "old"})
    shop.clock.forward(60)
    shop.control("PATCH", "orders/5001", {"note": "new"})
    settled(shop)
    shop.clock.forward(60)
    settled(shop)

    assert [r.body["note"] for r in hooks.received] == ["new", "old"]


def test_a_swapped_webhook_comes_after_its_successor(shop, hooks):
    shop.control("POST", "orders", ORDER)
    listen(shop, hooks, "ORDERS_UPDATED")
    shop.running.fault("webhook_swapped")

    for note in ("one", "two", "three"):
        shop.control("PATCH", "orders/5001", {"note": note})
        settled(shop)

    assert [r.body["note"] for r in hooks.received] == ["two", "one", "three"]


@pytest.mark.parametrize("order, notes", [("", ["0", "1", "2"]), ("reversed", ["2", "1", "0"])])
def test_paused_deliveries_wait_for_a_flush_in_any_order(shop, hooks, order, notes):
    shop.control("POST", "orders", ORDER)
    listen(shop, hooks, "ORDERS_UPDATED")
    shop.control("PATCH", "webhooks", {"paused": True})
    for note in range(3):
        shop.control("PATCH", "orders/5001", {"note": str(note)})
    assert hooks.received == []

    flushed = shop.control("POST", "deliveries/flush", {"order": order})

    assert [d["state"] for d in flushed] == ["delivered"] * 3
    assert [r.body["note"] for r in hooks.received] == notes


def test_resuming_sends_what_waited(shop, hooks):
    listen(shop, hooks, "ORDERS_CREATE")
    shop.running.webhooks.paused = True
    shop.control("POST", "orders", ORDER)

    shop.control("PATCH", "webhooks", {"paused": False})
    settled(shop)

    assert hooks.topics == ["orders/create"]


def test_forgotten_deliveries_are_never_sent(shop, hooks):
    listen(shop, hooks, "ORDERS_CREATE")
    shop.running.webhooks.paused = True
    shop.control("POST", "orders", ORDER)

    shop.control("DELETE", "deliveries")

    assert shop.running.flush_webhooks() == []


# -- the app itself ----------------------------------------------------------------------

def test_removing_the_app_is_told_and_its_subscriptions_go(shop, hooks):
    listen(shop, hooks, "APP_UNINSTALLED", "ORDERS_CREATE")

    shop.control("POST", "uninstall")
    shop.control("POST", "orders", ORDER)
    settled(shop)

    [got] = hooks.received
    assert (got.topic, got.body["myshopify_domain"]) == ("app/uninstalled", "demo-fr.myshopify.com")
    assert shop.post("{ shop { name } }").status_code == 401
    assert shop.state.subscriptions == {}


def test_the_removal_may_be_told_after_the_reinstall(shop, hooks):
    listen(shop, hooks, "APP_UNINSTALLED")
    shop.running.webhooks.paused = True
    shop.running.uninstall()
    shop.clock.forward(300)
    pair = a_pair(shop)

    shop.running.flush_webhooks()

    assert hooks.received[0].headers["X-Shopify-Triggered-At"] == "2026-03-10T10:00:00.000000000Z"
    assert shop.post("{ shop { name } }", token=pair["access_token"]).status_code == 200


def test_changed_scopes_are_told_and_hold_at_once(shop, hooks):
    pair = a_pair(shop)
    listen(shop, hooks, "APP_SCOPES_UPDATE")

    shop.control("POST", "scopes", {"scopes": ["read_products"]})
    settled(shop)

    body = hooks.received[0].body
    assert body["current"] == ["read_products"]
    assert "read_orders" in body["previous"]
    answer = shop.post("{ ordersCount { count } }", token=pair["access_token"]).json()
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


@pytest.mark.parametrize("topic, keys", [
    ("customers/data_request", {"shop_id", "shop_domain", "customer", "orders_requested", "data_request"}),
    ("customers/redact", {"shop_id", "shop_domain", "customer", "orders_to_redact"}),
    ("shop/redact", {"shop_id", "shop_domain"})])
def test_privacy_topics_go_to_the_address_of_the_apps_configuration(shop, hooks, topic, keys):
    wanted = {"topic": topic, "customer": {"id": 71, "email": "zoe@example.fr", "phone": None}, "orders": [5001]}
    assert "webhook_urls" in shop.control("POST", "privacy", wanted)["error"]
    shop.control("PATCH", "apps/simulated-client-id", {"webhook_urls": {topic: hooks.url}})

    shop.control("POST", "privacy", wanted)
    settled(shop)

    [got] = hooks.received
    assert (got.topic, set(got.body)) == (topic, keys)
    assert got.body.get("customer", wanted["customer"]) == wanted["customer"]


def test_any_event_may_be_sent_by_hand(shop, hooks):
    listen(shop, hooks, "BULK_OPERATIONS_FINISH")

    shop.control("POST", "webhooks", {"topic": "bulk_operations/finish", "body": {"status": "completed"}})
    settled(shop)

    assert (hooks.topics, hooks.received[0].body) == (["bulk_operations/finish"], {"status": "completed"})


def test_after_a_rotation_the_old_secret_signs_for_an_hour(shop, hooks):
    listen(shop, hooks, "ORDERS_UPDATED")
    shop.control("POST", "orders", ORDER)
    shop.control("POST", "client-secrets", {"secret": "shpss_new"})

    for _ in range(2):
        shop.control("PATCH", "orders/5001", {"note": "x"})
        settled(shop)
        shop.clock.forward(3600)

    signed = [r.headers["X-Shopify-Hmac-Sha256"] for r in hooks.received]
    assert signed == [signature(secret, r.raw) for secret, r in
                      zip((shop.running.client_secret, "shpss_new"), hooks.received, strict=True)]


def test_a_merge_moves_the_orders_and_is_told_with_both_customers(shop, hooks):
    listen(shop, hooks, "CUSTOMERS_MERGE", "CUSTOMERS_DELETE")
    shop.control("POST", "customers", {"id": 70, "last_name": "Kept"})
    shop.control("POST", "customers", {"id": 71, "last_name": "Gone"})
    shop.control("POST", "orders", {"id": 42, "lines": [], "customer": 71})

    shop.control("POST", "customers/merge", {"kept": 70, "deleted": 71})
    settled(shop)

    assert hooks.topics == ["customers/merge"]
    assert hooks.received[0].body["admin_graphql_api_customer_deleted_id"] == "gid://shopify/Customer/71"
    assert shop.control("GET", "orders/42")["customer"] == "gid://shopify/Customer/70"
    assert "not found" in shop.control("GET", "customers/71")["error"]
