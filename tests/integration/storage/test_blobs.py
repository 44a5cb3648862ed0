"""Whole blobs, in the emulator and in memory."""
from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.storage.account import Storage


@pytest.fixture
def container(a_name: Callable[[str], str]) -> str:
    """One that nobody has written to yet, so it does not exist."""
    return a_name("c-")


def test_a_missing_container_reads_as_empty_and_appears_with_the_first_write(storage: Storage, container: str) -> None:
    assert storage.blobs.read(container, "a") is None
    assert (storage.blobs.names(container), storage.blobs.folders(container)) == ([], [])
    assert storage.blobs.containers(container) == []

    storage.blobs.write(container, "a", b"1", "application/json")

    assert storage.blobs.containers(container) == [container]
    assert storage.blobs.read(container, "a") == b"1"


def test_a_write_replaces_what_is_there(storage: Storage, container: str) -> None:
    storage.blobs.write(container, "a b/é", b"1", "text/plain")
    storage.blobs.write(container, "a b/é", b"22", "text/plain")

    assert storage.blobs.read(container, "a b/é") == b"22"
    assert storage.blobs.read(container, "a b") is None


def test_names_and_folders_come_sorted_and_by_prefix(storage: Storage, container: str) -> None:
    for name in ("fr/2/b", "fr/1/a", "fr/1/c", "de/1/a", "fr.json"):
        storage.blobs.write(container, name, b"", "text/plain")

    assert storage.blobs.names(container, "fr/") == ["fr/1/a", "fr/1/c", "fr/2/b"]
    assert storage.blobs.folders(container) == ["de", "fr"]
    assert storage.blobs.folders(container, "fr/") == ["1", "2"]


def test_blobs_are_removed_by_the_hundred_and_missing_ones_are_fine(storage: Storage, container: str) -> None:
    names = [f"{n:03d}" for n in range(260)]
    for name in names[:3]:
        storage.blobs.write(container, name, b"", "text/plain")

    storage.blobs.remove(container, names[1:])

    assert storage.blobs.names(container) == ["000"]


def test_a_dropped_container_is_gone_with_all_its_blobs(storage: Storage, container: str) -> None:
    storage.blobs.write(container, "a", b"", "text/plain")

    storage.blobs.drop(container)
    storage.blobs.drop(container)

    assert (storage.blobs.read(container, "a"), storage.blobs.containers(container)) == (None, [])
