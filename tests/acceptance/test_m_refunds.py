"""Acceptance cases M: what was refunded, returned or cancelled, before its document was made and after."""
from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.stores.links import LinkState
from tests.house import House

LAMP = {"sku": "1000", "quantity": 2, "unit_price": "120.00"}
EXPRESS = {"title": "Express", "price": "12.00"}


def one_piece(**more: Any) -> dict[str, Any]:
    return {"lines": [{"line": 0, "quantity": 1, "restock": True}], **more}


def two_pieces(**more: Any) -> dict[str, Any]:
    return {"lines": [{"line": 0, "quantity": 2, "restock": True}], **more}


# Before the document is made: what remains is billed


@pytest.mark.parametrize("order, lines", [
    pytest.param({"refunds": [one_piece()]}, [(1, 120)], id="one-of-two-pieces"),
    pytest.param({"refunds": [one_piece()], "fulfilled": True}, [(1, 120)], id="one-returned"),
    pytest.param({"shipping": [EXPRESS], "refunds": [{"shipping": True}]}, [(2, 240)], id="shipping"),
    pytest.param({"shipping": [EXPRESS], "refunds": [{"shipping": "5.00"}]}, [(2, 240), (1, 7)],
                 id="some-of-the-shipping"),
    pytest.param({"shipping": [EXPRESS], "refunds": [two_pieces()]}, [(1, 12)], id="goods-but-not-shipping"),
    pytest.param({"shipping": [{**EXPRESS, "removed": True}]}, [(2, 240)], id="shipping-taken-off-without-money"),
    pytest.param({"shipping": [{**EXPRESS, "left": "0.00"}]}, [(2, 240)], id="shipping-left-at-nothing"),
    pytest.param({"lines": [LAMP, {"sku": "1001", "quantity": 2, "unit_price": "120.00", "added": True}],
                  "fulfilled": True, "refunds": [two_pieces(amount="0.00")]}, [(2, 240)], id="an-even-exchange"),
    pytest.param({"lines": [LAMP | {"discount": "24.00"}], "refunds": [one_piece()]}, [(1, 108)],
                 id="one-of-two-discounted"),
    pytest.param({"lines": [LAMP | {"removed": 1}], "refunds": [{"amount": "120.00"}]}, [(1, 120)],
                 id="taken-off-by-an-edit-and-repaid-later"),
])
def test_what_was_given_back_before_the_first_sync_is_not_billed(house: House, order: dict[str, Any],
                                                                lines: list[tuple[int, int]]) -> None:
    house.order(5001, **order)

    house.sync("orders")

    assert house.parked() == {}
    assert house.lines(5001, "quantity", "amountIncludingTax") == lines
    assert house.total(5001) == sum(amount for _, amount in lines)


def test_an_even_exchange_bills_the_piece_that_was_given(house: House) -> None:
    given = {"sku": "1001", "quantity": 2, "unit_price": "120.00", "added": True}
    house.order(5001, [LAMP, given], fulfilled=True, refunds=[two_pieces(amount="0.00")])

    house.sync("orders")

    assert house.lines(5001, "lineObjectNumber", "quantity") == [("1001", 2)]


@pytest.mark.parametrize("order", [
    pytest.param({"cancelled": True, "refunds": [two_pieces()]}, id="cancelled-and-refunded"),
    pytest.param({"refunds": [two_pieces()]}, id="refunded"),
    pytest.param({"refunds": [one_piece(), one_piece()]}, id="refunded-twice-by-half"),
    pytest.param({"shipping": [EXPRESS], "refunds": [two_pieces(shipping=True)]}, id="with-its-shipping"),
    pytest.param({"cancelled": True, "payment_pending": True, "shipping": [EXPRESS], "refunds": [two_pieces()]},
                 id="unpaid-with-shipping-left"),
    pytest.param({"cancelled": True, "payment_pending": True, "refunds": []}, id="unpaid-with-goods-left"),
])
def test_an_order_of_which_nothing_is_left_has_no_document(house: House, order: dict[str, Any]) -> None:
    house.order(412, **order)

    house.sync("orders")

    assert house.parked() == {}
    assert house.link("orders", 412).state is LinkState.LEFT_OUT
    assert house.documents(412) == []


@pytest.mark.parametrize("order", [
    pytest.param({"refunds": [one_piece(pending=True)]}, id="of-some"),
    pytest.param({"cancelled": True, "refunds": [two_pieces(pending=True)]}, id="of-a-cancelled-order"),
])
def test_m9_while_a_refund_is_pending_the_order_waits(house: House, order: dict[str, Any]) -> None:
    house.order(5001, **order)

    house.sync("orders")

    assert house.parked()[5001].code == "refund-pending"
    assert "refund 5001000" in house.parked()[5001].detail
    assert house.documents(5001) == []


