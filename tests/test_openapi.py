"""openapi.json says what the app takes: every route, and the definitions that check the input."""
from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any, get_args

import msgspec

from shared.admin.captures import CapturesView, ComparisonView
from shared.admin.logs import EntriesView, EntryView
from shared.admin.operations import OperationsView
from shared.admin.orders import ElsewhereView, TaxApartView
from shared.admin.records import RecordView
from shared.admin.set_up_check import SetUpView
from shared.admin.skipped import SkippedView
from shared.admin.synchronization import InfoView, RunView
from shared.journal.escalation import EscalationReport
from shared.journal.purges import Purge
from shared.stores.payments import Dispute, Payout
from shared.stores.privacy_receipts import Receipt
from shared.sync.dry_run import DryRun
from shared.sync.replay import Replayed
from shared.to_business_central.orders.one_order import Synchronized
from shared.to_business_central.orders.resolving import Resolved
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


OTHER_WORDS = {"number", "numbers", "kind", "kinds", "record"}
NO_IDS = {("Problem", "record"), ("ShippingCharge", "number"),
          ("CaptureQuery", "record"), ("CapturePageQuery", "record"),
          ("/api/shops/{shop}/data-captures", "record"), ("/api/shops/{shop}/data-captures/download", "record")}
"""A record's name in a sentence, the number of an account or item in Business Central, and what somebody calls a
record: its id or its name."""


def test_nothing_that_means_an_id_or_a_type_is_called_otherwise() -> None:
    content = described()

    named = {(schema, name) for schema, one in content["components"]["schemas"].items()
             for name in one.get("properties", {})}
    named |= {(path, part["name"]) for path, methods in content["paths"].items() for one in methods.values()
              for part in one.get("parameters", [])}
    assert {one for one in named if one[1] in OTHER_WORDS} == NO_IDS


def test_every_id_is_a_text() -> None:
    content = described()

    schemas = [(name, schema) for one in content["components"]["schemas"].values()
               for name, schema in one.get("properties", {}).items()]
    schemas += [(part["name"], part["schema"]) for methods in content["paths"].values() for one in methods.values()
                for part in one.get("parameters", [])]
    ids = [schema["type"] for name, schema in schemas if name == "id" or name.endswith("_id")]
    assert set(ids) == {"string"}


def test_nothing_that_is_answered_calls_an_id_or_a_type_otherwise() -> None:
    fields = {(type.__name__, field.name): field.type for type in answered() for field in msgspec.structs.fields(type)}

    assert {name for _, name in fields} & (OTHER_WORDS - {"number", "record"}) == set()
    assert {type for type, name in fields if name == "number"} == OF_BUSINESS_CENTRAL
    assert {one: type for one, type in fields.items() if one[1] == "id" or one[1].endswith("_id")
            if type not in (str, str | None)} == {}


OF_BUSINESS_CENTRAL = {"Synchronized", "Resolved", "Replayed", "ElsewhereBooked", "TaxApart", "Standing"}
"""Answers with the number of a document, a customer or an item."""

ANSWERS = (
    SkippedView, SetUpView, CapturesView, ComparisonView, EntriesView, EntryView, EscalationReport, Purge,
    OperationsView, RecordView, InfoView, RunView, ElsewhereView, TaxApartView, Synchronized, Resolved, Replayed,
    DryRun, Receipt, Payout, Dispute,
)


def answered() -> set[type[msgspec.Struct]]:
    """What the API answers, with all that is in it."""
    found: set[type[msgspec.Struct]] = set()
    waiting: list[Any] = list(ANSWERS)
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, msgspec.Struct) and one not in found:
            found.add(one)
            waiting += [field.type for field in msgspec.structs.fields(one)]
        waiting += get_args(one)
    return found
