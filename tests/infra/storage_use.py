"""Which tables, containers and queues the code uses: found where storage is asked, however a name is kept.

Every `…tables[name]`, `rows_of(name)`, `…blobs.read(name, …)` and `…queues.send(name, …)` of shared/ and functions/ is
looked at, and the name is worked out in the module that says it. A name that cannot be worked out there has to be
listed in HANDED_ON, so that somebody sees it. Border: reads sources, imports modules, opens nothing.
"""
from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from tests.repository import ROOT, module_of, python_files

ROOT_MODULE = "shared.root"
HOURS = "LogEntries"
"""What the tables of all hours begin with."""

OF_A_TIME = re.compile(r"(\w+\.)?(table_of|container_of)\(")
"""What shared/journal/log_entries.py calls an hour's table and a day's container."""

HANDED_ON = {
    ("shared.journal.log_entries", "address.table"): "an hour's, as a log entry's number says",
    ("shared.journal.log_entries", "container"): "a day's, as a log entry's number says",
    ("shared.privacy.log_traces", "container"): "a day's",
    ("shared.privacy.packs", "self._container"): "a day's, or that of captures, which captures.py names",
}
"""Names that a variable holds: (module, what stands there) -> where they come from."""

BY_NAME = {
    "blobs": frozenset({"write", "read", "names", "folders", "remove", "drop"}),
    "queues": frozenset({"send"}),
    "tables": frozenset({"drop"}),
}
"""Calls whose first argument is a name."""


class Use(NamedTuple):
    """A place that asks for something by name; `room` is "tables", "blobs" or "queues", `said` the name's source."""

    room: str
    module: str
    said: str


def used(room: str) -> set[str]:
    """The names the code asks for; those of an hour or a day are left out."""
    return {name for use in uses() if use.room == room for name in name_of(use)}


def opened_beside_its_module(uses: Iterable[Use]) -> set[tuple[str, str]]:
    """(module, table) where a table is opened by another module than the one that names it, or than the root, which
    hands it there."""
    return {(use.module, name) for use in uses if use.room == "tables" and use.module != ROOT_MODULE
            for name in name_of(use) or {HOURS} if use.module not in naming(name)}


def naming(table: str) -> frozenset[str]:
    """The modules that name this table: the ones where the word itself stands, as a constant."""
    return frozenset(module for module, words in _constants().items() if table in words)


@cache
def _constants() -> dict[str, frozenset[str]]:
    """Module -> the words that it gives a name to."""
    return {module_of(path): frozenset(_words((ROOT / path).read_text())) for path in sources()}


def _words(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign):
            yield from (one.value for one in _parts(node.value)
                        if isinstance(one, ast.Constant) and isinstance(one.value, str))


def sources() -> list[Path]:
    """The files that use storage: shared/ and functions/ without storage itself."""
    return [path for path in [*python_files("shared"), *python_files("functions")]
            if path.parts[:2] != ("shared", "storage")]


@cache
def uses() -> tuple[Use, ...]:
    """Every place of shared/ and functions/ that asks for a table, container or queue."""
    return tuple(use for path in sources() for use in uses_in(".".join(path.with_suffix("").parts),
                                                              (ROOT / path).read_text()))


def uses_in(module: str, source: str) -> Iterator[Use]:
    """The places of one module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and _room(node.value) == "tables":
            yield Use("tables", module, ast.unparse(node.slice))
        elif isinstance(node, ast.Call) and _room(node.func) == "rows_of":
            yield Use("tables", module, ast.unparse(node.args[0]))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            room = _room(node.func.value)
            if node.func.attr in BY_NAME.get(room, ()):
                yield Use(room, module, ast.unparse(node.args[0]))


def name_of(use: Use) -> set[str]:
    """The name, or nothing for one of a time; LookupError if nobody can tell."""
    if OF_A_TIME.match(use.said) or (use.module, use.said) in HANDED_ON:
        return set()
    try:
        return {eval(use.said, dict(vars(import_module(use.module))))}
    except (NameError, AttributeError) as error:
        raise LookupError(f"{use.module}: where does {use.said} come from? HANDED_ON has to say it") from error


def under_other_names(source: str) -> list[str]:
    """What holds a storage room in a module under another word than its own, where `uses_in` would not see it."""
    tree = ast.walk(ast.parse(source))
    held: list[tuple[str, str]] = []
    for node in tree:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                both = zip(_parts(target), _parts(node.value), strict=False)
                held += [(_room(one), _room(value)) for one, value in both]
        elif isinstance(node, ast.AnnAssign) and node.value:
            held.append((_room(node.target), _room(node.value)))
        elif isinstance(node, ast.arg) and node.annotation:
            held.append((node.arg, ast.unparse(node.annotation).lower()))
    return [name for name, room in held if room in BY_NAME and name != room]


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _room(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
