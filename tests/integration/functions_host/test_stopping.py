"""How the local host ends: it finishes what runs, names what it had to leave, and obeys a second signal."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from azure.storage.queue import QueueClient

from local.azurite import Azurite
from tests.integration.functions_host.conftest import HostProcess, StartHost, wait_for

APP = """
@app.queue_trigger(arg_name="msg", queue_name="%WORK%", connection="AzureWebJobsStorage")
def work(msg: func.QueueMessage) -> None:
    report(started=True)
    while not os.path.exists(os.environ["REPORT"] + ".go-on"):
        time.sleep(0.02)
    report(finished=True)
"""


@pytest.fixture
def queue(azurite: Azurite, a_name: Callable[[str], str]) -> QueueClient:
    queue = QueueClient.from_connection_string(azurite.connection_string, a_name("work"))
    queue.create_queue()
    queue.send_message("Z28=")
    return queue


def start_working(start_host: StartHost, queue: QueueClient, *options: str) -> HostProcess:
    host = start_host(APP, *options, WORK=queue.queue_name)
    wait_for(lambda: {"started": True} in host.reports, "the message to be running")
    return host


def test_sigterm_waits_for_the_running_message_and_deletes_it(start_host: StartHost, queue: QueueClient) -> None:
    host = start_working(start_host, queue)

    host.process.send_signal(signal.SIGTERM)
    wait_for(lambda: "stopping" in host.log, "the host to stop")
    host.report_file.with_name("report.jsonl.go-on").touch()

    assert host.process.wait(20) == 0
    assert {"finished": True} in host.reports
    assert queue.get_queue_properties().approximate_message_count == 0


def test_work_that_outlives_the_grace_time_is_named_and_left_in_the_queue(
    start_host: StartHost, queue: QueueClient
) -> None:
    host = start_working(start_host, queue, "--grace", "0.2")

    code = host.stop()

    assert code == 1
    assert "ended while still running: work" in host.log
    assert {"finished": True} not in host.reports
    assert queue.get_queue_properties().approximate_message_count == 1


def test_a_second_signal_ends_the_host_at_once(start_host: StartHost, queue: QueueClient) -> None:
    host = start_working(start_host, queue)

    host.process.send_signal(signal.SIGINT)
    wait_for(lambda: "stopping" in host.log, "the host to stop")
    code = host.stop(signal.SIGINT)

    assert code == 130
    assert {"finished": True} not in host.reports
