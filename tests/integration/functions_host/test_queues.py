"""Queue functions of the local host: success, failure, poison, renewal, several hosts, and a host that is killed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from azure.storage.queue import QueueClient, TextBase64EncodePolicy

from local.azurite import Azurite
from local.functions_host.queues import polling_pause
from tests.integration.functions_host.conftest import ROOT, HostProcess, StartHost, wait_for

APP = """
from datetime import datetime, timezone

STORAGE = "AzureWebJobsStorage"
released = threading.Event()

@app.route(route="release", auth_level=func.AuthLevel.ANONYMOUS)
def release(req: func.HttpRequest) -> str:
    released.set()
    return "released"

@app.queue_trigger(arg_name="msg", queue_name="%WORK%", connection=STORAGE)
def work(msg: func.QueueMessage) -> None:
    task = msg.get_json()
    report(ran="work", task=task, tries=msg.dequeue_count, pid=os.getpid())
    if task["do"] == "fail":
        raise ValueError("as told")
    time.sleep(task.get("seconds", 0))
    if task["do"] == "wait":
        released.wait()
    report(done="work", task=task)

@app.queue_trigger(arg_name="msg", queue_name="%WORK%-poison", connection=STORAGE)
def set_aside(msg: func.QueueMessage) -> None:
    report(ran="set_aside", body=msg.get_body().decode())
    if "stubborn" in msg.get_body().decode():
        report(stubborn=True, at=datetime.now(timezone.utc).isoformat(), hidden_until=msg.time_next_visible.isoformat())
        raise ValueError("as told")

@app.route(route="send", auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="out", queue_name="%OTHER%", connection=STORAGE)
def send(req: func.HttpRequest, out: func.Out[str]) -> str:
    out.set([json.dumps({"number": 1}), "Zoë"])
    return "sent"

@app.queue_trigger(arg_name="body", queue_name="%OTHER%", connection=STORAGE)
async def receive(body: str) -> None:
    report(ran="receive", body=body)
