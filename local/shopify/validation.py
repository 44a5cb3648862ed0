"""Documents refused before execution, in Shopify's words.

What the recordings show (unknown field or argument, missing argument, bad literal, bad global id) is
checked here, because code, path and wording are Shopify's own; the remaining rules of the GraphQL
specification come from graphql-core with the codes graphql-ruby gives them (github.com/rmosolgo/graphql-ruby,
static validation). Border: syntax tree and schema in, error entries out.
"""
from __future__ import annotations

import re
from typing import Any

import graphql as g
from graphql import GraphQLSchema, get_named_type, get_nullable_type, print_ast, validate
from graphql.language import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
)

from local.shopify.errors import Entry, invalid

GLOBAL_ID = re.compile(r"gid://shopify/\w+/[^/\s]+.*")
LITERALS = {"Int": ("int_value",), "Float": ("int_value", "float_value"), "String": ("string_value",),
            "Boolean": ("boolean_value",), "ID": ("string_value", "int_value")}
# Rules left to graphql-core, with graphql-ruby's codes.
OTHER_RULES = {
    g.UniqueOperationNamesRule: "uniquelyNamedOperations", g.LoneAnonymousOperationRule: "uniquelyNamedOperations",
    g.KnownTypeNamesRule: "undefinedType", g.FragmentsOnCompositeTypesRule: "fragmentOnNonCompositeType",
    g.VariablesAreInputTypesRule: "variableRequiresValidType", g.UniqueFragmentNamesRule: "fragmentNotUnique",
    g.KnownFragmentNamesRule: "useAndDefineFragment", g.NoUnusedFragmentsRule: "useAndDefineFragment",
    g.PossibleFragmentSpreadsRule: "cannotSpreadFragment", g.NoFragmentCyclesRule: "infiniteLoop",
    g.UniqueVariableNamesRule: "variableNotUnique", g.NoUndefinedVariablesRule: "variableNotDefined",
    g.NoUnusedVariablesRule: "variableNotUsed", g.UniqueArgumentNamesRule: "argumentNotUnique",
    g.VariablesInAllowedPositionRule: "variableMismatch", g.UniqueInputFieldNamesRule: "inputFieldNotUnique",
    g.OverlappingFieldsCanBeMergedRule: "fieldConflict",
}


def problems_of(schema: GraphQLSchema, document: DocumentNode) -> list[Entry]:
    """Everything wrong with a document, [] when it may be executed."""
    check = _Check(schema)
    for definition in document.definitions:
        check.definition(definition)
    return check.found or _other_problems(schema, document)


def _other_problems(schema: GraphQLSchema, document: DocumentNode) -> list[Entry]:
    if not validate(schema, document, list(OTHER_RULES)):
        return []
    found = []
    head = _head(document.definitions[0]) if document.definitions else "query"
    for rule, code in OTHER_RULES.items():
        for error in validate(schema, document, [rule]):
            found.append(invalid(error.message, error.nodes[0] if error.nodes else None, [head], code))
    return found


def _head(definition: Any) -> str:
    """The first element of an error's path."""
    if isinstance(definition, FragmentDefinitionNode):
        return f"fragment {definition.name.value}"
    if isinstance(definition, OperationDefinitionNode):
        kind = definition.operation.value
        return f"{kind} {definition.name.value}" if definition.name else kind
    return "document"


