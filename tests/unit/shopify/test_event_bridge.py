"""Events of Amazon EventBridge: which hold a delivery of Shopify's, and what of them is handed on."""
from __future__ import annotations

import json
from typing import Any

import pytest

from shared.errors import ConnectorError
from shared.shopify.event_bridge import delivery_of_event, source_of

SOURCE = "aws.partner/shopify.com/7000001/connector"
HEADERS = {"X-Shopify-Topic": "orders/updated", "X-Shopify-Shop-Domain": "Demo-FR.myshopify.com",
           "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
           "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
           "X-Shopify-Triggered-At": "2026-03-10T10:00:00.123456789Z", "Content-Type": "application/json"}


def an_event(**changes: Any) -> str:
    """An event as the rule hands it on; a change of None leaves the part out."""
    parts = {
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "shopifyWebhook",
        "source": SOURCE, "account": "111122223333", "time": "2026-03-10T10:00:01Z", "region": "eu-west-1",
        "resources": [], "detail": {"payload": {"id": 5001}, "metadata": HEADERS}, **changes}
    return json.dumps({name: part for name, part in parts.items() if part is not None})


def test_an_event_is_the_delivery_that_the_same_webhook_would_have_been_over_https() -> None:
    delivery = delivery_of_event(an_event())

    assert delivery.topic == "orders/updated"
    assert delivery.shop_domain == "demo-fr.myshopify.com"
    assert delivery.webhook_id == HEADERS["X-Shopify-Webhook-Id"]
    assert delivery.triggered_at == HEADERS["X-Shopify-Triggered-At"]
    assert json.loads(delivery.body) == {"id": 5001}


def test_the_body_stays_as_it_is_to_the_byte() -> None:
    body = '{"id": 9007199254740993, "total_price":"10.10",  "note": "d\u00e9j\u00e0 \\u00e9"}'
    event = an_event(detail={"payload": "HERE", "metadata": HEADERS}).replace('"HERE"', body)

    assert delivery_of_event(event).body == body.encode()


def test_names_of_headers_may_be_written_in_any_way() -> None:
    metadata = {name.lower(): value for name, value in HEADERS.items()} | {"X-Shopify-Count": 3}

    assert delivery_of_event(an_event(detail={"payload": {}, "metadata": metadata})).topic == "orders/updated"


@pytest.mark.parametrize("event", [
    "", "[]", "no JSON", "{", '"\ud800"', an_event(source=None), an_event(detail=None),
    an_event(detail={"payload": {}}), an_event(detail={"metadata": HEADERS}),
    an_event(detail={"payload": {}, "metadata": {}}),
    an_event(detail={"payload": {}, "metadata": HEADERS | {"X-Shopify-Topic": "orders updated"}}),
    an_event(detail={"payload": {}, "metadata": HEADERS | {"X-Shopify-Shop-Domain": "shop.example.net"}}),
    an_event(source="my.own.app"), an_event(source="xaws.partner/shopify.com/7000001/connector"),
    an_event(source="aws.partner/shopify.com.example.net/1/x"),
])
def test_what_is_no_event_of_shopifys_is_refused(event: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        delivery_of_event(event)

    assert refused.value.code == "input-invalid"


def test_where_the_source_is_known_no_other_one_of_shopifys_will_do() -> None:
    assert delivery_of_event(an_event(), SOURCE).topic == "orders/updated"

    with pytest.raises(ConnectorError):
        delivery_of_event(an_event(source="aws.partner/shopify.com/7000001/another"), SOURCE)


def test_a_refusal_says_nothing_of_what_stands_in_the_event() -> None:
    body = {"email": "marie@example.fr"}

    for event in (an_event(detail={"payload": body}), an_event(source="x", detail={"payload": body, "metadata": {}}),
                  an_event(detail={"payload": body, "metadata": {"X-Shopify-Topic": "marie@example.fr"}})):
        with pytest.raises(ConnectorError) as refused:
            delivery_of_event(event)

        assert "marie" not in str(refused.value)


@pytest.mark.parametrize("arn, source", [
    (f"arn:aws:events:eu-west-1::event-source/{SOURCE}", SOURCE), ("", ""),
])
def test_the_arn_of_an_event_source_says_which_source_its_events_carry(arn: str, source: str) -> None:
    assert source_of(arn) == source
