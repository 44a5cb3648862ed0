"""Tokens, companies and the forms of an address."""

from __future__ import annotations

import pytest
import requests

from local.business_central.tokens import SCOPE

from .conftest import Api, ManualClock


def ask_for_token(api: Api, **changes: str) -> requests.Response:
    form = {"grant_type": "client_credentials", "client_id": api.bc.client_id,
            "client_secret": api.bc.client_secret, "scope": SCOPE, **changes}  # fmt: skip
    return requests.post(api.bc.token_url, data=form, timeout=20)


def test_a_token_works_until_it_expires(api: Api, clock: ManualClock) -> None:
    token = ask_for_token(api).json()
    api.http.headers["Authorization"] = f"Bearer {token['access_token']}"

    while_valid = api.get("items")[0]
    clock.forward(token["expires_in"])
    expired = api.refusal("GET", "items")

    assert while_valid == 200
    assert expired == (401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic dXNlcjpwYXNz"])
def test_no_or_an_unknown_token_is_refused(api: Api, header: str) -> None:
    api.http.headers["Authorization"] = header

    assert api.refusal("GET", "items")[:2] == (401, "Authentication_InvalidCredentials")


@pytest.mark.parametrize(
    "changes, status, error",
    [({"client_secret": "wrong"}, 401, "invalid_client"), ({"client_id": "wrong"}, 400, "unauthorized_client"),
     ({"scope": "https://graph.microsoft.com/.default"}, 400, "invalid_scope"),
     ({"grant_type": "password"}, 400, "unsupported_grant_type")],
)  # fmt: skip
def test_the_token_endpoint_refuses(api: Api, changes: dict[str, str], status: int, error: str) -> None:
    answer = ask_for_token(api, **changes)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize("root", ["/v2.0/sandbox/api/v2.0", "/v2.0/contoso.com/sandbox/api/v2.0", "/BC230/api/v2.0"])
def test_the_address_may_leave_the_tenant_out_or_be_on_premises(api: Api, root: str) -> None:
    answer = api.http.get(f"{api.bc.origin}{root}/companies", timeout=20)

    assert [company["name"] for company in answer.json()["value"]] == ["CRONUS FR"]


def test_the_company_may_stand_in_the_query(api: Api) -> None:
    status, body = api.get(f"/paymentMethods?company={api.bc.company}")

    assert (status, len(body["value"])) == (200, 2)


def test_an_unknown_company_is_not_found(api: Api) -> None:
    path = "/companies(5f0c4c4e-0000-4000-8000-000000000000)/items"

    assert api.refusal("GET", path)[:2] == (404, "Internal_CompanyNotFound")


def test_a_permission_that_is_missing_is_403(api: Api) -> None:
    api.bc.control.add_fault(kind="forbidden", entity="salesOrders", method="POST")

    status, code, _ = api.refusal("POST", "salesOrders", {"customerNumber": "C00010"})

    assert (status, code) == (403, "Authorization_PermissionDenied")
    assert api.get("salesOrders")[0] == 200
