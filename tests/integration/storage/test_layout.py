"""The layout that the storage bears, and which version may use it."""
from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.errors import ConnectorError
from shared.storage.account import Storage
from shared.storage.layout import LAYOUT, StorageLayout
from shared.storage.tables import Table
from tests.manual_clock import ManualClock


@pytest.fixture
def table(storage: Storage, a_name: Callable[[str], str]) -> Table:
    return storage.tables[a_name("T")]


def a_version(table: Table, *, reads: tuple[int, int]) -> StorageLayout:
    """A version of the app, in a process of its own."""
    return StorageLayout(table, ManualClock(), oldest=reads[0], layout=reads[1])


def kept(table: Table) -> object:
    row = table.get("storage", "layout")
    return row and row["layout"]


def test_storage_that_nobody_has_used_gets_the_layout_of_its_first_user(table: Table) -> None:
    StorageLayout(table, ManualClock()).check()

    assert kept(table) == LAYOUT


def test_a_newer_version_raises_the_layout_and_the_older_one_is_refused(table: Table) -> None:
    a_version(table, reads=(0, 1)).check()
    a_version(table, reads=(1, 2)).check()

    with pytest.raises(ConnectorError) as refused:
        a_version(table, reads=(0, 1)).check()

    assert (refused.value.code, refused.value.detail) == (
        "storage-layout", "the storage is of layout 2, this version of the connector reads 0 to 1: deploy the version "
                          "that wrote it, or a newer one")
    assert kept(table) == 2


def test_a_version_that_cannot_read_what_is_there_says_what_to_deploy_first(table: Table) -> None:
    a_version(table, reads=(0, 1)).check()

    with pytest.raises(ConnectorError, match=r"of layout 1, .* reads 2 to 3: deploy a version between"):
        a_version(table, reads=(2, 3)).check()

    assert kept(table) == 1


@pytest.mark.parametrize("spoilt", ["two", "", 1.5])
def test_a_layout_that_is_no_number_is_not_guessed(table: Table, spoilt: object) -> None:
    table.put({"PartitionKey": "storage", "RowKey": "layout", "layout": spoilt})

    with pytest.raises(ConnectorError, match="a layout that is no number"):
        a_version(table, reads=(0, 1)).check()


def test_a_process_asks_once_and_one_that_was_refused_asks_again(table: Table) -> None:
    newer, older = a_version(table, reads=(0, 2)), a_version(table, reads=(0, 1))
    newer.check()
    with pytest.raises(ConnectorError):
        older.check()

    table.delete("storage", "layout")
    newer.check()
    assert kept(table) is None
    older.check()
    assert kept(table) == 1


def test_of_two_processes_that_start_together_both_go_on(table: Table) -> None:
    one, other = a_version(table, reads=(0, 1)), a_version(table, reads=(0, 1))
    read = table.get
    table.get = lambda partition, key: (setattr(table, "get", read), other.check(), None)[2]  # type: ignore[method-assign]

    one.check()

    assert kept(table) == 1
