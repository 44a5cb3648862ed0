"""Signing in through azure-identity, with a credential that needs no network."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from shared.business_central.sign_in import SCOPE, AzureIdentity
from shared.errors import ConnectorError
from tests.manual_clock import ManualClock


class ACredential:
    """Gives numbered tokens, as azure-identity's credentials give theirs."""

    made = 0

    def __init__(self) -> None:
        type(self).made += 1
        self.number = type(self).made

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        assert scopes == (SCOPE,)
        return AccessToken(f"token-{self.number}", 0)


class NoIdentity:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        raise ClientAuthenticationError("no managed identity endpoint; client_secret=s3cret")


def test_a_refused_token_is_not_given_again_from_a_credentials_cache() -> None:
    sign_in = AzureIdentity(ACredential, ManualClock())

    first, kept = sign_in(), sign_in()
    sign_in.forget()

    assert first == kept
    assert first.startswith("Bearer token-")
    assert sign_in() != first


def test_an_identity_that_gives_no_token_stops_the_run_without_its_words() -> None:
    with pytest.raises(ConnectorError) as refused:
        AzureIdentity(NoIdentity, ManualClock())()

    assert refused.value.code == "bc-unauthorized"
    assert "s3cret" not in refused.value.detail


def test_an_identity_that_is_refused_again_and_again_is_made_anew_once_a_minute() -> None:
    """As a secret's sign-in is: test_whoever_is_refused_again_within_a_minute_asks_for_no_further_token."""
    clock = ManualClock()
    sign_in, made = AzureIdentity(ACredential, clock), ACredential.made

    for _ in range(8):  # refused every 15 seconds: at 0, 15, 30, 45 | 60, 75, 90, 105
        sign_in()
        sign_in.forget()
        clock.forward(15)
    sign_in()

    assert ACredential.made - made == 3


def test_a_refusal_later_than_a_minute_is_answered_with_a_new_token_at_once() -> None:
    clock = ManualClock()
    sign_in = AzureIdentity(ACredential, clock)
    tokens = [sign_in()]

    for _ in range(3):
        sign_in.forget()
        tokens.append(sign_in())
        clock.forward(60)

    assert len(set(tokens)) == 4
