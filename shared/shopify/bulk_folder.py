"""A folder on the temporary disk for one bulk file, which holds people's data and is gone when its reader is.

A reader that is killed leaves its folder behind. Each folder names the process that reads from it, and the next reader
on the same disk removes those of processes that have ended: else five kills would fill the disk of an instance.
Border: folders; what lies in them is bulk_lines.
"""
from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

_NAME = "shopify-bulk-"
_OF_PROCESS = re.compile(rf"{_NAME}(\d+)-\w+")


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, removed at the end with all that lies in it. OSError when the disk is full."""
    remove_left_behind()
    with TemporaryDirectory(prefix=f"{_NAME}{os.getpid()}-") as name:
        yield Path(name)


def remove_left_behind() -> None:
    """Remove the folders of readers that were killed."""
    for path in Path(gettempdir()).glob(f"{_NAME}*"):
        process = _OF_PROCESS.fullmatch(path.name)
        if process and not _runs(int(process[1])):
            shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
