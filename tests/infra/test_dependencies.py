"""What runs in Azure and what `./run` installs are locked with hashes, and the licences of the first are listed.

`python -m local.dependencies` writes these files anew; that needs the package index, these tests do not.
"""
from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import metadata, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from infra.package import python_in_azure
from local.dependencies import DEVELOPMENT_LOCK, LICENCES, LOCK, RUN_LOCK, licence_of, locked, page, required
from tests.repository import ROOT

IN_AZURE = {"python_version": python_in_azure(), "sys_platform": "linux", "platform_system": "Linux",
            "platform_python_implementation": "CPython", "implementation_name": "cpython", "extra": ""}

ONLY_THE_LOCK = """
import importlib.util, pkgutil, re, sys
from importlib.metadata import packages_distributions
there = {re.sub("[-_.]+", "-", name).lower() for name in sys.argv[1:]}
taken = {top for top, names in packages_distributions().items()
         if not there & {re.sub("[-_.]+", "-", name).lower() for name in names}}

class Taken:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in taken:
            raise ModuleNotFoundError(f"{name} is not in the lock")

sys.meta_path.insert(0, Taken())
import function_app, local
for module in pkgutil.walk_packages(local.__path__, "local."):
    if ".tests" not in module.name and module.name not in ("local.dependencies", "local.openapi", "local.texts"):
        __import__(module.name)
import functions
for module in pkgutil.walk_packages(functions.__path__, "functions."):
    __import__(module.name)
"""
"""Imports the app and the local stack where only the packages of a lock are, given by their names."""

ACCEPTED = re.compile(r"MIT|BSD|Apache|MPL-2\.0|MPL 2\.0|PSF-2\.0|ISC|Unlicense")
"""Licences under which the packages may be used and handed on beside our own code."""


SOURCES = {
    LOCK: ("requirements.txt",),
    RUN_LOCK: ("requirements.txt", "requirements-run.txt"),
    DEVELOPMENT_LOCK: ("requirements.txt", "requirements-run.txt", "requirements-dev.txt"),
}

PYTHONS = ("3.11", "3.12", "3.13")

either_lock = pytest.mark.parametrize("lock", SOURCES, ids=lambda lock: lock.name)


@pytest.mark.parametrize("lock, python", [
    (LOCK, python_in_azure()), *((lock, each) for lock in (RUN_LOCK, DEVELOPMENT_LOCK) for each in PYTHONS)])
def test_a_lock_holds_the_versions_that_are_required(lock: Path, python: str) -> None:
    wanted = versions_required(lock, python)

    assert wanted
    assert {name: locked(lock, python).get(name) for name in wanted} == wanted


@pytest.mark.parametrize("smaller, larger", [(LOCK, RUN_LOCK), (RUN_LOCK, DEVELOPMENT_LOCK)])
def test_what_is_run_here_and_developed_with_is_what_runs_in_azure(smaller: Path, larger: Path) -> None:
    assert locked(smaller).items() < locked(larger).items()
    assert {name: hashes_in(smaller)[name, version] for name, version in locked(smaller).items()} == {
        name: hashes_in(larger)[name, version] for name, version in locked(smaller).items()}


@either_lock
def test_a_lock_holds_whatever_a_locked_package_requires(lock: Path) -> None:
    missing = {
        (name, one.name) for name in locked(lock) for one in map(Requirement, requires(name) or [])
        if (one.marker is None or one.marker.evaluate(IN_AZURE)) and canonicalize_name(one.name) not in locked(lock)
    }

    assert not missing


def test_every_locked_package_takes_the_python_that_runs_in_azure() -> None:
    bounds = {name: SpecifierSet(metadata(name).get("Requires-Python") or "") for name in locked()}

    assert [name for name, bound in bounds.items() if f"{python_in_azure()}.9" not in bound] == []


@either_lock
def test_every_locked_package_has_the_hashes_of_its_files(lock: Path) -> None:
    assert len(hashes_in(lock)) == len(re.findall("^[a-z]", lock.read_text(), re.MULTILINE))
    assert {one for one, hashes in hashes_in(lock).items() if not hashes} == set()


def test_run_installs_nothing_without_its_hash() -> None:
    installs = re.search(r'"pip", "install"[^\]]+\]', (ROOT / "run").read_text(), re.DOTALL)

    assert installs is not None
    assert '"--require-hashes", "-r", lock]' in installs[0]


def test_run_needs_no_package_but_those_that_the_app_and_the_local_stack_import() -> None:
    tried = subprocess.run([sys.executable, "-c", ONLY_THE_LOCK, *locked(RUN_LOCK), "pip"],
                           cwd=ROOT, capture_output=True, text=True)

    assert tried.returncode == 0, tried.stderr


def test_every_package_is_listed_with_its_licence() -> None:
    assert LICENCES.read_text() == page(), "python -m local.dependencies --licences"


def test_every_licence_lets_us_use_the_package() -> None:
    told = {name: licence_of(name) for name in locked()}

    assert {name: licence for name, licence in told.items() if not ACCEPTED.search(licence)} == {}


@either_lock
def test_nothing_is_locked_that_is_not_needed(lock: Path) -> None:
    reached, waiting = set(), [*versions_required(lock, python_in_azure())]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting += [canonicalize_name(one.name) for one in map(Requirement, requires(name) or [])
                    if canonicalize_name(one.name) not in reached and canonicalize_name(one.name) in locked(lock)]

    assert set(locked(lock)) == reached


@either_lock
def test_a_lock_names_no_package_index(lock: Path) -> None:
    assert not re.search(r"https?://|file:|--index|--find-links", lock.read_text())


def versions_required(lock: Path, python: str) -> dict[str, str]:
    """Package -> version, as the requirement files of this lock ask for it."""
    lines = [line.split("==") for source in SOURCES[lock] for line in required(source, python)]
    return {canonicalize_name(name): version for name, version in lines}


def hashes_in(lock: Path) -> dict[tuple[str, str], frozenset[str]]:
    """(package, version) -> the hashes of its files."""
    entries = re.findall(r"^([a-z0-9-]+)==([^ ;\n]+)[^\n]*((?:\n    --hash=[^\n]+)*)", lock.read_text(), re.MULTILINE)
    return {(name, version): frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})(?= |$)", hashes, re.MULTILINE))
            for name, version, hashes in entries}
