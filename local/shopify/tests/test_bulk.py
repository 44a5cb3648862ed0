"""Bulk operations: what may run, what comes out, how they end, and what they refuse."""
from __future__ import annotations

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local.shopify.tests.receiver import receiving
from local.shopify.tests.subscribing import made

RUN = """mutation($query: String!, $grouped: Boolean! = false) { bulkOperationRunQuery(query: $query,
  groupObjects: $grouped) { bulkOperation { id status objectCount rootObjectCount url fileSize completedAt type }
  userErrors { field message code } } }"""
READ = """query($id: ID!) { bulkOperation(id: $id) { id status errorCode objectCount rootObjectCount fileSize url
  partialDataUrl completedAt } }"""
CANCEL = """mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { id status }
  userErrors { field message } } }"""
PRODUCTS = "{ products { edges { node { id title variants { edges { node { id sku } } } } } } }"
ORDERS = """{ orders(first: 1, query: "status:any") { edges { cursor node { id name customer { id }
  lineItems(first: 1) { edges { node { id quantity } } } transactions { id kind } } } } }"""


def start(shop, query, **variables):
    answer = shop.data(RUN, query=query, **variables)["bulkOperationRunQuery"]
    assert answer["userErrors"] == []
    return answer["bulkOperation"]


def ended(shop, identity):
    """The operation once it is over; a real client polls as well."""
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        found = shop.data(READ, id=identity)["bulkOperation"]
        if found["completedAt"]:
            return found
        time.sleep(0.02)
    raise AssertionError(f"still {found['status']}")


def exported(shop, query, **variables):
    operation = ended(shop, start(shop, query, **variables)["id"])
    assert operation["status"] == "COMPLETED"
    return operation, lines_of(shop, operation["url"])


def lines_of(shop, address):
    return [json.loads(line) for line in shop.session.get(address, timeout=10).content.splitlines()]


def kind(line):
    return line["id"].split("/")[3]


def test_a_fresh_operation_has_text_zeros_and_no_address(shop):
    operation = start(shop, PRODUCTS)

    assert {k: v for k, v in operation.items() if k != "id"} == {
        "status": "CREATED", "objectCount": "0", "rootObjectCount": "0", "url": None, "fileSize": None,
        "completedAt": None, "type": "QUERY"}


def test_the_address_says_under_which_name_the_file_would_be_kept(shop):
    operation, _ = exported(shop, PRODUCTS)

    kept_as = f"bulk-{operation['id'].rpartition('/')[2]}.jsonl"
    said = parse_qs(urlsplit(operation["url"]).query)
    assert said["response-content-disposition"] == [
        f"attachment; filename=\"{kept_as}\"; filename*=UTF-8''{kept_as}"]


def test_children_are_lines_that_name_their_parent(shop):
    operation, lines = exported(shop, PRODUCTS)

    expected = shop.data("""{ products(first: 50) { nodes { id title variants(first: 50) { nodes { id sku } } } } }""")
    roots = [line for line in lines if kind(line) == "Product"]
    assert roots == [{"id": p["id"], "title": p["title"]} for p in expected["products"]["nodes"]]
    for product in expected["products"]["nodes"]:
        children = [line for line in lines if line.get("__parentId") == product["id"]]
        assert children == [{**v, "__parentId": product["id"]} for v in product["variants"]["nodes"]]
    assert (operation["objectCount"], operation["rootObjectCount"]) == (str(len(lines)), str(len(roots)))
    assert int(operation["fileSize"]) == len(shop.session.get(operation["url"], timeout=10).content)


def test_windows_are_ignored_and_plain_lists_stay_in_their_parent(shop):
    shop.state.put("orders", {"id": 5001, "lines": [{"title": "x", "unit_price": "1.00"}] * 260})

    _, lines = exported(shop, ORDERS)

    orders = [line for line in lines if kind(line) == "Order"]
    items = [line for line in lines if kind(line) == "LineItem"]
    assert len(orders) == 31
    assert sum(item["__parentId"] == "gid://shopify/Order/5001" for item in items) == 260
    assert all(set(o) == {"id", "name", "customer", "transactions"} for o in orders)


