"""Every queue, table and container of the code is in the infrastructure and in docs/architecture.md, and no other.

The names come from the constants TABLE, CONTAINER and QUEUE of shared/ and from the triggers. Log entries are the
exception: the app makes a table for each hour and a container for each day. One run shows that nothing else comes
into being.
"""
from __future__ import annotations

import ast
import re

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.azurite import Azurite
from tests.house import a_house
from tests.infra.bicep import INFRA, read
from tests.test_repository import ROOT, declared_functions, python_files

STORAGE = read(INFRA / "modules" / "storage.bicep")
OF_A_TIME = re.compile(r"LogEntries\d{10}|log-bodies-\d{8}")


def test_the_tables_are_those_of_the_code() -> None:
    assert set(STORAGE.variables["tables"]) == constants("TABLE")


def test_the_containers_are_those_of_the_code_and_the_apps_package() -> None:
    named = {one for one in STORAGE.variables["containers"] if isinstance(one, str)}

    assert named == constants("CONTAINER")
    assert STORAGE.variables["packageContainer"] not in named


def test_the_queues_are_those_that_are_sent_to_or_listened_to() -> None:
    heard = {binding["queueName"] for bindings in declared_functions().values() for binding in bindings
             if "queueName" in binding}

    assert set(STORAGE.variables["queues"]) == constants("QUEUE") | heard


@pytest.mark.parametrize("queue", sorted(name for name in STORAGE.variables["queues"] if "poison" not in name))
def test_a_queue_has_somebody_who_hears_of_its_poison_messages(queue: str) -> None:
    heard = [binding.get("queueName") for bindings in declared_functions().values() for binding in bindings]

    assert heard.count(queue) == 1
    assert heard.count(f"{queue}-poison") == 1


def test_whatever_is_made_is_told_in_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    told = set(re.findall(r"^\| (?:table|container|queue) ([\w-]+) \|", page, re.MULTILINE))
    kept = [*STORAGE.variables["tables"], *constants("CONTAINER"), *constants("QUEUE")]

    assert set(kept) == told


def test_a_run_makes_nothing_that_is_not_in_the_infrastructure(street_storage: Azurite) -> None:
    connection = street_storage.connection_string

    with a_house(connection) as house:
        house.sync()

    tables = {one.name for one in TableServiceClient.from_connection_string(connection).list_tables()}
    containers = {one.name for one in BlobServiceClient.from_connection_string(connection).list_containers()}
    queues = {one.name for one in QueueServiceClient.from_connection_string(connection).list_queues()}
    assert {"Shops", "SyncRuns", "Leases"} <= tables
    assert without_times(tables) <= set(STORAGE.variables["tables"])
    assert without_times(containers) <= constants("CONTAINER")
    assert queues <= set(STORAGE.variables["queues"])


def constants(name: str) -> set[str]:
    """The values of a constant that many modules have, e.g. TABLE."""
    return {ast.literal_eval(node.value) for path in python_files("shared")
            for node in ast.parse((ROOT / path).read_text()).body
            if isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == [name]}


def without_times(names: set[str]) -> set[str]:
    return {name for name in names if not OF_A_TIME.fullmatch(name)}
