"""The settings that the infrastructure sets, as it writes them down."""
from __future__ import annotations

import json
from typing import Any

from tests.infra.bicep import INFRA, MAIN, read


def azure_settings() -> dict[str, Any]:
    """The app's settings as the infrastructure sets them."""
    app = read(INFRA / "modules" / "functions.bicep")
    worked_out = next(one for one in read(MAIN).modules if one.symbol == "functions").body["params"]["workedOut"]
    return {**json_of("settings.json"), **given_settings(), **worked_out, **app.variables["byIdentity"],
            **app.variables["secrets"], **app.variables["ofThisApp"]}


def given_settings() -> dict[str, str]:
    """The settings that azd hands on as they are: ${CONNECTOR_NAME=…} of the azd environment."""
    given: dict[str, str] = json_of("main.parameters.json")["parameters"]["given"]["value"]
    return given


def values_of_azd() -> dict[str, str]:
    """What azd fills in: by parameter, and by setting where it is handed on as it is."""
    values = {name: each["value"] for name, each in json_of("main.parameters.json")["parameters"].items()}
    return {name: value for name, value in values.items() if isinstance(value, str)} | given_settings()


def json_of(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((INFRA / name).read_text())
    return content
