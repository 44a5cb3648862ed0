"""`./run --reload`: the functions host starts anew when a file of the app changes, as `func start` does it.

Watched are function_app.py, host.json, functions/ and shared/. Storage, Shopify and Business Central go on meanwhile,
and so do keys and addresses. Code that cannot be imported is no end: it is told, and the next change is waited for.
Border: when to start anew; how a program is started and stopped is processes.py.
"""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from local.processes import Program, ProgramFailed

WATCHED = ("function_app.py", "host.json", "functions", "shared")
SUFFIXES = {".py", ".json", ".graphql", ".po", ".html", ".css", ".js"}


class Watch:
    """Remembers what the files were like when it was last asked."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen = self._look()

    def changed(self) -> list[str]:
        """Files that were written, made or removed since the last call, relative to the root."""
        now = self._look()
        different = {path for path in now.keys() | self._seen.keys() if now.get(path) != self._seen.get(path)}
        self._seen = now
        return sorted(path.relative_to(self._root).as_posix() for path in different)

    def _look(self) -> dict[Path, tuple[int, int]]:
        files = (file for name in WATCHED for file in [self._root / name, *(self._root / name).rglob("*")])
        found = {}
        for file in files:
            if file.suffix in SUFFIXES:
                try:
                    state = file.stat()
                except FileNotFoundError:  # an editor replaces a file by removing it first
                    continue
                found[file] = (state.st_mtime_ns, state.st_size)
        return found


class Reloading:
    """A program that is started anew when the watched files change, and may be down meanwhile."""

    def __init__(self, program: Program, watch: Watch, say: Callable[[str], None]) -> None:
        self._program, self._watch, self._say = program, watch, say
        self._down = False

    def check(self) -> None:
        """Start anew if something changed; say it once if the program has ended by itself."""
        changed = self._watch.changed()
        if changed:
            self._start_anew(changed)
        elif not self._down:
            self._tell_if_it_fails(self._program.check)

    def _start_anew(self, changed: list[str]) -> None:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        self._say(f"{changed[0]}{more} changed: starting {self._program.name} anew …")
        self._program.stop()
        self._program.start()
        self._down = False
        self._tell_if_it_fails(self._program.wait_until_ready)
        if not self._down:
            self._say(f"{self._program.name} is back")

    def _tell_if_it_fails(self, step: Callable[[], object]) -> None:
        try:
            step()
        except ProgramFailed as problem:
            self._down = True
            self._say(f"{problem}; change a file to try again (log: {self._program.log})")
