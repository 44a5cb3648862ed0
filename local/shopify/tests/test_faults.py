"""Faults ordered in advance; each is met as often as ordered, then all is well again."""
from __future__ import annotations

import pytest
import requests

from local.shopify.faults import Faults

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


@pytest.mark.parametrize("fault, named", [
    ({"kind": "http_5xx", "code": 503}, "code"),
    ({"kind": "http_429", "retry_afer": 3}, "retry_afer"),
    ({"kind": "http_429", "record": "Order/2"}, "record"),
    ({"kind": "http_403", "status": 403}, "status"),
    ({"kind": "missing_scope"}, "scope"),
    ({"kind": "missing_scope", "scope": "read_ordres"}, "read_ordres"),
    ({"kind": "missing_scope", "scope": "read_orders", "times": 3}, "times"),
    ({"kind": "null_node", "record": "Order/2", "field": "name"}, "field"),
    ({"kind": "null_node", "record": "Orders/2"}, "Orders"),
    ({"kind": "null_node", "record": 2}, "Order/5002"),
    ({"kind": "internal_error", "record": "Order/2", "times": 2}, "times"),
    ({"kind": "denied_node", "record": "Order/2", "field": "custommer"}, "custommer"),
    ({"kind": "odd_field", "record": "Order/2"}, "field"),
    ({"kind": "odd_field", "record": "Order/2", "field": "nam"}, "nam"),
    ({"kind": "spoilt_note", "record": "Order/2", "bytes": "bell"}, "not utf-8"),
    ({"kind": "same_cursor", "operation": "Page", "record": "Order/2"}, "record"),
])
def test_a_fault_that_would_mean_nothing_is_refused_by_name(shop, fault, named):
    assert named in shop.control("POST", "faults", fault)["error"]
    assert shop.control("GET", "faults") == []


@pytest.mark.parametrize("fault", [
    {"kind": "same_cursor", "operation": "OrdersChange d"},
    {"kind": "no_data", "record": "Order/2", "operation": "orders"},
    {"kind": "http_5xx", "record": "Order/2", "operation": "OrdersChangedLately"},
])
def test_a_fault_tied_to_an_operation_that_the_client_does_not_have_is_refused_where_its_operations_are_known(fault):
    faults = Faults(operations=["OrdersChanged", "OrderLinesNext"])

    with pytest.raises(ValueError, match=r"no operation begins with .*; known: OrderLinesNext, OrdersChanged"):
        faults.add(**fault)

    assert faults.listed() == []
    faults.add(**{**fault, "operation": "OrdersCh"})
    Faults().add(**fault)


def test_a_field_that_was_not_asked_for_is_neither_denied_nor_odd(shop):
    two_orders(shop)
    shop.running.fault("denied_node", record="Order/2", field="customer")
    shop.running.fault("odd_field", record="Order/2", field="email", value=7)

    assert shop.data(PAGE)["orders"]["nodes"][1] == {"id": "gid://shopify/Order/2", "name": "#2", "note": "fine"}


PAGE = "query Page { orders(first: 5, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { id name note } } }"
BARE = "query Bare { orders(first: 5, sortKey: ID) { nodes { id updatedAt } } }"


def two_orders(shop):
    for number in (1, 2):
        shop.state.put("orders", {"id": number, "lines": [], "created_at": "2020-01-01T00:00:00Z", "note": "fine"})


@pytest.mark.parametrize(("kind", "status", "errors", "data"), [
    ("internal_error", 200, ["INTERNAL_SERVER_ERROR"], "null"), ("nameless_error", 200, [None], "null"),
    ("max_cost", 200, ["MAX_COST_EXCEEDED"], "absent"), ("no_data", 200, [], "null"), ("http_5xx", 502, None, None),
])
def test_a_tied_fault_strikes_whenever_its_record_is_in_the_answer_with_more_than_its_id(
        shop, kind, status, errors, data):
    two_orders(shop)
    shop.running.fault(kind, record="Order/2")

    replies = [shop.post(PAGE) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [status] * 2
    if errors is not None:
        answer = replies[0].json()
        assert [one.get("extensions", {}).get("code") for one in answer.get("errors", [])] == errors
        assert ("data" in answer, answer.get("data")) == (data == "null", None)
    assert len(shop.data(BARE)["orders"]["nodes"]) == 5
    assert shop.data('{ order(id: "gid://shopify/Order/1") { name } }')["order"]
    shop.running.clear_faults()
    assert shop.data(PAGE)


def test_a_tied_fault_may_strike_the_bare_id_too(shop):
    two_orders(shop)
    shop.running.fault("no_data", record="Order/2", bare=True)

    assert shop.ask(BARE)["data"] is None


def test_a_tied_fault_may_spare_other_operations(shop):
    two_orders(shop)
    shop.running.fault("no_data", record="Order/2", operation="Other")

    assert shop.data(PAGE)


def test_a_denied_node_is_null_and_its_error_names_the_path(shop):
    two_orders(shop)
    shop.running.fault("denied_node", record="Order/2")

    answer = shop.ask(PAGE)

    assert [node and node["id"] for node in answer["data"]["orders"]["nodes"]][:2] == ["gid://shopify/Order/1", None]
    assert [(one["path"], one["extensions"]["code"]) for one in answer["errors"]] == [
        (["orders", "nodes", 1], "ACCESS_DENIED")]


def test_spoilt_bytes_odd_fields_and_null_nodes_are_in_the_answer_and_not_in_the_shop(shop):
    two_orders(shop)
    shop.running.fault("spoilt_note", record="Order/2", bytes="not utf-8")
    spoilt = shop.post(PAGE).content
    shop.running.clear_faults()
    shop.running.fault("odd_field", record="Order/2", field="name")
    odd = shop.data(PAGE)["orders"]["nodes"][1]
    shop.running.clear_faults()
    shop.running.fault("null_node", record="Order/2")
    gone = shop.data(PAGE)["orders"]["nodes"][1]
    shop.running.clear_faults()

    assert (b'"note":"\xff"' in spoilt, odd["name"], gone) == (True, None, None)
    assert shop.data(PAGE)["orders"]["nodes"][1]["note"] == "fine"


def test_a_list_may_say_that_it_goes_on_where_it_began(shop):
    shop.running.fault("same_cursor", operation="Page")
    query = PAGE.replace("query Page", "query Page($after: String)").replace("first: 5", "first: 5, after: $after")

    first = shop.data(query)["orders"]["pageInfo"]
    second = shop.data(query, after=first["endCursor"])["orders"]["pageInfo"]

    assert first == second
    assert first["hasNextPage"]


def test_a_fault_that_must_be_tied_is_refused_without(shop):
    assert "must be tied" in shop.control("POST", "faults", {"kind": "null_node"})["error"]
