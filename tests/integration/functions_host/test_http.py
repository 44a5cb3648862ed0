"""HTTP functions of the local host: routes, keys, requests and answers, as a caller sees them."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.integration.functions_host.conftest import HostProcess, StartHost, wait_for

APP = """
ANYBODY = func.AuthLevel.ANONYMOUS

@app.route(route="echo/{name?}", auth_level=ANYBODY)
def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    seen = {"method": req.method, "url": req.url, "headers": dict(req.headers), "params": dict(req.params),
            "route": dict(req.route_params), "body": req.get_body().decode(), "function": context.function_name}
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")

@app.route(route="keyed", methods=["GET"])
def keyed(req: func.HttpRequest) -> str:
    return "opened"

@app.route(route="for-admins", auth_level=func.AuthLevel.ADMIN)
def for_admins(req: func.HttpRequest) -> str:
    return "opened"

@app.route(route="items/{id}", auth_level=ANYBODY)
def some_item(req: func.HttpRequest) -> str:
    return f"item {req.route_params['id']}"

@app.route(route="items/{id:int}", auth_level=ANYBODY)
def numbered_item(req: func.HttpRequest) -> str:
    return f"number {req.route_params['id']}"

@app.route(route="items/new", methods=["POST"], auth_level=ANYBODY)
def new_item(req: func.HttpRequest) -> str:
    return "new"

@app.route(route="fails", auth_level=ANYBODY)
def fails(req: func.HttpRequest) -> func.HttpResponse:
    logging.warning("about to fail")
    raise ValueError("the reason")

@app.route(route="nothing", auth_level=ANYBODY)
def nothing(req: func.HttpRequest):
    return None

@app.route(route="a-dict", auth_level=ANYBODY)
def a_dict(req: func.HttpRequest):
    return {"total": 1}

@app.route(route="cookies", auth_level=ANYBODY)
async def cookies(req: func.HttpRequest) -> func.HttpResponse:
    answer = func.HttpResponse(b"raw", status_code=201, headers={"X-Own": "yes", "Content-Type": "image/png"})
    answer.headers.add("Set-Cookie", "a=1; HttpOnly; Path=/")
    answer.headers.add("Set-Cookie", "b=2; Path=/")
    return answer

meeting = threading.Barrier(2)

@app.route(route="meet", auth_level=ANYBODY)
def meet(req: func.HttpRequest) -> str:
    meeting.wait(10)
    return "met"

released = threading.Event()

@app.route(route="blocks", auth_level=ANYBODY)
async def blocks(req: func.HttpRequest) -> str:
    report(blocking=True)
    return "released" if released.wait(10) else "never released"

@app.route(route="release", auth_level=ANYBODY)
def release(req: func.HttpRequest) -> str:
    released.set()
    return "done"

@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def yearly(timer: func.TimerRequest) -> None:
    report(ran="yearly")

@app.queue_trigger(arg_name="msg", queue_name="%INBOX%", connection="AzureWebJobsStorage")
def inbox(msg: func.QueueMessage) -> None:
    report(ran="inbox", body=msg.get_body().decode())

@app.route(route="switched-off", auth_level=ANYBODY)
def switched_off(req: func.HttpRequest) -> str:
    return "on"
