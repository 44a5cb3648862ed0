"""Roles and keys, without a host: when the identity header counts, what it may hold, and who is let in."""
from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from shared.errors import ConnectorError
from shared.settings import Settings, read_settings
from shared.who_may import KEY_HOLDER, Caller, Role, admitted, person

ON, OFF = Settings(authentication_on=True), Settings()
STRICT, STRICT_BUT_OFF = Settings(authentication_on=True, require_sign_in=True), Settings(require_sign_in=True)
LONG_ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"


def identity(*claims: tuple[str, str], **more: Any) -> dict[str, str]:
    principal = {"auth_typ": "aad", "claims": [{"typ": typ, "val": val} for typ, val in claims], **more}
    return {"x-ms-client-principal": base64.b64encode(json.dumps(principal).encode()).decode()}


ADA = identity(("name", "Ada"), ("roles", "Operator"))
VERA = identity(("name", "Vera"), ("roles", "Viewer"))


def refused(headers: dict[str, str], role: Role, settings: Settings) -> str:
    with pytest.raises(ConnectorError) as caught:
        admitted(headers, role, settings)
    return caught.value.code


def test_an_operator_may_see_and_change_and_a_viewer_may_see() -> None:
    assert admitted(ADA, Role.OPERATOR, ON).name == "Ada"
    assert admitted(ADA, Role.VIEWER, ON).name == "Ada"
    assert admitted(VERA, Role.VIEWER, ON).name == "Vera"
    assert refused(VERA, Role.OPERATOR, ON) == "role-missing"


@pytest.mark.parametrize("claims", [[("roles", "operator")], [("roles", "")], [("scp", "Operator")], []])
def test_whoever_has_neither_role_gets_nothing(claims: list[tuple[str, str]]) -> None:
    assert refused(identity(("name", "Eve"), *claims), Role.VIEWER, ON) == "role-missing"


@pytest.mark.parametrize(("typ", "role_typ"), [("roles", "roles"), (LONG_ROLE, LONG_ROLE), ("groups", "groups"),
                                               ("roles", None), (LONG_ROLE, "roles")])
def test_a_role_is_found_whatever_its_claim_is_called(typ: str, role_typ: str | None) -> None:
    assert admitted(identity((typ, "Operator"), role_typ=role_typ), Role.OPERATOR, ON).roles == {"Operator"}


def test_while_authentication_is_off_the_header_is_not_read() -> None:
    forged, broken = VERA, {"x-ms-client-principal": "%%%"}

    assert admitted(forged, Role.OPERATOR, OFF) == KEY_HOLDER
    assert admitted(broken, Role.OPERATOR, OFF) == KEY_HOLDER
    assert refused(ADA, Role.VIEWER, STRICT_BUT_OFF) == "not-signed-in"


def test_a_machine_with_a_key_is_an_operator_unless_signing_in_is_required() -> None:
    assert admitted({}, Role.OPERATOR, ON) == KEY_HOLDER
    assert refused({}, Role.VIEWER, STRICT) == "not-signed-in"
    assert admitted(VERA, Role.VIEWER, STRICT).name == "Vera"


OURS, THEIRS = "11111111-2222-3333-4444-55555555aaaa", "99999999-2222-3333-4444-55555555bbbb"
LONG_TENANT = "http://schemas.microsoft.com/identity/claims/tenantid"
OPERATOR = ("roles", "Operator")


@pytest.mark.parametrize("allowed", [OURS, OURS.upper(), f"{THEIRS[:-1]}0, {OURS} ,"])
@pytest.mark.parametrize("claim", ["tid", LONG_TENANT])
def test_a_role_counts_when_it_comes_from_a_tenant_that_the_setting_names(claim: str, allowed: str) -> None:
    settings = Settings(authentication_on=True, allowed_tenants=allowed)

    assert admitted(identity(("name", "Ada"), OPERATOR, (claim, OURS)), Role.OPERATOR, settings).is_operator


