"""Ids over HTTP: the same text in the answer as in the address, whatever lies between; another spelling is no id."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.clock import iso
from shared.stores.skipped_records import TABLE, SkippedRecord
from tests.admin import Admin, admin_api
from tests.house import House, a_house
from tests.memory import storage_in_memory

NO_IDS = ["007", "0", "x", "٧", "-7", "7.0", "9" * 20, "9" * 25, "7 or 1 eq 1", "gid://shopify/Order/7"]
OF_ONE_RECORD = ["get_record", "retry_skipped_record", "dismiss_skipped_record", "resolve_order", "create_order_again"]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with a_house(storage_in_memory()) as house:
        yield house


@pytest.fixture(scope="module")
def admin(house: House) -> Iterator[Admin]:
    with pytest.MonkeyPatch.context() as patch, admin_api(house, patch) as call:
        yield call


def skip(house: House, id: str) -> SkippedRecord:
    now = iso(house.clock.now())
    one = SkippedRecord(shop=house.shop, type="orders", id=id, code="item-not-found", detail="SKU X", tries=1,
                        first_at=now, last_at=now, next_try="")
    house.connector.skipped.park([one])
    return one


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 10**19 - 1) | st.sampled_from([1, 7, 2**53 - 1, 2**53 + 1, 2**63 - 1]))
def test_an_id_comes_back_as_it_was_given(house: House, admin: Admin, number: int) -> None:
    id = str(number)
    skip(house, id)

    listed = json.loads(admin.raw("list_skipped_records").get_body())
    retried, shown = admin("retry_skipped_record", type="orders", id=id), admin("get_record", type="orders", id=id)
    audit = admin("list_operations")[1]["operations"][0]
    (row,) = house.storage.tables[TABLE].partition(house.shop)
    house.connector.skipped.clear(house.shop, "orders", [id])

    assert [(one["type"], one["id"]) for one in listed] == [("orders", id)]
    assert (retried[0], shown[1]["id"], shown[1]["skipped"]["id"]) == (202, id, id)
    assert (audit["type"], audit["record_id"]) == ("orders", id)
    assert (row["RowKey"], int(row["RowKey"].partition("|")[2])) == (f"orders|{id:0>20}", number)
    assert list(house.connector.skipped.of(house.shop)) == []


@pytest.mark.parametrize("id", NO_IDS)
@pytest.mark.parametrize("name", OF_ONE_RECORD)
def test_what_is_no_id_is_not_found_and_touches_no_record(house: House, admin: Admin, name: str, id: str) -> None:
    seven = skip(house, "7")

    status, problem = admin(name, {"note": "by hand"} if name == "dismiss_skipped_record" else None,
                            type="orders", id=id)

    assert (status, problem["type"], id[:18] in problem["detail"]) == (404, "not-found", True)
    assert list(house.connector.skipped.of(house.shop)) == [seven]


@pytest.mark.parametrize("id", NO_IDS)
def test_what_is_no_id_continues_no_list(house: House, admin: Admin, id: str) -> None:
    asked: list[tuple[str, str]] = [
        ("list_payouts", id), ("list_disputes", id), ("list_tax_apart", id),
        ("list_orders_not_on_their_company", id), ("list_skipped_records", f"orders:{id}")]

    answers: list[tuple[int, Any]] = [admin(name, query={"continuation": text}) for name, text in asked]

    assert [(status, problem["type"]) for status, problem in answers] == [(400, "input-invalid")] * len(asked)