"""


@pytest.fixture(scope="module")
def queue_names(a_name: Callable[[str], str]) -> dict[str, str]:
    return {"WORK": a_name("work"), "OTHER": a_name("other")}


@pytest.fixture(scope="module")
def host(start_host: StartHost, queue_names: dict[str, str], azurite: Azurite) -> HostProcess:
    make_queue(azurite, queue_names["WORK"])
    return start_host(APP, "--invisibility", "2", **queue_names)


@pytest.fixture
def work_queue(azurite: Azurite, host: HostProcess, queue_names: dict[str, str]) -> QueueClient:
    return queue_of(azurite, queue_names["WORK"])


def queue_of(azurite: Azurite, name: str) -> QueueClient:
    policy = TextBase64EncodePolicy()
    return QueueClient.from_connection_string(azurite.connection_string, name, message_encode_policy=policy)


def make_queue(azurite: Azurite, name: str) -> QueueClient:
    queue = queue_of(azurite, name)
    queue.create_queue()
    return queue


def a_task(name: str, do: str = "succeed", **more: Any) -> str:
    return json.dumps({"name": name, "do": do, **more})


def runs(host: HostProcess, name: str) -> list[dict[str, Any]]:
    return [each for each in host.reports if each.get("ran") == "work" and each["task"]["name"] == name]


def done(host: HostProcess, name: str) -> list[dict[str, Any]]:
    return [each for each in host.reports if each.get("done") == "work" and each["task"]["name"] == name]


def is_empty(queue: QueueClient) -> bool:
    return queue.get_queue_properties().approximate_message_count == 0


def test_a_message_that_succeeds_is_run_once_and_deleted(host: HostProcess, work_queue: QueueClient) -> None:
    work_queue.send_message(a_task("good"))

    wait_for(lambda: runs(host, "good") and is_empty(work_queue), "the message to be done and deleted")
    assert [each["tries"] for each in runs(host, "good")] == [1]


def test_a_message_that_fails_is_tried_five_times_and_set_aside(host: HostProcess, work_queue: QueueClient) -> None:
    task = a_task("bad", "fail")

    work_queue.send_message(task)

    wait_for(lambda: {"ran": "set_aside", "body": task} in host.reports, "the message in the poison queue")
    assert [each["tries"] for each in runs(host, "bad")] == [1, 2, 3, 4, 5]
    wait_for(lambda: is_empty(work_queue), "the message to leave its queue")


def test_a_poison_queue_has_no_poison_queue_of_its_own(
    host: HostProcess, work_queue: QueueClient, azurite: Azurite
) -> None:
    body = json.dumps("stubborn")
    poison = queue_of(azurite, work_queue.queue_name + "-poison")

    work_queue.send_message(a_task("makes the poison queue", "fail"))
    wait_for(lambda: any(each.get("ran") == "set_aside" for each in host.reports), "a poison queue")
    poison.send_message(body)

    wait_for(lambda: len(stubborn(host)) >= 2, "the message to come again")
    assert stubborn(host)[1]["at"] >= stubborn(host)[0]["hidden_until"]
    assert not is_empty(poison)
    assert "-poison-poison" not in host.log


def stubborn(host: HostProcess) -> list[dict[str, Any]]:
    return [each for each in host.reports if each.get("stubborn")]


def test_a_message_that_is_not_base64_is_set_aside_without_being_run(
    host: HostProcess, work_queue: QueueClient, azurite: Azurite
) -> None:
    plain = QueueClient.from_connection_string(azurite.connection_string, work_queue.queue_name)

    plain.send_message('{"name": "plain", "do": "succeed"}')

    # It cannot be decoded in the poison queue either, so it stays there.
    poison = QueueClient.from_connection_string(azurite.connection_string, work_queue.queue_name + "-poison")
    wait_for(lambda: "TextBase64EncodePolicy" in host.log and is_empty(work_queue), "the message to leave its queue")
    wait_for(lambda: not is_empty(poison), "the message in the poison queue")
    assert runs(host, "plain") == []


def test_each_element_of_an_output_becomes_a_message(host: HostProcess) -> None:
    assert requests.get(f"{host.url}/api/send").text == "sent"

    wait_for(lambda: len(received(host)) == 2, "two messages")
    assert sorted(received(host)) == ["Zoë", '{"number": 1}']


def received(host: HostProcess) -> list[str]:
    return [each["body"] for each in host.reports if each.get("ran") == "receive"]


@pytest.mark.parametrize(
    "empty_polls, chance, seconds",
    [
        (1, 0.5, 0.1),
        (2, 0.5, 0.2),
        (2, 1.0, 0.24),  # a fifth more or less, so that hosts do not march in step
        (4, 0.5, 0.8),
        (5, 0.5, 1.0),  # never longer than the maximum
        (10_000, 1.0, 1.0),
        (1, 0.0, 0.1),  # never shorter than the minimum
    ],
)
def test_polling_backs_off_to_the_maximum(empty_polls: int, chance: float, seconds: float) -> None:
    assert polling_pause(empty_polls, timedelta(seconds=1), chance) == pytest.approx(seconds)


def test_a_message_above_the_count_is_set_aside_without_being_run(
    start_host: StartHost, azurite: Azurite, a_name: Callable[[str], str]
) -> None:
    """Five hosts died over this message: the sixth must not try it."""
    names = {"WORK": a_name("work"), "OTHER": a_name("other")}
    queue = make_queue(azurite, names["WORK"])
    queue.send_message(a_task("deadly"))
    for _ in range(5):
        message = queue.receive_message()
        queue.update_message(message.id, message.pop_receipt, visibility_timeout=0)

    host = start_host(APP, **names)

    wait_for(lambda: {"ran": "set_aside", "body": a_task("deadly")} in host.reports, "the message in the poison queue")
    assert runs(host, "deadly") == []


def test_two_hosts_share_a_queue_and_a_long_message_is_run_by_one_of_them_only(
    host: HostProcess, work_queue: QueueClient, start_host: StartHost, queue_names: dict[str, str]
) -> None:
    """The long message outlives its invisibility of two seconds: it is renewed while it runs."""
    second = start_host(APP, "--invisibility", "2", folder=host.report_file.parent, **queue_names)
    names = [f"shared-{number}" for number in range(40)]

    work_queue.send_message(a_task("long", seconds=3.5))
    for name in names:
        work_queue.send_message(a_task(name, seconds=0.05))

    wait_for(lambda: all(done(host, name) for name in ["long", *names]), "all messages")
    assert [len(runs(host, name)) for name in ["long", *names]] == [1] * 41
    assert {each["pid"] for name in names for each in runs(host, name)} == {host.process.pid, second.process.pid}
    second.stop()


def test_a_message_whose_host_is_killed_comes_again(
    start_host: StartHost, azurite: Azurite, a_name: Callable[[str], str]
) -> None:
    names = {"WORK": a_name("work"), "OTHER": a_name("other")}
    queue = make_queue(azurite, names["WORK"])
    queue.send_message(a_task("interrupted", seconds=2))
    first = start_host(APP, "--invisibility", "2", **names)
    wait_for(lambda: runs(first, "interrupted"), "the message to be running")

    first.process.kill()
    second = start_host(APP, "--invisibility", "2", folder=first.report_file.parent, **names)

    wait_for(lambda: done(second, "interrupted"), "the message to be done")
    assert [each["tries"] for each in runs(second, "interrupted")] == [1, 2]
    wait_for(lambda: is_empty(queue), "the message to be deleted")


def test_a_host_with_two_batches_of_long_jobs_goes_on_taking_others(
    start_host: StartHost, azurite: Azurite, a_name: Callable[[str], str]
) -> None:
    """With the figures of our host.json: large shops that are read for minutes stop no instance (0017)."""
    queues = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
    names = {"WORK": a_name("work"), "OTHER": a_name("other"), "PYTHON_THREADPOOL_THREAD_COUNT": "32"}
    queue = make_queue(azurite, names["WORK"])
    host = start_host(APP, host_json={"extensions": {"queues": queues}}, **names)
    long = [f"long-{number}" for number in range(2 * queues["batchSize"])]
    for name in long:
        queue.send_message(a_task(name, "wait"))
    wait_for(lambda: all(runs(host, name) for name in long), "the long jobs to be running")

    queue.send_message(a_task("short"))

    wait_for(lambda: done(host, "short"), "the short job to be done")
    assert not any(done(host, name) for name in long)
    requests.get(f"{host.url}/api/release")
    wait_for(lambda: all(done(host, name) for name in long), "the long jobs to be done")