def test_children_stand_beside_their_parents_only_when_grouped(shop):
    _, loose = exported(shop, PRODUCTS)
    _, grouped = exported(shop, PRODUCTS, grouped=True)

    assert [kind(line) for line in loose[:2]] == ["Product", "Product"]
    assert [kind(line) for line in grouped[:2]] == ["Product", "ProductVariant"]
    assert sorted(map(json.dumps, loose)) == sorted(map(json.dumps, grouped))


def test_grandchildren_name_the_child(shop):
    _, lines = exported(shop, """{ customers { edges { node { id orders { edges { node { id
      lineItems { edges { node { id } } } } } } } } } }""")

    orders = {line["id"]: line["__parentId"] for line in lines if kind(line) == "Order"}
    items = [line for line in lines if kind(line) == "LineItem"]
    assert set(orders.values()) <= {line["id"] for line in lines if kind(line) == "Customer"}
    assert items
    assert {item["__parentId"] for item in items} <= set(orders)


def test_the_search_of_the_query_counts(shop):
    shop.control("POST", "orders", {"id": 5001, "lines": []})

    _, lines = exported(shop, '{ orders(query: "id:5001") { edges { node { id } } } }')

    assert lines == [{"id": "gid://shopify/Order/5001"}]


def test_no_rows_mean_completed_without_an_address(shop):
    operation = ended(shop, start(shop, '{ orders(query: "id:1") { edges { node { id } } } }')["id"])

    assert (operation["status"], operation["url"], operation["fileSize"], operation["objectCount"]) == (
        "COMPLETED", None, None, "0")


def test_an_address_dies_after_seven_days(shop):
    operation, _ = exported(shop, PRODUCTS)

    shop.clock.forward(7 * 86400)

    assert shop.session.get(operation["url"], timeout=10).status_code == 403
    assert shop.session.get(operation["url"].replace(".jsonl", "x.jsonl"), timeout=10).status_code == 404


def test_the_end_is_told_in_small_letters_without_an_address(shop):
    shop.state.allow_loopback = True
    with receiving() as hooks:
        made(shop, "BULK_OPERATIONS_FINISH", hooks.url)
        operation, _ = exported(shop, PRODUCTS)
        shop.running.settle_webhooks()

    assert hooks.received[0].body == {
        "admin_graphql_api_id": operation["id"], "status": "completed", "type": "query", "error_code": None,
        "created_at": "2026-03-10T10:00:00Z", "completed_at": "2026-03-10T10:00:00Z"}


def test_a_failed_operation_offers_partial_data(shop):
    shop.running.fault("bulk_failed", lines=2, code="TIMEOUT")

    operation = ended(shop, start(shop, PRODUCTS)["id"])

    assert (operation["status"], operation["errorCode"], operation["url"]) == ("FAILED", "TIMEOUT", None)
    assert len(lines_of(shop, operation["partialDataUrl"])) == 2


def test_a_missing_scope_fails_the_operation(shop):
    text = "{ orders { edges { node { id staffMember { id } } } } }"
    answer = shop.post(RUN, token=shop.running.few_scopes_token, query=text).json()["data"]["bulkOperationRunQuery"]
    identity = answer["bulkOperation"]["id"]

    operation = ended(shop, identity)

    assert (operation["status"], operation["errorCode"]) == ("FAILED", "ACCESS_DENIED")


def test_five_run_at_once_and_the_sixth_is_refused(shop):
    shop.running.bulk.seconds = 60
    running = [start(shop, PRODUCTS)["id"] for _ in range(5)]

    sixth = shop.data(RUN, query=PRODUCTS)["bulkOperationRunQuery"]

    assert sixth["bulkOperation"] is None
    [error] = sixth["userErrors"]
    assert (error["field"], error["code"]) == (None, "OPERATION_IN_PROGRESS")
    assert all(identity in error["message"] for identity in running)
    shop.clock.forward(60)
    assert {ended(shop, identity)["status"] for identity in running} == {"COMPLETED"}
    assert start(shop, PRODUCTS)


