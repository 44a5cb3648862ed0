"""Privacy requests about a customer who was two in Shopify once: both ids are walked, and nobody else's."""
from __future__ import annotations

import json
from typing import Any

import pytest

from shared.clock import iso
from shared.privacy.export import read_export
from shared.privacy.subject import Subject
from shared.stores.merged_customers import TABLE
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.commands import Command
from tests.house import House
from tests.webhooks import deliver

KEPT, FORMER, OTHER = 7001, 7002, 7003


@pytest.fixture
def shop(house: House) -> House:
    """Three customers with an order each, synchronized; the second is then merged into the first."""
    for number in (KEPT, FORMER, OTHER):
        house.customer(number, email=f"c{number}@example.fr")
        house.order(number - 2000, customer=number, email=f"c{number}@example.fr")
    house.sync()
    return house


def merge(house: House, kept: int, former: int, status: str = "completed") -> None:
    deliver(house, "customers/merge", {
        "admin_graphql_api_customer_kept_id": f"gid://shopify/Customer/{kept}",
        "admin_graphql_api_customer_deleted_id": f"gid://shopify/Customer/{former}",
        "admin_graphql_api_job_id": None, "status": status, "errors": [],
    })


def request(house: House, topic: str, number: int = KEPT) -> None:
    carry_out(house.connector, Command(
        shop=house.shop, topic=topic, at=iso(house.clock.now()), id="9", subject=Subject(id=str(number))))


def captured(house: House, *numbers: int) -> list[int]:
    """Of which of these customers a capture is left, of them or of their order."""
    captures = house.connector.captures
    return [number for number in numbers if captures.of_record(house.shop, "customers", str(number))
            or captures.of_record(house.shop, "orders", str(number - 2000))]


def exported(house: House) -> dict[str, Any]:
    receipt = house.connector.receipts.data_request(house.shop, "9")
    content: dict[str, Any] = json.loads(read_export(house.connector, receipt))
    return content


def test_an_erasure_of_the_kept_customer_erases_what_stood_under_the_former_id(shop: House) -> None:
    merge(shop, KEPT, FORMER)

    request(shop, "customers/redact")

    assert captured(shop, KEPT, FORMER, OTHER) == [OTHER]
    assert shop.link("customers", FORMER).bc_number == ""
    assert shop.link("customers", OTHER).bc_number != ""


def test_an_export_of_the_kept_customer_holds_both_ids_and_nobody_elses(shop: House) -> None:
    merge(shop, KEPT, FORMER)

    request(shop, "customers/data_request")

    content = exported(shop)
    assert {(one["type"], int(one["id"])) for one in content["records_as_shopify_sent_them"]} == {
        ("customers", KEPT), ("customers", FORMER), ("orders", KEPT - 2000), ("orders", FORMER - 2000)}
    assert content["merged_customers"] == [str(FORMER)]
    assert "c7003@" not in json.dumps(content)


def test_a_customer_who_was_merged_twice_is_found_under_all_ids(shop: House) -> None:
    merge(shop, FORMER, OTHER)
    merge(shop, KEPT, FORMER)

    request(shop, "customers/redact")

    assert captured(shop, KEPT, FORMER, OTHER) == []


def test_merges_that_go_in_a_circle_end(shop: House) -> None:
    merge(shop, KEPT, FORMER)
    merge(shop, FORMER, KEPT)

    request(shop, "customers/redact")

    assert captured(shop, KEPT, FORMER, OTHER) == [OTHER]


@pytest.mark.parametrize("status", ["failed", "in_progress", ""])
def test_a_merge_that_did_not_go_through_joins_nobody(shop: House, status: str) -> None:
    """Shopify's own example of the body is one that failed."""
    merge(shop, KEPT, FORMER, status)

    request(shop, "customers/redact")

    assert captured(shop, KEPT, FORMER, OTHER) == [FORMER, OTHER]


def test_a_request_about_the_former_id_does_not_reach_the_customer_who_was_kept(shop: House) -> None:
    merge(shop, KEPT, FORMER)

    request(shop, "customers/redact", FORMER)

    assert captured(shop, KEPT, FORMER, OTHER) == [KEPT, OTHER]


def test_a_merge_in_a_shop_that_is_switched_off_is_known_too_and_goes_with_the_person(shop: House) -> None:
    shop.card(enabled=False)
    merge(shop, KEPT, FORMER)
    rows = shop.connector.storage.tables[TABLE]
    assert len(list(rows.partition(shop.shop))) == 1

    request(shop, "customers/redact")

    assert captured(shop, KEPT, FORMER, OTHER) == [OTHER]
    assert list(rows.partition(shop.shop)) == []
