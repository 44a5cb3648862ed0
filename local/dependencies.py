"""Writes the locks and docs/licences.md: every package with the hashes of all its files, those of the app with their
licence.

    python -m local.dependencies            write them all
    python -m local.dependencies --licences write docs/licences.md only (needs no package index)

`requirements.lock`, from requirements.txt, is what is deployed: for the Python in Azure, so a line for newer ones (its
marker) stays out. `requirements-run.lock`, from requirements-run.txt, is what `./run` installs, and
`requirements-dev.lock`, from requirements-dev.txt, what `./run test` does: for every Python from that one on. All are
made with uv for Linux, macOS and Windows, and each keeps to the versions of the one before.
Licences are what the installed packages say of themselves (Core metadata, "License-Expression").
"""
from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.package import python_in_azure

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
RUN_LOCK = ROOT / "requirements-run.lock"
DEVELOPMENT_LOCK = ROOT / "requirements-dev.lock"
LICENCES = ROOT / "docs" / "licences.md"
IN_PAGES = ("htmx.org", "modern-normalize")
"""What functions/portal/static holds copies of."""

_UNIVERSAL = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]
_CLASSIFIER = "License :: OSI Approved :: "


def lock() -> None:
    """Resolve the requirements anew; what is locked already stays if it still fits."""
    _compile(LOCK, ["-"], "\n".join(required("requirements.txt")))
    pinned = {canonicalize_name(line.partition("==")[0]) for line in required("requirements.txt")}
    brought = [f"{name}=={version}" for name, version in locked().items() if name not in pinned]
    _compile(RUN_LOCK, ["requirements-run.txt", "-c", "-"], "\n".join(brought))
    _compile(DEVELOPMENT_LOCK, ["requirements-dev.txt", "-c", RUN_LOCK.name], "")


def _compile(lock: Path, sources: list[str], given: str) -> None:
    subprocess.run([
        sys.executable, "-m", "uv", "pip", "compile", "--quiet", *_UNIVERSAL, "--no-emit-index-url",
        "--no-emit-find-links", "--custom-compile-command", "python -m local.dependencies",
        "-o", lock.name, *sources,
    ], cwd=ROOT, check=True, text=True, input=given)


def required(name: str, python: str = "") -> list[str]:
    """What a requirements file asks for on a version of Python (none: the one in Azure), as package==version."""
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [f"{one.name}{one.specifier}" for one in _there(lines, python)]


def locked(lock: Path = LOCK, python: str = "") -> dict[str, str]:
    """Package -> version, as locked for this system and a version of Python (none: the one in Azure)."""
    lines = re.findall(r"^([a-z0-9-]+==[^\\\n]+)", lock.read_text(), re.MULTILINE)
    return {one.name: str(one.specifier).removeprefix("==") for one in _there(lines, python)}


def _there(lines: Iterable[str], python: str) -> Iterator[Requirement]:
    version = python or python_in_azure()
    system = {"python_version": version, "python_full_version": f"{version}.0"}
    for one in (Requirement(line) for line in lines if line and not line.startswith("-r ")):
        if one.marker is None or one.marker.evaluate(system):
            yield one


def licence_of(package: str) -> str:
    """The licence in the package's own words, in one line; "" if it says nothing."""
    told: Any = metadata(package)  # a message of e-mail, which the SDK's own types do not say
    words: str = told.get("License-Expression") or _classified(told) or told.get("License") or ""
    return words.strip().partition("\n")[0]


def page() -> str:
    """docs/licences.md as it should be."""
    npm = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    copies = [(name, npm[f"node_modules/{name}"]) for name in IN_PAGES]
    copied = "\n".join(f"| {name} | {one['version']} | {one['license']} |" for name, one in copies)
    rows = "\n".join(f"| {name} | {version} | {licence_of(name)} |" for name, version in locked().items())
    return (
        "# Licences\n\nThe Python packages that run in Azure, with the licence each one names. Written by\n"
        "`python -m local.dependencies`; a test compares it with `requirements.lock`.\n\n"
        f"| package | version | licence |\n|---|---|---|\n{rows}\n\n"
        "Pages of the portal load copies of two packages from npm, as `package-lock.json` names them:\n\n"
        f"| package | version | licence |\n|---|---|---|\n{copied}\n"
    )


def _classified(told: PackageMetadata) -> str:
    found = [one.removeprefix(_CLASSIFIER) for one in told.get_all("Classifier") or [] if one.startswith(_CLASSIFIER)]
    return ", ".join(found)


if __name__ == "__main__":
    if "--licences" not in sys.argv[1:]:
        lock()
    LICENCES.write_text(page())
