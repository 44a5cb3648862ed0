"""No shape of GraphQL is written twice: what two places ask of one type is a fragment (docs/decisions/0034).

Every selection set of every file is read with the type that it is asked of, and put into one order. A fragment is said
of one type, so that equal fields of two types without an interface (a company's and a location's names) are no copy.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from graphql import TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from graphql.language import Node, SelectionSetNode, print_ast

from local.shopify.schema import load_schema
from shared.shopify.documents import FOLDER

IN_COMMON = 3
"""So many fields that two shapes of one type have in common are a shape; an id and its time of change are not."""

Shape = tuple[str, frozenset[str]]
"""The type that is asked, and what is asked of it, each in one spelling."""


def test_no_shape_of_two_fields_or_more_stands_in_two_places() -> None:
    assert _written_twice(_texts()) == []


def test_no_two_shapes_of_a_type_have_a_shape_in_common() -> None:
    assert _in_common(_texts()) == []


def test_a_copy_is_found_in_whatever_order_it_stands() -> None:
    texts = {"one": "query { shop { name plan { shopifyPlus publicDisplayName } } }",
             "two": "query { shop { id plan { publicDisplayName  shopifyPlus } } }"}

    assert _written_twice(texts) == [("ShopPlan", ["one:1", "two:1"])]


def test_a_copy_is_found_beside_itself_in_a_file_and_within_a_fragment_of_the_type() -> None:
    texts = {"order": "query { orders(first: 1) { nodes { totalPriceSet { shopMoney { amount currencyCode } } } } }",
             "Amount": "fragment Amount on MoneyV2 { currencyCode amount }"}

    assert _written_twice(texts) == [("MoneyV2", ["Amount:1", "order:1"])]
    assert _written_twice({"Bag": "fragment Bag on MoneyBag {\n shopMoney { amount currencyCode }\n"
                                  " presentmentMoney { amount currencyCode }\n}"}) == [("MoneyV2", ["Bag:2", "Bag:3"])]


def test_a_shape_within_a_greater_one_is_found() -> None:
    texts = {"Person": "fragment Person on Customer { id firstName lastName }",
             "Whole": "fragment Whole on Customer { lastName firstName id note tags }"}

    assert _written_twice(texts) == []
    assert _in_common(texts) == [("Customer", ["Person:1", "Whole:1"], ["firstName", "id", "lastName"])]


def test_other_arguments_other_directives_and_other_types_are_other_shapes() -> None:
    texts = {"one": "query { orders(first: 1) { nodes { id } pageInfo { endCursor } } }",
             "two": "query { products(first: 1) { nodes { id } pageInfo { endCursor } } }",
             "three": "fragment A on Customer { metafield(key: \"a\") { id } note }",
             "four": "fragment B on Customer { metafield(key: \"b\") { id } note }",
             "five": "fragment C on Customer { metafield(key: \"b\") { id } note @include(if: $asked) }"}

    assert _written_twice(texts) == []


def _texts() -> Mapping[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*.graphql"))}


def _written_twice(texts: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Each shape of two fields or more that stands in two places: of which type, and where."""
    places: dict[Shape, list[str]] = defaultdict(list)
    for place, shape in _shapes(texts):
        if len(shape[1]) > 1:
            places[shape].append(place)
    return sorted((shape[0], sorted(found)) for shape, found in places.items() if len(found) > 1)


def _in_common(texts: Mapping[str, str]) -> list[tuple[str, list[str], list[str]]]:
    """What two different shapes of a type both write out: the type, where, and the fields."""
    return sorted((one[0], sorted([here, there]), sorted(one[1] & other[1]))
                  for (here, one), (there, other) in combinations(_shapes(texts), 2)
                  if one != other and one[0] == other[0] and len(one[1] & other[1]) >= IN_COMMON)


def _shapes(texts: Mapping[str, str]) -> list[tuple[str, Shape]]:
    """Every selection set, with the file and the line that it begins on."""
    found: list[tuple[str, Shape]] = []
    for name, text in texts.items():
        types = TypeInfo(load_schema().graphql)
        visit(parse(text), TypeInfoVisitor(types, _Walk(name, types, found)))
    return found


class _Walk(Visitor):
    """Writes down the shapes of one file."""

    def __init__(self, name: str, types: TypeInfo, found: list[tuple[str, Shape]]) -> None:
        super().__init__()
        self.name, self.types, self.found = name, types, found

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        place, asked = f"{self.name}:{node.loc.start_token.line if node.loc else 0}", self.types.get_parent_type()
        assert asked, f"{place} asks a type that Shopify's schema does not know"
        self.found.append((place, (asked.name, frozenset(map(_in_one_order, node.selections)))))


def _in_one_order(selection: Node) -> str:
    """A selection as text, whatever the order in which it names what it asks for."""
    within: SelectionSetNode | None = getattr(selection, "selection_set", None)
    if within is None:
        return print_ast(selection)
    said = {key: getattr(selection, key) for key in selection.keys if key != "loc"}
    head = print_ast(type(selection)(**said | {"selection_set": SelectionSetNode(selections=())}))
    return f"{head.strip()} {_block(map(_in_one_order, within.selections))}"


def _block(parts: Iterable[str]) -> str:
    return "{ " + " ".join(sorted(parts)) + " }"