def test_m9_once_the_refund_is_final_what_remains_is_billed(house: House) -> None:
    house.order(5001, refunds=[one_piece(pending=True)])
    house.sync("orders")
    house.change("orders", 5001, refunds=[one_piece()])

    house.sync("orders")

    assert house.total(5001) == Decimal("120.00")
    assert house.parked() == {}


def test_a_cancelled_order_whose_pending_refund_became_final_is_not_made(house: House) -> None:
    house.order(5001, cancelled=True, refunds=[two_pieces(pending=True)])
    house.sync("orders")
    house.change("orders", 5001, refunds=[two_pieces()])

    house.sync("orders")

    assert house.documents(5001) == []
    assert house.link("orders", 5001).state is LinkState.LEFT_OUT


def test_m6_a_refund_without_money_lowers_the_order(house: House) -> None:
    house.order(5001, [{"sku": "1000", "quantity": 3, "unit_price": "120.00"}], refunds=[one_piece(amount="0.00")])

    house.sync("orders")

    assert house.lines(5001, "quantity", "amountIncludingTax") == [(2, 240)]
    assert house.parked() == {}


def test_a_cancelled_order_with_paid_goods_left_is_parked_and_not_shipped(house: House) -> None:
    house.order(5001, cancelled=True, refunds=[one_piece()])

    house.sync("orders")

    assert house.parked()[5001].code == "order-cancelled-but-paid"
    assert "120.00 EUR of its payment was kept" in house.parked()[5001].detail
    assert house.documents(5001) == []


def test_a_cancelled_order_that_keeps_its_shipping_is_billed_that(house: House) -> None:
    house.order(5001, cancelled=True, shipping=[EXPRESS], refunds=[two_pieces()])

    house.sync("orders")

    assert house.lines(5001, "lineObjectNumber", "amountIncludingTax") == [("708500", 12)]


# Money without goods


@pytest.mark.parametrize("refund, total, line", [
    pytest.param({"amount": "20.00"}, "220.00", ("Refund without goods", -20), id="goodwill"),
    pytest.param(one_piece(amount="130.00"), "110.00", ("Refund without goods", -10), id="more-than-the-goods"),
    pytest.param(one_piece(amount="100.00"), "140.00", ("Kept of a refund", 20), id="m5-less-than-the-goods"),
])
def test_money_without_goods_is_a_line_on_the_refund_account(house: House, refund: dict[str, Any], total: str,
                                                            line: tuple[str, int]) -> None:
    house.card(refund_account="658000")
    house.order(5001, refunds=[refund])

    house.sync("orders")

    assert house.parked() == {}
    assert house.total(5001) == Decimal(total)
    assert house.lines(5001, "description", "amountIncludingTax")[-1] == line


@pytest.mark.parametrize("refund, named", [
    pytest.param({"amount": "20.00"}, "20.00 was given back for no goods", id="goodwill"),
    pytest.param(one_piece(amount="100.00"), "20.00 was kept although its goods came back", id="kept"),
])
def test_m11_without_a_refund_account_the_order_is_parked_and_names_it(house: House, refund: dict[str, Any],
                                                                     named: str) -> None:
    house.order(5001, refunds=[refund])

    house.sync("orders")

    assert house.parked()[5001].code == "account-missing"
    assert named in house.parked()[5001].detail
    assert "Refund Account" in house.parked()[5001].detail
    assert house.documents(5001) == []


def test_a_partly_paid_order_that_is_refunded_kept_no_money(house: House) -> None:
    house.order(5001, transactions=[{"kind": "SALE", "amount": "100.00"}], refunds=[two_pieces(amount="100.00")])

    house.sync("orders")

    assert house.parked() == {}
    assert house.link("orders", 5001).state is LinkState.LEFT_OUT


# After the document was made


