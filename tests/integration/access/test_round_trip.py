"""Request access as a browser does it: through the functions host, with cookies, redirects and pages."""
from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
import requests

from local.azurite import Azurite
from local.browser import install
from tests.admin import assert_problem
from tests.integration.sync.street import KEY, SHOP, Street, a_street

PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def running(street_storage: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A host and an empty shop."""
    folder = tmp_path_factory.mktemp("street")
    with a_street(street_storage.connection_string, folder, customers=0, products=1, orders=0, plain=True) as street:
        street.open()
        street.connect()
        yield street


@pytest.fixture
def street(running: Street) -> Street:
    """Without any access yet."""
    running.call("DELETE", f"shops/{SHOP}")
    running.connect()
    running.call("DELETE", f"shops/{SHOP}/access")
    running.shopify.service.grant(running.shopify.token, running.shopify.client_id)
    return running


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def ask(street: Street, browser: requests.Session) -> str:
    """Press *Request access*; where the browser is sent."""
    assert street.host is not None
    url = f"{street.host.ready['url']}/api/shops/{SHOP}/access/request"
    answer = browser.get(url, headers={"x-functions-key": KEY}, allow_redirects=False, timeout=30)
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_browser_connects_the_shop_and_the_card_shows_it(street: Street, browser: requests.Session) -> None:
    callback = install(ask(street, browser))

    page = browser.get(callback, headers=PAGE, timeout=30)

    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert SHOP in page.text
    access = street.call("GET", f"shops/{SHOP}").json()["access"]
    assert (access["state"], access["has_access_key"], access["missing"]) == ("connected", True, [])
    street.start_sync()
    assert street.finished_run()["state"] == "succeeded"


def test_a_script_gets_the_address_and_the_cookie_as_well(street: Street, browser: requests.Session) -> None:
    assert street.host is not None
    asked = browser.post(f"{street.host.ready['url']}/api/shops/{SHOP}/access/request",
                         headers={"x-functions-key": KEY}, timeout=30)

    answer = browser.get(install(asked.json()["authorize_url"]), timeout=30)

    assert answer.json() == {"shop": SHOP, "host": "demo-fr.myshopify.com", "missing": []}


def test_a_browser_without_the_cookie_is_refused_and_its_address_still_good_for_whoever_has_it(
    street: Street, browser: requests.Session
) -> None:
    """As docs/installation.md describes it: a person in a browser, the cookie with curl."""
    callback = install(ask(street, browser))

    refused = requests.get(callback, headers=PAGE, timeout=30)
    answer = browser.get(callback, timeout=30)

    assert (refused.status_code, answer.status_code) == (400, 200)
    assert "oauth-state-mismatch" in refused.text


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(street: Street) -> None:
    answer = street.call("POST", f"shops/{SHOP}/access/request")

    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/api/oauth", "Max-Age=600"))
    assert answer.headers["Cache-Control"] == "no-store"


def test_another_browser_cannot_finish_the_request(street: Street, browser: requests.Session) -> None:
    callback = install(ask(street, browser))

    assert_problem(requests.get(callback, timeout=30), 400, "oauth-state-mismatch")

    assert street.call("GET", f"shops/{SHOP}").json()["access"]["state"] == "none"
    assert browser.get(callback, timeout=30).status_code == 200


def test_a_callback_works_once(street: Street, browser: requests.Session) -> None:
    callback = install(ask(street, browser))
    cookies = dict(browser.cookies)
    assert browser.get(callback, timeout=30).status_code == 200
    since = street.call("GET", f"shops/{SHOP}").json()["access"]

    replayed = requests.get(callback, cookies=cookies, timeout=30)

    assert_problem(replayed, 400, "oauth-state-mismatch")
    assert street.call("GET", f"shops/{SHOP}").json()["access"] == since


def test_a_changed_callback_is_refused_on_a_page_without_script_or_echo(
    street: Street, browser: requests.Session
) -> None:
    callback = install(ask(street, browser)).replace("demo-fr", "<script>alert(1)</script>")

    page = browser.get(callback, headers=PAGE | {"Accept-Language": "fr"}, timeout=30)

    assert page.status_code == 400
    assert "oauth-hmac-invalid" in page.text
    assert "Paramètres" in page.text
    assert "script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_redirect_address_is_the_configured_one_whatever_the_request_says(street: Street) -> None:
    assert street.host is not None
    answer = requests.post(
        f"{street.host.ready['url']}/api/shops/{SHOP}/access/request", timeout=30,
        headers={"x-functions-key": KEY, "Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )

    assert "evil" not in answer.text
    assert re.search(r"redirect_uri=http%3A%2F%2F127\.0\.0\.1%3A\d+%2Fapi%2Foauth%2Fcallback", answer.text)


def forget_links(street: Street) -> None:
    asked = street.call("POST", f"shops/{SHOP}/forget-links").json()["detail"]
    number = re.search(r"confirm=(\d+)", asked)
    assert number is not None
    assert street.call("POST", f"shops/{SHOP}/forget-links?confirm={number[1]}").status_code == 200


@pytest.fixture
def of_another_store(street: Street, browser: requests.Session) -> Iterator[None]:
    """Who answers at Shopify is another store than the one that was synchronized."""
    browser.get(install(ask(street, browser)), timeout=30)
    street.start_sync()
    while not street.call("GET", f"shops/{SHOP}/synchronization-info/disputes").json()["last_sync_time"]:
        time.sleep(0.1)
    ours = street.shopify.shop_state.card["id"]
    street.shopify.shop_state.card["id"] = "gid://shopify/Shop/2"
    yield
    street.shopify.shop_state.card["id"] = ours


def test_another_store_is_shown_as_pending_until_it_is_confirmed_and_takes_no_links_along(
    street: Street, browser: requests.Session, of_another_store: None
) -> None:
    def pending() -> None:
        callback = install(ask(street, browser), shop="demo-de.myshopify.com")
        assert_problem(browser.get(callback, timeout=30), 409, "oauth-shop-unconfirmed")
        assert street.call("GET", f"shops/{SHOP}").json()["access"]["pending"] == "demo-de.myshopify.com"

    pending()
    assert_problem(street.call("POST", f"shops/{SHOP}/access/confirm"), 409, "shop-card-moved")
    assert street.call("GET", f"shops/{SHOP}").json()["shopify_url"] == "https://demo-fr.myshopify.com"

    forget_links(street)
    pending()
    confirmed = street.call("POST", f"shops/{SHOP}/access/confirm")

    assert (confirmed.json()["state"], confirmed.json()["pending"]) == ("connected", None)
    assert street.call("GET", f"shops/{SHOP}").json()["shopify_url"] == "https://demo-de.myshopify.com"
    assert_problem(street.call("POST", f"shops/{SHOP}/access/confirm"), 404, "not-found")
    assert street.call("PATCH", f"shops/{SHOP}", {"enabled": True}).status_code == 200


def test_access_can_be_given_back(street: Street, browser: requests.Session) -> None:
    browser.get(install(ask(street, browser)), timeout=30)

    assert street.call("DELETE", f"shops/{SHOP}/access").status_code == 204

    assert street.call("GET", f"shops/{SHOP}").json()["access"]["state"] == "none"
    assert street.shopify.app.installed is False
    assert_problem(street.call("POST", f"shops/{SHOP}/sync"), 409, "access-token-missing")


def test_an_unknown_shop_cannot_ask(street: Street) -> None:
    for method, path in (("POST", "request"), ("GET", "request"), ("POST", "confirm")):
        assert_problem(street.call(method, f"shops/NONE/access/{path}"), 404, "shop-unknown")
    assert_problem(street.call("DELETE", "shops/NONE/access"), 404, "shop-unknown")
