"""Sync order from Shopify: one order, now, on an operator's word."""
from __future__ import annotations

from typing import Any

import pytest

from shared.clock import SystemClock
from shared.storage.lease import TABLE as LEASE_TABLE
from shared.storage.lease import held
from tests.admin import Admin
from tests.house import House

BEFORE = "2026-03-09T18:00:00Z"


def sync_order(admin: Admin, order: str, *, in_any_case: bool = False) -> dict[str, Any]:
    status, answer = admin("sync_order", {"even_if_left_out": True} if in_any_case else None, order=order)
    assert status == 200, answer
    told: dict[str, Any] = answer
    return told


@pytest.mark.parametrize("order", ["5001", "#5001"], ids=["by its id", "by its name"])
def test_one_order_comes_in_at_once_and_the_answer_names_its_document(house: House, admin: Admin, order: str) -> None:
    house.order(5001)
    house.order(5002)

    told = sync_order(admin, order)

    assert (told["result"], told["id"], told["name"]) == ("created", "5001", "#5001")
    assert told["number"] == house.document(5001)["number"]
    assert house.documents(5002) == []


def test_it_moves_no_synchronization_time_and_is_a_run_under_the_operators_name(house: House, admin: Admin) -> None:
    house.order(5001)

    told = sync_order(admin, "5001")

    assert house.connector.informations.get(house.shop, "orders").last_sync_time == ""
    run = house.connector.runs.get(house.shop, told["run"])
    assert (run.state, str(run.started_by)) == ("succeeded", "admin, order 5001 now")
    assert run.counts["orders"].created == 1


def test_an_order_that_is_there_is_unchanged_and_made_no_second_time(house: House, admin: Admin) -> None:
    house.order(5001)
    number = sync_order(admin, "5001")["number"]

    again = sync_order(admin, "#5001")

    assert (again["result"], again["number"]) == ("unchanged", number)
    assert len(house.documents(5001)) == 1


@pytest.mark.parametrize(("spec", "code", "why"), [
    ({"test": True}, "order-left-out", "it is a test order"),
    ({"created_at": BEFORE, "updated_at": BEFORE, "closed_at": BEFORE}, "", "was closed on"),
], ids=["by the card", "as history"])
def test_what_a_run_leaves_out_stays_out_with_the_reason_unless_it_is_wanted_in_any_case(
    house: House, admin: Admin, spec: dict[str, Any], code: str, why: str,
) -> None:
    house.sync("orders")
    house.order(5001, **spec)
    out = sync_order(admin, "5001")

    assert (out["result"], out["code"], out["number"]) == ("left out", code, "")
    assert why in out["detail"]
    assert house.documents(5001) == []

    assert sync_order(admin, "5001", in_any_case=True)["result"] == "created"
    assert len(house.documents(5001)) == 1
    assert house.parked() == {}


def test_what_was_wanted_in_any_case_and_could_not_be_made_is_not_left_out_by_later_tries(
    house: House, admin: Admin,
) -> None:
    house.order(5001, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00", "tax_rate": "0.055"}], test=True)

    told = sync_order(admin, "5001", in_any_case=True)
    assert (told["result"], told["code"]) == ("parked", "item-not-found")
    assert "LATER" in told["detail"]

    house.bc.control.change("items", "1100", {"number": "LATER"})
    house.connector.skipped.make_due(house.shop, "orders", "5001", house.clock.now())
    house.sync("orders")
    assert len(house.documents(5001)) == 1


def test_auto_create_off_holds_also_for_an_order_that_is_wanted_in_any_case(house: House, admin: Admin) -> None:
    house.card(auto_create_sales_documents=False)
    house.order(5001)

    told = sync_order(admin, "5001", in_any_case=True)

    assert told["result"] == "left out"
    assert "Auto Create Sales Documents is off" in told["detail"]


@pytest.mark.parametrize("order", ["9999", "#9999", "500", "#500", "5001'", "*", "#5001 OR name:#5002"])
def test_an_order_that_is_not_called_like_this_is_not_found(house: House, admin: Admin, order: str) -> None:
    house.order(5001)
    house.order(5002)

    status, problem = admin("sync_order", order=order)

    assert (status, problem["type"]) == (404, "not-found")
    assert house.bc_writes() == 0


def test_two_orders_of_one_name_are_told_apart_by_their_ids(house: House, admin: Admin) -> None:
    house.order(5001, name="#1001")
    house.order(5002, name="#1001")

    status, problem = admin("sync_order", order="#1001")

    assert (status, problem["type"]) == (400, "input-invalid")
    assert "5001" in problem["detail"]
    assert "5002" in problem["detail"]


def test_while_a_run_holds_the_shop_the_order_waits(house: House, admin: Admin) -> None:
    house.order(5001)
    leases = house.connector.storage.tables[LEASE_TABLE]

    with held(leases, f"sync-{house.shop}", seconds=60, clock=SystemClock()):
        status, problem = admin("sync_order", order="5001")

    assert (status, problem["type"]) == (409, "sync-already-running")
    assert house.documents(5001) == []
