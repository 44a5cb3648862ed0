"""Requested costs follow the published prices and the formula fitted to recorded answers."""
from __future__ import annotations

import pytest

from local.shopify.cost import page_multiplier

MULTIPLIERS = [(0, 0), (1, 1), (2, 1), (5, 3), (10, 4), (20, 5), (25, 6), (50, 7), (100, 9), (150, 10), (250, 11),
               (400, 11)]


@pytest.mark.parametrize("size, times", MULTIPLIERS)
def test_a_page_counts_its_items_logarithmically(size, times):
    assert page_multiplier(size) == times


PRICES = [
    ("a scalar is free", "{ shop { name } }", 1),
    ("an object costs one", "{ shop { plan { publicDisplayName } } }", 2),
    ("money is free", "{ order(id: $id) { totalPriceSet { shopMoney { amount } } } }", 1),
    ("a connection: 2 + m(10) x 1", "{ orders(first: 10) { nodes { id } pageInfo { endCursor } } }", 6),
    ("edges cost the same as nodes", "{ orders(first: 10) { edges { cursor node { id } } } }", 6),
    ("nodes and edges both count", "{ orders(first: 10) { nodes { id } edges { node { id } } } }", 10),
    ("nested: 2 + m(10) x (1 + 2 + m(5) x 1)",
     "{ orders(first: 10) { nodes { lineItems(first: 5) { nodes { id } } } } }", 26),
    ("a list is not multiplied", "{ order(id: $id) { transactions(first: 20) { id fees { id } } } }", 3),
    ("a count at the root costs ten", "{ ordersCount { count } }", 10),
    ("a count on a node costs one", "{ order(id: $id) { transactionsCount { count } } }", 2),
    ("what @include removes is not charged", "{ shop { plan @include(if: false) { displayName } } }", 1),
    ("a customer's default address is free", "{ customer(id: $customer) { defaultAddress { city } } }", 1),
    ("250 variants with their items", "{ product(id: $product) { variants(first: 250) { nodes { inventoryItem"
     " { id } } } } }", 25),
]


@pytest.mark.parametrize("query, cost", [p[1:] for p in PRICES], ids=[p[0] for p in PRICES])
def test_requested_cost(shop, query, cost):
    ids = {"$id": '"gid://shopify/Order/1"', "$customer": '"gid://shopify/Customer/1"',
           "$product": '"gid://shopify/Product/1"'}
    for name, literal in ids.items():
        query = query.replace(name, literal)

    answer = shop.ask(query)

    assert answer["extensions"]["cost"]["requestedQueryCost"] == cost


def test_an_abstract_type_costs_its_dearest_member(shop):
    query = """{ node(id: "gid://shopify/Order/1") { id ... on Order { shippingAddress { city } customer { id } }
                 ... on Product { category { id } } } }"""

    assert shop.ask(query)["extensions"]["cost"]["requestedQueryCost"] == 3


def test_page_size_from_a_variable_and_from_its_default(shop):
    query = "query ($n: Int! = 10) { orders(first: $n) { nodes { id } } }"

    assert shop.ask(query)["extensions"]["cost"]["requestedQueryCost"] == 6
    assert shop.ask(query, n=100)["extensions"]["cost"]["requestedQueryCost"] == 11


def test_an_unknown_mutation_costs_ten_and_changes_nothing(shop):
    query = """mutation { orderClose(input: {id: "gid://shopify/Order/1"}) { order { id } userErrors { message } } }"""

    answer = shop.ask(query)

    assert answer["extensions"]["cost"]["requestedQueryCost"] == 10
    assert "cannot do orderClose" in answer["data"]["orderClose"]["userErrors"][0]["message"]


def test_actual_cost_is_counted_from_the_rows_returned(shop):
    one = shop.ask('{ orders(first: 100, query: "name:#1001") { nodes { id } } }')["extensions"]["cost"]
    none = shop.ask('{ orders(first: 100, query: "name:nobody") { nodes { id } } }')["extensions"]["cost"]

    assert (one["requestedQueryCost"], one["actualQueryCost"]) == (11, 3)
    assert (none["requestedQueryCost"], none["actualQueryCost"]) == (11, 2)


def test_a_single_query_over_1000_points_is_refused_whatever_the_bucket_holds(shop):
    query = """{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { variant { product {
                 variants(first: 250) { nodes { id } } } } } } } } }"""

    answer = shop.ask(query)

    error = answer["errors"][0]
    assert "data" not in answer
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["message"].startswith("Query cost is 1971, which exceeds the single query max cost limit (1000)")
