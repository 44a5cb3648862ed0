"""Which token the connector asks for, for whom, how often, and what an operator hears when there is none."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import requests

from local.identity.endpoint import BUSINESS_CENTRAL, KEY_VAULT, STORAGE
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.root import build_connector
from shared.settings import read_settings
from shared.storage.tables import Put
from tests.integration.identity.conftest import CLIENT_ID, AzureAround

MakeConnector = Callable[..., Connector]


@pytest.fixture
def azure(azure_around: AzureAround) -> Iterator[AzureAround]:
    """Azure as it was; what this test has changed is put back."""
    identity, door = azure_around.identity, azure_around.door
    lifetime, roles = identity.lifetime_seconds, door.roles
    identity.issued.clear()
    identity.refused.clear()
    yield azure_around
    identity.lifetime_seconds, door.roles = lifetime, roles


@pytest.fixture
def a_connector(azure: AzureAround, monkeypatch: pytest.MonkeyPatch) -> MakeConnector:
    """a_connector(**settings): one that lives in this Azure, with these settings changed ("" leaves one out)."""

    def make(**changed: str) -> Connector:
        for name, value in {**azure.settings, "BC_API_ROOT": "https://api.example/api/v2.0", **changed}.items():
            monkeypatch.setenv(name, value)
        return build_connector(read_settings(os.environ))

    return make


CALLS: dict[str, tuple[str, Callable[[Connector], object]]] = {
    "tables": (STORAGE, lambda connector: connector.storage.tables["Tokens"].put({"PartitionKey": "p", "RowKey": "1"})),
    "a batch of rows": (STORAGE, lambda connector: connector.storage.tables["Tokens"].write(
        [Put("put", {"PartitionKey": "p", "RowKey": key}) for key in ("2", "3")])),
    "blobs": (STORAGE, lambda connector: connector.storage.blobs.write("tokens", "a b/é", b"x", "text/plain")),
    "a batch of blobs": (STORAGE, lambda connector: connector.storage.blobs.remove("tokens", ["a b/é", "gone"])),
    "queues": (STORAGE, lambda connector: connector.storage.queues.send("tokens", "hello")),
    "Key Vault": (KEY_VAULT, lambda connector: connector.tokens.described(f"S{uuid4().hex[:6]}")),
    "Business Central": (BUSINESS_CENTRAL, lambda connector: connector.sign_in()()),
}


@pytest.mark.parametrize("what", CALLS)
def test_each_service_gets_a_token_for_itself_and_for_the_identity_of_the_settings(
    a_connector: MakeConnector, azure: AzureAround, what: str
) -> None:
    resource, call = CALLS[what]

    call(a_connector())

    assert (resource, CLIENT_ID) in {(one.resource, one.client_id) for one in azure.identity.issued.values()}
    assert azure.identity.refused == []


def test_one_token_serves_many_calls(a_connector: MakeConnector, azure: AzureAround) -> None:
    connector = a_connector()

    for number in range(5):
        connector.storage.tables["Tokens"].put({"PartitionKey": "p", "RowKey": str(number)})

    assert len(azure.identity.issued) == 1


def test_a_token_that_ends_is_followed_by_another(a_connector: MakeConnector, azure: AzureAround) -> None:
    azure.identity.lifetime_seconds = 60  # less than the five minutes before the end at which it is renewed
    connector = a_connector()

    for number in range(3):
        connector.storage.tables["Tokens"].put({"PartitionKey": "p", "RowKey": str(number)})
        azure.identity.lifetime_seconds = 3600

    assert len(azure.identity.issued) == 2


@pytest.mark.parametrize("changed", [{"AZURE_CLIENT_ID": ""}, {"AzureWebJobsStorage__clientId": ""}])
def test_storage_is_reached_with_the_hosts_identity_or_else_with_the_apps(
    a_connector: MakeConnector, azure: AzureAround, changed: dict[str, str]
) -> None:
    a_connector(**changed).storage.tables["Tokens"].get("p", "1")

    assert {one.client_id for one in azure.identity.issued.values()} == {CLIENT_ID}


OTHER = {"AZURE_CLIENT_ID": "of-somebody-else", "AzureWebJobsStorage__clientId": "of-somebody-else"}
NOBODY = dict.fromkeys(OTHER, "")


@pytest.mark.parametrize("identity", [OTHER, NOBODY])
@pytest.mark.parametrize("what, code, sentence", [
    ("tables", "storage-unavailable", "the identity got no token for the storage account"),
    ("queues", "storage-unavailable", "Unable to load the proper Managed Identity"),
    ("Key Vault", "vault-unavailable", "the secret could not be read"),
    ("Business Central", "bc-unauthorized", "azure-identity gave no token"),
])
def test_an_identity_that_the_app_does_not_have_is_told_and_no_call_goes_out(
    a_connector: MakeConnector, azure: AzureAround, identity: dict[str, str], what: str, code: str, sentence: str
) -> None:
    calls, connector = len(azure.vault.calls), a_connector(**identity)
    before = len(azure.storage.calls)

    with pytest.raises(ConnectorError) as problem:
        CALLS[what][1](connector)

    assert problem.value.code == code
    assert sentence in problem.value.detail
    assert (len(azure.vault.calls), azure.identity.issued) == (calls, {})
    assert len(azure.storage.calls) == before


def test_a_role_that_is_missing_or_has_not_taken_effect_is_told(a_connector: MakeConnector, azure: AzureAround) -> None:
    azure.door.roles = ("Blob", "Queue")

    with pytest.raises(ConnectorError) as problem:
        a_connector().storage.tables["Tokens"].get("p", "1")

    assert problem.value.code == "storage-unavailable"
    assert "403" in problem.value.detail


@pytest.mark.parametrize("header, query, status", [
    ("right", {"client_id": CLIENT_ID, "resource": STORAGE}, 200),
    ("right", {"client_id": CLIENT_ID, "resource": f"{STORAGE}/"}, 200),
    ("wrong", {"client_id": CLIENT_ID, "resource": STORAGE}, 401),
    ("right", {"client_id": "another", "resource": STORAGE}, 400),
    ("right", {"resource": STORAGE}, 400),
    ("right", {"client_id": CLIENT_ID}, 400),
    ("right", {"client_id": CLIENT_ID, "resource": STORAGE, "api-version": "2017-09-01"}, 400),
    ("right", {"client_id": CLIENT_ID, "resource": "https://nobody.example"}, 500),
])
def test_the_endpoint_gives_a_token_only_for_what_the_app_may_have(
    azure: AzureAround, header: str, query: dict[str, str], status: int
) -> None:
    secret = azure.identity.secret if header == "right" else "guessed"

    answer = requests.get(azure.settings["IDENTITY_ENDPOINT"], timeout=10,
                          params={"api-version": "2019-08-01", **query}, headers={"X-IDENTITY-HEADER": secret})

    assert answer.status_code == status
    assert ("access_token" in answer.json()) == (status == 200)


@pytest.mark.parametrize("resource", [KEY_VAULT, None])
def test_storage_refuses_a_token_for_another_service_and_none_at_all(azure: AzureAround, resource: str | None) -> None:
    query = {"api-version": "2019-08-01", "client_id": CLIENT_ID, "resource": resource or STORAGE}
    token = azure.identity.answer(azure.identity.secret, query)[1]["access_token"]
    headers = {"Authorization": f"Bearer {token}"} if resource else {}

    answer = requests.get(f"https://127.0.0.1:{azure.storage.ports['Table']}/Tables", timeout=10,
                          headers=headers, verify=azure.settings["REQUESTS_CA_BUNDLE"])

    assert answer.status_code == 401
    assert f"resource_id={STORAGE}" in answer.headers["WWW-Authenticate"]
