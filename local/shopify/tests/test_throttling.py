"""The points bucket: reserved in full, refilled by the clock, answered as Shopify answers."""
from __future__ import annotations

import pytest

from local.shopify.bucket import PLANS, Bucket
from local.shopify.tests.conftest import ManualClock

# 2 + m(250) x (1 + 2 + 11 x 1) = 156 points asked for, far fewer used
DEAR = "{ orders(first: 250, query: \"name:nobody\") { nodes { lineItems(first: 250) { nodes { id } } } } }"


@pytest.mark.parametrize("plan", PLANS)
def test_a_bucket_starts_full_and_refills_at_the_rate_of_its_plan(plan):
    clock = ManualClock()
    bucket = Bucket(plan, clock)
    size, rate = PLANS[plan]

    assert bucket.reserve(size)
    assert not bucket.reserve(1)
    clock.forward(3)

    assert bucket.status() == {"maximumAvailable": size, "currentlyAvailable": 3 * rate, "restoreRate": rate}


def test_a_bucket_never_holds_more_than_its_size():
    clock = ManualClock()
    bucket = Bucket("standard", clock)

    clock.forward(3600)
    bucket.give_back(500)

    assert bucket.status()["currentlyAvailable"] == 2000


def test_the_unused_part_of_the_estimate_is_given_back(shop):
    cost = shop.ask(DEAR)["extensions"]["cost"]

    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (156, 2)
    assert cost["throttleStatus"]["currentlyAvailable"] == 1998


def test_a_query_that_finds_too_few_points_is_throttled_with_status_200(shop):
    bucket = shop.running.service.bucket(shop.running.client_id)
    bucket.reserve(1900)

    reply = shop.post(DEAR)

    answer = reply.json()
    assert reply.status_code == 200
    assert "data" not in answer
    assert answer["errors"][0]["message"] == "Throttled"
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert answer["extensions"]["cost"] == {
        "requestedQueryCost": 156, "actualQueryCost": None,
        "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 100, "restoreRate": 100.0}}


def test_after_the_wait_the_answer_allows_the_same_query_passes(shop):
    shop.running.service.bucket(shop.running.client_id).reserve(1900)
    cost = shop.ask(DEAR)["extensions"]["cost"]
    missing = cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"]

    shop.clock.forward(missing / cost["throttleStatus"]["restoreRate"])

    assert "errors" not in shop.ask(DEAR)


def test_parallel_calls_each_hold_their_full_estimate(shop):
    service = shop.running.service
    token = service.tokens[shop.running.token]

    begun = [service.begin(token, {"query": DEAR}, "r") for _ in range(14)]

    assert [hasattr(b, "cost") for b in begun] == [True] * 12 + [False] * 2
    assert begun[-1]["errors"][0]["message"] == "Throttled"
    for reserved in begun[:12]:
        service.finish(reserved)
    assert service.bucket(token.app).status()["currentlyAvailable"] == 2000 - 12 * 2


def test_each_app_has_a_bucket_of_its_own(shop):
    shop.running.service.bucket(shop.running.client_id).reserve(2000)

    assert "errors" in shop.ask("{ shop { name } }")
    assert "errors" not in shop.ask("{ shop { name } }", token=shop.running.few_scopes_token)


def test_stats_tell_calls_points_and_the_lowest_level(shop):
    shop.running.stats.reset()
    shop.ask("query First { shop { name } }")
    shop.ask(DEAR)
    shop.running.service.bucket(shop.running.client_id).reserve(1990)
    shop.ask(DEAR)

    assert shop.control("GET", "stats") == {
        "calls": 3, "requested_points": 157, "actual_points": 3, "throttled": 1,
        "by_operation": {"First": 1, "anonymous": 2}, "min_available": 1843}
    assert [c["requested"] for c in shop.control("GET", "calls")] == [1, 156, 156]
    assert shop.control("POST", "stats/reset")["calls"] == 0
