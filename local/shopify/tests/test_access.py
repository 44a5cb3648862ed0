"""Tokens, scopes, versions and orders older than 60 days."""
from __future__ import annotations

import pytest

from local.shopify.access import Token, token_has, wanted_scopes

NOTES = [
    ("`read_orders` access scope or `read_marketplace_orders` access scope.",
     [{"read_orders", "read_marketplace_orders"}]),
    ("`read_customers` access scope. Also: Requires `read_customer_payment_methods` scope.",
     [{"read_customers"}, {"read_customer_payment_methods"}]),
    ("`write_customers` access scope. Also: User needs create_and_edit_customers permission.", [{"write_customers"}]),
]


@pytest.mark.parametrize("note, groups", NOTES)
def test_access_notes_are_read_as_groups_of_scopes(note, groups):
    assert [set(g) for g in wanted_scopes(note)] == groups


def test_a_write_scope_contains_its_read_scope():
    assert token_has(frozenset({"write_orders"}), frozenset({"read_orders"}))
    assert not token_has(frozenset({"read_orders"}), frozenset({"write_orders"}))


@pytest.mark.parametrize("token", ["", "shpat_unknown"])
def test_a_wrong_token_is_401_with_errors_as_a_string(shop, token):
    reply = shop.post("{ shop { name } }", token=token)

    assert reply.status_code == 401
    assert reply.json() == {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


def test_a_missing_scope_nulls_one_branch_and_leaves_the_rest(shop):
    reply = shop.post("{ shop { name } staffMember { id } }", token=shop.running.few_scopes_token)

    answer = reply.json()
    error = answer["errors"][0]
    assert answer["data"] == {"shop": {"name": "Demo FR"}, "staffMember": None}
    assert (error["path"], error["extensions"]["code"]) == (["staffMember"], "ACCESS_DENIED")
    assert "`read_users`" in error["extensions"]["requiredAccess"]
    assert "cost" in answer["extensions"]


def test_a_missing_scope_under_a_non_null_field_takes_the_whole_data(shop):
    answer = shop.post("{ shop { name } fulfillmentConstraintRules { id } }",
                       token=shop.running.few_scopes_token).json()

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_a_missing_scope_under_a_non_null_field_of_one_node_takes_that_node_and_no_other(shop):
    scopes = frozenset({"read_orders", "read_customers"})
    shop.running.service.tokens["shpat_two"] = Token("shpat_two", shop.running.client_id, scopes)
    order, customer = (shop.state.stored(type)[0].record["id"] for type in ("orders", "customers"))

    answer = shop.post(
        """query($ids: [ID!]!) { nodes(ids: $ids) {
             ... on Order { fulfillmentOrders(first: 1) { nodes { id } } } ... on Customer { id } } }""",
        token="shpat_two", ids=[order, customer, order]).json()

    assert answer["data"] == {"nodes": [None, {"id": customer}, None]}
    assert [error["path"] for error in answer["errors"]] == [["nodes", i, "fulfillmentOrders"] for i in (0, 2)]


def test_a_missing_scope_below_the_root_is_reported_with_its_full_path(shop):
    shop.running.fault("missing_scope", scope="read_customers")

    answer = shop.ask('{ orders(first: 2, query: "-customer_id:0") { nodes { id customer { id } } } }')

    assert [e["path"] for e in answer["errors"]] == [["orders", "nodes", i, "customer"] for i in (0, 1)]
    assert all(n["customer"] is None and n["id"] for n in answer["data"]["orders"]["nodes"])


def test_the_installation_tells_the_scopes_of_the_token(shop):
    query = "{ currentAppInstallation { accessScopes { handle } } }"

    few = shop.post(query, token=shop.running.few_scopes_token).json()["data"]["currentAppInstallation"]
    every = shop.data(query)["currentAppInstallation"]

    handles = {s["handle"] for s in few["accessScopes"]}
    assert {"read_orders", "read_products", "read_customers"} <= handles
    assert "read_users" not in handles
    assert {"read_users", "read_all_orders"} <= {s["handle"] for s in every["accessScopes"]}


def test_orders_older_than_60_days_are_absent_without_read_all_orders(shop):
    shop.state.put("orders", {"id": 77, "created_at": "2026-01-09T09:59:59Z", "lines": [], "customer": 7100000000001})
    shop.state.put("orders", {"id": 78, "created_at": "2026-01-09T10:00:00Z", "lines": [], "customer": 7100000000001})
    query = """{ old: order(id: "gid://shopify/Order/77") { id } kept: order(id: "gid://shopify/Order/78") { id }
                 orders(first: 50, query: "id:77 OR id:78") { nodes { id } } node(id: "gid://shopify/Order/77") { id }
                 customer(id: "gid://shopify/Customer/7100000000001") {
                   orders(first: 50, query: "id:77") { nodes { id } } } }"""

    few = shop.post(query, token=shop.running.few_scopes_token).json()
    every = shop.data(query)

    kept = {"id": "gid://shopify/Order/78"}
    assert "errors" not in few
    assert few["data"] == {"old": None, "kept": kept, "orders": {"nodes": [kept]}, "node": None,
                           "customer": {"orders": {"nodes": []}}}
    assert every["old"] == {"id": "gid://shopify/Order/77"}
    assert len(every["orders"]["nodes"]) == 2


@pytest.mark.parametrize("asked, served", [("2026-10", "2026-10"), ("2026-01", "2026-01"), ("2024-01", "2025-10"),
                                           ("unstable", "unstable")])
def test_a_retired_version_falls_forward_visible_only_in_a_header(shop, asked, served):
    reply = shop.post("{ shop { name } }", version=asked)

    assert reply.json()["data"] == {"shop": {"name": "Demo FR"}}
    assert reply.headers["X-Shopify-API-Version"] == served
    assert reply.headers["X-Request-Id"]


def test_public_api_versions_list_the_latest(shop):
    found = shop.data("{ publicApiVersions { handle supported displayName } }")["publicApiVersions"]

    assert found[-1] == {"handle": "2026-10", "supported": True, "displayName": "2026-10 (Latest)"}
