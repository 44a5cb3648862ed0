"""Which record a webhook's body names, by topic."""
from __future__ import annotations

import json
import re

import pytest

from local.shopify.schema import load_schema
from shared.access.scopes import REQUIRED
from shared.errors import ConnectorError
from shared.shopify.topics import (
    PRIVACY_TOPICS,
    RECORD_TOPICS,
    SCOPES_OF_TOPICS,
    SUBSCRIBED_TOPICS,
    changed_records,
    enum_name,
)
from shared.shopify.webhooks import described_delivery

ID, OF_ORDER, EDIT = {"id": 5001}, {"id": 1, "order_id": 5001}, {"order_edit": {"id": 1, "order_id": 5001}}
COMPANY = {"name": "Radium SA", "admin_graphql_api_id": "gid://shopify/Company/5001"}
PART = {"admin_graphql_api_id": "gid://shopify/CompanyLocation/7", "company": COMPANY}
BODIES = {
    **{f"companies/{verb}": ("companies", COMPANY) for verb in ("create", "update", "delete")},
    **{f"company_{part}/{verb}": ("companies", PART) for part in ("locations", "contacts")
       for verb in ("create", "update", "delete")},
    "orders/create": ("orders", ID), "orders/updated": ("orders", ID), "orders/cancelled": ("orders", ID),
    "orders/edited": ("orders", EDIT), "refunds/create": ("orders", OF_ORDER),
    "order_transactions/create": ("orders", OF_ORDER), "fulfillments/create": ("orders", OF_ORDER),
    "fulfillments/update": ("orders", OF_ORDER), "customers/create": ("customers", ID),
    "customers/update": ("customers", ID), "products/create": ("products", ID), "products/update": ("products", ID),
    "products/delete": ("products", ID), "customers/delete": ("customers", ID), "orders/delete": ("orders", ID),
    "customers/merge": ("customers", {
        "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/5001",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/5002", "status": "completed",
    }),
}


@pytest.mark.parametrize("topic", RECORD_TOPICS)
def test_every_record_topic_names_the_record_to_read(topic: str) -> None:
    type, body = BODIES[topic]

    told = ["5001", "5002"] if topic == "customers/merge" else ["5001"]
    assert changed_records(topic, json.dumps(body).encode()) == (type, told)


@pytest.mark.parametrize("gid", [
    "", "5002", "gid://shopify/Order/5002", "gid://shopify/Customer/0", "gid://shopify/Customer/x",
    "gid://shopify/Customer/1/2", "gid://shopify/Customer/9999999999999999999", None, 5002,
])
def test_a_merge_that_does_not_name_two_customers_is_refused(gid: object) -> None:
    kept = {"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/5001"}

    with pytest.raises(ConnectorError, match="input-invalid"):
        changed_records("customers/merge", json.dumps(
            kept | {"admin_graphql_api_customer_deleted_id": gid}).encode())


@pytest.mark.parametrize("topic", [topic for topic in RECORD_TOPICS if topic.startswith("compan")])
@pytest.mark.parametrize("gid", [
    "", "5001", 5001, None, "gid://shopify/CompanyLocation/5001", "gid://shopify/Company/0",
    "gid://shopify/Company/5001/x",
])
def test_a_body_that_does_not_name_a_company_is_refused(topic: str, gid: object) -> None:
    body = {"admin_graphql_api_id": gid, "company": {"admin_graphql_api_id": gid}, "id": 5001}

    with pytest.raises(ConnectorError, match="input-invalid"):
        changed_records(topic, json.dumps(body).encode())


@pytest.mark.parametrize("topic", SUBSCRIBED_TOPICS)
def test_what_a_topic_needs_is_granted_or_told_before_it_is_subscribed_to(topic: str) -> None:
    """Shopify's own words on the scopes of each topic."""
    value = load_schema().graphql.type_map["WebhookSubscriptionTopic"].values[enum_name(topic)]  # type: ignore[union-attr]
    told = re.sub(r"\s+", " ", value.description or "")
    needed = set(re.findall(r"read_\w+", told.partition("Requires")[2]))

    assert not needed or needed & ({*REQUIRED} | SCOPES_OF_TOPICS.get(topic, frozenset()))


@pytest.mark.parametrize("body", [
    "{}", '{"id": null}', '{"id": "5001"}', '{"id": 0}', '{"id": -1}', '{"id": 9223372036854775808}', '{"id": 1.5}',
    '{"id": true}', '{"order_id": 5}', "[]", "5001", "", "{", '{"id": 1e400}',
])
def test_a_body_that_names_no_record_is_refused(body: str) -> None:
    with pytest.raises(ConnectorError, match="input-invalid"):
        changed_records("orders/create", body.encode())


def test_what_is_subscribed_to_is_known_to_shopify_and_the_privacy_topics_are_not() -> None:
    known = set(load_schema().graphql.type_map["WebhookSubscriptionTopic"].values)

    assert {enum_name(topic) for topic in SUBSCRIBED_TOPICS} <= known
    assert not {enum_name(topic) for topic in PRIVACY_TOPICS} & known


def test_every_topic_of_shopifys_is_taken_from_a_header_and_spelt_as_graphql_spells_it() -> None:
    values = load_schema().graphql.type_map["WebhookSubscriptionTopic"].values  # type: ignore[union-attr]
    known = {name: found[1] for name, value in values.items()
             if (found := re.search(r"The webhook topic for `([^`]+)` events", value.description))}
    taken = {name: described_delivery({"x-shopify-topic": topic, "x-shopify-shop-domain": "a.myshopify.com"}, b"").topic
             for name, topic in known.items()}

    assert len(known) > 200
    assert taken == known
    assert {name: enum_name(topic) for name, topic in known.items()} == {name: name for name in known}
