"""Reading whole records from the simulated shop: pages, overflow, change meanwhile, trouble meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import getitem
from typing import Any

import msgspec
import pytest

from local.shopify.server import RunningShop, start_shopify
from shared.errors import ConnectorError, ServiceUnavailable
from shared.shopify.client import ShopifyClient
from shared.shopify.completion import is_whole
from shared.shopify.reading import EARLIEST, Record, by_ids, changed_page
from shared.shopify.records import Order, Product
from shared.shopify.shapes import SHAPES
from shared.shopify.shop_info import read_shop_info
from tests.house import OPERATIONS
from tests.integration.shopify.manual_clock import ManualClock
from tests.integration.shopify.readers import a_client, all_pages, ids
from tests.integration.shopify.scripted import Step, playing


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shop(clock: ManualClock) -> Iterator[RunningShop]:
    """An empty shop; tests put into it what they need."""
    running = start_shopify(customers=0, products=0, orders=0, clock=clock, operations=OPERATIONS)
    yield running
    running.stop()


@pytest.fixture
def client(shop: RunningShop, clock: ManualClock) -> ShopifyClient:
    return a_client(shop, clock)


def an_order(number: int, *, lines: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": f"#{number}", "shipping": [{"title": "Standard", "price": "5.00"}], **more,
            "lines": [{"title": f"Line {i}", "sku": f"S-{i}", "quantity": 1, "unit_price": "10.00"}
                      for i in range(lines)]}


def put_orders(shop: RunningShop, *numbers: int, lines: int = 1, **more: Any) -> None:
    for number in numbers:
        shop.shop_state.put("orders", an_order(number, lines=lines, **more))


def read_orders(client: ShopifyClient, clock: ManualClock) -> list[Record]:
    return changed_page(client, "orders", since=EARLIEST, until=clock.now()).records


def as_order(record: Record) -> Order:
    assert isinstance(record.value, Order), record.problem
    return record.value


def test_orders_of_one_second_are_all_read_once_over_many_pages(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, *range(5001, 5026))

    pages = all_pages(client, "orders", clock, page_size=4)

    assert ids(*pages) == [str(id) for id in range(5001, 5026)]
    assert [len(page.records) for page in pages] == [4, 4, 4, 4, 4, 4, 1]


@pytest.mark.parametrize("count, sizes", [(0, [0]), (3, [3]), (4, [4]), (5, [4, 1]), (8, [4, 4])])
def test_page_border(shop: RunningShop, client: ShopifyClient, clock: ManualClock,
                     count: int, sizes: list[int]) -> None:
    put_orders(shop, *range(5001, 5001 + count))

    assert [len(page.records) for page in all_pages(client, "orders", clock, page_size=4)] == sizes


def test_order_that_changes_between_pages_is_seen_again_and_none_is_lost(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, *range(5001, 5009))
    until = clock.now() + timedelta(minutes=1)

    first = changed_page(client, "orders", since=EARLIEST, until=until, page_size=4)
    clock.move(10)
    shop.shop_state.patch("orders", 5002, {"note": "call before delivery"})
    second = changed_page(client, "orders", since=EARLIEST, until=until, cursor=first.next_cursor, page_size=4)
    third = changed_page(client, "orders", since=EARLIEST, until=until, cursor=second.next_cursor, page_size=4)

    assert ids(first, second, third) == ["5001", "5002", "5003", "5004", "5005", "5006", "5007", "5008", "5002"]


def test_only_what_changed_within_the_span_is_read(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    began = clock.now()
    for number in (5001, 5002, 5003, 5004):
        put_orders(shop, number)
        clock.move(60)

    page = changed_page(client, "orders", since=began + timedelta(seconds=60), until=began + timedelta(seconds=120))

    assert ids(page) == ["5002", "5003"]


def test_nothing_before_2004_is_asked_for(shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    changed_page(client, "customers", since=datetime(1, 1, 1, tzinfo=UTC), until=clock.now())

    asked = shop.stats.last_calls()[-1]["variables"]["filter"]
    assert asked == "updated_at:>='2004-01-01T00:00:00Z' updated_at:<='2026-03-10T10:00:00Z'"


@pytest.mark.parametrize("lines", [0, 1, 19, 20, 21, 260, 541])
def test_order_has_all_its_lines_in_their_order(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, lines: int) -> None:
    put_orders(shop, 5001, lines=lines)

    (record,) = read_orders(client, clock)

    order = as_order(record)
    assert [line.title for line in order.line_items.nodes] == [f"Line {i}" for i in range(lines)]
    assert not order.line_items.page_info.has_next_page


@pytest.mark.parametrize("parts, lines", [(1, 0), (1, 20), (1, 21), (1, 300), (3, 2), (4, 1), (25, 1), (4, 25)])
def test_order_has_all_its_fulfillment_orders_with_all_their_lines(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, parts: int, lines: int) -> None:
    split = [list(range(part * lines, (part + 1) * lines)) for part in range(parts)]
    put_orders(shop, 5001, lines=parts * lines, fulfillment_orders=split)

    (record,) = read_orders(client, clock)

    found = json.loads(record.raw)["fulfillmentOrders"]["nodes"]
    wanted = [[f"gid://shopify/LineItem/{5001000 + line}" for line in part] for part in split]
    assert [[line["lineItem"]["id"] for line in one["lineItems"]["nodes"]] for one in found] == wanted
    assert {one["assignedLocation"]["location"]["id"] for one in found} == {"gid://shopify/Location/1"}


def test_order_read_by_id_is_the_same_bytes_with_fulfillment_orders_and_without(
        shop: RunningShop, clock: ManualClock) -> None:
    put_orders(shop, 5001, lines=30)

    for lacking in (set[str](), {"read_merchant_managed_fulfillment_orders"}):
        client = a_client(shop, clock, lacks=lambda scopes, lacking=lacking: bool(lacking & set(scopes)))
        (listed,) = read_orders(client, clock)
        (named,) = by_ids(client, "orders", ["5001"])

        assert listed.raw == named.raw
        assert ("fulfillmentOrders" in json.loads(listed.raw)) is not lacking


def test_order_has_all_its_shipping_lines(shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    charges = [{"title": f"Parcel {i}", "price": "5.00"} for i in range(12)]
    shop.shop_state.put("orders", {**an_order(5001), "shipping": charges})

    (record,) = read_orders(client, clock)

    assert [line.title for line in as_order(record).shipping_lines.nodes] == [f"Parcel {i}" for i in range(12)]


def test_product_has_all_its_variants_and_gift_cards_are_never_listed(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    variants = [{"sku": f"LAMP-{i}", "price": "59.00", "options": [f"Shade {i}"]} for i in range(120)]
    shop.shop_state.put("products", {"id": 8001, "title": "Lampe", "options": ["Shade"], "variants": variants})
    shop.shop_state.put("products", {"id": 8002, "title": "Carte cadeau", "gift_card": True})

    page = changed_page(client, "products", since=EARLIEST, until=clock.now())

    assert ids(page) == ["8001"]
    product = page.records[0].value
    assert isinstance(product, Product)
    assert [variant.sku for variant in product.variants.nodes] == [f"LAMP-{i}" for i in range(120)]


def test_refunds_carry_what_they_took_back_and_other_orders_cost_nothing_more(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    taken_back = [{"line": i, "quantity": 1, "restock": True} for i in range(130)]
    put_orders(shop, 5001)
    put_orders(shop, 5002, lines=130, refunds=[{"lines": taken_back, "shipping": True}])
    shop.stats.reset()

    records = {record.id: as_order(record) for record in read_orders(client, clock)}

    (refund,) = records["5002"].refunds
    assert records["5001"].refunds == []
    assert refund.refund_line_items
    assert refund.refund_shipping_lines
    assert len(refund.refund_line_items.nodes) == 130
    assert len(refund.refund_shipping_lines.nodes) == 1
    assert shop.stats.figures()["by_operation"] == {
        "OrdersChanged": 1, "OrderRefunds": 1, "RefundLinesNext": 1, "OrderLinesNext": 1,
        "FulfillmentOrderLinesNext": 1}


def test_refund_of_an_order_that_fits_on_one_page_carries_what_it_took_back(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, 5001, refunds=[{"lines": [{"line": 0, "quantity": 1, "restock": True}]}])

    (record,) = read_orders(client, clock)

    (refund,) = as_order(record).refunds
    assert refund.refund_line_items
    assert len(refund.refund_line_items.nodes) == 1


@pytest.mark.parametrize("place", [
    ("lineItems",), ("shippingLines",), ("fulfillmentOrders",), ("fulfillmentOrders", "nodes", 0, "lineItems")])
def test_order_is_not_whole_while_any_list_within_it_goes_on(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, place: tuple[str | int, ...]) -> None:
    put_orders(shop, 5001)
    (record,) = read_orders(client, clock)
    content = json.loads(record.raw)
    assert is_whole(as_order(record), record.raw, SHAPES["orders"])

    reduce(getitem, place, content)["pageInfo"]["hasNextPage"] = True

    raw = json.dumps(content).encode()
    assert not is_whole(msgspec.json.decode(raw, type=Order), raw, SHAPES["orders"])


def test_list_that_is_null_is_missing_and_one_that_was_not_asked_for_is_not(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, 5001)
    (record,) = read_orders(client, clock)
    content = json.loads(record.raw)
    null = json.dumps(content | {"fulfillmentOrders": None}).encode()
    del content["fulfillmentOrders"]
    left_out = json.dumps(content).encode()

    assert not is_whole(msgspec.json.decode(null, type=Order), null, SHAPES["orders"])
    assert is_whole(msgspec.json.decode(left_out, type=Order), left_out, SHAPES["orders"])


def test_record_given_in_the_place_of_another_is_not_taken_for_it(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, 5002)
    (other,) = read_orders(client, clock)

    with playing(Step(200, b'{"data": {"nodes": [' + other.raw + b"]}}")) as script:
        (record,) = by_ids(ShopifyClient(script.url, token=lambda: "t", clock=clock), "orders", ["5001"])

    assert (record.id, record.value) == ("5001", None)
    assert "gid://shopify/Order/5002 in its place" in str(record.problem)


def test_raw_json_keeps_every_digit_and_holds_the_overflow_pages(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, 7200000000001, lines=45)

    (record,) = read_orders(client, clock)

    raw = json.loads(record.raw)
    assert (record.id, raw["id"]) == ("7200000000001", "gid://shopify/Order/7200000000001")
    assert raw["lineItems"]["nodes"][44]["originalUnitPriceSet"]["shopMoney"]["amount"] == "10.0"
    assert len(raw["lineItems"]["nodes"]) == 45
    assert raw["lineItems"]["pageInfo"]["hasNextPage"] is False


def test_order_read_twice_unchanged_has_the_same_bytes_from_a_page_and_by_id(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, 5001, lines=30, refunds=[{"lines": [{"line": 0, "quantity": 1, "restock": True}]}])

    (listed,), (named,) = read_orders(client, clock), by_ids(client, "orders", ["5001"])

    assert listed.raw == named.raw


def test_order_that_changes_between_its_own_pages_is_read_anew(shop: RunningShop, clock: ManualClock) -> None:
    put_orders(shop, 5001, lines=60)

    def change() -> None:
        clock.move(5)
        shop.shop_state.patch("orders", 5001, {"note": "changed"})

    (record,) = read_orders(a_client(shop, clock, http_gate=_on_call(2, change)), clock)

    order = as_order(record)
    assert (order.note, len(order.line_items.nodes)) == ("changed", 60)
    assert record.updated_at == order.updated_at == clock.now()


def test_order_that_never_holds_still_is_reported_alone(shop: RunningShop, clock: ManualClock) -> None:
    put_orders(shop, 5001, 5002)
    put_orders(shop, 5003, lines=60)

    def busy() -> None:
        clock.move(1)
        shop.shop_state.patch("orders", 5003, {"note": f"changed at {clock.now()}"})

    client = a_client(shop, clock, http_gate=busy)
    page = changed_page(client, "orders", since=EARLIEST, until=clock.now() + timedelta(hours=1))

    assert [(r.id, r.value is not None) for r in page.records] == [("5001", True), ("5002", True), ("5003", False)]
    assert "changed 3 times" in str(page.records[2].problem)


def test_order_deleted_between_its_pages_is_left_out(shop: RunningShop, clock: ManualClock) -> None:
    put_orders(shop, 5001, 5002, lines=60)
    before_call = _on_call(2, lambda: shop.shop_state.delete("orders", 5001))

    records = read_orders(a_client(shop, clock, http_gate=before_call), clock)

    assert [record.id for record in records] == ["5002"]


def test_named_records_come_in_the_order_asked_and_missing_ones_are_left_out(
        shop: RunningShop, client: ShopifyClient) -> None:
    put_orders(shop, *range(5001, 5251))

    records = by_ids(client, "orders", ["5200", "4", *map(str, range(5001, 5200))])

    assert [record.id for record in records] == ["5200", *map(str, range(5001, 5200))]
    assert shop.stats.figures()["calls"] == 4, "three for the records, one whether the missing one is listed"


@pytest.mark.parametrize("type", SHAPES)
def test_every_type_is_read_by_page_and_by_id_with_equal_content(type: str, clock: ManualClock) -> None:
    shop = start_shopify(seed=7, customers=12, products=12, orders=60, clock=clock)
    shop.shop_state.put("companies", {"id": 6301, "name": "Radium SA", "external_id": "R-1",
                                      "locations": [{"name": "Paris", "address": {"city": "Paris"}}]})
    client = a_client(shop, clock)

    listed = [record for page in all_pages(client, type, clock) for record in page.records]
    named = by_ids(client, type, [record.id for record in listed])
    shop.stop()

    assert listed
    assert [record.problem for record in listed if record.value is None] == []
    assert named == listed


def test_page_is_made_smaller_while_shopify_stumbles_and_grows_back(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, *range(5001, 5031))
    shop.fault("internal_error", times=4)

    pages = all_pages(client, "orders", clock, page_size=16)

    assert ids(*pages) == [str(id) for id in range(5001, 5031)]
    assert [call["variables"]["first"] for call in shop.stats.last_calls()] == [16, 16, 8, 8, 4, 8, 16, 16]


@pytest.mark.parametrize("fault, options", [
    ("http_5xx", {"status": 503}), ("http_429", {"retry_after": 2}), ("throttled", {}), ("drop_connection", {})])
def test_single_fault_costs_time_and_no_record(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, fault: str, options: dict[str, Any]) -> None:
    put_orders(shop, 5001, 5002)
    shop.fault(fault, times=1, **options)

    assert [record.id for record in read_orders(client, clock)] == ["5001", "5002"]
    assert len(clock.slept) == 1


def test_dead_shop_ends_the_page_with_shopify_unavailable(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.fault("http_5xx", times=1000)

    with pytest.raises(ServiceUnavailable) as caught:
        changed_page(client, "orders", since=EARLIEST, until=clock.now(), page_size=4)

    assert caught.value.code == "shopify-unavailable"


def test_missing_scope_names_field_and_access_and_is_never_an_empty_page(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, 5001, 5002)
    shop.fault("missing_scope", scope="read_customers")

    with pytest.raises(ConnectorError) as caught:
        read_orders(client, clock)

    assert caught.value.code == "access-scope-changed"
    assert "customer" in caught.value.detail
    assert "read_customers" in caught.value.detail


def test_payment_terms_that_the_token_may_not_read_are_left_out_and_cost_no_order(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, 5001, 5002)
    shop.fault("missing_scope", scope="read_payment_terms")

    records = read_orders(client, clock)
    named = by_ids(client, "orders", ["5001", "5002"])

    assert [record.value is not None for record in records] == [True, True]
    assert "paymentTerms" not in json.loads(records[0].raw)
    assert "fulfillmentOrders" in json.loads(records[0].raw)
    assert named == records
    assert shop.stats.figures()["by_operation"] == {"OrdersChanged": 2, "OrdersById": 1}


@pytest.mark.parametrize("times", [1, 3])
def test_page_that_the_edge_turns_away_is_read_again_and_is_no_sign_that_fulfillment_orders_are_denied(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, times: int) -> None:
    put_orders(shop, 5001)
    shop.fault("http_403", times)

    (record,) = read_orders(client, clock)

    assert "fulfillmentOrders" in json.loads(record.raw)


def test_token_of_another_app_is_refused(shop: RunningShop, clock: ManualClock) -> None:
    with pytest.raises(ConnectorError) as caught:
        read_orders(a_client(shop, clock, token=lambda: "shpat_unknown"), clock)

    assert caught.value.code == "reconnect-required"


def test_record_with_an_unexpected_form_is_reported_alone(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    put_orders(shop, 5001, 5003)
    shop.shop_state.put("orders", an_order(5002, fields={"currencyCode": "EUR", "closed": "perhaps"}))

    records = {record.id: record for record in read_orders(client, clock)}

    assert {id: record.value is not None for id, record in records.items()} == {
        "5001": True, "5002": False, "5003": True}
    assert "closed" in str(records["5002"].problem)
    assert json.loads(records["5002"].raw)["closed"] == "perhaps"


def test_retired_api_version_is_noticed(shop: RunningShop, clock: ManualClock) -> None:
    with pytest.raises(ConnectorError) as caught:
        read_shop_info(a_client(shop, clock, api_version="2019-04"))

    assert caught.value.code == "api-version-unsupported"


def test_shop_tells_its_currency_and_plan(client: ShopifyClient) -> None:
    info = read_shop_info(client)

    assert (info.shop.currency_code, info.shop.taxes_included) == ("EUR", True)
    assert "2026-10" in [version.handle for version in info.public_api_versions if version.supported]


def _on_call(which: int, act: Callable[[], Any]) -> Callable[[], None]:
    """A gate that lets everything through and acts once, just before the call of that number."""
    calls = iter(range(1, 1_000_000))

    def gate() -> None:
        if next(calls) == which:
            act()

    return gate
