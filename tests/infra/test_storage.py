"""Every queue, table and container of the code is in the infrastructure and in docs/architecture.md, and no other.

The names come from the places that ask storage for them (storage_use.py) and from the triggers. Log entries are the
exception: the app makes a table for each hour and a container for each day. A run shows that nothing else comes into
being.
"""
from __future__ import annotations

import re

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from local.azurite import Azurite
from tests.house import a_house
from tests.infra.bicep import INFRA, read
from tests.infra.storage_use import HANDED_ON, name_of, sources, under_other_names, used, uses, uses_in
from tests.repository import ROOT, declared_functions

STORAGE = read(INFRA / "modules" / "storage.bicep")
OF_A_TIME = re.compile(r"LogEntries\d{10}|log-bodies-\d{8}")


def test_the_tables_are_those_of_the_code() -> None:
    assert set(STORAGE.variables["tables"]) == used("tables")


def test_the_containers_are_those_of_the_code() -> None:
    assert set(STORAGE.variables["containers"]) == used("blobs")


def test_the_queues_are_those_that_are_sent_to_or_listened_to() -> None:
    heard = {binding["queueName"] for bindings in declared_functions().values() for binding in bindings
             if "queueName" in binding}

    assert set(STORAGE.variables["queues"]) == used("queues") | heard


@pytest.mark.parametrize("source, room, name", [
    ("from shared.stores.payments import PAYOUTS\nPayments(storage.tables[PAYOUTS], Payout)", "tables", "PAYOUTS"),
    ("rows = self._storage.tables['Anything']", "tables", "'Anything'"),
    ("connector.storage.tables.drop(OLD)", "tables", "OLD"),
    ("blobs.write(OTHER, name, data, 'text/plain')", "blobs", "OTHER"),
    ("connector.storage.queues.send(QUEUE, text)", "queues", "QUEUE"),
])
def test_a_name_is_found_where_it_is_used_whatever_it_is_called(source: str, room: str, name: str) -> None:
    assert [(use.room, use.said) for use in uses_in("any", source)] == [(room, name)]


def test_a_name_whose_origin_cannot_be_told_has_to_be_listed() -> None:
    (use,) = uses_in("shared.root", "storage.tables[somewhere]")

    with pytest.raises(LookupError, match="where does somewhere come from"):
        name_of(use)
    assert set(HANDED_ON) <= {(use.module, use.said) for use in uses()}


def test_storage_goes_by_its_own_name_everywhere() -> None:
    assert {str(path): found for path in sources() if (found := under_other_names((ROOT / path).read_text()))} == {}


@pytest.mark.parametrize("source", [
    "drawers = storage.tables", "a, drawers = 1, storage.tables", "def f(drawers: Tables) -> None: ...",
    "drawers: Blobs = storage.blobs",
])
def test_storage_under_another_name_is_noticed(source: str) -> None:
    assert under_other_names(source) == ["drawers"]


@pytest.mark.parametrize("queue", sorted(name for name in STORAGE.variables["queues"] if "poison" not in name))
def test_a_queue_has_somebody_who_hears_of_its_poison_messages(queue: str) -> None:
    heard = [binding.get("queueName") for bindings in declared_functions().values() for binding in bindings]

    assert heard.count(queue) == 1
    assert heard.count(f"{queue}-poison") == 1


def test_whatever_is_made_is_told_in_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| (table|container|queue)s? ([\w, -]+) \|", page, re.MULTILINE)
    told = {kind: {name for each, names in rows if each == kind for name in names.split(", ")}
            for kind in ("table", "container", "queue")}

    assert told == {"table": used("tables"), "container": used("blobs"), "queue": used("queues")}


def test_a_run_makes_nothing_that_is_not_in_the_infrastructure(street_storage: Azurite) -> None:
    connection = street_storage.connection_string

    with a_house(connection) as house:
        house.order(5001)
        house.order(5002, [{"sku": "UNKNOWN", "quantity": 1, "unit_price": "25.00"}])
        house.payout(9001)
        house.dispute(9101)
        house.sync()

    tables = {one.name for one in TableServiceClient.from_connection_string(connection).list_tables()}
    containers = {one.name for one in BlobServiceClient.from_connection_string(connection).list_containers()}
    queues = {one.name for one in QueueServiceClient.from_connection_string(connection).list_queues()}
    assert {"Shops", "SyncRuns", "Leases", "Links", "SkippedRecords", "Payouts", "Disputes"} <= tables
    assert without_times(tables) <= set(STORAGE.variables["tables"])
    assert without_times(containers) <= used("blobs")
    assert queues <= set(STORAGE.variables["queues"])


def without_times(names: set[str]) -> set[str]:
    return {name for name in names if not OF_A_TIME.fullmatch(name)}
