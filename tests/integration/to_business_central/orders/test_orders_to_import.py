"""Orders to Import: what the card does not select is left out, says why, and comes by itself once it qualifies."""
from __future__ import annotations

from typing import Any

import pytest

from shared.stores.links import LinkState
from tests.admin import Admin
from tests.house import House

VOIDED = {"transactions": [{"kind": "AUTHORIZATION"}, {"kind": "VOID", "parent": 0}]}


def choose(house: House, **fields: Any) -> None:
    house.card(orders_to_import=fields)


def left_out(house: House) -> dict[int, str]:
    """The sentences of the orders that the card does not select."""
    return {number: one.detail for number, one in house.parked().items() if one.left_out}


@pytest.mark.parametrize(("spec", "why"), [
    ({"test": True}, "it is a test order"),
    (VOIDED, "its payment was voided"),
    ({"payment_pending": True, "payment_expired": True}, "expired"),
], ids=["test", "voided", "expired"])
def test_a_fresh_card_lets_no_order_in_for_which_nothing_is_paid(house: House, spec: dict[str, Any], why: str) -> None:
    house.order(5001, **spec)

    run = house.sync("orders")

    assert house.documents(5001) == []
    assert why in left_out(house)[5001]
    assert (run.counts["orders"].skipped, run.counts["orders"].parked) == (1, 0)


def test_a_fresh_card_lets_in_what_is_paid_later(house: House) -> None:
    house.order(5001, payment_pending=True)
    house.order(5002, transactions=[{"kind": "AUTHORIZATION"}])

    assert house.sync("orders").counts["orders"].created == 2, house.parked()


def test_an_order_left_out_for_its_status_comes_when_it_is_paid_and_is_forgotten_as_left_out(house: House) -> None:
    choose(house, financial_statuses=["Paid"])
    house.order(5001, payment_pending=True)
    house.sync("orders")
    assert "PENDING" in left_out(house)[5001]

    house.change("orders", 5001, payment_pending=False)
    house.sync("orders")

    assert len(house.documents(5001)) == 1
    assert house.parked() == {}


def test_a_b2b_order_on_terms_passes_the_gate_for_paid_orders(house: House) -> None:
    choose(house, financial_statuses=["Paid"])
    house.order(5001, payment_pending=True, payment_terms={"payment_terms_name": "Net 30", "due_in_days": 30})

    house.sync("orders")

    assert len(house.documents(5001)) == 1


def test_a_held_order_comes_in_by_itself_when_its_minutes_end_although_shopify_says_nothing(house: House) -> None:
    choose(house, hold_minutes=30)
    house.order(5001)
    house.sync("orders")
    house.sync("orders")
    assert house.documents(5001) == []
    assert "is held until 2026-03-10T10:30:00Z" in left_out(house)[5001]

    house.clock.forward(30 * 60)
    run = house.sync("orders")

    assert run.counts["orders"].created == 1
    assert len(house.documents(5001)) == 1
    assert house.parked() == {}


def test_an_order_that_is_edited_while_it_is_held_comes_in_as_edited(house: House) -> None:
    choose(house, hold_minutes=30)
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, lines=[{"sku": "1001", "quantity": 3, "unit_price": "10.00"}])
    house.sync("orders")

    house.clock.forward(30 * 60)
    house.sync("orders")

    assert house.lines(5001, "lineObjectNumber", "quantity") == [("1001", 3)]


@pytest.mark.parametrize("levels", [["HIGH"], ["LOW", "HIGH"], ["PENDING"]])
def test_a_risky_order_is_held_until_its_assessment_is_another(house: House, levels: list[str]) -> None:
    choose(house, high_risk_orders="Hold")
    house.order(5001, risk=levels)
    house.order(5002, risk=["LOW"])
    house.sync("orders")
    assert [len(house.documents(number)) for number in (5001, 5002)] == [0, 1]
    assert "is held" in left_out(house)[5001]

    before = house.shopify.shop_state.record("orders", 5001)
    assert before is not None
    house.change("orders", 5001, risk=["LOW"], updated_at=before["updatedAt"])
    house.clock.forward(24 * 3600)
    house.sync("orders")

    assert len(house.documents(5001)) == 1


def test_risk_is_not_asked_for_unless_the_card_holds_risky_orders(house: House) -> None:
    house.order(5001, risk=["HIGH"])

    house.sync("orders")

    assert len(house.documents(5001)) == 1
    assert not any("OrderRisks" in str(sent.get("query")) for sent in house.sent("Shopify"))


def test_a_card_that_selects_more_brings_in_what_it_left_out_before_though_no_order_changed(house: House) -> None:
    house.order(5001, test=True)
    house.order(5002, tags=["fraud"])
    choose(house, tags_excluded=["fraud"])
    house.sync("orders")
    house.clock.forward(3600)
    house.sync("orders")
    assert sorted(left_out(house)) == [5001, 5002]

    choose(house, import_test_orders=True)
    house.sync("orders")

    assert [len(house.documents(number)) for number in (5001, 5002)] == [1, 1]
    assert house.lines(5001, "lineType", "description")[0] == ("Comment", "Shopify test order: nothing was paid.")


def test_a_change_of_the_card_that_selects_the_same_reads_nothing_again(house: House) -> None:
    house.order(5001, test=True)
    house.sync("orders")
    house.clock.forward(3600)
    house.sync("orders")

    house.card(tip_account="708500")
    run = house.sync("orders")

    assert sum(counts.read for counts in run.counts.values()) == 0


def test_what_has_its_document_is_not_left_out_when_it_stops_qualifying(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    choose(house, tags=["wholesale"])
    house.change("orders", 5001, note="gift wrap")

    run = house.sync("orders")

    assert (run.counts["orders"].unchanged, run.counts["orders"].skipped) == (1, 0)
    assert house.link("orders", 5001).state is LinkState.APPLIED
    assert left_out(house) == {}


def test_a_parked_order_that_stops_qualifying_is_left_out_and_one_that_qualifies_again_is_tried(house: House) -> None:
    house.order(5001, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.sync("orders")
    assert house.parked()[5001].code == "item-not-found"

    house.change("orders", 5001, tags=["fraud"])
    choose(house, tags_excluded=["fraud"])
    house.sync("orders")
    assert (house.parked()[5001].code, house.parked()[5001].tries) == ("order-left-out", 1)

    choose(house)
    house.sync("orders")
    assert (house.parked()[5001].code, house.parked()[5001].tries) == ("item-not-found", 1)


def test_what_is_left_out_is_listed_only_when_it_is_asked_for_and_no_retry_of_all_touches_it(
    house: House, admin: Admin,
) -> None:
    house.order(5001, test=True)
    house.order(5002, [{"sku": "LATER", "quantity": 1, "unit_price": "25.00"}])
    house.sync("orders")

    (wrong,) = admin("list_skipped_records")[1]
    (one,) = admin("list_skipped_records", query={"left_out": "true"})[1]

    assert (wrong["id"], one["id"], one["code"]) == ("5002", "5001", "order-left-out")
    assert one["next_try"] == ""
    assert one["title"]
    assert one["fix"]
    assert admin("retry_skipped_records") == (202, {"due": 1})
    assert house.parked()[5001].next_try == ""