"""

SETTINGS = {
    "INBOX": "http-inbox",
    "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "10000",
    "AzureWebJobs.switched_off.Disabled": "1",
}


@pytest.fixture(scope="module")
def host(start_host: StartHost) -> HostProcess:
    return start_host(APP, "--host-key", "the-host-key", "--master-key", "the-master-key", **SETTINGS)


def test_a_function_sees_the_request_as_the_worker_builds_it(host: HostProcess) -> None:
    answer = requests.post(
        f"{host.url}/api/echo/Ann%20%2F%20Bob?a=1&a=2&empty=&b=%C3%A9",
        data="raw body",
        headers={"X-Forwarded-Proto": "https", "X-Shopify-Topic": "orders/create"},
    )

    seen = answer.json()
    assert seen["method"] == "POST"
    assert seen["url"].startswith(host.url + "/api/echo/Ann")
    assert seen["params"] == {"a": "1,2", "b": "é"}
    assert seen["route"] == {"name": "Ann %2F Bob"}
    assert seen["body"] == "raw body"
    assert seen["headers"]["x-shopify-topic"] == "orders/create"
    assert seen["headers"]["x-forwarded-proto"] == "https"
    assert seen["function"] == "echo"
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "method, path, expected",
    [
        ("GET", "/api/items/7", "number 7"),
        ("GET", "/api/items/seven", "item seven"),
        ("POST", "/api/items/new", "new"),
        ("GET", "/api/items/new", "item new"),  # its first route, new_item's, takes POST only
        ("PUT", "/API/Items/New/", "item New"),
        ("DELETE", "/api/echo", None),  # an optional parameter, and every method
    ],
)
def test_of_the_routes_that_take_path_and_method_the_first_by_its_functions_name_answers(
    host: HostProcess, method: str, path: str, expected: str | None
) -> None:
    answer = requests.request(method, host.url + path)

    assert answer.status_code == 200
    assert expected in (None, answer.text)


@pytest.mark.parametrize(
    "method, path",
    [
        ("POST", "/api/keyed"),
        ("GET", "/api/unknown"),
        ("GET", "/keyed"),
        ("GET", "/api/items/1/2"),
        ("GET", "/api/switched-off"),
        ("GET", "/"),
    ],
)
def test_what_no_function_answers_is_404_even_with_the_right_key(host: HostProcess, method: str, path: str) -> None:
    answer = requests.request(method, host.url + path, headers={"x-functions-key": host.key})

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path, headers, status",
    [
        ("/api/keyed", {}, 401),
        ("/api/keyed", {"x-functions-key": "wrong"}, 401),
        ("/api/keyed", {"x-functions-key": "the-host-key"}, 200),
        ("/api/keyed", {"x-functions-key": "the-master-key"}, 200),
        ("/api/keyed?code=the-host-key", {}, 200),
        ("/api/keyed?code=the-host-key", {"x-functions-key": "wrong"}, 401),  # the header goes first
        ("/api/for-admins", {"x-functions-key": "the-host-key"}, 401),
        ("/api/for-admins", {"x-functions-key": "the-master-key"}, 200),
        ("/api/echo", {"x-functions-key": "wrong"}, 200),
    ],
)
def test_keys_open_what_they_are_for(host: HostProcess, path: str, headers: dict[str, str], status: int) -> None:
    answer = requests.get(host.url + path, headers=headers)

    assert answer.status_code == status


def test_a_failing_function_answers_500_without_a_word_and_the_log_tells_why(host: HostProcess) -> None:
    answer = requests.get(f"{host.url}/api/fails")

    assert (answer.status_code, answer.content) == (500, b"")
    line = next(line for line in host.log.splitlines() if "about to fail" in line)
    invocation = line.split("fails ")[1].split()[0]
    assert len(invocation) == 36
    assert any(invocation in line and "ValueError: the reason" in line for line in host.log.splitlines())


def test_none_is_204_and_a_dict_is_a_failure_as_in_azure(host: HostProcess) -> None:
    assert requests.get(f"{host.url}/api/nothing").status_code == 204
    assert requests.get(f"{host.url}/api/a-dict").status_code == 500


def test_status_headers_and_each_cookie_reach_the_caller(host: HostProcess) -> None:
    answer = requests.get(f"{host.url}/api/cookies")

    assert (answer.status_code, answer.content) == (201, b"raw")
    assert answer.headers["X-Own"] == "yes"
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1; HttpOnly; Path=/", "b=2; Path=/"]


def test_a_body_over_the_limit_is_413(host: HostProcess) -> None:
    assert requests.post(f"{host.url}/api/echo", data=b"x" * 10_000).status_code == 200
    assert requests.post(f"{host.url}/api/echo", data=b"x" * 10_001).status_code == 413


def test_a_body_without_content_length_does_not_reach_the_function(host: HostProcess) -> None:
    in_chunks = requests.post(f"{host.url}/api/echo", data=iter([b"in ", b"chunks"])).json()
    whole = requests.post(f"{host.url}/api/echo", data=b"whole").json()

    assert (in_chunks["body"], in_chunks["headers"]["transfer-encoding"]) == ("", "chunked")
    assert whole["body"] == "whole"


def test_a_compressed_body_reaches_the_function_as_it_came(host: HostProcess) -> None:
    answer = requests.post(f"{host.url}/api/echo", data=b"not gzip", headers={"Content-Encoding": "gzip"})

    assert answer.json()["body"] == "not gzip"


def test_sync_functions_run_side_by_side(host: HostProcess) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(requests.get, [f"{host.url}/api/meet"] * 2))

    assert [answer.text for answer in answers] == ["met", "met"]


def test_an_async_function_that_blocks_does_not_stop_the_host(host: HostProcess) -> None:
    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(requests.get, f"{host.url}/api/blocks")
        wait_for(lambda: {"blocking": True} in host.reports, "the function to block")
        requests.get(f"{host.url}/api/release")

    assert blocked.result().text == "released"


def test_identity_headers_from_outside_are_dropped(host: HostProcess) -> None:
    answer = requests.get(f"{host.url}/api/echo", headers={"X-MS-CLIENT-PRINCIPAL": "forged",
                                                           "X-MS-CLIENT-PRINCIPAL-ID": "forged"})  # fmt: skip

    assert "forged" not in answer.text


def test_a_developer_principal_is_signed_in_wherever_the_request_names_nobody(start_host: StartHost) -> None:
    host = start_host(APP, "--developer-principal", "Ann:operator,viewer", **SETTINGS)

    own = requests.get(f"{host.url}/api/echo").json()["headers"]
    named = requests.get(f"{host.url}/api/echo", headers={"X-MS-CLIENT-PRINCIPAL": "Bob"}).json()["headers"]

    principal = json.loads(base64.b64decode(own["x-ms-client-principal"]))
    assert own["x-ms-client-principal-name"] == "Ann"
    assert [each["val"] for each in principal["claims"] if each["typ"] == "roles"] == ["operator", "viewer"]
    assert named["x-ms-client-principal"] == "Bob"


def test_a_browser_that_comes_to_the_sign_in_page_is_that_person_until_it_signs_out(start_host: StartHost) -> None:
    host = start_host(APP, "--who-signs-in", "Ann:Operator", **SETTINGS)
    browser = requests.Session()

    def name() -> str | None:
        told = browser.get(f"{host.url}/api/echo").json()["headers"].get("x-ms-client-principal-name")
        return None if told is None else str(told)

    before = name()
    came = browser.get(f"{host.url}/.auth/login/aad?post_login_redirect_uri=/api/echo%3Fx=1")
    within = name()
    browser.get(f"{host.url}/.auth/logout?post_logout_redirect_uri=/api/echo")

    assert (before, within, name()) == (None, "Ann", None)
    assert came.url == f"{host.url}/api/echo?x=1"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(start_host: StartHost, to: str) -> None:
    host = start_host(APP, "--who-signs-in", "Ann:Operator", **SETTINGS)

    answer = requests.get(f"{host.url}/.auth/login/aad", params={"post_login_redirect_uri": to}, allow_redirects=False)

    assert answer.status_code == 403


def test_a_cookie_of_a_session_that_is_none_signs_nobody_in(start_host: StartHost) -> None:
    host = start_host(APP, "--who-signs-in", "Ann:Operator", **SETTINGS)

    told = requests.get(f"{host.url}/api/echo", cookies={"AppServiceAuthSession": "guessed"}).json()["headers"]

    assert "x-ms-client-principal" not in told


@pytest.mark.parametrize("function, expected", [("yearly", {"ran": "yearly"}),
                                                ("inbox", {"ran": "inbox", "body": "by hand"})])  # fmt: skip
def test_any_function_can_be_run_by_hand_with_the_master_key(
    host: HostProcess, function: str, expected: dict[str, str]
) -> None:
    url, by_hand = f"{host.url}/admin/functions/{function}", {"input": "by hand"}

    refused = requests.post(url, json=by_hand, headers={"x-functions-key": "the-host-key"})
    accepted = requests.post(url, json=by_hand, headers={"x-functions-key": "the-master-key"})

    assert (refused.status_code, accepted.status_code) == (401, 202)
    wait_for(lambda: expected in host.reports, f"{function} to run")


@pytest.mark.parametrize("group, runs, answer", [("http", {"echo"}, 200), ("background", {"yearly", "inbox"}, 404)])
def test_a_host_may_run_the_http_functions_alone_or_all_the_others(
    start_host: StartHost, group: str, runs: set[str], answer: int
) -> None:
    """As on Flex Consumption, where HTTP functions have instances of their own."""
    host = start_host(APP, "--functions", group, **SETTINGS)

    asked = requests.get(f"{host.url}/api/echo")

    assert runs <= set(host.functions)
    assert set(host.functions).isdisjoint({"echo", "yearly", "inbox"} - runs)
    assert asked.status_code == answer


def test_the_ready_file_names_the_functions(host: HostProcess) -> None:
    assert "echo" in host.functions
    assert "switched_off" not in host.functions
