"""Where source asks which record type it is about: the law of tests/test_repository.py reads it by this.

A question is whatever takes another way for one type than for another: a comparison, also with several or with a
constant that holds the name; a `match`; a table by the names of types, and a look into one; what is left of several
types without some; a test of how a type's name begins; a test of the class that the records of one type have. Handing
a type on (`sync(connector, "orders")`) asks nothing. Names of Business Central's sets of entities sound the same and
are others. Border: says where; what is lawful, the law says.
"""
from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes
from jinja2.ext import i18n

from tests.repository import ROOT, file_of, module_of

OF_ENTITIES = frozenset({"entity_set", "set", "target", "LENGTHS"})
"""What is called so holds sets of entities of Business Central: customers, companies, items."""

A_TYPE = frozenset({"type", "types", "type_name"})
"""What the name of a type is called."""

OF_A_TEXT = frozenset({"startswith", "endswith", "removeprefix", "removesuffix"})
LOOKS = frozenset({
    "get", "pop", "setdefault", "count", "index", "__contains__", "__eq__", "__ne__", "discard", "remove", "difference",
    "intersection", "isdisjoint", "issubset", "issuperset", "symmetric_difference",
})
OPERATORS = frozenset({"eq", "ne", "contains", "countOf", "indexOf"})
"""Functions of the module operator that compare."""


def asked_in_python(source: str, types: Iterable[str], module: str = "") -> Iterator[int]:
    """The lines of a module that ask; a function about one person (`whom`) may."""
    tree = ast.parse(source)
    return _asked(tree, _Names(frozenset(types), _constants(tree, module, frozenset(types))))


def asked_in_template(source: str, types: Iterable[str]) -> Iterator[int]:
    """The lines of a template that ask."""
    wanted = frozenset(types)
    for node in Environment(extensions=[i18n]).parse(source).find_all(
            (nodes.Compare, nodes.Dict, nodes.Getitem, nodes.Getattr, nodes.For, nodes.Test, nodes.Call)):
        if _template_asks(node, wanted):
            yield node.lineno


class _Names:
    """The names of types, and what else holds one: constants of the module, and those that it imports."""

    def __init__(self, types: frozenset[str], constants: Mapping[str, str]) -> None:
        self.types, self.constants = types, constants

    def named(self, node: ast.AST | None) -> bool:
        """Whether this is the name of a type, or several of which one is."""
        match node:
            case ast.Constant(value=str() as value):
                return value in self.types
            case ast.Name() | ast.Attribute():
                return ast.unparse(node) in self.constants
        return any(map(self.named, _parts(node)))

    def several(self, node: ast.AST) -> bool:
        """Whether this is several, and the name of a type is among them."""
        return self.named(node) and not isinstance(node, ast.Constant | ast.Dict)


def _parts(node: ast.AST | None) -> list[ast.expr]:
    """What stands in several that are written out."""
    match node:
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return parts
        case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple" | "list"), args=parts):
            return parts
        case ast.Starred(value=value):
            return [value]
    return []


def asked_by_class(source: str, structs: Iterable[str]) -> Iterator[int]:
    """The lines of a module that ask of which of these classes something is."""
    wanted = frozenset(structs)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.MatchClass(cls=asked) | ast.Call(func=ast.Name(id="isinstance"), args=[_, asked]):
                if any(_called(one) in wanted for one in ast.walk(asked)):
                    yield asked.lineno
            case ast.Compare(left=ast.Call(func=ast.Name(id="type")), comparators=others):
                if any(_called(one) in wanted for one in others):
                    yield node.lineno


def _asked(node: ast.AST, names: _Names) -> Iterator[int]:
    if isinstance(node, ast.FunctionDef) and any(one.arg == "whom" for one in node.args.args):
        return
    if _asks(node, names):
        yield getattr(node, "lineno", 0)
    for child in ast.iter_child_nodes(node):
        yield from _asked(child, names)


def _asks(node: ast.AST, names: _Names) -> bool:
    match node:
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            return any(map(names.named, sides)) and not any(_called(side) in OF_ENTITIES for side in sides)
        case ast.MatchValue(value=value):
            return names.named(value)
        case ast.Dict(keys=keys):
            return _is_table(len(keys), sum(map(names.named, keys)))
        case ast.Subscript(value=ast.Dict(keys=keys), slice=key) if any(map(names.named, keys)):
            return _called(key) in A_TYPE
        case (ast.DictComp(generators=each) | ast.ListComp(generators=each) | ast.SetComp(generators=each)
              | ast.GeneratorExp(generators=each)):
            return any(names.named(one.iter) for one in each)
        case ast.For(iter=each):
            return names.named(each)
        case ast.Subscript(value=table, slice=key):
            return names.named(key) and _called(table) not in OF_ENTITIES
        case ast.Call(func=ast.Attribute(value=of, attr=does), args=[first, *_]) if does in OF_A_TEXT:
            return _called(of) in A_TYPE or names.named(first)
        case ast.Call(func=ast.Attribute(value=ast.Dict(keys=keys), attr="get"), args=[first, *_]) if any(
                map(names.named, keys)):
            return _called(first) in A_TYPE
        case ast.Call(func=ast.Attribute(value=of, attr=does), args=[first, *_]) if does in LOOKS:
            return (names.named(first) or names.several(of)) and _called(of) not in OF_ENTITIES
        case ast.Call(func=ast.Name(id=does) | ast.Attribute(attr=does), args=[_, _] as sides) if does in OPERATORS:
            return any(map(names.named, sides))
        case ast.Call(func=ast.Name(id="dict"), keywords=[*pairs]) if pairs:
            return _is_table(len(pairs), sum(one.arg in names.types for one in pairs))
        case ast.BinOp(left=left, op=ast.Sub() | ast.BitAnd() | ast.BitXor(), right=right):
            return names.several(left) or names.several(right)
    return False


