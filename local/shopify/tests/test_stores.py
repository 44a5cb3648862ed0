"""Many stores under one address: each answers for itself."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from local.processes import Program

ORDERS = 2


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("stores")
    program = Program("stores", ["local.shopify.stores", "--stores", "3", "--orders", str(ORDERS)], Path(folder), {})
    try:
        yield program.wait_until_ready()
    finally:
        program.stop()


def asked(stores: dict[str, Any], number: int, question: str) -> requests.Response:
    url = stores["url"].replace("{shop}", stores["stores"][number])
    return requests.post(f"{url}/admin/api/2026-10/graphql.json", json={"query": question}, timeout=30,
                         headers={"X-Shopify-Access-Token": stores["token"]})


def control(stores: dict[str, Any], number: int, method: str, path: str, **content: Any) -> Any:
    url = stores["url"].replace("{shop}", stores["stores"][number])
    return requests.request(method, f"{url}/_control/{path}", json=content, timeout=30).json()


def test_each_store_is_one_of_its_own_and_no_two_have_a_record_of_one_id(stores: dict[str, Any]) -> None:
    question = "{ shop { id myshopifyDomain } orders(first: 10) { nodes { id customer { id } } } " \
               "customers(first: 10) { nodes { id } } }"
    answers = [asked(stores, number, question).json()["data"] for number in range(3)]

    assert [answer["shop"]["myshopifyDomain"] for answer in answers] == stores["stores"]
    assert len({answer["shop"]["id"] for answer in answers}) == 3
    assert len({order["id"] for answer in answers for order in answer["orders"]["nodes"]}) == 3 * ORDERS
    for answer in answers:
        own = {customer["id"] for customer in answer["customers"]["nodes"]}
        assert {order["customer"]["id"] for order in answer["orders"]["nodes"] if order["customer"]} <= own


def test_a_fault_of_one_store_is_no_other_ones(stores: dict[str, Any]) -> None:
    control(stores, 0, "POST", "faults", kind="http_5xx", times=1000, status=500)

    assert asked(stores, 0, "{ shop { id } }").status_code == 500
    assert asked(stores, 1, "{ shop { id } }").status_code == 200
    control(stores, 0, "DELETE", "faults")


def test_the_calls_and_points_of_one_store_are_counted_for_itself(stores: dict[str, Any]) -> None:
    before = control(stores, 1, "GET", "stats")

    asked(stores, 2, "{ orders(first: 50) { nodes { id } } }")

    assert control(stores, 1, "GET", "stats") == before
    assert control(stores, 2, "GET", "stats")["actual_points"] > 0
