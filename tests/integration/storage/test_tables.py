"""Rows, batches and their conflicts, in the emulator and in memory."""
from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.errors import ServiceUnavailable
from shared.storage.account import Storage
from shared.storage.batches import BATCH_ROWS
from shared.storage.retries import Refused
from shared.storage.tables import Put, RowChanged, RowExists, Table


@pytest.fixture
def table(storage: Storage, a_name: Callable[[str], str]) -> Table:
    """A table that nobody has written to yet, so it does not exist."""
    return storage.tables[a_name("T")]


def a_row(key: str, **values: object) -> dict[str, object]:
    return {"PartitionKey": "p", "RowKey": key} | values


def test_a_missing_table_reads_as_empty_and_appears_with_the_first_write(table: Table) -> None:
    assert table.get("p", "1") is None
    assert list(table.partition("p")) == []
    table.delete("p", "1")

    table.put(a_row("1", name="Zoé", number=7, good=True))

    row = table.get("p", "1")
    assert row is not None
    assert (row["name"], row["number"], row["good"]) == ("Zoé", 7, True)


def test_a_row_is_inserted_once(table: Table) -> None:
    table.insert(a_row("1", who="first"))

    with pytest.raises(RowExists):
        table.insert(a_row("1", who="second"))

    assert table.get("p", "1")["who"] == "first"  # type: ignore[index]


def test_a_row_is_replaced_only_by_somebody_who_has_seen_it(table: Table) -> None:
    seen = table.insert(a_row("1", n=1))
    now = table.replace(a_row("1", n=2), seen)

    with pytest.raises(RowChanged):
        table.replace(a_row("1", n=3), seen)
    with pytest.raises(RowChanged):
        table.delete("p", "1", seen)

    table.delete("p", "1", now)
    assert table.get("p", "1") is None


def test_the_first_rows_that_fit_are_so_many_and_no_more_whatever_a_page_of_storage_holds(table: Table) -> None:
    table.write(Put("put", a_row(f"{n:04d}", even=n % 2 == 0)) for n in range(2_100))
    fits, values = "PartitionKey eq @p and even eq true", {"p": "p"}

    few, over_a_page = table.first(3, fits, values), table.first(1_040, fits, values, select=("RowKey",))
    all_there_are = table.first(1_500, fits, values, select=("RowKey",))

    assert [row["RowKey"] for row in few] == ["0000", "0002", "0004"]
    assert [row["RowKey"] for row in over_a_page] == [f"{n:04d}" for n in range(0, 2_080, 2)]
    assert len(all_there_are) == 1_050


def test_keys_of_a_partition_come_in_order_and_within_bounds(table: Table) -> None:
    table.write(Put("put", a_row(f"{n:03d}")) for n in (5, 1, 3, 9))

    assert [row["RowKey"] for row in table.partition("p", "002", "005")] == ["003", "005"]


def test_more_rows_than_a_batch_holds_are_written_in_several(table: Table) -> None:
    rows = [Put("insert", a_row(f"{n:05d}", text="x" * 200)) for n in range(BATCH_ROWS * 2 + 1)]

    etags = table.write(rows)

    assert len(etags) == len(set(etags)) or len(etags) == BATCH_ROWS * 2 + 1
    assert len(list(table.partition("p"))) == BATCH_ROWS * 2 + 1


def test_large_rows_are_written_although_a_hundred_of_them_exceed_a_batch(table: Table) -> None:
    table.write(Put("put", a_row(f"{n:05d}", text="é" * 30_000)) for n in range(120))

    assert sum(1 for _ in table.partition("p")) == 120


def test_a_batch_with_one_stale_row_changes_nothing(table: Table) -> None:
    stale = table.insert(a_row("1", n=1))
    table.put(a_row("1", n=2))

    with pytest.raises(RowChanged):
        table.write([Put("insert", a_row("2")), Put("replace", a_row("1", n=3), stale)])

    assert table.get("p", "2") is None
    assert table.get("p", "1")["n"] == 2  # type: ignore[index]


