"""What Shopify's answers mean: recorded shapes, each as a row."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from requests.structures import CaseInsensitiveDict

from shared.errors import ConnectorError
from shared.shopify.answers import Answer, Understood, understand
from shared.shopify.failures import AccessDenied, Failure, Passing

VERSION = "2026-10"
HEADERS = {"x-request-id": "req-1", "X-Shopify-API-Version": VERSION, "Content-Type": "application/json"}
BUCKET = {"maximumAvailable": 2000.0, "currentlyAvailable": 1368, "restoreRate": 100.0}
COST = {"cost": {"requestedQueryCost": 632, "actualQueryCost": 412, "throttleStatus": BUCKET}}


def read(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Understood:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return understand(status, CaseInsensitiveDict({**HEADERS, **(headers or {})}), content, VERSION)


def an_error(code: str, message: str = "no", **more: Any) -> dict[str, Any]:
    path = {"path": more.pop("path")} if "path" in more else {}
    return {"message": message, **path, "extensions": {"code": code, **more}}


def test_answer_keeps_the_bytes_of_data() -> None:
    understood = read(b'{"data": {"a" : 7200000000001,"b":"12.30"}, "extensions": {}}')

    assert understood.outcome == Answer(b'{"a" : 7200000000001,"b":"12.30"}', understood.cost, "req-1")
    assert not understood.has_error


def test_cost_is_read_from_every_answer_that_shows_it() -> None:
    cost = read({"data": {}, "extensions": COST}).cost

    assert (cost.requested_query_cost, cost.actual_query_cost) == (632, 412)
    assert cost.throttle_status
    assert cost.throttle_status.currently_available == 1368


THROTTLED = {"errors": [an_error("THROTTLED", "Throttled")],
             "extensions": {"cost": {**COST["cost"], "actualQueryCost": None}}}


@pytest.mark.parametrize("body, status, kind", [
    pytest.param(THROTTLED, 200, Passing.THROTTLED, id="throttled with status 200"),
    pytest.param(THROTTLED, 429, Passing.THROTTLED, id="throttled with status 429"),
    pytest.param({"errors": "Too Many"}, 429, Passing.TOO_MANY_REQUESTS, id="edge limit"),
    pytest.param(b"<html>Bad Gateway</html>", 502, Passing.SERVER_FAULT, id="HTML of a gateway"),
    pytest.param(b"<html>Welcome</html>", 200, Passing.SERVER_FAULT, id="HTML with status 200"),
    pytest.param(b"", 200, Passing.SERVER_FAULT, id="empty body"),
    pytest.param(b'{"data": {"a', 200, Passing.SERVER_FAULT, id="body cut in the middle"),
    pytest.param([1], 200, Passing.SERVER_FAULT, id="JSON, but not an object"),
    pytest.param({"data": None, "errors": [an_error("INTERNAL_SERVER_ERROR", requestId="abc")]}, 200,
                 Passing.SERVER_FAULT, id="internal error"),
    pytest.param({"data": {"orders": None}, "errors": [an_error("INTERNAL_SERVER_ERROR")]}, 200,
                 Passing.SERVER_FAULT, id="internal error beside data"),
    pytest.param({"data": None}, 200, Passing.SERVER_FAULT, id="no data and no errors"),
    pytest.param({"extensions": COST}, 200, Passing.SERVER_FAULT, id="data left out"),
    pytest.param(b"", 408, Passing.SERVER_FAULT, id="request not read in time"),
    pytest.param(b"<html>Misdirected</html>", 421, Passing.SERVER_FAULT, id="the wrong server"),
])
def test_failure_that_may_pass(body: Any, status: int, kind: Passing) -> None:
    understood = read(body, status)

    assert isinstance(understood.outcome, Failure)
    assert understood.outcome.kind is kind
    assert understood.has_error


@pytest.mark.parametrize("body, status, code, words", [
    pytest.param({"errors": "[API] Invalid API key or access token"}, 401, "reconnect-required",
                 "[API] Invalid API key", id="errors as a string"),
    pytest.param({"errors": {"base": ["locked"]}}, 423, "shopify-refused", "locked", id="errors as an object"),
    pytest.param({"errors": "whole thing is off"}, 200, "shopify-refused", "whole thing is off",
                 id="errors as a string with status 200"),
    pytest.param(b"<html>Not Found</html>", 404, "shop-url-invalid", "HTTP 404", id="HTML for an unknown shop"),
    pytest.param({"errors": [an_error("MAX_COST_EXCEEDED", "Query cost is 1010")]}, 200, "shopify-refused",
                 "Query cost is 1010", id="too expensive"),
    pytest.param({"errors": [an_error("undefinedField", "Field 'x' doesn't exist")]}, 200, "shopify-refused",
                 "Field 'x' doesn't exist", id="unknown field"),
    pytest.param({"errors": [{"message": "Parse error", "extensions": None}]}, 200, "shopify-refused",
                 "Parse error", id="error without extensions"),
    pytest.param({"data": {"orders": {"nodes": [{"paymentTerms": None}]}},
                  "errors": [an_error("ACCESS_DENIED", "Access denied", path=["orders", "nodes", 0, "paymentTerms"],
                                      requiredAccess="`read_payment_terms` access scope.")]},
                 200, "access-scope-changed", "orders.nodes.paymentTerms; required: `read_payment_terms`",
                 id="one denied field beside valid data"),
    pytest.param({"data": {"orders": {"nodes": []}}, "extensions": {"search": [
        {"path": ["orders"], "query": "updatd_at:>=1", "parsed": {},
         "warnings": [{"field": "updatd_at", "message": "Invalid search field for this query.",
                       "code": "invalid_field"}]}]}},
                 200, "shopify-refused", "ignored the filter on updatd_at", id="ignored search field"),
])
def test_refusal_is_final_and_says_what_it_is_about(body: Any, status: int, code: str, words: str) -> None:
    understood = read(body, status)

    assert isinstance(understood.outcome, ConnectorError)
    assert understood.outcome.code == code
    assert words in understood.outcome.detail
    assert understood.has_error


DATA = {"data": {"orders": {"nodes": []}}}


@pytest.mark.parametrize("extensions", [
    None, [], "text", 7, {"cost": None}, {"cost": []}, {"cost": {"throttleStatus": {}}},
    {"cost": {"throttleStatus": {**BUCKET, "currentlyAvailable": None}}},
    {"cost": {"throttleStatus": {**BUCKET, "restoreRate": "fast"}}},
    {"cost": {"requestedQueryCost": "12"}}, {"cost": {"requestedQueryCost": -1, "actualQueryCost": True}},
    {"cost": {"requestedQueryCost": 1e300}}, {"search": None}, {"search": {}}, {"search": [None]},
    {"search": [{"warnings": None}]}, {"search": [{"warnings": []}]}, {"search": [{"warnings": "none"}]},
    {"other": {"deep": [1]}},
], ids=json.dumps)
def test_odd_figures_and_notes_beside_the_data_cost_no_answer(extensions: Any) -> None:
    understood = read({**DATA, "extensions": extensions})

    assert isinstance(understood.outcome, Answer)
    assert (understood.cost.requested_query_cost, understood.cost.throttle_status) == (None, None)


def test_figures_that_can_be_read_stay_beside_those_that_cannot() -> None:
    cost = read({**DATA, "extensions": {"search": None, "cost": {**COST["cost"], "throttleStatus": {}}}}).cost

    assert (cost.requested_query_cost, cost.actual_query_cost, cost.throttle_status) == (632, 412, None)


@pytest.mark.parametrize("warning", [{}, {"field": None}, "ignored", {"field": 7, "message": ["no"]}])
def test_a_warning_of_any_form_still_says_that_a_filter_was_ignored(warning: Any) -> None:
    outcome = read({**DATA, "extensions": {"search": [{"warnings": [warning]}]}}).outcome

    assert isinstance(outcome, ConnectorError)
    assert "ignored the filter" in outcome.detail


@pytest.mark.parametrize("odd", [None, "text", 7, []])
def test_an_error_is_known_by_its_code_though_the_rest_of_it_is_odd(odd: Any) -> None:
    errors = [{"message": odd, "path": odd, "locations": odd, "extensions": {"code": "THROTTLED", "requestId": odd}}]

    outcome = read({"errors": errors}).outcome

    assert isinstance(outcome, Failure)
    assert outcome.kind is Passing.THROTTLED


@pytest.mark.parametrize("location, code", [
    ("https://new-name.myshopify.com/admin/api/2026-10/graphql.json", "shop-url-invalid"),
    ("https://evil.example/new-name.myshopify.com", "shopify-refused"),
    ("https://demo.myshopify.com.evil.example/", "shopify-refused"), ("http://[", "shopify-refused"),
    ("", "shopify-refused"),
])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_shops_address_says_where_the_shop_is_now(status: int, location: str, code: str) -> None:
    outcome = read(b"", status, {"Location": location}).outcome

    assert isinstance(outcome, ConnectorError)
    assert outcome.code == code
    assert ("new-name.myshopify.com" in outcome.detail) is (code == "shop-url-invalid")


def test_a_denial_of_some_records_is_told_from_one_of_all() -> None:
    nodes = {"data": {"nodes": [{"id": 1}, None, {"id": 3}]}}

    def denied(*places: int) -> bool:
        errors = [an_error("ACCESS_DENIED", path=["nodes", place, "customer"]) for place in places]
        outcome = read({**nodes, "errors": errors}).outcome
        assert isinstance(outcome, AccessDenied)
        return outcome.of_some

    assert (denied(1), denied(0, 2), denied(0, 1, 2)) == (True, True, False)


def test_search_without_warnings_is_no_problem() -> None:
    assert isinstance(read({"data": {}, "extensions": {"search": [{"path": ["orders"]}]}}).outcome, Answer)


def test_internal_error_names_the_request_id_that_support_asks_for() -> None:
    outcome = read({"errors": [an_error("INTERNAL_SERVER_ERROR", requestId="abc-7")]}).outcome

    assert isinstance(outcome, Failure)
    assert "abc-7" in str(outcome.sentence)


def test_another_api_version_than_the_asked_one_is_refused() -> None:
    outcome = read({"data": {}}, headers={"X-Shopify-API-Version": "2027-01"}).outcome

    assert isinstance(outcome, ConnectorError)
    assert (outcome.code, "2027-01" in outcome.detail) == ("api-version-unsupported", True)


def test_retry_after_is_read_in_seconds() -> None:
    outcome = read({"errors": "slow down"}, 429, {"Retry-After": "2.0"}).outcome

    assert isinstance(outcome, Failure)
    assert outcome.asked_wait == 2.0


@pytest.mark.parametrize("name", ["userErrors", "orderCancelUserErrors", "mediaUserErrors"])
def test_user_errors_of_a_mutation_count_as_an_error_in_the_log(name: str) -> None:
    none = read({"data": {"m": {name: []}}})
    one = read({"data": {"m": {name: [{"message": "taken"}]}}})

    assert (none.has_error, one.has_error) == (False, True)


class _Orders(msgspec.Struct):
    nodes: list[int]


class _Data(msgspec.Struct):
    orders: _Orders


@pytest.mark.parametrize("data", [{"orders": None}, {"orders": {"nodes": None}}, {}])
def test_null_where_a_list_is_expected_is_an_error_and_not_an_empty_list(data: Any) -> None:
    answer = read({"data": data}).outcome
    assert isinstance(answer, Answer)

    with pytest.raises(ConnectorError) as caught:
        answer.read(_Data)

    assert caught.value.code == "record-unreadable"
