"""What every answer of the app carries, whatever it says."""
from __future__ import annotations

import re
from typing import Any

import azure.functions as func
import pytest

from tests.admin import admin_api, trigger
from tests.house import House
from tests.repository import ROOT, declared_functions, python_files

OVER_HTTP = sorted(name for name, bindings in declared_functions().items()
                   if any(binding["type"] == "httpTrigger" for binding in bindings))

NOBODY = dict.fromkeys(("shop", "number", "kind", "type", "id", "run", "part", "record"), "NOBODY")


def caution(answer: func.HttpResponse) -> tuple[Any, Any]:
    return answer.headers.get("Cache-Control"), answer.headers.get("X-Content-Type-Options")


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_no_answer_is_kept_on_its_way_or_taken_for_something_else(
    house: House, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    with admin_api(house, monkeypatch):
        answers = {name: trigger(name)(func.HttpRequest(
            method="GET", url="/", headers={"Accept": accept}, body=b"", route_params=NOBODY,
        )) for name in OVER_HTTP}

    assert {name: caution(answer) for name, answer in answers.items()} == dict.fromkeys(
        OVER_HTTP, ("no-store", "nosniff"))
    assert {answer.status_code for answer in answers.values()} >= {200, 400, 404}


def test_a_download_carries_it_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.customer(7001)
    house.sync("customers")
    (capture,) = house.connector.captures.of_record(house.shop, "customers", "7001")

    with admin_api(house, monkeypatch) as admin:
        answer = admin.raw("download_data_capture", type="customers", id=capture.id)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert caution(answer) == ("no-store", "nosniff")


def test_answers_are_made_in_one_place() -> None:
    makers = {str(path) for path in python_files("functions")
              if re.search(r"HttpResponse\(", (ROOT / path).read_text())}

    assert makers == {"functions/http.py"}
