"""The documented queries, as they stand in docs/observability.md, answer what their headings ask."""
from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest

from shared.clock import iso
from shared.health import report_health
from shared.stores.sync_runs import Counts
from shared.sync.deadline import OutOfTime
from shared.sync.type_telemetry import recorded_as
from tests.admin import admin_api
from tests.house import House
from tests.recorded import Recorded
from tests.repository import ROOT

PAGE = (ROOT / "docs" / "observability.md").read_text()


def asked(house: House, recorded: Recorded, question: str, run: str = "") -> list[dict[str, Any]]:
    """The answer to the query below this heading, for the house's shop."""
    (query,) = re.findall(r"```kql\n(.*?)```", PAGE.split(f"### {question}\n")[1].split("\n#")[0], re.DOTALL)
    return recorded.answer(query.replace('"FR"', f'"{house.shop}"').replace("098226863080000-fd39", run))


def test_is_the_shop_behind_why_and_since_when(house: House, recorded: Recorded) -> None:
    house.sync()
    last_good = house.clock.now()
    house.connector.permission.allow(False, by="test")
    for _ in range(3):
        house.clock.forward(3600)
        house.run()
    report_health(house.connector)

    types = asked(house, recorded, "Is the shop behind, and since when?")
    (reason,) = asked(house, recorded, "Why?")

    assert {iso(row["since"]) for row in types} == {iso(last_good.replace(tzinfo=None))}
    assert {(row["minutes"], row["why"], row["skipped"]) for row in types} == {(180, "http-requests-not-allowed", 0)}
    assert (reason["code"], reason["runs"]) == ("http-requests-not-allowed", 3)
    assert (reason["latest"] - reason["earliest"]).total_seconds() == 7200
    assert reason["detail"]


def test_what_came_through_adds_up_to_the_runs_own_figures(house: House, recorded: Recorded) -> None:
    for number in range(5001, 5004):
        house.order(number)
    house.order(5004, [{"sku": "UNKNOWN", "quantity": 1, "unit_price": "25.00"}])
    runs = [house.sync(), house.sync()]

    rows = {row["type"]: row for row in asked(house, recorded, "What came through, and what did it cost?")
            if row["shop"] == house.shop}

    orders = rows["orders"]
    counts = [run.counts["orders"] for run in runs]
    assert (orders["read"], orders["created"], orders["skipped"]) == (
        sum(one.read for one in counts), sum(one.created for one in counts), sum(one.skipped for one in counts))
    assert orders["created"] == 3
    assert sum(row["points"] for row in rows.values()) == sum(run.shopify_points for run in runs)
    assert sum(row["bc_calls"] for row in rows.values()) == sum(run.bc_calls for run in runs)


def test_a_run_that_goes_on_tells_only_of_its_present_part(house: House, recorded: Recorded) -> None:
    run = house.connector.runs.begin(house.shop, ["orders"], "test")
    run.counts["orders"] = Counts(read=5, created=3)
    card = house.connector.shops.get(house.shop)
    shopify, bc = house.connector.shopify(card), house.connector.business_central(card)

    with suppress(OutOfTime), recorded_as("orders", run, shopify, bc, house.clock):
        run.counts["orders"].read += 2
        house.clock.forward(7)
        raise OutOfTime

    (told_of,) = recorded.facts("type")
    assert (told_of["read"], told_of["created"], told_of["seconds"]) == (2, 0, 7)
    assert (told_of["type"], told_of["outcome"]) == ("orders", "continuing")


def test_what_a_run_did_line_by_line_and_every_line_says_what_it_is_about(house: House, recorded: Recorded) -> None:
    house.shopify.fault("http_5xx", times=200, status=503)
    failed = house.sync()

    lines = asked(house, recorded, "What did a run do, line by line?", failed.id)

    assert {row["event"] for row in lines} == {"type", "line", "run"}
    assert any("shopify-unavailable" in row["text"] and row["level"] == "WARNING" for row in lines)
    assert [row["type"] for row in lines if row["event"] == "type"] == ["products"]


def test_who_changed_what(house: House, recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    with admin_api(house, monkeypatch) as admin:
        admin("reset_synchronization_info", type="orders")
        admin("reset_synchronization_info", type="nonsense")

    (row,) = asked(house, recorded, "Who changed what?")
    assert (row["who"], row["operation"], row["shop"]) == ("admin", "reset_synchronization_info", house.shop)


def test_every_query_of_the_page_has_its_test_here() -> None:
    questions = re.findall(r"^### (.*)$", PAGE, re.MULTILINE)

    assert len(questions) == PAGE.count("```kql") == 5
    source = (ROOT / "tests" / "integration" / "telemetry" / "test_questions.py").read_text()
    assert [one for one in questions if f'"{one}"' not in source] == []
