"""What runs in Azure is locked with hashes, and its licences are listed.

`python -m local.dependencies` writes both files anew; that needs the package index, these tests do not.
"""
from __future__ import annotations

import re
from importlib.metadata import metadata, requires

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from infra.package import python_in_azure
from local.dependencies import LICENCES, LOCK, licence_of, locked, page
from tests.test_repository import ROOT, requirement_lines

IN_AZURE = {"python_version": python_in_azure(), "sys_platform": "linux", "platform_system": "Linux",
            "platform_python_implementation": "CPython", "implementation_name": "cpython", "extra": ""}

ACCEPTED = re.compile(r"MIT|BSD|Apache|MPL-2\.0|MPL 2\.0|PSF-2\.0|ISC|Unlicense")
"""Licences under which the packages may be used and handed on beside our own code."""


def test_the_lock_holds_the_versions_that_are_required() -> None:
    required = dict(line.split("==") for line in requirement_lines("requirements.txt"))

    assert {name: locked().get(canonicalize_name(name)) for name in required} == required


def test_the_lock_holds_whatever_a_locked_package_requires() -> None:
    missing = {
        (name, one.name) for name in locked() for one in map(Requirement, requires(name) or [])
        if (one.marker is None or one.marker.evaluate(IN_AZURE)) and canonicalize_name(one.name) not in locked()
    }

    assert not missing


def test_every_locked_package_takes_the_python_that_runs_in_azure() -> None:
    bounds = {name: SpecifierSet(metadata(name).get("Requires-Python") or "") for name in locked()}

    assert [name for name, bound in bounds.items() if f"{python_in_azure()}.9" not in bound] == []


def test_every_locked_package_has_the_hashes_of_its_files() -> None:
    entries = re.findall(r"^[a-z0-9-]+==[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)*)$", LOCK.read_text(), re.M)

    assert len(entries) == len(locked())
    assert [entry for entry in entries if "sha256" not in entry] == []


def test_every_package_is_listed_with_its_licence() -> None:
    assert LICENCES.read_text() == page(), "python -m local.dependencies --licences"


def test_every_licence_lets_us_use_the_package() -> None:
    told = {name: licence_of(name) for name in locked()}

    assert {name: licence for name, licence in told.items() if not ACCEPTED.search(licence)} == {}


def test_nothing_is_locked_that_is_not_needed() -> None:
    reached, waiting = set(), [canonicalize_name(line.split("==")[0]) for line in requirement_lines("requirements.txt")]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting += [canonicalize_name(one.name) for one in map(Requirement, requires(name) or [])
                    if canonicalize_name(one.name) not in reached and canonicalize_name(one.name) in locked()]

    assert set(locked()) == reached


def test_the_lock_names_no_package_index() -> None:
    assert not re.search(r"https?://|file:|--index|--find-links", (ROOT / "requirements.lock").read_text())
