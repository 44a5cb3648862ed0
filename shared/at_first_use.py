"""Packages whose modules are imported when somebody first names them, not with the package (PEP 562).

Every function of the app is registered at a cold start, and then one of them is called: what the others need is not
loaded. `from shared import admin` costs nothing, `admin.captures.raw(…)` imports `shared.admin.captures` once.
"""
from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def modules_of(package: str) -> Callable[[str], ModuleType]:
    """What a package takes for its `__getattr__`; AttributeError for what is no module of it."""

    def named(name: str) -> ModuleType:
        path = f"{package}.{name}"
        if name.startswith("__") or find_spec(path) is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return import_module(path)

    return named
