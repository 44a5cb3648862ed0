"""Settings that belong together are never half set, and numbers lie where they make sense."""
from __future__ import annotations

import pytest

from shared.errors import ConnectorError
from shared.settings import read_settings

NEEDED = {"AzureWebJobsStorage": "UseDevelopmentStorage=true", "BC_API_ROOT": "https://bc.example.net/api/v2.0"}
ARN = "arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/1234567/connector"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/111122223333/shopify-deliveries"
KEY = {"EVENT_QUEUE_ACCESS_KEY_ID": "AKIAOFATEST", "EVENT_QUEUE_SECRET_ACCESS_KEY": "the-secret-key-of-amazon"}


def test_without_these_settings_there_is_no_queue() -> None:
    settings = read_settings(NEEDED)

    assert settings.event_queue_url == settings.shopify_event_bridge_arn == ""


def test_a_queue_may_be_drained_that_subscriptions_of_the_apps_configuration_fill() -> None:
    settings = read_settings(NEEDED | {"EVENT_QUEUE_URL": QUEUE, "EVENT_QUEUE_REGION": "eu-west-1"} | KEY)

    assert (settings.event_queue_url, settings.shopify_event_bridge_arn) == (QUEUE, "")


@pytest.mark.parametrize("given, named", [
    ({"EVENT_QUEUE_URL": QUEUE}, ["EVENT_QUEUE_REGION", "EVENT_QUEUE_ACCESS_KEY_ID"]),
    ({"EVENT_QUEUE_URL": QUEUE, "EVENT_QUEUE_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIA",
      "AWS_SECRET_ACCESS_KEY": "an operator's own"}, ["EVENT_QUEUE_SECRET_ACCESS_KEY", "are not read"]),
    ({"SHOPIFY_EVENT_BRIDGE_ARN": ARN}, ["EVENT_QUEUE_URL"]),
    ({"SHOPIFY_EVENT_BRIDGE_ARN": "https://example.net"}, ["SHOPIFY_EVENT_BRIDGE_ARN", "EVENT_QUEUE_URL"]),
    ({"BC_USER": "CONNECTOR"}, ["BC_WEB_SERVICE_KEY"]),
    ({"BC_WEB_SERVICE_KEY": "a key"}, ["BC_USER"]),
    ({"BC_CONCURRENCY": "6", "LOG_RETENTION_DAYS": "0"}, ["BC_CONCURRENCY", "LOG_RETENTION_DAYS"]),
    ({"SYNC_LEASE_SECONDS": "soon"}, ["SYNC_LEASE_SECONDS"]),
    ({"BC_API_ROOT": "", "AzureWebJobsStorage": ""}, ["BC_API_ROOT", "AzureWebJobsStorage__accountName"]),
])
def test_what_is_missing_or_wrong_is_named_all_at_once(given: dict[str, str], named: list[str]) -> None:
    with pytest.raises(ConnectorError) as wrong:
        read_settings(NEEDED | given)

    assert wrong.value.code == "settings-invalid"
    assert all(name in wrong.value.detail for name in named)


REFERENCE = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/bc-client-secret)"


@pytest.mark.parametrize("given, named", [
    ({"BC_CLIENT_SECRET": REFERENCE}, ["BC_CLIENT_SECRET"]),
    ({"SHOPIFY_CLIENT_SECRET": "@Microsoft.KeyVault(VaultName=v;SecretName=s)", "BC_WEB_SERVICE_KEY": REFERENCE},
     ["SHOPIFY_CLIENT_SECRET", "BC_WEB_SERVICE_KEY"]),
    ({"SYNC_LEASE_SECONDS": f" {REFERENCE.lower()}", "BC_CONCURRENCY": "6"}, ["SYNC_LEASE_SECONDS"]),
])
def test_references_that_were_not_resolved_are_told_apart_and_named_all_at_once(
    given: dict[str, str], named: list[str]
) -> None:
    with pytest.raises(ConnectorError) as wrong:
        read_settings(NEEDED | given)

    assert wrong.value.code == "settings-unresolved"
    assert wrong.value.detail == f"not read from Key Vault yet: {', '.join(named)}"


def test_a_value_that_only_speaks_of_a_reference_is_none() -> None:
    assert read_settings(NEEDED | {"ENVIRONMENT": "not @Microsoft.KeyVault"}).environment == "not @Microsoft.KeyVault"
