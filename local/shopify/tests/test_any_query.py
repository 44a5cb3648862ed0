"""Whatever is valid for Shopify is answered, with values of the right type."""
from __future__ import annotations

import graphql as g
import pytest

from local.shopify.schema import load_schema
from local.shopify.server import TOKEN, new_service
from local.shopify.service import document_of
from local.shopify.tests.conftest import ManualClock
from local.shopify.tests.demo import a_shop

LITERALS = {"ID": '"gid://shopify/Thing/1"', "Int": "1", "Float": "1.0", "Boolean": "true"}


def literal(kind):
    """Some literal of an input type."""
    kind = g.get_nullable_type(kind)
    if g.is_list_type(kind):
        return f"[{literal(kind.of_type)}]"
    if g.is_enum_type(kind):
        return next(iter(kind.values))
    if g.is_input_object_type(kind):
        required = {k: f.type for k, f in kind.fields.items() if g.is_required_input_field(f)}
        return "{" + ", ".join(f"{k}: {literal(t)}" for k, t in required.items()) + "}"
    return LITERALS.get(kind.name, '"2026-01-01T00:00:00Z"')


def arguments(field):
    wanted = {k: literal(a.type) for k, a in field.args.items() if g.is_required_argument(a)}
    if "first" in field.args:
        wanted["first"] = "2"
    return f"({', '.join(f'{k}: {v}' for k, v in wanted.items())})" if wanted else ""


def selection(kind, depth):
    """Every field of a type that needs no argument, down to `depth`."""
    named = g.get_named_type(kind)
    if g.is_leaf_type(named):
        return ""
    found = ["__typename"]
    for name, field in getattr(named, "fields", {}).items():
        needs_more = any(g.is_required_argument(a) for a in field.args.values())
        leaf = g.is_leaf_type(g.get_named_type(field.type))
        if not needs_more and (leaf or depth):
            found.append(name + arguments(field) + selection(field.type, depth - 1))
    return " {" + " ".join(found) + "}"


def nulls(value, kind, path):
    """Places where null stands although the schema forbids it."""
    if value is None:
        return [path] if g.is_non_null_type(kind) else []
    kind = g.get_nullable_type(kind)
    if g.is_list_type(kind):
        return [p for item in value for p in nulls(item, kind.of_type, path)]
    fields = kind.fields if g.is_object_type(kind) else {}
    return [p for k, f in fields.items() if k in value for p in nulls(value[k], f.type, f"{path}.{k}")]


@pytest.fixture(scope="module")
def service():
    return new_service(a_shop(customers=5, products=5, orders=10), ManualClock(), "enterprise")


@pytest.mark.parametrize("initial", "abcdefghijklmnopqrstuvwxyz")
def test_every_root_field_is_answered(service, initial):
    schema = load_schema().graphql
    for name, field in schema.query_type.fields.items():
        if not name.startswith(initial) or name == "segmentFilterSuggestions":
            continue
        answer = cheap(service, f"{{ {name}{arguments(field)}{selection(field.type, 1)} }}")

        codes = {e["extensions"]["code"] for e in answer.get("errors", [])}
        assert codes <= {"RESOURCE_NOT_FOUND"}, (name, answer["errors"][0])
        if not codes:
            assert not nulls(answer["data"], schema.query_type, name)


def cheap(service, query):
    """Answer a query whatever it costs."""
    token, document = service.tokens[TOKEN], document_of(query)
    assert not document.problems, document.problems
    data, run = service.run(token, service.plan(token, document, document.operation(None), {}), {})
    return {"data": data, "errors": run.errors}


def test_introspection_is_answered(shop):
    found = shop.data('{ __type(name: "Shop") { name kind } __schema { queryType { name } } }')

    assert found == {"__type": {"name": "Shop", "kind": "OBJECT"}, "__schema": {"queryType": {"name": "QueryRoot"}}}


def test_fragments_aliases_and_typenames(shop):
    found = shop.data("""query { a: shop { ...S } b: shop { n: name __typename } }
                         fragment S on Shop { id plan { __typename displayName } }""")

    assert found == {"a": {"id": "gid://shopify/Shop/61000000001",
                           "plan": {"__typename": "ShopPlan", "displayName": "Basic"}},
                     "b": {"n": "Demo FR", "__typename": "Shop"}}


def test_fields_without_data_are_null_or_empty(shop):
    found = shop.data("""{ shop { description alerts { description } } products(first: 1) { nodes { templateSuffix
                           metafield(key: "k", namespace: "n") { value } media(first: 2) { nodes { id }
                           pageInfo { hasNextPage } } } } draftOrders(first: 5) { nodes { id } } }""")

    assert found == {"shop": {"description": None, "alerts": []},
                     "products": {"nodes": [{"templateSuffix": None, "metafield": None,
                                             "media": {"nodes": [], "pageInfo": {"hasNextPage": False}}}]},
                     "draftOrders": {"nodes": []}}
