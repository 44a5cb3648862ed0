"""H13: an order's document is said to be right as it stands; the next change in Shopify is a conflict again."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.storage.lease import TABLE as LEASES
from shared.storage.lease import held
from shared.stores.links import LinkState
from tests.admin import Admin
from tests.house import MARIE, House
from tests.integration.sync.trouble import links_lost, retried, touched


def resolve(admin: Admin, confirm: str = "", order: int = 5001) -> tuple[int, Any]:
    return admin("resolve_order", query={"confirm": confirm} if confirm else None, id=str(order))


def resolved(house: House, admin: Admin) -> dict[str, Any]:
    status, told = resolve(admin, house.link("orders", 5001).bc_number)
    assert status == 200, told
    answer: dict[str, Any] = told
    return answer


# What can be resolved


def edited(house: House) -> str:
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, line_quantities={"0": 3})
    return "order-changed-after-processing"


def refunded(house: House) -> str:
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, refunds=[{"lines": [{"line": 0, "quantity": 1}]}])
    return "order-refunded-after-processing"


def cancelled(house: House) -> str:
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, cancelled=True)
    return "order-cancelled-after-processing"


def found_and_different(house: House) -> str:
    house.order(5001)
    house.sync("orders")
    house.bc.control.change("salesOrders", house.document(5001)["number"], {"shipToAddressLine1": "3 rue à la main"})
    links_lost(house)
    touched(house, 5001)
    return "document-differs"


def taxed_otherwise(house: House) -> str:
    house.order(5001)
    house.sync("orders")
    links_lost(house)
    house.change("orders", 5001, tax_rate="0.055")
    return "tax-mismatch"


CONFLICTS = [edited, refunded, cancelled, found_and_different, taxed_otherwise]


@pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda made: made.__name__)
def test_h13_a_document_is_accepted_as_it_stands_and_only_the_next_change_is_a_conflict_again(
    house: House, admin: Admin, conflict: Callable[[House], str]
) -> None:
    code = conflict(house)
    house.sync("orders")
    assert house.parked()[5001].code == code, house.parked()[5001].detail
    document, written = house.document(5001), house.bc_writes()

    told = resolved(house, admin)

    assert (told["number"], told["name"], told["code"]) == (document["number"], "#5001", code)
    assert house.parked() == {}
    house.card(shopify_order_no_on_doc_line=True)
    house.change("orders", 5001, note="the buyer called")
    house.sync("orders")
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="test")
    assert house.sync("orders").counts["orders"].unchanged == 1
    assert (house.parked(), house.document(5001), house.bc_writes()) == ({}, document, written)
    house.change("orders", 5001, line_quantities={"0": 4}, cancelled=False)
    house.sync("orders")
    assert house.parked()[5001].code.endswith("-after-processing")
    assert document["number"] in house.parked()[5001].detail


def test_who_resolved_what_and_when_stands_on_the_link_and_in_the_history_of_runs(house: House, admin: Admin) -> None:
    edited(house)
    house.sync("orders")

    told = resolved(house, admin)

    run = house.connector.runs.get(house.shop, told["run"])
    assert (run.state, str(run.started_by)) == ("succeeded", "admin, order 5001 marked as resolved")
    assert (run.counts["orders"].read, run.counts["orders"].unchanged) == (1, 1)
    at, _, decision = str(house.link("orders", 5001).decision).partition(" ")
    assert (at[:10], decision) == (run.started_at[:10], "admin: resolved (order-changed-after-processing)")


def test_an_address_that_changes_afterwards_follows_and_one_that_was_accepted_stays(house: House, admin: Admin) -> None:
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, line_quantities={"0": 3}, shipping_address=MARIE | {"city": "Lyon", "zip": "69002"})
    house.sync("orders")

    assert set(resolved(house, admin)["differs"]) >= {"shipToCity", "shipToPostCode"}
    touched(house, 5001)
    house.sync("orders")
    assert house.document(5001)["shipToCity"] == "Paris"

    house.change("orders", 5001, shipping_address=MARIE | {"city": "Nice", "zip": "06000"})
    house.sync("orders")
    assert (house.document(5001)["shipToCity"], house.lines(5001, "quantity")) == ("Nice", [(2,)])
    assert house.parked() == {}


def test_an_order_whose_document_was_posted_meanwhile_is_resolved_by_either_number(house: House, admin: Admin) -> None:
    edited(house)
    house.sync("orders")
    number, id = house.document(5001)["number"], house.document(5001)["id"]
    bc = house.connector.business_central(house.connector.shops.get(house.shop))
    bc.create(f"salesOrders({id})/Microsoft.NAV.shipAndInvoice", {})

    status, told = resolve(admin, number)

    assert status == 200, told
    assert told["number"] != number
    assert (house.link("orders", 5001).bc_number, house.parked()) == (told["number"], {})
    touched(house, 5001)
    house.sync("orders")
    assert (house.documents(5001), house.parked()) == ([], {})


# Confirmed


@pytest.mark.parametrize("confirm", ["", "S-ORD9", "1"])
def test_without_the_number_of_its_document_nothing_is_resolved(house: House, admin: Admin, confirm: str) -> None:
    edited(house)
    house.sync("orders")
    number, runs = house.document(5001)["number"], len(house.connector.runs.latest(house.shop))

    status, problem = resolve(admin, confirm)

    assert (status, problem["type"]) == (409, "confirmation-needed")
    assert f"confirm={number}" in problem["detail"]
    assert 5001 in house.parked()
    assert confirm or len(house.connector.runs.latest(house.shop)) == runs


def test_the_number_of_a_document_that_another_one_took_the_place_of_confirms_nothing(
    house: House, admin: Admin
) -> None:
    edited(house)
    house.sync("orders")
    number = house.document(5001)["number"]
    house.bc.control.change("salesOrders", number, {"number": "BY-HAND", "externalDocumentNumber": "SHP-5001"})

    status, problem = resolve(admin, number)

    assert (status, problem["type"]) == (409, "confirmation-needed")
    assert "confirm=BY-HAND" in problem["detail"]
    assert 5001 in house.parked()
    assert resolve(admin, "BY-HAND")[0] == 200


# What cannot


def without_a_document(house: House) -> None:
    house.order(5001, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.sync("orders")


def whose_document_was_deleted(house: House) -> None:
    edited(house)
    house.sync("orders")
    house.bc.control.remove("salesOrders", house.document(5001)["number"])


def that_changed_since(house: House) -> None:
    edited(house)
    house.sync("orders")
    house.clock.forward(60)
    house.change("orders", 5001, line_quantities={"0": 9})


def with_two_open_documents(house: House) -> None:
    edited(house)
    house.sync("orders")
    order = house.bc.control.row("salesOrders", house.document(5001)["number"])
    house.bc.control.add("salesOrders", {"number": "S-ORD999", "externalDocumentNumber": "SHP-5001",
                                         "customerNumber": order["customerNumber"]})


def whose_answer_was_lost(house: House) -> None:
    house.sync("orders")
    house.order(5001)
    house.bc.control.add_fault(kind="drop_response_after_commit", method="POST", entity="salesOrders")
    house.bc.control.add_fault(kind="status", method="GET", entity="salesOrders", spare=1, times=None)
    house.sync("orders")
    assert house.link("orders", 5001).state is LinkState.SENDING
    house.bc.faults.clear()


@pytest.mark.parametrize(("order", "why"), [
    (without_a_document, "has no document"), (whose_document_was_deleted, "has no document"),
    (that_changed_since, "changed in Shopify since"), (with_two_open_documents, "are all open"),
    (whose_answer_was_lost, "without an answer"),
], ids=lambda value: value.__name__ if callable(value) else "")
def test_an_order_that_nobody_can_call_right_as_it_stands_is_not_resolved(
    house: House, admin: Admin, order: Callable[[House], None], why: str
) -> None:
    order(house)
    parked, link, written = house.parked(), house.link("orders", 5001), house.bc_writes()
    assert 5001 in parked

    status, problem = resolve(admin, link.bc_number or "S-ORD1")

    assert (status, problem["type"], problem["record"]) == (409, "order-not-resolvable", "order 5001")
    assert why in problem["detail"]
    assert (house.parked(), house.link("orders", 5001), house.bc_writes()) == (parked, link, written)


def test_a_deleted_document_is_created_again_by_the_retry_that_the_refusal_speaks_of(
    house: House, admin: Admin
) -> None:
    whose_document_was_deleted(house)
    assert resolve(admin, house.link("orders", 5001).bc_number)[0] == 409

    retried(house)

    assert (house.lines(5001, "quantity"), house.parked()) == ([(3,)], {})


def test_only_what_is_skipped_can_be_resolved(house: House, admin: Admin) -> None:
    house.order(5001)
    house.order(5002, test=True)
    house.sync("orders")

    assert [resolve(admin, "S-ORD1", order)[0] for order in (5001, 5002, 5003)] == [404, 404, 404]
    assert admin("resolve_order", id="x")[0] == 404


def test_while_a_run_holds_the_shop_nothing_is_resolved(house: House, admin: Admin) -> None:
    edited(house)
    house.sync("orders")
    clock = house.connector.clock
    with held(house.connector.storage.tables[LEASES], f"sync-{house.shop}", seconds=10**9, clock=clock):
        status, problem = resolve(admin, house.document(5001)["number"])

    assert (status, problem["type"], 5001 in house.parked()) == (409, "sync-already-running", True)
