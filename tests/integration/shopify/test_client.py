"""The client against scripted answers: what it repeats, what it reports, what it never tells."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import ConnectorError, OutcomeUnknown, ServiceUnavailable
from shared.exchange import Exchange
from shared.shopify.client import ShopifyClient
from shared.shopify.documents import Document
from shared.shopify.shop_info import read_shop_info
from tests.integration.shopify.manual_clock import ManualClock
from tests.integration.shopify.scripted import Step, playing

TOKEN = "shpat_secret_of_this_test"
QUERY = Document("shop_name", "query ShopName { shop { name } }", 1, frozenset())
MUTATION = Document("tags_add", "mutation TagsAdd { tagsAdd { userErrors { message } } }", 10, frozenset())


def a_client(url: str, clock: ManualClock | None = None, **options: Any) -> ShopifyClient:
    options.setdefault("token", lambda: TOKEN)
    return ShopifyClient(url, clock=clock or ManualClock(), chance=lambda: 1.0, **options)


def fine(available: float = 1999, requested: float = 1) -> Step:
    return Step(200, {"data": {"shop": {"name": "Démo"}}, "extensions": {"cost": {
        "requestedQueryCost": requested, "actualQueryCost": requested, "throttleStatus": bucket(available)}}})


def throttled(available: float, requested: float = 150, restore: float = 50) -> Step:
    return Step(200, {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": requested, "actualQueryCost": None,
                                "throttleStatus": bucket(available, restore)}}})


def bucket(available: float, restore: float = 50) -> dict[str, float]:
    return {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": restore}


def nobody_may() -> None:
    raise ConnectorError("http-requests-not-allowed", "This environment may not make HTTP requests")


def test_answer_is_given_as_bytes_and_the_request_goes_where_shopify_expects_it() -> None:
    with playing(fine()) as script:
        answer = a_client(script.url).ask(QUERY, {"first": 3})

    assert answer.data == b'{"shop": {"name": "D\\u00e9mo"}}'
    assert script.requests == [{"query": QUERY.text, "variables": {"first": 3}}]
    assert script.headers[0]["X-Shopify-Access-Token"] == TOKEN


@pytest.mark.parametrize("trouble, waits", [
    pytest.param([Step(502, b"<html>Bad Gateway</html>")] * 2, [1.0, 2.0], id="5xx twice"),
    pytest.param([Step(0)], [1.0], id="connection lost"),
    pytest.param([Step(429, {"errors": "slow"}, {"Retry-After": "7"})], [7.0], id="429 with Retry-After"),
    pytest.param([throttled(50)], [2.01], id="throttled: 100 points missing at 50 per second"),
    pytest.param([Step(200, {"errors": [{"message": "oops", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]})],
                 [1.0], id="internal error"),
    pytest.param([Step(403, b"<!DOCTYPE html><title>Just a moment...</title>", {"cf-mitigated": "challenge"})],
                 [2.0], id="challenged by the edge"),
    pytest.param([Step(403, b"")], [2.0], id="403 without a word"),
    pytest.param([Step(403, {"cloudflare_error": True, "error_code": 1015, "ray_id": "9de631b6ff99a9f3"})],
                 [2.0], id="403 in the edge's own JSON"),
    pytest.param([Step(430, b"<html>", {"Retry-After": "9"})], [9.0], id="security rejection that says how long"),
])
def test_passing_trouble_is_waited_out(trouble: list[Step], waits: list[float]) -> None:
    clock = ManualClock()

    with playing(*trouble, fine()) as script:
        answer = a_client(script.url, clock).ask(QUERY)

    assert answer.request_id == f"req-{len(trouble) + 1}"
    assert clock.slept == pytest.approx(waits)


@pytest.mark.parametrize("step, code, calls", [
    pytest.param(Step(503, b"<html>"), "shopify-unavailable", 3, id="5xx for good"),
    pytest.param(Step(0), "shopify-unavailable", 3, id="never an answer"),
    pytest.param(Step(403, b"<html>"), "shopify-refused", 4, id="turned away for good"),
    pytest.param(throttled(2000), "shopify-throttled", 8, id="throttled for good, though points are there"),
    pytest.param(Step(429, {}, {"Retry-After": "3600"}), "shopify-throttled", 1, id="sent away for an hour"),
])
def test_trouble_that_does_not_pass_ends_with_its_code(step: Step, code: str, calls: int) -> None:
    with playing(step) as script, pytest.raises(ServiceUnavailable) as caught:
        a_client(script.url).ask(QUERY)

    assert caught.value.code == code
    assert len(script.requests) == calls


@pytest.mark.parametrize("step, code", [
    pytest.param(Step(402, {"errors": "Unavailable Shop"}), "shopify-refused", id="frozen"),
    pytest.param(Step(403, {"errors": "Forbidden"}), "access-scope-changed", id="forbidden"),
    pytest.param(Step(403, {"errors": [{"message": "Not approved"}]}), "access-scope-changed", id="not approved"),
    pytest.param(Step(430, {"errors": "Rejected"}), "shopify-refused", id="rejected with a reason"),
    pytest.param(Step(404, b"<html>Not Found</html>"), "shop-url-invalid", id="no such shop"),
    pytest.param(Step(301, b"", {"Location": "http://127.0.0.1:1/"}), "shopify-refused", id="sent elsewhere"),
    pytest.param(Step(200, {"data": {}}, {"X-Shopify-API-Version": "2025-10"}), "api-version-unsupported",
                 id="fallen to another version"),
])
def test_refusal_is_not_repeated(step: Step, code: str) -> None:
    with playing(step) as script, pytest.raises(ConnectorError) as caught:
        a_client(script.url).ask(QUERY)

    assert caught.value.code == code
    assert len(script.requests) == 1


def test_who_is_turned_away_learns_by_what_and_under_which_numbers() -> None:
    step = Step(403, b"<html>", {"CF-Ray": "9de631b6ff99a9f3-CDG"})

    with playing(step) as script, pytest.raises(ConnectorError) as caught:
        a_client(script.url).ask(QUERY)

    assert caught.value.detail == (
        "HTTP 403 without a word of Shopify's API: a guard in front of it turned the request away, "
        "Cloudflare ray 9de631b6ff99a9f3-CDG, request id req-4 (4 tries)")


def test_points_are_waited_for_before_the_request_and_not_after_a_refusal() -> None:
    clock = ManualClock()

    with playing(fine(available=50, requested=150), fine(requested=150)) as script:
        client = a_client(script.url, clock)
        client.ask(QUERY)
        client.ask(QUERY)

    assert clock.slept == pytest.approx([2.0], abs=0.02)
    assert (client.usage.calls, client.usage.throttled, client.usage.requested_points) == (2, 0, 300)


def test_throttled_answer_counts_no_points() -> None:
    with playing(throttled(50), fine(requested=150)) as script:
        client = a_client(script.url)
        client.ask(QUERY)

    assert (client.usage.calls, client.usage.throttled, client.usage.requested_points) == (2, 1, 150)


def test_token_is_renewed_once_after_a_401() -> None:
    tokens = ["old"]

    with playing(Step(401, {"errors": "[API] Invalid API key"}), fine()) as script:
        a_client(script.url, token=lambda: tokens[-1], on_unauthorized=lambda: tokens.append("new")).ask(QUERY)

    assert [headers["X-Shopify-Access-Token"] for headers in script.headers] == ["old", "new"]


def test_second_401_asks_for_a_new_connection() -> None:
    renewals: list[int] = []

    with playing(Step(401, {"errors": "[API] Invalid API key"})) as script, pytest.raises(ConnectorError) as caught:
        a_client(script.url, on_unauthorized=lambda: renewals.append(1)).ask(QUERY)

    assert caught.value.code == "reconnect-required"
    assert (len(renewals), len(script.requests)) == (1, 2)


def test_every_attempt_is_reported_and_none_holds_the_token() -> None:
    seen: list[Exchange] = []

    with playing(Step(0), Step(502, b"<html>Bad Gateway</html>"), fine(1500)) as script:
        a_client(script.url, observe=seen.append).ask(QUERY)

    assert [(e.status, e.retry, e.has_error, e.request_id) for e in seen] == [
        (0, 0, True, ""), (502, 1, True, "req-2"), (200, 2, False, "req-3")]
    assert (seen[2].requested_cost, seen[2].actual_cost, seen[2].available_points) == (1, 1, 1500)
    assert "ShopName" in seen[0].request
    assert "Bad Gateway" in seen[1].response
    assert TOKEN not in repr(seen)


def test_closed_environment_sends_nothing() -> None:
    with playing(fine()) as script, pytest.raises(ConnectorError) as caught:
        a_client(script.url, http_gate=nobody_may).ask(QUERY)

    assert caught.value.code == "http-requests-not-allowed"
    assert script.requests == []


def test_mutation_needs_permission_and_a_query_of_the_same_client_does_not() -> None:
    def no_writing() -> None:
        raise ConnectorError("data-sync-to-shopify-disabled", "Shop DEMO may not be changed")

    with playing(fine()) as script:
        client = a_client(script.url, mutation_gate=no_writing)
        with pytest.raises(ConnectorError) as caught:
            client.ask(MUTATION)
        client.ask(QUERY)

    assert caught.value.code == "data-sync-to-shopify-disabled"
    assert [request["query"] for request in script.requests] == [QUERY.text]


def test_mutation_whose_answer_is_lost_is_not_sent_again() -> None:
    with playing(Step(0)) as script, pytest.raises(OutcomeUnknown):
        a_client(script.url).ask(MUTATION)

    assert len(script.requests) == 1


def test_request_of_50_000_characters_is_sent_and_one_more_is_not() -> None:
    with playing(fine()) as script:
        client = a_client(script.url)
        client.ask(QUERY, {"text": "é" * (50_000 - _frame())})
        with pytest.raises(ConnectorError) as caught:
            client.ask(QUERY, {"text": "é" * (50_001 - _frame())})

    assert caught.value.code == "request-too-long"
    assert "50,001" in caught.value.detail
    assert len(script.requests) == 1


def test_shop_without_a_currency_is_an_unreadable_answer_and_not_an_empty_shop() -> None:
    answer = Step(200, {"data": {"shop": None, "publicApiVersions": []}})

    with playing(answer) as script, pytest.raises(ConnectorError) as caught:
        read_shop_info(a_client(script.url))

    assert caught.value.code == "record-unreadable"


def _frame() -> int:
    return len('{"query":"","variables":{"text":""}}') + len(QUERY.text)


def test_every_kind_of_trouble_has_tries_of_its_own() -> None:
    with playing(throttled(2000), throttled(2000), Step(502), Step(502), fine()) as script:
        a_client(script.url).ask("shop_info")

    assert len(script.requests) == 5
