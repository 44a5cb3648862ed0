"""The installation page is held to what it installs: scopes, routes, the API version, and infra/'s names.

What needs Azure cannot be run here; at least nothing in it is named that is not there.
"""
from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest

from shared.access.scopes import OPTIONAL, REQUIRED
from shared.admin.set_up_guide import Step
from shared.shopify.client import API_VERSION
from shared.shopify.topics import PRIVACY_TOPICS
from tests.infra.bicep import MAIN, read
from tests.infra.settings import values_of_azd
from tests.repository import ROOT, declared_routes

PAGE = (ROOT / "docs" / "installation.md").read_text()
TEMPLATES = ROOT / "functions" / "portal" / "templates"
GUIDE = (TEMPLATES / "set-up-guide.html").read_text()
BICEP = (ROOT / "infra" / "main.bicep").read_text()


@pytest.fixture
def shopify_app() -> dict[str, Any]:
    """The Shopify app's configuration as the page shows it."""
    (text,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return tomllib.loads(text)


def test_the_shopify_app_has_the_scopes_without_which_nothing_starts(shopify_app: dict[str, Any]) -> None:
    assert sorted(shopify_app["access_scopes"]["scopes"].split(",")) == sorted(REQUIRED)


def test_the_scopes_that_may_be_refused_are_all_named_and_no_other() -> None:
    named = set(re.findall(r"`(read_\w+)`", PAGE))

    assert named == set(OPTIONAL)


def test_the_shopify_app_sends_browsers_and_privacy_requests_to_routes_that_exist(shopify_app: dict[str, Any]) -> None:
    (subscription,) = shopify_app["webhooks"]["subscriptions"]
    (redirect,) = shopify_app["auth"]["redirect_urls"]
    routes = set(declared_routes())

    assert ("GET", path_of(redirect)) in routes
    assert ("GET", path_of(shopify_app["application_url"])) in routes
    assert ("POST", path_of(subscription["uri"])) in routes
    assert subscription["compliance_topics"] == list(PRIVACY_TOPICS)
    assert shopify_app["webhooks"]["api_version"] == API_VERSION


def test_what_is_set_with_azd_is_a_parameter_of_the_infrastructure() -> None:
    parameters = (ROOT / "infra" / "main.parameters.json").read_text()

    given = set(re.findall(r"azd env set(?:-secret)? (\w+)", PAGE))

    assert {"CONNECTOR_BC_API_ROOT", "CONNECTOR_SHOPIFY_CLIENT_SECRET"} <= given
    assert given <= set(re.findall(r"\$\{(\w+)", parameters))


def test_a_secret_is_given_to_azd_as_a_reference_only() -> None:
    """`azd env set` would keep it in the clear."""
    given = re.findall(r"azd env (set|set-secret) (\w+)", PAGE)

    assert {name for verb, name in given if verb == "set-secret"} == {
        name for _, name in given if (parameter := parameter_of(name))
        and "secure" in read(MAIN).parameters[parameter].decorators}


def test_what_is_asked_of_azd_is_an_output_of_the_infrastructure() -> None:
    asked = set(re.findall(r"azd env get-value (\w+)", PAGE))

    assert asked
    assert asked <= set(re.findall(r"^output (\w+)", BICEP, re.MULTILINE))


def test_the_profile_is_a_column_of_the_environments() -> None:
    (profile,) = re.findall(r"azd env set CONNECTOR_PROFILE (\w+)", PAGE)

    assert profile in json.loads((ROOT / "infra" / "environments.json").read_text())


def parameter_of(name: str) -> str:
    """Which parameter of main.bicep a value of the azd environment fills; "" for a setting that is handed on."""
    filled = {parameter for parameter, value in values_of_azd().items() if value.startswith("${" + name)}
    return next(iter(filled & set(read(MAIN).parameters)), "")


def path_of(address: str) -> str:
    """/api/health of https://<app>.azurewebsites.net/api/health."""
    return "/" + address.split("/", 3)[3]


# The first shop


def steps_of_the_page() -> list[list[str]]:
    """The cells of each row of the table of the first shop's steps."""
    section = PAGE.split("## 5. The first shop\n")[1].split("\n### By script\n")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_first_shop_takes_the_steps_of_the_set_up_guide_in_its_order() -> None:
    titles = re.search(r"macro title\(step\).*?\n(.*)", GUIDE)
    assert titles is not None

    named = dict(re.findall(r'"([a-z-]+)": _\("([^"]+)"\)', titles[1]))

    assert [row[0] for row in steps_of_the_page()] == [named[step] for step in Step]


def test_whatever_is_to_be_pressed_stands_on_a_page_of_the_portal() -> None:
    said = {text for page in TEMPLATES.glob("*.html") for text in re.findall(r'_\("([^"]+)"\)', page.read_text())}

    pressed = {text for row in steps_of_the_page() for text in re.findall(r"\*([^*]+)\*", " ".join(row[1:]))}

    assert {"Create the shop card", "Request access", "Run the check", "Enable", "Synchronize now"} <= pressed
    assert pressed - said == {"Install"}, "which is Shopify's"


def test_access_is_granted_in_the_browser_and_nobody_copies_an_address_out_of_one() -> None:
    for page in ("installation.md", "first-hour.md", "operators-guide.md", "fr/guide-operateur.md"):
        text = (ROOT / "docs" / page).read_text()

        assert "address bar" not in text
        assert "cookies.txt" not in text, page
        assert "oauth-state-mismatch" not in text, page
