"""Points: what a long read costs, and that nobody is refused who counts them well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from local.shopify.server import start_shopify
from shared.shopify.reading import EARLIEST, by_ids, changed_page
from tests.integration.shopify.manual_clock import ManualClock
from tests.integration.shopify.readers import a_client, all_pages, ids


def test_alone_with_the_bucket_a_long_read_is_never_throttled() -> None:
    clock = ManualClock()
    shop = start_shopify(customers=5, products=10, orders=300, plain=True, lines_per_order=3, clock=clock)
    client = a_client(shop, clock)

    found = ids(*all_pages(client, "orders", clock, page_size=20))
    shop.stop()

    assert len(set(found)) == 300
    assert clock.slept != []
    assert (client.usage.throttled, shop.stats.figures()["throttled"]) == (0, 0)


def test_somebody_else_who_empties_the_bucket_is_outwaited() -> None:
    clock = ManualClock()
    shop = start_shopify(customers=5, products=10, orders=300, plain=True, lines_per_order=3, clock=clock)
    client, rival = a_client(shop, clock), a_client(shop, clock)

    def rival_reads() -> None:
        for _ in range(5):
            changed_page(rival, "orders", since=EARLIEST, until=clock.now())

    found = ids(*all_pages(client, "orders", clock, after_each=rival_reads))
    shop.stop()

    assert len(set(found)) == 300
    assert client.usage.throttled > 0


def test_a_thousand_orders_of_three_lines_take_ten_calls_and_few_points() -> None:
    clock = ManualClock()
    shop = start_shopify(customers=5, products=10, orders=1000, plain=True, lines_per_order=3, clock=clock)
    client = a_client(shop, clock)

    found = ids(*all_pages(client, "orders", clock))
    shop.stop()

    assert len(set(found)) == 1000
    assert client.usage.calls == 10
    assert client.usage.requested_points <= 10_000
    assert client.usage.actual_points <= client.usage.requested_points


def test_two_threads_of_one_client_share_the_points_without_a_refusal() -> None:
    clock = ManualClock()
    shop = start_shopify(customers=5, products=10, orders=200, plain=True, lines_per_order=3, clock=clock)
    client = a_client(shop, clock)
    known = ids(*all_pages(client, "orders", clock))

    with ThreadPoolExecutor(2) as threads:
        paged = threads.submit(all_pages, client, "orders", clock, 20)
        named = [record.id for start in range(0, 200, 10)
                 for record in by_ids(client, "orders", known[start:start + 10])]
    shop.stop()

    assert sorted(ids(*paged.result())) == sorted(named) == sorted(known)
    assert client.usage.throttled == 0
