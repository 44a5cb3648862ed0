"""Much at once comes in bulk: what would be read page by page, no more and no less, whatever befalls it."""
from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from local.shopify.bulk import RUNNING
from shared.clock import from_iso
from shared.exchange import Exchange
from shared.json_text import decoded
from shared.shopify import bulk_worth
from shared.shopify.reading import listing
from shared.shopify.shapes import SHAPES
from shared.stores.sync_runs import SyncRun
from shared.sync.in_bulk import PAGED
from shared.sync.queue import QUEUE, SyncJob
from shared.sync.run import run_sync
from shared.webhooks.command_handlers import carry_out
from shared.webhooks.commands import Command
from tests.house import House, HouseStorage, a_house
from tests.integration.sync.trouble import WorkerDied, makes_orders
from tests.memory import MemoryQueues
from tests.seeds import draws
from tests.waiting import wait_until
from tests.webhooks import deliver, queued

A_PAGE = 10
ORDERS = range(5001, 5036)
FOR_EVER = 10.0**9


@pytest.fixture(autouse=True)
def bulk_for_a_few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bulk is worth it from the first record on, and a page of orders holds ten."""
    monkeypatch.setattr(bulk_worth, "FIXED_SECONDS", 0.0)
    monkeypatch.setitem(SHAPES, "orders", dataclasses.replace(SHAPES["orders"], page_size=A_PAGE))
    listing.cache_clear()
    yield
    listing.cache_clear()


def a_shop_with_history(house: House) -> None:
    for number in ORDERS:
        house.order(number)
    house.clock.forward(60)


def part(house: House, run: str = "", *, observe: Callable[[Exchange], None] | None = None, **job: Any) -> SyncRun:
    """One invocation of a run of orders."""
    connector = house.connector._replace(observe=observe) if observe else house.connector
    done = run_sync(connector, SyncJob(shop=house.shop, started_by="test", types=("orders",), run=run, **job))
    assert done is not None
    return done


def run_of_all(house: House) -> SyncRun:
    """One invocation that the schedule began."""
    run = run_sync(house.connector, SyncJob(shop=house.shop, started_by="schedule"))
    assert run is not None
    return run


def waiting(house: House) -> SyncRun:
    """A run of orders that waits for Shopify, which is not done before `shopify_is_done`."""
    house.shopify.bulk.seconds = FOR_EVER
    run = part(house)
    assert (run.state, list(run.awaits)) == ("continuing", ["orders"])
    return run


def shopify_is_done(house: House) -> None:
    house.shopify.bulk.seconds = 0.0
    wait_until(lambda: not any(one["status"] in RUNNING for one in operations(house)))


def operations(house: House) -> list[dict[str, Any]]:
    return list(house.shopify.shop_state.bulk_operations.values())


def parts_to_the_end(house: House, run: SyncRun, between: Callable[[], object] = lambda: None) -> list[SyncRun]:
    """The run's further invocations."""
    parts = [run]
    while parts[-1].state == "continuing":
        between()
        parts.append(part(house, run.id))
        assert len(parts) < 20, "it does not come to an end"
    return parts[1:]


def asked(house: House, operation: str) -> int:
    return sum(call["operation"] == operation for call in house.shopify.stats.last_calls())


def messages(house: House) -> list[tuple[SyncJob, int]]:
    """What lies on the queue of runs, with its delay in seconds."""
    queues = house.storage.queues
    assert isinstance(queues, MemoryQueues)
    return [(decoded(text.encode(), type=SyncJob), delay) for text, delay in queues.sent.get(QUEUE, [])]


def finished(house: House, operation: str, *, shop: str = "") -> None:
    """Shopify says that a bulk operation has ended."""
    carry_out(house.connector, Command(
        shop=shop or house.shop, topic="bulk_operations/finish", at="2026-03-10T10:00:00Z", id=operation))


def found(house: House) -> list[int]:
    """How often each order of the history is in Business Central."""
    return [len(house.documents(number)) for number in ORDERS]


def once_each() -> list[int]:
    return [1] * len(ORDERS)


