"""Back-fill: the orders created within a span come in on an operator's word, history too, and nothing else moves."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import SystemClock, iso
from shared.journal.runs import SyncRun
from shared.sync.run import SyncJob, run_sync
from tests.admin import Admin, admin_api
from tests.house import House

FEBRUARY = SyncJob(shop="", started_by="Claire, back-fill", kinds=("orders",), created_since="2026-02-01T00:00:00Z",
                   created_until="2026-03-01T00:00:00Z")


@pytest.fixture
def admin(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Admin]:
    with admin_api(house, monkeypatch) as call:
        yield call


def archived(house: House, number: int, at: str, **spec: Any) -> int:
    return house.order(number, created_at=at, updated_at=at, closed_at=at, **spec)


def part(house: House, run: str = "") -> SyncRun:
    """One invocation of the back-fill."""
    job = SyncJob(shop=house.shop, started_by=FEBRUARY.started_by, kinds=("orders",), run=run,
                  created_since=FEBRUARY.created_since, created_until=FEBRUARY.created_until)
    done = run_sync(house.connector, job)
    assert done is not None
    return done


def test_orders_created_in_the_span_come_in_history_too_and_no_others(house: House) -> None:
    edges = {5001: "2026-01-31T23:59:59Z", 5002: "2026-02-01T00:00:00Z", 5003: "2026-02-28T23:59:59Z",
             5004: "2026-03-01T00:00:00Z"}
    for number, at in edges.items():
        archived(house, number, at)
    house.sync("orders")
    assert not any(house.documents(number) for number in edges)
    info = house.connector.informations.get(house.shop, "orders")

    run = part(house)

    assert (run.state, run.counts["orders"].created) == ("succeeded", 2), house.parked()
    assert [len(house.documents(number)) for number in edges] == [0, 1, 1, 0]
    assert house.connector.informations.get(house.shop, "orders") == info


def test_what_the_card_does_not_select_stays_out_and_comes_later_though_it_is_history(house: House) -> None:
    archived(house, 5001, "2026-02-10T00:00:00Z", test=True)
    house.sync("orders")
    part(house)
    assert house.documents(5001) == []
    assert house.parked()[5001].code == "order-left-out"

    house.card(orders_to_import={"import_test_orders": True})
    house.sync("orders")

    assert len(house.documents(5001)) == 1


def test_a_second_back_fill_makes_nothing_twice(house: House) -> None:
    archived(house, 5001, "2026-02-10T00:00:00Z")
    house.order(5002, created_at="2026-02-11T00:00:00Z")
    part(house)

    again = part(house)

    assert (again.counts["orders"].created, again.counts["orders"].unchanged) == (0, 2)
    assert [len(house.documents(number)) for number in (5001, 5002)] == [1, 1]


def test_an_invocation_that_died_is_gone_on_with_and_other_runs_do_not_end_the_back_fill(house: House) -> None:
    archived(house, 5001, "2026-02-10T00:00:00Z")
    begun = house.connector.runs.begin(
        house.shop, ["orders"], "Claire, back-fill", created=(FEBRUARY.created_since, FEBRUARY.created_until))
    house.sync("orders")

    run = part(house, begun.run)

    assert (run.run, run.state) == (begun.run, "succeeded")
    assert len(house.documents(5001)) == 1


def test_a_back_fill_that_waits_to_go_on_is_not_taken_over_by_a_run(house: House) -> None:
    run = house.connector.runs.begin(
        house.shop, ["orders"], "Claire, back-fill", created=(FEBRUARY.created_since, FEBRUARY.created_until))
    run.state, run.position = "continuing", "2026-02-09T00:00:00Z"
    house.connector.runs.save(run)

    house.sync("orders")

    assert house.connector.runs.get(house.shop, run.run).state == "continuing"


def test_it_goes_on_at_its_position(house: House) -> None:
    archived(house, 5001, "2026-02-10T00:00:00Z")
    archived(house, 5002, "2026-02-20T00:00:00Z")
    run = house.connector.runs.begin(
        house.shop, ["orders"], "Claire, back-fill", created=(FEBRUARY.created_since, FEBRUARY.created_until))
    run.state, run.position = "continuing", "2026-02-15T00:00:00Z"
    house.connector.runs.save(run)

    assert part(house, run.run).counts["orders"].read == 1
    assert [len(house.documents(number)) for number in (5001, 5002)] == [0, 1]


def ago(days: float) -> str:
    return iso(SystemClock().now() - timedelta(days=days))


def test_it_is_queued_for_a_span(house: House, admin: Admin) -> None:
    status, answer = admin("back_fill_orders", {"from": ago(10), "to": ago(1)})

    assert (status, answer["queued"]) == (202, True)


@pytest.mark.parametrize(("days", "status"), [(61, 409), (59, 202)])
def test_a_span_that_begins_where_shopify_shows_nothing_to_the_app_names_the_scope(
    house: House, admin: Admin, days: float, status: int,
) -> None:
    house.connector.tokens.keep(house.shop, house.shopify.few_scopes_token)

    answered, told = admin("back_fill_orders", {"from": ago(days), "to": ago(1)})

    assert answered == status, told
    assert status == 202 or (told["type"] == "access-scope-changed" and "read_all_orders" in told["detail"])


def test_with_the_scope_a_span_may_begin_at_any_time(house: House, admin: Admin) -> None:
    assert admin("back_fill_orders", {"from": ago(900), "to": ago(1)})[0] == 202


@pytest.mark.parametrize("span", [
    {"from": "yesterday", "to": "2026-03-01T00:00:00Z"}, {"from": "", "to": ""}, {"from": "2026-02-01T00:00:00Z"},
    {"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"},
    {"from": "2999-01-01T00:00:00Z", "to": "2999-02-01T00:00:00Z"},
])
def test_a_span_that_is_none_is_refused(house: House, admin: Admin, span: dict[str, str]) -> None:
    status, problem = admin("back_fill_orders", span)

    assert (status, problem["type"]) == (400, "input-invalid")
