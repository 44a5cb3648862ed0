"""Signing in at the simulator's token endpoint, and at one that misbehaves."""

from __future__ import annotations

import base64
import json

import pytest

from local.business_central.server import BusinessCentral as Simulator
from shared.business_central.client import BusinessCentral
from shared.business_central.sign_in import ClientCredentials, basic
from shared.errors import ConnectorError, ServiceUnavailable
from shared.exchange import Exchange
from tests.integration.business_central.scripted_server import DROP, Answer, ScriptedServer, says
from tests.manual_clock import ManualClock


@pytest.fixture
def sign_in(simulator: Simulator, clock: ManualClock) -> ClientCredentials:
    return ClientCredentials(simulator.token_url, simulator.client_id, simulator.client_secret, clock)


def test_a_token_is_kept_until_five_minutes_before_it_expires(
    sign_in: ClientCredentials, clock: ManualClock
) -> None:
    first = sign_in()

    clock.forward(54 * 60)
    kept = sign_in()
    clock.forward(60)
    renewed = sign_in()

    assert first.startswith("Bearer ")
    assert kept == first
    assert renewed != first


def test_a_token_that_was_withdrawn_is_renewed_during_a_read(
    sign_in: ClientCredentials, simulator: Simulator, clock: ManualClock
) -> None:
    bc = BusinessCentral(simulator.api_root, simulator.company, sign_in, clock)
    list(bc.rows("countriesRegions"))
    simulator.tokens.expire_all()

    assert list(bc.rows("countriesRegions"))


def test_whoever_is_refused_again_within_a_minute_asks_for_no_further_token(
    sign_in: ClientCredentials, clock: ManualClock
) -> None:
    """Lanes that are refused together, and a service that refuses whatever it is shown."""
    first = sign_in()
    sign_in.forget()
    second = sign_in()
    for _ in range(3):
        clock.forward(15)
        sign_in.forget()
    kept = sign_in()
    clock.forward(15)
    sign_in.forget()

    assert len({first, second, sign_in()}) == 3
    assert kept == second


def test_a_wrong_secret_is_refused_without_showing_it(simulator: Simulator, clock: ManualClock) -> None:
    sign_in = ClientCredentials(simulator.token_url, simulator.client_id, "wr0ng-secret", clock)

    with pytest.raises(ConnectorError) as refused:
        sign_in()

    assert refused.value.code == "bc-unauthorized"
    assert "AADSTS7000215" in refused.value.detail
    assert "wr0ng" not in refused.value.detail


def test_each_call_for_a_token_is_told_without_what_is_secret_in_it(
    server: ScriptedServer, clock: ManualClock
) -> None:
    told: list[Exchange] = []
    sign_in = ClientCredentials(server.root, "id", "s3cret-value", clock)
    refusal = {"error": "invalid_client", "error_description": "AADSTS7000215: not s3cret-value\r\nTrace ID: 1"}
    server.answers(DROP, says({"access_token": "t0ken", "expires_in": 3600}), Answer(401, json.dumps(refusal).encode()))

    sign_in(told.append)
    sign_in(told.append)
    sign_in.forget()
    with pytest.raises(ConnectorError) as refused:
        sign_in(told.append)

    assert [(one.status, one.retry, one.has_error) for one in told] == [(0, 0, True), (200, 1, False), (401, 0, True)]
    assert {(one.direction, one.method, one.url) for one in told} == {("Business Central", "POST", server.root)}
    assert "AADSTS7000215: not ***" in told[2].response
    assert not [one for one in told if "s3cret" in str(one) or "t0ken" in str(one)]
    assert "s3cret" not in refused.value.detail


def test_a_token_service_that_stumbles_is_asked_again(server: ScriptedServer, clock: ManualClock) -> None:
    sign_in = ClientCredentials(server.root, "id", "secret", clock)
    server.answers(DROP, Answer(503), says({"access_token": "t", "expires_in": 3600}))

    assert sign_in() == "Bearer t"


@pytest.mark.parametrize("script", [[Answer(503)] * 4, [says({"token": "?"})], [Answer(200, b"<html>")]])
def test_a_token_service_without_tokens_is_unavailable(
    script: list[Answer], server: ScriptedServer, clock: ManualClock
) -> None:
    sign_in = ClientCredentials(server.root, "id", "secret", clock)
    server.answers(*script)

    with pytest.raises(ServiceUnavailable):
        sign_in()


@pytest.mark.parametrize("answer", [
    Answer(403, b"<html>Blocked</html>"), Answer(407), Answer(302, b"", (("Location", "https://login.example.com/"),)),
], ids=lambda answer: answer.status)
def test_who_answers_in_place_of_the_token_service_is_not_taken_for_it(
    answer: Answer, server: ScriptedServer, clock: ManualClock
) -> None:
    sign_in = ClientCredentials(server.root, "id", "secret", clock)
    server.answers(answer)

    with pytest.raises(ConnectorError) as refused:
        sign_in()

    assert (refused.value.code, str(answer.status) in refused.value.detail) == ("bc-intercepted", True)


def test_where_requests_are_not_allowed_no_token_is_asked_for(server: ScriptedServer, clock: ManualClock) -> None:
    def gate() -> None:
        raise ConnectorError("http-requests-not-allowed", "Environment staging.")

    sign_in = ClientCredentials(server.root, "id", "secret", clock, http_gate=gate)

    with pytest.raises(ConnectorError):
        sign_in()
    assert server.requests == []


def test_user_and_web_service_key_of_an_on_premises_installation() -> None:
    value = basic("SHOPIFY", "key=")()

    assert value == "Basic " + base64.b64encode(b"SHOPIFY:key=").decode()