def what_was_sold(house: House, number: int) -> tuple[str, ...]:
    link = house.link("orders", number)
    return link.state, link.lines, link.sold


def info(house: House) -> Any:
    return house.connector.informations.get(house.shop, "orders")


def test_a_first_load_comes_in_bulk_and_becomes_what_it_becomes_page_by_page(
    house: House, house_storage: HouseStorage
) -> None:
    a_shop_with_history(house)
    with a_house(house_storage, bulk_operations=False) as other:
        a_shop_with_history(other)
        paged = other.run("orders")
        assert operations(other) == []
        links = {number: what_was_sold(other, number) for number in ORDERS}

    run = house.run("orders")

    assert (run.state, asked(house, "OrdersChanged"), len(operations(house))) == ("succeeded", 0, 1)
    assert run.counts == paged.counts
    assert found(house) == once_each()
    assert {number: what_was_sold(house, number) for number in ORDERS} == links
    captured = house.connector.captures.newest(house.shop, "orders")
    assert {one.record_id for one in captured} == {str(number) for number in ORDERS}


def test_a_run_does_not_wait_for_shopify_but_looks_again_later(house: House) -> None:
    a_shop_with_history(house)

    run = waiting(house)

    (message, delay), = messages(house)
    assert (message.run, message.looks_at, delay) == (run.id, run.looks_at, 10)
    assert run.awaits["orders"].id == operations(house)[0]["id"] == info(house).run_bulk
    assert found(house) == [0] * len(ORDERS)
    looked = part(house, run.id, looks_at=run.looks_at)
    assert (looked.id, looked.state, len(operations(house))) == (run.id, "continuing", 1)


def test_the_longer_shopify_works_the_longer_it_is_left_alone(house: House) -> None:
    a_shop_with_history(house)
    run, delays = waiting(house), []
    for minutes in (1, 2, 10):
        house.clock.forward(60 * minutes)
        run = part(house, run.id)
        delays.append(messages(house)[-1][1])

    assert delays == [15, 45, 60]


