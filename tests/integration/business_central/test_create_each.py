"""Several rows in one request, each for itself: what is said of each, and what is not said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.business_central.client import BatchRefused, BusinessCentral, TurnedAway
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused, ServiceUnavailable
from shared.exchange import Exchange
from tests.integration.business_central.conftest import COMPANY
from tests.integration.business_central.scripted_server import DROP, Answer, ScriptedServer, refuses, says
from tests.manual_clock import ManualClock

THREE = {"SHP-1": {"customerNumber": "C1"}, "SHP-2": {"customerNumber": "C2"}, "SHP-3": {"customerNumber": "C3"}}
LOCKED = "The operation could not complete because a record was locked by another user."


def error(status: int, code: str, message: str) -> dict[str, Any]:
    return {"status": status, "body": {"error": {"code": code, "message": f"{message}  CorrelationId:  1f3c."}}}


def row(number: str) -> dict[str, Any]:
    return {"status": 201, "body": {"id": number, "number": number}}


def parts(**said: dict[str, Any]) -> Answer:
    return says({"responses": [{"id": key.replace("_", "-"), "headers": {}, **part} for key, part in said.items()]})


def created(bc: BusinessCentral) -> dict[str, Any]:
    made, _ = bc.create_each("salesOrders", THREE, expand="salesOrderLines")
    return made


def test_they_go_out_in_their_order_under_their_own_names_each_for_itself(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(parts(SHP_1=row("S1"), SHP_2=row("S2"), SHP_3=row("S3")))

    created(bc)

    [sent] = server.requests
    asked = json.loads(sent.body)["requests"]
    assert [(one["id"], one["body"]["customerNumber"]) for one in asked] == [
        ("SHP-1", "C1"), ("SHP-2", "C2"), ("SHP-3", "C3")]
    assert {one["url"] for one in asked} == {f"companies({COMPANY})/salesOrders?$expand=salesOrderLines"}
    assert sent.headers["Prefer"] == "odata.continue-on-error"
    assert "Isolation" not in sent.headers
    assert not {"dependsOn", "atomicityGroup"} & set(asked[0])
    assert (bc.calls, bc.writes) == (1, 3)


def test_each_has_its_own_answer_whatever_their_order(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(parts(SHP_3=row("S3"), SHP_1=row("S1"), SHP_2=error(400, "Application_DialogException", "No.")))

    made = created(bc)

    assert (made["SHP-1"]["number"], made["SHP-3"]["number"]) == ("S1", "S3")
    assert isinstance(made["SHP-2"], RecordRefused)
    assert "No." in made["SHP-2"].detail


@pytest.mark.parametrize("part", [
    error(429, "Application_TooManyRequests", "Too many requests reached."),
    error(400, "Application_DialogException", LOCKED),
    error(503, "Internal_TenantUnavailable", "The service is not available."),
    error(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials."),
])
def test_a_part_that_was_not_begun_may_be_sent_by_itself(
    bc: BusinessCentral, server: ScriptedServer, part: dict[str, Any]
) -> None:
    server.answers(parts(SHP_1=row("S1"), SHP_2=part, SHP_3=row("S3")))

    assert isinstance(created(bc)["SHP-2"], TurnedAway)


@pytest.mark.parametrize("part", [
    error(500, "Internal_ServerError", "An error occurred."), error(408, "", ""), error(504, "", ""),
    {"status": 201}, {"status": 201, "body": {}}, {"status": 204},
])
def test_a_part_of_which_nobody_can_say_what_became_is_unknown_and_the_others_are_not(
    bc: BusinessCentral, server: ScriptedServer, part: dict[str, Any]
) -> None:
    server.answers(parts(SHP_1=row("S1"), SHP_2=part, SHP_3=row("S3")))

    made = created(bc)

    assert isinstance(made["SHP-2"], OutcomeUnknown)
    assert (made["SHP-1"]["number"], made["SHP-3"]["number"]) == ("S1", "S3")


def test_a_part_without_an_answer_is_unknown(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(parts(SHP_1=row("S1")))

    made = created(bc)

    assert made["SHP-1"]["number"] == "S1"
    assert [type(made[key]) for key in ("SHP-2", "SHP-3")] == [OutcomeUnknown, OutcomeUnknown]


@pytest.mark.parametrize("answer", [
    DROP, Answer(504), Answer(408), Answer(200, b"<html>log in</html>"), says({"value": []}), says([]),
    parts(SHP_1=row("S1"), SHP_9=row("S9")),
    says({"responses": [{"id": "SHP-1", **row("S1")}, {"id": "SHP-1", **row("S2")}]}),
    says({"responses": [{"id": None, **row("S1")}]}), says({"responses": [{"id": "SHP-1", "status": "fine"}]}),
    refuses(500, "Internal_ServerError", "An error occurred."), refuses(400, "Application_DialogException", LOCKED),
])
def test_an_answer_that_says_nothing_of_them_makes_all_of_them_unknown_and_is_not_asked_for_again(
    bc: BusinessCentral, server: ScriptedServer, answer: Answer
) -> None:
    server.answers(answer)

    with pytest.raises(OutcomeUnknown):
        created(bc)

    assert len(server.requests) == 1


def test_a_batch_that_was_turned_away_as_a_whole_is_sent_again(
    bc: BusinessCentral, server: ScriptedServer, clock: ManualClock
) -> None:
    looked = []
    server.answers(
        refuses(429, "Application_TooManyRequests", "Too many requests reached.", ("Retry-After", "7")),
        refuses(503, "Internal_TenantUnavailable", "The service is not available."),
        parts(SHP_1=row("S1"), SHP_2=row("S2"), SHP_3=row("S3")))

    made, _ = bc.create_each("salesOrders", THREE, before=lambda: looked.append(clock.now()))

    assert [made[key]["number"] for key in THREE] == ["S1", "S2", "S3"]
    assert len(looked) == 3, "what must be sure before a request is made sure of before each"
    assert len(clock.sleeps) == 2


def test_a_service_that_stays_busy_has_taken_none_of_them(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(*[refuses(429, "Application_TooManyRequests", "Too many requests reached.")] * 6)

    with pytest.raises(ServiceUnavailable) as busy:
        created(bc)

    assert busy.value.code == "bc-throttled"


@pytest.mark.parametrize("answer", [
    refuses(400, "BadRequest", "The batch is not valid."), refuses(501, "BadRequest_MethodNotImplemented", "No."),
    refuses(500, "Unknown", "The current batch message contains too many parts."), Answer(413),
])
def test_a_batch_that_is_refused_as_such_says_so(
    bc: BusinessCentral, server: ScriptedServer, answer: Answer
) -> None:
    server.answers(answer)

    with pytest.raises(BatchRefused):
        created(bc)


def test_a_sign_in_that_is_refused_is_no_refusal_of_batches(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(*[refuses(401, "Authentication_InvalidCredentials", "Rejected.")] * 2)

    with pytest.raises(ConnectorError) as refused:
        created(bc)

    assert (refused.value.code, isinstance(refused.value, BatchRefused)) == ("bc-unauthorized", False)


def test_the_log_entry_names_each_part_that_failed_with_its_status(
    bc: BusinessCentral, server: ScriptedServer, exchanges: list[Exchange]
) -> None:
    server.answers(parts(SHP_1=row("S1"), SHP_2=error(400, "Application_DialogException", "No."),
                         SHP_3=error(429, "Application_TooManyRequests", "Later.")))

    created(bc)

    [entry] = exchanges
    assert (entry.status, entry.description, entry.has_error) == (200, "OK, SHP-2: 400, SHP-3: 429", True)
    assert "s3cret-token" not in entry.request + entry.response


def test_the_log_entry_of_a_batch_in_which_all_went_well_is_no_error(
    bc: BusinessCentral, server: ScriptedServer, exchanges: list[Exchange]
) -> None:
    server.answers(parts(SHP_1=row("S1"), SHP_2=row("S2"), SHP_3=row("S3")))

    created(bc)

    assert [(entry.description, entry.has_error) for entry in exchanges] == [("OK", False)]


def test_more_than_a_hundred_are_not_sent(bc: BusinessCentral, server: ScriptedServer) -> None:
    with pytest.raises(ValueError, match="100"):
        bc.create_each("salesOrders", {str(number): {} for number in range(101)})

    assert server.requests == []
