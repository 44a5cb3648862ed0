"""Renewal when something goes wrong: answers that are lost, a Shopify that is down, endless tokens."""
from __future__ import annotations

import pytest

from shared.access.grant import Grant, Grants
from shared.access.oauth import OAuth
from shared.access.vault import EncryptedTable
from shared.errors import ConnectorError, ServiceUnavailable
from shared.root import build_connector
from tests.house import House
from tests.integration.access.visit import access, connect, token_calls

MINUTE, HOUR, DAY = 60, 3600, 86_400


def test_a_lost_refresh_answer_is_repeated_with_the_stored_token(house: House) -> None:
    connect(house)
    house.clock.forward(HOUR)
    house.shopify.fault("token_lost")

    assert house.sync().state == "succeeded"

    assert token_calls(house) == 2


def test_a_refresh_whose_answers_are_all_lost_is_repaired_by_the_next_one(house: House) -> None:
    connect(house)
    house.clock.forward(HOUR)
    house.shopify.fault("token_lost", 2)

    with pytest.raises(ServiceUnavailable, match="refresh: no answer"):
        house.connector.tokens.token(house.shop)

    assert house.sync().state == "succeeded"
    assert access(house)["state"] == "connected"


def test_a_failed_refresh_leaves_a_token_that_still_works(house: House) -> None:
    connect(house)
    first = house.connector.tokens.token(house.shop)
    house.clock.forward(56 * MINUTE)
    house.shopify.fault("token_5xx", 2)

    assert house.sync().state == "succeeded"

    house.clock.forward(MINUTE)
    assert house.connector.tokens.token(house.shop) != first


@pytest.mark.parametrize("status", [403, 430])
def test_a_refresh_that_a_guard_in_front_of_shopify_turns_away_once_is_sent_again(house: House, status: int) -> None:
    connect(house)
    first = house.connector.tokens.token(house.shop)
    house.clock.forward(HOUR)
    house.shopify.fault("token_5xx", status=status)

    assert house.connector.tokens.token(house.shop) != first
    assert access(house)["state"] == "connected"


@pytest.mark.parametrize("misfortune", ["retired", "uninstalled"])
def test_a_refused_refresh_leaves_a_token_that_still_works(house: House, misfortune: str) -> None:
    connect(house)
    first = house.connector.tokens.token(house.shop)
    house.clock.forward(56 * MINUTE)
    if misfortune == "retired":
        house.shopify.service.grants.expire_refresh_tokens(house.shopify.app)
    else:
        house.shopify.app.rotate("unknown to us", house.clock.now())
        house.shopify.app.revoke_old_secret()

    assert house.connector.tokens.token(house.shop) == first

    assert house.sync().state == "succeeded"
    assert access(house)["state"] == "connected"


def test_a_shopify_that_is_down_is_not_asked_for_a_token_at_every_request(house: House) -> None:
    connect(house)
    house.clock.forward(56 * MINUTE)
    house.shopify.fault("token_5xx", 50)

    for _ in range(10):
        house.connector.tokens.token(house.shop)

    failed = [e for e in house.exchanges if e.url.endswith("/admin/oauth/access_token") and e.has_error]
    assert len(failed) == 2


def test_no_token_call_goes_out_when_http_requests_are_off(house: House) -> None:
    connect(house)
    house.clock.forward(HOUR)
    house.connector.permission.allow(False, by="test")
    before = len(house.exchanges)

    with pytest.raises(ConnectorError, match="http-requests-not-allowed"):
        house.connector.tokens.token(house.shop)

    assert len(house.exchanges) == before
    assert access(house)["state"] == "connected"
    house.connector.permission.allow(True, by="test")
    assert house.sync().state == "succeeded"


class FullVault(EncryptedTable):
    """A vault that refuses to write as long as `full` is set."""

    full = False

    def write(self, name: str, secret: str) -> None:
        if self.full:
            raise ConnectorError("vault-unavailable", "the secret could not be written (HTTP 403)")
        super().write(name, secret)


def test_a_new_pair_that_the_vault_does_not_take_is_fetched_again(house: House) -> None:
    connect(house)
    vault = FullVault(house.connector.storage.tables["AccessTokens"], house.settings.token_key)
    house.connector.tokens.grants = Grants(vault, house.clock)
    house.clock.forward(HOUR)

    vault.full = True
    assert house.sync().error_code == "vault-unavailable"

    vault.full = False
    assert house.sync().state == "succeeded"
    assert access(house)["state"] == "connected"


