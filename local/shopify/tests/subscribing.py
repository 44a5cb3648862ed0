"""Webhook subscriptions as an app makes them."""
from __future__ import annotations

CREATE = """mutation($topic: WebhookSubscriptionTopic!, $wanted: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $wanted) {
    webhookSubscription { id topic uri callbackUrl format filter includeFields metafieldNamespaces name createdAt
      updatedAt apiVersion { handle supported } endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl }
      ... on WebhookEventBridgeEndpoint { arn } ... on WebhookPubSubEndpoint { pubSubProject pubSubTopic } } }
    userErrors { field message } } }"""


URI = "https://connector.example/api/webhooks/shopify"


def make(shop, topic="ORDERS_CREATE", uri=URI, /, **more):
    return shop.data(CREATE, topic=topic, wanted={"uri": uri, **more})["webhookSubscriptionCreate"]


def made(shop, *arguments, **more):
    answer = make(shop, *arguments, **more)
    assert answer["userErrors"] == []
    return answer["webhookSubscription"]
