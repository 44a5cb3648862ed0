"""Log entries as a caller of the admin API sees them, through the functions host."""
from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from local.azurite import start_azurite
from tests.admin import assert_problem
from tests.integration.sync.street import SHOP, Street, a_street


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A host with storage of its own, after a run in mode All that met one 500."""
    folder: Path = tmp_path_factory.mktemp("street")
    with (
        start_azurite() as azurite,
        a_street(azurite.connection_string, folder, customers=3, products=3, orders=3, plain=True) as street,
    ):
        street.open()
        street.connect(logging_mode="All")
        street.shopify.fault("http_5xx", times=1, status=500)
        street.start_sync()
        assert street.finished_run()["state"] == "succeeded"
        yield street


def listed(street: Street, query: str = "") -> list[dict[str, Any]]:
    """All entries that a query finds, over all pages."""
    found: list[dict[str, Any]] = []
    continuation = ""
    while True:
        page = street.call("GET", f"log-entries?{query}&continuation={continuation}").json()
        found += page["entries"]
        continuation = page["continuation"] or ""
        if not continuation:
            return found


def test_a_list_can_be_asked_for_by_run_shop_direction_status_and_text(street: Street) -> None:
    everything = listed(street, f"shop={SHOP}")
    run = next(entry["run"] for entry in everything if entry["run"])
    shown = street.call("GET", f"shops/{SHOP}/runs/{run}").json()
    of_run = listed(street, f"run={run}")

    assert of_run == [entry for entry in everything if entry["run"] == run]
    sign_ins = listed(street, f"run={run}&text=/oauth2/")
    assert len(sign_ins) == 1
    assert len(of_run) == shown["log_entries"] == shown["shopify_calls"] + shown["bc_calls"] + 1
    assert len(listed(street, f"run={run}&direction=Business Central")) == shown["bc_calls"] + 1
    assert [entry["status"] for entry in listed(street, "status=500&has_error=true")] == [500]
    assert {entry["method"] for entry in listed(street, "text=GRAPHQL")} == {"POST"}
    assert listed(street, "to=2026-01-01T00:00:00Z") == []
    assert [entry["id"] for entry in everything] == sorted((e["id"] for e in everything), reverse=True)


def test_an_entry_is_shown_whole_and_its_bodies_are_downloaded_under_its_id(street: Street) -> None:
    longest = max(listed(street, "direction=Shopify&status=200"), key=lambda entry: entry["actual_cost"])
    path = f"log-entries/{longest['id']}"

    entry = street.call("GET", path).json()
    request, response = street.call("GET", f"{path}/request"), street.call("GET", f"{path}/response")

    assert {name: value for name, value in entry.items() if name in longest} == longest
    assert entry["can_escalate"] is False
    assert request.text == entry["request"]
    assert request.headers["Content-Disposition"] == f'attachment; filename="Request_{entry["id"]}.json"'
    assert response.text == entry["response"]
    assert response.headers["Content-Disposition"] == f'attachment; filename="Response_{entry["id"]}.json"'
    assert set(json.loads(response.text)) == {"data", "extensions"}
    assert street.shopify.token not in street.call("GET", path).text


def test_the_call_that_met_a_500_can_be_escalated_and_another_one_cannot(street: Street) -> None:
    (failed,) = listed(street, "status=500")

    report = street.call("GET", f"log-entries/{failed['id']}/escalation").json()

    assert report["store"] == "demo-fr.myshopify.com"
    assert report["request_id"] == failed["request_id"]
    well = listed(street, "status=200")[0]
    assert_problem(street.call("GET", f"log-entries/{well['id']}/escalation"), 409, "escalation-not-offered")


@pytest.mark.parametrize("query", ["status=many", "status=-1", "has_error=yes", "direction=up", "from=yesterday",
                                   "to=2026-01-01", "continuation=abc", "from=0001-01-01T00:00:00%2B23:00"])
def test_a_filter_that_makes_no_sense_is_refused(street: Street, query: str) -> None:
    assert_problem(street.call("GET", f"log-entries?{query}"), 400, "input-invalid")


def test_what_does_not_exist_is_a_404(street: Street) -> None:
    assert_problem(street.call("GET", "log-entries?shop=NONE"), 404, "shop-unknown")
    for path in ("nonsense", "20260310-100000000000-000000abcdef-FR", "nonsense/request", "nonsense/escalation"):
        assert_problem(street.call("GET", f"log-entries/{path}"), 404, "not-found")


def test_entries_are_removed_by_age_without_and_altogether_with_a_confirmation(street: Street) -> None:
    number = len(listed(street))

    assert street.call("DELETE", "log-entries?older_than_days=1").json()["entries"] == 0
    assert_problem(street.call("DELETE", "log-entries?older_than_days=0"), 400, "input-invalid")
    assert_problem(street.call("DELETE", "log-entries"), 409, "confirmation-needed")
    assert len(listed(street)) >= number

    answer = street.call("DELETE", "log-entries")
    while answer.status_code == 409:  # the host may still be writing entries of its own, so the number may change
        named = re.search(r"confirm=(\d+)", answer.json()["detail"])
        assert named
        answer = street.call("DELETE", f"log-entries?{named[0]}")

    purge = answer.json()
    assert purge["entries"] >= number or purge["hours"], "rows of whole hours are not counted"
    assert purge["by"] == "admin"
    assert not [entry for entry in listed(street) if entry["at"] <= purge["before"]]
    assert street.call("GET", "log-purges").json()[0] == purge


def test_the_nightly_timer_can_be_started_by_hand_and_writes_down_its_purge(street: Street) -> None:
    assert street.host is not None
    purges = street.call("GET", "log-purges").json()

    answer = requests.post(
        f"{street.host.ready['url']}/admin/functions/purge_expired_logs", json={},
        headers={"x-functions-key": street.host.ready.get("master_key", "")}, timeout=30,
    )

    assert answer.status_code == 202
    before = len(purges)
    while len(purges) == before or not purges[0]["ended_at"]:
        time.sleep(0.05)
        purges = street.call("GET", "log-purges").json()
    assert purges[0]["by"] == "schedule"