@pytest.mark.parametrize("tenants", [
    [("tid", THEIRS)], [(LONG_TENANT, THEIRS)], [], [("tid", "")], [("tid", OURS), (LONG_TENANT, THEIRS)],
    [("iss", f"https://sts.windows.net/{OURS}/")], [("tid", f"{OURS},{THEIRS}")],
])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_an_operator_of_a_foreign_tenant_or_of_none_gets_nothing(tenants: list[tuple[str, str]], role: Role) -> None:
    settings = Settings(authentication_on=True, allowed_tenants=OURS)
    headers = identity(("name", "Eve"), OPERATOR, *tenants)

    assert refused(headers, role, settings) == "tenant-not-allowed"
    with pytest.raises(ConnectorError, match="Eve signed in with another tenant"):
        person(headers, role, settings)


@pytest.mark.parametrize("allowed", [",", " , ", ";"])
def test_a_setting_that_names_no_tenant_by_mistake_lets_nobody_in(allowed: str) -> None:
    settings = Settings(authentication_on=True, allowed_tenants=allowed)

    assert refused(identity(("name", "Ada"), OPERATOR, ("tid", OURS)), Role.OPERATOR, settings) == "tenant-not-allowed"


@pytest.mark.parametrize("allowed", ["", " "])
def test_without_a_named_tenant_app_service_alone_decides_who_comes(allowed: str) -> None:
    settings = Settings(authentication_on=True, allowed_tenants=allowed)

    assert admitted(identity(("name", "Ada"), OPERATOR, ("tid", THEIRS)), Role.OPERATOR, settings).is_operator


def test_a_machine_with_a_key_has_no_tenant_and_needs_none() -> None:
    assert admitted({}, Role.OPERATOR, Settings(authentication_on=True, allowed_tenants=OURS)) == KEY_HOLDER


@pytest.mark.parametrize("header", [
    "%%%", "e30", "bnVsbA==", "W10=", "e30=", base64.b64encode(b"\xff\xfe").decode(), "é",
    base64.b64encode(b'{"claims": [{"typ": "roles"}]}').decode(),
    base64.b64encode(b'{"claims": {"roles": "Operator"}}').decode(),
    ADA["x-ms-client-principal"] + "," + ADA["x-ms-client-principal"],
])
def test_a_broken_header_is_nobody(header: str) -> None:
    assert refused({"x-ms-client-principal": header}, Role.VIEWER, ON) == "not-signed-in"


@pytest.mark.parametrize(("claims", "more", "name"), [
    ([("preferred_username", "ada@example.com"), ("name", "Ada L.")], {}, "ada@example.com"),
    ([("preferred_username", "ada@example.com"), ("name", "Ada L.")], {"name_typ": "name"}, "Ada L."),
    ([("appid", "1b2c")], {"name_typ": "name"}, "1b2c"),
    ([("name", "Ada\r\nEvil: 1")], {}, "AdaEvil: 1"),
    ([("name", "A" * 200)], {}, "A" * 100),
    ([], {}, "a signed-in caller"),
    ([("name", "\u200b\u202e "), ("appid", "0f3c")], {}, "0f3c"),
    ([("name", "\u2066\u2069")], {}, "a signed-in caller"),
])
def test_a_caller_is_written_down_by_a_name_that_is_fit_for_it(
    claims: list[tuple[str, str]], more: dict[str, str], name: str
) -> None:
    caller = admitted(identity(("roles", "Viewer"), *claims, **more), Role.VIEWER, ON)

    assert caller == Caller(name, frozenset({"Viewer"}))


def test_the_switches_are_read_as_azure_writes_them() -> None:
    needed = {"AzureWebJobsStorage": "x", "BC_API_ROOT": "https://y"}

    assert read_settings(needed | {"WEBSITE_AUTH_ENABLED": "True"}).authentication_on
    assert not read_settings(needed | {"WEBSITE_AUTH_ENABLED": "False"}).authentication_on
    assert not read_settings(needed).require_sign_in
    with pytest.raises(ConnectorError, match="REQUIRE_SIGN_IN"):
        read_settings(needed | {"REQUIRE_SIGN_IN": "yes"})