def test_of_two_messages_for_one_turn_the_second_does_nothing(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    turn = SyncJob(shop=house.shop, started_by="test", types=("orders",), run=run.id, looks_at=run.looks_at)
    house.clock.forward(10)
    assert run_sync(house.connector, turn) is not None

    assert run_sync(house.connector, turn) is None
    assert len(messages(house)) == 2


def test_the_next_schedule_goes_on_with_the_run_that_waits_instead_of_beginning_another(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    shopify_is_done(house)

    scheduled = part(house)

    assert (scheduled.id, scheduled.state) == (run.id, "succeeded")
    assert len(house.connector.runs.latest(house.shop)) == 1
    assert found(house) == once_each()


def test_the_webhook_that_it_is_done_lets_the_run_look_at_once(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)

    told = {"admin_graphql_api_id": run.awaits["orders"].id, "status": "completed"}
    deliver(house, "bulk_operations/finish", told, secret=house.settings.shopify_client_secret)
    for command in queued(house):
        carry_out(house.connector, command)

    message, delay = messages(house)[-1]
    assert (message.run, message.looks_at, delay) == (run.id, run.looks_at, 0)


def test_the_end_of_an_operation_that_is_not_ours_wakes_nothing(house: House) -> None:
    a_shop_with_history(house)
    waiting(house)

    for id in ("gid://shopify/BulkOperation/1", "", "gid://shopify/BulkOperation/' or true", "x" * 900):
        finished(house, id)

    assert len(messages(house)) == 1


def test_another_card_of_the_same_store_goes_its_own_way(house: House, house_storage: HouseStorage) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    with a_house(house_storage) as other:
        a_shop_with_history(other)
        theirs = waiting(other)
        before = len(messages(other))

        finished(house, run.awaits["orders"].id + "0", shop=other.shop)

        assert len(messages(other)) == before
        assert theirs.id != run.id


def test_types_that_do_not_need_it_go_on_while_one_waits_and_the_others_wait_for_it(house: House) -> None:
    house.product(801, "NEW-1")
    house.order(5001, lines=[{"sku": "NEW-1", "quantity": 1, "unit_price": "10.00", "product": 801}])
    house.customer(7001)
    house.card(auto_create_unknown_items=True)
    house.clock.forward(60)
    house.shopify.bulk.seconds = FOR_EVER

    run = run_of_all(house)

    assert (run.state, set(run.awaits)) == ("continuing", {"products", "customers"})
    assert "payouts" in run.counts or house.connector.informations.get(house.shop, "payouts").first_began
    assert "orders" not in run.counts
    shopify_is_done(house)
    assert house.run().state == "succeeded"
    assert len(house.documents(5001)) == 1


def test_the_time_is_kept_from_before_the_file_so_that_what_changed_meanwhile_is_read_next(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    house.clock.forward(300)
    house.order(6001)
    house.change("orders", 5007, note="Ring twice")
    shopify_is_done(house)

    part(house, run.id)

    assert from_iso(info(house).last_sync_time) <= from_iso(run.started_at)
    house.sync("orders")
    assert (found(house), len(house.documents(6001))) == (once_each(), 1)


def test_no_time_is_saved_before_the_whole_file_is_applied(house_storage: HouseStorage) -> None:
    with a_house(house_storage, time_budget_seconds=0) as house:
        a_shop_with_history(house)
        run = waiting(house)
        shopify_is_done(house)

        places = [(info(house).last_sync_time, sum(found(house))) for _ in range(3) if part(house, run.id)]

        assert places == [("", 10), ("", 20), ("", 30)]
        assert part(house, run.id).state == "succeeded"
        assert from_iso(info(house).last_sync_time) <= from_iso(run.started_at)


def test_the_place_in_a_file_does_not_age(house_storage: HouseStorage) -> None:
    with a_house(house_storage, time_budget_seconds=0) as house:
        a_shop_with_history(house)
        run = waiting(house)
        shopify_is_done(house)

        part(house, run.id)
        house.card(enabled=False)
        assert part(house, run.id).state == "failed"
        house.card(enabled=True)
        house.clock.forward(2 * 3600)

        another = part(house)

        assert (another.id == run.id, another.counts["orders"].read) == (False, 10)
        assert parts_to_the_end(house, another)[-1].counts["orders"].read == len(ORDERS) - 10
        assert (found(house), len(operations(house))) == (once_each(), 1)


def test_what_does_not_wait_is_brought_up_to_date_at_every_look(house: House) -> None:
    house.sync()
    a_shop_with_history(house)
    house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="Claire")
    house.shopify.bulk.seconds = FOR_EVER
    run = house.connector.runs.get(house.shop, run_of_all(house).id)
    house.clock.forward(600)
    house.customer(7001)
    house.clock.forward(60)

    again = run_of_all(house)

    assert (again.id, again.state, list(again.awaits)) == (run.id, "continuing", ["orders"])
    assert house.link("customers", 7001).bc_number


@pytest.mark.emulator
@pytest.mark.parametrize("round", range(6))
def test_past_any_kill_every_order_is_there_once_and_one_operation_was_begun(house: House, round: int) -> None:
    a_shop_with_history(house)
    chance = draws("bulk", round)
    house.connector = house.connector._replace(settings=msgspec.structs.replace(
        house.connector.settings, bc_settle_seconds=1.0))
    run_id = ""
    for _ in range(5):
        left = chance.randrange(1, 14)

        def dies(exchange: Exchange) -> None:
            nonlocal left
            left -= 1
            if left <= 0:
                raise WorkerDied

        try:
            part(house, run_id, observe=dies)
        except WorkerDied:
            pass
        house.clock.forward(120)
    house.run("orders")
    house.clock.forward(3600)
    house.run("orders")

    assert found(house) == once_each(), house.parked()
    assert len(operations(house)) == 1


def test_an_order_that_was_sent_when_the_worker_died_is_not_sent_again_from_the_file(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    shopify_is_done(house)

    def dies(exchange: Exchange) -> None:
        if makes_orders(exchange):
            raise WorkerDied

    with pytest.raises(WorkerDied):
        part(house, run.id, observe=dies)
    house.clock.forward(120)
    house.run("orders")
    house.clock.forward(3600)
    house.run("orders")

    assert found(house) == once_each()


@pytest.mark.parametrize("befalls", ["FAILED", "CANCELED", "EXPIRED", "gone"])
def test_a_file_that_does_not_come_leads_back_to_pages_once_and_the_run_says_why(house: House, befalls: str) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    (operation,) = operations(house)
    if befalls == "gone":
        house.shopify.shop_state.bulk_operations.clear()
    else:
        operation.update(status=befalls, errorCode="INTERNAL_SERVER_ERROR" if befalls == "FAILED" else None)

    done = part(house, run.id)

    assert (done.state, done.awaits, found(house)) == ("succeeded", {}, once_each())
    assert "page by page, not in bulk" in str(done.notes[0])
    assert operation["id"] in str(done.notes[0])
    assert asked(house, "BulkQueryRun") == 1


def test_an_operation_that_shopify_refuses_is_asked_for_once(house: House) -> None:
    a_shop_with_history(house)
    for number in range(5):
        id = f"gid://shopify/BulkOperation/{number}"
        house.shopify.shop_state.bulk_operations[id] = {
            "__typename": "BulkOperation", "id": id, "status": "CREATED", "app": house.shopify.client_id,
            "createdAt": "2026-03-10T10:00:00Z", "completedAt": None, "query": "{ shop { id } }", "type": "QUERY"}
    house.shopify.bulk.seconds = FOR_EVER
    run = house.run("orders")

    assert (run.state, found(house), asked(house, "BulkQueryRun")) == ("succeeded", once_each(), 1)
    assert "already in progress" in str(run.notes[0])


def test_a_span_that_turned_to_pages_never_asks_for_bulk_again_past_kills(house_storage: HouseStorage) -> None:
    with a_house(house_storage, time_budget_seconds=0) as house:
        a_shop_with_history(house)
        run = waiting(house)
        operations(house)[0].update(status="FAILED")
        assert part(house, run.id).state == "continuing"
        assert info(house).run_bulk == PAGED
        house.clock.forward(2 * 3600)

        house.run("orders")

        assert (found(house), len(operations(house)), info(house).run_bulk) == (once_each(), 1, "")


def test_a_file_that_lacks_lines_is_read_page_by_page_from_the_start(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    shopify_is_done(house)
    operations(house)[0].update(objectCount=str(10**6))

    done = part(house, run.id)

    assert (done.state, found(house), len(done.notes)) == ("succeeded", once_each(), 1)


@pytest.mark.parametrize("fault", ["bulk_cut", "bulk_5xx", "bulk_moved"])
def test_a_download_that_fails_for_a_moment_costs_neither_the_file_nor_an_order(house: House, fault: str) -> None:
    a_shop_with_history(house)
    house.shopify.fault(fault)

    run = house.run("orders")

    assert (run.state, run.notes, found(house), asked(house, "OrdersChanged")) == ("succeeded", [], once_each(), 0)


def test_an_operation_that_stands_still_for_an_hour_is_stopped_and_pages_are_read(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    house.clock.forward(59 * 60)
    assert part(house, run.id).state == "continuing"
    operations(house)[0]["objectCount"] = "7"
    house.clock.forward(59 * 60)
    assert part(house, run.id).state == "continuing"
    house.clock.forward(3600)

    done = part(house, run.id)

    assert (done.state, found(house)) == ("succeeded", once_each())
    assert asked(house, "BulkOperationCancel") == 1
    assert "an hour" in str(done.notes[0])


def test_a_reset_while_shopify_works_stops_that_operation_and_begins_another(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    house.clock.forward(60)
    house.connector.informations.set_last_sync_time(
        house.shop, "orders", house.clock.now() - timedelta(days=30), by="Claire")

    again = part(house, run.id)

    first, second = operations(house)
    assert first["status"] in ("CANCELING", "CANCELED")
    assert again.awaits["orders"].id == second["id"]
    shopify_is_done(house)
    assert part(house, run.id).state == "succeeded"
    assert found(house) == once_each()


def test_a_reset_while_the_file_is_applied_wins(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    shopify_is_done(house)
    reset = []

    def resets(exchange: Exchange) -> None:
        if makes_orders(exchange) and not reset:
            reset.append(house.connector.informations.set_last_sync_time(house.shop, "orders", None, by="Claire"))

    part(house, run.id, observe=resets)
    assert (info(house).last_sync_time, info(house).run_bulk, info(house).exact) == ("", "", True)
    house.sync("orders")

    assert found(house) == once_each()


def test_a_shop_that_is_disabled_meanwhile_keeps_its_place_and_reads_the_file_when_it_is_enabled(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    house.card(enabled=False)
    stopped = part(house, run.id)
    assert (stopped.state, stopped.error_code, stopped.awaits) == ("failed", "shop-disabled", {})
    shopify_is_done(house)
    house.card(enabled=True)

    house.sync("orders")

    assert (found(house), len(operations(house)), asked(house, "OrdersChanged")) == (once_each(), 1, 0)


def test_a_file_that_expired_meanwhile_is_no_dead_end(house: House) -> None:
    a_shop_with_history(house)
    run = waiting(house)
    shopify_is_done(house)
    house.clock.forward(8 * 86_400)
    operations(house)[0].update(status="EXPIRED", url=None)

    assert part(house, run.id).state == "succeeded"
    assert found(house) == once_each()


def test_a_back_fill_comes_in_bulk_and_goes_on_at_its_place(house_storage: HouseStorage) -> None:
    with a_house(house_storage, time_budget_seconds=0) as house:
        for number in ORDERS:
            house.order(number, created_at="2026-02-10T00:00:00Z", updated_at="2026-02-10T00:00:00Z",
                        closed_at="2026-02-10T00:00:00Z")
        house.order(6001, created_at="2026-03-02T00:00:00Z")
        house.connector.informations.set_last_sync_time(house.shop, "orders", house.clock.now(), by="Claire")
        house.clock.forward(60)
        house.shopify.bulk.seconds = 0.0
        house.run("orders")
        assert house.connector.informations.get(house.shop, "orders").last_sync_time
        house.shopify.shop_state.bulk_operations.clear()
        house.shopify.stats.reset()
        span = {"created_since": "2026-02-01T00:00:00Z", "created_until": "2026-03-01T00:00:00Z"}
        house.shopify.bulk.seconds = FOR_EVER
        run = part(house, **span)
        assert (run.state, run.bulk, list(run.awaits)) == ("continuing", operations(house)[0]["id"], ["orders"])
        shopify_is_done(house)

        parts = parts_to_the_end(house, run)

        assert [one.counts["orders"].created for one in parts] == [10, 20, 30, len(ORDERS)], house.parked()
        assert (found(house), house.documents(6001)) == (once_each(), [])
        assert (asked(house, "OrdersChanged"), len(operations(house))) == (0, 1)


def test_what_is_little_or_lately_changed_comes_page_by_page(house: House) -> None:
    house.order(5001)
    house.run("orders")
    before = len(operations(house))
    house.clock.forward(60)
    house.order(5002)

    house.sync("orders")

    assert (len(operations(house)), len(house.documents(5002))) == (before, 1)


def test_below_the_break_even_nothing_is_asked_in_bulk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_worth, "FIXED_SECONDS", 60.0)
    a_shop_with_history(house)

    house.run("orders")

    assert (operations(house), found(house)) == ([], once_each())


def test_the_download_is_a_log_entry_without_what_opens_the_file(house: House) -> None:
    house.card(logging_mode="All")
    a_shop_with_history(house)

    house.run("orders")

    (download,) = [one for one in house.exchanges if "bulk-operation-outputs" in one.url]
    assert (download.direction, download.method, download.status) == ("Shopify", "GET", 200)
    assert "Expires" not in download.url + download.request + download.response + download.description
