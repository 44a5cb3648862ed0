"""Every refusal we know of: what is done about it, and what it is called in our catalogue.

refusals.json carries over Business Central's documented error codes and texts, and their French forms.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.business_central import refusals
from shared.business_central.refusals import Written, refusal
from shared.business_central.retries import Action, Failure, action_for
from shared.errors import ConnectorError, RecordRefused
from shared.problems import CATALOGUE
from tests.wording import left_in_english, quotes

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "refusals.json").read_text())
REFUSED = [case for case in CASES if "problem" in case]
STOPS_THE_RUN = {"bc-unauthorized", "bc-company-unknown"}


def _name(case: dict[str, Any]) -> str:
    return f"{case['status']} {case['what']}"


def _failure(case: dict[str, Any]) -> Failure:
    return Failure(case["status"], case["code"], case["message"])


def _refusal(case: dict[str, Any]) -> ConnectorError:
    return refusal(_failure(case), Written("salesOrders", case.get("written", {})))


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_what_is_done_about_it(case: dict[str, Any]) -> None:
    failure = _failure(case)

    assert action_for(failure, "GET") is Action[case["action"]]
    assert action_for(failure, "POST") is Action[case.get("post", case["action"])]


@pytest.mark.parametrize("case", REFUSED, ids=_name)
def test_what_it_is_called(case: dict[str, Any]) -> None:
    problem = _refusal(case)

    assert problem.code == case["problem"]
    assert problem.code in CATALOGUE
    for part in case.get("says", []):
        assert part in problem.detail


@pytest.mark.parametrize("case", REFUSED, ids=_name)
def test_it_is_told_in_the_reader_s_language_around_business_central_s_own_words(case: dict[str, Any]) -> None:
    problem = _refusal(case)

    assert left_in_english(problem.sentence) == []
    assert all(said in case["message"] for said in quotes(problem.sentence))


@pytest.mark.parametrize("case", REFUSED, ids=_name)
def test_only_sign_in_and_company_stop_the_run(case: dict[str, Any]) -> None:
    problem = _refusal(case)

    assert isinstance(problem, RecordRefused) is (case["problem"] not in STOPS_THE_RUN)
    if "kind" in case:
        assert type(problem) is getattr(refusals, case["kind"])


def test_an_unknown_refusal_is_told_in_business_centrals_own_words() -> None:
    problem = refusal(Failure(400, "Application_DialogException", "The moon is not in the right phase."), Written())

    assert problem.code == "record-refused"
    assert problem.detail == "The moon is not in the right phase."


def test_a_refusal_without_words_names_its_status() -> None:
    problem = refusal(Failure(418, "", ""), Written())

    assert "418" in problem.detail


def test_a_malformed_request_names_the_entity_set_it_was_for() -> None:
    failure = Failure(400, "BadRequest", "The property 'x' does not exist.")

    problem = refusal(failure, Written("customers", {"x": 1}))

    assert problem.detail == "customers: The property 'x' does not exist."