def test_a_connection_of_several_types_that_implement_node_is_taken(shop):
    assert start(shop, "{ products { edges { node { id media { edges { node { id alt } } } } } } }")


def test_a_quota_that_is_used_up_has_a_code_of_its_own(shop):
    shop.state.bulk_limit = True

    answer = shop.data(RUN, query=PRODUCTS)["bulkOperationRunQuery"]

    assert (answer["bulkOperation"], answer["userErrors"][0]["code"]) == (None, "LIMIT_REACHED")


def test_a_stalled_operation_is_cancelled_by_shopify(shop):
    shop.running.fault("bulk_canceled")

    operation = ended(shop, start(shop, PRODUCTS)["id"])

    assert (operation["status"], operation["url"], operation["errorCode"]) == ("CANCELED", None, None)


def test_what_changes_while_an_operation_runs_is_in_the_file(shop):
    shop.running.bulk.seconds = 60
    operation = start(shop, "{ customers { edges { node { id note } } } }")
    shop.state.patch("customers", sorted(c.number for c in shop.state.stored("customers"))[0], {"note": "meanwhile"})
    shop.clock.forward(60)

    notes = [line["note"] for line in lines_of(shop, ended(shop, operation["id"])["url"])]

    assert notes.count("meanwhile") == 1


@pytest.mark.parametrize("order", ["reversed", "shuffled"])
def test_lines_in_another_order_are_the_same_and_children_of_a_connection_keep_theirs(shop, order):
    text = """{ orders { edges { node { id lineItems { edges { node { id } } }
      fulfillmentOrders { edges { node { id lineItems { edges { node { id } } } } } } } } } }"""
    _, usual = exported(shop, text)
    shop.running.bulk.order = order
    _, other = exported(shop, text)

    assert usual != other
    assert sorted(map(json.dumps, usual)) == sorted(map(json.dumps, other))
    for parent in {line.get("__parentId") for line in usual}:
        for of in {kind(line) for line in usual}:
            assert [line for line in other if (line.get("__parentId"), kind(line)) == (parent, of)] == [
                line for line in usual if (line.get("__parentId"), kind(line)) == (parent, of)]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_served_in_ranges_as_long_as_its_tag_is_the_same(shop, packed):
    shop.running.bulk.packed = packed
    operation, _ = exported(shop, PRODUCTS)

    def asked(**headers):
        with shop.session.get(operation["url"], headers=headers, timeout=10, stream=True) as answer:
            return answer, answer.raw.read(decode_content=False)

    answer, whole = asked()
    part, rest = asked(Range="bytes=100-", **{"If-Range": answer.headers["ETag"]})
    other, again = asked(Range="bytes=100-", **{"If-Range": '"another"'})

    assert answer.headers.get("Content-Encoding") == ("gzip" if packed else None)
    assert (part.status_code, rest, part.headers["Content-Range"]) == (
        206, whole[100:], f"bytes 100-{len(whole) - 1}/{len(whole)}")
    assert (other.status_code, again) == (200, whole)


def test_a_file_is_cut_off_where_it_was_ordered(shop):
    operation, _ = exported(shop, PRODUCTS)
    shop.running.fault("bulk_cut", after=300)

    with shop.session.get(operation["url"], timeout=10, stream=True) as answer, pytest.raises(
            requests.exceptions.ChunkedEncodingError):
        assert answer.content
    assert len(shop.session.get(operation["url"], timeout=10).content) == int(operation["fileSize"])


def test_an_operation_names_another_address_when_its_own_is_served_no_more(shop):
    operation, lines = exported(shop, PRODUCTS)
    shop.running.fault("bulk_moved")

    assert shop.session.get(operation["url"], timeout=10).status_code == 403
    moved = shop.data(READ, id=operation["id"])["bulkOperation"]
    assert moved["url"] != operation["url"]
    assert lines_of(shop, moved["url"]) == lines


