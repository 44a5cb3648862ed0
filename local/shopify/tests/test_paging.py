"""Connections: windows, cursors, order, and what happens when records move while someone pages."""
from __future__ import annotations

import base64
import json

import pytest

PAGE = """query ($first: Int, $last: Int, $after: String, $before: String, $reverse: Boolean, $query: String) {
  orders(first: $first, last: $last, after: $after, before: $before, reverse: $reverse, query: $query,
         sortKey: UPDATED_AT) {
    nodes { id updatedAt } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def pages(shop, **variables):
    """All orders, page by page: [(id, updatedAt)]."""
    seen, after = [], None
    while True:
        page = shop.data(PAGE, after=after, **variables)["orders"]
        seen += [(n["id"], n["updatedAt"]) for n in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return seen
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("size", [1, 7, 30, 250])
def test_paging_sees_every_order_once_in_order_of_change(shop, size):
    seen = pages(shop, first=size)

    assert len(seen) == len({number for number, _ in seen}) == 30
    assert [time for _, time in seen] == sorted(time for _, time in seen)


def test_orders_of_the_same_second_are_split_between_pages_without_loss(shop):
    for number in range(1, 6):
        shop.state.put("orders", {"id": number, "updated_at": "2026-03-10T09:00:00Z", "lines": []})

    seen = pages(shop, first=2, query="updated_at:>='2026-03-10T09:00:00Z'")

    assert [number.rsplit("/", 1)[1] for number, time in seen if time == "2026-03-10T09:00:00Z"] == list("12345")


def test_reverse_gives_the_same_orders_backwards(shop):
    assert pages(shop, first=7, reverse=True) == pages(shop, first=7)[::-1]


def test_last_and_before_walk_backwards(shop):
    everything = pages(shop, first=250)
    tail = shop.data(PAGE, last=4)["orders"]

    before = shop.data(PAGE, last=4, before=tail["pageInfo"]["startCursor"])["orders"]

    assert [(n["id"], n["updatedAt"]) for n in before["nodes"] + tail["nodes"]] == everything[-8:]
    assert tail["pageInfo"]["hasNextPage"] is False
    assert before["pageInfo"]["hasPreviousPage"] is True


def test_an_order_that_changes_while_paging_is_seen_again_at_the_end(shop):
    first = shop.data(PAGE, first=10)["orders"]
    moved = first["nodes"][3]["id"]

    shop.state.touch("orders", [int(moved.rsplit("/", 1)[1])])
    rest = shop.data(PAGE, first=250, after=first["pageInfo"]["endCursor"])["orders"]["nodes"]

    assert rest[-1]["id"] == moved
    assert len(rest) == 21


def test_a_cursor_is_base64_json_of_last_value_and_last_id(shop):
    page = shop.data(PAGE, first=1)["orders"]

    cursor = json.loads(base64.b64decode(page["pageInfo"]["endCursor"]))

    assert cursor == {"last_id": int(page["nodes"][0]["id"].rsplit("/", 1)[1]),
                      "last_value": page["nodes"][0]["updatedAt"]}


REFUSED = [({}, "you must provide one of first or last"),
           ({"first": 1, "last": 1}, "providing both first and last is not supported"),
           ({"first": 251}, "first cannot exceed 250"), ({"first": -1}, "first cannot be negative"),
           ({"first": 1, "after": "nonsense"}, "Invalid cursor for current pagination sort.")]


@pytest.mark.parametrize("window, message", REFUSED)
def test_a_bad_window_is_refused(shop, window, message):
    error = shop.ask(PAGE, **window)["errors"][0]

    assert (error["message"], error["extensions"]["code"], error["path"]) == (message, "BAD_REQUEST", ["orders"])


def test_lines_of_a_long_order_page_and_plain_lists_do_not(shop):
    shop.state.put("orders", {"id": 900, "lines": [{"quantity": 1, "unit_price": "1.00"}] * 260,
                              "transactions": [{"amount": "1.00"}] * 30})
    query = """query ($after: String) { order(id: "gid://shopify/Order/900") { transactions(first: 20) { id }
               transactionsCount { count } lineItems(first: 250, after: $after) { nodes { id }
               pageInfo { hasNextPage endCursor } } } }"""

    first = shop.data(query)["order"]
    second = shop.data(query, after=first["lineItems"]["pageInfo"]["endCursor"])["order"]

    assert len(first["lineItems"]["nodes"]) == 250
    assert [n["id"] for n in second["lineItems"]["nodes"]] == [
        f"gid://shopify/LineItem/{number}" for number in range(900250, 900260)]
    assert len(first["transactions"]) == 20
    assert first["transactionsCount"]["count"] == 30


def test_edges_carry_the_cursors_that_page_info_shows(shop):
    page = shop.data("{ customers(first: 3) { edges { cursor node { id } } pageInfo { startCursor endCursor } } }")

    edges, info = page["customers"]["edges"], page["customers"]["pageInfo"]
    assert [edges[0]["cursor"], edges[-1]["cursor"]] == [info["startCursor"], info["endCursor"]]


def test_a_count_stops_at_its_limit(shop):
    found = shop.data("{ all: ordersCount { count precision } few: ordersCount(limit: 10) { count precision } }")

    assert found == {"all": {"count": 30, "precision": "EXACT"}, "few": {"count": 10, "precision": "AT_LEAST"}}
