"""The intake against strangers: forged, replayed, oversized, wrongly encoded and random deliveries.

WEBHOOK_EXAMPLES sets how many random ones are tried (10,000 before a release; fewer in the daily run).
"""
from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import azure.functions as func
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.azurite import Azurite
from shared.record_types import TYPE_NAMES
from shared.root import connector
from shared.shopify.topics import RECORD_TOPICS
from shared.shopify.webhooks import LONGEST_BODY
from shared.webhooks.commands import COMMAND_TOPICS
from tests.admin import trigger
from tests.house import House, a_house
from tests.webhooks import OLD_SECRET, SECRET, headers_of, store_of

pytestmark = pytest.mark.slow("a setting says how many are tried")
EXAMPLES = int(os.environ.get("WEBHOOK_EXAMPLES", "300"))
TOPICS = (*RECORD_TOPICS, *COMMAND_TOPICS)
many = settings(
    max_examples=EXAMPLES, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
Post = Callable[[dict[str, str], bytes], int]

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["id", "order_id", "order_edit", "customer", "shop_domain", "current", "data_request",
                         "myshopify_domain", "admin_graphql_api_id", "orders_to_redact"]) | st.text(max_size=8),
        inner, max_size=5),
    max_leaves=10,
)
DEEP = st.sampled_from([b"[", b'{"id":', b'{"customer":[']).map(lambda opening: opening * 100_000)
BODIES = st.binary(max_size=300) | ANY_JSON.map(lambda value: json.dumps(value).encode()) | DEEP


@pytest.fixture(scope="module")
def house(azurite: Azurite) -> Iterator[House]:
    """A connected shop with a store of its own."""
    with a_house(azurite.connection_string) as everything:
        everything.card(shopify_url=f"{everything.shop.lower()}.myshopify.com")
        yield everything


