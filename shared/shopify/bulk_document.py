"""The query of a bulk operation, made from the document by which a list is read page by page.

No shape is written a second time: fragments are put in their places, `nodes` becomes edges, and what bulk does not
take or give is left out: variables, windows, `pageInfo`, and the connections that Shape.not_in_bulk names. Beside the
text stands what the lines of the file are put together to. Source: Shopify, "Perform bulk operations with the GraphQL
Admin API", Operation restrictions (five connections at most, two levels of them nested, each of nodes that implement
Node, none within a list) and The JSONL data format. Border: reads our own documents, which tests hold to Shopify's
schema, before and after; it is no parser for anybody's GraphQL.
"""
from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from shared.shopify.documents import document
from shared.shopify.shapes import SHAPES

_TOKEN = re.compile(r'#.*|("[^"]*"|\.\.\.|[$@]?\w+|[(){}:])')
_WINDOW = frozenset({"first", "after"})
_ON = "... on "


@dataclass(frozen=True)
class Connection:
    """A connection as its record holds it where it is read page by page.

    node_type   of its nodes, "" where the document does not name it
    most        entries of its only page, None where all pages are read
    has_pages   whether `pageInfo` stands beside the nodes
    inside      connections of its nodes
    """

    name: str
    node_type: str
    most: int | None
    has_pages: bool
    inside: tuple[Connection, ...] = ()


@dataclass(frozen=True)
class BulkQuery:
    """The text for bulkOperationRunQuery, and the connections of the records that are listed."""

    text: str
    connections: tuple[Connection, ...]


@dataclass(frozen=True)
class _Field:
    """What is selected: a field, "... on Type" with what is selected of that type, or "...Fragment".

    asked_by  the variable with which it is asked for
    fragment  the one in whose place stands what is selected below
    """

    name: str
    alias: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    asked_by: str = ""
    below: tuple[_Field, ...] = ()
    fragment: str = ""

    def part(self, name: str) -> _Field | None:
        return next((part for part in self.below if part.name == name), None)


@dataclass(frozen=True)
class _Fragment:
    type_name: str
    fields: tuple[_Field, ...]


_Tokens = deque[str]
_Fragments = Mapping[str, _Fragment]
MayAsk = Callable[[str], bool]
"""Whether to ask for the part with this variable (OptionalPart)."""


def bulk_query(type: str, filter: str, may_ask: MayAsk) -> BulkQuery:
    """The query for all records of `type` that the filter leaves in, in Shopify's search syntax."""
    shape = SHAPES[type]
    (listed,), fragments = _read(document(shape.changed).text)
    nodes = listed.part("nodes")
    assert nodes is not None, f"{shape.changed} lists no nodes"
    record = tuple(part for part in _wanted(nodes.below, fragments, may_ask) if part.name not in shape.not_in_bulk)
    search = {**listed.arguments, "query": msgspec.json.encode(filter).decode()}
    whole = _Field(listed.name, arguments=search, below=(replace(nodes, below=record),))
    return BulkQuery(f"{{ {_written(whole)} }}", tuple(_connections(record, fragments)))


def _read(text: str) -> tuple[tuple[_Field, ...], _Fragments]:
    """What the operation selects, and the fragments behind it."""
    tokens = deque(found[1] for found in _TOKEN.finditer(text) if found[1])
    operation: tuple[_Field, ...] = ()
    fragments = {}
    while tokens:
        begin, name = tokens.popleft(), tokens.popleft()
        head = []
        while (token := tokens.popleft()) != "{":
            head.append(token)
        selected = tuple(_selected(tokens))
        if begin == "fragment":
            fragments[name] = _Fragment(head[-1], selected)
        else:
            operation = selected
    return operation, fragments


def _selected(tokens: _Tokens) -> Iterator[_Field]:
    """What stands up to the closing brace."""
    while (token := tokens.popleft()) != "}":
        name, alias = token, ""
        if token == "...":
            name += tokens.popleft()
            if name == "...on":
                name = f"{_ON}{tokens.popleft()}"
        elif tokens[0] == ":":
            alias, name = token, (tokens.popleft(), tokens.popleft())[1]
        arguments = _arguments(tokens)
        asked_by = ""
        if tokens[0] == "@include":
            tokens.popleft()
            asked_by = _arguments(tokens)["if"].removeprefix("$")
        below: tuple[_Field, ...] = ()
        if tokens[0] == "{":
            tokens.popleft()
            below = tuple(_selected(tokens))
        yield _Field(name, alias, arguments, asked_by, below)


def _arguments(tokens: _Tokens) -> dict[str, str]:
    found: dict[str, str] = {}
    if tokens[0] == "(":
        tokens.popleft()
        while (name := tokens.popleft()) != ")":
            tokens.popleft()
            found[name] = tokens.popleft()
    return found


def _wanted(fields: Iterable[_Field], fragments: _Fragments, may_ask: MayAsk) -> Iterator[_Field]:
    """The fields with what fragments hold in their places, without the parts that are not asked for."""
    for one in fields:
        if _spread(one):
            yield from _wanted(fragments[_spread(one)].fields, fragments, may_ask)
        elif not one.asked_by or may_ask(one.asked_by):
            yield replace(one, below=tuple(_wanted(one.below, fragments, may_ask)),
                          fragment=next(filter(None, map(_spread, one.below)), ""))


def _spread(one: _Field) -> str:
    """The fragment that is spread here, "" for anything else."""
    return one.name[3:] if one.name.startswith("...") and not one.name.startswith(_ON) else ""


def _connections(fields: Iterable[_Field], fragments: _Fragments) -> Iterator[Connection]:
    """Those that are selected here, also within an object."""
    for one in fields:
        nodes = one.part("nodes")
        if nodes is None:
            assert not list(_connections(one.below, fragments)), f"{one.name} holds a connection, and is none"
            continue
        has_pages = one.part("pageInfo") is not None
        yield Connection(
            one.alias or one.name, fragments[nodes.fragment].type_name if nodes.fragment else "",
            None if has_pages else int(one.arguments["first"]), has_pages,
            tuple(_connections(nodes.below, fragments)))


def _written(one: _Field) -> str:
    nodes = one.part("nodes")
    arguments = {name: value for name, value in one.arguments.items() if nodes is None or name not in _WINDOW}
    head = f"{one.alias}: {one.name}" if one.alias else one.name
    if arguments:
        head += f"({', '.join(f'{name}: {value}' for name, value in arguments.items())})"
    if not one.below:
        return head
    within = " ".join(_written(part) for part in (nodes or one).below)
    for name in ("node", "edges", head) if nodes else (head,):
        within = f"{name} {{ {within} }}"
    return within
