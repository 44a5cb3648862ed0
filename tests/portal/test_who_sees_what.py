"""A stranger sees nothing, a viewer changes nothing, and a form that is not the portal's is refused."""
from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from functions.portal.edge import TOKEN
from local.functions_host.http_front import TENANT
from shared.errors import ConnectorError
from shared.texts import sentence
from tests.house import HouseStorage
from tests.portal.pages import LOOKS, OPEN_TO_EVERYBODY, address, functions
from tests.portal.served import NOBODY, Portal, Visitor, a_portal
from tests.repository import declared_functions

Forging = Callable[[Portal, Visitor], dict[str, str]]


def test_a_page_is_anonymous_at_the_host_and_asks_for_a_person_itself() -> None:
    portal = {name: one[0] for name, one in declared_functions().items() if name.startswith("portal_")}

    assert {one["authLevel"] for one in portal.values()} == {"ANONYMOUS"}
    assert {one["route"].split("/")[0] for one in portal.values()} == {"portal"}
    assert all(len(one["methods"]) == 1 for one in portal.values())


def test_a_stranger_is_sent_to_sign_in_by_every_page_and_sees_nothing(portal: Portal) -> None:
    for name, route in functions("GET").items():
        answer = portal.stranger().get(address(route, portal.house), allow_redirects=False)

        assert (answer.status_code, answer.text) == (302, ""), name
        assert answer.headers["Location"].startswith("/.auth/login/aad?post_login_redirect_uri=%2Fportal"), name


def test_a_stranger_can_send_no_form(portal: Portal) -> None:
    for name, route in functions("POST").items():
        answer = portal.stranger().post(address(route, portal.house))

        assert answer.status_code == 401, name
        assert portal.house.shop not in answer.text, name
    assert portal.house.connector.operations.page().operations == []


def test_whoever_signs_in_comes_back_to_the_page_that_was_asked_for(portal: Portal) -> None:
    answer = portal.stranger().get("/portal?x=1")

    assert [step.status_code for step in answer.history] == [302, 302]
    assert answer.url == f"{portal.url}/portal?x=1"


def test_without_authentication_the_portal_says_how_to_set_it_up_and_shows_nothing(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, who=None) as portal:
        for name, route in functions("GET").items():
            answer = portal.stranger().get(
                address(route, portal.house), headers={"x-functions-key": "host-key", "x-ms-client-principal": "e30="})

            assert answer.status_code == 403, name
            assert "CONNECTOR_SIGN_IN_CLIENT_ID" in answer.text, name
            assert portal.house.shopify.shop not in answer.text, name


def test_who_has_no_role_is_told_which_one_is_missing_and_sees_nothing(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, who=NOBODY) as portal:
        answer = portal.visitor().get("/portal")

        assert answer.status_code == 403
        assert "Nobody gave eve@example.com the role Viewer" in answer.text
        assert portal.house.shop not in answer.text


def test_an_operator_of_another_tenant_sees_nothing_and_changes_nothing(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, allowed_tenants="another-tenant") as portal:
        visitor = portal.visitor()
        answers = {name: visitor.get(address(route, portal.house)) for name, route in functions("GET").items()}
        answers |= {name: visitor.post(address(route, portal.house)) for name, route in functions("POST").items()}

        assert {name: one.status_code for name, one in answers.items()} == dict.fromkeys(answers, 403)
        assert not [name for name, one in answers.items() if portal.house.shopify.shop in one.text]
        assert "signed in with another tenant of Microsoft Entra" in answers["portal_overview"].text
        assert "Sign in as somebody else" in answers["portal_overview"].text
        assert portal.house.connector.operations.page().operations == []


def test_an_operator_of_the_tenant_that_the_setting_names_is_let_in(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, allowed_tenants=f"another-tenant, {TENANT}") as portal:
        assert portal.house.shop in portal.visitor().get("/portal").text


def test_a_viewer_sees_every_page_and_no_form_that_changes_something(viewers_portal: Portal) -> None:
    visitor = viewers_portal.visitor()

    for name, route in functions("GET").items():
        answer = visitor.get(address(route, viewers_portal.house))

        assert answer.status_code in (200, 404), name
        assert set(re.findall(r'method="post" action="([^"]*)"', answer.text)) <= {"/portal/search"}, name


