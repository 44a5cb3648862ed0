"""Codes, tokens, refreshing with Shopify's replay rule, migration, removal and rotation, by a manual clock."""
from __future__ import annotations

import pytest
import requests

from local.shopify.tests.consenting import KEYS, a_pair, call, code_of

HOUR, DAY = 3600, 86400
EXCHANGE = {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
            "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token", "expiring": 1}


def refresh(shop, pair, **changes):
    return call(shop, grant_type="refresh_token", refresh_token=pair["refresh_token"], **changes)


def works(shop, token):
    return shop.post("{ shop { name } }", token=token).status_code == 200


def refusal(reply):
    return reply.status_code, reply.json()["error"]


def test_a_code_gives_an_expiring_pair(shop):
    pair = a_pair(shop)

    assert {k: pair[k] for k in ("scope", "expires_in", "refresh_token_expires_in")} == {
        "scope": "read_orders,write_products", "expires_in": 3600, "refresh_token_expires_in": 7_776_000}
    assert works(shop, pair["access_token"])


def test_without_expiring_the_token_has_no_end(shop):
    answer = call(shop, code=code_of(shop)).json()
    assert set(answer) == {"access_token", "scope"}

    shop.clock.forward(400 * DAY)

    assert works(shop, answer["access_token"])


def test_a_form_body_is_taken_as_well(shop):
    reply = shop.session.post(f"{shop.running.url}/admin/oauth/access_token", timeout=10,
                              data={**KEYS, "code": code_of(shop), "expiring": "1"})

    assert reply.json()["refresh_token"].startswith("shprt_")


def test_a_code_works_once_and_briefly(shop):
    once, late = code_of(shop), code_of(shop)
    assert call(shop, code=once, expiring=1).status_code == 200

    again = call(shop, code=once, expiring=1)
    shop.clock.forward(60)
    too_late = call(shop, code=late, expiring=1)

    assert refusal(again) == refusal(too_late) == (400, "invalid_request")
    assert again.json()["error_description"] == "The authorization code was not found or was already used"


def test_the_granted_scopes_are_the_tokens_scopes(shop):
    pair = a_pair(shop, grant=["read_products"])

    answer = shop.post("{ shop { name } ordersCount { count } }", token=pair["access_token"]).json()

    assert pair["scope"] == "read_products"
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    shown = shop.post("{ currentAppInstallation { accessScopes { handle } } }", token=pair["access_token"]).json()
    assert shown["data"]["currentAppInstallation"]["accessScopes"] == [{"handle": "read_products"}]


def test_an_expired_token_is_401_and_the_refresh_token_gives_a_new_pair(shop):
    pair = a_pair(shop)
    shop.clock.forward(HOUR)
    assert not works(shop, pair["access_token"])

    new = refresh(shop, pair).json()

    assert works(shop, new["access_token"])
    assert new["refresh_token"] != pair["refresh_token"]
    assert new["scope"] == pair["scope"]


def test_a_used_refresh_token_gives_the_same_replacement_until_that_is_used(shop):
    first = a_pair(shop)
    lost = refresh(shop, first).json()

    shop.clock.forward(29 * DAY)
    repaired = refresh(shop, first).json()

    assert repaired["refresh_token"] == lost["refresh_token"]
    assert works(shop, repaired["access_token"])
    refresh(shop, repaired)
    assert refusal(refresh(shop, first)) == (400, "invalid_grant")


def test_a_used_refresh_token_dies_30_days_after_its_first_use(shop):
    pair = a_pair(shop)
    refresh(shop, pair)

    shop.clock.forward(30 * DAY + 1)

    assert refusal(refresh(shop, pair)) == (400, "invalid_grant")


def test_a_refresh_token_dies_after_90_days_even_when_it_was_used_lately(shop):
    unused, used = a_pair(shop), a_pair(shop)
    shop.clock.forward(80 * DAY)
    assert refusal(refresh(shop, unused)) == (400, "invalid_grant")       # the later grant retired it
    refresh(shop, used)

    shop.clock.forward(10 * DAY)

    assert refusal(refresh(shop, used)) == (400, "invalid_grant")


def test_a_lost_refresh_answer_is_repaired_with_the_stored_token(shop):
    pair = a_pair(shop)
    shop.running.fault("token_lost")

    with pytest.raises(requests.ConnectionError):
        refresh(shop, pair)
    repaired = refresh(shop, pair).json()

    assert works(shop, repaired["access_token"])
    assert refresh(shop, repaired).status_code == 200


def test_a_broken_gateway_does_no_work(shop):
    code = code_of(shop)
    shop.running.fault("token_5xx", status=503)

    assert call(shop, code=code, expiring=1).status_code == 503
    assert call(shop, code=code, expiring=1).status_code == 200


def test_refresh_tokens_may_be_ended_before_their_time(shop):
    pair = a_pair(shop)

    shop.control("POST", "expire-refresh-tokens")

    assert refusal(refresh(shop, pair)) == (400, "invalid_grant")
    assert works(shop, pair["access_token"])


