"""Writes requirements.lock and docs/licences.md from requirements.txt: every package of the app, with its hashes
and its licence.

    python -m local.dependencies            write both
    python -m local.dependencies --licences write docs/licences.md only (needs no package index)

The lock is made with uv for Linux, macOS and Windows and for Python 3.11 and 3.12 (where azure-functions 1.x ends),
with the hashes of all files of each version. A line of requirements.txt for newer ones (its marker) is for the local
stack alone and stays out. Licences are what the installed packages say of themselves (Core
metadata, "License-Expression").
"""
from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path

from packaging.requirements import Requirement

from infra.package import python_in_azure

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
LICENCES = ROOT / "docs" / "licences.md"
_UNIVERSAL = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]
_CLASSIFIER = "License :: OSI Approved :: "


def lock() -> None:
    """Resolve requirements.txt anew; what is locked already stays if it still fits."""
    subprocess.run([
        sys.executable, "-m", "uv", "pip", "compile", "--quiet", *_UNIVERSAL, "--no-emit-index-url",
        "--no-emit-find-links", "--custom-compile-command", "python -m local.dependencies",
        "-o", LOCK.name, "-",
    ], cwd=ROOT, check=True, text=True, input="\n".join(required("requirements.txt")))


def required(name: str) -> list[str]:
    """What a requirements file asks for on the Python that runs in Azure, as package==version."""
    lines = (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    wanted = [Requirement(line) for line in lines if line and not line.startswith("-r ")]
    there = {"python_version": python_in_azure()}
    return [f"{one.name}{one.specifier}" for one in wanted if one.marker is None or one.marker.evaluate(there)]


def locked() -> dict[str, str]:
    """Package -> version, as locked."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK.read_text(), re.MULTILINE))


def licence_of(package: str) -> str:
    """The licence in the package's own words, in one line; "" if it says nothing."""
    told = metadata(package)
    return told.get("License-Expression") or _classified(told) or (told.get("License") or "").strip().partition("\n")[0]


def page() -> str:
    """docs/licences.md as it should be."""
    rows = "\n".join(f"| {name} | {version} | {licence_of(name)} |" for name, version in locked().items())
    return (
        "# Licences\n\nThe Python packages that run in Azure, with the licence each one names. Written by\n"
        "`python -m local.dependencies`; a test compares it with `requirements.lock`.\n\n"
        f"| package | version | licence |\n|---|---|---|\n{rows}\n"
    )


def _classified(told: PackageMetadata) -> str:
    found = [one.removeprefix(_CLASSIFIER) for one in told.get_all("Classifier") or [] if one.startswith(_CLASSIFIER)]
    return ", ".join(found)


if __name__ == "__main__":
    if "--licences" not in sys.argv[1:]:
        lock()
    LICENCES.write_text(page())
