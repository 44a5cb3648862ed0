"""A parsed operation as a tree of fields, ready to be priced and executed many times.

`Plan` keeps one operation with its fragments; `Selection` answers which fields apply to a concrete type
(GraphQL specification, 6.3.2 CollectFields), compiled once per type. What @skip and @include remove is
decided when the plan is made, so plans are cached by the variables those directives use.
Border: knows the schema, not our records; `cost` and `execution` read it.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_non_null_type,
)
from graphql.language import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.utilities import value_from_ast_untyped

Variables = dict[str, Any]


class Field:
    """One field of a selection: response key, place in the schema, and what is selected below it."""

    __slots__ = ("compiled", "definition", "is_connection", "is_leaf", "is_list", "is_non_null", "items_may_be_null",
                 "key", "name", "named", "nodes", "parent", "plan", "selection")

    def __init__(self, plan: Plan, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> None:
        self.plan, self.parent, self.key, self.nodes = plan, parent, key, nodes
        self.name = nodes[0].name.value
        self.definition = parent.fields.get(self.name)
        kind = self.definition.type if self.definition else None
        self.is_non_null = is_non_null_type(kind)
        inner = get_nullable_type(kind)
        self.is_list = isinstance(inner, GraphQLList)
        self.items_may_be_null = isinstance(inner, GraphQLList) and not is_non_null_type(inner.of_type)
        self.named: Any = get_named_type(kind) if kind else None      # None for __typename
        self.is_leaf = self.named is None or is_leaf_type(self.named)
        self.is_connection = is_connection(self.named)
        self.selection: Any = None if self.is_leaf else Selection(plan, self.named, nodes)
        self.compiled: Any = None

    def arguments(self, variables: Variables) -> dict[str, Any]:
        """Argument values by name; those left out take the schema's defaults."""
        found = {name: argument.default_value for name, argument in self.definition.args.items()
                 if isinstance(argument.default_value, str | int | bool | float)}
        for argument in self.nodes[0].arguments or ():
            if isinstance(argument.value, VariableNode) and argument.value.name.value not in variables:
                continue
            found[argument.name.value] = value_from_ast_untyped(argument.value, variables)
        return found


class Selection:
    """What is selected on a type; `fields` gives the fields for a concrete type."""

    __slots__ = ("_by_type", "_sets", "compiled", "declared", "plan")

    def __init__(self, plan: Plan, declared: Any, nodes: list[FieldNode]) -> None:
        self.plan, self.declared = plan, declared
        self._sets = [node.selection_set for node in nodes if node.selection_set]
        self._by_type: dict[str, list[Field]] = {}
        self.compiled: dict[str, Any] = {}

    def fields(self, concrete: GraphQLObjectType) -> list[Field]:
        if concrete.name not in self._by_type:
            found: dict[str, list[FieldNode]] = {}
            for selection_set in self._sets:
                self.plan.collect(concrete, selection_set, found)
            self._by_type[concrete.name] = [Field(self.plan, concrete, key, nodes)
                                            for key, nodes in found.items()]
        return self._by_type[concrete.name]

    def candidates(self) -> list[GraphQLObjectType]:
        """The concrete types the value can have."""
        if is_abstract_type(self.declared):
            return list(self.plan.schema.get_possible_types(self.declared))
        return [self.declared]


class Plan:
    """One operation of a document with the directives' conditions already decided."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode,
                 variables: Variables) -> None:
        self.schema, self.document, self.operation = schema, document, operation
        self.name = operation.name.value if operation.name else None
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._variables = variables
        self.is_mutation = operation.operation.value == "mutation"
        root_type = schema.mutation_type if self.is_mutation else schema.query_type
        assert root_type is not None
        self.root_type: Any = root_type
        found: dict[str, list[FieldNode]] = {}
        self.collect(root_type, operation.selection_set, found)
        self.fields = [Field(self, root_type, key, nodes) for key, nodes in found.items()]
        self.is_introspection = any(f.name in ("__schema", "__type") for f in self.fields)
        self.costs: dict[Any, int] = {}

    def collect(self, concrete: GraphQLObjectType, selection_set: SelectionSetNode,
                found: dict[str, list[FieldNode]]) -> None:
        """Add the fields of `selection_set` that apply to `concrete`, by response key."""
        for item in selection_set.selections:
            if not self._included(item):
                continue
            if isinstance(item, FieldNode):
                found.setdefault(item.alias.value if item.alias else item.name.value, []).append(item)
                continue
            inner = self.fragments[item.name.value] if isinstance(item, FragmentSpreadNode) else item
            assert isinstance(inner, FragmentDefinitionNode | InlineFragmentNode)
            if self._applies(inner.type_condition, concrete):
                self.collect(concrete, inner.selection_set, found)

    def _applies(self, condition: Any, concrete: GraphQLObjectType) -> bool:
        if condition is None:
            return True
        wanted = self.schema.type_map[condition.name.value]
        return wanted is concrete or (is_abstract_type(wanted) and self.schema.is_sub_type(wanted, concrete))

    def _included(self, item: Any) -> bool:
        for directive in item.directives or ():
            if directive.name.value in ("skip", "include"):
                wanted = value_from_ast_untyped(directive.arguments[0].value, self._variables)
                if bool(wanted) == (directive.name.value == "skip"):
                    return False
        return True


def is_connection(named: Any) -> bool:
    """A paged list: an object type called ...Connection with pageInfo."""
    return isinstance(named, GraphQLObjectType) and named.name.endswith("Connection") and "pageInfo" in named.fields


def directive_variables(document: DocumentNode) -> list[str]:
    """Names of the variables that @skip and @include depend on."""
    return sorted({argument.value.name.value for directive in _directives(document)
                   for argument in directive.arguments or () if isinstance(argument.value, VariableNode)})


def _directives(node: Any) -> Iterator[Any]:
    for definition in getattr(node, "definitions", ()):
        yield from _directives(definition)
    for item in node.selection_set.selections if getattr(node, "selection_set", None) else ():
        yield from (d for d in item.directives or () if d.name.value in ("skip", "include"))
        yield from _directives(item)
