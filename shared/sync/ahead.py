"""The next page is fetched while one is being applied."""
from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from shared.shopify.reading import Page
from shared.telemetry import beside


def one_ahead(pages: Iterator[Page]) -> Iterator[Page]:
    """The same pages. `pages` is asked for the next one in a thread, and by nobody once this has ended or is closed."""
    with ThreadPoolExecutor(1, thread_name_prefix="next page") as ahead:
        following = beside(ahead, next, pages)
        while (page := following.result()).next_cursor:
            following = beside(ahead, next, pages)
            try:
                yield page
            except BaseException:
                following.cancel()
                raise
        yield page