class _Check:
    """One walk over a document; keeps what it finds."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.found: list[Entry] = []

    def definition(self, node: Any) -> None:
        if isinstance(node, OperationDefinitionNode):
            roots = {"query": self.schema.query_type, "mutation": self.schema.mutation_type}
            self.selections(roots.get(node.operation.value), node.selection_set, [_head(node)])
        elif isinstance(node, FragmentDefinitionNode):
            self.selections(self.schema.type_map.get(node.type_condition.name.value), node.selection_set,
                            [_head(node)])

    def selections(self, parent: Any, selection_set: Any, path: list[str]) -> None:
        for item in selection_set.selections if parent is not None and selection_set else ():
            if isinstance(item, FieldNode):
                self.field(parent, item, path)
            elif isinstance(item, InlineFragmentNode):
                name = item.type_condition.name.value if item.type_condition else parent.name
                self.directives(item, [*path, f"... on {name}"])
                self.selections(self.schema.type_map.get(name), item.selection_set, [*path, f"... on {name}"])
            elif isinstance(item, FragmentSpreadNode):
                self.directives(item, [*path, f"... {item.name.value}"])

    def field(self, parent: Any, node: FieldNode, path: list[str]) -> None:
        name = node.name.value
        path = [*path, node.alias.value if node.alias else name]
        definition = g.GraphQLField(g.GraphQLString) if name == "__typename" else \
            self.schema.get_field(parent, name)
        if definition is None:
            self.found.append(invalid(f"Field '{name}' doesn't exist on type '{parent.name}'", node, path,
                                      "undefinedField", typeName=parent.name, fieldName=name))
            return
        self.directives(node, path)
        self.arguments(node, definition.args, "Field", name, path)
        named = get_named_type(definition.type)
        if g.is_leaf_type(named) == bool(node.selection_set):
            self.mismatch(node, named, path)
        else:
            self.selections(named, node.selection_set, path)

    def mismatch(self, node: FieldNode, named: Any, path: list[str]) -> None:
        if node.selection_set:
            message = f"Selections can't be made on scalars (field '{node.name.value}' returns {named.name}" \
                      f" but has selections [{', '.join(print_ast(s) for s in node.selection_set.selections)}])"
        else:
            message = f"Field must have selections (field '{node.name.value}' returns {named.name} but has no" \
                      f" selections. Did you mean '{node.name.value} {{ ... }}'?)"
        self.found.append(invalid(message, node, path, "selectionMismatch", nodeName=f"field '{node.name.value}'",
                                  typeName=named.name))

    def directives(self, node: Any, path: list[str]) -> None:
        for directive in node.directives or ():
            name = directive.name.value
            known = self.schema.get_directive(name)
            if known is None:
                self.found.append(invalid(f"Directive @{name} is not defined", directive, path,
                                          "undefinedDirective", directiveName=name))
            else:
                self.arguments(directive, known.args, "Directive", name, path)

    def arguments(self, node: Any, known: dict[str, Any], kind: str, owner: str, path: list[str]) -> None:
        given = {a.name.value: a for a in node.arguments or ()}
        for name, argument in given.items():
            if name not in known:
                self.found.append(invalid(
                    f"{kind} '{owner}' doesn't accept argument '{name}'", argument, [*path, name],
                    "argumentNotAccepted", name=owner, typeName=kind, argumentName=name))
                continue
            self.literal(argument.value, known[name].type, kind, owner, name, node, [*path, name])
        missing = [n for n, a in known.items() if g.is_required_argument(a) and n not in given]
        if missing:
            names = ", ".join(missing)
            self.found.append(invalid(f"{kind} '{owner}' is missing required arguments: {names}", node, path,
                                      "missingRequiredArguments", className=kind, name=owner, arguments=names))

    def literal(self, value: Any, wanted: Any, kind: str, owner: str, name: str, holder: Node,
                path: list[str]) -> None:
        if isinstance(value, VariableNode):
            return
        if isinstance(value, NullValueNode):
            if g.is_non_null_type(wanted):
                self.incompatible(value, wanted, kind, owner, name, holder, path)
            return
        inner = get_nullable_type(wanted)
        if g.is_list_type(inner):
            for item in value.values if isinstance(value, ListValueNode) else (value,):
                self.literal(item, inner.of_type, kind, owner, name, holder, path)
        elif g.is_input_object_type(inner):
            if isinstance(value, ObjectValueNode):
                self.input_object(value, inner, path)
            else:
                self.incompatible(value, wanted, kind, owner, name, holder, path)
        elif g.is_enum_type(inner):
            if not (isinstance(value, EnumValueNode) and value.value in inner.values):
                self.incompatible(value, wanted, kind, owner, name, holder, path)
        else:
            self.scalar(value, wanted, kind, owner, name, holder, path)

    def scalar(self, value: Any, wanted: Any, kind: str, owner: str, name: str, holder: Node,
               path: list[str]) -> None:
        allowed = LITERALS.get(get_named_type(wanted).name)
        if allowed and value.kind not in allowed:
            self.incompatible(value, wanted, kind, owner, name, holder, path)
        elif get_named_type(wanted).name == "ID" and isinstance(value, StringValueNode) \
                and not GLOBAL_ID.fullmatch(value.value):
            self.found.append(invalid(f"Invalid global id '{value.value}'", holder, path,
                                      "argumentLiteralsIncompatible", typeName="CoercionError"))

    def incompatible(self, value: Node, wanted: Any, kind: str, owner: str, name: str, holder: Node,
                     path: list[str]) -> None:
        self.found.append(invalid(
            f"Argument '{name}' on {kind} '{owner}' has an invalid value ({print_ast(value)})."
            f" Expected type '{wanted}'.", holder, path, "argumentLiteralsIncompatible", typeName=kind,
            argumentName=name))

    def input_object(self, value: ObjectValueNode, wanted: Any, path: list[str]) -> None:
        given = {f.name.value: f for f in value.fields}
        for name, entry in given.items():
            if name not in wanted.fields:
                self.found.append(invalid(
                    f"InputObject '{wanted.name}' doesn't accept argument '{name}'", entry, [*path, name],
                    "argumentNotAccepted", name=wanted.name, typeName="InputObject", argumentName=name))
            else:
                self.literal(entry.value, wanted.fields[name].type, "InputObject", wanted.name, name, value,
                             [*path, name])
        for name, entry in wanted.fields.items():
            if g.is_required_input_field(entry) and name not in given:
                self.found.append(invalid(
                    f"Argument '{name}' on InputObject '{wanted.name}' is required. Expected type {entry.type}",
                    value, [*path, name], "missingRequiredInputObjectAttribute", argumentName=name,
                    argumentType=str(entry.type), inputObjectType=wanted.name))
