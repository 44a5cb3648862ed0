"""The client against a server that answers as it should not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local.business_central.faults import Fault
from local.business_central.server import BusinessCentral as Simulator
from local.identity.certificate import make_certificate, served_with
from local.serving import serving
from shared.business_central.client import BatchRequest, BusinessCentral
from shared.business_central.refusals import AlreadyExists
from shared.business_central.sign_in import bearer
from shared.errors import ConnectorError, OutcomeUnknown, RecordRefused, ServiceUnavailable
from shared.exchange import Exchange, Observer, unobserved
from tests.integration.business_central.conftest import COMPANY
from tests.integration.business_central.scripted_server import (
    DROP,
    Answer,
    ScriptedServer,
    refuses,
    says,
)
from tests.manual_clock import ManualClock

THROTTLED = refuses(429, "Application_TooManyRequests", "Too many requests reached. Actual (101). Maximum (100).")
BAD_GATEWAY = Answer(502, b"<html><h1>Bad Gateway</h1></html>")
EMPTY_PAGE = says({"value": []})
CREATED = says({"id": "1", "number": "S1"}, 201)


def read_all(bc: BusinessCentral) -> list[object]:
    return list(bc.rows("customers"))


# Reading


def test_pages_are_followed_by_their_links_with_the_same_headers(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    link = f"{server.root}/companies({COMPANY})/customers?aid=FIN&$skiptoken=abc"
    server.answers(says({"value": [{"number": "C1"}], "@odata.nextLink": link}), says({"value": [{"number": "C2"}]}))

    rows = list(bc.rows("customers", filter="number ne 'X'", select="number", fresh=True))

    assert [row["number"] for row in rows] == ["C1", "C2"]
    assert server.requests[1].path == "/v2.0/sandbox/api/v2.0" + link.removeprefix(server.root)
    for header in ("Prefer", "Data-Access-Intent", "Accept-Language", "Authorization"):
        assert server.requests[0].headers[header] == server.requests[1].headers[header]
    assert server.requests[0].headers["Data-Access-Intent"] == "ReadWrite"


def test_a_next_page_on_another_host_is_not_read(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(says({"value": [], "@odata.nextLink": "https://elsewhere.example/customers"}))

    with pytest.raises(ConnectorError) as refused:
        read_all(bc)

    assert refused.value.code == "bc-request-invalid"
    assert "elsewhere.example" in refused.value.detail


def test_a_read_that_failed_for_unknown_reasons_is_repeated(
    bc: BusinessCentral, server: ScriptedServer, clock: ManualClock
) -> None:
    server.answers(DROP, BAD_GATEWAY, Answer(200, b"<html>log in</html>"), says([1]), EMPTY_PAGE)

    assert read_all(bc) == []
    assert len(clock.sleeps) == 4


def test_after_the_last_try_the_service_counts_as_unavailable(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(*[BAD_GATEWAY] * 6)

    with pytest.raises(ServiceUnavailable) as gone:
        read_all(bc)

    assert gone.value.code == "bc-unavailable"
    assert "502" in gone.value.detail
    assert "<" not in gone.value.detail


def test_a_redirect_is_not_followed(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(*[Answer(302, b"", (("Location", f"{server.root}/elsewhere"),))] * 6)

    with pytest.raises(ServiceUnavailable):
        read_all(bc)

    assert not any("elsewhere" in request.path for request in server.requests)


# Somebody in front of Business Central answers in its place

IN_ITS_PLACE = [
    pytest.param(Answer(status, b"<html><title>Blocked</title></html>"), id=str(status))
    for status in (400, 402, 403, 405, 407, 413, 414, 451, 501)
] + [pytest.param(Answer(403), id="403 without a word"),
     pytest.param(says({"statusCode": 403, "message": "Blocked"}, 403), id="403 in JSON of another form")]
NO_SUCH_ROW = refuses(404, "Internal_RecordNotFound", "The Customer does not exist.")


@pytest.mark.parametrize("answer", IN_ITS_PLACE)
def test_who_turns_away_a_row_that_does_not_exist_too_turns_everything_away(
    answer: Answer, bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(answer, answer)

    with pytest.raises(ServiceUnavailable) as stopped:
        read_all(bc)

    assert stopped.value.code == "bc-intercepted"
    assert f"GET customers: something in front of Business Central answered in its place with {answer.status}" in (
        stopped.value.detail)
    assert server.requests[1].path.endswith("/customers(00000000-0000-0000-0000-000000000000)")


@pytest.mark.parametrize("answer", IN_ITS_PLACE)
def test_who_lets_a_row_that_does_not_exist_through_is_asked_once_more(
    answer: Answer, bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(answer, NO_SUCH_ROW, EMPTY_PAGE, answer, NO_SUCH_ROW, answer)

    assert read_all(bc) == []
    with pytest.raises(RecordRefused) as refused:
        read_all(bc)

    assert refused.value.code == "bc-intercepted"


@pytest.mark.parametrize("answer", IN_ITS_PLACE)
def test_what_may_have_been_made_is_not_sent_again(
    answer: Answer, bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(answer, NO_SUCH_ROW)

    with pytest.raises(RecordRefused) as refused:
        bc.create("salesOrders", {"customerNumber": "C1"})

    assert refused.value.code == "bc-intercepted"
    assert [(request.method, request.path.rpartition(")/")[2]) for request in server.requests] == [
        ("POST", "salesOrders"), ("POST", "salesOrderLines")]
    assert bc.writes == 1


def test_the_question_whether_anything_gets_through_changes_nothing(
    company: BusinessCentral, simulator: Simulator
) -> None:
    before = simulator.control.totals()
    for number, method in enumerate(("GET", "POST", "PATCH", "DELETE")):
        simulator.faults.add(Fault("html", status=403, method=method, times=1, id=number))

    for ask in (
        lambda: list(company.rows("customers")), lambda: company.create("customers", {"number": "S1"}),
        lambda: company.change("customers", "1", {"displayName": "x"}, "*"), lambda: company.remove("customers", "1"),
    ):
        with suppress(ConnectorError):
            ask()

    assert simulator.control.totals() == before


def test_a_page_to_sign_in_at_is_named_by_its_host(bc: BusinessCentral, server: ScriptedServer) -> None:
    location = "https://user:pass@login.example.com/authorize?client_id=s3cret"
    server.answers(*[Answer(302, b"", (("Location", location),))] * 6)

    with pytest.raises(ServiceUnavailable) as stopped:
        read_all(bc)

    assert (stopped.value.code, stopped.value.detail.partition("with ")[2]) == (
        "bc-intercepted", "302 (login.example.com).")


@pytest.mark.parametrize("status", [404, 408, 409, 412, 429, 500, 502, 503])
def test_what_business_central_says_without_a_word_is_its_own(
    status: int, bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(*[Answer(status)] * 6)

    with pytest.raises(ConnectorError) as failed:
        read_all(bc)

    assert failed.value.code != "bc-intercepted"


@contextmanager
def proxy_that_wants_a_password() -> Iterator[str]:
    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_error(407, "Proxy Authentication Required")

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Proxy)) as port:
        yield f"http://somebody:s3cret@127.0.0.1:{port}"


def test_what_a_proxy_keeps_back_was_not_sent(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy_that_wants_a_password() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        bc = BusinessCentral("https://api.example.invalid/v2.0/api/v2.0", COMPANY, bearer("t"), clock)

        with pytest.raises(ServiceUnavailable) as gone:
            bc.create("salesOrders", {})

    assert gone.value.code == "bc-unavailable"
    assert "no connection could be made (ProxyError: Tunnel connection failed: 407 Proxy" in gone.value.detail
    assert "s3cret" not in gone.value.detail


def test_what_goes_to_a_server_that_is_not_trusted_was_not_sent(clock: ManualClock, tmp_path: Path) -> None:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    certificate = served_with(make_certificate(tmp_path / "own.pem"))
    listening.socket = certificate.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    listening.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    with serving(listening) as port:
        bc = BusinessCentral(f"https://127.0.0.1:{port}/api/v2.0", COMPANY, bearer("t"), clock)

        with pytest.raises(ServiceUnavailable) as gone:
            bc.create("salesOrders", {})

    assert "no connection could be made (SSLError: " in gone.value.detail
    assert "certificate verify failed" in gone.value.detail


def test_a_row_that_is_not_there_is_none(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(refuses(404, "Internal_RecordNotFound", "The Customer does not exist."))

    assert bc.read("customers", "1") is None


def test_a_company_that_is_not_there_stops_the_run(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(refuses(404, "Internal_CompanyNotFound", "The company cannot be found."))

    with pytest.raises(ConnectorError) as refused:
        bc.read("customers", "1")

    assert refused.value.code == "bc-company-unknown"
    assert not isinstance(refused.value, RecordRefused)


@pytest.mark.parametrize("company", ["x)/../../../../PROD/api/v2.0/companies(y", "../..", "a?b#c", "a%2F..%2F..%2Fb"])
def test_no_company_leads_out_of_the_address_of_the_settings(server: ScriptedServer, company: str) -> None:
    server.answers(says({"value": []}), says({"id": "1"}))
    bc = BusinessCentral(server.root, company, bearer("t"), ManualClock())

    read_all(bc)
    bc.read("customers", company)

    for request in server.requests:
        assert request.path.startswith("/v2.0/sandbox/api/v2.0/companies(")
        assert request.path.count("/") == "/v2.0/sandbox/api/v2.0/companies(x)/customers".count("/")


def test_amounts_are_read_as_decimals(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(Answer(200, b'{"id":"1","unitPrice":0.10}'))

    row = bc.read("items", "1")

    assert row == {"id": "1", "unitPrice": Decimal("0.10")}


# Waiting


def test_an_overload_is_waited_for_as_long_as_it_asks(
    bc: BusinessCentral, server: ScriptedServer, clock: ManualClock
) -> None:
    asked = refuses(429, "Application_TooManyRequests", "Too many requests reached.", ("Retry-After", "30"))
    server.answers(asked, CREATED)

    bc.create("customers", {"number": "S1"})

    [wait] = clock.sleeps
    assert 30 <= wait <= 31


def test_an_overload_that_lasts_ends_as_throttled(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(*[THROTTLED] * 6)

    with pytest.raises(ServiceUnavailable) as gone:
        bc.create("customers", {"number": "S1"})

    assert gone.value.code == "bc-throttled"


def test_the_client_waits_by_itself_before_it_passes_the_limit(
    server: ScriptedServer, clock: ManualClock
) -> None:
    bc = BusinessCentral(server.root, COMPANY, bearer("t"), clock, requests_per_five_minutes=2)
    server.answers(EMPTY_PAGE, EMPTY_PAGE, EMPTY_PAGE)

    for _ in range(3):
        read_all(bc)

    assert clock.sleeps == [300]


# Writing


def test_a_lost_answer_to_a_post_is_an_unknown_outcome(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(DROP)

    with pytest.raises(OutcomeUnknown):
        bc.create("salesOrders", {"customerNumber": "C1"})

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer", [Answer(408), Answer(500), BAD_GATEWAY, Answer(504), Answer(201, b"<html>")], ids=lambda a: a.status
)
def test_a_post_that_may_have_been_carried_out_is_not_repeated(
    answer: Answer, bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(answer)

    with pytest.raises(OutcomeUnknown):
        bc.create("salesOrders", {"customerNumber": "C1"})

    assert len(server.requests) == 1


def test_a_locked_row_is_waited_for(bc: BusinessCentral, server: ScriptedServer, clock: ManualClock) -> None:
    text = "… because a record in table 'Sales Header' is being updated in a transaction done by another session."
    server.answers(refuses(400, "Application_DialogException", text), CREATED)

    assert bc.create("salesOrders", {})["id"] == "1"
    assert len(clock.sleeps) == 1


def test_a_post_is_repeated_when_no_connection_was_made(clock: ManualClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        bc = BusinessCentral(f"http://127.0.0.1:{taken.getsockname()[1]}", COMPANY, bearer("t"), clock)

        with pytest.raises(ServiceUnavailable) as gone:
            bc.create("customers", {"number": "S1"})

    assert "no connection" in gone.value.detail
    assert len(clock.sleeps) == 5


def test_a_refusal_is_told_apart_from_a_row_that_exists(bc: BusinessCentral, server: ScriptedServer) -> None:
    server.answers(refuses(400, "Internal_EntityWithSameKeyExists", "The record in table Customer already exists."))

    with pytest.raises(AlreadyExists) as there:
        bc.create("customers", {"number": "S1"})

    assert "CorrelationId" not in there.value.detail


def test_a_deletion_is_repeated_and_finding_nothing_left_is_fine(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(DROP, refuses(404, "Internal_RecordNotFound", "The Sales Header does not exist."))

    assert bc.remove("salesOrders", "1") is False


def test_a_batch_with_one_failed_part_is_refused_as_a_whole(bc: BusinessCentral, server: ScriptedServer) -> None:
    blocked = {"error": {"code": "Application_FieldValidationException", "message":
               "Blocked must be equal to 'No'  in Item: No.=1900. Current value is 'Yes'."}}  # fmt: skip
    server.answers(says({"responses": [
        {"id": "0", "status": 201, "body": {"id": "a"}}, {"id": "1", "status": 400, "body": blocked},
    ]}))  # fmt: skip

    with pytest.raises(RecordRefused) as refused:
        bc.batch([BatchRequest("POST", "salesOrders(1)/salesOrderLines", {"quantity": 1})] * 2)

    assert refused.value.code == "item-blocked"
    assert server.requests[0].headers["Isolation"] == "snapshot"


def test_a_batch_that_stopped_half_way_without_a_word_is_an_unknown_outcome(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(says({"responses": [{"id": "0", "status": 201, "body": {"id": "a"}}]}))

    with pytest.raises(OutcomeUnknown):
        bc.batch([BatchRequest("POST", "salesOrders(1)/salesOrderLines", {"quantity": 1})] * 2)


def test_a_batch_takes_a_hundred_operations(bc: BusinessCentral, server: ScriptedServer) -> None:
    with pytest.raises(ValueError, match="100"):
        bc.batch([BatchRequest("POST", "items", {})] * 101)

    assert bc.batch([]) == []
    assert server.requests == []


def test_a_batch_gives_its_rows_in_the_order_of_the_operations(
    bc: BusinessCentral, server: ScriptedServer
) -> None:
    server.answers(says({"responses": [
        {"id": "1", "status": 201, "body": {"id": "b"}}, {"id": "0", "status": 201, "body": {"id": "a"}},
    ]}))  # fmt: skip

    rows = bc.batch([BatchRequest("POST", "items", {"number": "1"}), BatchRequest("POST", "items", {"number": "2"})])

    assert [row["id"] for row in rows] == ["a", "b"]
    assert bc.writes == 2


# Sign-in, gate, reports


class TwoTokens:
    """A sign-in that gives another token once the first was refused."""

    def __init__(self) -> None:
        self.token = "old-token"

    def __call__(self, observe: Observer = unobserved) -> str:
        return f"Bearer {self.token}"

    def forget(self) -> None:
        self.token = "new-token"


def test_a_refused_token_is_renewed_once(server: ScriptedServer, clock: ManualClock) -> None:
    bc = BusinessCentral(server.root, COMPANY, TwoTokens(), clock)
    server.answers(Answer(401), CREATED)

    bc.create("customers", {"number": "S1"})

    assert [request.headers["Authorization"] for request in server.requests] == [
        "Bearer old-token", "Bearer new-token",
    ]  # fmt: skip


def test_a_token_refused_twice_stops_the_run(server: ScriptedServer, clock: ManualClock) -> None:
    bc = BusinessCentral(server.root, COMPANY, TwoTokens(), clock)
    server.answers(Answer(401), refuses(401, "Authentication_InvalidCredentials", "Rejected."))

    with pytest.raises(ConnectorError) as refused:
        read_all(bc)

    assert refused.value.code == "bc-unauthorized"
    assert len(server.requests) == 2


def test_where_requests_are_not_allowed_no_socket_is_opened(server: ScriptedServer, clock: ManualClock) -> None:
    def gate() -> None:
        raise ConnectorError("http-requests-not-allowed", "Environment staging.")

    bc = BusinessCentral(server.root, COMPANY, bearer("t"), clock, gate)

    with pytest.raises(ConnectorError) as refused:
        read_all(bc)

    assert refused.value.code == "http-requests-not-allowed"
    assert server.requests == []
    assert bc.calls == 0


def test_every_attempt_is_reported_and_counted(
    bc: BusinessCentral, server: ScriptedServer, exchanges: list[Exchange]
) -> None:
    server.answers(DROP, THROTTLED, EMPTY_PAGE)

    read_all(bc)

    assert [(each.status, each.retry, each.has_error) for each in exchanges] == [
        (0, 0, True), (429, 1, True), (200, 2, False),
    ]  # fmt: skip
    assert exchanges[0].description
    assert (bc.calls, bc.writes) == (3, 0)


def test_the_token_is_in_no_report_and_no_error(
    bc: BusinessCentral, server: ScriptedServer, exchanges: list[Exchange]
) -> None:
    server.answers(refuses(400, "Unknown", "You sent Authorization: Bearer s3cret-token."))

    with pytest.raises(RecordRefused) as refused:
        bc.create("customers", {"number": "S1"})

    assert "s3cret" not in str(refused.value)
    assert "s3cret" not in repr(exchanges)
    assert "Authorization: Bearer ***" in exchanges[0].response


@pytest.mark.parametrize("page", [
    {"value": None}, {}, {"value": {}}, {"value": [1]}, {"value": [None]},
    {"value": [], "@odata.nextLink": 7}, {"value": [], "@odata.nextLink": None},
])
def test_a_page_without_a_list_of_rows_is_no_empty_list(
    bc: BusinessCentral, server: ScriptedServer, page: dict[str, Any]
) -> None:
    server.answers(says(page))

    with pytest.raises(ServiceUnavailable) as caught:
        list(bc.rows("customers"))

    assert caught.value.code == "bc-unavailable"
    assert "customers" in caught.value.detail


def test_a_next_page_that_is_the_page_itself_is_not_followed(company: BusinessCentral, simulator: Simulator) -> None:
    simulator.faults.add(Fault("next_link_to_itself", entity="customers", times=None))

    with pytest.raises(ServiceUnavailable) as caught:
        list(company.rows("customers"))

    assert (caught.value.code, company.calls) == ("bc-unavailable", 1)
    assert "read already" in caught.value.detail


def test_pages_that_lead_round_in_a_circle_are_not_followed(bc: BusinessCentral, server: ScriptedServer) -> None:
    first, second = (f"{server.root}/companies({COMPANY})/customers?page={n}" for n in (1, 2))
    server.answers(*(says({"value": [], "@odata.nextLink": link}) for link in (first, second, first)))

    with pytest.raises(ServiceUnavailable):
        list(bc.rows("customers"))

    assert len(server.requests) == 3


@pytest.mark.parametrize("ids", [["0", "7"], ["0", "0"], ["0", None], ["0", 1], [["0"], "1"], ["0", "1", "2"]])
def test_a_batch_that_is_answered_under_foreign_numbers_is_an_unknown_outcome(
    bc: BusinessCentral, server: ScriptedServer, ids: list[Any]
) -> None:
    server.answers(says({"responses": [{"id": id, "status": 201, "body": {"number": "10000"}} for id in ids]}))

    with pytest.raises(OutcomeUnknown):
        bc.batch([BatchRequest("POST", "customers", {}), BatchRequest("POST", "customers", {})])
