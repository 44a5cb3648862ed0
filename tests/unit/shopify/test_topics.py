"""Which record a webhook's body names, by topic."""
from __future__ import annotations

import json

import pytest

from local.shopify.schema import load_schema
from shared.errors import ConnectorError
from shared.shopify.topics import PRIVACY_TOPICS, RECORD_TOPICS, SUBSCRIBED_TOPICS, changed_record, enum_name

ID, OF_ORDER, EDIT = {"id": 5001}, {"id": 1, "order_id": 5001}, {"order_edit": {"id": 1, "order_id": 5001}}
BODIES = {
    "orders/create": ("orders", ID), "orders/updated": ("orders", ID), "orders/cancelled": ("orders", ID),
    "orders/edited": ("orders", EDIT), "refunds/create": ("orders", OF_ORDER),
    "order_transactions/create": ("orders", OF_ORDER), "fulfillments/create": ("orders", OF_ORDER),
    "fulfillments/update": ("orders", OF_ORDER), "customers/create": ("customers", ID),
    "customers/update": ("customers", ID), "products/create": ("products", ID), "products/update": ("products", ID),
    "products/delete": ("products", ID),
}


@pytest.mark.parametrize("topic", RECORD_TOPICS)
def test_every_record_topic_names_the_record_to_read(topic: str) -> None:
    kind, body = BODIES[topic]

    assert changed_record(topic, json.dumps(body).encode()) == (kind, 5001)


@pytest.mark.parametrize("body", [
    "{}", '{"id": null}', '{"id": "5001"}', '{"id": 0}', '{"id": -1}', '{"id": 9223372036854775808}', '{"id": 1.5}',
    '{"id": true}', '{"order_id": 5}', "[]", "5001", "", "{", '{"id": 1e400}',
])
def test_a_body_that_names_no_record_is_refused(body: str) -> None:
    with pytest.raises(ConnectorError, match="input-invalid"):
        changed_record("orders/create", body.encode())


def test_what_is_subscribed_to_is_known_to_shopify_and_the_privacy_topics_are_not() -> None:
    known = set(load_schema().graphql.type_map["WebhookSubscriptionTopic"].values)

    assert {enum_name(topic) for topic in SUBSCRIBED_TOPICS} <= known
    assert not {enum_name(topic) for topic in PRIVACY_TOPICS} & known
