"""Rows under several keys."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest

from shared.business_central.keyed_rows import KeyedRows
from shared.business_central.rows import CustomerRow


def some_rows(*rows: CustomerRow) -> KeyedRows[CustomerRow]:
    return KeyedRows(
        lambda: rows, lambda row: row.number, {"number": lambda row: row.number, "email": lambda row: row.email}
    )


def a_customer(number: str, email: str = "", id: str = "") -> CustomerRow:
    return CustomerRow(id=id or number, number=number, email=email)


def test_of_several_rows_with_one_key_the_first_by_number_counts() -> None:
    rows = some_rows(a_customer("C2", "m@example.fr"), a_customer("C1", "m@example.fr"))

    found = rows.first("email", "m@example.fr")

    assert found is not None
    assert found.number == "C1"


def test_a_row_is_found_under_each_of_several_keys_and_no_longer_under_the_one_it_lost() -> None:
    several = {"email": lambda row: frozenset(row.email.split(";"))}
    rows = KeyedRows[CustomerRow](lambda: [a_customer("C1", "a;b")], lambda row: row.number, several)

    assert [rows.first("email", key) is not None for key in ("a", "b", "a;b")] == [True, True, False]

    rows.remember(a_customer("C1", "b;c"))

    assert [rows.first("email", key) is not None for key in ("a", "b", "c")] == [False, True, True]


def test_an_empty_key_finds_nothing() -> None:
    assert some_rows(a_customer("C1", "")).first("email", "") is None


def test_a_changed_row_is_found_by_its_new_key_and_no_longer_by_its_old() -> None:
    rows = some_rows(a_customer("C1", "old@example.fr"))

    rows.remember(a_customer("C1", "new@example.fr"))

    assert rows.first("email", "old@example.fr") is None
    assert rows.first("email", "new@example.fr") == a_customer("C1", "new@example.fr")


def test_a_row_remembered_before_anything_was_asked_is_not_lost() -> None:
    rows = some_rows(a_customer("C1"))

    rows.remember(a_customer("C2"))

    assert rows.first("number", "C1")
    assert rows.first("number", "C2")


def test_a_failed_reading_is_read_again_and_leaves_nothing_behind() -> None:
    readings: list[Iterable[CustomerRow]] = [_broken(), [a_customer("C1")]]
    rows = KeyedRows[CustomerRow](
        lambda: readings.pop(0), lambda row: row.number, {"number": lambda row: row.number}
    )

    with pytest.raises(ConnectionError):
        rows.first("number", "C1")

    assert rows.all("number", "C1") == [a_customer("C1")]


def _broken() -> Iterable[CustomerRow]:
    yield a_customer("C1")
    raise ConnectionError


def test_four_threads_that_ask_at_once_read_once() -> None:
    readings, together = [], threading.Barrier(4)

    def read() -> list[CustomerRow]:
        readings.append(1)
        return [a_customer("C1")]

    rows = KeyedRows[CustomerRow](read, lambda row: row.number, {"number": lambda row: row.number})

    def ask() -> None:
        together.wait()
        rows.first("number", "C1")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(readings) == 1