def test_an_operation_is_expired_once_its_address_is(shop):
    operation, _ = exported(shop, PRODUCTS)
    shop.clock.forward(7 * 86400)

    limit = time.monotonic() + 10
    while shop.data(READ, id=operation["id"])["bulkOperation"]["status"] != "EXPIRED":
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_cancelling_ends_a_running_operation_and_not_a_finished_one(shop):
    shop.running.bulk.seconds = 60
    running = start(shop, PRODUCTS)["id"]

    first = shop.data(CANCEL, id=running)["bulkOperationCancel"]
    over = ended(shop, running)
    shop.running.bulk.seconds = 0
    finished = ended(shop, start(shop, PRODUCTS)["id"])["id"]
    second = shop.data(CANCEL, id=finished)["bulkOperationCancel"]

    assert first == {"bulkOperation": {"id": running, "status": "CANCELING"}, "userErrors": []}
    assert (over["status"], over["url"]) == ("CANCELED", None)
    assert second["userErrors"] == [{"field": ["id"], "message": "A bulk operation cannot be canceled when it is"
                                                                 " completed"}]


def test_operations_are_listed_newest_first_and_found_by_status(shop):
    done = ended(shop, start(shop, PRODUCTS)["id"])["id"]
    shop.clock.forward(1)
    shop.running.bulk.seconds = 60
    running = start(shop, PRODUCTS)["id"]

    found = shop.data("""{ all: bulkOperations(first: 5, sortKey: CREATED_AT, reverse: true) { nodes { id } }
      done: bulkOperations(first: 5, query: "status:completed operation_type:query") { nodes { id } }
      currentBulkOperation { id } }""")

    assert found == {"all": {"nodes": [{"id": running}, {"id": done}]}, "done": {"nodes": [{"id": done}]},
                     "currentBulkOperation": {"id": running}}


def test_a_shop_that_is_told_to_takes_connections_of_what_is_no_node(shop):
    query = "{ orders { edges { node { id shippingLines { edges { node { title } } } } } } }"
    shop.running.shop_state.any_connection_in_bulk = True

    _, lines = exported(shop, query)

    assert any("title" in line for line in lines)


@pytest.mark.parametrize("text, message", [
    ("{ shop { id } }", "Bulk queries must contain at least one connection."),
    ("mutation { x }", "Invalid operation type. Only `query` operations are supported."),
    ("{ orders { nodes { id } } }", "Invalid connection fields: 'orders'."),
    ("{ orders { edges { node { name lineItems { edges { node { id } } } } } } }",
     "Connection fields without 'id': orders."),
    ("{ orders { edges { node { id refunds { refundLineItems { edges { node { quantity } } } } } } } }",
     "Queries that contain a connection field within a list field are not currently supported."),
    ("{ orders { edges { node { id shippingLines { edges { node { title } } } } } } }",
     "connections must implement the Node interface, these do not: shippingLines."),
    ("{ customers { edges { node { id orders { edges { node { id fulfillmentOrders { edges { node { id"
     " lineItems { edges { node { id } } } } } } } } } } } } }", "nesting depth greater than 2"),
    ("{ orders { edges { node { id a: lineItems { edges { node { id } } } b: lineItems { edges { node { id } } }"
     " c: lineItems { edges { node { id } } } d: lineItems { edges { node { id } } }"
     " e: lineItems { edges { node { id } } } } } } }", "more than 5 connections"),
    ("{ orders { edges { node {", "Invalid bulk query: "), ("{ orders { edges { node { nothing } } } }",
                                                          "Invalid bulk query: Field 'nothing' doesn't exist")])
def test_what_cannot_run_in_bulk_is_refused(shop, text, message):
    answer = shop.data(RUN, query=text)["bulkOperationRunQuery"]

    assert answer["bulkOperation"] is None
    assert message in answer["userErrors"][0]["message"]
    assert (answer["userErrors"][0]["field"], answer["userErrors"][0]["code"]) == (["query"], "INVALID")
