"""The temporary disk is given back, also by readers that were killed; what was not read is left to the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.shopify.bulk_folder import LeftFile, Part, Spread, spread
from tests.waiting import wait_until

ONE = Part("https://demo-fr.myshopify.com gid://shopify/BulkOperation/1", 8, 0)
ANOTHER = ONE._replace(file="https://demo-de.myshopify.com gid://shopify/BulkOperation/1")


@pytest.fixture(autouse=True)
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def names(disk: Path) -> list[str]:
    return sorted(path.name for path in disk.iterdir())


def written(folder: Path) -> int:
    """Spreads a file whose last share is the seventh."""
    (folder / "given-0").write_bytes(b"x")
    return 7


def not_fetched(folder: Path) -> int:
    raise AssertionError("it was left by the reader before")


def reader(part: Part, fetch: Callable[[Path], int], left: LeftFile) -> Iterator[Spread]:
    """Gives what lies there once, and is then closed or read to its end."""
    with spread(part, fetch, left) as one:
        yield one


def read_in_part(part: Part, left: LeftFile, fetch: Callable[[Path], int] = written) -> Spread:
    with closing(reader(part, fetch, left)) as pages:
        return next(pages)


def test_a_folder_goes_with_what_lies_in_it_once_it_is_read(disk: Path) -> None:
    for one in reader(ONE, written, LeftFile()):
        assert (one.part, one.last, names(disk)) == (ONE, 7, [one.folder.name])

    assert names(disk) == []


@pytest.mark.parametrize("first", [0, 5])
def test_what_a_reader_did_not_read_is_taken_up_by_the_next_one_once(disk: Path, first: int) -> None:
    left, further = LeftFile(), ONE._replace(first=first)
    read_in_part(ONE, left)

    (one,) = reader(further, not_fetched, left)

    assert (one.last, names(disk)) == (7, [])
    with pytest.raises(AssertionError):
        next(reader(further, not_fetched, left))


@pytest.mark.parametrize("wanted", [
    pytest.param(ANOTHER, id="another file"),
    pytest.param(ONE._replace(shares=9), id="spread otherwise"),
    pytest.param(ONE._replace(first=3), id="from an earlier share on"),
])
def test_what_is_of_no_use_to_the_next_reader_is_removed_before_it_fetches(disk: Path, wanted: Part) -> None:
    left = LeftFile()
    read_in_part(ONE._replace(first=4), left)

    def fetch(folder: Path) -> int:
        assert names(disk) == [folder.name]
        return written(folder)

    assert read_in_part(wanted, left, fetch).part == wanted
    assert len(names(disk)) == 1


def test_one_file_is_left_at_most(disk: Path) -> None:
    left = LeftFile()
    first, second = reader(ONE, written, left), reader(ANOTHER, written, left)
    of_the_first, of_the_second = next(first), next(second)
    assert len(names(disk)) == 2

    for pages in (first, second):
        pages.close()  # type: ignore[attr-defined]

    assert names(disk) == [of_the_second.folder.name]
    assert not of_the_first.folder.exists()


def test_what_nobody_takes_up_is_removed_after_its_time(disk: Path) -> None:
    read_in_part(ONE, LeftFile(seconds=0.01))

    wait_until(lambda: names(disk) == [])


def test_what_is_being_read_again_outlives_the_time_it_was_left_for(disk: Path) -> None:
    left = LeftFile(seconds=0.05)
    read_in_part(ONE, left)
    pages = reader(ONE, not_fetched, left)
    one = next(pages)
    read_in_part(ANOTHER, LeftFile(seconds=0.05))

    wait_until(lambda: names(disk) == [one.folder.name])
    assert list(pages) == []


@pytest.mark.parametrize("at", ["while it is spread", "while it is read"])
def test_a_file_that_cannot_be_read_is_not_left(disk: Path, at: str) -> None:
    def full(folder: Path) -> int:
        written(folder)
        raise OSError("full")

    with pytest.raises(OSError, match="full"), spread(
            ONE, full if at == "while it is spread" else written, LeftFile()) as one:
        full(one.folder)

    assert names(disk) == []


def test_what_a_killed_reader_left_is_removed_by_the_next(disk: Path) -> None:
    script = "import os, signal, sys, tempfile\nfrom pathlib import Path\ntempfile.tempdir = sys.argv[1]\n" \
        "from shared.shopify.bulk_folder import LeftFile, Part, spread\n" \
        "def killed(folder):\n    (folder / 'given-0').write_bytes(b'x')\n    os.kill(os.getpid(), signal.SIGKILL)\n" \
        "with spread(Part('file', 1, 0), killed, LeftFile()):\n    pass"
    subprocess.run([sys.executable, "-c", script, str(disk)], check=False)
    assert len(names(disk)) == 1

    for one in reader(ONE, written, LeftFile()):
        assert names(disk) == [one.folder.name]


def test_a_reader_that_still_reads_and_what_is_not_ours_is_left_alone(disk: Path) -> None:
    of_another = f"shopify-bulk-{os.getppid()}-abc"
    for name in (of_another, "shopify-bulk-x-1", "shopify-bulk-999999999", "bulk-999999999-abc"):
        (disk / name).mkdir()
    with spread(ONE, written, LeftFile()) as first, spread(ANOTHER, written, LeftFile()) as second:
        assert first.folder.exists()
        assert second.folder.exists()

    assert len(names(disk)) == 4
