"""Writes functions/openapi.json, the description of the API, from the app itself.

Routes come from the decorators of functions/, bodies and queries from the definitions that check them
(functions/api_inputs.py and the shop card). Source: OpenAPI Specification 3.1.

    python -m local.openapi          write the file
    python -m local.openapi --print  show what it should hold
"""
from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from shared.shops.card_fields import FIELDS

FILE = Path(__file__).parent.parent / "functions" / "openapi.json"
_REFERENCE = "#/components/schemas/{name}"
Json = dict[str, Any]


class Problem(msgspec.Struct):
    """application/problem+json (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    fix: str
    fault: str
    record: str | None


def openapi() -> Json:
    """The description as JSON values."""
    from function_app import app

    endpoints = [each for function in app.get_functions() for each in _endpoints(function)]
    definitions = {one for *_, inputs in endpoints if inputs for one in (inputs.body, inputs.query) if one}
    ordered = sorted(definitions, key=lambda one: one.__name__)
    _, schemas = msgspec.json.schema_components([Problem, *ordered], ref_template=_REFERENCE)
    _tell_fields(schemas["ShopCard"]["properties"])
    schemas |= {f"SomeOf{name}": _partial(schemas[name]) for name in _partials(endpoints)}
    paths: dict[str, Json] = {}
    for name, method, route, level, inputs in sorted(endpoints, key=lambda one: (one[2], one[1])):
        operation = _operation(name, route, level, inputs, schemas)
        paths.setdefault("/" + re.sub(r"\{(\w+):\w+\}", r"{\1}", route), {})[method.lower()] = operation
    key = {"type": "apiKey", "in": "header", "name": "x-functions-key"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shopify Connector for Business Central", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"key": key}},
    }


def _endpoints(function: Any) -> Iterator[tuple[str, str, str, str, Any]]:
    """(name, method, route, level, inputs) of a function of the API; pages of the portal are none, and
    what answers where there is nothing."""
    inputs = getattr(function.get_user_function(), "inputs", None)
    for binding in map(json.loads, function.get_raw_bindings()):
        if binding["type"] == "httpTrigger" and re.match(r"api/(?!\{\*)", binding["route"]):
            several = len(binding["methods"]) > 1
            for method in binding["methods"]:
                name = function.get_function_name() + (f"_{method.lower()}" if several else "")
                yield name, method, binding["route"], binding["authLevel"], inputs


def _tell_fields(properties: Json) -> None:
    """Caption and help of each field of the shop card; a key beside a reference is allowed since 3.1."""
    for name, schema in properties.items():
        told = FIELDS[name]
        properties[name] = {"title": str(told.caption), "description": str(told.help), **schema}


def _partials(endpoints: Iterable[tuple[Any, ...]]) -> set[str]:
    return {inputs.body.__name__ for *_, inputs in endpoints if inputs and inputs.partial}


def _partial(schema: Json) -> Json:
    return {name: value for name, value in schema.items() if name != "required"}


def _operation(name: str, route: str, level: str, inputs: Any, schemas: dict[str, Json]) -> Json:
    operation: Json = {"operationId": name, "summary": name.replace("_", " ").capitalize()}
    parameters = [_in_path(part) for part in re.findall(r"\{([^}]+)\}", route)]
    if inputs and inputs.query:
        properties = schemas[inputs.query.__name__]["properties"].items()
        parameters += [{"name": part, "in": "query", "schema": schema} for part, schema in properties]
    if parameters:
        operation["parameters"] = parameters
    if inputs and inputs.body:
        body = f"SomeOf{inputs.body.__name__}" if inputs.partial else inputs.body.__name__
        required = bool(schemas[body].get("required"))
        operation["requestBody"] = {"required": required, "content": {"application/json": {"schema": {
            "$ref": _REFERENCE.format(name=body)}}}}
    problem = {"application/problem+json": {"schema": {"$ref": _REFERENCE.format(name="Problem")}}}
    operation["responses"] = {
        "2XX": {"description": "Done; see docs/api.md."}, "default": {"description": "Refused.", "content": problem},
    }
    operation["security"] = [{"key": []}] if level == "FUNCTION" else []
    return operation


def _in_path(part: str) -> Json:
    name, _, kind = part.partition(":")
    schema = {"type": "integer"} if kind in ("int", "long") else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _text() -> str:
    return json.dumps(openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if "--print" in sys.argv[1:]:
        sys.stdout.write(_text())
    else:
        FILE.write_text(_text())
