"""Back-fill: the orders created within a span come in on an operator's word, history too, and nothing else moves."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.clock import SystemClock, iso
from shared.connector import Connector
from shared.shopify.shapes import SHAPES
from shared.storage.lease import TABLE as LEASES
from shared.storage.lease import held
from shared.stores.sync_runs import SyncRun
from shared.sync.queue import SyncJob
from shared.sync.run import run_sync
from tests.admin import Admin
from tests.house import House

FEBRUARY = SyncJob(shop="", started_by="Claire", types=("orders",), created_since="2026-02-01T00:00:00Z",
                   created_until="2026-03-01T00:00:00Z")


def archived(house: House, number: int, at: str, **spec: Any) -> int:
    return house.order(number, created_at=at, updated_at=at, closed_at=at, **spec)


def part(house: House, run: str = "", *, connector: Connector | None = None) -> SyncRun:
    """One invocation of the back-fill."""
    job = SyncJob(shop=house.shop, started_by=FEBRUARY.started_by, types=("orders",), run=run,
                  created_since=FEBRUARY.created_since, created_until=FEBRUARY.created_until)
    done = run_sync(connector or house.connector, job)
    assert done is not None
    return done


def half_done(house: House) -> SyncRun:
    """A back-fill of two orders that waits to go on between them."""
    archived(house, 5001, "2026-02-10T00:00:00Z")
    archived(house, 5002, "2026-02-20T00:00:00Z")
    run = house.connector.runs.begin(
        house.shop, ["orders"], "Claire, back-fill", created=(FEBRUARY.created_since, FEBRUARY.created_until))
    run.state, run.position = "continuing", "2026-02-15T00:00:00Z"
    house.connector.runs.save(run)
    return run


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

    run = part(house, begun.id)

    assert (run.id, run.state) == (begun.id, "succeeded")
    assert len(house.documents(5001)) == 1


def test_a_back_fill_that_waits_to_go_on_is_not_taken_over_by_a_run(house: House) -> None:
    run = house.connector.runs.begin(
        house.shop, ["orders"], "Claire, back-fill", created=(FEBRUARY.created_since, FEBRUARY.created_until))
    run.state, run.position = "continuing", "2026-02-09T00:00:00Z"
    house.connector.runs.save(run)

    house.sync("orders")

    assert house.connector.runs.get(house.shop, run.id).state == "continuing"


def test_a_back_fill_out_of_time_goes_on_where_it_was_and_a_run_between_its_parts_leaves_it_alone(house: House) -> None:
    size = SHAPES["orders"].page_size
    orders = range(5001, 5002 + size)
    for minute, number in enumerate(orders):
        archived(house, number, f"2026-02-10T{minute // 60:02}:{minute % 60:02}:00Z")
    hasty = house.connector._replace(settings=msgspec.structs.replace(house.settings, time_budget_seconds=0))
    begun = part(house, connector=hasty)
    assert (begun.state, begun.counts["orders"].created) == ("continuing", size)

    assert house.sync("orders").counts["orders"].created == 0
    done = part(house, begun.id)

    counts = done.counts["orders"]
    assert (done.state, done.id, counts.created) == ("succeeded", begun.id, size + 1)
    assert counts.read == size + 1, "no order is read twice"
    assert all(len(house.documents(number)) == 1 for number in orders)


def test_a_back_fill_of_orders_changed_in_one_second_ends_though_every_page_uses_up_the_time(house: House) -> None:
    size = SHAPES["orders"].page_size
    orders = range(5001, 5002 + 2 * size)
    for number in orders:
        archived(house, number, "2026-02-10T00:00:00Z")
    hasty = house.connector._replace(settings=msgspec.structs.replace(house.settings, time_budget_seconds=0))

    first = part(house, connector=hasty)
    second = part(house, first.id, connector=hasty)
    last = part(house, first.id, connector=hasty)

    assert [run.state for run in (first, second, last)] == ["continuing", "continuing", "succeeded"]
    assert all(len(house.documents(number)) == 1 for number in orders)


@pytest.mark.parametrize(("changes", "hours"), [
    ({"cursor": "bm8gY3Vyc29y"}, 0), ({"cursor": "", "saved": ""}, 0), ({}, 2)],
                         ids=["refused", "none, by an older version", "too old"])
def test_a_back_fill_whose_cursor_does_not_serve_goes_on_at_its_position(
    house: House, changes: dict[str, str], hours: int
) -> None:
    size = SHAPES["orders"].page_size
    orders = range(5001, 5003 + size)
    for number in orders:
        archived(house, number, f"2026-02-10T00:{(number - 5001) // 60:02}:{(number - 5001) % 60:02}Z")
    hasty = house.connector._replace(settings=msgspec.structs.replace(house.settings, time_budget_seconds=0))
    begun = part(house, connector=hasty)
    house.connector.runs.save(msgspec.structs.replace(begun, **changes))
    house.clock.forward(hours * 3600)
    house.shopify.stats.reset()

    done = part(house, begun.id)

    first = next(call["variables"] for call in house.shopify.stats.last_calls()
                 if call["operation"] == "OrdersChanged" and not call["variables"]["after"])
    assert (done.state, done.counts["orders"].created) == ("succeeded", size + 2)
    assert f"updated_at:>='{begun.position}'" in str(first["filter"])
    assert all(len(house.documents(number)) == 1 for number in orders)


def test_disabling_the_shop_ends_a_back_fill_and_asked_for_again_it_makes_nothing_twice(house: House) -> None:
    run = half_done(house)
    house.card(enabled=False)
    ended = part(house, run.id)
    assert (ended.state, ended.error_code) == ("failed", "shop-disabled")
    assert house.documents(5002) == []

    house.card(enabled=True)
    assert part(house).counts["orders"].created == 2
    assert [len(house.documents(number)) for number in (5001, 5002)] == [1, 1]


def test_it_goes_on_at_its_position(house: House) -> None:
    run = half_done(house)

    assert part(house, run.id).counts["orders"].read == 1
    assert [len(house.documents(number)) for number in (5001, 5002)] == [0, 1]


def ago(days: float) -> str:
    return iso(SystemClock().now() - timedelta(days=days))


@pytest.mark.parametrize(("span", "queued"), [
    (("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"), ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")),
    (("2026-02-01T00:00:00+01:00", "2026-03-01T00:00:00-05:00"), ("2026-01-31T23:00:00Z", "2026-03-01T05:00:00Z")),
    (("0001-01-01T00:00:00Z", "2026-03-01T00:00:00.9Z"), ("2004-01-01T00:00:00Z", "2026-03-01T00:00:00Z")),
], ids=["UTC", "by offsets", "longer ago than there is anything"])
def test_it_is_queued_for_a_span_in_utc(
    house: House, admin: Admin, span: tuple[str, str], queued: tuple[str, str]
) -> None:
    status, answer = admin("back_fill_orders", {"from": span[0], "to": span[1]})

    assert (status, answer) == (202, {"queued": True, "from": queued[0], "to": queued[1]})


def test_while_a_run_holds_the_shop_it_is_refused(house: House, admin: Admin) -> None:
    leases = house.connector.storage.tables[LEASES]
    with held(leases, f"sync-{house.shop}", seconds=60, clock=SystemClock()):
        status, problem = admin("back_fill_orders", {"from": ago(10), "to": ago(1)})
    assert (status, problem["type"]) == (409, "sync-already-running")


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
    {"from": "2026-02-01T00:00:00", "to": "2026-03-01T00:00:00"},
    {"from": "2026-02-01T00:00:00.1Z", "to": "2026-02-01T00:00:00.9Z"},
    {"from": "0001-01-01T00:00:00Z", "to": "0999-01-01T00:00:00Z"},
])
def test_a_span_that_is_none_is_refused(house: House, admin: Admin, span: dict[str, str]) -> None:
    status, problem = admin("back_fill_orders", span)

    assert (status, problem["type"]) == (400, "input-invalid")
