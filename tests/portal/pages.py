"""Every page of the portal and every form, as the app declares them, with an address of each in a house."""
from __future__ import annotations

import re

from tests.house import House
from tests.repository import declared_functions

OPEN_TO_EVERYBODY = {"portal_static", "portal_language", "portal_signed_out"}
"""Nothing of a shop is in them."""

LOOKS = {"portal_search"}
"""Forms that change nothing: viewers send them too."""


def functions(method: str) -> dict[str, str]:
    """Name -> route of the portal's functions with this method, but for those that are open to everybody."""
    triggers = {name: bindings[0] for name, bindings in declared_functions().items() if name.startswith("portal_")}
    return {name: f"/{one['route']}" for name, one in triggers.items()
            if method in one["methods"] and name not in OPEN_TO_EVERYBODY}


def page_functions() -> dict[str, str]:
    """Name -> route of those that answer with a page, and not with a file."""
    files = ("download", "request", "response", "export")
    return {name: route for name, route in functions("GET").items() if not route.endswith(files)}


def pattern(route: str) -> re.Pattern[str]:
    """What an address of this route looks like, its question left out."""
    return re.compile(re.sub(r"\{[^}]+\}", "[^/?]+", route) + r"(\?.*)?")


def address(route: str, house: House) -> str:
    """An address of this route: that of the house's shop, and of nothing else that is there."""
    parts = {"shop": house.shop, "type": "orders", "id": "1", "number": "1", "run": "1"}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: parts[part[1]], route)
