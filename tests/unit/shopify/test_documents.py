"""The GraphQL documents against Shopify's published schema, and against the code that uses them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    NoDeprecatedCustomRule,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    print_ast,
)
from graphql.utilities import value_from_ast_untyped

from local.shopify.cost import requested_cost
from local.shopify.plan import Plan
from local.shopify.schema import load_schema
from shared.shopify.documents import FOLDER, FRAGMENTS, document, read_document, with_fragments
from shared.shopify.payments import PAGE, PAYMENT_SHAPES
from shared.shopify.shapes import SHAPES

ROOT = Path(__file__).resolve().parents[3]
NAMES = sorted(path.stem for path in FOLDER.glob("*.graphql"))
MOST_POINTS = 1000


@pytest.mark.parametrize("name", NAMES)
def test_document_is_valid_for_shopifys_schema_and_asks_for_nothing_deprecated(name: str) -> None:
    schema = load_schema().graphql

    problems = validate(schema, parse(document(name).text), [*specified_rules, NoDeprecatedCustomRule])

    assert [problem.message for problem in problems] == []


def test_each_shape_stands_once_under_its_name_and_is_asked_for() -> None:
    for file in FRAGMENTS.glob("*.graphql"):
        (fragment,) = parse(file.read_text()).definitions
        assert isinstance(fragment, FragmentDefinitionNode)
        assert fragment.name.value == file.stem
    for name in NAMES:
        (alone,) = parse((FOLDER / f"{name}.graphql").read_text()).definitions
        assert isinstance(alone, OperationDefinitionNode), f"{name} defines a fragment of its own"
    asked = {node.name.value for name in NAMES for node in parse(document(name).text).definitions
             if isinstance(node, FragmentDefinitionNode)}
    assert asked == {file.stem for file in FRAGMENTS.glob("*.graphql")}


def test_a_fragment_that_is_spread_twice_or_by_another_fragment_comes_once() -> None:
    text = "query Q { orders(first: 1) { nodes { ...Line ... Line ... on Order { id } } } }"

    whole = with_fragments(text)

    names = [node.name.value for node in parse(whole).definitions if isinstance(node, FragmentDefinitionNode)]
    assert whole.startswith(text)
    assert len(names) == len(set(names)) > 1
    assert "Line" in names


def test_a_fragment_that_nobody_wrote_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="NoSuchShape"):
        with_fragments("query Q { shop { ...NoSuchShape } }")


@pytest.mark.parametrize("name", NAMES)
def test_stated_cost_is_the_cost_of_one_request_with_default_variables(name: str) -> None:
    parsed = parse(document(name).text)
    defaults = _defaults(parsed)

    computed = requested_cost(Plan(load_schema().graphql, parsed, _operation(parsed), defaults), defaults)

    assert document(name).cost == computed <= MOST_POINTS


@pytest.mark.parametrize("name", NAMES)
def test_stated_scopes_open_every_type_and_field_the_document_reads(name: str) -> None:
    access = load_schema().access
    stated = document(name).scopes

    notes = {place: set(re.findall(r"`((?:read|write)_\w+)`", access[place]))
             for place in _places(parse(document(name).text)) if place in access}

    assert {place: scopes for place, scopes in notes.items() if scopes and not scopes & stated} == {}


def test_a_page_of_a_hundred_orders_costs_at_most_ten_points_each_and_seven_without_fulfillment_orders() -> None:
    orders = document("orders_changed")
    parsed = parse(orders.text)
    defaults = _defaults(parsed)
    without = defaults | {"fulfillmentOrders": False}

    assert defaults == {"first": 100, "lines": 20, "fulfillmentOrders": True, "paymentTerms": True}
    assert orders.cost <= 1000
    assert requested_cost(Plan(load_schema().graphql, parsed, _operation(parsed), without), without) <= 700


@pytest.mark.parametrize("type", PAYMENT_SHAPES)
def test_listed_and_named_payments_are_asked_for_the_same_fields(type: str) -> None:
    shape = PAYMENT_SHAPES[type]  # type: ignore[index]

    spreads = [re.search(r"nodes(?:\(ids: \$ids\))? \{ \.\.\.(\w+) \}", document(name).text)
               for name in (shape.listed, shape.by_id)]

    assert [spread and f"ShopifyPayments{spread[1]}" for spread in spreads] == [f"{shape.type_name}Fields"] * 2


@pytest.mark.parametrize("type", SHAPES)
def test_page_size_of_a_type_is_the_one_its_document_was_priced_with(type: str) -> None:
    shape = SHAPES[type]  # type: ignore[index]

    assert _defaults(parse(document(shape.changed).text))["first"] == shape.page_size


@pytest.mark.parametrize("type", PAYMENT_SHAPES)
def test_page_size_of_payments_is_the_one_their_documents_were_priced_with(type: str) -> None:
    shape = PAYMENT_SHAPES[type]  # type: ignore[index]

    assert [_defaults(parse(document(name).text))["first"] for name in (shape.listed, shape.places)] == [PAGE, PAGE]


@pytest.mark.parametrize("name", [shape.places for shape in (*SHAPES.values(), *PAYMENT_SHAPES.values())])
def test_looking_for_a_bad_record_costs_a_few_points(name: str) -> None:
    assert document(name).cost <= 20


def test_scopes_behind_a_semicolon_are_those_that_a_document_is_answered_without() -> None:
    assert document("orders_by_id").needs == {"read_orders", "read_customers", "read_products", "read_inventory"}


def test_fragments_of_the_same_name_are_the_same_in_every_document() -> None:
    """A record read by id must hold the same fields as one from a page, else it would seem changed."""
    texts: dict[str, set[str]] = {}
    for name in NAMES:
        for part in parse(document(name).text).definitions:
            if isinstance(part, FragmentDefinitionNode):
                texts.setdefault(part.name.value, set()).add(print_ast(part))

    assert [name for name, forms in texts.items() if len(forms) > 1] == []


@pytest.mark.parametrize("type", SHAPES)
def test_changed_and_named_records_are_asked_for_the_same_fields(type: str) -> None:
    shape = SHAPES[type]  # type: ignore[index]

    spreads = [re.search(r"nodes(?:\(ids: \$ids\))? \{ \.\.\.(\w+) \}", document(name).text)
               for name in (shape.changed, shape.by_id)]

    assert [spread and spread[1] for spread in spreads] == [f"{shape.type_name}Fields"] * 2


def test_every_document_is_used_by_name() -> None:
    code = "".join(path.read_text() for path in (ROOT / "shared").rglob("*.py"))

    assert [name for name in NAMES if f'"{name}"' not in code] == []


def test_no_query_is_written_in_python() -> None:
    code = {path: path.read_text() for path in (ROOT / "shared").rglob("*.py")}

    glued = [path.name for path, text in code.items() if re.search(r"\b(nodes|pageInfo|edges)\s*\{", text)]

    assert glued == []


def test_document_without_stated_cost_is_refused() -> None:
    with pytest.raises(ValueError, match="must state cost and scopes"):
        read_document("shop", "# purpose\n\nquery Shop { shop { id } }")


def test_mutation_is_recognised_and_a_query_that_mentions_one_is_not() -> None:
    head = "# A mutation's result\n# cost: 10\n# scopes: write_products\n\n"

    assert read_document("m", head + "mutation M { a { id } }").changes_data
    assert not read_document("q", head + "query Q { mutation { id } }").changes_data


def _places(parsed: DocumentNode) -> set[str]:
    """Every "Type" and "Type.field" that the document reads."""
    types, places = TypeInfo(load_schema().graphql), set[str]()

    class Walk(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent, result = types.get_parent_type(), types.get_type()
            if parent and result:
                places.update({get_named_type(result).name, f"{parent.name}.{node.name.value}"})

    visit(parsed, TypeInfoVisitor(types, Walk()))
    return places


def _operation(parsed: DocumentNode) -> OperationDefinitionNode:
    (operation,) = (d for d in parsed.definitions if isinstance(d, OperationDefinitionNode))
    return operation


def _defaults(parsed: DocumentNode) -> dict[str, Any]:
    return {v.variable.name.value: value_from_ast_untyped(v.default_value)
            for v in _operation(parsed).variable_definitions or () if v.default_value is not None}
