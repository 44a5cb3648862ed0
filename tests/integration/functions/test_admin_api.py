"""The admin API as a caller sees it, through the functions host: answers, refusals, problem+json."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from local.azurite import Azurite
from tests.admin import assert_problem
from tests.integration.sync.street import KEY, SHOP, Street, a_street

TIME = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def street(street_storage: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A running host with a connected shop of a few records."""
    folder: Path = tmp_path_factory.mktemp("street")
    with a_street(street_storage.connection_string, folder, customers=3, products=3, orders=3, plain=True) as street:
        street.open()
        street.connect()
        yield street


def test_a_stranger_is_turned_away(street: Street) -> None:
    assert street.host is not None
    url = f"{street.host.ready['url']}/api/shops"

    assert requests.get(url, timeout=10).status_code == 401
    assert requests.get(url, headers={"x-functions-key": "guessed"}, timeout=10).status_code == 401
    assert requests.get(f"{street.host.ready['url']}/api/health", timeout=10).json() == {"status": "ok"}


def test_a_shop_card_is_shown_with_its_key_but_never_the_token(street: Street) -> None:
    answer = street.call("GET", f"shops/{SHOP}")

    assert answer.json()["has_access_key"] is True
    assert answer.json()["shopify_url"] == "https://demo-fr.myshopify.com"
    assert street.shopify.token not in answer.text


@pytest.mark.parametrize("method, path", [("PATCH", f"shops/{SHOP}"), ("POST", f"shops/{SHOP}/sync"),
                                          ("PUT", "environment")])
def test_a_body_that_came_in_chunks_is_refused_and_not_taken_for_an_empty_one(
    street: Street, method: str, path: str
) -> None:
    assert street.host is not None
    runs = street.call("GET", f"shops/{SHOP}/runs").json()

    url, chunks = f"{street.host.ready['url']}/api/{path}", iter([b'{"types":', b'["orders"]}'])
    answer = requests.request(method, url, data=chunks, headers={"x-functions-key": KEY}, timeout=10)

    assert "Content-Length" in assert_problem(answer, 400, "input-invalid")["detail"]
    assert street.call("GET", f"shops/{SHOP}/runs").json() == runs


def test_a_card_can_be_changed_field_by_field(street: Street) -> None:
    answer = street.call("PATCH", f"shops/{SHOP}", {"logging_mode": "All"})

    assert answer.json()["logging_mode"] == "All"
    assert answer.json()["tip_account"] == "758800"


@pytest.mark.parametrize(("change", "named"), [
    ({"logging_mode": "Sometimes"}, "Sometimes"),
    ({"tip_acount": "1"}, "tip_acount"),
    ({"enabled": "yes"}, "'enabled' is not true or false"),
    ({"time_zone": "Mars/Olympus"}, "Mars/Olympus"),
])
def test_a_wrong_field_is_named_and_nothing_is_stored(street: Street, change: dict[str, Any], named: str) -> None:
    before = street.call("GET", f"shops/{SHOP}").json()

    answer = street.call("PATCH", f"shops/{SHOP}", change)

    assert answer.status_code == 400
    assert named in answer.json()["detail"]
    assert street.call("GET", f"shops/{SHOP}").json() == before


@pytest.mark.parametrize("url", [
    "https://www.myshop.com", "http://demo-fr.myshopify.com", "demo.myshopify.com.evil.tld", "", "https://",
])
def test_d2_an_address_outside_myshopify_is_refused(street: Street, url: str) -> None:
    assert_problem(street.call("PUT", "shops/OTHER", {"shopify_url": url}), 400, "shop-url-invalid")
    assert_problem(street.call("GET", "shops/OTHER"), 404, "shop-unknown")


@pytest.mark.parametrize("url", [
    "https://admin.shopify.com/store/demo-fr?x", "admin.shopify.com/store/demo-fr/products", "DEMO-FR.myshopify.com",
])
def test_d1_a_pasted_admin_address_is_understood(street: Street, url: str) -> None:
    saved = street.call("PUT", "shops/PASTED", {"shopify_url": url}).json()

    assert saved["shopify_url"] == "https://demo-fr.myshopify.com"
    assert street.call("DELETE", "shops/PASTED").status_code == 204


def test_an_unknown_shop_is_a_404_everywhere(street: Street) -> None:
    for method, path in [
        ("GET", "shops/NONE"), ("DELETE", "shops/NONE"), ("GET", "shops/NONE/runs"), ("POST", "shops/NONE/sync"),
        ("GET", "shops/NONE/synchronization-info"), ("DELETE", "shops/NONE/synchronization-info/orders"),
        ("GET", "shops/NONE/skipped-records"), ("POST", "shops/NONE/skipped-records/orders/1/retry"),
    ]:
        assert_problem(street.call(method, path), 404, "shop-unknown")


