"""Requests Shopify refuses, in the shapes recorded from a live store."""
from __future__ import annotations

import pytest

REFUSED = [
    ("unknown field", "query Q { shop { nme } }", {},
     {"message": "Field 'nme' doesn't exist on type 'Shop'", "locations": [{"line": 1, "column": 18}],
      "path": ["query Q", "shop", "nme"],
      "extensions": {"code": "undefinedField", "typeName": "Shop", "fieldName": "nme"}}),
    ("unknown argument", "{ orders(first: 1, max: 2) { nodes { id } } }", {},
     {"message": "Field 'orders' doesn't accept argument 'max'", "locations": [{"line": 1, "column": 20}],
      "path": ["query", "orders", "max"],
      "extensions": {"code": "argumentNotAccepted", "name": "orders", "typeName": "Field", "argumentName": "max"}}),
    ("missing argument", "{ order { id } }", {},
     {"message": "Field 'order' is missing required arguments: id", "locations": [{"line": 1, "column": 3}],
      "path": ["query", "order"], "extensions": {"code": "missingRequiredArguments", "className": "Field",
                                                 "name": "order", "arguments": "id"}}),
    ("bad enum literal", "{ orders(first: 1, sortKey: AGE) { nodes { id } } }", {},
     {"message": "Argument 'sortKey' on Field 'orders' has an invalid value (AGE). Expected type 'OrderSortKeys'.",
      "locations": [{"line": 1, "column": 3}], "path": ["query", "orders", "sortKey"],
      "extensions": {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": "sortKey"}}),
    ("bad global id", '{ order(id: "5001") { id } }', {},
     {"message": "Invalid global id '5001'", "locations": [{"line": 1, "column": 3}], "path": ["query", "order", "id"],
      "extensions": {"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"}}),
    ("missing variable", "query ($id: ID!) { order(id: $id) { id } }", {},
     {"message": "Variable $id of type ID! was provided invalid value", "locations": [{"line": 1, "column": 8}],
      "extensions": {"code": "INVALID_VARIABLE", "value": None,
                     "problems": [{"path": [], "explanation": "Expected value to not be null"}]}}),
    ("unknown input field", "mutation ($i: OrderInput!) { orderUpdate(input: $i) { userErrors { message } } }",
     {"i": {"id": "gid://shopify/Order/1", "colour": "red"}},
     {"message": "Variable $i of type OrderInput! was provided invalid value for colour"
                 " (Field is not defined on OrderInput)", "locations": [{"line": 1, "column": 11}],
      "extensions": {"code": "INVALID_VARIABLE", "value": {"id": "gid://shopify/Order/1", "colour": "red"},
                     "problems": [{"path": ["colour"], "explanation": "Field is not defined on OrderInput"}]}}),
    ("missing input field", 'mutation { m: orderClose(input: {}) { userErrors { message } } }', {},
     {"message": "Argument 'id' on InputObject 'OrderCloseInput' is required. Expected type ID!",
      "locations": [{"line": 1, "column": 33}], "path": ["mutation", "m", "input", "id"],
      "extensions": {"code": "missingRequiredInputObjectAttribute", "argumentName": "id", "argumentType": "ID!",
                     "inputObjectType": "OrderCloseInput"}}),
]


@pytest.mark.parametrize("query, variables, error", [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refused_as_a_whole(shop, query, variables, error):
    assert shop.ask(query, **variables) == {"errors": [error]}


@pytest.mark.parametrize("query, code", [
    ("{ shop { name ", "PARSE_ERROR"), ("{ shop }", "selectionMismatch"),
    ("{ shop { name { x } } }", "selectionMismatch"),
    ("query ($a: Int) { shop { name } }", "variableNotUsed"), ("{ shop { name @nope } }", "undefinedDirective"),
    ("{ shop { ...Missing } }", "useAndDefineFragment"),
    ('{ node(id: "gid://shopify/Shop/1") { ... on Nothing { id } } }', "undefinedType"),
    ("query ($n: String) { orders(first: $n) { nodes { id } } }", "variableMismatch")])
def test_other_rules_have_codes_too(shop, query, code):
    answer = shop.ask(query)

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == code


def test_an_operation_that_is_not_there(shop):
    answer = shop.ask("query A { shop { name } } query B { shop { id } }", operation="C")

    assert answer == {"errors": [{"message": 'No operation named "C"'}]}


def test_the_first_of_several_operations_runs_unless_one_is_named(shop):
    query = "query A { shop { name } } query B { shop { currencyCode } }"

    assert shop.data(query)["shop"] == {"name": "Demo FR"}
    assert shop.data(query, operation="B")["shop"] == {"currencyCode": "EUR"}


def test_a_list_over_250_entries_is_refused_after_pricing(shop):
    ids = [f"gid://shopify/Order/{n}" for n in range(251)]

    answer = shop.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)

    assert "data" not in answer
    assert answer["extensions"]["cost"]["actualQueryCost"] is None
    assert answer["errors"] == [{
        "message": "The input array size of 251 is greater than the maximum allowed of 250.",
        "locations": [{"line": 1, "column": 24}], "path": ["nodes", "ids"],
        "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"}}]


def test_an_id_of_another_type_nulls_the_field_with_an_error(shop):
    answer = shop.ask('{ shop { name } order(id: "gid://shopify/Product/1") { id } }')

    assert answer["data"] == {"shop": {"name": "Demo FR"}, "order": None}
    assert answer["errors"][0]["message"] == "invalid id"
    assert answer["errors"][0]["extensions"]["code"] == "RESOURCE_NOT_FOUND"


def test_an_unknown_id_is_null_without_an_error(shop):
    assert shop.data('{ order(id: "gid://shopify/Order/1") { id } }') == {"order": None}


@pytest.mark.parametrize("body", [b"{not json", b"[]", b'{"query": 5}'])
def test_a_body_that_is_no_request_is_400(shop, body):
    reply = shop.session.post(f"{shop.running.url}/admin/api/2026-10/graphql.json", data=body, timeout=10,
                              headers={"X-Shopify-Access-Token": shop.running.token})

    assert reply.status_code == 400
    assert "errors" in reply.json()
