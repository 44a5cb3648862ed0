"""Pages with much behind them: what lies there is counted and paged, never listed, whatever there is of it."""
from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from benchmarks import large_log
from local.azurite import Azurite
from local.storage_proxy import StorageProxy, storage_proxy
from shared.admin.overview import overview
from shared.admin.skipped import by_reason
from shared.stores.skipped_records import SkippedRecord, Wanted
from tests.house import House
from tests.portal.scene import Scene
from tests.portal.served import Portal, a_portal

PAGES = {"portal_overview", "portal_shop", "portal_skipped_records", "portal_skipped_of_a_reason", "portal_run",
         "portal_runs", "portal_log_entries", "portal_log_removal", "left out", "the log, live",
         "a log without entries", "portal_order_to_resolve"}
MOST_CALLS = 45
"""A page of thirty calls for its list, and what stands around it."""


@pytest.fixture
def door(street_storage: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(street_storage.connection_string) as door:
        yield door


@pytest.fixture
def much(door: StorageProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A portal with entries in each of 240 hours, and some thousand skipped records of which few wait."""
    with a_portal(door.connection_string, monkeypatch) as portal:
        large_log.seed(portal.house.connector.logs, 240, portal.house.clock.now(), shop=portal.house.shop)
        portal.house.connector.skipped.park(skipped(portal.house, 2_500))
        yield portal


def skipped(house: House, number: int) -> Iterator[SkippedRecord]:
    """So many customers that the card leaves out, and behind them three orders that wait."""
    row = {"shop": house.shop, "type": "customers", "code": "customer-left-out", "detail": "not selected", "tries": 1,
           "first_at": "2026-03-10T08:00:00Z", "last_at": "2026-03-10T08:00:00Z", "next_try": ""}
    for one in range(number):
        yield msgspec.convert(row | {"id": str(one + 1), "left_out": True}, SkippedRecord)
    for one, code in enumerate(("item-not-found", "total-mismatch", "item-not-found")):
        yield msgspec.convert(row | {"id": str(one + 1), "type": "orders", "code": code}, SkippedRecord)


def test_a_page_takes_few_calls_of_storage_whatever_lies_behind_it(much: Portal, door: StorageProxy) -> None:
    pages = Scene(much.house).pages()
    visitor, calls = much.visitor(), dict[str, int]()
    for name in PAGES:
        door.calls.clear()
        assert visitor.get(pages[name]).status_code == 200, name
        calls[name] = len(door.calls)

    assert {name: number for name, number in calls.items() if number > MOST_CALLS} == {}


def test_what_waits_is_counted_to_the_last_behind_thousands_that_wait_for_nobody(house: House) -> None:
    house.connector.skipped.park(skipped(house, 1_200))

    (shop,) = overview(house.connector, "en").shops

    assert (shop.skipped, shop.skipped_more) == (3, False)


def test_each_reason_shows_its_first_records_and_how_many_there_are_of_it(house: House) -> None:
    house.connector.skipped.park(skipped(house, 30))

    waiting = by_reason(house.connector, "", "", Wanted(), language="en")
    left_out = by_reason(house.connector, "", "", Wanted(left_out=True), language="en")

    assert [(one.code, one.count, [record.id for record in one.records]) for one in waiting] == [
        ("item-not-found", 2, ["1", "3"]), ("total-mismatch", 1, ["2"])]
    assert [(one.code, one.count, len(one.records)) for one in left_out] == [("customer-left-out", 30, 5)]


def test_the_records_of_one_run_are_found_among_all(house: House) -> None:
    house.connector.skipped.park(skipped(house, 30))
    (mine,) = house.connector.skipped.page(house.shop, "orders", "", 1, Wanted())[0]
    house.connector.skipped.park([msgspec.structs.replace(mine, run="run-1", dismissed_at="2026-03-10T09:00:00Z")])

    found, after = house.connector.skipped.page(house.shop, None, "", 50, Wanted(dismissed=None, run="run-1"))

    assert ([one.id for one in found], after) == (["1"], "")


def test_a_search_that_finds_nothing_goes_on_further_back_page_by_page(portal: Portal) -> None:
    large_log.seed(portal.house.connector.logs, 240, portal.house.clock.now(), shop=portal.house.shop)
    visitor, pages = portal.visitor(), 1

    page = visitor.get("/portal/log-entries?text=nothing-like-it").text
    while 'rel="next"' in page:
        assert 'hx-trigger="load delay:200ms"' in page
        page = visitor.get(page.split('" rel="next"')[0].rsplit('href="', 1)[1].replace("&amp;", "&")).text
        pages += 1

    assert "No further entries." in page
    assert 3 <= pages <= 12


def test_what_is_counted_before_it_is_deleted_stops_after_some_hours_and_says_so(portal: Portal) -> None:
    large_log.seed(portal.house.connector.logs, 240, portal.house.clock.now(), shop=portal.house.shop)

    page = portal.visitor().get("/portal/log-removal").text

    assert "At least 30 entries go." in page
