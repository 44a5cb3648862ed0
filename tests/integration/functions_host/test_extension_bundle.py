"""Without the extension bundle the host has HTTP and timers only, as in Azure: the others are in error, it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.functions_host.errors import HostError
from local.functions_host.extension_bundle import BUNDLE_ID, read_extension_bundle
from tests.integration.functions_host.conftest import ABSENT, BUNDLE, HostProcess, StartHost, wait_for

NOT_REGISTERED = "are not registered. Please ensure the type is correct and the binding extension is installed."
NOT_FOUND = "were not found in the configured extension bundle."

APP = """
@app.route(route="hello", auth_level=func.AuthLevel.ANONYMOUS)
def hello(req: func.HttpRequest) -> str:
    return "hello"

@app.route(route="send", auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="out", queue_name="%WORK%", connection="AzureWebJobsStorage")
def send(req: func.HttpRequest, out: func.Out[str]) -> str:
    out.set("message")
    return "sent"

@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
def tick(timer: func.TimerRequest) -> None:
    report(ran="tick")

@app.queue_trigger(arg_name="msg", queue_name="%WORK%", connection="AzureWebJobsStorage")
def work(msg: func.QueueMessage) -> None:
    report(ran="work")
"""


def started(start_host: StartHost, queue: QueueClient, bundle: Any) -> HostProcess:
    queue.create_queue()
    queue.send_message("Z28=")
    return start_host(APP, WORK=queue.queue_name, host_json={"extensionBundle": bundle})


@pytest.fixture
def queue(azurite: Azurite, a_name: Callable[[str], str]) -> QueueClient:
    return QueueClient.from_connection_string(azurite.connection_string, a_name("work"))


@pytest.mark.parametrize(
    "bundle, sentence",
    [
        (ABSENT, NOT_REGISTERED),
        ({"id": BUNDLE_ID, "version": "[3.3.0, 4.0.0)"}, NOT_FOUND),
        ({"id": "Contoso.Functions.ExtensionBundle", "version": "[4.0.0, 5.0.0)"}, NOT_FOUND),
    ],
)
def test_without_its_bundle_a_function_of_a_queue_is_in_error_and_the_others_run(
    start_host: StartHost, queue: QueueClient, bundle: Any, sentence: str
) -> None:
    host = started(start_host, queue, bundle)
    wait_for(lambda: {"ran": "tick"} in host.reports, "the timer to run")

    assert host.functions == ["hello", "tick"]
    assert requests.get(f"{host.url}/api/hello").text == "hello"
    assert requests.get(f"{host.url}/api/send").status_code == 404
    assert "The following 2 functions are in error:" in host.log
    assert f"send: The binding type(s) 'queue' {sentence}" in host.log
    assert f"work: The binding type(s) 'queueTrigger' {sentence}" in host.log
    assert {"ran": "work"} not in host.reports
    assert queue.get_queue_properties().approximate_message_count == 1


def test_with_its_bundle_nothing_is_in_error(start_host: StartHost, queue: QueueClient) -> None:
    host = started(start_host, queue, BUNDLE)

    wait_for(lambda: {"ran": "work"} in host.reports, "the message to be worked off")

    assert host.functions == ["hello", "send", "tick", "work"]
    assert "in error" not in host.log


def test_a_bundle_that_cannot_be_read_keeps_the_whole_host_from_starting(
    start_host: StartHost, queue: QueueClient
) -> None:
    host = start_host(APP, ready=False, WORK=queue.queue_name, host_json={"extensionBundle": {"id": BUNDLE_ID}})

    assert host.process.wait(20) == 1
    assert "The value of version property in extensionBundle section of host.json file is invalid" in host.log


@pytest.mark.parametrize("version", ["[4.0.0, 5.0.0)", "[4.*, 5.0.0)", "[3.3.0, 5.0.0)", "4.0.0", "[4.18.0]", "[4.0,]",
                                     "( 3.9 , 4.0.0 ]"])  # fmt: skip
def test_a_range_with_a_version_four_in_it_finds_the_bundle(version: str) -> None:
    assert read_extension_bundle({"extensionBundle": {"id": BUNDLE_ID, "version": version}}).found


@pytest.mark.parametrize("version", ["[1.*, 2.0.0)", "[3.0.0, 4.0.0)", "[5.0.0, 6.0.0)", "[2.6.1]", "6.0.0", "(, 4)"])
def test_a_range_without_one_finds_none(version: str) -> None:
    bundle = read_extension_bundle({"extensionBundle": {"id": BUNDLE_ID, "version": version}})

    assert (bundle.configured, bundle.found) == (True, False)


@pytest.mark.parametrize(
    "section, property",
    [
        (None, "id"),
        ("Invalid", "id"),
        ({"version": "[4.0.0, 5.0.0)"}, "id"),
        ({"id": "Microsoft,,", "version": "[4.0.0, 5.0.0)"}, "id"),
        ({"id": BUNDLE_ID, "version": None}, "version"),
        ({"id": BUNDLE_ID, "version": "(4.0.0"}, "version"),
        ({"id": BUNDLE_ID, "version": "latest"}, "version"),
        ({"id": BUNDLE_ID, "version": "(4.0.0)"}, "version"),
        ({"id": BUNDLE_ID, "version": 4}, "version"),
    ],
)
def test_a_malformed_section_is_refused_in_the_hosts_words(section: Any, property: str) -> None:
    with pytest.raises(HostError) as refusal:
        read_extension_bundle({"extensionBundle": section})

    assert f"The value of {property} property in extensionBundle section" in str(refusal.value)
