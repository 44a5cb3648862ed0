"""Acceptance cases D, Q4, Q5 and Q7: access to Shopify, its end, and its renewal, over HTTP on one clock."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from shared.access.scopes import OPTIONAL, REQUIRED
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.root import build_connector
from shared.shopify.api_version import version_warning
from shared.shopify.client import ShopifyClient
from shared.shopify.shop_info import read_shop_info
from tests.house import House
from tests.integration.access.visit import (
    Visit,
    access,
    connect,
    finish,
    refusal,
    signed,
    token_calls,
    visit,
)

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture
def fresh(house: House) -> House:
    """A house whose shop was never connected."""
    house.connector.tokens.forget(house.shop)
    return house


def another_instance(house: House) -> Connector:
    """A connector that shares storage and services with the house's, and nothing else."""
    return build_connector(house.settings, clock=house.clock, observe=house.exchanges.append,
                           storage=house.storage)


# D3, D4: the callback


def test_d3_a_callback_with_another_state_stores_nothing(fresh: House) -> None:
    came = visit(fresh)
    other = [(name, "another" if name == "state" else value) for name, value in came.parameters]

    forged = came._replace(parameters=signed(other, fresh.shopify.client_secret))

    assert refusal(fresh, forged) == "oauth-state-mismatch"
    assert access(fresh)["state"] == "none"
    assert token_calls(fresh, "authorization_code") == 0


def test_d3_a_callback_with_a_wrong_signature_stores_nothing(fresh: House) -> None:
    came = visit(fresh)

    forged = came._replace(parameters=signed(came.parameters, "another secret"))

    assert refusal(fresh, forged) == "oauth-hmac-invalid"
    assert access(fresh)["state"] == "none"
    assert token_calls(fresh, "authorization_code") == 0


def test_the_round_trip_ends_with_an_access_key(fresh: House) -> None:
    connect(fresh)

    shown = access(fresh)
    assert shown["state"] == "connected"
    assert shown["has_access_key"] is True
    assert set(REQUIRED) <= set(shown["scopes"])
    assert shown["missing"] == []
    assert (shown["since"], shown["token_until"]) == ("2026-03-10T10:00:00Z", "2026-03-10T11:00:00Z")
    assert shown["until"] == "2026-06-08T10:00:00Z"
    assert fresh.sync().state == "succeeded"


# D5: renewal in time


def test_d5_six_minutes_before_its_end_a_token_is_left_alone_and_five_minutes_before_it_is_renewed(
    fresh: House,
) -> None:
    connect(fresh)
    first = fresh.connector.tokens.token(fresh.shop)

    fresh.clock.forward(54 * MINUTE)
    assert fresh.connector.tokens.token(fresh.shop) == first
    assert token_calls(fresh) == 0

    fresh.clock.forward(1 * MINUTE)
    assert fresh.connector.tokens.token(fresh.shop) != first
    assert token_calls(fresh) == 1


def test_a_long_idle_shop_is_renewed_by_its_next_run(fresh: House) -> None:
    connect(fresh)

    fresh.clock.forward(80 * DAY)

    assert fresh.sync().state == "succeeded"
    assert fresh.sync().state == "succeeded"
    assert token_calls(fresh) == 1


# D6: a dead refresh token


def test_d6_a_refresh_token_past_its_90_days_needs_a_new_connection_and_asks_shopify_nothing(fresh: House) -> None:
    connect(fresh)
    fresh.clock.forward(90 * DAY + 1)

    first, second = fresh.sync(), fresh.sync()

    assert (first.state, first.error_code) == ("failed", "reconnect-required")
    assert (second.state, second.error_code) == ("failed", "reconnect-required")
    assert token_calls(fresh) == 0
    assert (access(fresh)["state"], access(fresh)["reason"]) == ("reconnect-required", "reconnect-required")


def test_d6_a_refresh_token_that_shopify_no_longer_takes_is_tried_once(fresh: House) -> None:
    connect(fresh)
    fresh.shopify.service.grants.expire_refresh_tokens(fresh.shopify.app)
    fresh.clock.forward(HOUR)

    codes = [fresh.sync().error_code for _ in range(3)]
    with pytest.raises(ConnectorError, match="reconnect-required"):
        fresh.connector.tokens.token(fresh.shop)

    assert codes == ["reconnect-required"] * 3
    assert token_calls(fresh) == 1
    assert access(fresh)["state"] == "reconnect-required"


def test_d6_a_refresh_token_without_a_known_end_counts_as_valid(fresh: House) -> None:
    connect(fresh)
    tokens = fresh.connector.tokens
    grant = tokens.grants.read(fresh.shop)
    assert grant is not None
    tokens.store(fresh.shop, grant.with_(refresh_expires_at=None))

    fresh.clock.forward(HOUR)

    assert fresh.sync().state == "succeeded"
    assert token_calls(fresh) == 1


# D8: one renewal


