"""HTTP: the description of the API (OpenAPI 3.1), written by local/openapi.py and held to the app by a test."""
from __future__ import annotations

from functools import cache
from pathlib import Path

import azure.functions as func
import msgspec

from functions.http import Answer, Call, edge

blueprint = func.Blueprint()


@blueprint.function_name("describe_api")
@blueprint.route("api/openapi.json", methods=["GET"])
@edge
def describe_api(call: Call) -> Answer:
    return Answer(msgspec.Raw(_description()))


@cache
def _description() -> bytes:
    return (Path(__file__).parent / "openapi.json").read_bytes()
