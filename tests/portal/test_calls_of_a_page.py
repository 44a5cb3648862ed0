"""What a page asks of storage: nothing twice, nothing one after another that can be asked at once, and no more rows
than it shows. Calls are counted, never seconds."""
from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import unquote

import msgspec
import pytest

from local.azurite import Azurite
from local.storage_proxy import Request, StorageCall, StorageProxy, storage_proxy
from shared.connector import Connector
from shared.stores.skipped_records import SkippedRecord, Wanted
from tests.house import House, a_house
from tests.portal.scene import SKIPPED, Scene
from tests.portal.served import Portal, a_portal

SECONDS = 20
"""For calls that wait for each other: what is asked one after another waits in vain."""


class Asked:
    """What storage was asked to read, as it stands in the address."""

    def __init__(self) -> None:
        self.questions: list[str] = []

    def note(self, request: Request) -> Request:
        """A keeper of the door that lets everything through."""
        if request.method == "GET":
            self.questions.append(unquote(request.path))
        return request

    def of(self, table: str) -> list[str]:
        """Those about this table."""
        return [question for question in self.questions if re.search(rf"/{table}\d*\b", question)]


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def door(street_storage: Azurite, asked: Asked) -> Iterator[StorageProxy]:
    with storage_proxy(street_storage.connection_string, keeper=asked.note) as door:
        yield door


@pytest.fixture
def portal(door: StorageProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    with a_portal(door.connection_string, monkeypatch) as portal:
        yield portal


@pytest.fixture
def house(door: StorageProxy) -> Iterator[House]:
    with a_house(door.connection_string) as house:
        yield house


def test_no_page_asks_storage_the_same_question_twice(portal: Portal, asked: Asked) -> None:
    pages, visitor, twice = Scene(portal.house).pages(), portal.visitor(), dict[str, list[str]]()

    for name, path in pages.items():
        visitor.get(path)
        asked.questions.clear()
        visitor.get(path)
        twice[name] = [question for question, times in Counter(asked.questions).items() if times > 1]

    assert {name: questions for name, questions in twice.items() if questions} == {}


@pytest.mark.parametrize("name, tables, together", [
    ("portal_overview", "SyncRuns SynchronizationInfo SkippedRecords AccessTokens", 8),
    ("portal_overview", "Shops Environment", 2),
    ("portal_shop", "SyncRuns SynchronizationInfo SkippedRecords AccessTokens", 4),
    ("portal_shop", "Shops Environment", 2),
    ("portal_record", "DataCaptures Links SkippedRecords RedactedRecords Operations", 5),
    ("portal_skipped_records", "SkippedRecords", 2),
    ("portal_data_captures", "captures", 6),
])
def test_what_a_page_is_made_of_is_asked_for_side_by_side(
    portal: Portal, door: StorageProxy, name: str, tables: str, together: int
) -> None:
    """Of two shops on the overview and by reason, of one on the others."""
    visitor, path = portal.visitor(), Scene(portal.house).pages()[name]
    meeting, left = threading.Barrier(together), iter(range(together))

    def wait_for_the_others(call: StorageCall) -> bool:
        if re.match(r"\w*", call.target)[0] in tables.split() and next(left, None) is not None:  # type: ignore[index]
            meeting.wait(SECONDS)
        return False

    door.refuse = wait_for_the_others
    answer = visitor.get(path)

    assert (answer.status_code, meeting.broken, list(left)) == (200, False, [])


@pytest.mark.parametrize("name, question, most", [
    ("portal_shop", "", 9), ("a shop without access", "", 9), ("portal_record", "", 13),
    ("portal_skipped_records", "?shop={shop}", 5), ("dismissed", "&shop={shop}", 4),
])
def test_a_page_takes_no_more_calls_than_it_has_parts(
    portal: Portal, asked: Asked, name: str, question: str, most: int
) -> None:
    """For each reason one, beside the one that counts; for the menu one; for the rest one a part."""
    visitor, path = portal.visitor(), Scene(portal.house).pages()[name] + question.format(shop=portal.house.shop)
    visitor.get(path)
    asked.questions.clear()

    assert visitor.get(path).status_code == 200
    assert len(asked.questions) <= most


def test_the_overview_takes_six_calls_a_shop(portal: Portal, asked: Asked) -> None:
    Scene(portal.house)
    shops, visitor = len(portal.house.connector.shops.codes()), portal.visitor()
    asked.questions.clear()

    visitor.get("/portal")

    assert len(asked.questions) <= 2 + 6 * shops


@pytest.mark.parametrize("listed, shown", [
    (lambda of, shop: of.runs.latest(shop, 1), 1),
    (lambda of, shop: of.runs.latest(shop), 50),
    (lambda of, shop: of.operations.page(size=20), 21),
    (lambda of, shop: of.links(shop, "orders").page("", 50), 51),
    (lambda of, shop: of.payouts.page(shop), 51),
    (lambda of, shop: of.book.latest(), 50),
    (lambda of, shop: of.skipped.page(shop, None, "", 50, Wanted()), 51),
])
def test_a_list_asks_for_no_more_rows_than_it_shows_and_one_that_tells_of_more(
    house: House, asked: Asked, listed: Callable[[Connector, str], object], shown: int
) -> None:
    asked.questions.clear()

    listed(house.connector, house.shop)

    (question,) = asked.questions
    assert f"$top={shown}&" in question


def test_of_each_reason_no_more_is_read_than_from_its_first_record_to_the_last_that_is_shown(
    portal: Portal, asked: Asked
) -> None:
    portal.house.connector.skipped.park(skipped(portal.house, 40))
    visitor = portal.visitor()
    asked.questions.clear()

    visitor.get(f"/portal/skipped-records?shop={portal.house.shop}")

    count, *shown = asked.of("SkippedRecords")
    assert ("$select=RowKey,code,first_at" in count, len(shown)) == (True, 2)
    spans = [re.findall(r"RowKey (?:ge|le) 'orders\|0*(\d+)'", question) for question in shown]
    assert sorted(spans) == [["1", "9"], ["10", "2"]] or sorted(spans) == [["1", "9"], ["2", "10"]]


def test_whether_a_record_was_erased_is_one_row_whoever_else_was(portal: Portal, asked: Asked) -> None:
    house, path = portal.house, Scene(portal.house).pages()["portal_record"]
    house.connector.redacted.remember(house.shop, "customers", map(str, range(1, 1_200)), house.clock.now())
    visitor = portal.visitor()
    asked.questions.clear()

    visitor.get(path)

    assert len(asked.of("RedactedRecords")) == 1


def test_log_entries_around_the_time_a_record_was_read_and_tried_are_read_once(portal: Portal, asked: Asked) -> None:
    house = portal.house
    Scene(house)
    house.clock.forward(timedelta(hours=2).total_seconds())
    visitor = portal.visitor()
    asked.questions.clear()

    page = visitor.get(f"/portal/shops/{house.shop}/records/orders/{SKIPPED}").text

    tables = [question.split("()")[0] for question in asked.of("LogEntries")]
    assert "log-entries/" in page
    assert len(tables) == len(set(tables)) > 0


def skipped(house: House, number: int) -> Iterator[SkippedRecord]:
    """So many orders that wait, for two reasons in turn."""
    row = {"shop": house.shop, "type": "orders", "detail": "not in Business Central", "tries": 1,
           "first_at": "2026-03-10T08:00:00Z", "last_at": "2026-03-10T08:00:00Z", "next_try": ""}
    for one in range(number):
        code = ("item-not-found", "total-mismatch")[one % 2]
        yield msgspec.convert(row | {"id": str(one + 1), "code": code}, SkippedRecord)
