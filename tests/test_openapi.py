"""openapi.json says what the app takes: every route, and the definitions that check the input."""
from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

from tests.repository import ROOT, declared_routes

FILE = ROOT / "functions" / "openapi.json"


def described() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(FILE.read_text())
    return value


def test_the_file_is_what_the_app_says_today() -> None:
    done = subprocess.run([sys.executable, "-m", "local.openapi", "--print"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == described(), "write it anew: .venv/bin/python -m local.openapi"


def test_every_route_is_described_and_no_other_is() -> None:
    paths = described()["paths"]

    found = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert found == set(declared_routes())


def test_every_part_of_a_path_is_a_parameter_and_every_operation_has_a_name_of_its_own() -> None:
    operations = [(path, one) for path, methods in described()["paths"].items() for one in methods.values()]

    for path, operation in operations:
        in_path = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
        assert in_path == re.findall(r"\{(\w+)\}", path), path
    names = [operation["operationId"] for _, operation in operations]
    assert len(set(names)) == len(names)


def test_every_reference_leads_to_a_schema() -> None:
    schemas = described()["components"]["schemas"]

    references = set(re.findall(r'"#/components/schemas/(\w+)"', FILE.read_text()))
    assert references <= set(schemas)
    assert schemas["Dismissal"]["properties"]["note"] == {"type": "string", "minLength": 1, "maxLength": 500}
    assert schemas["Dismissal"]["additionalProperties"] is False


def test_a_call_that_writes_with_a_body_says_which() -> None:
    paths = described()["paths"]

    bodies = {path: one["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
              for path, methods in paths.items() for one in methods.values() if "requestBody" in one}
    assert bodies["/api/shops/{shop}"] == "SomeOfShopCard"
    assert bodies["/api/shops/{shop}/sync"] == "StartSync"
    assert bodies["/api/shops/{shop}/data-captures/{type}/{id}/replay"] == "Replay"
