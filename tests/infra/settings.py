"""The settings that the infrastructure sets, as it writes them down."""
from __future__ import annotations

import json
from typing import Any

from tests.infra.bicep import INFRA, MAIN, read


def azure_settings() -> dict[str, Any]:
    """The app's settings as the infrastructure sets them."""
    app = read(INFRA / "modules" / "functions.bicep")
    given = next(module for module in read(MAIN).modules if module.symbol == "functions").body["params"]["given"]
    return {**json_of("settings.json"), **given, **app.variables["byIdentity"], **app.variables["secrets"],
            **app.variables["ofThisApp"]}


def json_of(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((INFRA / name).read_text())
    return content
