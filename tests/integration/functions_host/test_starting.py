"""What keeps the local host from starting: each reason in one sentence, and an exit code of 1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from local.azurite import Ports
from local.azurite import connection_string as connection_string_of
from local.functions_host.app_metadata import read_functions
from local.functions_host.errors import HostError
from local.functions_host.settings import load_app_settings, read_host_json, storage_connection
from local.host import parse_arguments, same_keys
from tests.integration.functions_host.conftest import HostProcess, StartHost

NOBODY_LISTENS = connection_string_of(Ports(blob=9, queue=9, table=9))

Declare = Callable[[func.FunctionApp], Any]


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("", "The app has no functions"),
        ("other = func.FunctionApp()", "exactly one FunctionApp at module level; it has 2 (app, other)"),
        ("import no_such_package", "could not be imported: ModuleNotFoundError: No module named 'no_such_package'"),
    ],
)
def test_an_app_that_azure_would_show_as_empty_is_refused(start_host: StartHost, source: str, sentence: str) -> None:
    host = start_host(source, ready=False)

    assert ended(host) == 1
    assert sentence in host.log


@pytest.mark.parametrize(
    "storage, sentence",
    [
        ("", "The app setting AzureWebJobsStorage is missing"),
        ("nonsense", "The app setting AzureWebJobsStorage is not a storage connection string"),
        (NOBODY_LISTENS, "The storage behind AzureWebJobsStorage does not answer"),
    ],
)
def test_a_timer_without_storage_is_refused(start_host: StartHost, storage: str, sentence: str) -> None:
    source = "@app.timer_trigger(arg_name='t', schedule='0 * * * * *')\ndef x(t: func.TimerRequest) -> None: ..."

    host = start_host(source, ready=False, AzureWebJobsStorage=storage)

    assert ended(host) == 1
    assert sentence in host.log.splitlines()[-1]


@pytest.mark.parametrize(
    "schedule, sentence", [("0 0 0 30 2 *", "never fires"), ("0 99 * * * *", "'99' is not a minute")]
)
def test_a_schedule_that_cannot_be_kept_is_refused_with_its_function(
    start_host: StartHost, schedule: str, sentence: str
) -> None:
    source = f"@app.timer_trigger(arg_name='t', schedule='{schedule}')\ndef x(t: func.TimerRequest) -> None: ..."

    host = start_host(source, ready=False)

    assert ended(host) == 1
    assert "Function x: " in host.log
    assert sentence in host.log


def test_a_port_in_use_is_named(start_host: StartHost) -> None:
    source = "@app.route(route='x')\ndef x(req: func.HttpRequest) -> str:\n    return 'x'"
    first = start_host(source)
    port = first.url.rsplit(":", 1)[1]

    second = start_host(source, "--port", port, ready=False)

    assert ended(second) == 1
    assert f"Port {port} cannot be used" in second.log


def test_a_group_that_does_not_exist_is_named(start_host: StartHost) -> None:
    source = "@app.route(route='x')\ndef x(req: func.HttpRequest) -> str:\n    return 'x'"

    host = start_host(source, "--functions", "y", ready=False)

    assert ended(host) == 1
    assert "--functions y: there is neither such a group nor such a function" in host.log


def ended(host: HostProcess) -> int:
    return host.process.wait(20)


def parameter_without_binding(app: func.FunctionApp) -> None:
    @app.route(route="x")
    def x(req: func.HttpRequest, limit: int = 5) -> str:
        return ""


def binding_without_parameter(app: func.FunctionApp) -> None:
    @app.route(route="x")
    @app.queue_output(arg_name="out", queue_name="q", connection="C")
    def x(req: func.HttpRequest) -> str:
        return ""


def wrong_trigger_annotation(app: func.FunctionApp) -> None:
    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    def x(timer: func.HttpRequest) -> None: ...


def output_without_out(app: func.FunctionApp) -> None:
    @app.route(route="x")
    @app.queue_output(arg_name="out", queue_name="q", connection="C")
    def x(req: func.HttpRequest, out: str) -> str:
        return ""


def context_of_another_type(app: func.FunctionApp) -> None:
    @app.route(route="x")
    def x(req: func.HttpRequest, context: dict) -> str:  # type: ignore[type-arg]
        return ""


def union_as_return_type(app: func.FunctionApp) -> None:
    @app.route(route="x")
    def x(req: func.HttpRequest) -> str | func.HttpResponse:
        return ""


def name_without_setting(app: func.FunctionApp) -> None:
    @app.queue_trigger(arg_name="msg", queue_name="%QUEUE%", connection="AzureWebJobsStorage")
    def x(msg: func.QueueMessage) -> None: ...


def unsupported_binding(app: func.FunctionApp) -> None:
    @app.blob_trigger(arg_name="blob", path="c/{n}", connection="AzureWebJobsStorage")
    def x(blob: func.InputStream) -> None: ...


@pytest.mark.parametrize(
    "declare, sentence",
    [
        (parameter_without_binding, "parameter limit has no binding"),
        (binding_without_parameter, "binding out has no parameter"),
        (wrong_trigger_annotation, "which a timerTrigger cannot fill"),
        (output_without_out, "instead of func.Out"),
        (context_of_another_type, "context must be annotated func.Context"),
        (union_as_return_type, "does not fit the http output"),
        (name_without_setting, "'%QUEUE%' has no value: add the app setting QUEUE"),
        (unsupported_binding, "no input binding blobTrigger"),
    ],
)
def test_what_the_worker_would_refuse_is_refused_with_the_functions_name(declare: Declare, sentence: str) -> None:
    app = func.FunctionApp()
    declare(app)

    with pytest.raises(HostError) as refusal:
        read_functions(app, {}, Path("app"))

    assert "Function x" in str(refusal.value)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    "host_json, sentence",
    [
        ("{", "host.json is not valid JSON"),
        ('{"extensions": {"queues": {"batchSize": 33}}}', "batchSize must be a whole number from 1 to 32"),
        ('{"extensions": {"queues": {"maxPollingInterval": "5"}}}', "'5' is not a time span"),
        ('{"extensions": {"queues": {"maxPollingInterval": "00:00:00.01"}}}', "at least 00:00:00.1"),
        ('{"extensions": {"queues": {"messageEncoding": "utf8"}}}', "either base64 or none"),
    ],
)
def test_a_wrong_host_json_is_refused(tmp_path: Path, host_json: str, sentence: str) -> None:
    (tmp_path / "host.json").write_text(host_json)

    with pytest.raises(HostError) as refusal:
        read_host_json(tmp_path)

    assert sentence in str(refusal.value)


def test_without_a_host_json_azures_defaults_hold(tmp_path: Path) -> None:
    options = read_host_json(tmp_path, processors=2)

    assert options.route_prefix == "api"
    assert (options.queues.batch_size, options.queues.new_batch_threshold) == (16, 16)
    assert options.queues.max_dequeue_count == 5
    assert options.queues.max_polling_interval.total_seconds() == 60


def test_the_environment_wins_over_local_settings(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": {"QUEUE": "from-file", "OTHER": "from-file"}}')
    environment = {"QUEUE": "from-environment"}

    load_app_settings(tmp_path, environment)

    assert environment == {"QUEUE": "from-environment", "OTHER": "from-file"}


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({}, "The app setting AzureWebJobsStorage is missing"),
        ({"AzureWebJobsStorage__accountName": "a"}, "AzureWebJobsStorage__accountName needs"),
    ],
)
def test_a_connection_that_cannot_be_used_here_is_named(settings: dict[str, str], sentence: str) -> None:
    with pytest.raises(HostError) as refusal:
        storage_connection("AzureWebJobsStorage", settings)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize("key", ["-begins-with-a-dash", "--app", "ends with =", "plain"])
def test_a_host_hands_on_any_key(key: str) -> None:
    given = parse_arguments([f"--host-key={key}", f"--master-key={key}2"])

    handed_on = parse_arguments(same_keys(given))

    assert (handed_on.host_key, handed_on.master_key) == (key, f"{key}2")
