"""Variable values against the schema's input types, refused in Shopify's words (``INVALID_VARIABLE``).

All problems of one variable stand in one error, each with its path and explanation. ``oversized_list``
finds input lists over 250 entries, which Shopify refuses after pricing. Source: recorded refusals.
"""
from __future__ import annotations

from typing import Any

import graphql as g
from graphql import GraphQLSchema, get_nullable_type
from graphql.language import FieldNode, OperationDefinitionNode
from graphql.utilities import type_from_ast, value_from_ast_untyped

from local.shopify.errors import Entry, place
from local.shopify.validation import GLOBAL_ID

MAX_INPUT_ENTRIES = 250
Problem = dict[str, Any]
NULL = {"explanation": "Expected value to not be null"}


def coerce_variables(schema: GraphQLSchema, operation: OperationDefinitionNode,
                     given: dict[str, Any]) -> tuple[dict[str, Any], list[Entry]]:
    """The values of the operation's variables with their defaults, and what is wrong with them."""
    values, errors = {}, []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        wanted = type_from_ast(schema, definition.type)
        if name not in given and definition.default_value is not None:
            values[name] = value_from_ast_untyped(definition.default_value)
            continue
        if name not in given and not g.is_non_null_type(wanted):
            continue
        problems = problems_with(given.get(name), wanted, [])
        values[name] = given.get(name)
        if problems:
            errors.append(_refusal(name, wanted, given.get(name), problems, definition))
    return values, errors


def _refusal(name: str, wanted: Any, value: Any, problems: list[Problem], node: Any) -> Entry:
    details = [f"{'.'.join(map(str, p['path']))} ({p['explanation']})" for p in problems if p["path"]]
    tail = f" for {', '.join(details)}" if details else ""
    return {"message": f"Variable ${name} of type {wanted} was provided invalid value{tail}",
            "locations": place(node),
            "extensions": {"code": "INVALID_VARIABLE", "value": value, "problems": problems}}


def problems_with(value: Any, wanted: Any, path: list[Any]) -> list[Problem]:
    """What keeps `value` from being of type `wanted`: [{path, explanation}]."""
    if value is None:
        return [{"path": path, **NULL}] if g.is_non_null_type(wanted) else []
    inner = get_nullable_type(wanted)
    if g.is_list_type(inner):
        if not isinstance(value, list):
            return problems_with(value, inner.of_type, path)
        return [p for i, item in enumerate(value) for p in problems_with(item, inner.of_type, [*path, i])]
    if g.is_input_object_type(inner):
        return _object_problems(value, inner, path)
    if g.is_enum_type(inner):
        if value in inner.values:
            return []
        return [_problem(path, f'Expected "{value}" to be one of: {", ".join(inner.values)}')]
    return _scalar_problems(value, inner.name, path)


def _object_problems(value: Any, wanted: Any, path: list[Any]) -> list[Problem]:
    if not isinstance(value, dict):
        return [_problem(path, f"Expected {value!r} to be a key-value object.")]
    found = [_problem([*path, name], f"Field is not defined on {wanted.name}")
             for name in value if name not in wanted.fields]
    for name, field in wanted.fields.items():
        if name in value or g.is_required_input_field(field):
            found += problems_with(value.get(name), field.type, [*path, name])
    return found


def _scalar_problems(value: Any, name: str, path: list[Any]) -> list[Problem]:
    if name == "ID":
        if isinstance(value, str) and GLOBAL_ID.fullmatch(value):
            return []
        text = f"Invalid global id '{value}'"
        return [{"path": path, "explanation": text, "message": text}]
    fits = {"Int": lambda v: isinstance(v, int) and not isinstance(v, bool),
            "Float": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
            "String": lambda v: isinstance(v, str), "Boolean": lambda v: isinstance(v, bool)}.get(name)
    if fits is None or fits(value):
        return []
    shown = g.ast_from_value(str(value), g.GraphQLString)
    assert shown is not None
    return [_problem(path, f"Could not coerce value {g.print_ast(shown)} to {name}")]


def _problem(path: list[Any], explanation: str) -> Problem:
    return {"path": path, "explanation": explanation}


def oversized_list(operation: OperationDefinitionNode,
                   values: dict[str, Any]) -> tuple[int, FieldNode, list[str]] | None:
    """(size, field node, path) of the first input list over 250 entries among the root fields' arguments."""
    for node in operation.selection_set.selections:
        if not isinstance(node, FieldNode):
            continue
        key = node.alias.value if node.alias else node.name.value
        for argument in node.arguments or ():
            found = _oversized(value_from_ast_untyped(argument.value, values), [key, argument.name.value])
            if found:
                return found[0], node, found[1]
    return None


def _oversized(value: Any, path: list[str]) -> tuple[int, list[str]] | None:
    if isinstance(value, list) and len(value) > MAX_INPUT_ENTRIES:
        return len(value), path
    items = value.items() if isinstance(value, dict) else ()
    return next((found for name, item in items if (found := _oversized(item, [*path, name]))), None)
