"""A JSON text as a tree for people, level by level, without rewriting a digit.

Every value stays the bytes it was sent as; only a text of several lines (a GraphQL document) is shown as these lines. A
text that is longer than anybody reads is cut and says so: the whole is there to be downloaded. What others sent decides
neither how long a page becomes nor how deep it is. Pure.
"""
from __future__ import annotations

from typing import Literal

import msgspec

from shared.json_text import decoded

MOST_NODES = 1500
MOST_CHARACTERS = 200_000
"""Of names and values together."""

LONGEST_VALUE = 2000
LONGEST_NAME = 200
DEEPEST = 40
"""Levels; what lies deeper is shown as it was sent. GraphQL answers of the connector have ten."""


class Node(msgspec.Struct, kw_only=True):
    """One value of the tree.

    name      its property, or its place in a list; "" of the whole
    shown     a value as it was sent, or the lines of a text
    size      how many values an object or a list holds
    left_out  how many of them are not among the children
    """

    name: str
    kind: Literal["object", "list", "lines", "value"]
    shown: str = ""
    size: int = 0
    children: list[Node] = []
    left_out: int = 0


class _Budget:
    """What may still be shown."""

    def __init__(self, nodes: int) -> None:
        self.nodes, self.characters = nodes, MOST_CHARACTERS

    @property
    def is_spent(self) -> bool:
        return self.nodes <= 0 or self.characters <= 0

    def short(self, text: str, longest: int = LONGEST_VALUE) -> str:
        """The text as it is shown, cut where nobody reads on."""
        shown = text if len(text) <= longest else f"{text[:longest]}…"
        self.characters -= len(shown)
        return shown


def tree(text: str, most: int = MOST_NODES) -> Node | None:
    """The tree, with at most so many values; None for what is no JSON."""
    try:
        return _node("", text.encode(), _Budget(most), 0)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def _node(name: str, raw: bytes, budget: _Budget, depth: int) -> Node:
    budget.nodes -= 1
    name, raw = budget.short(name, LONGEST_NAME), raw.strip()
    if depth < DEEPEST and raw[:1] == b"{":
        return _branch(name, "object", list(decoded(raw, type=dict[str, msgspec.Raw]).items()), budget, depth)
    if depth < DEEPEST and raw[:1] == b"[":
        values = decoded(raw, type=list[msgspec.Raw])
        return _branch(name, "list", [(str(place), value) for place, value in enumerate(values)], budget, depth)
    plain = None if raw[:1] in (b"{", b"[") else decoded(raw)
    if isinstance(plain, str) and "\n" in plain:
        return Node(name=name, kind="lines", shown=budget.short(plain))
    return Node(name=name, kind="value", shown=budget.short(raw.decode()))


def _branch(
    name: str, kind: Literal["object", "list"], values: list[tuple[str, msgspec.Raw]], budget: _Budget, depth: int
) -> Node:
    made = Node(name=name, kind=kind, size=len(values), children=[])
    for key, value in values:
        if budget.is_spent:
            made.left_out = len(values) - len(made.children)
            break
        made.children.append(_node(key, bytes(value), budget, depth + 1))
    return made
