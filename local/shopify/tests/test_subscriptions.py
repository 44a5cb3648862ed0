"""Webhook subscriptions over GraphQL: what is made, shown, changed, refused and removed."""
from __future__ import annotations

import pytest

from local.shopify.tests.subscribing import CREATE, URI, made, make

UPDATE = """mutation($id: ID!, $wanted: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $wanted) {
    webhookSubscription { id topic uri filter includeFields createdAt updatedAt } userErrors { field message } } }"""
DELETE = """mutation($id: ID!) { webhookSubscriptionDelete(id: $id) {
  deletedWebhookSubscriptionId userErrors { field message } } }"""
ARN = "arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/347082227713/orders"


def messages(answer):
    return [error["message"] for error in answer["userErrors"]]


def test_a_subscription_is_made_and_shown_under_all_its_names(shop):
    found = made(shop, "ORDERS_CREATE", URI, name="orders-1")

    assert {k: v for k, v in found.items() if k != "id"} == {
        "topic": "ORDERS_CREATE", "uri": URI, "callbackUrl": URI, "format": "JSON", "filter": None,
        "includeFields": [], "metafieldNamespaces": [], "name": "orders-1", "createdAt": "2026-03-10T10:00:00Z",
        "updatedAt": "2026-03-10T10:00:00Z", "apiVersion": {"handle": "2026-10", "supported": True},
        "endpoint": {"__typename": "WebhookHttpEndpoint", "callbackUrl": URI}}
    node = shop.data("query($id: ID!) { node(id: $id) { ... on WebhookSubscription { uri } } }", id=found["id"])
    assert node == {"node": {"uri": URI}}


@pytest.mark.parametrize("uri, endpoint", [
    (ARN, {"__typename": "WebhookEventBridgeEndpoint", "arn": ARN}),
    ("pubsub://valid-project:orders", {"__typename": "WebhookPubSubEndpoint", "pubSubProject": "valid-project",
                                       "pubSubTopic": "orders"})])
def test_cloud_buses_are_addresses_too(shop, uri, endpoint):
    assert made(shop, "ORDERS_CREATE", uri)["endpoint"] == endpoint


def test_the_deprecated_input_and_mutations_still_work(shop):
    old = shop.data(CREATE, topic="SHOP_UPDATE", wanted={"callbackUrl": URI})["webhookSubscriptionCreate"]
    bridge = shop.data("""mutation($arn: ARN) { eventBridgeWebhookSubscriptionCreate(topic: ORDERS_PAID,
      webhookSubscription: {arn: $arn}) { webhookSubscription { uri } userErrors { field message } } }""", arn=ARN)
    bus = shop.data("""mutation { pubSubWebhookSubscriptionCreate(topic: ORDERS_PAID, webhookSubscription: {
      pubSubProject: "valid-project", pubSubTopic: "orders"}) { webhookSubscription { uri }
      userErrors { message } } }""")

    assert old["webhookSubscription"]["uri"] == URI
    assert bridge["eventBridgeWebhookSubscriptionCreate"] == {"webhookSubscription": {"uri": ARN}, "userErrors": []}
    assert bus["pubSubWebhookSubscriptionCreate"]["webhookSubscription"] == {"uri": "pubsub://valid-project:orders"}


@pytest.mark.parametrize("uri, expected", [
    ("http://connector.example/hooks", ["Address protocol http:// is not supported"]),
    ("http://127.0.0.1:7071/hooks", ["Address protocol http:// is not supported"]),
    ("https://localhost/hooks", ["Address cannot be a Shopify or an internal domain"]),
    ("https://10.0.0.8/hooks", ["Address cannot be a Shopify or an internal domain"]),
    ("https://demo-fr.myshopify.com/hooks", ["Address cannot be a Shopify or an internal domain"]),
    ("", ["Address can't be blank"]), ("not an address", ["Address is invalid"]),
    ("https://[::1", ["Address is invalid"]),
    (ARN.replace("347082227713", "1"), ["Address is invalid", "Address is an AWS ARN and includes api_client_id '1'"
                                        " instead of '347082227713'"])])
def test_an_address_that_cannot_be_used_is_refused_on_a_field_called_callback_url(shop, uri, expected):
    answer = make(shop, "ORDERS_CREATE", uri)

    assert answer["webhookSubscription"] is None
    assert messages(answer) == expected
    assert {tuple(e["field"]) for e in answer["userErrors"]} == {("webhookSubscription", "callbackUrl")}


def test_loopback_is_allowed_only_in_a_shop_started_for_it(shop):
    shop.state.allow_loopback = True

    assert made(shop, "ORDERS_CREATE", "http://127.0.0.1:7071/hooks")
    assert messages(make(shop, "ORDERS_CREATE", "http://connector.example/hooks")) == [
        "Address protocol http:// is not supported"]


def test_the_same_topic_and_address_is_taken_once_and_may_be_taken_again_after_deletion(shop):
    first = made(shop)
    assert messages(make(shop)) == ["Address for this topic has already been taken"]
    assert made(shop, "ORDERS_UPDATED", URI)

    deleted = shop.data(DELETE, id=first["id"])["webhookSubscriptionDelete"]

    assert deleted == {"deletedWebhookSubscriptionId": first["id"], "userErrors": []}
    assert made(shop)["id"] != first["id"]


