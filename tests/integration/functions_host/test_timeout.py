"""functionTimeout: a function that takes too long ends all calls of its process, and the process comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from local.functions_host.errors import HostError
from local.functions_host.settings import read_host_json
from tests.integration.functions_host.conftest import HostProcess, StartHost, wait_for

APP = """
import uuid
PROCESS = uuid.uuid4().hex


@app.queue_trigger(arg_name="msg", queue_name="%SLOW%", connection="AzureWebJobsStorage")
def slow(msg: func.QueueMessage) -> None:
    report(ran="slow", process=PROCESS, tries=msg.dequeue_count)
    if msg.dequeue_count == 1:
        time.sleep(600)
    report(done="slow", process=PROCESS)

@app.route(route="wait", auth_level=func.AuthLevel.ANONYMOUS)
def wait(req: func.HttpRequest) -> str:
    report(ran="wait", process=PROCESS)
    time.sleep(600)
    return "never"

@app.route(route="process", auth_level=func.AuthLevel.ANONYMOUS)
def process(req: func.HttpRequest) -> str:
    return PROCESS
"""


@pytest.fixture
def queue(azurite: Azurite, a_name: Callable[[str], str]) -> QueueClient:
    queue = QueueClient.from_connection_string(azurite.connection_string, a_name("slow"))
    queue.create_queue()
    return queue


def reported(host: HostProcess, **facts: Any) -> list[dict[str, Any]]:
    return [one for one in host.reports if facts.items() <= one.items()]


def test_one_that_takes_too_long_ends_its_process_and_all_calls_in_it_and_is_tried_again(
    start_host: StartHost, queue: QueueClient
) -> None:
    host = start_host(APP, SLOW=queue.queue_name, host_json={"functionTimeout": "00:00:03"})
    first = requests.get(f"{host.url}/api/process").text

    with ThreadPoolExecutor(1) as pool:
        queue.send_message("Z28=")
        wait_for(lambda: reported(host, ran="slow"), "the message to be running")
        innocent = pool.submit(requests.get, f"{host.url}/api/wait")
        wait_for(lambda: reported(host, ran="wait"), "the request to be running")
        assert innocent.result().status_code == 500

    wait_for(lambda: reported(host, done="slow"), "the message to be tried again")
    assert [one["tries"] for one in reported(host, ran="slow")] == [1, 2]
    assert reported(host, done="slow")[0]["process"] != first
    assert requests.get(f"{host.url}/api/process").text != first
    assert host.process.poll() is None
    assert "Timeout value of 0:00:03 exceeded by function 'slow'" in host.log
    assert "the worker process ended because another function of it took too long" in host.log
    assert "A function timeout has occurred. Restarting worker process." in host.log


@pytest.mark.parametrize("declared, seconds", [
    ({}, 1800), ({"functionTimeout": "00:05:00"}, 300), ({"functionTimeout": "-1"}, None),
])  # fmt: skip
def test_flex_consumption_allows_half_an_hour_unless_told_otherwise(
    tmp_path: Path, declared: dict[str, str], seconds: int | None
) -> None:
    (tmp_path / "host.json").write_text(json.dumps(declared))

    timeout = read_host_json(tmp_path).function_timeout

    assert (timeout.total_seconds() if timeout else None) == seconds


@pytest.mark.parametrize("value", ["00:00:00", "5 minutes"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    (tmp_path / "host.json").write_text(f'{{"functionTimeout": "{value}"}}')

    with pytest.raises(HostError):
        read_host_json(tmp_path)
