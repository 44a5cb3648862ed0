"""The `$filter` language, as far as Business Central speaks it.

Rules: Microsoft Learn, "Using filter expressions in OData URIs" and "OData known limitations": comparisons, `and`,
`or` on one field only, `contains startswith endswith tolower toupper substring length`. `in`, lambdas and
anything else is refused aloud. Border: turns text into a predicate on a row; which rows to try first is
`equalities` for the query module to use.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from . import errors
from .contract import EntitySet, Property, Row

Predicate = Callable[[Row], bool]
Values = tuple[Any, ...]

TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][\w./]*)"
    r"|(?P<mark>[(),]))"
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b,
}  # fmt: skip
TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}
CHANGES: dict[str, Callable[[str], str]] = {"tolower": str.lower, "toupper": str.upper, "trim": str.strip}


@dataclass(frozen=True)
class Filter:
    """A compiled filter: the predicate, the properties it reads, and which values a match must have of some."""

    matches: Predicate
    fields: frozenset[str]
    equalities: dict[str, Values]


@dataclass(frozen=True)
class Node:
    """A parsed part: its predicate, the properties it looks at and the equalities it implies."""

    matches: Predicate
    fields: frozenset[str]
    equalities: dict[str, Values]


def compile_filter(text: str, entity: EntitySet) -> Filter:
    """Compile a `$filter`. Raises BcError 400 for anything Business Central does not take."""
    parser = _Parser(text, entity)
    node = parser.disjunction()
    parser.expect_end()
    return Filter(node.matches, node.fields, node.equalities)


class _Parser:
    """Recursive descent over the tokens of one filter."""

    def __init__(self, text: str, entity: EntitySet) -> None:
        self.entity = entity
        self.tokens = _tokens(text)
        self.at = 0

    def disjunction(self) -> Node:
        nodes = [self.conjunction()]
        while self.take_word("or"):
            nodes.append(self.conjunction())
        return nodes[0] if len(nodes) == 1 else _either(nodes)

    def conjunction(self) -> Node:
        nodes = [self.condition()]
        while self.take_word("and"):
            nodes.append(self.condition())
        return nodes[0] if len(nodes) == 1 else _both(nodes)

    def condition(self) -> Node:
        if self.take_mark("("):
            node = self.disjunction()
            self.expect_mark(")")
            return node
        if self.take_word("not"):
            inner = self.condition()
            return Node(lambda row: not inner.matches(row), inner.fields, {})
        if self.peek()[1].lower() in TESTS:
            return self.text_test()
        return self.comparison()

    def text_test(self) -> Node:
        test = TESTS[self.next()[1].lower()]
        self.expect_mark("(")
        prop, change = self.operand()
        self.expect_mark(",")
        part = self.literal(prop)
        self.expect_mark(")")
        return Node(lambda row: test(change(row.get(prop.name, "")), part), frozenset({prop.name}), {})

    def comparison(self) -> Node:
        prop, change = self.operand()
        operator = self.next()[1]
        if operator == "in" or operator not in COMPARE:
            raise errors.query_syntax(f"The operator '{operator}' is not supported.")
        compare, wanted = COMPARE[operator], self.literal(prop)
        equalities = {prop.name: (wanted,)} if operator == "eq" and change is _same else {}
        return Node(lambda row: compare(change(row.get(prop.name, prop.blank)), wanted),
                    frozenset({prop.name}), equalities)  # fmt: skip

    def operand(self) -> tuple[Property, Callable[[Any], Any]]:
        kind, word = self.next()
        if kind == "word" and word.lower() in CHANGES:
            change = CHANGES[word.lower()]
            self.expect_mark("(")
            prop, inner = self.operand()
            self.expect_mark(")")
            return prop, lambda value: change(inner(value))
        if kind == "word" and "/" in word:
            raise errors.query_syntax(f"The path '{word}' is not supported in a filter.")
        if kind != "word" or word not in self.entity.properties:
            raise errors.bad_request("Could not find a property named '{name}' on type 'Microsoft.NAV.{entity}'.",
                                     name=word, entity=self.entity.entity)  # fmt: skip
        return self.entity.properties[word], _same

    def literal(self, prop: Property) -> Any:
        kind, text = self.next()
        return literal_value(prop, kind, text)

    # --- tokens

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def next(self) -> tuple[str, str]:
        token = self.peek()
        if token[0] == "end":
            raise errors.query_syntax("The filter ends too early.")
        self.at += 1
        return token

    def take_word(self, word: str) -> bool:
        return self._take("word", word)

    def take_mark(self, mark: str) -> bool:
        return self._take("mark", mark)

    def _take(self, kind: str, text: str) -> bool:
        found = self.peek() == (kind, text)
        self.at += found
        return found

    def expect_mark(self, mark: str) -> None:
        if not self.take_mark(mark):
            raise errors.query_syntax(f"'{mark}' expected at '{self.peek()[1]}'.")

    def expect_end(self) -> None:
        if self.at < len(self.tokens):
            raise errors.query_syntax(f"Unexpected '{self.peek()[1]}'.")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise errors.query_syntax(f"Unexpected character at position {at} in '{text}'.")
        tokens.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
        at = match.end()
    return tokens


def _same(value: Any) -> Any:
    return value


def _both(nodes: list[Node]) -> Node:
    equalities = {name: value for node in nodes for name, value in node.equalities.items()}
    return Node(lambda row: all(node.matches(row) for node in nodes),
                frozenset().union(*(node.fields for node in nodes)), equalities)  # fmt: skip


def _either(nodes: list[Node]) -> Node:
    fields = frozenset().union(*(node.fields for node in nodes))
    if len(fields) > 1:
        raise errors.bad_request("The 'OR' operator is not supported on distinct fields on an OData filter.")
    equalities = {name: tuple(value for node in nodes for value in node.equalities[name])
                  for name in fields if all(name in node.equalities for node in nodes)}
    return Node(lambda row: any(node.matches(row) for node in nodes), fields, equalities)


def literal_value(prop: Property, kind: str, text: str) -> Any:
    """The value of a literal, in the stored form of the property it is compared with."""
    if kind == "string" and prop.type in ("string", "code", "enum"):
        return _text_literal(prop, text[1:-1].replace("''", "'"))
    if kind == "guid" and prop.type == "guid":
        return text.lower()
    if kind == "time" and prop.type in ("date", "datetime"):
        return _time_literal(prop, text)
    if kind == "number" and prop.type in ("decimal", "integer"):
        return _number_literal(prop, text)
    if kind == "word" and prop.type == "boolean" and text in ("true", "false"):
        return text == "true"
    if text == "null":
        return prop.blank
    raise errors.bad_request(
        "A binary operator with incompatible types was detected. Property '{name}' of type '{type}' cannot be "
        "compared with {literal}.", name=prop.name, type=prop.type, literal=text)  # fmt: skip


def _text_literal(prop: Property, text: str) -> str:
    if prop.type == "enum":
        return prop.wires.get(text, text)
    if prop.max_length and len(text) > prop.max_length:
        raise errors.BcError(
            400, "Application_FilterErrorException",
            "The filter \"{filter}\" is not valid for the {field} field. The length of the string is {length}, "
            "but it must be less than or equal to {maximum} characters.",
            filter=text, field=prop.caption, length=len(text), maximum=prop.max_length)  # fmt: skip
    return text.upper() if prop.type == "code" else text


def _time_literal(prop: Property, text: str) -> str:
    try:
        if prop.type == "date":
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise errors.query_syntax(f"'{text}' is not a time.") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number_literal(prop: Property, text: str) -> Decimal | int:
    try:
        return int(text) if prop.type == "integer" else Decimal(text)
    except (ValueError, InvalidOperation):
        raise errors.query_syntax(f"'{text}' is not a number.") from None
