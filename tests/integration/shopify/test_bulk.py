"""Reading records in bulk from the simulated shop: the same records as page by page, whatever happens to the file."""

from __future__ import annotations

import errno
import gzip
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from local.shopify.server import RunningShop, start_shopify
from shared.errors import ConnectorError, OutcomeUnknown, ServiceUnavailable
from shared.exchange import Exchange
from shared.json_text import decoded_exactly
from shared.shopify import bulk, bulk_file, bulk_lines
from shared.shopify.bulk import BulkRefused, Operation
from shared.shopify.bulk_file import MOST_FAILURES
from shared.shopify.bulk_folder import LeftFile
from shared.shopify.client import ShopifyClient
from shared.shopify.reading import EARLIEST, Page, Record
from shared.shopify.shapes import SHAPES
from shared.texts import as_said
from tests.house import OPERATIONS
from tests.integration.shopify.manual_clock import ManualClock
from tests.integration.shopify.readers import a_client, all_pages, ids
from tests.integration.shopify.scripted import Step, playing
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


def pages_of(
        client: ShopifyClient, type: str, operation: Operation, size: int, at: str | None = None) -> Iterator[Page]:
    """As a process reads them that has read nothing before."""
    return bulk.pages(client, type, operation, size=size, left=LeftFile(), at=at)


def read(client: ShopifyClient, type: str, operation: Operation, size: int = 50, at: str | None = None) -> list[Record]:
    return [record for page in pages_of(client, type, operation, size, at) for record in page.records]


def meaning(record: Record) -> Any:
    """The record's JSON, digits as sent, but for the cursor behind its last page, which nobody follows."""
    def without_cursors(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_cursors(inner) for key, inner in value.items() if key != "endCursor"}
        return [without_cursors(inner) for inner in value] if isinstance(value, list) else value

    return without_cursors(decoded_exactly(record.raw))


def statuses(exchanges: list[Exchange]) -> list[int]:
    """What requests for files were answered with."""
    return [one.status for one in exchanges if one.method == "GET"]


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


def test_each_record_comes_once_and_every_page_but_the_last_says_where_it_ends(
        client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "orders")

    pages = list(pages_of(client, "orders", operation, size=17))

    given = ids(*pages)
    assert sorted(given) == sorted(as_listed(client, clock, "orders"))
    assert all(len(page.records) <= 17 for page in pages)
    assert [page.next_cursor is None for page in pages] == [False] * (len(pages) - 1) + [True]
    assert {page.reached for page in pages} == {None}


@pytest.mark.parametrize("type", ["orders", "products"])
def test_another_process_goes_on_at_any_position_with_what_was_not_given(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, monkeypatch: pytest.MonkeyPatch,
        type: str) -> None:
    monkeypatch.setattr(bulk_lines, "LINES_PER_SHARE", 60)
    operation = completed(client, clock, type)
    pages = list(pages_of(client, type, operation, size=7))
    monkeypatch.setattr(bulk_lines, "LINES_PER_SHARE", 10_000)
    another = a_client(shop, clock)

    for number in range(0, len(pages) - 1, 5):
        rest = list(pages_of(another, type, bulk.state(another, operation.id), size=9, at=pages[number].next_cursor))

        assert ids(*rest) == ids(*pages[number + 1:])
        assert rest[-1].next_cursor is None


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_that_is_cut_off_again_and_again_comes_whole(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, exchanges: list[Exchange],
        packed: bool, ranges: bool) -> None:
    shop.bulk.packed, shop.bulk.ranges = packed, ranges
    operation = completed(client, clock, "products")
    for after in (1, 700, 2500):
        shop.fault("bulk_cut", after=after)

    came = read(client, "products", operation)

    assert_same(came, as_listed(client, clock, "products"))
    assert statuses(exchanges) == ([200, 206, 206, 206] if ranges else [200] * 4)


