"""Bicep files as Python values, read with tree-sitter: what a compiler would see, as far as the rules here need it.

Source: Microsoft Learn, "Bicep file structure and syntax". Objects are dicts, arrays lists, plain texts str; everything
that is worked out when deploying (names, calls, texts with ${…}) is an Expression. Border: reads, judges nothing.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

from tests.repository import ROOT

INFRA = ROOT / "infra"
MAIN = INFRA / "main.bicep"
_PARSER = Parser(Language(tree_sitter_bicep.language()))


class Expression(NamedTuple):
    """Something that is only known when deploying."""

    text: str


class Resource(NamedTuple):
    """A resource declaration; `each` names the list it is made for, "" for one."""

    symbol: str
    type: str
    version: str
    existing: bool
    body: dict[str, Any]
    each: str


class Module(NamedTuple):
    """A module that is used: its file and what it is given."""

    symbol: str
    file: Path
    body: dict[str, Any]


class Parameter(NamedTuple):
    """A parameter; decorators by name, e.g. "secure"."""

    name: str
    decorators: frozenset[str]
    required: bool


class File(NamedTuple):
    """One Bicep file."""

    path: Path
    root: Node
    parameters: dict[str, Parameter]
    variables: dict[str, Any]
    resources: list[Resource]
    modules: list[Module]
    outputs: dict[str, Any]

    def declared(self) -> set[str]:
        """Every symbol the file declares."""
        symbols = {one.symbol for one in [*self.resources, *self.modules]}
        return {*self.parameters, *self.variables, *symbols}


def bicep_files() -> list[Path]:
    """Every Bicep file of the infrastructure."""
    return sorted(INFRA.rglob("*.bicep"))


def syntax_errors(text: bytes) -> list[str]:
    """Lines that are not Bicep."""
    return [f"line {node.start_point[0] + 1}" for node in walk(_PARSER.parse(text).root_node)
            if node.type == "ERROR" or node.is_missing]


@cache
def read(path: Path) -> File:
    """The file as values; AssertionError if it is not Bicep."""
    content = path.read_bytes()
    assert not syntax_errors(content), (path, syntax_errors(content))
    return _file(path, _PARSER.parse(content).root_node)


def resource(module: str, symbol: str) -> Resource:
    """One resource of a file in infra/modules."""
    return next(one for one in read(INFRA / "modules" / f"{module}.bicep").resources if one.symbol == symbol)


def read_text(text: str) -> File:
    """A file that lies nowhere."""
    return _file(INFRA / "nowhere.bicep", _PARSER.parse(text.encode()).root_node)


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def text_of(node: Node) -> str:
    return (node.text or b"").decode()


def _file(path: Path, root: Node) -> File:
    found = File(path, root, {}, {}, [], [], {})
    decorators: frozenset[str] = frozenset()
    for node in root.named_children:
        if node.type == "decorators":
            decorators = frozenset(re.findall(r"@(?:sys\.)?(\w+)\(", text_of(node)))
        elif node.type != "comment":
            _declare(found, node, decorators)
            decorators = frozenset()
    return found


def _declare(file: File, node: Node, decorators: frozenset[str]) -> None:
    parts = node.named_children
    name, last = text_of(parts[0]), parts[-1]
    if node.type == "parameter_declaration":
        file.parameters[name] = Parameter(name, decorators, last.type == "type")
    elif node.type == "variable_declaration":
        file.variables[name] = value_of(last)
    elif node.type == "output_declaration":
        file.outputs[name] = value_of(last)
    elif node.type == "resource_declaration":
        kind, _, version = value_of(parts[1]).partition("@")
        existing = any(child.type == "existing" for child in node.children)
        file.resources.append(Resource(name, kind, version, existing, value_of(_body(last)), _list_of(last)))
    elif node.type == "module_declaration":
        file.modules.append(Module(name, file.path.parent / value_of(parts[1]), value_of(_body(last))))


def _body(node: Node) -> Node:
    """The object of a declaration, also when it is made for each of a list or only if something holds."""
    if node.type == "object":
        return node
    return next(child for child in walk(node) if child.type == "object")


def _list_of(node: Node) -> str:
    return text_of(node.named_children[1]) if node.type == "for_statement" else ""


def value_of(node: Node) -> Any:
    """The value of an expression, or an Expression."""
    if node.type == "object":
        return {_key(one.named_children[0]): value_of(one.named_children[-1])
                for one in node.named_children if one.type == "object_property"}
    if node.type == "array":
        return [value_of(one) for one in node.named_children if one.type != "comment"]
    if node.type == "string" and not any(one.type == "interpolation" for one in node.named_children):
        return text_of(node)[1:-1].replace("\\'", "'")
    if node.type == "number":
        return int(text_of(node))
    if node.type == "boolean":
        return text_of(node) == "true"
    return Expression(text_of(node))


def _key(node: Node) -> str:
    return text_of(node).strip("'")
