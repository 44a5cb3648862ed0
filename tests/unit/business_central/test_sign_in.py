"""Signing in through azure-identity, with a credential that needs no network."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from shared.business_central.sign_in import SCOPE, AzureIdentity
from shared.errors import ConnectorError


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
    sign_in = AzureIdentity(ACredential)

    first, kept = sign_in(), sign_in()
    sign_in.forget()

    assert first == kept
    assert first.startswith("Bearer token-")
    assert sign_in() != first


def test_an_identity_that_gives_no_token_stops_the_run_without_its_words() -> None:
    with pytest.raises(ConnectorError) as refused:
        AzureIdentity(NoIdentity)()

    assert refused.value.code == "bc-unauthorized"
    assert "s3cret" not in refused.value.detail