def test_a_batch_that_inserts_an_existing_row_says_so(table: Table) -> None:
    table.insert(a_row("1"))

    with pytest.raises(RowExists):
        table.write([Put("insert", a_row("0")), Put("insert", a_row("1"))])

    assert table.get("p", "0") is None


def test_values_in_a_filter_are_quoted(table: Table) -> None:
    table.put(a_row("1", name="l'été"))

    assert [r["RowKey"] for r in table.rows("name eq @n", {"n": "l'été"}, select=["RowKey"])] == ["1"]


ROWS = [
    {"PartitionKey": "a", "RowKey": "1", "n": 1, "who": "Zoé", "good": True},
    {"PartitionKey": "a", "RowKey": "2", "n": 20, "who": "O'Neil"},
    {"PartitionKey": "b", "RowKey": "1", "n": -3, "good": False},
    {"PartitionKey": "é|b", "RowKey": "1", "who": ""},
]


@pytest.mark.parametrize(("question", "values", "found"), [
    ("", {}, ["a1", "a2", "b1", "é|b1"]),
    ("PartitionKey eq @p", {"p": "a"}, ["a1", "a2"]),
    ("PartitionKey eq @p and RowKey ge @k", {"p": "a", "k": "2"}, ["a2"]),
    ("PartitionKey ge @p and PartitionKey lt @q", {"p": "a", "q": "b"}, ["a1", "a2"]),
    ("PartitionKey gt @p", {"p": "a"}, ["b1", "é|b1"]),
    ("PartitionKey eq 'a' and (n eq 1 or n eq 20)", {}, ["a1", "a2"]),
    ("n lt @n", {"n": 1}, ["b1"]),
    ("n eq @n", {"n": 1}, ["a1"]),
    ("good eq false", {}, ["b1"]),
    ("good eq @g", {"g": True}, ["a1"]),
    ("who eq 'O''Neil'", {}, ["a2"]),
    ("who ne @w", {"w": "Zoé"}, ["a2", "é|b1"]),
    ("who eq @w", {"w": ""}, ["é|b1"]),
    ("not (PartitionKey eq 'a')", {}, ["b1", "é|b1"]),
    ("unheard_of eq @u", {"u": "x"}, []),
])
def test_a_filter_finds_the_rows_that_fit_in_the_order_of_their_keys(
    table: Table, question: str, values: dict[str, object], found: list[str]
) -> None:
    for row in ROWS:
        table.put(row)

    assert [row["PartitionKey"] + row["RowKey"] for row in table.rows(question, values)] == found


def test_a_page_says_where_the_next_begins_and_rows_that_come_meanwhile_are_in_it(table: Table) -> None:
    table.write(Put("put", a_row(f"{n:03d}", n=n)) for n in range(5))

    first, after = table.page("PartitionKey eq @p", {"p": "p"}, size=2, select=None)
    table.put(a_row("0035"))
    table.delete("p", "002")
    second, after = table.page("PartitionKey eq @p", {"p": "p"}, size=2, select=None, after=after)
    third, end = table.page("PartitionKey eq @p", {"p": "p"}, size=2, select=None, after=after)

    assert [[row["RowKey"] for row in rows] for rows in (first, second, third)] == [
        ["000", "001"], ["003", "0035"], ["004"]]
    assert end is None


def test_only_what_is_selected_comes_back(table: Table) -> None:
    table.put(a_row("1", a=1, b=2))

    (row,) = table.rows("PartitionKey eq @p", {"p": "p"}, select=("RowKey", "b"))

    assert {name for name in row if name != "etag"} == {"RowKey", "b"}


def test_a_row_that_was_read_is_written_again_as_it_is(table: Table) -> None:
    table.put(a_row("1", n=1))
    row = table.get("p", "1")
    assert row is not None

    row["n"] = 2

    assert table.get("p", "1")["n"] == 1  # type: ignore[index]  # what a caller changes is his own copy
    table.replace(row, row["etag"])
    assert table.get("p", "1")["n"] == 2  # type: ignore[index]


def test_a_put_replaces_the_whole_row(table: Table) -> None:
    table.put(a_row("1", a=1))
    table.put(a_row("1", b=2))

    assert "a" not in (table.get("p", "1") or {})


