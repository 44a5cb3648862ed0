"""The queries of bulk operations: made from the lists' documents, and such as Shopify takes."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import Visitor, parse, visit
from graphql.language import FieldNode, InlineFragmentNode

from local.shopify.bulk_rules import bulk_plan
from local.shopify.schema import load_schema
from shared.shopify.bulk_document import Connection, bulk_query
from shared.shopify.documents import document
from shared.shopify.shapes import SHAPES

FILTER = "updated_at:>='2026-03-01T00:00:00Z' status:any note:'of \"Lille\" #4'"


def everything(variable: str) -> bool:
    return True


def query(type: str) -> str:
    return bulk_query(type, FILTER, everything).text


def fields(text: str) -> set[tuple[str, ...]]:
    """Every path of fields that a text selects below its list, the names of its pages apart."""
    found: set[tuple[str, ...]] = set()
    fragments = {one.name.value: one for one in parse(text).definitions if one.kind == "fragment_definition"}

    def walk(selection: Any, path: tuple[str, ...]) -> None:
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                name = node.name.value
                below = path if name in ("nodes", "edges", "node") else (*path, name)
                if name != "pageInfo":
                    found.add(below)
                    walk(node.selection_set, below)
            elif isinstance(node, InlineFragmentNode):
                walk(node.selection_set, path)
            else:
                walk(fragments[node.name.value].selection_set, path)

    walk(next(one for one in parse(text).definitions if one.kind == "operation_definition").selection_set, ())
    return found


@pytest.mark.parametrize("type", SHAPES)
def test_shopify_takes_the_query_of_every_type(type: str) -> None:
    plan, problems = bulk_plan(load_schema().graphql, query(type))

    assert problems == []
    assert plan is not None


@pytest.mark.parametrize("type", SHAPES)
def test_bulk_asks_for_what_the_list_asks_for_but_for_what_it_cannot_give(type: str) -> None:
    lost = {path for path in fields(document(SHAPES[type].changed).text)  # type: ignore[index]
            if len(path) > 1 and path[1] in SHAPES[type].not_in_bulk}  # type: ignore[index]

    assert fields(query(type)) == fields(document(SHAPES[type].changed).text) - lost  # type: ignore[index]
    assert bool(lost) == bool(SHAPES[type].not_in_bulk)  # type: ignore[index]


@pytest.mark.parametrize("type", SHAPES)
def test_what_bulk_leaves_out_is_read_by_a_document_of_its_own_with_the_same_fields(type: str) -> None:
    for name, by_id in SHAPES[type].not_in_bulk.items():  # type: ignore[index]
        listed = {path[1:] for path in fields(document(SHAPES[type].changed).text) if path[1:2] == (name,)}  # type: ignore[index]
        named = {path for path in fields(document(by_id).text) if path[:1] == (name,)}

        assert named == listed != set()


@pytest.mark.parametrize("type", SHAPES)
def test_the_query_holds_the_search_and_no_variable_window_or_fragment(type: str) -> None:
    seen: list[Any] = []

    class Walk(Visitor):
        def enter_variable(self, node: Any, *_: Any) -> None:
            seen.append(node)

        def enter_fragment_spread(self, node: Any, *_: Any) -> None:
            seen.append(node)

        def enter_argument(self, node: Any, *_: Any) -> None:
            if node.name.value in ("first", "after"):
                seen.append(node)
            if node.name.value == "query":
                assert node.value.value == FILTER

    visit(parse(query(type)), Walk())
    assert seen == []
    assert "sortKey: UPDATED_AT" in query(type)


def test_a_part_that_the_token_may_not_read_is_not_asked_for_and_not_put_together() -> None:
    whole, less = bulk_query("orders", "", everything), bulk_query("orders", "", lambda variable: variable != (
        "fulfillmentOrders"))

    assert fields(whole.text) - fields(less.text) == {
        path for path in fields(whole.text) if "fulfillmentOrders" in path}
    assert [one.name for one in whole.connections] == ["lineItems", "fulfillmentOrders"]
    assert [one.name for one in less.connections] == ["lineItems"]


def test_connections_say_how_their_lines_are_known_and_how_much_of_them_a_list_would_give() -> None:
    assert bulk_query("orders", "", everything).connections == (
        Connection("lineItems", "LineItem", None, True),
        Connection("fulfillmentOrders", "FulfillmentOrder", None, True, (
            Connection("lineItems", "FulfillmentOrderLineItem", None, True),)))
    assert [(one.name, one.most, one.has_pages) for one in bulk_query("customers", "", everything).connections] == [
        ("addressesV2", 10, False)]


@pytest.mark.parametrize("type", SHAPES)
def test_where_a_record_has_several_connections_each_names_the_type_of_its_nodes(type: str) -> None:
    def check(connections: tuple[Connection, ...]) -> None:
        types = [one.node_type for one in connections]
        assert len(types) < 2 or (all(types) and len(set(types)) == len(types))
        for one in connections:
            check(one.inside)

    check(bulk_query(type, "", everything).connections)