# Tokens without an end


def an_endless_token(house: House) -> str:
    """A token of our app from the days before tokens had an end."""
    return house.shopify.service.grant("shpat_from_the_old_days", house.shopify.client_id)


def test_an_endless_token_of_our_app_is_exchanged_at_its_first_use(house: House) -> None:
    house.connector.tokens.keep(house.shop, an_endless_token(house), own_app=True, host=house.shopify.shop)

    assert house.sync().state == "succeeded"

    assert access(house)["token_until"] is not None
    assert house.shopify.service.grants.token("shpat_from_the_old_days") is None
    house.clock.forward(2 * HOUR)
    assert house.sync().state == "succeeded"


def test_the_exchange_of_an_endless_token_is_tried_once_an_hour_and_never_loses_it(house: House) -> None:
    house.connector.tokens.keep(house.shop, an_endless_token(house), own_app=True, host=house.shopify.shop)
    house.shopify.fault("token_5xx", 4)

    for _ in range(5):
        assert house.connector.tokens.token(house.shop) == "shpat_from_the_old_days"
    assert sum(exchange.url.endswith("/access_token") for exchange in house.exchanges) == 2

    house.clock.forward(HOUR)
    house.connector.tokens.token(house.shop)
    assert sum(exchange.url.endswith("/access_token") for exchange in house.exchanges) == 4


def test_a_lost_answer_to_the_exchange_is_repaired_an_hour_later(house: House) -> None:
    house.connector.tokens.keep(house.shop, an_endless_token(house), own_app=True, host=house.shopify.shop)
    house.shopify.fault("token_lost", 2)
    house.connector.tokens.token(house.shop)

    house.clock.forward(HOUR)

    assert house.sync().state == "succeeded"
    assert access(house)["token_until"] is not None


def test_a_custom_apps_token_is_left_alone(house: House) -> None:
    house.clock.forward(400 * DAY)

    assert house.sync().state == "succeeded"

    assert house.connector.tokens.token(house.shop) == house.shopify.token
    assert house.shopify.service.grants.calls == []


def test_an_access_that_nobody_gives_free_ends_in_a_sentence_not_in_waiting_for_ever(house: House) -> None:
    connect(house)
    house.clock.forward(HOUR)
    house.connector.storage.tables["Leases"].put({
        "PartitionKey": f"access-{house.shop}", "RowKey": "lease", "owner": "somebody",
        "until": "2099-01-01T00:00:00+00:00",
    })

    with pytest.raises(ServiceUnavailable, match=house.shop):
        house.connector.tokens.token(house.shop)


def test_a_token_that_is_refused_though_it_is_new_is_not_renewed_again_within_a_minute(house: House) -> None:
    """Shopify refuses whatever it is shown: every call would use up a refresh token for nothing."""
    connect(house)
    house.clock.forward(10 * MINUTE)
    before, tokens = token_calls(house), house.connector.tokens

    def refused() -> int:
        tokens.renew(house.shop, tokens.token(house.shop))
        return token_calls(house) - before

    first, again = refused(), refused()
    house.clock.forward(59)
    still = refused()
    house.clock.forward(1)

    assert (first, again, still, refused()) == (1, 1, 1, 2)


def test_a_worker_that_stood_still_while_others_renewed_puts_no_dead_pair_in_the_place_of_theirs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(house)
    house.clock.forward(HOUR)
    other = build_connector(house.settings, clock=house.clock, storage=house.storage).tokens
    refresh, theirs = OAuth.refresh, list[str]()

    def stands_still(oauth: OAuth, grant: Grant) -> Grant:
        monkeypatch.setattr(OAuth, "refresh", refresh)
        renewed = refresh(oauth, grant)
        for _ in range(3):
            house.clock.forward(HOUR)
            theirs.append(other.token(house.shop))
        return renewed

    monkeypatch.setattr(OAuth, "refresh", stands_still)
    given = house.connector.tokens.token(house.shop)
    house.clock.forward(HOUR)

    assert given == theirs[-1]
    assert other.token(house.shop) not in theirs
    assert access(house)["state"] == "connected"


def test_a_run_whose_new_token_is_refused_too_ends_and_asks_for_one_token_only(house: House) -> None:
    connect(house)
    house.clock.forward(10 * MINUTE)
    before = token_calls(house)
    house.shopify.fault("access_revoked")

    run = house.sync()

    assert (run.state, run.error_code, token_calls(house) - before) == ("failed", "reconnect-required", 1)
