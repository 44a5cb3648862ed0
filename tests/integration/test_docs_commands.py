"""The commands of the documentation are run as they stand, page by page, against one local stack.

A page with the comment `<!-- runnable` is one shell session: its blocks marked `sh` run in their order, after those
under *Once* of calling-the-api.md, and stop at the first that fails. A line `# 200` after a command is the status the
page promises; all of a block are compared with what curl met, in their order. Blocks marked `sh needs-azure`,
`sh in-the-repository` or `sh by-hand` (a person in a browser comes in between) are only parsed.
"""
from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest
from azure.storage.queue import QueueClient

from local.processes import ROOT
from tests.running_stack import the_stack

PAGES = sorted(path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")
               if "<!-- runnable" in path.read_text())
MARKS = {"", "needs-azure", "in-the-repository", "by-hand"}
SESSION = """
curl() { command curl --write-out '%{stderr}status %{http_code}\\n' "$@"; }
set -eo pipefail
"""
# A run that a page asks for is let end, as a person would: the next command may want the shop for itself.
LET_RUNS_END = f"(folder=$PWD; cd {ROOT}; {sys.executable} -m tests.integration.test_docs_commands $folder)\n"


class Block(NamedTuple):
    """A fenced block: what stands behind `sh`, the heading above it, its first line's number, its text."""

    mark: str
    section: str
    line: int
    text: str


class Ran(NamedTuple):
    """What a session printed, and the statuses that curl met in each block that was begun."""

    code: int
    output: str
    errors: str
    statuses: dict[int, list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the running stack's ready.json, as the pages assume."""
    here = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as environment, contextlib.ExitStack() as started:
        environment.setenv("SYNC_SCHEDULE", "0 0 3 1 1 *")  # a scheduled run in between would answer 409
        started.enter_context(the_stack(here / "data"))
        (here / "data.ready").rename(here / "ready.json")
        yield here


def test_there_are_pages_to_run() -> None:
    assert {"calling-the-api.md", "operators-guide.md", "guide-operateur.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_of_a_page_runs_and_answers_what_the_page_says(page: Path, folder: Path) -> None:
    blocks = [block for block in blocks_of(page) if block.mark == ""]
    wait_for_queued_runs(folder)

    ran = run(once() + blocks, folder)

    assert ran.code == 0, f"{page}:{list(ran.statuses)[-1]}: {ran.errors[-2000:]}"
    assert "Traceback" not in ran.errors
    for block in blocks:
        promised = re.findall(r"^# (\d{3})$", block.text, re.MULTILINE)
        assert not promised or ran.statuses[block.line] == promised, f"{page}:{block.line}"


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")), ids=str)
def test_commands_that_are_not_run_can_be_parsed_and_say_what_they_need(page: Path) -> None:
    for block in blocks_of(page):
        parsed = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True)

        assert block.mark in MARKS, f"{page}:{block.line}"
        assert parsed.returncode == 0, f"{page}:{block.line}: {parsed.stderr}"
        assert block.mark != "needs-azure" or "needs Azure" in block.section or "besoin d'Azure" in block.section


def test_a_command_that_answers_something_else_is_noticed(folder: Path) -> None:
    call = 'curl --silent "$(python3 -c \'import json; print(json.load(open("ready.json"))["functions"])\')/api/shops"'

    ran = run([Block("", "", 1, f"{call}\n# 200\n"), Block("", "", 5, "false\n"), Block("", "", 9, "true\n")], folder)

    assert ran.statuses == {1: ["401"], 5: []}
    assert ran.code == 1


def blocks_of(page: Path) -> list[Block]:
    """The shell blocks of a page, with the section they stand in."""
    text = (ROOT / page).read_text()
    found = []
    for fence in re.finditer(r"^( *)```sh(?: ([\w-]+))?\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE):
        above = text[:fence.start()]
        section = above[max(above.rfind("\n#"), 0):]
        found.append(Block(fence[2] or "", section, above.count("\n") + 2, dedent(fence[3])))
    return found


def wait_for_queued_runs(folder: Path) -> None:
    """A page ends with a run that it started; the next one could not start its own meanwhile."""
    storage = json.loads((folder / "ready.json").read_text())["storage"]
    with QueueClient.from_connection_string(storage, "sync-jobs") as jobs:
        while jobs.get_queue_properties().approximate_message_count:
            time.sleep(0.1)


def once() -> list[Block]:
    """What every page expects to have been done in the same shell."""
    everything = blocks_of(Path("docs/calling-the-api.md"))
    return [block._replace(line=-block.line) for block in everything if block.mark == "" and "# Once" in block.section]


def run(blocks: list[Block], folder: Path) -> Ran:
    """The blocks as one shell session in this folder."""
    script = SESSION + "".join(
        f"echo 'block {block.line}' >&2\n{block.text}" + (LET_RUNS_END if "# 202" in block.text else "")
        for block in blocks
    )
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=200)
    statuses: dict[int, list[str]] = {}
    for word, number in re.findall(r"^(block|status) (-?\d+)$", done.stderr, re.MULTILINE):
        if word == "block":
            statuses[int(number)] = []
        else:
            statuses[list(statuses)[-1]].append(number)
    return Ran(done.returncode, done.stdout, done.stderr, statuses)


if __name__ == "__main__":
    wait_for_queued_runs(Path(sys.argv[1]))