def test_a_viewer_can_change_nothing_by_any_form(viewers_portal: Portal) -> None:
    visitor = viewers_portal.visitor()

    for name, route in functions("POST").items():
        answer = visitor.post(address(route, viewers_portal.house))

        if name in LOOKS:
            assert answer.status_code == 200, name
            continue
        assert answer.status_code == 403, name
        assert "the role Operator" in answer.text, name
    assert viewers_portal.house.connector.operations.page().operations == []


FORGED: dict[str, Forging] = {
    "from another site": lambda portal, visitor: {"Origin": "https://evil.example"},
    "from another port": lambda portal, visitor: {"Origin": "http://127.0.0.1:1"},
    "from a page without an origin": lambda portal, visitor: {"Origin": "null"},
    "from nowhere": lambda portal, visitor: {"Origin": ""},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_a_form_that_comes_from_elsewhere_changes_nothing(portal: Portal, headers: Forging) -> None:
    visitor = portal.visitor()

    for name, route in functions("POST").items():
        answer = visitor.post(address(route, portal.house), headers=headers(portal, visitor))

        assert answer.status_code == 403, name
        assert "form-not-ours" in answer.text, name
    assert portal.house.connector.operations.page().operations == []


@pytest.mark.parametrize("token", ["", "0" * 32, "another browser's"])
def test_a_form_without_what_this_browsers_forms_are_known_by_changes_nothing(portal: Portal, token: str) -> None:
    visitor = portal.visitor()
    given = portal.visitor().token() if token == "another browser's" else token

    answer = visitor.post(f"/portal/shops/{portal.house.shop}/sync", {TOKEN: given})

    assert answer.status_code == 403
    assert "form-not-ours" in answer.text
    assert portal.house.connector.operations.page().operations == []


def test_a_form_of_the_portal_goes_through_and_says_so_once(portal: Portal) -> None:
    visitor = portal.visitor()

    first = visitor.post(f"/portal/shops/{portal.house.shop}/sync")
    second = visitor.get("/portal")

    assert (first.status_code, first.url) == (200, f"{portal.url}/portal")
    assert "is on its way" in first.text
    assert "is on its way" not in second.text
    (done,) = portal.house.connector.operations.page().operations
    assert (done.operation, done.by, done.shop) == ("start_sync", "ada@example.com", portal.house.shop)


def test_what_everybody_may_see_holds_nothing_of_a_shop(portal: Portal) -> None:
    declared = {name for name in declared_functions() if name.startswith("portal_")}

    answer = portal.stranger().get("/portal/signed-out")

    assert declared - set(functions("GET")) - set(functions("POST")) == OPEN_TO_EVERYBODY
    assert answer.status_code == 200
    assert portal.house.shop not in answer.text


def test_a_stranger_is_not_told_the_name_of_the_environment(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, environment="staging-7") as portal:
        assert "staging-7" not in portal.stranger().get("/portal/signed-out").text
        assert "staging-7" in portal.visitor().get("/portal").text


def test_a_stranger_is_not_told_how_storage_is(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> None:
        raise ConnectorError("storage-layout", sentence("storage is of a later version"))

    monkeypatch.setattr("shared.root.ready_connector", unreadable)

    page = portal.stranger().get("/portal", allow_redirects=False)
    form = portal.stranger().post(f"/portal/shops/{portal.house.shop}/sync")

    assert (page.status_code, form.status_code) == (302, 401)
    assert "storage" not in page.text + form.text
    assert "storage-layout" in portal.visitor().get("/portal").text


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "/portal\\@evil.example",
                                "/api/shops", "javascript:alert(1)", "/portalx", "http://[", "//[::1", "https://a\u2100b"])
def test_choosing_a_language_leads_nowhere_else(portal: Portal, to: str) -> None:
    answer = portal.stranger().get("/portal/language/fr", params={"to": to}, allow_redirects=False)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/portal")


def test_a_cookie_that_is_not_ours_is_no_error_and_its_token_is_not_taken(portal: Portal) -> None:
    visitor = portal.visitor()
    visitor.session.cookies.set("portal", "eyJmb3JtIjoieCJ9", domain="127.0.0.1")

    answer = visitor.post(f"/portal/shops/{portal.house.shop}/sync", {TOKEN: "x"})

    assert answer.status_code == 403
