"""Faults ordered in advance; each is met as often as ordered, then all is well again."""
from __future__ import annotations

import pytest
import requests

QUERY = "{ shop { name } }"
WELL = {"shop": {"name": "Demo FR"}}


def test_429_comes_with_retry_after(shop):
    shop.running.fault("http_429", times=2, retry_after=1.5)

    replies = [shop.post(QUERY) for _ in range(3)]

    assert [r.status_code for r in replies] == [429, 429, 200]
    assert replies[0].headers["Retry-After"] == "1.5"


@pytest.mark.parametrize("status", [500, 502, 503])
def test_5xx_is_an_html_page(shop, status):
    shop.running.fault("http_5xx", status=status)

    reply = shop.post(QUERY)

    assert (reply.status_code, reply.headers["Content-Type"].split(";")[0]) == (status, "text/html")
    assert shop.data(QUERY) == WELL


def test_throttled_whatever_the_bucket_holds(shop):
    shop.running.fault("throttled", times=2)

    answers = [shop.ask(QUERY) for _ in range(3)]

    assert [a.get("errors", [{}])[0].get("message") for a in answers] == ["Throttled", "Throttled", None]
    assert answers[0]["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 2000


def test_an_internal_error_carries_the_request_id(shop):
    shop.running.fault("internal_error")

    reply = shop.post(QUERY)

    error = reply.json()["errors"][0]
    assert (reply.status_code, reply.json()["data"]) == (200, None)
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": reply.headers["X-Request-Id"]}


@pytest.mark.parametrize("after_work", [False, True])
def test_a_dropped_connection_before_or_after_the_work(shop, after_work):
    shop.running.fault("drop_connection", after_work=after_work)

    with pytest.raises(requests.ConnectionError):
        shop.post(QUERY)

    assert shop.running.stats.calls == int(after_work)
    assert shop.data(QUERY) == WELL


def test_a_delay_comes_late_but_whole(shop):
    shop.running.fault("delay", seconds=0.01)

    assert shop.data(QUERY) == WELL
    assert shop.control("GET", "faults") == []


def test_revoked_access_lasts_until_cleared(shop):
    shop.running.fault("access_revoked")

    assert [shop.post(QUERY).status_code for _ in range(3)] == [401] * 3
    shop.running.clear_faults()
    assert shop.data(QUERY) == WELL


LISTED = '{ orders(first: 5, query: "id:42") { nodes { note } } order(id: "gid://shopify/Order/42") { note } }'


def test_a_lagging_index_lists_a_record_as_it_was_while_by_id_it_is_current(shop):
    shop.state.put("orders", {"id": 42, "lines": [], "note": "old"})
    shop.clock.forward(60)
    shop.running.fault("search_lag", seconds=5)
    shop.state.patch("orders", 42, {"note": "newer"})
    shop.state.patch("orders", 42, {"note": "new"})

    early = shop.data(LISTED)
    shop.clock.forward(6)
    late = shop.data(LISTED)

    assert early == {"orders": {"nodes": [{"note": "old"}]}, "order": {"note": "new"}}
    assert late == {"orders": {"nodes": [{"note": "new"}]}, "order": {"note": "new"}}


def test_a_lagging_index_does_not_know_a_new_record_yet(shop):
    shop.running.fault("search_lag", seconds=5)
    shop.state.put("orders", {"id": 42, "lines": [], "note": "new"})

    assert shop.data(LISTED) == {"orders": {"nodes": []}, "order": {"note": "new"}}


def test_faults_are_ordered_and_cleared_over_http(shop):
    assert shop.control("POST", "faults", {"kind": "http_429", "times": 3}) == [{"kind": "http_429", "times": 3}]
    assert shop.post(QUERY).status_code == 429
    assert shop.control("DELETE", "faults") == []
    assert shop.post(QUERY).status_code == 200


def test_an_unknown_fault_is_refused(shop):
    assert "unknown fault 'flood'" in shop.control("POST", "faults", {"kind": "flood"})["error"]
