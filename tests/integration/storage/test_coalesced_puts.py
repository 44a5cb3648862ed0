"""Rows put by many threads at once: all stored, each returned only then, in fewer calls than rows."""
from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from local.azurite import Azurite
from shared.storage.account import storage_from_connection_string
from shared.storage.coalesced_puts import CoalescedPuts
from shared.storage.tables import Row, Table


@pytest.fixture
def table(azurite: Azurite) -> Table:
    return storage_from_connection_string(azurite.connection_string).tables[f"T{uuid4().hex}"]


def a_row(number: int, partition: str = "p") -> Row:
    return {"PartitionKey": partition, "RowKey": f"{number:05d}", "number": number}


def test_every_row_of_many_threads_is_stored_when_its_put_returns(table: Table) -> None:
    puts = CoalescedPuts(table)

    def put_and_look(number: int) -> bool:
        puts.put(a_row(number, f"p{number % 3}"))
        return table.get(f"p{number % 3}", f"{number:05d}") is not None

    with ThreadPoolExecutor(24) as threads:
        assert all(threads.map(put_and_look, range(300)))


def test_while_one_batch_is_on_its_way_the_others_go_in_one(table: Table) -> None:
    """The first write is held up; nineteen threads come meanwhile, with ten rows."""
    slow = Slow(table)
    puts = CoalescedPuts(slow)
    with ThreadPoolExecutor(20) as threads:
        first = threads.submit(puts.put, a_row(0))
        slow.began.wait(10)
        others = [threads.submit(puts.put, a_row(number % 10)) for number in range(1, 20)]
        while puts.waiting < 19:
            time.sleep(0.001)
        slow.may_go_on.set()
        for one in [first, *others]:
            one.result(10)

    assert slow.calls == [1, 10]
    assert len(list(table.partition("p"))) == 10


def test_when_storage_refuses_everybody_who_waits_is_told_and_the_next_put_works(table: Table) -> None:
    puts = CoalescedPuts(table)

    with pytest.raises(Exception, match=r"PropertyValueTooLarge|too large|exceeds"):
        puts.put(a_row(1) | {"text": "x" * 70_000})

    puts.put(a_row(2))
    assert [row["RowKey"] for row in table.partition("p")] == ["00002"]


class Slow(Table):
    """The same table; its first write waits, and the rows of each call are counted."""

    def __init__(self, table: Table) -> None:
        super().__init__(table._client)
        self.began, self.may_go_on = threading.Event(), threading.Event()
        self.calls: list[int] = []

    def put(self, row: Row) -> str:
        self.calls.append(1)
        self.began.set()
        self.may_go_on.wait(10)
        return super().put(row)

    def write(self, operations):  # type: ignore[no-untyped-def]
        operations = list(operations)
        self.calls.append(len(operations))
        return super().write(operations)
