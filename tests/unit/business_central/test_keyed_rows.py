"""Rows under several keys: asked for by key, or all read where that takes fewer requests; memory stays small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import NAMESPACE_URL, uuid5

import msgspec
import pytest

from shared.business_central.keyed_rows import MOST_ROWS, Key, KeyedRows, Missing, Notes


class Row(msgspec.Struct, frozen=True):
    id: str
    number: str
    group: str = ""
    email: str = ""


class Shelf:
    """Rows, and what was asked of them."""

    page_rows = 5_000

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows, self.asked = list(rows), list[str]()

    def count(self) -> int:
        self.asked.append("count")
        return len(self.rows)

    def whole(self, columns: Sequence[str] = ()) -> Iterator[Row]:
        for start in range(0, len(self.rows) or 1, self.page_rows):
            self.asked.append(f"page of {','.join(columns) or 'all'}")
            yield from self.rows[start : start + self.page_rows]

    def requests(self, property: str, texts: Iterable[str]) -> list[list[str]]:
        fitting = [text for text in texts if len(text) <= 36]
        return [fitting[start : start + 20] for start in range(0, len(fitting), 20)]

    def having(self, property: str, texts: Sequence[str]) -> list[Row]:
        self.asked.append(f"{len(texts)} by {property}")
        return [row for row in self.rows if getattr(row, property) in texts]


PAGES_OF_A_LARGE_ONE = MOST_ROWS // Shelf.page_rows + 1


def row(number: int, **more: str) -> Row:
    return Row(str(uuid5(NAMESPACE_URL, str(number))), str(number), **more)


def keyed(shelf: Shelf, notes: Notes | None = None) -> KeyedRows[Row]:
    return KeyedRows(shelf, lambda row: row.number, {
        "id": Key(lambda row: row.id, "id", unique=True),
        "number": Key(lambda row: row.number, "number", unique=True),
        "group": Key(lambda row: row.group, "group"),
        "email": Key(lambda row: frozenset(row.email.lower().split(";")), columns=("email",)),
    }, notes or Notes())


def test_one_key_is_one_request_however_large_the_table() -> None:
    shelf = Shelf(map(row, range(100_000)))
    rows = keyed(shelf)

    assert rows.first("number", "70000") == row(70_000)
    assert rows.first("number", "x") is None
    assert shelf.asked == ["1 by number", "count", "1 by number"]


def test_what_is_known_by_one_key_is_not_asked_for_by_another_that_is_unique() -> None:
    shelf = Shelf([row(1, group="a")])
    rows = keyed(shelf)

    assert rows.first("id", row(1).id) == rows.first("number", "1")
    assert shelf.asked == ["1 by id"]


def test_one_of_several_is_not_taken_for_all_of_them() -> None:
    rows = keyed(Shelf([row(2, group="a"), row(1, group="a")]))
    rows.first("number", "2")

    assert [one.number for one in rows.all("group", "a")] == ["1", "2"]


def test_a_key_that_nothing_has_is_asked_for_once() -> None:
    shelf = Shelf([])
    rows = keyed(shelf)

    assert [rows.first("number", "9") for _ in range(3)] == [None] * 3
    assert shelf.asked == ["1 by number"]


def test_a_key_that_no_row_can_have_is_not_asked_for() -> None:
    shelf = Shelf([])

    assert keyed(shelf).first("number", "9" * 40) is None
    assert shelf.asked == []


def test_many_keys_of_a_small_table_read_it_whole() -> None:
    shelf = Shelf(map(row, range(2_000)))
    rows = keyed(shelf)
    rows.learn("number", map(str, range(100)))

    assert rows.first("email", "nobody") is None
    assert rows.first("number", "1999") == row(1999)
    assert shelf.asked == ["count", "page of all"]


def test_key_after_key_ends_in_reading_a_small_table_whole() -> None:
    shelf = Shelf(map(row, range(9_000)))
    rows = keyed(shelf)

    found = [rows.first("number", str(number)) for number in range(50)]

    assert found == list(map(row, range(50)))
    assert shelf.asked == ["1 by number", "count", "page of all", "page of all"]


def test_many_keys_of_a_large_table_are_asked_for_twenty_at_a_time() -> None:
    shelf = Shelf(map(row, range(MOST_ROWS + 1)))
    rows = keyed(shelf)
    rows.learn("number", map(str, range(100)))

    assert rows.first("number", "99") == row(99)
    assert shelf.asked == ["count", *["20 by number"] * 5]


def test_where_the_service_cannot_find_them_a_large_table_is_looked_through_once() -> None:
    shelf = Shelf([*map(row, range(MOST_ROWS)), row(77_777, email="A@x;b@x")])
    rows = keyed(shelf)

    assert [one.number for one in rows.all("email", "a@x")] == ["77777"]
    assert [one.number for one in rows.all("email", "b@x")] == ["77777"]
    assert rows.all("email", "nobody@x") == []
    assert shelf.asked == ["count", *["page of email"] * PAGES_OF_A_LARGE_ONE, "1 by id"]


def test_of_a_large_table_that_was_looked_through_few_rows_are_kept() -> None:
    rows = keyed(Shelf([*map(row, range(MOST_ROWS)), row(77_777, email="a@x")]))
    rows.all("email", "a@x")

    assert len(rows._rows) == 1


@pytest.mark.parametrize("size", [1, MOST_ROWS + 1])
def test_what_we_made_is_found_by_every_key_also_after_a_look_through(size: int) -> None:
    rows = keyed(Shelf(map(row, range(size))))
    rows.remember(row(88_888, email="new@x", group="g"))
    rows.all("email", "nobody@x")
    rows.remember(row(99_999, email="newer@x"))

    assert [one.number for one in rows.all("email", "new@x")] == ["88888"]
    assert [one.number for one in rows.all("email", "newer@x")] == ["99999"]
    assert rows.first("number", "88888") is not None


def test_what_we_changed_is_not_found_by_what_it_was() -> None:
    rows = keyed(Shelf([*map(row, range(MOST_ROWS)), row(77_777, email="a@x")]))
    rows.all("email", "a@x")
    rows.remember(row(77_777, email="other@x"))

    assert rows.all("email", "a@x") == []
    assert [one.number for one in rows.all("email", "other@x")] == ["77777"]


def test_an_empty_key_finds_nothing_and_asks_nothing() -> None:
    shelf = Shelf([row(1)])

    assert keyed(shelf).all("group", "") == []
    assert shelf.asked == []


def test_a_changed_row_is_found_by_its_new_key_and_no_longer_by_its_old() -> None:
    rows = keyed(Shelf([row(1, group="a")]))
    rows.all("group", "a")
    rows.remember(row(1, group="b"))

    assert rows.all("group", "a") == []
    assert rows.all("number", "1") == [row(1, group="b")]


def test_a_failed_reading_is_read_again_and_nothing_is_taken_for_complete() -> None:
    shelf = Shelf(map(row, range(7_000)))
    rows = keyed(shelf)
    pages = shelf.whole

    def fails(columns: Sequence[str] = ()) -> Iterator[Row]:
        yield from list(pages(columns))[:10]
        raise OSError

    shelf.whole = fails  # type: ignore[method-assign]
    with pytest.raises(OSError):
        rows.all("email", "x")
    shelf.whole = pages  # type: ignore[method-assign]

    assert rows.first("number", "6999") == row(6999)
    assert rows.all("email", "x") == []
    assert rows.is_whole


def test_four_threads_that_ask_at_once_ask_once() -> None:
    shelf = Shelf(map(row, range(7_000)))
    rows = keyed(shelf)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: rows.first("number", "5"), range(20)))

    assert found == [row(5)] * 20
    assert shelf.asked == ["1 by number"]


def test_who_notes_is_told_of_nothing_and_asks_nothing() -> None:
    shelf, notes = Shelf([row(1)]), Notes()
    rows = keyed(shelf, notes)
    missing: list[Missing] = []
    notes.missing = missing

    assert rows.first("number", "1") is None
    assert [(name, key) for _, name, key in missing] == [("number", "1")]
    assert shelf.asked == []


@pytest.mark.parametrize("size", [2, MOST_ROWS + 2])
def test_a_key_that_cannot_be_made_now_leaves_all_as_it_was_and_nothing_is_taken_for_not_there(size: int) -> None:
    shelf, fails = Shelf(row(number, email=f"{number}@x") for number in range(size)), [True]

    def address(one: Row) -> str:
        if fails and one.number == "1":
            raise OSError(fails.pop())
        return one.email

    rows = KeyedRows(shelf, lambda row: row.number, {
        "id": Key(lambda row: row.id, "id", unique=True),
        "number": Key(lambda row: row.number, "number", unique=True),
        "email": Key(address, columns=("email",)),
    }, Notes())
    known = rows.first("number", "0")
    with pytest.raises(OSError):
        rows.all("email", "1@x")

    assert known == rows.first("number", "0") == row(0, email="0@x")
    assert rows.first("number", "1") == row(1, email="1@x")
    assert rows.all("email", "1@x") == [row(1, email="1@x")]
    rows.remember(row(1, email="new@x"))
    assert (rows.all("email", "1@x"), rows.all("email", "new@x")) == ([], [row(1, email="new@x")])


def test_a_row_that_cannot_be_entered_is_not_taken_in_by_half() -> None:
    rows, fails = Shelf([row(1, email="a@x")]), list[bool]()

    def address(one: Row) -> str:
        if fails:
            raise OSError(fails.pop())
        return one.email

    keyed_by_address = KeyedRows(rows, lambda row: row.number, {
        "id": Key(lambda row: row.id, "id", unique=True), "email": Key(address, columns=("email",)),
    }, Notes())
    keyed_by_address.all("email", "a@x")
    fails.append(True)
    with pytest.raises(OSError):
        keyed_by_address.remember(row(1, email="b@x"))

    keyed_by_address.remember(row(1, email="c@x"))

    assert [keyed_by_address.all("email", f"{one}@x") for one in "abc"] == [[], [], [row(1, email="c@x")]]


def test_a_key_that_thousands_share_takes_a_pass_through_the_table_and_not_hundreds_of_questions() -> None:
    crowd = [row(100_000 + number, email="none@x") for number in range(200)]
    shelf = Shelf([*map(row, range(MOST_ROWS)), *crowd])
    rows = keyed(shelf)

    found = rows.all("email", "none@x")

    assert found == crowd
    assert shelf.asked == [
        "count", *["page of email"] * PAGES_OF_A_LARGE_ONE, *["page of all"] * PAGES_OF_A_LARGE_ONE]
    assert len(rows._rows) == len(crowd)