@pytest.mark.emulator  # the others wait by the house's clock: against memory it runs a minute ahead of one call
def test_d8_five_workers_with_an_ending_token_refresh_once(fresh: House) -> None:
    connect(fresh)
    fresh.clock.forward(56 * MINUTE)
    instances = [another_instance(fresh) for _ in range(5)]

    with ThreadPoolExecutor(5) as workers:
        tokens = list(workers.map(lambda one: one.tokens.token(fresh.shop), instances))

    assert len(set(tokens)) == 1
    assert token_calls(fresh) == 1


# D10: scopes


def test_d10_a_missing_scope_stops_the_run_before_any_call_and_new_access_resumes_it(fresh: House) -> None:
    came = connect(fresh, grant=[scope for scope in REQUIRED if scope != "read_inventory"])
    assert "read_inventory" in came.missing
    fresh.exchanges.clear()

    stopped = fresh.sync()

    assert (stopped.state, stopped.error_code) == ("failed", "access-scope-changed")
    assert "read_inventory" in str(stopped.error_detail)
    assert "read_orders" not in str(stopped.error_detail)
    assert fresh.exchanges == []

    connect(fresh)
    assert fresh.sync().state == "succeeded"


def test_d10_a_write_scope_contains_its_read_scope(fresh: House) -> None:
    connect(fresh)
    tokens = fresh.connector.tokens
    grant = tokens.grants.read(fresh.shop)
    assert grant is not None
    answered = tuple(scope.replace("read_products", "write_products") for scope in grant.granted)

    tokens.store(fresh.shop, grant.with_(granted=answered))

    assert access(fresh)["missing"] == []
    assert fresh.sync().state == "succeeded"


def test_without_the_optional_scopes_syncs_go_on_and_the_card_says_what_is_missing(fresh: House) -> None:
    connect(fresh, grant=list(REQUIRED))

    assert access(fresh)["missing"] == sorted(OPTIONAL)
    assert fresh.sync().state == "succeeded"


# D11: the API version


def test_d11_a_version_that_has_ended_is_refused_at_each_call(fresh: House) -> None:
    connect(fresh)
    client = ShopifyClient(fresh.shopify.url, token=lambda: fresh.connector.tokens.token(fresh.shop), clock=fresh.clock,
                           api_version="2024-01")

    for _ in range(2):
        with pytest.raises(ConnectorError, match="api-version-unsupported"):
            read_shop_info(client)


@pytest.mark.parametrize("days, warned", [(31, False), (30, True), (0, True), (-1, True)])
def test_d11_the_end_of_a_version_is_announced_30_days_before(days: int, warned: bool) -> None:
    end = datetime(2027, 10, 1, tzinfo=UTC)

    sentence = version_warning("2026-10", end - timedelta(days=days))

    assert (sentence is not None) == warned
    assert not sentence or "2027-10-01" in str(sentence)


# Q4, Q5: what Shopify says when nobody can be connected


def test_q4_an_unknown_client_id_says_what_to_check(fresh: House) -> None:
    came = visit(fresh)
    del fresh.shopify.service.grants.apps[fresh.shopify.client_id]

    with pytest.raises(ConnectorError) as caught:
        finish(fresh, came)

    assert caught.value.code == "api-key-unknown"
    assert all(word in caught.value.problem.fix for word in ("SHOPIFY_CLIENT_ID", "distribution", "installation"))
    assert access(fresh)["state"] == "none"


def test_q4_the_same_words_in_a_callback_are_understood(fresh: House) -> None:
    words = "Could not find Shopify API application with api_key simulated"

    code = refusal(fresh, Visit([("error", "invalid_request"), ("error_description", words)], {}))

    assert code == "api-key-unknown"


def test_q5_an_account_without_permission_is_told_who_can_help(fresh: House) -> None:
    words = "Your account does not have permission to grant the requested access for this app."

    with pytest.raises(ConnectorError) as caught:
        finish(fresh, Visit([("error", "access_denied"), ("error_description", words)], {}))

    assert caught.value.code == "app-permission-missing"
    assert "shop owner" in caught.value.problem.fix
    assert "permission" in caught.value.problem.fix


# Q7: an unexpected 401


def test_q7_a_token_refused_once_is_renewed_once_and_the_run_goes_on(fresh: House) -> None:
    connect(fresh)
    fresh.shopify.service.grants.tokens.pop(fresh.connector.tokens.token(fresh.shop))

    run = fresh.sync()

    assert run.state == "succeeded"
    assert token_calls(fresh) == 1


def test_q7_a_token_refused_after_one_refresh_asks_for_a_new_connection(fresh: House) -> None:
    connect(fresh)
    fresh.shopify.fault("access_revoked")

    run = fresh.sync("products")

    assert (run.state, run.error_code) == ("failed", "reconnect-required")
    assert token_calls(fresh) == 1
    assert access(fresh)["state"] == "reconnect-required"
