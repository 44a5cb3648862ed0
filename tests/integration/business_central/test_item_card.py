"""Tariff numbers through the published Item Card: in the simulator, and with answers it never gives."""

from __future__ import annotations

import json
import logging

import pytest

from local.business_central.server import BusinessCentral as Simulator
from shared.business_central.client import BusinessCentral, RowChanged
from shared.business_central.item_card import check_item_card, set_tariff_number
from shared.business_central.sign_in import bearer
from shared.errors import ConnectorError, RecordRefused, ServiceUnavailable
from shared.exchange import Exchange
from tests.integration.business_central.scripted_server import Answer, ScriptedServer, refuses, says
from tests.manual_clock import ManualClock

COMPANY = says({"name": "L'Atelier & fils"})
CARD = says({"No": "1000", "Tariff_No": "940330", "@odata.etag": 'W/"1"'})
CHANGED = says({"No": "1000", "Tariff_No": "847130", "@odata.etag": 'W/"2"'})
TOO_LATE = refuses(409, "Request_EntityChanged", "Another user has already changed the record.")


def set_it(bc: BusinessCentral, *, item: str = "1000") -> bool:
    return set_tariff_number(bc, "ItemCard", item, "847130")


# In the simulator


def test_a_number_that_differs_is_set_and_a_second_time_nothing_is_sent(
    company: BusinessCentral, simulator: Simulator
) -> None:
    first, writes = set_it(company), company.writes
    second = set_it(company)

    assert (first, second) == (True, False)
    assert simulator.control.row("items", "1000")["tariffNo"] == "847130"
    assert (writes, company.writes) == (1, 1)


@pytest.mark.parametrize("french", [False, True])
def test_an_unknown_number_leaves_the_present_one_and_is_logged(
    company: BusinessCentral, simulator: Simulator, caplog: pytest.LogCaptureFixture, french: bool
) -> None:
    simulator.control.change("items", "1000", {"tariffNo": "940330"})
    simulator.faults.french = french

    with caplog.at_level(logging.WARNING):
        changed = set_tariff_number(company, "ItemCard", "1000", "999999")

    assert not changed
    assert simulator.control.row("items", "1000")["tariffNo"] == "940330"
    assert "item 1000 keeps its tariff number: Business Central does not know 999999" in caplog.text


def test_what_is_compared_is_read_from_the_primary(company: BusinessCentral, simulator: Simulator) -> None:
    simulator.faults.replica_lag = 3600
    set_it(company)

    assert not set_it(company)


@pytest.mark.parametrize("number", ["A/1", "L'A 1", "100%", "1&2", "É-1"])
def test_an_item_with_any_number_is_found(company: BusinessCentral, simulator: Simulator, number: str) -> None:
    simulator.control.add("items", {"number": number})

    assert set_it(company, item=number)
    assert simulator.control.row("items", number)["tariffNo"] == "847130"


def test_a_service_that_is_down_is_no_problem_of_the_item(company: BusinessCentral, simulator: Simulator) -> None:
    simulator.control.add_fault(kind="status", entity="ItemCard", status=503, times=None)

    with pytest.raises(ServiceUnavailable):
        set_it(company)


@pytest.mark.parametrize("sound", [True, False])
def test_the_check_says_whether_the_page_is_there(company: BusinessCentral, simulator: Simulator, sound: bool) -> None:
    if not sound:
        simulator.control.remove("webServices", "ItemCard")

    problem = check_item_card(company, "ItemCard")

    assert (problem.code if problem else "") == ("" if sound else "web-service-missing")


# Addresses


