"""Rows under several keys."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest

from shared.business_central.register import Register
from shared.business_central.rows import CustomerRow


def a_register(*rows: CustomerRow) -> Register[CustomerRow]:
    return Register(
        lambda: rows, lambda row: row.number, {"number": lambda row: row.number, "email": lambda row: row.email}
    )


def a_customer(number: str, email: str = "", id: str = "") -> CustomerRow:
    return CustomerRow(id=id or number, number=number, email=email)


def test_of_several_rows_with_one_key_the_first_by_number_counts() -> None:
    register = a_register(a_customer("C2", "m@example.fr"), a_customer("C1", "m@example.fr"))

    found = register.first("email", "m@example.fr")

    assert found is not None
    assert found.number == "C1"


def test_a_row_is_found_under_each_of_several_keys_and_no_longer_under_the_one_it_lost() -> None:
    several = {"email": lambda row: frozenset(row.email.split(";"))}
    register = Register[CustomerRow](lambda: [a_customer("C1", "a;b")], lambda row: row.number, several)

    assert [register.first("email", key) is not None for key in ("a", "b", "a;b")] == [True, True, False]

    register.remember(a_customer("C1", "b;c"))

    assert [register.first("email", key) is not None for key in ("a", "b", "c")] == [False, True, True]


def test_an_empty_key_finds_nothing() -> None:
    assert a_register(a_customer("C1", "")).first("email", "") is None


def test_a_changed_row_is_found_by_its_new_key_and_no_longer_by_its_old() -> None:
    register = a_register(a_customer("C1", "old@example.fr"))

    register.remember(a_customer("C1", "new@example.fr"))

    assert register.first("email", "old@example.fr") is None
    assert register.first("email", "new@example.fr") == a_customer("C1", "new@example.fr")


def test_a_row_remembered_before_anything_was_asked_is_not_lost() -> None:
    register = a_register(a_customer("C1"))

    register.remember(a_customer("C2"))

    assert register.first("number", "C1")
    assert register.first("number", "C2")


def test_a_failed_reading_is_read_again_and_leaves_nothing_behind() -> None:
    readings: list[Iterable[CustomerRow]] = [_broken(), [a_customer("C1")]]
    register = Register[CustomerRow](
        lambda: readings.pop(0), lambda row: row.number, {"number": lambda row: row.number}
    )

    with pytest.raises(ConnectionError):
        register.first("number", "C1")

    assert register.all("number", "C1") == [a_customer("C1")]


def _broken() -> Iterable[CustomerRow]:
    yield a_customer("C1")
    raise ConnectionError


def test_four_threads_that_ask_at_once_read_once() -> None:
    readings, together = [], threading.Barrier(4)

    def read() -> list[CustomerRow]:
        readings.append(1)
        return [a_customer("C1")]

    register = Register[CustomerRow](read, lambda row: row.number, {"number": lambda row: row.number})

    def ask() -> None:
        together.wait()
        register.first("number", "C1")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(readings) == 1
