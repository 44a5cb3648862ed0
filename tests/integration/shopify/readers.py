"""A client on the simulated shop, and reading from the first page to the last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.shopify.server import RunningShop
from shared.shopify.client import ShopifyClient
from shared.shopify.reading import EARLIEST, Page, changed_page
from tests.integration.shopify.manual_clock import ManualClock


def a_client(shop: RunningShop, clock: ManualClock, **options: Any) -> ShopifyClient:
    options.setdefault("token", lambda: shop.token)
    return ShopifyClient(shop.url, clock=clock, chance=lambda: 1.0, **options)


def all_pages(client: ShopifyClient, type: str, clock: ManualClock, page_size: int | None = None,
              after_each: Callable[[], None] = lambda: None) -> list[Page]:
    until, cursor = clock.now(), None
    pages: list[Page] = []
    while not pages or cursor:
        pages.append(changed_page(client, type, since=EARLIEST, until=until, cursor=cursor, page_size=page_size))
        cursor = pages[-1].next_cursor
        after_each()
    return pages


def ids(*pages: Page) -> list[str]:
    return [record.id for page in pages for record in page.records]