@pytest.fixture
def post(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """The status that the intake answers, called as the Functions host calls it."""
    monkeypatch.setenv("AzureWebJobsStorage", house.settings.storage_connection)
    monkeypatch.setenv("TOKEN_KEY", house.settings.token_key)
    monkeypatch.setenv("BC_API_ROOT", house.settings.bc_api_root)
    monkeypatch.setenv("SHOPIFY_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("SHOPIFY_PREVIOUS_CLIENT_SECRET", OLD_SECRET)
    connector.cache_clear()

    def call(headers: dict[str, str], body: bytes) -> int:
        request = func.HttpRequest(method="POST", url="/api/webhooks/shopify", headers=headers, body=body)
        return int(trigger("shopify_webhook")(request).status_code)

    yield call
    connector.cache_clear()


def noted(house: House) -> dict[str, list[int]]:
    """Every record that is noted as changed, by type."""
    return {type: [int(one.id) for one in house.connector.changed.of(house.shop, type)] for type in TYPE_NAMES}


def forget_notes(house: House) -> None:
    changed = house.connector.changed
    for type in TYPE_NAMES:
        changed.remove(house.shop, type, changed.of(house.shop, type))


NOTHING: dict[str, list[int]] = {type: [] for type in TYPE_NAMES}


@pytest.fixture
def nothing_kept(house: House) -> Iterator[None]:
    """Looks once, after all examples of a test."""
    yield
    assert noted(house) == NOTHING


@many
@given(body=BODIES, topic=st.sampled_from(TOPICS), signature=st.text(max_size=60))
def test_whatever_a_stranger_signs_is_refused_and_nothing_is_kept(
    house: House, post: Post, nothing_kept: None, body: bytes, topic: str, signature: str
) -> None:
    headers = headers_of(topic, body, shop=store_of(house)) | {"x-shopify-hmac-sha256": signature}

    assert post(headers, body) == (401 if signature else 400)


@many
@given(body=BODIES, secret=st.text(max_size=40).filter(lambda text: text not in (SECRET, OLD_SECRET)))
def test_a_guessed_secret_opens_nothing(
    house: House, post: Post, nothing_kept: None, body: bytes, secret: str
) -> None:
    headers = headers_of("orders/create", body, shop=store_of(house), secret=secret)

    assert post(headers, body) == 401


@many
@given(body=BODIES, topic=st.sampled_from(TOPICS), at=st.just("2026-03-10T10:00:00Z") | st.text(max_size=40))
def test_a_signed_body_is_taken_or_refused_but_never_fails(
    house: House, post: Post, body: bytes, topic: str, at: str
) -> None:
    assert post(headers_of(topic, body, shop="nobody.myshopify.com", at=at), body) in (200, 400)


@many
@given(headers=st.dictionaries(
    st.sampled_from(["x-shopify-topic", "x-shopify-shop-domain", "x-shopify-hmac-sha256", "x-shopify-webhook-id",
                     "x-shopify-triggered-at"]), st.text(max_size=80)), body=BODIES)
def test_odd_headers_are_a_4xx(house: House, post: Post, headers: dict[str, str], body: bytes) -> None:
    assert post(headers, body) in (400, 401)


def test_a_body_changed_by_one_byte_is_refused(house: House, post: Post) -> None:
    body = b'{"id": 5001}'
    headers = headers_of("orders/create", body, shop=store_of(house))

    for place in range(len(body)):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1:]
        assert post(headers, changed) == 401
    assert noted(house) == NOTHING


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_after_a_rotation_both_secrets_are_accepted(house: House, post: Post, secret: str) -> None:
    body = b'{"id": 5001}'

    assert post(headers_of("orders/create", body, shop=store_of(house), secret=secret), body) == 200

    assert noted(house)["orders"] == [5001]
    forget_notes(house)


def test_without_a_secret_in_the_settings_nobody_can_sign(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty key is a key too: it must not be accepted."""
    monkeypatch.delenv("SHOPIFY_CLIENT_SECRET")
    monkeypatch.delenv("SHOPIFY_PREVIOUS_CLIENT_SECRET")
    connector.cache_clear()
    body = b'{"id": 5001}'

    assert post(headers_of("orders/create", body, shop=store_of(house), secret=""), body) == 401
    assert noted(house) == NOTHING


@pytest.mark.parametrize("missing", ["x-shopify-topic", "x-shopify-hmac-sha256", "x-shopify-shop-domain"])
def test_a_missing_header_is_a_400(house: House, post: Post, missing: str) -> None:
    body = b'{"id": 5001}'
    headers = headers_of("orders/create", body, shop=store_of(house))

    assert post({name: value for name, value in headers.items() if name != missing}, body) == 400
    assert noted(house) == NOTHING


@pytest.mark.parametrize("shop", ["evil.example", "demo.myshopify.com.evil.example", "a/../b.myshopify.com",
                                  "x|y.myshopify.com", ".myshopify.com", "é.myshopify.com"])
def test_a_store_that_is_no_store_is_a_400(post: Post, shop: str) -> None:
    body = b'{"id": 5001}'

    assert post(headers_of("orders/create", body, shop=shop), body) == 400


def test_an_oversized_body_is_a_400_and_the_longest_one_passes(house: House, post: Post) -> None:
    longest = b'{"id": 5001, "note": "' + b"x" * (LONGEST_BODY - 24) + b'"}'
    assert len(longest) == LONGEST_BODY
    headers = headers_of("orders/create", longest, shop=store_of(house))

    assert post(headers, longest) == 200
    assert post(headers_of("orders/create", longest + b" ", shop=store_of(house)), longest + b" ") == 400
    forget_notes(house)


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "utf-8-sig", "cp500"])
def test_a_signed_body_in_another_charset_is_a_400(house: House, post: Post, charset: str) -> None:
    body = '{"id": 5001}'.encode(charset)

    assert post(headers_of("orders/create", body, shop=store_of(house)), body) == 400
    assert noted(house) == NOTHING


def test_replayed_doubled_and_reordered_notices_are_one_note(house: House, post: Post) -> None:
    body = b'{"id": 5001}'
    newer, older = (
        headers_of("orders/updated", body, shop=store_of(house), at=at)
        for at in ("2026-03-10T11:00:00Z", "2026-03-10T10:00:00Z")
    )

    assert [post(headers, body) for headers in (newer, newer, older, newer)] == [200] * 4

    assert noted(house)["orders"] == [5001]
    forget_notes(house)


PERSON = {"id": 7001, "email": "marie@example.fr", "phone": None}


@pytest.mark.parametrize("topic, body", [
    ("shop/redact", {"shop_domain": "*", "customer": PERSON, "orders_to_redact": []}),
    ("customers/redact", {"shop_domain": "*", "customer": PERSON, "data_request": {"id": 9}}),
    ("customers/redact", {"shop_domain": "other.myshopify.com", "customer": PERSON, "orders_to_redact": []}),
    ("customers/redact", {"shop_domain": "*"}),
    ("customers/data_request", {"shop_domain": "*", "customer": PERSON, "orders_to_redact": []}),
    ("shop/redact", {"shop_domain": "other.myshopify.com"}),
    ("app/uninstalled", {"id": 1, "myshopify_domain": "other.myshopify.com"}),
    ("app/uninstalled", {"shop_domain": "*"}),
    ("app/scopes_update", {"id": 1}),
    ("bulk_operations/finish", {"id": 1}),
])
def test_a_recorded_body_cannot_be_sent_again_as_something_worse(
    house: House, post: Post, topic: str, body: dict[str, Any]
) -> None:
    """Headers are not signed: the body has to fit the topic and the store that they name."""
    if body.get("shop_domain") == "*":
        body = body | {"shop_domain": store_of(house)}
    raw = json.dumps(body).encode()

    assert post(headers_of(topic, raw, shop=store_of(house)), raw) == 400


def test_refusals_are_counted_and_cost_one_write_a_minute(house: House) -> None:
    refused = house.connector.refused
    before = sum(refused.per_day().values())

    for _ in range(50):
        refused.add()
    written_at_first = sum(refused.per_day().values()) - before
    house.clock.forward(61)
    refused.add()

    assert written_at_first == 1
    assert sum(refused.per_day().values()) - before == 51
