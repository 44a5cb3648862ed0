"""Who gets what: every HTTP function, called by everybody there is, through the functions host.

docs/who-may.md holds the table. If it is out of date the failing test prints the one to put there.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.azurite import Azurite
from local.functions_host.http_front import principal_headers
from tests.integration.sync.street import KEY, Street, a_street
from tests.portal.pages import LOOKS, OPEN_TO_EVERYBODY
from tests.repository import ROOT, declared_functions

BY_KEY = {"x-functions-key": KEY}
CALLERS: dict[str, dict[str, str]] = {
    "stranger": {},
    "signed in, no key": principal_headers("ada@example.com:Operator"),
    "key": BY_KEY,
    "key, no role": BY_KEY | principal_headers("eve@example.com:Reader"),
    "key, Viewer": BY_KEY | principal_headers("vera@example.com:Viewer"),
    "key, Operator": BY_KEY | principal_headers("ada@example.com:Operator"),
    "key, broken identity": BY_KEY | {"x-ms-client-principal": "not base64"},
}
FORGED = {"X-Shopify-Topic": "orders/updated", "X-Shopify-Shop-Domain": "nobody.myshopify.com",
          "X-Shopify-Hmac-Sha256": "forged"}
"""With every call, so that the webhook's answer is about its signature."""
WITHOUT_A_KEY = {"health", "oauth_callback", "shopify_webhook"}
"""Open, or signed by Shopify; nothing else may be anonymous at the host."""
UNKNOWN = {"unknown_api_address", "unknown_portal_address"}
"""They say that there is nothing, to viewers too, whatever the method."""
PATH = {"language": "en", "hash": "0", "name": "portal.css",
        "shop": "NOBODY", "type": "orders", "id": "1", "order": "1", "run": "1", "number": "1"}


@pytest.fixture(scope="module")
def street(street_storage: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A host with authentication on, that lets a request's own identity pass: the test is App Service."""
    with a_street(street_storage.connection_string, tmp_path_factory.mktemp("street"), customers=1) as street:
        street.open("--developer-principal")
        yield street


def test_everybody_gets_what_the_table_says_from_every_function(street: Street) -> None:
    rows = [[name, f"{method} {route}", *(got(street, method, route, headers) for headers in CALLERS.values())]
            for name, method, route in http_functions()]

    table = as_table([["function", "call", *CALLERS], *rows])

    assert table in (ROOT / "docs" / "who-may.md").read_text(), f"put this into docs/who-may.md:\n{table}"


def test_the_table_has_nobody_in_without_a_key_but_where_no_key_is_needed() -> None:
    anonymous = {name for name, bindings in declared_functions().items() if bindings[0].get("authLevel") == "ANONYMOUS"}

    assert {name for name in anonymous if not is_page(name)} == WITHOUT_A_KEY
    for name, _, stranger, signed_in, *rest in table_of_the_page():
        if name in WITHOUT_A_KEY | OPEN_TO_EVERYBODY:
            assert {stranger, signed_in, *rest} == {stranger}, name
        elif not is_page(name):
            assert (stranger, signed_in) == ("401", "401"), name


def test_the_table_has_nobody_in_a_page_by_a_key_and_viewers_only_where_they_look() -> None:
    for name, call, stranger, operator, key, no_role, viewer, with_key, broken in table_of_the_page():
        if is_page(name) and name not in OPEN_TO_EVERYBODY:
            assert (stranger, key, broken) == ("401 not-signed-in",) * 3, name
            assert no_role == "403 role-missing", name
            assert viewer == ("in" if call.startswith("GET") or name in LOOKS | UNKNOWN else "403 role-missing"), name
            assert operator == with_key == "in", name


def test_the_table_has_a_viewer_in_only_where_something_is_read_and_an_operator_everywhere() -> None:
    for name, call, _, _, key, no_role, viewer, operator, broken in table_of_the_page():
        if name in WITHOUT_A_KEY or is_page(name):
            continue
        assert key == "in", name
        assert operator == "in", name
        assert (no_role, broken) == ("403 role-missing", "401 not-signed-in"), name
        looks = name in UNKNOWN or (call.startswith("GET") and name != "go_to_shopify")
        assert viewer == ("in" if looks else "403 role-missing"), name


def test_no_function_is_left_out_of_the_table() -> None:
    assert {row[0] for row in table_of_the_page()} == {name for name, *_ in http_functions()}


def test_an_operators_change_is_recorded_under_the_operators_name(street: Street) -> None:
    assert street.host is not None
    url = f"{street.host.ready['url']}/api/environment"
    ada = CALLERS["key, Operator"]

    requests.put(url, json={"allow_http_requests": True}, headers=ada, timeout=30).raise_for_status()

    operations = [json.loads(line[line.index("{"):]) for line in street.host.log.read_text().splitlines()
                  if '"event":"operation"' in line]
    assert {"event": "operation", "by": "ada@example.com", "operation": "set_environment"} in operations


def is_page(name: str) -> bool:
    """Whether it is the portal's: anonymous at the host, and for people who have signed in."""
    return name.startswith("portal_") or name == "unknown_portal_address"


def got(street: Street, method: str, route: str, headers: dict[str, str]) -> str:
    """"in", or the status and, where the answer is ours, its code."""
    assert street.host is not None
    path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: PATH[part[1]], route)
    url = f"{street.host.ready['url']}{path}"
    answer = requests.request(method, url, headers=FORGED | headers, timeout=30, allow_redirects=False)
    code = refusal(answer)
    if code in ("role-missing", "not-signed-in") or answer.status_code == 401 or "hmac" in code:
        return f"{answer.status_code} {code}".strip()
    assert answer.status_code < 500, answer.text
    assert answer.status_code != 404 or code, f"there is no {method} {path}"
    return "in"


def refusal(answer: requests.Response) -> str:
    is_problem = answer.headers.get("Content-Type", "").startswith("application/problem+json")
    return str(answer.json()["type"]) if is_problem else ""


def http_functions() -> list[tuple[str, str, str]]:
    """(function, method, route)."""
    found: list[tuple[str, str, str]] = []
    for name, bindings in declared_functions().items():
        trigger: dict[str, Any] = bindings[0]
        if trigger["type"] == "httpTrigger":
            found += [(name, method, f"/{trigger['route']}") for method in trigger["methods"]]
    return sorted(found)


def as_table(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def table_of_the_page() -> list[list[str]]:
    lines = [line for line in (ROOT / "docs" / "who-may.md").read_text().splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if len(row) == 2 + len(CALLERS)][1:]
