"""Azure around an app with an identity and no keys: tokens, storage that takes only them, a vault, Azure's names."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from local.azurite import ACCOUNT, ACCOUNT_KEY, Azurite
from local.identity.certificate import make_certificate, served_with
from local.identity.endpoint import KEY_VAULT, Identity, identity_endpoint
from local.identity.names import Names, names_on_loopback
from local.identity.storage_door import TokensOnly
from local.storage_proxy import StorageProxy, storage_proxy
from tests.integration.access.key_vault_server import FakeKeyVault, running_key_vault

CLIENT_ID = "6f1a0c9e-0000-4000-8000-00000000c0de"
VAULT = "connector-secrets.vault.azure.net"
STORAGE = {service: f"{ACCOUNT}.{service.lower()}.core.windows.net" for service in ("Blob", "Queue", "Table")}


class AzureAround(NamedTuple):
    """The parts, and the settings and variables that an app finds there."""

    identity: Identity
    storage: StorageProxy
    door: TokensOnly
    vault: FakeKeyVault
    names: Names
    settings: dict[str, str]


@pytest.fixture(scope="module")
def azure_around(street_storage: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureAround]:
    certificate = make_certificate(tmp_path_factory.mktemp("tls") / "azure.pem", [VAULT, *STORAGE.values()])
    with identity_endpoint(CLIENT_ID) as identity:
        door = TokensOnly(ACCOUNT, ACCOUNT_KEY, identity.resource_of)
        tls = served_with(certificate)
        with (
            storage_proxy(street_storage.connection_string, keeper=door, tls=tls) as storage,
            running_key_vault(certificate, lambda header: identity.resource_of(header) == KEY_VAULT) as vault,
            names_on_loopback({name: storage.ports[service] for service, name in STORAGE.items()}
                              | {VAULT: int(vault.url.rpartition(":")[2])}) as names,
        ):
            settings = {
                "AzureWebJobsStorage__accountName": ACCOUNT, "AzureWebJobsStorage__credential": "managedidentity",
                "AzureWebJobsStorage__clientId": CLIENT_ID, "AZURE_CLIENT_ID": CLIENT_ID,
                "KEY_VAULT_URL": f"https://{VAULT}/", **identity.environment,
                "HTTPS_PROXY": names.proxy, "https_proxy": names.proxy, "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
                "REQUESTS_CA_BUNDLE": str(certificate), "SSL_CERT_FILE": str(certificate),
            }
            yield AzureAround(identity, storage, door, vault, names, settings)