def test_the_sync_time_is_shown_set_and_cleared(street: Street) -> None:
    path = f"shops/{SHOP}/synchronization-info/customers"

    assert street.call("PUT", path, {"last_sync_time": TIME}).json()["last_sync_time"] == TIME
    assert street.call("GET", path).json()["changed_by"] == "admin"
    assert street.call("DELETE", path).json()["last_sync_time"] is None
    assert [row["type"] for row in street.call("GET", f"shops/{SHOP}/synchronization-info").json()] == [
        "products", "customers", "companies", "orders", "payouts", "disputes",
    ]


@pytest.mark.parametrize("time", ["yesterday", "2026-01-01", "2999-01-01T00:00:00Z", None, 7, "", "2026-13-01T00:00Z"])
def test_a_time_that_cannot_be_is_refused_and_changes_nothing(street: Street, time: Any) -> None:
    path = f"shops/{SHOP}/synchronization-info/orders"
    before = street.call("GET", path).json()

    assert_problem(street.call("PUT", path, {"last_sync_time": time}), 400, "input-invalid")

    assert street.call("GET", path).json() == before


def test_an_unknown_type_is_refused(street: Street) -> None:
    assert_problem(street.call("GET", f"shops/{SHOP}/synchronization-info/coupons"), 404, "not-found")
    assert_problem(street.call("POST", f"shops/{SHOP}/sync", {"types": ["coupons"]}), 400, "input-invalid")
    assert_problem(street.call("POST", f"shops/{SHOP}/sync", {"types": "orders"}), 400, "input-invalid")


def test_a_body_that_is_no_json_is_refused(street: Street) -> None:
    assert street.host is not None
    for body in (b"{", b"\xff\xfe", b"[1]"):
        answer = requests.put(
            f"{street.host.ready['url']}/api/shops/{SHOP}", data=body, headers={"x-functions-key": KEY}, timeout=10
        )
        assert_problem(answer, 400, "input-invalid")


def test_a_token_has_to_look_like_one(street: Street) -> None:
    for token in ("short", "with space in it", 12345678, None):
        answer = street.call("PUT", f"shops/{SHOP}/access/token", {"access_token": token})
        assert_problem(answer, 400, "input-invalid")


def test_a_sync_runs_from_the_queue_and_is_found_in_the_history(street: Street) -> None:
    answer = street.call("POST", f"shops/{SHOP}/sync", {"types": ["products"]})

    run = street.finished_run()

    assert answer.status_code == 202
    assert run["state"] == "succeeded"
    assert run["counts"]["products"]["read"] == 3
    assert street.call("GET", f"shops/{SHOP}/runs/{run['id']}").json() == run
    assert_problem(street.call("GET", f"shops/{SHOP}/runs/nope"), 404, "not-found")


def test_a_disabled_shop_and_one_without_a_token_do_not_start(street: Street) -> None:
    card = {"shopify_url": "demo-de.myshopify.com", "company_id": street.bc.company}
    street.call("PUT", "shops/SLEEPING", card)
    assert_problem(street.call("POST", "shops/SLEEPING/sync"), 409, "shop-disabled")

    street.call("PATCH", "shops/SLEEPING", {"enabled": True})
    assert_problem(street.call("POST", "shops/SLEEPING/sync"), 409, "access-token-missing")
    street.call("DELETE", "shops/SLEEPING")


def test_an_environment_that_may_not_call_out_says_so_and_one_switch_allows_it(street: Street) -> None:
    assert street.call("PUT", "environment", {"allow_http_requests": False}).json()["allow_http_requests"] is False
    problem = assert_problem(street.call("POST", f"shops/{SHOP}/sync"), 409, "http-requests-not-allowed")
    assert "Allow HTTP requests" in problem["fix"]

    street.call("PUT", "environment", {"allow_http_requests": True})

    assert street.call("POST", f"shops/{SHOP}/sync", {"types": ["products"]}).status_code == 202
    assert_problem(street.call("PUT", "environment", {"allow_http_requests": "yes"}), 400, "input-invalid")


def test_the_fix_is_in_french_for_a_french_reader(street: Street) -> None:
    assert street.host is not None
    answer = requests.get(f"{street.host.ready['url']}/api/shops/NONE", timeout=10,
                          headers={"x-functions-key": KEY, "Accept-Language": "fr-CH,fr;q=0.9"})

    assert answer.json()["title"] == "Cette boutique n’existe pas"