@pytest.mark.parametrize("key", ["a/b", "a\\b", "a#b", "a?b", "a\tb"])
def test_a_key_with_a_sign_that_keys_may_not_have_is_refused(table: Table, key: str) -> None:
    table.put(a_row("1"))

    with pytest.raises(ServiceUnavailable):
        table.insert(a_row(key))


def test_a_text_longer_than_a_property_is_refused(table: Table) -> None:
    table.put(a_row("1", text="é" * 32_768))

    with pytest.raises(Refused):
        table.put(a_row("2", text="é" * 32_769))


def test_tables_are_listed_once_written_and_gone_once_dropped(storage: Storage, a_name: Callable[[str], str]) -> None:
    prefix = a_name("L")
    storage.tables[prefix + "b"].put(a_row("1"))
    storage.tables[prefix + "a"].put(a_row("1"))
    assert storage.tables[prefix + "c"].get("p", "1") is None

    assert storage.tables.names(prefix) == [prefix + "a", prefix + "b"]
    storage.tables.drop(prefix + "a")
    storage.tables.drop(prefix + "a")

    assert storage.tables.names(prefix) == [prefix + "b"]
    assert storage.tables[prefix + "a"].get("p", "1") is None


# What goes over the wire in a batch

VALUES = {
    "empty": "", "accents": "Zoé, œuvre – 漢字 😀", "lines": 'a\r\n--batch\r\nHTTP/1.1 500 "x" \\ \t', "digits": "007",
    "date": "2026-03-10T10:00:00Z", "whole": -(2**31), "none": 0, "fraction": 12.0, "small": 1e-9,
    "yes": True, "no": False,
}


def test_a_row_comes_back_from_a_batch_as_it_does_from_a_single_write(table: Table) -> None:
    table.put(a_row("alone", **VALUES))
    table.write([Put("put", a_row("put", **VALUES, nothing=None)), Put("insert", a_row("insert", **VALUES))])

    for key in ("alone", "put", "insert"):
        row = table.get("p", key)
        assert row is not None
        assert {name: row[name] for name in row if name not in ("PartitionKey", "RowKey", "etag")} == VALUES
        assert [type(row[name]) for name in VALUES] == [type(value) for value in VALUES.values()]


def test_keys_with_quotes_accents_and_signs_go_into_a_batch(table: Table) -> None:
    keys = ["l'été", "a|b", "50%", "a b+c=d&e", "(1)", "😀"]

    table.write(Put("put", a_row(key, n=1)) for key in keys)
    table.write(Put("delete", a_row(key)) for key in keys[:3])

    assert {row["RowKey"] for row in table.partition("p")} == set(keys[3:])


def test_the_etags_of_a_batch_are_those_of_its_rows(table: Table) -> None:
    etags = table.write([Put("insert", a_row("1", n=1)), Put("put", a_row("2", n=1))])

    replaced = table.write([Put("replace", a_row("1", n=2), etags[0]), Put("delete", a_row("2"), etags[1])])

    assert table.replace(a_row("1", n=3), replaced[0])
    with pytest.raises(RowChanged):
        table.write([Put("delete", a_row("1"), replaced[0])])
    assert table.get("p", "2") is None


def test_a_batch_that_deletes_a_missing_row_says_so_and_deletes_nothing(table: Table) -> None:
    table.put(a_row("1"))

    with pytest.raises(RowChanged):
        table.write([Put("delete", a_row("1")), Put("delete", a_row("2"))])

    assert table.get("p", "1") is not None


def test_what_a_batch_may_not_hold_is_refused_with_the_reason_of_storage(table: Table) -> None:
    with pytest.raises(Refused) as refused:
        table.write([Put("put", a_row("1")), Put("put", a_row("1"))])

    assert (refused.value.code, refused.value.word) == ("storage-unavailable", "InvalidDuplicateRow")
    assert "400" in refused.value.detail


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, float("nan"), float("inf")])
def test_a_number_that_a_row_cannot_hold_never_leaves(table: Table, value: float) -> None:
    with pytest.raises(ValueError, match="n is"):
        table.write([Put("put", a_row("1", n=value))])
