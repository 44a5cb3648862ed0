"""Each scale group in a process of its own, as on Flex Consumption: nothing is shared but what lies in storage."""
from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.azurite import start_azurite
from shared.shopify.topics import SUBSCRIBED_TOPICS
from tests.integration.sync.street import SHOP, Street, a_street
from tests.repository import declared_functions
from tests.waiting import wait_until

pytestmark = pytest.mark.slow("a host runs every scale group in a process of its own, and processes die")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("street")


@pytest.fixture(scope="module")
def street(folder: Path) -> Iterator[Street]:
    """A connected, synchronized shop, served by many processes."""
    size: dict[str, Any] = {"customers": 4, "products": 3, "orders": 8, "plain": True}
    with start_azurite() as azurite, a_street(azurite.connection_string, folder, **size) as street:
        street.shopify.shop_state.allow_loopback = True
        street.settings["WEBHOOK_DELAY_SECONDS"] = "1"
        street.open_each_apart()
        street.connect()
        street.start_sync()
        street.finished_run()
        wait_until(lambda: len(street.shopify.shop_state.subscriptions) == len(SUBSCRIBED_TOPICS))
        yield street


@pytest.mark.timeout(300)
def test_a_change_taken_in_by_one_process_is_applied_by_another(street: Street) -> None:
    wanted = street.move_orders("1 rue des Processus", 4)

    wait_until(lambda: wanted.items() <= street.addresses().items(), 60)


@pytest.mark.timeout(300)
def test_what_an_operator_sets_in_one_process_holds_for_the_next_run_in_another(street: Street) -> None:
    street.call("PATCH", f"shops/{SHOP}", {"logging_mode": "All"}).raise_for_status()
    street.move_orders("2 rue des Processus", 1)
    before = runs(street)

    street.start_sync()
    wait_until(lambda: any(run["ended_at"] for run in runs(street) if run["id"] not in {one["id"] for one in before}),
               60)

    assert street.call("GET", f"log-entries?shop={SHOP}").json()["entries"]


def runs(street: Street) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = street.call("GET", f"shops/{SHOP}/runs").json()
    return found


def test_there_is_a_process_for_the_http_functions_and_one_for_each_other(street: Street, folder: Path) -> None:
    triggers = {name: bindings[0]["type"] for name, bindings in declared_functions().items()}
    others = {name for name, kind in triggers.items() if kind != "httpTrigger"}
    ready = {path.name.split(".")[0]: json.loads(path.read_text())
             for path in (folder / "apart").glob("*.ready.json")}

    assert set(ready) == {"http", *others}
    assert len({one["pid"] for one in ready.values()}) == len(ready)
    assert set(ready["http"]["functions"]) == set(triggers) - others
    assert street.host is not None
    assert set(street.host.ready["functions"]) == set(triggers)


@pytest.mark.timeout(300)
def test_processes_that_die_come_back_and_go_on(street: Street, folder: Path) -> None:
    for path in (folder / "apart").glob("*.ready.json"):
        os.kill(json.loads(path.read_text())["pid"], signal.SIGKILL)

    wanted = street.move_orders("3 rue des Processus", 3)

    wait_until(lambda: wanted.items() <= street.addresses().items(), 90)