def _is_table(keys: int, types: int) -> bool:
    """Whether a dict is one by types: with two of them, or little else. A single one is a name on a page, mostly."""
    return types > 1 or 2 * types > keys


def _called(node: ast.AST) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Subscript(value=inner):
            return _called(inner)
    return ""


def _constants(tree: ast.AST, module: str, types: frozenset[str]) -> Mapping[str, str]:
    """What holds a type's name here: NAME = "orders", imported constants, and module.NAME."""
    found = _own_constants(tree, types)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            package = module.rsplit(".", node.level)[0] + "." if node.level else ""
            origin = f"{package}{node.module or ''}".rstrip(".")
            for alias in node.names:
                here, of = alias.asname or alias.name, constants_of(origin, types)
                found |= {here: of[alias.name]} if alias.name in of else {
                    f"{here}.{name}": value
                    for name, value in constants_of(f"{origin}.{alias.name}", types).items()}
    return found


@cache
def constants_of(module: str, types: frozenset[str]) -> Mapping[str, str]:
    """The constants of a module of ours that hold the name of a type, and those that it has from where they stand."""
    path = file_of(module)
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8")) if path else ast.Module([], [])
    return _own_constants(tree, types) | {
        alias.asname or alias.name: value
        for node in tree.body if isinstance(node, ast.ImportFrom) and not node.level for alias in node.names
        if (value := _own_constants_of(node.module or "", types).get(alias.name))}


@cache
def _own_constants_of(module: str, types: frozenset[str]) -> Mapping[str, str]:
    path = file_of(module)
    return _own_constants(ast.parse((ROOT / path).read_text(encoding="utf-8")), types) if path else {}


def _own_constants(tree: ast.AST, types: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in getattr(tree, "body", ()):
        match node:
            case ast.Assign(targets=[target], value=value):
                pairs = [(target, value)]
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs = list(zip(target.elts, value.elts, strict=False))
                found |= {ast.unparse(name): one for name, said in pairs if (one := _type_in(said, types))}
            case ast.AnnAssign(target=target, value=said) if one := _type_in(said, types):
                found[ast.unparse(target)] = one
    return found


def _type_in(node: ast.AST | None, types: frozenset[str]) -> str:
    """The type that this names, the first of them where it names several; "" for none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and node.value in types else ""
    return next((one for part in _parts(node) if (one := _type_in(part, types))), "")


def _template_asks(node: nodes.Node, types: frozenset[str]) -> bool:
    match node:
        case nodes.Compare(expr=left, ops=others):
            sides = [left, *(one.expr for one in others)]
            return any(_is_type(side, types) for side in sides) and not any(
                _called_in_template(side) in OF_ENTITIES for side in sides)
        case nodes.Dict(items=pairs):
            return _is_table(len(pairs), sum(_is_type(pair.key, types) for pair in pairs))
        case nodes.Getitem(arg=key):
            return _is_type(key, types)
        case nodes.For(iter=each):
            return _is_type(each, types)
        case nodes.Call(node=nodes.Getattr(node=of, attr=does), args=[first, *_]):
            return does in OF_A_TEXT | LOOKS and (_is_type(first, types) or _called_in_template(of) in A_TYPE)
    return False


def _called_in_template(node: nodes.Node) -> str:
    return str(getattr(node, "attr", getattr(node, "name", "")))


def _is_type(node: nodes.Node, types: frozenset[str]) -> bool:
    match node:
        case nodes.Const(value=str() as value):
            return value in types
        case nodes.Tuple(items=parts) | nodes.List(items=parts):
            return any(_is_type(part, types) for part in parts)
    return False


def places(paths: Iterable[Path], types: Iterable[str]) -> Iterator[str]:
    """file:line of every question in these modules and templates."""
    for path in paths:
        text = (ROOT / path).read_text(encoding="utf-8")
        asked = asked_in_template(text, types) if path.suffix == ".html" else asked_in_python(
            text, types, module_of(path))
        yield from (f"{path}:{line}" for line in sorted(set(asked)))
