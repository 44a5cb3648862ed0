"""A test that works for longer than its budget fails the run, unless its marker says why."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = """
import subprocess, sys, time, pytest

def work():
    end = time.process_time() + 0.4
    while time.process_time() < end:
        pass

def test_works():
    work()

def test_has_a_child_that_works():
    subprocess.run([sys.executable, "-c", "sum(range(5 * 10**7))"])

@pytest.mark.slow("twenty hosts start")
def test_says_why():
    work()

def test_waits():
    time.sleep(0.4)

def test_works_and_fails():
    work()
    assert "this" == "that"

@pytest.fixture
def made():
    work()

def test_has_something_made(made):
    pass

@pytest.fixture
def server():
    child = subprocess.Popen([sys.executable, "-c", "sum(range(5 * 10**7))"])
    yield
    child.wait()

def test_leaves_a_server_to_its_teardown(server):
    pass

@pytest.mark.slow("what is made is large")
def test_says_why_it_has_something_made(made):
    pass

@pytest.fixture(scope="session")
def shared():
    child = subprocess.Popen([sys.executable, "-c", "sum(range(5 * 10**7))"])
    yield
    child.wait()

def test_comes_last(shared):
    pass
"""


def what_pytest_says(folder: Path, tests: str) -> str:
    """Its output about these tests, of which each may work for a third of a second."""
    (folder / "test_these.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-p", "tests.budget", "-p", "no:cacheprovider", "--rootdir", str(folder),
               "-c", os.devnull, "--budget", "0.3", "-rA", str(folder)]
    bare = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    return what_pytest_says(tmp_path_factory.mktemp("budget"), TESTS)


@pytest.mark.parametrize("test", ["test_works", "test_has_a_child_that_works"])
def test_work_beyond_the_budget_fails(said: str, test: str) -> None:
    assert re.search(rf"^FAILED \S+::{test}\b", said, re.MULTILINE)
    assert re.search(rf"::{test} worked for [\d.]+ s; a test may take 0.3 s", said)


@pytest.mark.parametrize("test, phase", [
    ("test_has_something_made", "setup"), ("test_leaves_a_server_to_its_teardown", "teardown")])
def test_work_for_what_a_test_needs_counts_as_well(said: str, test: str, phase: str) -> None:
    assert re.search(rf"^ERROR \S+::{test}\b", said, re.MULTILINE)
    assert re.search(rf"::{test} worked for [\d.]+ s in its {phase}; a test may take 0.3 s", said)


def test_what_a_whole_run_shares_is_not_paid_by_the_test_that_comes_last(said: str) -> None:
    assert re.search(r"PASSED \S+::test_comes_last", said)
    assert not re.search(r"ERROR \S+::test_comes_last", said)


@pytest.mark.parametrize("test", ["test_says_why", "test_says_why_it_has_something_made"])
def test_a_marker_that_says_why_allows_it(said: str, test: str) -> None:
    assert re.search(rf"PASSED \S+::{test}\b", said)


def test_waiting_is_told_and_fails_nothing(said: str) -> None:
    assert re.search(r"PASSED \S+::test_waits", said)
    assert re.search(r"::test_waits: \d+ s, 0 s of it work", said)


def test_a_failure_stays_what_it_was(said: str) -> None:
    assert "AssertionError: assert 'this' == 'that'" in said
    assert "test_works_and_fails worked for" not in said


@pytest.mark.parametrize("marker", ["slow", "slow()", "slow(' ')"])
def test_a_marker_without_a_reason_is_refused(tmp_path: Path, marker: str) -> None:
    said = what_pytest_says(tmp_path, f"import pytest\n@pytest.mark.{marker}\ndef test_one(): pass\n")

    assert "pytest.mark.slow says in one sentence why" in said
    assert "PASSED" not in said
