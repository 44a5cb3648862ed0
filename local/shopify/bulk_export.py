"""Runs a bulk query and writes its JSON Lines.

One line a node; nodes of nested connections are lines of their own that name their parent in
``__parentId``. Ungrouped (the default since 2026-01) a child only comes somewhere after its parent: parents
are written a hundred at a time, then their children. `first` and cursors in the query are ignored. An `order` of
"reversed" or "shuffled" is worse than Shopify promises: what a client must bear if it trusts no order.
Source: Shopify: Bulk operations, Queries. Border: one plan over live records; when and why is `bulk_runner`.
"""
from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from local.shopify.bulk_rules import fields_of, node_of
from local.shopify.execution import Bubble, Execution, complete_object
from local.shopify.lists import all_rows, searched
from local.shopify.plan import Field, Plan
from local.shopify.records import Record

BLOCK = 100
Line = dict[str, Any]


@dataclass
class Written:
    """What an export came to."""

    lines: int = 0
    roots: int = 0
    size: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)


def export(run: Execution, plan: Plan, target: BinaryIO, *, grouped: bool, most: int | None = None,
           order: str = "") -> Written:
    """Write every line to `target` (at most `most` of them); access errors are left in the result."""
    done = Written(errors=run.errors)
    for root in plan.fields:
        if root.is_connection:
            for line, is_root in _ordered(_lines(run, root, grouped), order):
                if most is not None and done.lines >= most:
                    return done
                raw = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                target.write(raw)
                done.lines, done.roots, done.size = done.lines + 1, done.roots + is_root, done.size + len(raw)
    return done


def _ordered(lines: Iterator[tuple[Line, bool]], order: str) -> Iterator[tuple[Line, bool]]:
    """The lines in another order; children of one connection keep theirs, which Shopify promises."""
    if not order:
        yield from lines
        return
    kept = list(lines)
    belong = [(line.get("__parentId"), *str(line.get("id")).split("/")[3:4]) for line, _ in kept]
    of_connection: dict[Any, deque[tuple[Line, bool]]] = {}
    for one, whose in zip(kept, belong, strict=True):
        of_connection.setdefault(whose, deque()).append(one)
    if order == "shuffled":
        random.Random(len(kept)).shuffle(belong)
    else:
        belong.reverse()
    for whose in belong:
        yield of_connection[whose].popleft()


def _lines(run: Execution, root: Field, grouped: bool) -> Iterator[tuple[Line, bool]]:
    node = node_of(root)
    if node is None:
        return
    records = iter(_records(run, root))
    while block := list(islice(records, 1 if grouped else BLOCK)):
        children: list[Line] = []
        for record in block:
            try:
                line = complete_object(run, node.selection, record, ((None, root.key), "node"))
            except Bubble:
                continue
            if line is not None:
                children += _taken_out(line, node)
                yield line, True
        for child in children:
            yield child, False


def _records(run: Execution, root: Field) -> Iterator[Record]:
    arguments = run.arguments(root)
    typename = root.named.name.removesuffix("Connection")
    run.path = (None, root.key)
    rows = all_rows(run, typename, arguments.get("sortKey"), bool(arguments.get("reverse")))
    return (row.record for _, row in searched(run, root, rows))


def _taken_out(line: Line, node: Field) -> list[Line]:
    """The lines of all nested connections, which leave the parent's line."""
    found: list[Line] = []
    for below in fields_of(node):
        value = line.get(below.key)
        if below.is_connection and value is not None:
            found += _children(line.pop(below.key), below, line.get("id"))
        elif isinstance(value, dict) and not below.is_leaf:
            found += [{**child, "__parentId": line.get("id") if child["__parentId"] is None else child["__parentId"]}
                      for child in _taken_out(value, below)]
    return found


def _children(connection: Line, of: Field, parent: str | None) -> list[Line]:
    node, found = node_of(of), []
    for edge in next((v for v in connection.values() if isinstance(v, list)), []):
        child = edge.get(node.key) if node else None
        if node and child is not None:
            own = _taken_out(child, node)
            found += [{**child, "__parentId": parent}, *own]
    return found