def test_a_non_expiring_token_is_migrated_and_the_lost_answer_repeated_for_seven_days(shop):
    old = call(shop, code=code_of(shop)).json()["access_token"]

    pair = call(shop, **EXCHANGE, subject_token=old).json()
    shop.clock.forward(7 * DAY)
    again = call(shop, **EXCHANGE, subject_token=old).json()

    assert not works(shop, old)
    assert again["refresh_token"] == pair["refresh_token"]
    assert works(shop, again["access_token"])
    shop.clock.forward(1)
    assert refusal(call(shop, **EXCHANGE, subject_token=old)) == (400, "invalid_subject_token")


def test_a_refresh_ends_the_repetition_of_a_migration(shop):
    old = call(shop, code=code_of(shop)).json()["access_token"]
    pair = call(shop, **EXCHANGE, subject_token=old).json()

    refresh(shop, pair)

    assert refusal(call(shop, **EXCHANGE, subject_token=old)) == (400, "invalid_subject_token")


def test_the_development_token_can_be_migrated_too(shop):
    pair = call(shop, **EXCHANGE, subject_token=shop.running.token).json()

    assert works(shop, pair["access_token"])
    assert not works(shop, shop.running.token)


def test_client_credentials_give_a_day(shop):
    answer = call(shop, grant_type="client_credentials").json()
    assert (answer["expires_in"], "refresh_token" in answer) == (DAY, False)
    assert works(shop, answer["access_token"])

    shop.clock.forward(DAY)

    assert not works(shop, answer["access_token"])


@pytest.mark.parametrize("kind, body", [
    ("application/json", b"{"), ("application/json", b"[1]"), ("application/json", b"\xff\xfe"),
    ("application/json; charset=nothing", b"{}"), ("application/x-www-form-urlencoded", b"%ff=%00&&=="),
    ("multipart/form-data", b"x"), ("text/plain", b"")])
def test_an_unreadable_body_is_a_refusal_and_no_crash(shop, kind, body):
    reply = shop.session.post(f"{shop.running.url}/admin/oauth/access_token", data=body, timeout=10,
                              headers={"Content-Type": kind})

    assert refusal(reply) == (400, "invalid_request")


@pytest.mark.parametrize("fields, expected", [
    ({"client_secret": "wrong"}, (401, "invalid_client")), ({"client_id": "nobody"}, (400, "invalid_request")),
    ({"code": "wrong"}, (400, "invalid_request")), ({"grant_type": "password"}, (400, "unsupported_grant_type")),
    ({"grant_type": "refresh_token", "refresh_token": "x"}, (400, "invalid_grant")),
    ({"grant_type": EXCHANGE["grant_type"], "subject_token": "x"}, (400, "invalid_subject_token"))])
def test_what_is_wrong_is_said_in_oauths_codes(shop, fields, expected):
    assert refusal(call(shop, **fields)) == expected
    assert shop.control("GET", "token-calls")[-1]["error"] == expected[1]


def test_another_apps_refresh_token_is_refused(shop):
    pair = a_pair(shop)

    assert refusal(refresh(shop, pair, client_id="simulated-few-client-id")) == (400, "invalid_grant")


@pytest.mark.parametrize("remove", ["uninstall", "delete"])
def test_removing_the_app_ends_everything_and_consent_begins_anew(shop, remove):
    pair = a_pair(shop)

    if remove == "uninstall":
        shop.control("POST", "uninstall")
    else:
        reply = shop.session.delete(f"{shop.running.url}/admin/api_permissions/current.json", timeout=10,
                                    headers={"X-Shopify-Access-Token": pair["access_token"]})
        assert reply.status_code == 200

    assert [works(shop, t) for t in (pair["access_token"], shop.running.token)] == [False, False]
    assert works(shop, shop.running.few_scopes_token)
    assert refusal(refresh(shop, pair)) == (401, "invalid_client")
    new = a_pair(shop)
    assert works(shop, new["access_token"])
    assert refusal(refresh(shop, pair)) == (400, "invalid_grant")


def test_removal_needs_a_working_token(shop):
    reply = shop.session.delete(f"{shop.running.url}/admin/api_permissions/current.json", timeout=10)

    assert reply.status_code == 401
    assert works(shop, shop.running.token)


def test_a_rotated_secret_is_accepted_beside_the_old_one_until_that_is_revoked(shop):
    shop.control("POST", "client-secrets", {"secret": "shpss_new"})
    pair = a_pair(shop)
    assert refresh(shop, pair, client_secret="shpss_new").status_code == 200

    shop.control("DELETE", "client-secrets")

    assert refusal(refresh(shop, pair)) == (401, "invalid_client")
    assert refresh(shop, pair, client_secret="shpss_new").status_code == 200


def test_no_control_answer_shows_a_secret(shop):
    a_pair(shop)

    shown = str([shop.control("GET", path) for path in ("apps", "token-calls")])

    assert "shpss_" not in shown
    assert "shpat_" not in shown
    assert "shprt_" not in shown


def test_deliveries_carry_the_old_signature_for_an_hour_after_a_rotation(shop):
    app = shop.running.app
    app.rotate("shpss_new", shop.clock.now())

    assert app.signing_secret(shop.clock.now()) == "shpss_simulated_client_secret"
    shop.clock.forward(HOUR)
    assert app.signing_secret(shop.clock.now()) == "shpss_new"
    app.sign_with = "old"
    assert app.signing_secret(shop.clock.now()) == "shpss_simulated_client_secret"