@pytest.mark.parametrize("more, field, expected", [
    ({"format": "XML"}, "format", ["Format 'xml' is invalid for this webhook topic. Allowed formats: json"]),
    ({"name": "two words"}, "name", ["Name name field can only contain alphanumeric characters, underscores, and"
                                     " hyphens"]),
    ({"filter": "status:active oops"}, None, ["The specified filter is invalid, please ensure you specify the field(s)"
                                              " you wish to filter on."])])
def test_other_refusals(shop, more, field, expected):
    answer = make(shop, "ORDERS_CREATE", URI, **more)

    assert messages(answer) == expected
    assert answer["userErrors"][0]["field"] == ["webhookSubscription", *([field] if field else [])]


def test_an_update_changes_what_it_names(shop):
    first = made(shop, "PRODUCTS_UPDATE", URI, includeFields=["id", "updated_at"])
    shop.clock.forward(60)

    changed = shop.data(UPDATE, id=first["id"], wanted={"uri": f"{URI}/2", "filter": "status:active"})

    assert changed["webhookSubscriptionUpdate"] == {"userErrors": [], "webhookSubscription": {
        "id": first["id"], "topic": "PRODUCTS_UPDATE", "uri": f"{URI}/2", "filter": "status:active",
        "includeFields": ["id", "updated_at"], "createdAt": "2026-03-10T10:00:00Z",
        "updatedAt": "2026-03-10T10:01:00Z"}}


def test_an_update_may_keep_its_own_address_but_not_take_another_ones(shop):
    first, second = made(shop), made(shop, "ORDERS_CREATE", f"{URI}/2")

    kept = shop.data(UPDATE, id=first["id"], wanted={"uri": URI})["webhookSubscriptionUpdate"]
    taken = shop.data(UPDATE, id=second["id"], wanted={"uri": URI})["webhookSubscriptionUpdate"]

    assert messages(kept) == []
    assert messages(taken) == ["Address for this topic has already been taken"]


def test_app_namespaces_are_resolved(shop):
    found = made(shop, "ORDERS_CREATE", URI, metafieldNamespaces=["$app:billing", "custom"])

    assert found["metafieldNamespaces"] == ["app--347082227713--billing", "custom"]


def test_unknown_ids_are_user_errors_and_foreign_ones_errors(shop):
    unknown = "gid://shopify/WebhookSubscription/1"

    removed = shop.data(DELETE, id=unknown)["webhookSubscriptionDelete"]
    changed = shop.data(UPDATE, id=unknown, wanted={"uri": URI})["webhookSubscriptionUpdate"]
    read = shop.ask("query($a: ID!, $b: ID!) { a: webhookSubscription(id: $a) { id } b: webhookSubscription(id: $b)"
                    " { id } }", a=unknown, b="gid://shopify/Order/1")

    expected = [{"field": ["id"], "message": "Webhook subscription does not exist"}]
    assert removed["userErrors"] == changed["userErrors"] == expected
    assert read["data"] == {"a": None, "b": None}
    assert [e["path"] for e in read["errors"]] == [["b"]]


def test_lists_are_filtered_paged_and_counted(shop):
    for topic in ("ORDERS_CREATE", "ORDERS_UPDATED", "PRODUCTS_CREATE"):
        made(shop, topic, URI)
    made(shop, "ORDERS_CREATE", f"{URI}/2")

    found = shop.data("""query($uri: String) { webhookSubscriptionsCount { count }
      topics: webhookSubscriptions(first: 9, topics: [ORDERS_CREATE]) { nodes { uri } }
      here: webhookSubscriptions(first: 2, uri: $uri) { nodes { topic } pageInfo { hasNextPage endCursor } } }""",
                      uri=URI)
    rest = shop.data("""query($uri: String, $after: String) { webhookSubscriptions(first: 2, uri: $uri, after: $after)
      { nodes { topic } pageInfo { hasNextPage } } }""", uri=URI, after=found["here"]["pageInfo"]["endCursor"])

    assert found["webhookSubscriptionsCount"] == {"count": 4}
    assert found["topics"]["nodes"] == [{"uri": URI}, {"uri": f"{URI}/2"}]
    assert [n["topic"] for n in found["here"]["nodes"]] == ["ORDERS_CREATE", "ORDERS_UPDATED"]
    assert rest["webhookSubscriptions"] == {"nodes": [{"topic": "PRODUCTS_CREATE"}],
                                            "pageInfo": {"hasNextPage": False}}


def test_an_app_sees_only_its_own_subscriptions(shop):
    mine = made(shop)
    query = "query($id: ID!) { webhookSubscription(id: $id) { id } webhookSubscriptions(first: 5) { nodes { id } } }"

    other = shop.post(query, token=shop.running.few_scopes_token, id=mine["id"]).json()["data"]

    assert other == {"webhookSubscription": None, "webhookSubscriptions": {"nodes": []}}
    removed = shop.post(DELETE, token=shop.running.few_scopes_token, id=mine["id"]).json()
    assert messages(removed["data"]["webhookSubscriptionDelete"]) == ["Webhook subscription does not exist"]


def test_privacy_topics_cannot_be_subscribed(shop):
    answer = shop.ask(CREATE, topic="CUSTOMERS_REDACT", wanted={"uri": URI})

    assert answer["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"
