"""The two vaults keep what they promise: the encrypted table on Azurite, Key Vault over its SDK and TLS."""
from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from uuid import uuid4

import pytest
from azure.core.credentials import AccessToken

from local.azurite import Azurite
from shared.access.key_vault import KeyVault, secret_name
from shared.access.vault import EncryptedTable, Vault
from shared.errors import ConnectorError
from shared.storage.account import storage_from_connection_string
from shared.storage.tables import Table
from tests.house import TOKEN_KEY
from tests.integration.access.key_vault_server import TOKEN, FakeKeyVault, running_key_vault

OTHER_KEY = "OTEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Identity:
    """A credential that needs nobody."""

    def get_token(self, *scopes: str, **options: object) -> AccessToken:
        return AccessToken(TOKEN, int(time.time()) + 3600)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeKeyVault]:
    folder: Path = tmp_path_factory.mktemp("key-vault")
    with running_key_vault(folder / "key-vault.pem") as vault:
        yield vault


@pytest.fixture
def key_vault(served: FakeKeyVault) -> KeyVault:
    return KeyVault(served.url, Identity(), verify_challenge_resource=False,
                    connection_verify=str(served.certificate), retry_total=0)


@pytest.fixture
def table(azurite: Azurite) -> Table:
    return storage_from_connection_string(azurite.connection_string).tables["Vault" + uuid4().hex]


@pytest.fixture(params=["encrypted table", "key vault"])
def vault(request: pytest.FixtureRequest, table: Table, key_vault: KeyVault) -> Vault:
    return key_vault if request.param == "key vault" else EncryptedTable(table, TOKEN_KEY)


def test_a_secret_is_read_as_it_was_written(vault: Vault) -> None:
    vault.write("shopify-FR_1", '{"token": "é ✓"}')
    vault.write("shopify-FR_2", "another")

    assert vault.read("shopify-FR_1") == '{"token": "é ✓"}'


def test_what_was_never_written_is_none(vault: Vault) -> None:
    assert vault.read("shopify-NOBODY") is None


def test_the_newest_value_counts(vault: Vault) -> None:
    vault.write("shopify-NEW", "first")
    vault.write("shopify-NEW", "second")

    assert vault.read("shopify-NEW") == "second"


def test_a_removed_secret_is_gone_may_be_removed_twice_and_may_come_back(vault: Vault) -> None:
    vault.write("shopify-GONE", "first")
    vault.remove("shopify-GONE")
    vault.remove("shopify-GONE")
    assert vault.read("shopify-GONE") is None

    vault.write("shopify-GONE", "second")

    assert vault.read("shopify-GONE") == "second"


def test_the_table_holds_no_secret_and_another_key_reads_nothing(table: Table) -> None:
    EncryptedTable(table, TOKEN_KEY).write("shopify-FR", "shpat_the_token")

    (row,) = table.partition("secret")
    assert "shpat_the_token" not in str(row)
    assert EncryptedTable(table, OTHER_KEY).read("shopify-FR") is None


def test_a_value_changed_in_the_table_is_not_believed(table: Table) -> None:
    vault = EncryptedTable(table, TOKEN_KEY)
    vault.write("shopify-FR", "shpat_the_token")
    (row,) = table.partition("secret")

    table.put(row | {"value": row["value"][:-10] + "A" * 10})

    assert vault.read("shopify-FR") is None


def test_a_key_that_is_none_is_named(table: Table) -> None:
    with pytest.raises(ConnectorError, match="TOKEN_KEY"):
        EncryptedTable(table, "short")


def test_a_whole_grant_is_one_write(served: FakeKeyVault, key_vault: KeyVault) -> None:
    served.calls.clear()

    key_vault.write("shopify-ONE", "{}")

    assert [call.split()[0] for call in served.calls] == ["PUT"]


@pytest.mark.parametrize("status", [403, 500])
@pytest.mark.parametrize("call", ["read", "write", "remove"])
def test_a_vault_that_refuses_is_explained_without_the_secret(
    served: FakeKeyVault, key_vault: KeyVault, call: str, status: int
) -> None:
    served.refusals.append(status)

    with pytest.raises(ConnectorError) as caught:
        key_vault.write("x", "the-secret") if call == "write" else getattr(key_vault, call)("x")

    assert caught.value.code == "vault-unavailable"
    assert f"HTTP {status}" in caught.value.detail
    assert "the-secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_no_two_names_meet_in_key_vault() -> None:
    names = ["shopify-" + code for code in ("A", "A_", "A-", "A__", "A--", "A-U", "A_U", "AU", "A-_", "A_-", "AUU")]

    for one, other in combinations(names, 2):
        assert secret_name(one).lower() != secret_name(other).lower()
    assert all(re.fullmatch(r"[0-9a-zA-Z-]{1,127}", secret_name(name)) for name in names)