@pytest.mark.parametrize("change, code, named", [
    pytest.param({"refunds": [one_piece()]}, "order-refunded-after-processing",
                 ("Refund 5001000", "120.00 EUR", "1 ×", "quantity 2 → 1"), id="refund"),
    pytest.param({"refunds": [{"lines": [{"line": 0, "quantity": 1, "restock": False}]}], "fulfilled": True},
                 "order-refunded-after-processing",
                 ("120.00 EUR",), id="return"),
    pytest.param({"refunds": [{"amount": "20.00"}]}, "order-refunded-after-processing",
                 ("20.00 EUR for no goods",), id="goodwill"),
    pytest.param({"refunds": [{"shipping": "5.00"}]}, "order-refunded-after-processing",
                 ("5.00 EUR for shipping",), id="shipping"),
    pytest.param({"refunds": [one_piece(pending=True)]}, "order-refunded-after-processing",
                 ("not final yet",), id="a-refund-that-is-pending"),
    pytest.param({"cancelled": True}, "order-cancelled-after-processing",
                 ("cancelled on", "252.00 EUR"), id="cancelled-and-refunded"),
    pytest.param({"cancelled": True, "refunds": []}, "order-cancelled-after-processing",
                 ("cancelled on",), id="cancelled-and-nothing-else"),
    pytest.param({"refunds": [one_piece(amount="0.00")]}, "order-changed-after-processing",
                 ("quantity 2 → 1", "total 252 → 132"), id="lowered-without-money"),
    pytest.param({"lines": [LAMP, {"sku": "1001", "quantity": 2, "unit_price": "120.00", "added": True}],
                  "fulfilled": True, "refunds": [two_pieces(amount="0.00")]}, "order-refunded-after-processing",
                 ("1001",), id="an-even-exchange"),
])
def test_what_is_given_back_after_processing_parks_the_order_and_names_it(
    house: House, change: dict[str, Any], code: str, named: tuple[str, ...]
) -> None:
    house.order(5001, shipping=[EXPRESS])
    house.sync("orders")
    document = house.document(5001)
    house.change("orders", 5001, **change)

    run = house.sync("orders")

    assert run.counts["orders"].unchanged == 0
    assert house.parked()[5001].code == code
    assert [text for text in (document["number"], *named) if text not in house.parked()[5001].detail] == []
    assert house.document(5001) == document


def test_it_is_told_too_where_documents_are_no_longer_created(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.card(auto_create_sales_documents=False)
    house.change("orders", 5001, cancelled=True)

    house.sync("orders")

    assert house.parked()[5001].code == "order-cancelled-after-processing"


def test_the_link_keeps_which_refunds_the_document_nets_already(house: House) -> None:
    house.order(5001, refunds=[one_piece()])
    house.sync("orders")
    assert house.link("orders", 5001).refunds == "5001000"
    house.change("orders", 5001, refunds=[one_piece(), one_piece()])

    house.sync("orders")

    assert house.parked()[5001].code == "order-refunded-after-processing"
    assert "Refund 5001001" in house.parked()[5001].detail
    assert "5001000" not in house.parked()[5001].detail
    assert house.link("orders", 5001).refunds == "5001000"


def test_a_cancelled_order_whose_document_was_deleted_is_not_made_anew(house: House) -> None:
    house.order(5001)
    house.sync("orders")
    house.change("orders", 5001, cancelled=True)
    house.sync("orders")
    house.bc.control.remove("salesOrders", house.document(5001)["id"])
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="test")

    house.sync("orders")

    assert house.documents(5001) == []
    assert house.parked() == {}
    assert house.link("orders", 5001).state is LinkState.LEFT_OUT


# Documents of earlier versions, which billed orders as they were before their refunds


def _as_kept_by_an_earlier_version(house: House, number: int) -> None:
    links = house.connector.storage.tables["Links"]
    (row,) = [row for row in links.partition(f"{house.shop}|orders") if row["RowKey"] == f"{number:020d}"]
    old = {name: value for name, value in row.items() if name not in ("sold", "refunds", "cancelled")}
    links.delete(row["PartitionKey"], row["RowKey"])
    links.insert(old)


@pytest.mark.parametrize("change, code", [
    pytest.param({"refunds": [one_piece()]}, "order-refunded-after-processing", id="refunded"),
    pytest.param({"cancelled": True}, "order-cancelled-after-processing", id="cancelled"),
    pytest.param({"line_quantities": {"0": 3}}, "order-changed-after-processing", id="edited"),
])
def test_after_an_upgrade_an_order_that_was_billed_in_full_is_told(house: House, change: dict[str, Any],
                                                                  code: str) -> None:
    house.order(5001)
    house.sync("orders")
    _as_kept_by_an_earlier_version(house, 5001)
    house.change("orders", 5001, **change)

    house.sync("orders")

    assert house.parked()[5001].code == code


def test_after_an_upgrade_an_order_of_which_nothing_was_given_back_stays_and_is_known_from_then_on(
    house: House
) -> None:
    house.order(5001, [LAMP | {"removed": 1}])
    house.sync("orders")
    written = house.bc_writes()
    _as_kept_by_an_earlier_version(house, 5001)
    house.change("orders", 5001, note="Merci")

    house.sync("orders")

    assert house.parked() == {}
    assert house.bc_writes() == written
    assert house.link("orders", 5001).sold != ""
