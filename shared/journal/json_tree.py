"""A JSON text as a tree for people, level by level, without rewriting a digit.

Every value stays the bytes it was sent as; only a text of several lines (a GraphQL document) is shown as these lines. A
text that is longer than anybody reads is cut and says so: the whole is there to be downloaded. Pure.
"""
from __future__ import annotations

from typing import Literal

import msgspec

from shared.json_text import decoded

MOST_NODES = 1500
LONGEST_VALUE = 2000


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
    def __init__(self, nodes: int) -> None:
        self.nodes = nodes


def tree(text: str, most: int = MOST_NODES) -> Node | None:
    """The tree, with at most so many values; None for what is no JSON."""
    try:
        return _node("", text.encode(), _Budget(most))
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def _node(name: str, raw: bytes, budget: _Budget) -> Node:
    budget.nodes -= 1
    raw = raw.strip()
    if raw[:1] == b"{":
        return _branch(name, "object", list(decoded(raw, type=dict[str, msgspec.Raw]).items()), budget)
    if raw[:1] == b"[":
        values = decoded(raw, type=list[msgspec.Raw])
        return _branch(name, "list", [(str(place), value) for place, value in enumerate(values)], budget)
    plain = decoded(raw)
    if isinstance(plain, str) and "\n" in plain:
        return Node(name=name, kind="lines", shown=_short(plain))
    return Node(name=name, kind="value", shown=_short(raw.decode()))


def _branch(
    name: str, kind: Literal["object", "list"], values: list[tuple[str, msgspec.Raw]], budget: _Budget
) -> Node:
    made = Node(name=name, kind=kind, size=len(values), children=[])
    for key, value in values:
        if budget.nodes <= 0:
            made.left_out = len(values) - len(made.children)
            break
        made.children.append(_node(key, bytes(value), budget))
    return made


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
