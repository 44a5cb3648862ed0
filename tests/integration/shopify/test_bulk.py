"""Reading records in bulk from the simulated shop: the same records as page by page, whatever happens to the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.shopify.server import RunningShop, start_shopify
from shared.exchange import Exchange
from shared.json_text import decoded_exactly
from shared.shopify import bulk
from shared.shopify.bulk import Operation
from shared.shopify.client import ShopifyClient
from shared.shopify.reading import EARLIEST, Record
from shared.shopify.shapes import SHAPES
from tests.house import OPERATIONS
from tests.integration.shopify.manual_clock import ManualClock
from tests.integration.shopify.readers import a_client, all_pages
from tests.waiting import wait_until


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shop(clock: ManualClock) -> Iterator[RunningShop]:
    """A shop with every kind of record: companies too, an order of 260 lines, orders with refunds and without."""
    running = start_shopify(seed=11, customers=40, products=30, orders=120, clock=clock, operations=OPERATIONS)
    running.shop_state.put("companies", {
        "id": 9001, "name": "Nord", "locations": [{"name": "Lille"}, {"name": "Lens"}]})
    running.shop_state.put("customers", {"id": 9002, "last_name": "Many", "addresses": [
        {"city": f"Town {number}"} for number in range(14)]})
    clock.move(120)
    yield running
    running.stop()


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def client(shop: RunningShop, clock: ManualClock, exchanges: list[Exchange]) -> ShopifyClient:
    return a_client(shop, clock, observe=exchanges.append)


def completed(client: ShopifyClient, clock: ManualClock, type: str) -> Operation:
    """The operation for all records of a type, at its end."""
    return over(client, bulk.start(client, type, EARLIEST, clock.now()))


def over(client: ShopifyClient, operation: Operation) -> Operation:
    wait_until(lambda: bulk.state(client, operation.id).is_over)
    return bulk.state(client, operation.id)


def read(client: ShopifyClient, type: str, operation: Operation, size: int = 50, at: str | None = None) -> list[Record]:
    return [record for page in bulk.pages(client, type, operation, size=size, at=at) for record in page.records]


def meaning(record: Record) -> Any:
    """The record's JSON, digits as sent, but for the cursor behind its last page, which nobody follows."""
    def without_cursors(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_cursors(inner) for key, inner in value.items() if key != "endCursor"}
        return [without_cursors(inner) for inner in value] if isinstance(value, list) else value

    return without_cursors(decoded_exactly(record.raw))


def as_listed(client: ShopifyClient, clock: ManualClock, type: str) -> dict[str, Record]:
    return {record.id: record for page in all_pages(client, type, clock) for record in page.records}


def assert_same(came: list[Record], listed: dict[str, Record]) -> None:
    assert sorted(record.id for record in came) == sorted(listed)
    for record in came:
        assert meaning(record) == meaning(listed[record.id])
        assert record.updated_at == listed[record.id].updated_at
        assert (record.value is None, record.problem) == (False, listed[record.id].problem)


@pytest.mark.parametrize("type", SHAPES)
@pytest.mark.parametrize("order", ["", "reversed", "shuffled"])
def test_a_whole_shop_comes_in_bulk_as_it_comes_page_by_page_whatever_the_order_of_the_lines(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, type: str, order: str) -> None:
    shop.bulk.order = order

    came = read(client, type, completed(client, clock, type))

    assert came
    assert_same(came, as_listed(client, clock, type))
