"""What `./run test` runs its checks with, and what it makes of those that fail."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.checks import keeping_bytecode, tried_again


def test_what_one_process_of_the_checks_compiles_the_next_one_finds(tmp_path: Path) -> None:
    forbidding = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    (tmp_path / "module.py").write_text("")

    command = [sys.executable, "-c", "import module"]
    subprocess.run(command, cwd=tmp_path, env=keeping_bytecode(forbidding), check=True)

    assert list(tmp_path.rglob("module.*.pyc"))


@pytest.mark.parametrize("failed, second_try, status, tries", [
    (1, 0, 0, 1), (3, 0, 0, 1), (1, 1, 1, 1), (4, 0, 1, 0),
], ids=["one that passes alone", "three that do", "one that fails again", "too many to be luck"])
def test_a_few_tests_that_fail_are_tried_once_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], failed: int, second_try: int, status: int, tries: int
) -> None:
    tried = list[int]()

    def again() -> int:
        tried.append(second_try)
        return second_try

    assert tried_again(written(tmp_path, failed), again) == status
    assert len(tried) == tries
    told = capsys.readouterr().out
    assert ("by luck" in told and "tests/test_0.py::test_it" in told) is (status == 0)


def test_what_pytest_keeps_of_a_failure_is_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_good(): pass\ndef test_bad(): assert False\n")
    subprocess.run([sys.executable, "-m", "pytest"], cwd=tmp_path, stdout=subprocess.DEVNULL)

    kept = tmp_path / ".pytest_cache/v/cache/lastfailed"

    assert list(json.loads(kept.read_text())) == ["test_it.py::test_bad"]


def written(folder: Path, failed: int) -> Path:
    """What pytest keeps once so many tests failed."""
    file = folder / "lastfailed"
    file.write_text(json.dumps({f"tests/test_{number}.py::test_it": True for number in range(failed)}))
    return file
