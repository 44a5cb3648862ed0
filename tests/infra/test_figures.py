"""Versions and figures of the infrastructure and of host.json that depend on each other or on Azure's bounds.

Sources: Microsoft Learn, "Azure Functions Flex Consumption plan hosting" and "host.json reference"; why they are what
they are: docs/decisions/0017.
"""
from __future__ import annotations

import json
import re

import pytest

from local.functions_host.extension_bundle import NO_BUNDLE, in_error, read_extension_bundle
from shared.settings import BOUNDS
from shared.storage.connections import CONNECTIONS
from shared.telemetry import SIDE_BY_SIDE
from tests.infra.bicep import INFRA, MAIN, Expression, bicep_files, read, resource
from tests.infra.settings import azure_settings, json_of
from tests.repository import ROOT, declared_functions

VERSIONS = {
    "Microsoft.Authorization/roleAssignments": "2022-04-01",
    "Microsoft.Insights/actionGroups": "2023-01-01",
    "Microsoft.Insights/components": "2020-02-02",
    "Microsoft.Insights/diagnosticSettings": "2021-05-01-preview",
    "Microsoft.Insights/scheduledQueryRules": "2022-06-15",
    "Microsoft.KeyVault": "2023-07-01",
    "Microsoft.ManagedIdentity": "2023-01-31",
    "Microsoft.OperationalInsights": "2023-09-01",
    "Microsoft.Resources": "2024-03-01",
    "Microsoft.Storage": "2023-05-01",
    "Microsoft.Web": "2024-04-01",
}
"""API versions, all of them released but one: diagnostic settings with categories have never left preview."""

APP = read(INFRA / "modules" / "functions.bicep")
HOST = json.loads((ROOT / "host.json").read_text())
SITE = resource("functions", "app").body["properties"]["functionAppConfig"]

def test_every_resource_type_has_one_released_version() -> None:
    for path in bicep_files():
        for one in read(path).resources:
            expected = VERSIONS.get(one.type) or VERSIONS.get(one.type.partition("/")[0])
            assert one.version == expected, (path.name, one.type)


def test_the_plan_is_flex_consumption_and_sets_nothing_that_does_not_belong_there() -> None:
    foreign = {"FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE",
               "WEBSITE_CONTENTSHARE", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "SCM_DO_BUILD_DURING_DEPLOYMENT",
               "FUNCTIONS_WORKER_PROCESS_COUNT"}

    assert resource("functions", "plan").body["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    assert not foreign & set(azure_settings())


def test_the_python_in_azure_is_one_that_is_tested() -> None:
    runtime = SITE["runtime"]
    oldest = re.search(r'python_version = "(.*)"', (ROOT / "pyproject.toml").read_text())

    assert oldest
    assert runtime == {"name": "python", "version": oldest[1]}


def test_there_is_a_thread_for_every_request_and_every_message() -> None:
    requests = APP.variables["requestsAtOnce"]
    queues = HOST["extensions"]["queues"]
    threads = azure_settings()["PYTHON_THREADPOOL_THREAD_COUNT"].text

    assert threads == "string(2 * requestsAtOnce)"
    assert 2 * requests >= requests + queues["batchSize"] + queues["newBatchThreshold"]
    assert SITE["scaleAndConcurrency"]["triggers"]["http"]["perInstanceConcurrency"] == Expression("requestsAtOnce")


def test_there_is_a_connection_to_storage_for_every_thread_that_may_ask_at_once() -> None:
    threads = 2 * APP.variables["requestsAtOnce"]
    lanes_of_log_lists = APP.variables["requestsAtOnce"] // 2 * SIDE_BY_SIDE

    assert threads + lanes_of_log_lists <= CONNECTIONS


def test_a_run_hands_over_long_before_its_function_is_stopped() -> None:
    hours, minutes, seconds = map(int, HOST["functionTimeout"].split(":"))

    assert hours * 3600 + minutes * 60 + seconds >= 3 * BOUNDS["SYNC_TIME_BUDGET_SECONDS"].most


def test_queue_messages_are_encoded_as_the_sender_does_and_looked_for_often() -> None:
    queues = HOST["extensions"]["queues"]

    assert queues["messageEncoding"] == "base64"
    assert queues["maxPollingInterval"] <= "00:00:05"
    assert queues["maxDequeueCount"] == 5


@pytest.mark.parametrize("name", ["development", "test", "production"])
def test_an_environment_has_every_figure_and_all_are_within_azures_bounds(name: str) -> None:
    figures = json_of("environments.json")[name]
    asked = {match for path in bicep_files() for match in re.findall(r"\bchoices\.(\w+)", path.read_text())}

    assert set(figures) == asked
    assert figures["instanceMemory"] in (2048, 4096)
    assert 40 <= figures["maximumInstances"] <= 1000
    assert 30 <= figures["telemetryDays"] <= 730


def test_an_environment_that_can_be_chosen_has_its_figures() -> None:
    allowed = re.search(r"@allowed\(\[(.*)\]\)\n@description\(.*\)\nparam profile", MAIN.read_text())

    assert allowed
    assert re.findall(r"'(\w+)'", allowed[1]) == list(json_of("environments.json"))


def test_the_kept_instance_in_production_answers_webhooks() -> None:
    assert json_of("environments.json")["production"]["alwaysReady"] == [{"name": "http", "instanceCount": 1}]


def test_the_host_has_every_binding_that_the_app_uses() -> None:
    used = {name: [binding["type"] for binding in bindings] for name, bindings in declared_functions().items()}

    assert in_error(used, read_extension_bundle(HOST)) == {}
    assert in_error(used, NO_BUNDLE), "then the app needs no bundle, and host.json can do without"


def test_no_timer_runs_when_an_instance_starts() -> None:
    timers = [binding for bindings in declared_functions().values() for binding in bindings
              if binding["type"] == "timerTrigger"]

    assert timers
    assert not [timer for timer in timers if timer["runOnStartup"]]


def test_captures_and_exports_that_the_app_left_behind_are_removed_and_nothing_else() -> None:
    rules = resource("storage", "lifecycle").body["properties"]["policy"]["rules"]

    assert [rule["enabled"] for rule in rules] == [True, True]
    assert [rule["definition"]["filters"]["prefixMatch"] for rule in rules] == [["captures/"], ["privacy-exports/"]]
    storage = next(module for module in read(MAIN).modules if module.symbol == "storage")
    assert storage.body["params"]["captureDays"].text == "int(settings.CAPTURE_RETENTION_DAYS) + 30"
    assert storage.body["params"]["exportDays"].text == "int(settings.PRIVACY_EXPORT_RETENTION_DAYS) + 30"
