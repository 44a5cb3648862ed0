"""The property names that Azure's REST interface knows, taken from the models of its management packages.

Two generations of models are on the market: the newer one declares its fields with `rest_field`, the older one
keeps an `_attribute_map` whose dotted keys lead into "properties". Border: names and their nesting, no values.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from inspect import get_annotations
from types import ModuleType
from typing import Any

Names = dict[str, Any]
"""Name -> Names of what is inside, or None where anything may stand."""


def names_of(package: str, model: str) -> Names:
    """Names of a model, e.g. ("azure.mgmt.web", "Site")."""
    models = import_module(f"{package}.models")
    return _names(models, model)


def strangers(value: Any, names: Names | None, path: str = "") -> Iterator[str]:
    """Paths in a value that the names do not allow."""
    if names is None:
        return
    if isinstance(value, list):
        for one in value:
            yield from strangers(one, names, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in names:
                yield f"{path}{name}"
            else:
                yield from strangers(inner, _opened(names[name]), f"{path}{name}.")


def _opened(later: Any) -> Names | None:
    # Models refer to one another in circles, so what is inside a name is only looked up when it is needed.
    return None if later is None else later()


def _names(models: ModuleType, model: str) -> Names:
    kind = getattr(models, model)
    if hasattr(kind, "_attribute_map"):
        return _older(models, kind)
    return {name: _inside(models, annotation) for name, annotation in _newer(kind)}


def _newer(kind: type) -> Iterator[tuple[str, str]]:
    for base in reversed(kind.__mro__):
        for attribute, annotation in get_annotations(base).items():
            field = base.__dict__.get(attribute)
            if hasattr(field, "_rest_name_input"):
                yield field._rest_name_input or attribute, str(annotation)


def _older(models: ModuleType, kind: Any) -> Names:
    names: Names = {}
    for mapped in kind._attribute_map.values():
        first, _, rest = re.sub(r"\\\.", "\0", mapped["key"]).partition(".")
        if not rest:
            names[first] = _inside(models, mapped["type"])
        else:
            group: Names = names.setdefault(first, dict)()
            group[rest] = _inside(models, mapped["type"])
            names[first] = lambda group=group: group
    return names


def _inside(models: ModuleType, annotation: str) -> Any:
    """How to find the names inside a type like Optional[list["_models.Rule"]] or [Rule]; None where anything fits."""
    if "{" in annotation or "dict[" in annotation.lower():
        return None
    for word in re.findall(r"\w+", annotation.replace("_models.", "")):
        found = getattr(models, word, None)
        if isinstance(found, type) and (hasattr(found, "_attribute_map") or list(_newer(found))):
            return lambda: _names(models, word)
    return None
