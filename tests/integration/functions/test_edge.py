"""How the edge answers: every problem in its place and in the caller's language; every address as it always was."""
from __future__ import annotations

import json
from collections.abc import Iterator

import azure.functions as func
import pytest

from shared.problems import CATALOGUE
from shared.webhooks.subscriptions import PATH as WEBHOOKS
from tests.admin import admin_api, trigger
from tests.house import House
from tests.integration.access.visit import come_back, visit
from tests.repository import ROOT, declared_functions

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def house_of_the_app(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The house, as the app's functions find it: they see its storage, and go by its clock."""
    with admin_api(house, monkeypatch):
        monkeypatch.setattr("shared.root.connector", lambda: house.connector)
        yield house


def content_type(answer: func.HttpResponse) -> str:
    return str(answer.mimetype)


@pytest.mark.parametrize("language, title, sentence, advice", [
    ("fr-FR,fr;q=0.9,en;q=0.5", "Connecté", "est connectée à demo-fr.myshopify.com", "Vous pouvez fermer cette page."),
    ("en-GB,fr;q=0.5", "Connected", "is connected to demo-fr.myshopify.com", "You can close this page."),
    ("de-DE", "Connected", "is connected to demo-fr.myshopify.com", "You can close this page."),
])
def test_a_browser_that_comes_back_with_access_is_told_so_in_its_language(
    house_of_the_app: House, language: str, title: str, sentence: str, advice: str
) -> None:
    answer = come_back(visit(house_of_the_app), **BROWSER, **{"Accept-Language": language})

    page = answer.get_body().decode()
    assert (answer.status_code, content_type(answer)) == (200, "text/html")
    assert f'<html lang="{language[:2] if language[:2] == "fr" else "en"}">' in page
    assert f"<h1>{title}</h1>" in page
    assert sentence in page
    assert advice in page
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("name", ["oauth_callback", "go_to_shopify"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_failure_that_nobody_foresaw_is_told_to_a_browser_on_a_page(
    house_of_the_app: House, monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr("shared.access.request.AccessRequests.finish", fails)
    monkeypatch.setattr("shared.access.request.AccessRequests.begin", fails)

    page, plain = (trigger(name)(func.HttpRequest(
        method="GET", url="/", headers={"Accept-Language": language, **headers}, body=b"",
        route_params={"shop": house_of_the_app.shop})) for headers in (BROWSER, {}))

    title = CATALOGUE["internal-error"].told(language).title
    assert (page.status_code, content_type(page)) == (500, "text/html")
    assert "internal-error" in page.get_body().decode()
    assert title in page.get_body().decode()
    assert "foresaw" not in page.get_body().decode()
    assert (plain.status_code, content_type(plain)) == (500, "application/problem+json")
    assert json.loads(plain.get_body())["title"] == title


@pytest.mark.parametrize("name", ["get_shop", "list_runs", "start_sync"])
def test_the_api_answers_json_whatever_the_caller_shows(house_of_the_app: House, name: str) -> None:
    answer = trigger(name)(func.HttpRequest(
        method="GET", url="/", headers=BROWSER | {"Accept-Language": "fr"}, body=b"", route_params={"shop": "NOBODY"}))

    assert (answer.status_code, content_type(answer)) == (404, "application/problem+json")
    assert json.loads(answer.get_body())["title"] == CATALOGUE["shop-unknown"].told("fr").title


def test_a_refused_delivery_of_shopifys_is_answered_as_json(house_of_the_app: House) -> None:
    answer = trigger("shopify_webhook")(func.HttpRequest(
        method="POST", url="/", headers=BROWSER | {"X-Shopify-Hmac-Sha256": "forged"}, body=b"{}"))

    assert content_type(answer) == "application/problem+json"
    assert 400 <= answer.status_code < 500


def test_every_route_says_its_whole_address() -> None:
    """Without a prefix of host.json pages stand beside the API; every address of before begins with api/."""
    routes = {binding["route"] for bindings in declared_functions().values() for binding in bindings
              if binding["type"] == "httpTrigger"}

    assert json.loads((ROOT / "host.json").read_text())["extensions"]["http"]["routePrefix"] == ""
    assert {route.split("/")[0] for route in routes} == {"api", "portal"}
    assert {WEBHOOKS.removeprefix("/"), "api/oauth/callback", "api/health"} <= routes


def test_whoever_is_sent_an_address_of_ours_finds_a_function_there(house: House) -> None:
    routes = {f"/{binding['route']}" for bindings in declared_functions().values() for binding in bindings
              if binding["type"] == "httpTrigger"}
    asked = house.connector.access_requests.begin(house.shop, by="test").authorize_url

    assert WEBHOOKS in routes
    assert "%2Fapi%2Foauth%2Fcallback" in asked
    assert "/api/oauth/callback" in routes
