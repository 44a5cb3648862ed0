"""A folder on the temporary disk for one bulk file, which holds people's data and is gone when its reader is.

A run whose time is over goes on in the next invocation, mostly in the same process: what its reader has not given yet
is left to the next reader of the same file, so that a file of a million lines is fetched and spread once and not every
seven minutes. One file is left at most, for ten minutes, and none beside another that is to be spread.
A reader that is killed leaves its folder behind. Each folder names the process that reads from it, and the next reader
on the same disk removes those of processes that have ended: else five kills would fill the disk of an instance.
Border: folders; what lies in them is bulk_lines.
"""
from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from threading import Lock, Timer
from typing import NamedTuple

LEFT_FOR_SECONDS = 600.0

_NAME = "shopify-bulk-"
_OF_PROCESS = re.compile(rf"{_NAME}(\d+)-\w+")


class Part(NamedTuple):
    """A file, named so that no other is called alike, over how many shares it is spread, and from which one on."""

    file: str
    shares: int
    first: int

    def holds(self, other: Part) -> bool:
        """Whether what is spread of the file is enough for the other reader."""
        return (self.file, self.shares) == (other.file, other.shares) and self.first <= other.first


class Spread(NamedTuple):
    """A part of a file as it lies in a folder; `last` is the last share that holds a record (-1: there are none)."""

    part: Part
    last: int
    held: TemporaryDirectory[str]

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return Path(self.held.name)


class LeftFile:
    """The file that a reader in this process did not read to its end, for the next one; safe for several threads."""

    def __init__(self, seconds: float = LEFT_FOR_SECONDS) -> None:
        self._seconds, self._lock = seconds, Lock()
        self._left: Spread | None = None
        self._forgets: Timer | None = None

    def take(self, part: Part) -> Spread | None:
        """The file as it was left, if it is this one; another one is removed, for the disk may hold only one."""
        left = self._in_its_place(None)
        if left is None or left.part.holds(part):
            return left
        left.held.cleanup()
        return None

    def leave(self, spread: Spread) -> None:
        """Keep it in place of what was left before."""
        if left := self._in_its_place(spread):
            left.held.cleanup()

    def _in_its_place(self, spread: Spread | None) -> Spread | None:
        """What was left before. Its timer ends: a thread that waits keeps its memory, one for each hand-over."""
        with self._lock:
            left, self._left = self._left, spread
            if self._forgets:
                self._forgets.cancel()
            self._forgets = Timer(self._seconds, self._forget, [spread]) if spread else None
            if self._forgets:
                self._forgets.daemon = True
                self._forgets.start()
        return left

    def _forget(self, spread: Spread) -> None:
        with self._lock:
            if self._left is not spread:
                return
            self._left = None
        spread.held.cleanup()


@contextmanager
def spread(part: Part, fetch: Callable[[Path], int], left: LeftFile) -> Iterator[Spread]:
    """The part as an earlier reader left it, or as `fetch` spreads it over an empty folder.

    fetch  tells the last share that holds a record
    The folder is removed at the end with all that lies in it; who is closed before leaves it to the next reader.
    Raises what `fetch` raises, OSError when the disk is full.
    """
    one = left.take(part) or _fetched(part, fetch)
    try:
        yield one
    except GeneratorExit:
        left.leave(one)
        raise
    except BaseException:
        one.held.cleanup()
        raise
    one.held.cleanup()


def _fetched(part: Part, fetch: Callable[[Path], int]) -> Spread:
    remove_left_behind()
    held = TemporaryDirectory(prefix=f"{_NAME}{os.getpid()}-")
    try:
        return Spread(part, fetch(Path(held.name)), held)
    except BaseException:
        held.cleanup()
        raise


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
