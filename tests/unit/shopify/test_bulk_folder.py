"""The temporary disk is given back, also by readers that were killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from shared.shopify.bulk_folder import folder


@pytest.fixture(autouse=True)
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def names(disk: Path) -> list[str]:
    return sorted(path.name for path in disk.iterdir())


def test_a_folder_goes_with_what_lies_in_it(disk: Path) -> None:
    with folder() as here:
        (here / "given-0").write_bytes(b"x")
        assert names(disk) == [here.name]

    assert names(disk) == []


def test_what_a_killed_reader_left_is_removed_by_the_next(disk: Path) -> None:
    script = "import os, signal, sys, tempfile\ntempfile.tempdir = sys.argv[1]\n" \
        "from shared.shopify.bulk_folder import folder\n" \
        "with folder() as here:\n    (here / 'given-0').write_bytes(b'x')\n    os.kill(os.getpid(), signal.SIGKILL)"
    subprocess.run([sys.executable, "-c", script, str(disk)], check=False)
    assert len(names(disk)) == 1

    with folder() as here:
        assert names(disk) == [here.name]


def test_a_reader_that_still_reads_and_what_is_not_ours_is_left_alone(disk: Path) -> None:
    of_another = f"shopify-bulk-{os.getppid()}-abc"
    for name in (of_another, "shopify-bulk-x-1", "shopify-bulk-999999999", "bulk-999999999-abc"):
        (disk / name).mkdir()
    with folder() as first, folder() as second:
        assert first.exists()
        assert second.exists()

    assert len(names(disk)) == 4