def test_the_company_is_named_by_its_name_which_is_looked_up_once_by_the_pinned_id(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(COMPANY, CARD, CHANGED, CHANGED)

    set_it(bc)
    set_it(bc)

    assert server.requests[0].path.endswith("/api/v2.0/companies(c0ffee00-0000-4000-8000-000000000001)?$select=name")
    row = "/v2.0/sandbox/ODataV4/Company('L%27%27Atelier%20%26%20fils')/ItemCard(No='1000')"
    assert [(one.method, one.path) for one in server.requests[1:]] == [
        ("GET", f"{row}?$select=No,Tariff_No"), ("PATCH", row), ("GET", f"{row}?$select=No,Tariff_No")]
    assert (server.requests[2].headers["If-Match"], json.loads(server.requests[2].body)) == (
        'W/"1"', {"Tariff_No": "847130"})


@pytest.mark.parametrize("base", ["/v2.0/tenant/production", "/BC", "/v2.0/sandbox"])
def test_the_web_services_lie_beside_the_api_wherever_that_is(
    server: ScriptedServer, clock: ManualClock, base: str
) -> None:
    origin = server.root.removesuffix("/v2.0/sandbox/api/v2.0")
    client = BusinessCentral(f"{origin}{base}/api/v2.0/", "c0", bearer("token"), clock)
    server.answers(says({"name": "CRONUS"}), CHANGED)

    set_it(client)
    client.close()

    assert server.requests[1].path.startswith(f"{base}/ODataV4/Company('CRONUS')/ItemCard(")


# Refusals


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refuses(404, "BadRequest_ResourceNotFound", "Resource not found for the segment 'ItemCard'."),
                     id="not-published"),
        pytest.param(refuses(404, "BadRequest_NotFound", "Resource not found for the segment 'ItemCard'."),
                     id="not-published-in-another-code"),
        pytest.param(Answer(404, b"<html><body>404 - File not found.</body></html>"), id="no-odata-at-all"),
        pytest.param(Answer(404), id="nothing-said"),
        pytest.param(Answer(405), id="odata-switched-off"),
        pytest.param(refuses(400, "BadRequest", "Could not find a property named 'Tariff_No' on type 'NAV.ItemCard'."),
                     id="another-page"),
        pytest.param(refuses(403, "Authorization_PermissionDenied", "The current permissions prevented the action."),
                     id="not-for-us"),
    ],
)
def test_a_card_that_cannot_be_reached_names_the_field_and_what_business_central_said(
    bc: BusinessCentral, server: ScriptedServer, answer: Answer
) -> None:
    server.answers(COMPANY, answer)

    with pytest.raises(RecordRefused) as refused:
        set_it(bc)

    assert refused.value.code == "web-service-missing"
    assert refused.value.detail.startswith("Item Card Service ItemCard: ")
    assert len(refused.value.detail) > len("Item Card Service ItemCard: ")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(refuses(404, "Internal_RecordNotFound", "The Item does not exist. Identification fields and "
                             "values: No.='1000'"), "item-not-found", id="item-gone"),
        pytest.param(refuses(404, "Internal_CompanyNotFound", "The company cannot be found."), "bc-company-unknown",
                     id="company-gone"),
    ],
)
def test_what_else_is_missing_keeps_its_own_code(
    bc: BusinessCentral, server: ScriptedServer, answer: Answer, code: str
) -> None:
    server.answers(COMPANY, answer)

    with pytest.raises(ConnectorError) as refused:
        set_it(bc)

    assert refused.value.code == code


def test_a_refusal_for_any_other_reason_is_told_in_business_centrals_words(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    reason = "Blocked must be equal to 'No' for this extension."
    server.answers(COMPANY, CARD, refuses(400, "Application_DialogException", reason))

    with pytest.raises(RecordRefused, match=reason) as refused:
        set_it(bc)

    assert refused.value.code == "record-refused"


def test_an_item_that_somebody_changed_meanwhile_is_read_again(
    bc: BusinessCentral, server: ScriptedServer, exchanges: list[Exchange]
) -> None:
    server.answers(COMPANY, CARD, TOO_LATE, CARD, CHANGED)

    assert set_it(bc)
    assert [one.method for one in exchanges] == ["GET", "GET", "PATCH", "GET", "PATCH"]


def test_an_item_that_keeps_changing_is_given_up(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(COMPANY, *[CARD, TOO_LATE] * 4)

    with pytest.raises(RowChanged):
        set_it(bc)
