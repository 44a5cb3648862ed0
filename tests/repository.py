"""The repository as text: its files, who imports whom, and what the app declares."""
from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from local.dependencies import required

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DECLARED = ROOT / "tests" / "data" / "functions.json"

GROUND = frozenset({
    "at_first_use", "clock", "errors", "exchange", "json_text", "languages", "misfits", "ncrontab", "outgoing",
    "packed_lines", "patience", "problems", "record_names", "settings", "shopify_ids",
    "shops.card", "shops.card_fields", "telemetry", "telemetry_export", "texts", "told_clock",
})
"""Modules that hold words and values, the shop card as a value among them: they know each other only, and everybody may
know them."""

OF_PAGES = frozenset({"babel", "jinja2", "markupsafe"})
"""What makes the portal's pages, and nothing else."""


def declared_functions() -> dict[str, list[dict[str, Any]]]:
    """Function name -> its bindings, as committed."""
    functions: dict[str, list[dict[str, Any]]] = json.loads(DECLARED.read_text())
    return functions


def room_of(module: str) -> str:
    """The room of shared/, or the module of the ground or beside the rooms, that a module is or lies in; "" outside."""
    inside = module.removeprefix("shared.")
    return "" if inside == module else inside if inside in GROUND else inside.split(".")[0]


def rooms_in(modules: Iterable[str]) -> set[str]:
    """The rooms of shared/, and the modules beside them, that these modules lie in."""
    return {room_of(module) for module in modules} - {""}


def files_of(room: str) -> list[Path]:
    """The files of a room, or the one of a module beside the rooms."""
    return [path for path in python_files("shared") if room_of(module_of(path)) == room]


def belongs(name: str, packages: set[str] | frozenset[str]) -> bool:
    """Whether a module is one of these packages or lies inside one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def knows(path: Path, package: str) -> bool:
    """Whether a file imports this package or something of it."""
    return any(belongs(name, {package}) for name in imports(path))


@cache
def imports(path: Path) -> frozenset[str]:
    """Modules a file imports, by full name; `from a import b` gives a.b where that is a module of ours.

    Where it is a package of ours, whose modules are imported when they are first named, `b.c.f` gives a.b.c.
    """
    return frozenset(imported_by(ast.parse((ROOT / path).read_text()), module_of(path)))


def imported_by(tree: ast.AST, module: str) -> Iterator[str]:
    """The modules that this source imports, were it the module of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.rsplit(".", node.level)[0] + "." if node.level else ""
            origin = f"{package}{node.module or ''}".rstrip(".")
            names = [f"{origin}.{alias.name}" for alias in node.names]
            inside = [name for name in names if file_of(name)]
            yield from inside if inside else [origin]
            yield from _named(tree, {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names
                                     if is_package(f"{origin}.{alias.name}")})


def _named(tree: ast.AST, packages: Mapping[str, str]) -> Iterator[str]:
    """The modules of these packages, by what each is called here, that are named somewhere in this source."""
    for node in ast.walk(tree) if packages else ():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in packages:
            module = f"{packages[node.value.id]}.{node.attr}"
            if file_of(module):
                yield module


def is_package(name: str) -> bool:
    return (ROOT / Path(*name.split(".")) / "__init__.py").exists()


def reachable(module: str) -> set[str]:
    """Everything a module of ours imports, itself or through other modules of ours."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        path = file_of(waiting.pop())
        new = imports(path) - found if path else set()
        found |= new
        waiting += new
    return found


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def file_of(module: str) -> Path | None:
    """The file of a module of ours; None for others and for packages without anything in them."""
    path = Path(*module.split(".")).with_suffix(".py")
    return path if (ROOT / path).exists() else None


def root_package(name: str) -> str:
    """azure.data.tables.x -> azure-data-tables, requests.y -> requests: as requirements.txt names it."""
    parts = name.split(".")
    if parts[0] != "azure":
        return parts[0]
    return "-".join(parts[:3] if parts[1] in ("data", "keyvault", "monitor", "storage") else parts[:2])


def python_files(top: str) -> list[Path]:
    """The Python files below a folder of the repository, relative to its root."""
    return sorted(path.relative_to(ROOT) for path in (ROOT / top).rglob("*.py"))


def all_python_files() -> list[Path]:
    return [path for path in own_files() if path.suffix == ".py"]


@cache
def own_files() -> tuple[Path, ...]:
    """Every file that .gitignore does not leave out; needs no git."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()] + [".git"]
    return tuple(sorted(_below(ROOT, ignored)))


def _below(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for entry in folder.iterdir():
        if any(fnmatch(entry.name, pattern) for pattern in ignored):
            continue
        if entry.is_dir():
            yield from _below(entry, ignored)
        else:
            yield entry.relative_to(ROOT)


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8", errors="ignore")


def requirement_lines(name: str) -> list[str]:
    """The requirements of a file on the Python that runs in Azure."""
    return required(name)


def declared_routes() -> Iterator[tuple[str, str]]:
    """(method, path) of every HTTP function of the API, with {id:long} written as {id}; pages are none, and
    what answers where there is nothing."""
    for binding in (one for bindings in declared_functions().values() for one in bindings):
        if binding["type"] == "httpTrigger" and re.match(r"api/(?!\{\*)", binding["route"]):
            path = "/" + re.sub(r"\{(\w+):\w+\}", r"{\1}", binding["route"])
            yield from ((method, path) for method in binding["methods"])
