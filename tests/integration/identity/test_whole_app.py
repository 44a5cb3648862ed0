"""The deployed app as it is, with an identity and not one key: a shop is connected and synchronized."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.identity.endpoint import BUSINESS_CENTRAL, KEY_VAULT, STORAGE, Token
from tests.integration.identity.conftest import CLIENT_ID, AzureAround
from tests.integration.sync.street import Street, a_street

KEYS = ("AzureWebJobsStorage", "TOKEN_KEY", "BC_TOKEN_URL", "BC_CLIENT_ID", "BC_CLIENT_SECRET")


@pytest.fixture(scope="module")
def street(azure_around: AzureAround, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A running host whose settings hold no key; Business Central knows the tokens of the identity."""
    folder: Path = tmp_path_factory.mktemp("street")
    with a_street("", folder, customers=3, products=3, orders=5, plain=True) as street:
        for name in KEYS:
            del street.settings[name]
        street.settings |= azure_around.settings

        def accept(token: Token) -> None:
            if token.resource == BUSINESS_CENTRAL:
                street.bc.tokens.issued[token.text] = (token.client_id, datetime.fromtimestamp(token.expires, UTC))

        azure_around.identity.on_issue = accept
        street.open()
        street.connect()
        yield street


def test_a_shop_is_synchronized_with_tokens_of_the_identity_only(street: Street, azure_around: AzureAround) -> None:
    street.start_sync()
    run = street.finished_run()

    assert (run["state"], run["error_detail"]) == ("succeeded", "")
    assert street.count_of_orders() == 5
    assert {(one.resource, one.client_id) for one in azure_around.identity.issued.values()} == {
        (STORAGE, CLIENT_ID), (KEY_VAULT, CLIENT_ID), (BUSINESS_CENTRAL, CLIENT_ID),
    }
    assert azure_around.identity.refused == []
    assert {call.service for call in azure_around.storage.calls} == {"Blob", "Queue", "Table"}
    assert azure_around.vault.secrets
    assert azure_around.names.refused == set()
