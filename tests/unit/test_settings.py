"""Settings that belong together are never half set, and numbers lie where they make sense."""
from __future__ import annotations

import pytest

from shared.errors import ConnectorError
from shared.settings import BOUNDS, SETTINGS, read_settings

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


HERE = {"BC_API_ROOT": "http://127.0.0.1:5000/v2.0/tenant/sandbox/api/v2.0"}


def test_every_setting_that_holds_a_number_has_bounds() -> None:
    numbers = {name for name, setting in SETTINGS.items() if (setting.default or "").isdecimal()}

    assert numbers == set(BOUNDS)


NO_NUMBER_OF_OURS = ["0", "-1", "-600", "nan", "NaN", "inf", "-inf", "1e400", "1e12", "", " ", "ten", "10s", "0x10"]


@pytest.mark.parametrize("name, value", [
    (name, value) for name, bounds in BOUNDS.items() for value in NO_NUMBER_OF_OURS if value != "0" or bounds.least
])
def test_a_number_out_of_bounds_is_refused_with_its_bounds_and_the_reason(name: str, value: str) -> None:
    bounds = BOUNDS[name]

    with pytest.raises(ConnectorError) as wrong:
        read_settings(NEEDED | {name: value})

    assert wrong.value.code == "settings-invalid"
    assert f"{name} must be {bounds.least} to {bounds.most} {bounds.unit}, not {value!r}: " in wrong.value.detail
    assert str(bounds.why) in wrong.value.detail


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("end", ["least", "most"])
def test_both_ends_belong_to_the_bounds_and_what_lies_beyond_does_not(name: str, end: str) -> None:
    bounds = BOUNDS[name]
    value = getattr(bounds, end)
    fitting = {"BC_SETTLE_SECONDS": str(max(value, 600))} if name == "SYNC_LEASE_SECONDS" else {}

    read_settings(NEEDED | fitting | {name: str(value)})
    with pytest.raises(ConnectorError, match=name):
        read_settings(NEEDED | fitting | {name: str(value + (1 if end == "most" else -1))})


@pytest.mark.parametrize("name", ["LOG_RETENTION_DAYS", "CAPTURE_RETENTION_DAYS", "BC_CONCURRENCY"])
def test_half_a_day_or_half_a_request_is_refused_rather_than_cut(name: str) -> None:
    with pytest.raises(ConnectorError, match=f"{name} .*not '2.5'"):
        read_settings(NEEDED | {name: "2.5"})


def test_only_against_a_simulator_on_this_machine_times_may_be_as_short_as_a_test_wants() -> None:
    short = {"SYNC_LEASE_SECONDS": "1", "BC_SETTLE_SECONDS": "1"}

    assert read_settings(NEEDED | HERE | short).bc_settle_seconds == 1
    with pytest.raises(ConnectorError, match=r"SYNC_LEASE_SECONDS must be 15 .*BC_SETTLE_SECONDS must be 480 "):
        read_settings(NEEDED | short)
    with pytest.raises(ConnectorError, match="BC_SETTLE_SECONDS must be 1 to "):
        read_settings(NEEDED | HERE | {"BC_SETTLE_SECONDS": "0"})


def test_a_lease_longer_than_business_central_settles_is_refused() -> None:
    with pytest.raises(ConnectorError, match="SYNC_LEASE_SECONDS must not be more than BC_SETTLE_SECONDS"):
        read_settings(NEEDED | {"SYNC_LEASE_SECONDS": "500", "BC_SETTLE_SECONDS": "480"})


ADDRESSES = sorted(name for name, one in SETTINGS.items() if one.is_address)


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("value", [
    "not an address", "http://", "http://[", "https://x:99999", "https://x:abc", "ftp://x.example", "file:///etc/passwd",
    "https://ada:the-password@x.example", "https://x.example\x00", "https://x .example", f"https://{'a' * 64}.example",
    "::",
])
def test_what_is_no_address_is_refused_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        read_settings(NEEDED | {name: value})

    assert refused.value.code == "settings-invalid"
    assert name in refused.value.detail
    assert "the-password" not in refused.value.detail


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("value", [
    "https://x.example", "http://127.0.0.1:7071", "http://[::1]:80/a", "https://bücher.example/a?b=c", "http://host",
])
def test_an_address_is_taken_as_it_stands(name: str, value: str) -> None:
    more = {"EVENT_QUEUE_REGION": "eu-west-1"} | KEY
    assert value in repr(read_settings(NEEDED | more | {name: value}))


def test_every_address_is_known_for_one() -> None:
    assert {name for name in SETTINGS if name.endswith(("_URL", "_ROOT", "_ENDPOINT"))} == set(ADDRESSES)


@pytest.mark.parametrize("given, off", [
    ({"AzureWebJobs.sync_job.Disabled": "true"}, {"sync_job"}),
    ({"AzureWebJobs.sync_job.Disabled": "1", "AzureWebJobs.incremental_sync.Disabled": "True"},
     {"sync_job", "incremental_sync"}),
    ({"AzureWebJobs_sync_job_Disabled": "true"}, {"sync_job"}),
    ({"AzureWebJobs.sync_job.Disabled": "false", "AzureWebJobsDisabled": "true", "AzureWebJobs.Disabled": "1"}, set()),
    ({"AzureWebJobs.sync_job.Disabled": ""}, set()),
])
def test_functions_that_somebody_switched_off_are_known(given: dict[str, str], off: set[str]) -> None:
    least = {"AzureWebJobsStorage": "x", "BC_API_ROOT": "https://bc.example/api/v2.0"}

    assert read_settings(least | given).switched_off == off
