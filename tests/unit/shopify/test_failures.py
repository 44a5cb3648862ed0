"""What is tried again, how long we wait, and which error stands at the end."""

from __future__ import annotations

import pytest

from shared.errors import OutcomeUnknown, ServiceUnavailable
from shared.problems import CATALOGUE
from shared.shopify.failures import REFUSED_STATUS, RULES, Failure, Passing, gave_up, next_wait, refused


@pytest.mark.parametrize("kind, asked, tries, chance, wait", [
    pytest.param(Passing.SERVER_FAULT, None, 1, 1.0, 1.0, id="first 5xx: a second at most"),
    pytest.param(Passing.SERVER_FAULT, None, 1, 0.0, 0.5, id="first 5xx: half of it at least"),
    pytest.param(Passing.SERVER_FAULT, None, 2, 1.0, 2.0, id="second 5xx: doubled"),
    pytest.param(Passing.SERVER_FAULT, None, 3, 1.0, None, id="third 5xx: give up"),
    pytest.param(Passing.NO_ANSWER, None, 3, 1.0, None, id="third lost connection: give up"),
    pytest.param(Passing.TURNED_AWAY, None, 2, 1.0, 4.0, id="second challenge: after a longer while"),
    pytest.param(Passing.TURNED_AWAY, None, 4, 1.0, None, id="fourth challenge: give up"),
    pytest.param(Passing.TOO_MANY_REQUESTS, 7.0, 1, 1.0, 7.0, id="429 says how long"),
    pytest.param(Passing.TOO_MANY_REQUESTS, 600.0, 1, 1.0, None, id="429 asks for too long"),
    pytest.param(Passing.THROTTLED, 2.0, 1, 1.0, 2.0, id="THROTTLED: what the points say"),
    pytest.param(Passing.THROTTLED, 0.0, 3, 1.0, 2.0, id="THROTTLED though points are there: longer each time"),
    pytest.param(Passing.THROTTLED, 2.0, 8, 1.0, None, id="THROTTLED is not asked forever"),
])
def test_next_wait(kind: Passing, asked: float | None, tries: int, chance: float, wait: float | None) -> None:
    assert next_wait(Failure(kind, "", asked), tries, chance) == wait


def test_caller_may_ask_for_fewer_tries_after_server_faults() -> None:
    assert next_wait(Failure(Passing.SERVER_FAULT, ""), 2, 1.0, most_tries=2) is None


def test_caller_cannot_cut_short_the_wait_for_points() -> None:
    assert next_wait(Failure(Passing.THROTTLED, "", 2.0), 2, 1.0, most_tries=1) == 2.0


@pytest.mark.parametrize("kind, code", [
    (Passing.THROTTLED, "shopify-throttled"), (Passing.TOO_MANY_REQUESTS, "shopify-throttled"),
    (Passing.TURNED_AWAY, "shopify-refused"),
    (Passing.SERVER_FAULT, "shopify-unavailable"), (Passing.NO_ANSWER, "shopify-unavailable")])
def test_failure_that_does_not_pass_names_itself_and_the_tries(kind: Passing, code: str) -> None:
    error = gave_up(Failure(kind, "Shopify answers HTTP 502"), 3, wrote=False)

    assert isinstance(error, ServiceUnavailable)
    assert (error.code, error.detail) == (code, "Shopify answers HTTP 502 (3 tries)")


def test_lost_answer_of_a_mutation_is_an_unknown_outcome() -> None:
    assert isinstance(gave_up(Failure(Passing.NO_ANSWER, "lost"), 1, wrote=True), OutcomeUnknown)


def test_mutation_that_was_turned_away_was_not_run_and_is_no_unknown_outcome() -> None:
    assert isinstance(gave_up(Failure(Passing.TURNED_AWAY, "challenged"), 4, wrote=True), ServiceUnavailable)


def test_throttled_mutation_was_not_run_and_is_no_unknown_outcome() -> None:
    assert isinstance(gave_up(Failure(Passing.THROTTLED, "busy"), 8, wrote=True), ServiceUnavailable)


@pytest.mark.parametrize("status, code", [
    (400, "shopify-refused"), (401, "reconnect-required"), (402, "shopify-refused"),
    (403, "access-scope-changed"), (404, "shop-url-invalid"), (423, "shopify-refused"), (302, "shopify-refused")])
def test_status_that_no_retry_changes(status: int, code: str) -> None:
    error = refused(status, "words of Shopify")

    assert error.code == code
    assert f"HTTP {status}" in error.detail
    assert "words of Shopify" in error.detail


def test_every_code_has_its_entry_in_the_catalogue() -> None:
    codes = {rule.code for rule in RULES.values()} | {code for code, _ in REFUSED_STATUS.values()}

    assert codes <= CATALOGUE.keys()
