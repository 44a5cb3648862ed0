"""Acceptance cases P4 to P6: skipped records of imports. P1 to P3 come with the export to Shopify."""
from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from shared.clock import from_iso
from tests.admin import Admin
from tests.house import House


def an_order_of_an_unknown_item(house: House, number: int, sku: str = "LATER") -> None:
    house.order(number, [{"sku": sku, "quantity": 1, "unit_price": "25.00", "tax_rate": "0.055"}])


def listed(admin: Admin, **query: str) -> list[dict[str, Any]]:
    status, records = admin("list_skipped_records", query=query)
    assert status == 200, records
    shown: list[dict[str, Any]] = records
    return shown


def test_p4_an_order_that_cannot_be_applied_is_listed_with_its_reason_and_vanishes_once_retried_and_applied(
    house: House, admin: Admin,
) -> None:
    an_order_of_an_unknown_item(house, 5001)
    house.sync("orders")

    (record,) = listed(admin)
    assert (record["type"], record["id"], record["code"], record["tries"]) == ("orders", "5001", "item-not-found", 1)
    assert "LATER" in record["detail"]
    assert "Item Template" in record["fix"]
    assert record["first_at"] == record["last_at"] == "2026-03-10T10:01:00Z"

    house.bc.control.change("items", "1100", {"number": "LATER"})
    admin("retry_skipped_record", type="orders", id="5001")
    house.connector.skipped.make_due(house.shop, "orders", "5001", house.clock.now())
    house.sync("orders")

    assert house.document(5001)["salesOrderLines"][0]["lineObjectNumber"] == "LATER"
    assert listed(admin) == []


def test_p4_title_and_fix_are_in_the_readers_language(house: House, admin: Admin) -> None:
    an_order_of_an_unknown_item(house, 5001)
    house.sync("orders")

    french = admin.raw("list_skipped_records", language="fr-CH,fr;q=0.9").get_body().decode()

    assert "Aucun article Business Central pour ce produit" in french
    assert "Modèle article" in french


def test_p5_with_logging_disabled_skipped_records_are_written_all_the_same(house: House) -> None:
    house.card(logging_mode="Disabled")
    an_order_of_an_unknown_item(house, 5001)

    house.sync("orders")

    assert list(house.parked()) == [5001]


def test_p6_a_record_that_fails_in_three_runs_has_one_row_three_tries_and_later_and_later_a_next_one(
    house: House,
) -> None:
    an_order_of_an_unknown_item(house, 5001)
    waits = []
    for tries in (1, 2, 3):
        house.clock.forward(3600)
        house.run("orders")
        record = house.parked()[5001]
        assert (len(house.parked()), record.tries) == (1, tries)
        waits.append((from_iso(record.next_try) - house.clock.now()).total_seconds())

    assert waits == [300, 600, 1200]
    assert house.parked()[5001].first_at == "2026-03-10T11:00:00Z"


def test_all_records_of_one_code_are_retried_and_the_others_wait(house: House, admin: Admin) -> None:
    an_order_of_an_unknown_item(house, 5001)
    an_order_of_an_unknown_item(house, 5002)
    house.bc.control.change("customers", "C00010", {"blocked": "All"})
    house.order(5003)
    house.sync("orders")
    assert sorted(one["code"] for one in listed(admin)) == ["customer-blocked", "item-not-found", "item-not-found"]

    status, answer = admin("retry_skipped_records", {"code": "customer-blocked"})

    assert (status, answer) == (202, {"due": 1})
    before = {one["id"]: one["next_try"] for one in listed(admin, code="item-not-found")}
    assert admin("retry_skipped_records", {"type": "customers"})[1] == {"due": 0}
    assert admin("retry_skipped_records")[1] == {"due": 3}
    after = {one["id"]: one["next_try"] for one in listed(admin, code="item-not-found")}
    assert all(before[id] != after[id] for id in before)


def test_a_dismissed_record_stays_away_until_it_changes_in_shopify(house: House, admin: Admin) -> None:
    an_order_of_an_unknown_item(house, 5001)
    house.sync("orders")

    status, _ = admin("dismiss_skipped_record", {"note": "Sold by phone, see ticket 12"}, type="orders", id="5001")
    house.clock.forward(7 * 86_400)
    house.sync("orders")
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="test")
    house.sync("orders")

    assert (status, listed(admin)) == (200, [])
    (dismissed,) = listed(admin, dismissed="true")
    assert (dismissed["note"], dismissed["dismissed_by"], dismissed["tries"]) == (
        "Sold by phone, see ticket 12", "admin", 1)

    house.clock.forward(60)
    house.change("orders", 5001, note="changed")
    house.sync("orders")

    (back,) = listed(admin)
    assert (back["id"], back["tries"], back["note"]) == ("5001", 2, "")
    assert listed(admin, dismissed="true") == []


def test_a_dismissed_record_may_be_retried_by_name_but_not_with_all_others(house: House, admin: Admin) -> None:
    an_order_of_an_unknown_item(house, 5001)
    house.sync("orders")
    admin("dismiss_skipped_record", {"note": "no"}, type="orders", id="5001")

    assert admin("retry_skipped_records")[1] == {"due": 0}
    assert admin("retry_skipped_record", type="orders", id="5001")[0] == 202
    assert len(listed(admin)) == 1


@pytest.mark.parametrize(("name", "body", "status"), [
    ("dismiss_skipped_record", {"note": ""}, 400),
    ("dismiss_skipped_record", {"note": "x" * 501}, 400),
    ("dismiss_skipped_record", {}, 400),
    ("dismiss_skipped_record", {"note": "fine"}, 404),
    ("retry_skipped_records", {"code": "no-such-code"}, 400),
    ("retry_skipped_records", {"type": ["orders"]}, 400),
])
def test_what_cannot_be_is_refused_with_a_reason(
    house: House, admin: Admin, name: str, body: dict[str, Any], status: int,
) -> None:
    answered, problem = admin(name, body, type="orders", id="5001")

    assert answered == status
    assert problem["detail"]


def test_the_list_is_given_in_pages_each_of_which_names_the_next_one(house: House, admin: Admin) -> None:
    for number in range(5001, 5006):
        an_order_of_an_unknown_item(house, number)
    house.sync("orders")
    seen, query = list[str](), {"limit": "2", "code": "item-not-found"}

    while query:
        answer = admin.raw("list_skipped_records", query=query)
        seen += [one["id"] for one in json.loads(answer.get_body())]
        link = answer.headers.get("Link", "")
        assert bool(link) is (len(seen) < 5)
        query = dict(parse_qsl(link.partition("?")[2].partition(">")[0]))

    assert seen == ["5001", "5002", "5003", "5004", "5005"]


@pytest.mark.parametrize("query", [
    {"limit": "0"}, {"limit": "1001"}, {"limit": "many"}, {"continuation": "orders"}, {"continuation": "orders:-1"},
    {"continuation": "or|ders:1"},
])
def test_a_page_that_cannot_be_is_refused(admin: Admin, query: dict[str, str]) -> None:
    assert admin("list_skipped_records", query=query)[0] == 400