def test_a_file_whose_packing_is_broken_is_read_from_the_start(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    """What comes first says gzip and is none; what comes then is the file."""
    operation = completed(client, clock, "products")
    content = requests.get(operation.url or "", timeout=30).content
    with playing(Step(200, content, {"Content-Encoding": "gzip", "ETag": '"1"'}), Step(200, content)) as script:
        came = read(client, "products", msgspec.structs.replace(operation, url=script.url))

    assert_same(came, as_listed(client, clock, "products"))
    assert [("Range" in headers) for headers in script.headers] == [False, False]


def test_a_packed_file_that_ends_before_its_end_is_asked_for_again(
        client: ShopifyClient, clock: ManualClock) -> None:
    """No length tells that something is missing; the packing does."""
    operation = completed(client, clock, "products")
    packed = gzip.compress(requests.get(operation.url or "", timeout=30).content)
    says = {"Content-Encoding": "gzip"}
    with playing(Step(200, packed[:len(packed) // 2], says), Step(200, packed, says)) as script:
        came = read(client, "products", msgspec.structs.replace(operation, url=script.url))

    assert_same(came, as_listed(client, clock, "products"))


def test_a_file_that_another_took_the_place_of_is_not_mixed_with_it(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    """A server that ignores the tag and gives another part than was asked for is not believed."""
    operation = completed(client, clock, "products")
    content = requests.get(operation.url or "", timeout=30).content
    length = {"Content-Length": str(len(content)), "ETag": '"1"'}
    with playing(Step(200, content[:900], length), Step(206, content[:900], {"Content-Range": "bytes 0-899/900"}),
                 Step(200, content, {"ETag": '"2"'})) as script:
        came = read(client, "products", msgspec.structs.replace(operation, url=script.url))

    assert_same(came, as_listed(client, clock, "products"))


def test_a_file_that_is_packed_the_second_time_only_is_read_from_the_start(
        shop: RunningShop, clock: ManualClock) -> None:
    """Its tag is another then, and what came before goes on in neither form."""
    exchanges: list[Exchange] = []

    def pack(exchange: Exchange) -> None:
        exchanges.append(exchange)
        shop.bulk.packed = exchange.method == "GET" or shop.bulk.packed

    client = a_client(shop, clock, observe=pack)
    operation = completed(client, clock, "products")
    shop.fault("bulk_cut", after=700)

    came = read(client, "products", operation)

    assert_same(came, as_listed(client, clock, "products"))
    assert statuses(exchanges) == [200, 200]


def test_a_redirect_is_followed(shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.bulk.redirects = True

    assert_same(read(client, "companies", completed(client, clock, "companies")), as_listed(client, clock, "companies"))


def test_a_server_of_files_that_fails_for_a_while_is_waited_for(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "companies")
    clock.slept.clear()
    shop.fault("bulk_5xx", times=MOST_FAILURES - 1)

    assert read(client, "companies", operation)
    assert clock.slept == [1, 2, 4, 8, 16]


def test_a_file_of_which_nothing_ever_comes_is_a_refusal(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    """Its server is another than Shopify's, and a firewall may know one of them only."""
    operation = completed(client, clock, "companies")
    shop.fault("bulk_5xx", times=MOST_FAILURES)

    with pytest.raises(BulkRefused, match="HTTP 503"):
        read(client, "companies", operation)


def test_a_file_that_came_before_or_in_part_is_waited_for(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "orders")
    first = next(pages_of(client, "orders", operation, size=5))
    shop.fault("bulk_5xx", times=MOST_FAILURES)
    with pytest.raises(ServiceUnavailable, match="HTTP 503"):
        read(client, "orders", operation, at=first.next_cursor)

    with playing(Step(200, b"{", {"Content-Length": "500"}), Step(503, b"")) as script, pytest.raises(
            ServiceUnavailable, match="does not come whole"):
        read(client, "orders", msgspec.structs.replace(operation, url=script.url))


def test_an_address_that_is_no_longer_served_is_asked_for_anew(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "products")
    shop.fault("bulk_moved")

    assert_same(read(client, "products", operation), as_listed(client, clock, "products"))


def test_an_address_that_ends_in_the_middle_of_the_file_is_asked_for_anew(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "products")
    shop.fault("bulk_cut", after=2000)
    lines = bulk_file.lines(client, operation.url or "", lambda: bulk.state(client, operation.id).url or "")
    first = next(lines)
    shop.fault("bulk_moved")

    assert [first, *lines] == requests.get(bulk.state(client, operation.id).url or "", timeout=30).content.splitlines()


def test_a_file_of_more_than_seven_days_is_read_page_by_page(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "companies")
    clock.move(timedelta(days=7).total_seconds())
    wait_until(lambda: bulk.state(client, operation.id).status == "EXPIRED")

    with pytest.raises(BulkRefused, match="is expired"):
        read(client, "companies", operation)
    assert bulk.start(client, "companies", EARLIEST, clock.now()).id != operation.id


def test_partial_data_are_never_read(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, exchanges: list[Exchange]) -> None:
    shop.fault("bulk_failed", lines=20, code="TIMEOUT")
    operation = completed(client, clock, "orders")

    with pytest.raises(BulkRefused, match=r"is failed \(TIMEOUT\)"):
        read(client, "orders", operation)
    assert operation.partial_data_url
    assert statuses(exchanges) == []


def test_an_operation_that_shopify_cancels_is_over_and_no_file(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.fault("bulk_canceled")
    operation = completed(client, clock, "orders")

    assert (operation.is_over, operation.is_complete) == (True, False)
    with pytest.raises(BulkRefused, match="is canceled"):
        read(client, "orders", operation)


def test_cancelling_ends_an_operation_and_leaves_one_that_is_over(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.bulk.seconds = 60
    running = bulk.start(client, "orders", EARLIEST, clock.now())

    assert bulk.cancel(client, running.id).status == "CANCELING"
    assert over(client, running).status == "CANCELED"
    assert bulk.cancel(client, running.id).status == "CANCELED"


def test_an_operation_that_nobody_knows_is_a_refusal(client: ShopifyClient) -> None:
    for ask in (bulk.state, bulk.cancel):
        with pytest.raises(BulkRefused, match="BulkOperation/1 no more"):
            ask(client, "gid://shopify/BulkOperation/1")


def test_the_same_question_takes_up_what_runs_or_is_done_and_another_begins_anew(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    until = clock.now()
    first = bulk.start(client, "orders", EARLIEST, until)
    again = bulk.start(client, "orders", EARLIEST, until)
    over(client, first)
    after = bulk.start(a_client(shop, clock), "orders", EARLIEST, until)

    assert {again.id, after.id} == {first.id}
    assert after.is_complete
    others = [bulk.start(client, "orders", EARLIEST, until - timedelta(seconds=1)),
              bulk.start(client, "orders", EARLIEST, until, "status:open"),
              bulk.start(client, "customers", EARLIEST, until)]
    assert len({first.id, *(one.id for one in others)}) == 4


def test_one_that_came_to_nothing_is_begun_anew(shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.fault("bulk_failed")
    failed = completed(client, clock, "orders")

    again = completed(client, clock, "orders")

    assert again.id != failed.id
    assert again.is_complete


def test_a_lost_answer_begins_no_second_operation(shop: RunningShop, clock: ManualClock) -> None:
    def lose_the_start(exchange: Exchange) -> None:
        if "BulkOperations(" in exchange.request and not shop.shop_state.bulk_operations:
            shop.fault("drop_connection", after_work=True)

    client = a_client(shop, clock, observe=lose_the_start)

    operation = bulk.start(client, "orders", EARLIEST, clock.now())

    assert list(shop.shop_state.bulk_operations) == [operation.id]


def test_a_start_that_did_not_arrive_is_told(shop: RunningShop, clock: ManualClock) -> None:
    def lose_the_start(exchange: Exchange) -> None:
        if "BulkOperations(" in exchange.request:
            shop.clear_faults()
            shop.fault("drop_connection")

    with pytest.raises(OutcomeUnknown):
        bulk.start(a_client(shop, clock, observe=lose_the_start), "orders", EARLIEST, clock.now())
    assert not shop.shop_state.bulk_operations


def test_when_enough_of_them_run_it_is_refused_for_now(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.bulk.seconds = 60
    for second in range(5):
        bulk.start(client, "orders", EARLIEST, clock.now() - timedelta(seconds=second))

    with pytest.raises(BulkRefused, match="already in progress") as sixth:
        bulk.start(client, "products", EARLIEST, clock.now())
    assert sixth.value.busy


def test_a_quota_that_is_used_up_is_refused_for_now(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.shop_state.bulk_limit = True

    with pytest.raises(BulkRefused, match="limit reached") as refused:
        bulk.start(client, "products", EARLIEST, clock.now())
    assert refused.value.busy


def test_a_query_that_shopify_does_not_take_is_refused_for_good(client: ShopifyClient, clock: ManualClock,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    orders = replace(SHAPES["orders"], not_in_bulk={})
    monkeypatch.setitem(SHAPES, "orders", orders)

    with pytest.raises(BulkRefused, match="Node interface") as refused:
        bulk.start(client, "orders", EARLIEST, clock.now())
    assert not refused.value.busy


def test_what_the_token_may_not_read_ends_the_operation_and_is_a_refusal(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.fault("missing_scope", scope="read_payment_terms")
    operation = completed(client, clock, "orders")

    with pytest.raises(BulkRefused, match="ACCESS_DENIED"):
        read(client, "orders", operation)


def test_a_part_that_is_known_to_be_closed_is_not_asked_for(
        shop: RunningShop, clock: ManualClock) -> None:
    closed = {part.scopes for part in SHAPES["orders"].optional}
    client = a_client(shop, clock, lacks=lambda scopes: frozenset(scopes) in closed)

    came = read(client, "orders", completed(client, clock, "orders"))

    assert_same(came, as_listed(client, clock, "orders"))
    assert not any("fulfillmentOrders" in meaning(record) or "paymentTerms" in meaning(record) for record in came)


def test_a_look_that_is_throttled_is_asked_again(shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    operation = bulk.start(client, "products", EARLIEST, clock.now())
    shop.fault("throttled", times=2)

    assert over(client, operation).is_complete


def test_nothing_found_is_one_empty_page(client: ShopifyClient, clock: ManualClock) -> None:
    operation = over(client, bulk.start(client, "orders", EARLIEST, EARLIEST))

    assert (operation.is_complete, operation.url) == (True, None)
    assert list(pages_of(client, "orders", operation, size=10)) == [Page([], None)]


def test_orders_that_changed_since_are_as_they_are_now_and_deleted_ones_are_gone(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "orders")
    changed, gone, *_ = sorted(as_listed(client, clock, "orders"))
    clock.move(60)
    shop.shop_state.put("orders", {
        "id": int(changed), "note": "Later", "shipping": [{"title": "Late", "price": "9.00"}],
        "lines": [{"title": "x", "unit_price": "1.00"}]})
    shop.shop_state.delete("orders", int(gone))

    came = {record.id: record for record in read(client, "orders", operation)}

    assert meaning(came[changed])["note"] == "Later"
    assert [one["title"] for one in meaning(came[changed])["shippingLines"]["nodes"]] == ["Late"]
    assert gone not in came
    assert_same(list(came.values()), as_listed(client, clock, "orders"))


def test_an_order_of_many_shipping_lines_and_refunds_of_many_lines_comes_whole(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    shop.shop_state.put("orders", {
        "id": 7001, "shipping": [{"title": f"Way {n}", "price": "1.00"} for n in range(13)],
        "lines": [{"title": f"Line {n}", "sku": f"S-{n}", "quantity": 2, "unit_price": "10.00"} for n in range(120)],
        "refunds": [{"lines": [{"line": line, "quantity": 1} for line in lines]} for lines in (range(110), [3])]})
    clock.move(60)

    came = {record.id: record for record in read(client, "orders", completed(client, clock, "orders"))}

    order = meaning(came["7001"])
    assert [one["title"] for one in order["shippingLines"]["nodes"]] == [f"Way {n}" for n in range(13)]
    assert [len(refund["refundLineItems"]["nodes"]) for refund in order["refunds"]] == [110, 1]
    assert_same(list(came.values()), as_listed(client, clock, "orders"))


@pytest.mark.parametrize("type", SHAPES)
def test_records_that_a_file_lists_twice_come_once_and_as_they_are_now(
        client: ShopifyClient, clock: ManualClock, type: str) -> None:
    operation = completed(client, clock, type)
    lines = requests.get(operation.url or "", timeout=30).content.splitlines(keepends=True)
    with playing(Step(200, b"".join([*lines, *lines[::3]]))) as script:
        came = read(client, type, msgspec.structs.replace(operation, url=script.url))

    assert_same(came, as_listed(client, clock, type))


@pytest.mark.parametrize("changes", [{"updatedAt": None}, {"updatedAt": "yesterday"}])
def test_an_order_that_is_not_as_its_shape_says_is_read_by_id(
        client: ShopifyClient, clock: ManualClock, changes: dict[str, Any]) -> None:
    operation = completed(client, clock, "orders")
    lines = requests.get(operation.url or "", timeout=30).content.splitlines(keepends=True)
    lines[0] = msgspec.json.encode(msgspec.json.decode(lines[0]) | changes) + b"\n"
    with playing(Step(200, b"".join(lines))) as script:
        came = read(client, "orders", msgspec.structs.replace(operation, url=script.url))

    assert_same(came, as_listed(client, clock, "orders"))


def test_an_id_that_is_none_is_not_believed(client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "companies")
    with playing(Step(200, b'{"id":"gid://shopify/Company/none"}\n' * 9)) as script, pytest.raises(
            BulkRefused, match="does not fit together"):
        read(client, "companies", msgspec.structs.replace(operation, url=script.url))


def test_an_order_whose_shipping_lines_cannot_be_read_is_reported_alone(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    bad = sorted(as_listed(client, clock, "orders"))[3]
    operation = completed(client, clock, "orders")
    shop.fault("internal_error", record=f"Order/{bad}")

    came = {record.id: record for record in read(client, "orders", operation)}

    assert [record.id for record in came.values() if record.value is None] == [bad]
    assert came[bad].problem


def test_a_file_that_lacks_a_line_that_shopify_counted_is_not_believed(
        client: ShopifyClient, clock: ManualClock) -> None:
    operation = completed(client, clock, "products")

    for more in ({"object_count": operation.object_count + 1}, {"root_object_count": operation.root_object_count + 1}):
        with pytest.raises(BulkRefused, match="lines"):
            read(client, "products", msgspec.structs.replace(operation, **more))


@pytest.mark.parametrize("odd", [b'{"id":"gid://shopify/ProductVariant/1","__parentId":"gid://shopify/Product/1"}\n',
                                 b'{"id":"gid://shop', b"<html></html>\n"])
def test_a_file_that_does_not_fit_together_is_not_believed(
        client: ShopifyClient, clock: ManualClock, odd: bytes) -> None:
    operation = completed(client, clock, "products")
    content = requests.get(operation.url or "", timeout=30).content
    with playing(Step(200, content + odd)) as script, pytest.raises(BulkRefused, match="does not fit together"):
        read(client, "products", msgspec.structs.replace(operation, url=script.url))


def test_a_full_disk_is_a_refusal_and_leaves_nothing(
        client: ShopifyClient, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    operation = completed(client, clock, "products")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(bulk_lines, "spread", full)

    with pytest.raises(BulkRefused, match="no room"):
        read(client, "products", operation)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("type", ["orders", "products"])
def test_a_reader_goes_on_with_what_the_one_before_it_in_this_process_had_fetched(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock, exchanges: list[Exchange], tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch, type: str) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(bulk_lines, "LINES_PER_SHARE", 60)
    operation, left = completed(client, clock, type), LeftFile()
    whole = list(pages_of(client, type, operation, size=7))
    fetched = files(exchanges)

    given, at = list[Page](), None
    while not given or given[-1].next_cursor:
        another = a_client(shop, clock, observe=exchanges.append)
        with closing(bulk.pages(another, type, operation, size=7, left=left, at=at)) as pages:
            given += [next(pages), *([next(pages)] if len(given) + 1 < len(whole) else [])]
        at = given[-1].next_cursor

    assert [ids(page) for page in given] == [ids(page) for page in whole]
    assert files(exchanges) == fetched + 1


def test_a_reader_that_begins_before_what_was_left_fetches_the_file_anew(
        client: ShopifyClient, clock: ManualClock, exchanges: list[Exchange],
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_lines, "LINES_PER_SHARE", 60)
    operation, left = completed(client, clock, "orders"), LeftFile()
    whole = list(pages_of(client, "orders", operation, size=7))
    with closing(bulk.pages(client, "orders", operation, size=7, left=left, at=whole[-3].next_cursor)) as pages:
        next(pages)
    fetched = files(exchanges)

    assert ids(*bulk.pages(client, "orders", operation, size=7, left=left)) == ids(*whole)
    assert files(exchanges) == fetched + 1


def files(exchanges: list[Exchange]) -> int:
    """How often a file was fetched."""
    return sum(one.method == "GET" for one in exchanges)


def test_the_address_of_the_file_is_kept_nowhere_and_the_token_is_not_sent_there(
        client: ShopifyClient, clock: ManualClock, exchanges: list[Exchange]) -> None:
    operation = completed(client, clock, "companies")
    with playing(Step(200, requests.get(operation.url or "", timeout=30).content)) as script:
        read(client, "companies", msgspec.structs.replace(operation, url=f"{script.url}/file?Signature=secret"))

    (headers,) = script.headers
    assert "X-Shopify-Access-Token" not in headers
    assert [one for one in exchanges if "Signature" in one.url] == []
    assert [one.method for one in exchanges if one.url == f"{script.url}/file"] == ["GET"]


def test_no_file_is_fetched_where_no_requests_may_be_made(
        shop: RunningShop, client: ShopifyClient, clock: ManualClock) -> None:
    def closed() -> None:
        raise ConnectorError("http-requests-not-allowed", as_said("off"))

    operation = completed(client, clock, "companies")

    with pytest.raises(ConnectorError, match="http-requests-not-allowed"):
        read(a_client(shop, clock, http_gate=closed), "companies", operation)
